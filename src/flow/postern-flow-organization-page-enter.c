/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-console.h"
#include "postern-flow-context.h"
#include "postern-flow-kept.h"
#include "postern-flow-organization-page-sections.h"
#include "postern-flow-organization.h"
#include "postern-flow-routes.h"
#include "postern-organization.h"
#include "postern-user-name.h"

/* Who comes in: a member whose roles let them see something there, signed in as the organization wants it. */

#define RECENT 900 /* seconds: how old a sign-in may be of who changes something: a form is filled in, and lists are worked through */

typedef struct {
  const char *id;
  PosternFlowOrganizationPage *page;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;
  PosternFlowOrganizationPage *page = self->page;
  PosternPermissionSubject subject = { page->visit->user->id, self->id };

  g_clear_pointer (&page->organization, postern_organization_unref); /* a transaction may run twice */
  g_clear_pointer (&page->permission, postern_permission_unref);
  page->organization = postern_organization_load_for (txn, self->id, subject.id, error);
  page->permission = page->organization ? postern_permission_read (txn, postern_tenant_get_issuer (page->visit->tenant), &subject, error) : NULL;
  return page->permission != NULL;
}

/* By its id alone, which is what all addresses here have. Nobody learns which are there. */
static PosternResponse *
find (PosternFlowOrganizationPage *self)
{
  const char *id = postern_request_get_capture (self->request, "organization");
  Look search = { id, self };
  g_autoptr (GError) error = NULL;

  if (id == NULL || !postern_id_is_valid (id, "org"))
    g_set_error_literal (&error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such organization");
  else if (postern_store_read (postern_tenant_get_store (self->visit->tenant), POSTERN_KEEP_LASTING, look, &search, &error))
    return NULL;
  return postern_response_new_error_page (error, "/account");
}

/* Under the organization's rules, and as the same person. */
static PosternResponse *
sign_in (PosternFlowOrganizationPage *self, gint64 max_age, const char *mark)
{
  g_autofree char *path = g_strconcat (self->path, mark, NULL);
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (self->visit->tenant, path, NULL);

  postern_flow_set_string (&flow->hinted_user_id, self->visit->user->id);
  postern_flow_set_string (&flow->login_hint, postern_user_name_get_identifier (self->visit->user));
  postern_flow_set_string (&flow->organization, self->organization->id);
  flow->max_age = max_age;
  return postern_flow_engine_run (self->engine, flow, self->request, NULL);
}

static gboolean
is_marked (PosternFlowOrganizationPage *self, const char *name)
{
  const char *value = NULL;

  postern_request_get_query (self->request, name, &value, NULL);
  return value != NULL;
}

/* Who has just signed in for the organization and is still not let in would be sent round for ever. */
static PosternResponse *
check_rules (PosternFlowOrganizationPage *self)
{
  g_autoptr (GError) error = NULL;

  if (postern_flow_organization_admits (self->visit->tenant, self->organization, self->visit->user, self->visit->session, &error))
    return NULL;
  if (error)
    return postern_response_new_error_page (error, "/account");
  if (is_marked (self, "entered"))
    return postern_flow_console_refuse (POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION, "What was signed in with is not enough for the organization");
  return sign_in (self, 0, "?entered=1");
}

/* @section: (nullable): whatever there is */
static PosternResponse *
enter (PosternFlowOrganizationPage *self, const char *section)
{
  PosternResponse *answer = NULL;

  if (!postern_runtime_has_management (postern_flow_engine_get_runtime (self->engine)))
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "There is no management API here");
  self->visit = postern_flow_visit_new (self->engine, self->request, self->path, &answer);
  if (self->visit)
    answer = find (self);
  if (answer)
    return answer;
  if (section && !postern_flow_organization_page_sections_may_see (self, section))
    return postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, POSTERN_FLOW_ORGANIZATION_PAGE_NOT_FOR_YOU);
  return check_rules (self);
}

static gboolean
is_recent (PosternFlowOrganizationPage *self)
{
  return postern_flow_context_now () - self->visit->auth_time < RECENT;
}

PosternResponse *
postern_flow_organization_page_enter (PosternFlowOrganizationPage *self, PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part)
{
  PosternResponse *answer;

  self->engine = engine;
  self->request = request;
  self->section = section;
  self->path = postern_flow_organization_page_dup_own_path (self, section, part);
  answer = enter (self, section);
  if (answer)
    return answer;
  self->kept = postern_flow_kept_get (self->visit, request, self->path);
  return is_marked (self, "again") && !is_recent (self) ? sign_in (self, POSTERN_FLOW_VISIT_RECENT, NULL) : NULL;
}

PosternResponse *
postern_flow_organization_page_enter_to_change (PosternFlowOrganizationPage *self, PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part,
                                                const char *const *fields)
{
  PosternResponse *answer = postern_flow_organization_page_enter (self, engine, request, section, part);

  self->fields = fields;
  return answer || is_recent (self) ? answer : postern_flow_organization_page_lead_to_sign_in (self);
}

PosternResponse *
postern_flow_organization_page_enter_first (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) self = { .engine = engine, .request = request };
  PosternResponse *answer;
  const char *section;
  g_autofree char *path = NULL;

  self.path = postern_flow_organization_page_dup_own_path (&self, NULL, NULL);
  answer = enter (&self, NULL);
  if (answer)
    return answer;
  section = postern_flow_organization_page_sections_find_first (&self);
  if (section == NULL)
    return postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, POSTERN_FLOW_ORGANIZATION_PAGE_NOT_FOR_YOU);
  path = postern_flow_organization_page_dup_own_path (&self, section, NULL);
  return postern_response_new_redirect (path);
}
