/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-organization-permits.h"
#include "postern-flow-routes.h"

/* One role: what it gives, and who has it. The organization's own is changed here; one that every organization may use is shown. */

#define SECTION "roles"

static const char *const fields[] = { "name", "description", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "made", N_("The role is made. It gives nothing yet.") },
  { "saved", N_("It is saved.") },
  { NULL },
};

static const char *
get_part (PosternRequest *request)
{
  return postern_request_get_capture (request, "role");
}

static char *
dup_path (PosternFlowOrganizationPage *page, const char *rest)
{
  return postern_flow_organization_page_dup_path ("roles", get_part (page->request), rest, NULL);
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

/* A person's page is the member's. */
static GVariant *
holders_of (PosternFlowOrganizationPage *page, GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) holder = postern_flow_organization_page_get_item (answer, i);
    const char *id = holder ? postern_json_get_string (holder, "subject_id") : NULL, *name = holder ? postern_json_get_string (holder, "subject_name") : NULL;
    gboolean group = id && g_str_has_prefix (id, "grp_");
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    if (holder == NULL)
      return g_variant_builder_end (&rows);
    postern_json_object_add_string (&row, "id", id);
    postern_json_object_add_string (&row, "holder", name ? name : id);
    postern_json_object_add_boolean (&row, "group", group);
    if (name)
      postern_flow_organization_page_add_url (page, &row, "url", group ? "groups" : "members", id);
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
}

/* @role: as the API has it; of one that gives more than they have nobody changes anything */
static void
add_role (PosternFlowOrganizationPage *page, PosternJsonObject *model, PosternFlowOrganizationPermits *permits, GVariant *role)
{
  gboolean own = postern_json_get_string (role, "organization_id") != NULL, holds = postern_flow_organization_permits_holds (permits, role);
  gboolean changes = own && holds && postern_flow_organization_page_may (page, "roles:write");

  postern_json_object_add_string (model, "role_name", postern_json_get_string (role, "name"));
  postern_json_object_add_string (model, "role_description", postern_json_get_string (role, "description"));
  postern_json_object_add_boolean (model, "template", !own);
  postern_json_object_add_boolean (model, "stronger", own && !holds);
  postern_json_object_add_boolean (model, "changes", changes);
  if (changes)
    postern_flow_organization_form_add_words (page, model, role);
  if (changes && postern_flow_organization_permits_are_asked (permits))
    postern_json_object_add (model, "permits", postern_flow_organization_permits_list (permits, role));
  else
    postern_json_object_add (model, "given", postern_flow_organization_permits_list_given (permits, role));
}

PosternResponse *
postern_flow_organization_role_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, get_part (request));
  g_auto (PosternFlowOrganizationPermits) permits = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) role = NULL, holders = NULL;
  g_autoptr (GError) error = NULL;
  gboolean names;

  if (refused)
    return refused;
  names = postern_flow_organization_page_may (&page, "members:read");
  if (!postern_flow_organization_page_ask (&page, "GET", dup_path (&page, NULL), NULL, NULL, &role) ||
      !postern_flow_organization_page_ask_list (&page, dup_path (&page, "assignments"), names ? "names=true" : NULL, &holders))
    return postern_flow_organization_page_show_problem (&page);
  if (!postern_flow_organization_permits_read (&permits, &page, &error))
    return postern_response_new_error_page (error, NULL);
  add_role (&page, &model, &permits, role);
  postern_json_object_add (&model, "holders", holders_of (&page, holders));
  postern_flow_organization_page_add_next (&page, &model, holders, NULL);
  postern_flow_organization_page_add_url (&page, &model, "back_url", NULL, NULL);
  return postern_flow_organization_page_show (&page, "organization-role", &model, notices);
}

/* --- what is changed --------------------------------------------------------------------------------------------------- */

static PosternResponse *
save (PosternFlowOrganizationPage *page, const char *value)
{
  g_auto (PosternFlowOrganizationPermits) permits = { NULL };
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (!postern_flow_organization_permits_read (&permits, page, &error))
    return postern_response_new_error_page (error, NULL);
  postern_flow_organization_form_read_words (page, &body);
  if (postern_flow_organization_permits_are_asked (&permits))
    postern_json_object_add (&body, "permissions", postern_flow_organization_permits_read_ticked (&permits));
  done = postern_flow_organization_form_send (page, dup_path (page, NULL), postern_json_object_end (&body));
  return postern_flow_organization_page_answer (page, done, get_part (page->request), "saved", N_("There is a role of this name already."));
}

static PosternResponse *
delete (PosternFlowOrganizationPage *page, const char *value)
{
  gboolean done = postern_flow_organization_page_ask (page, "DELETE", dup_path (page, NULL), NULL, NULL, NULL);

  return postern_flow_organization_page_answer (page, done, NULL, "deleted", NULL);
}

PosternResponse *
postern_flow_organization_role_submit (PosternRequest *request, gpointer engine)
{
  static const PosternFlowOrganizationAction actions[] = { { "save", NULL, save }, { "delete", NULL, delete }, { NULL } };

  return postern_flow_organization_page_act (engine, request, SECTION, get_part (request), fields, actions);
}
