/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-organization-page.h"

G_BEGIN_DECLS

/*
 * Forms that show how something is, for somebody to change it. Each carries the tag of what it showed, and what each field had: where somebody
 * else changed the same thing meanwhile, nothing is saved; the page comes back with what was typed, says what the other changed, and takes
 * over those fields that were left as they were.
 */

/** PosternFlowOrganizationField: borrows everything. */
typedef struct {
  const char *name;  /* of the field */
  const char *title; /* (nullable): a phrase, what people call it; NULL: it shows nothing that is kept */
  const char *value; /* (nullable): how it is now */
  const char *words; /* (nullable): a phrase that says so, where the value itself is nothing to read */
} PosternFlowOrganizationField;

/** postern_flow_organization_form_dup_value: what the field has: how it is now, or what was typed into the form that was not done. (transfer full): "" for nothing */
char *postern_flow_organization_form_dup_value (PosternFlowOrganizationPage *page, const PosternFlowOrganizationField *field);
/** postern_flow_organization_form_add_value: likewise, as the member of that name. */
void postern_flow_organization_form_add_value (PosternFlowOrganizationPage *page, PosternJsonObject *model, const PosternFlowOrganizationField *field);
/** postern_flow_organization_form_add_typed: of a field that shows nothing that is kept: what was typed into the form that was not done. */
void postern_flow_organization_form_add_typed (PosternFlowOrganizationPage *page, PosternJsonObject *model, const char *name);
/** postern_flow_organization_form_is_ticked: likewise of a box to tick. @title: a phrase */
gboolean postern_flow_organization_form_is_ticked (PosternFlowOrganizationPage *page, const char *name, const char *title, gboolean ticked);
/** postern_flow_organization_form_add_state: `state`, which a form sends back, and `meanwhile`, what somebody else changed. Behind all fields. */
void postern_flow_organization_form_add_state (PosternFlowOrganizationPage *page, PosternJsonObject *model);

/** postern_flow_organization_form_send: as postern_flow_organization_page_ask(), PATCH: done only where the thing is still as the form showed it. */
gboolean postern_flow_organization_form_send (PosternFlowOrganizationPage *page, char *path, GVariant *body);
/**
 * postern_flow_organization_form_add_words: `name_value` and `description_value`: the fields of a thing that has a name and a description. Not as
 * `name`: whatever else is listed on the page and has none would be called so.
 */
void postern_flow_organization_form_add_words (PosternFlowOrganizationPage *page, PosternJsonObject *model, GVariant *thing);
/** postern_flow_organization_form_read_words: what was typed there, for a body. */
void postern_flow_organization_form_read_words (PosternFlowOrganizationPage *page, PosternJsonObject *body);
/** POSTERN_FLOW_ORGANIZATION_FORM_ID: stands for the organization's id in the steps of a path */
#define POSTERN_FLOW_ORGANIZATION_FORM_ID ""
/**
 * postern_flow_organization_form_make: what a list is sent: the name of a new thing, whose page it leads to.
 * @steps: where the API makes one, below its root; ends with NULL
 * @conflict: a phrase, where there is one of that name
 * Returns: (transfer full)
 */
PosternResponse *postern_flow_organization_form_make (PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *const *steps, const char *conflict);
/** postern_flow_organization_form_keep: adds to @typed what the form says it showed. */
void postern_flow_organization_form_keep (PosternFlowOrganizationPage *page, PosternJsonObject *typed);

void postern_flow_organization_form_free (PosternFlowOrganizationForm *self);

G_END_DECLS
