/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"
#include "postern-json.h"
#include "postern-permission.h"

G_BEGIN_DECLS

/*
 * The pages by which the administrators of an organization run it: /organizations/{organization}/SECTION. They decide nothing: each asks the
 * management API for who looks at it, as an application of theirs would, and shows what that answers. Who acts for an organization signs in
 * under its rules, here as anywhere.
 */

#define POSTERN_FLOW_ORGANIZATION_PAGE_PATH "/organizations/"

/** PosternFlowOrganizationForm: private to postern-flow-organization-form.c */
typedef struct _PosternFlowOrganizationForm PosternFlowOrganizationForm;

/** PosternFlowOrganizationReason: what is said of @field where the API answers @code (data/guides/management-api.md; NULL: any). Lists end with one without a field. */
typedef struct {
  const char *field, *code;
  const char *words; /* a phrase */
  gboolean detailed; /* what the API says, in English, has more */
} PosternFlowOrganizationReason;

#define POSTERN_FLOW_ORGANIZATION_PAGE_NOT_FOR_YOU N_("Your roles do not let you do this.")

/** PosternFlowOrganizationPage: somebody looks at one. */
typedef struct {
  PosternFlowEngine *engine;
  PosternRequest *request;
  PosternFlowVisit *visit;           /* owned */
  PosternOrganization *organization; /* owned */
  PosternPermission *permission;     /* owned: what who looks at it may, acting for the organization */
  const char *section;               /* its name */
  const char *const *fields;         /* (nullable): of a form: what is kept of it where it is not done; ends with NULL */
  const PosternFlowOrganizationReason *reasons; /* (nullable): of a form: words of its own for what may be wrong */
  char *path;                        /* of the page, below the issuer; owned */
  GVariant *problem;                 /* (nullable): why the API did not do what was asked last (RFC 9457); owned */
  GVariant *kept;                    /* (nullable): what became of the last form that was not done; owned */
  char *tag;                         /* (nullable): of what the API showed last that has one (RFC 9110 section 8.8.3); owned */
  char *condition;                   /* (nullable): what a change relies on: If-Match of the next request that is no GET; owned */
  PosternFlowOrganizationForm *form; /* (nullable): what the page's form shows; owned */
  gint64 retry_after;                /* seconds, with it; 0: it did not say */
} PosternFlowOrganizationPage;

void postern_flow_organization_page_clear (PosternFlowOrganizationPage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowOrganizationPage, postern_flow_organization_page_clear)

/**
 * postern_flow_organization_page_dup_own_path: the path below the issuer of the page of @part (nullable) in @section; NULL: where the pages begin. (transfer full)
 */
char *postern_flow_organization_page_dup_own_path (PosternFlowOrganizationPage *self, const char *section, const char *part);
/** postern_flow_organization_page_may: whether who looks at it holds @permission at the management API: what is shown; the API decides what is done. */
gboolean postern_flow_organization_page_may (PosternFlowOrganizationPage *self, const char *permission);

/* --- who comes in: postern-flow-organization-page-enter.c --------------------------------------------------------------- */

/**
 * postern_flow_organization_page_enter: lets in who may see it. Of an organization that somebody does not belong to, of one that is switched off
 * and of one that is not there, they see the same.
 * @section: its name
 * @part: (nullable): what of the section the page is about: an id, as it was sent
 * Returns: (transfer full) (nullable): NULL when @self is ready; else what others are answered: a sign-in, 403 or 404
 */
PosternResponse *postern_flow_organization_page_enter (PosternFlowOrganizationPage *self, PosternFlowEngine *engine, PosternRequest *request, const char *section,
                                                       const char *part);
/**
 * postern_flow_organization_page_enter_to_change: likewise for a form: who signed in too long ago is led back to the page, with all that was typed in
 * @fields, which end with NULL, and asked to sign in again.
 */
PosternResponse *postern_flow_organization_page_enter_to_change (PosternFlowOrganizationPage *self, PosternFlowEngine *engine, PosternRequest *request, const char *section,
                                                                 const char *part, const char *const *fields);

/* --- what a button asks for --------------------------------------------------------------------------------------------- */

/**
 * PosternFlowOrganizationAction: what a button of a form asks for.
 * @name: the button's value, or, where it ends with a colon, what that begins with: behind it stands of what
 * @field: (nullable): the field that says of what instead; where it is empty nothing is done
 * @run: @value: of what, as it was sent; "" where nothing says. Returns: (transfer full)
 */
typedef struct {
  const char *name, *field;
  PosternResponse *(*run) (PosternFlowOrganizationPage *page, const char *value);
} PosternFlowOrganizationAction;

/**
 * postern_flow_organization_page_act: enters to change, and does what was asked for. Who asks for none of @actions, which end with one without a name, is led
 * back to the page. Returns: (transfer full)
 */
PosternResponse *postern_flow_organization_page_act (PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part, const char *const *fields,
                                                     const PosternFlowOrganizationAction *actions);

/* --- asking the API: postern-flow-organization-page-ask.c -------------------------------------------------------------- */

/** postern_flow_organization_page_dup_path: of the API: @step and those that follow, which end with NULL, escaped. (transfer full) */
char *postern_flow_organization_page_dup_path (const char *step, ...) G_GNUC_NULL_TERMINATED;
/**
 * postern_flow_organization_page_ask: asks the API for who looks at the page.
 * @path: (transfer full): as of postern_flow_organization_page_dup_path()
 * @query: (nullable): encoded
 * @body: (nullable): floating is sunk
 * @answer: (out) (optional) (nullable) (transfer full): a{sv}; NULL where it answers nothing
 * Returns: whether it was done; else @self->problem says why
 */
gboolean postern_flow_organization_page_ask (PosternFlowOrganizationPage *self, const char *method, char *path, const char *query, GVariant *body, GVariant **answer);
/** postern_flow_organization_page_ask_list: likewise, for the part of a list that the page was asked for. @more: (nullable): further parameters, encoded */
gboolean postern_flow_organization_page_ask_list (PosternFlowOrganizationPage *self, char *path, const char *more, GVariant **answer);
/** postern_flow_organization_page_ask_all: likewise, for the whole of a list, of which something is chosen: an object with `items` */
gboolean postern_flow_organization_page_ask_all (PosternFlowOrganizationPage *self, char *path, const char *more, GVariant **answer);

/* --- where a form leads: postern-flow-organization-page-lead.c --------------------------------------------------------- */

/** postern_flow_organization_page_lead: where a form leads that was done: to the section's page, or to that of @part (nullable), which says @notice. (transfer full) */
PosternResponse *postern_flow_organization_page_lead (PosternFlowOrganizationPage *self, const char *part, const char *notice);
/**
 * postern_flow_organization_page_lead_to_problem: where one leads that was not: to the page, which says why, with what was typed.
 * @conflict: (nullable): a phrase for what is in the way, in place of a general one
 * Returns: (transfer full)
 */
PosternResponse *postern_flow_organization_page_lead_to_problem (PosternFlowOrganizationPage *self, const char *conflict);
/** postern_flow_organization_page_lead_to_sign_in: where one leads of who signed in too long ago: to the page, which asks for that, with what was typed. (transfer full) */
PosternResponse *postern_flow_organization_page_lead_to_sign_in (PosternFlowOrganizationPage *self);
/** postern_flow_organization_page_answer: the one or the other. @done: what postern_flow_organization_page_ask() said. (transfer full) */
PosternResponse *postern_flow_organization_page_answer (PosternFlowOrganizationPage *self, gboolean done, const char *part, const char *notice, const char *conflict);

/* --- what is shown ---------------------------------------------------------------------------------------------------- */

/**
 * postern_flow_organization_page_show: the page @name with @model, to which what all these pages have is added, and what became of a form.
 * @notices: (nullable): as of postern_flow_visit_find_notice()
 * Returns: (transfer full)
 */
PosternResponse *postern_flow_organization_page_show (PosternFlowOrganizationPage *self, const char *name, PosternJsonObject *model, const PosternFlowVisitNotice *notices);
/** postern_flow_organization_page_show_problem: an error page of why the API did not show what was to be shown. (transfer full) */
PosternResponse *postern_flow_organization_page_show_problem (PosternFlowOrganizationPage *self);
/** postern_flow_organization_page_get_item: the object at @index of the list `items` of @answer. (transfer full) (nullable): NULL behind the last */
GVariant *postern_flow_organization_page_get_item (GVariant *answer, gsize index);
/** postern_flow_organization_page_add_url: the absolute address of the page of @part (nullable) in @section (nullable: this one). */
void postern_flow_organization_page_add_url (PosternFlowOrganizationPage *self, PosternJsonObject *model, const char *name, const char *section, const char *part);
/** postern_flow_organization_page_add_person: who @member is, as the API has a member: `id`, `name` and `identifier`. */
void postern_flow_organization_page_add_person (PosternJsonObject *model, GVariant *member);
/** postern_flow_organization_page_rows_of: of @answer, a list of what has a name and a page in this section: [{`id`,`name`,`description`,`url`}]. (transfer floating) */
GVariant *postern_flow_organization_page_rows_of (PosternFlowOrganizationPage *self, GVariant *answer);
/** postern_flow_organization_page_add_next: `next_url`, where @answer, a list, has more. @rest: (nullable): what follows in its query, from & on */
void postern_flow_organization_page_add_next (PosternFlowOrganizationPage *self, PosternJsonObject *model, GVariant *answer, const char *rest);

G_END_DECLS
