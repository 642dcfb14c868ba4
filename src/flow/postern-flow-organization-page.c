/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page.h"

#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-console.h"
#include "postern-flow-organization-form.h"
#include "postern-flow-organization-page-sections.h"
#include "postern-organization-brand.h"
#include "postern-organization.h"

void
postern_flow_organization_page_clear (PosternFlowOrganizationPage *self)
{
  g_clear_pointer (&self->visit, postern_flow_visit_free);
  g_clear_pointer (&self->organization, postern_organization_unref);
  g_clear_pointer (&self->permission, postern_permission_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->problem, g_variant_unref);
  g_clear_pointer (&self->kept, g_variant_unref);
  g_clear_pointer (&self->tag, g_free);
  g_clear_pointer (&self->condition, g_free);
  g_clear_pointer (&self->form, postern_flow_organization_form_free);
}

gboolean
postern_flow_organization_page_may (PosternFlowOrganizationPage *self, const char *permission)
{
  return postern_permission_manages (self->permission, postern_tenant_get_issuer (self->visit->tenant), permission);
}

char *
postern_flow_organization_page_dup_own_path (PosternFlowOrganizationPage *self, const char *section, const char *part)
{
  const char *id = postern_request_get_capture (self->request, "organization");
  g_autofree char *organization = g_uri_escape_string (id ? id : "", NULL, FALSE), *escaped = part ? g_uri_escape_string (part, NULL, FALSE) : NULL;

  return g_strconcat (POSTERN_FLOW_ORGANIZATION_PAGE_PATH, organization, section ? "/" : "", section ? section : "", escaped ? "/" : "", escaped, NULL);
}

char *
postern_flow_organization_page_dup_path (const char *step, ...)
{
  g_autoptr (GString) path = g_string_new ("/api/v1");
  va_list steps;

  va_start (steps, step);
  for (; step; step = va_arg (steps, const char *)) {
    g_string_append_c (path, '/');
    g_string_append_uri_escaped (path, step, NULL, FALSE);
  }
  va_end (steps);
  return g_string_free (g_steal_pointer (&path), FALSE);
}

/* --- what a button asks for -------------------------------------------------------------------------------------------- */

static const PosternFlowOrganizationAction *
find_action (const PosternFlowOrganizationAction *actions, const char *asked)
{
  for (; actions->name; actions++)
    if (g_str_has_suffix (actions->name, ":") ? g_str_has_prefix (asked, actions->name) : g_str_equal (asked, actions->name))
      return actions;
  return NULL;
}

PosternResponse *
postern_flow_organization_page_act (PosternFlowEngine *engine, PosternRequest *request, const char *section, const char *part, const char *const *fields,
                                    const PosternFlowOrganizationAction *actions)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter_to_change (&page, engine, request, section, part, fields);
  const PosternFlowOrganizationAction *action;
  const char *asked = NULL, *value = NULL;
  g_autoptr (GError) error = NULL;

  if (refused)
    return refused;
  if (!postern_request_get_form (request, "action", &asked, &error))
    return postern_response_new_error_page (error, NULL);
  action = asked ? find_action (actions, asked) : NULL;
  if (action == NULL)
    return postern_response_new_redirect (page.path);
  if (action->field == NULL)
    return action->run (&page, g_str_has_suffix (action->name, ":") ? asked + strlen (action->name) : "");
  if (!postern_request_get_form (request, action->field, &value, &error))
    return postern_response_new_error_page (error, NULL);
  return value && *value ? action->run (&page, value) : postern_response_new_redirect (page.path);
}

PosternResponse *
postern_flow_organization_page_answer (PosternFlowOrganizationPage *self, gboolean done, const char *part, const char *notice, const char *conflict)
{
  return done ? postern_flow_organization_page_lead (self, part, notice) : postern_flow_organization_page_lead_to_problem (self, conflict);
}

/* --- what is shown ----------------------------------------------------------------------------------------------------- */

GVariant *
postern_flow_organization_page_get_item (GVariant *answer, gsize index)
{
  g_autoptr (GVariant) items = postern_json_get (answer, "items");
  g_autoptr (GVariant) box = items && index < g_variant_n_children (items) ? g_variant_get_child_value (items, index) : NULL;

  return box ? g_variant_get_variant (box) : NULL;
}

void
postern_flow_organization_page_add_url (PosternFlowOrganizationPage *self, PosternJsonObject *model, const char *name, const char *section, const char *part)
{
  g_autofree char *path = postern_flow_organization_page_dup_own_path (self, section ? section : self->section, part);
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (self->visit->tenant), path, NULL);

  postern_json_object_add_string (model, name, url);
}

void
postern_flow_organization_page_add_person (PosternJsonObject *model, GVariant *member)
{
  const char *id = postern_json_get_string (member, "user_id"), *email = postern_json_get_string (member, "email"), *username = postern_json_get_string (member, "username");

  postern_json_object_add_string (model, "id", id);
  postern_json_object_add_string (model, "name", postern_json_get_string (member, "name"));
  postern_json_object_add_string (model, "identifier", email ? email : username ? username : id);
}

void
postern_flow_organization_page_add_next (PosternFlowOrganizationPage *self, PosternJsonObject *model, GVariant *answer, const char *rest)
{
  const char *next = postern_json_get_string (answer, "next");
  g_autofree char *escaped = next ? g_uri_escape_string (next, NULL, FALSE) : NULL;
  g_autofree char *url = next ? g_strconcat (postern_tenant_get_issuer (self->visit->tenant), self->path, "?after=", escaped, rest, NULL) : NULL;

  postern_json_object_add_string (model, "next_url", url);
}

GVariant *
postern_flow_organization_page_rows_of (PosternFlowOrganizationPage *self, GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) thing = postern_flow_organization_page_get_item (answer, i);
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    if (thing == NULL)
      return g_variant_builder_end (&rows);
    postern_json_object_add_string (&row, "id", postern_json_get_string (thing, "id"));
    postern_json_object_add_string (&row, "name", postern_json_get_string (thing, "name"));
    postern_json_object_add_string (&row, "description", postern_json_get_string (thing, "description"));
    postern_flow_organization_page_add_url (self, &row, "url", NULL, postern_json_get_string (thing, "id"));
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
}

/* Why a form was not done. */
static void
add_kept (PosternFlowOrganizationPage *self, PosternJsonObject *model)
{
  static const char *const words[] = { "error_field", "error_message", "error_detail", "error_request" };
  GVariant *kept = self->kept;
  gint64 retry_after = postern_json_get_int64 (kept, "retry_after", 0);
  g_autofree char *again = g_strconcat (postern_tenant_get_issuer (self->visit->tenant), self->path, "?again=1", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    postern_json_object_add_string (model, words[i], postern_json_get_string (kept, words[i]));
  if (retry_after > 0)
    postern_json_object_add_int64 (model, "retry_after", retry_after);
  postern_json_object_add_string (model, "again_url", postern_json_get_boolean (kept, "late", FALSE) ? again : NULL);
}

PosternResponse *
postern_flow_organization_page_show (PosternFlowOrganizationPage *self, const char *name, PosternJsonObject *model, const PosternFlowVisitNotice *notices)
{
  const char *issuer = postern_tenant_get_issuer (self->visit->tenant);
  g_autofree char *action = g_strconcat (issuer, self->path, NULL), *account_url = g_strconcat (issuer, "/account", NULL);

  postern_json_object_add_string (model, "action", action);
  postern_json_object_add_string (model, "account_url", account_url);
  postern_json_object_add_string (model, "organization_name", self->organization->name);
  postern_json_object_add (model, "sections", postern_flow_organization_page_sections_list (self));
  postern_json_object_add_string (model, "notice", notices ? postern_flow_visit_find_notice (self->request, notices) : NULL);
  postern_organization_brand_add_page (model, self->organization);
  postern_flow_organization_form_add_state (self, model);
  if (self->kept)
    add_kept (self, model);
  return postern_response_new_page (200, name, postern_json_object_end (model));
}

PosternResponse *
postern_flow_organization_page_show_problem (PosternFlowOrganizationPage *self)
{
  switch (postern_json_get_int64 (self->problem, "status", 500)) {
  case 400: /* of a GET: what its query says */
  case 404:
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "there is no such thing in the organization");
  case 403:
    return postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, POSTERN_FLOW_ORGANIZATION_PAGE_NOT_FOR_YOU);
  default:
    return postern_flow_console_refuse (POSTERN_ERROR_FAILED, "The management API did not answer as it should");
  }
}
