/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-organization-roles.h"
#include "postern-flow-routes.h"

/* Who belongs to the organization, and with which roles. */

#define SECTION "members"

static const char *const fields[] = { "role", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "given", N_("The role is given.") },
  { "taken", N_("The role is taken away.") },
  { "removed", N_("The person does not belong to the organization any more.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page, const char *member)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "members", member, NULL);
}

/* @roles: all that there are */
static void
add_member (PosternJsonObject *model, PosternFlowOrganizationPage *page, GVariant *member, const PosternFlowOrganizationRoles *roles)
{
  g_auto (GStrv) ids = postern_json_dup_strv (member, "roles", FALSE);

  postern_flow_organization_page_add_person (model, member);
  postern_json_object_add_boolean (model, "yourself", g_strcmp0 (postern_json_get_string (member, "user_id"), page->visit->user->id) == 0);
  postern_json_object_add (model, "roles", postern_flow_organization_roles_list (roles, (const char *const *) ids));
  postern_flow_visit_add_time (model, "joined_at", postern_json_get_int64 (member, "joined_at", 0));
}

/* --- the list ---------------------------------------------------------------------------------------------------------- */

static GVariant *
rows_of (PosternFlowOrganizationPage *page, GVariant *answer, const PosternFlowOrganizationRoles *roles)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) member = postern_flow_organization_page_get_item (answer, i);
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    if (member == NULL)
      return g_variant_builder_end (&rows);
    add_member (&row, page, member, roles);
    postern_flow_organization_page_add_url (page, &row, "url", NULL, postern_json_get_string (member, "user_id"));
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
}

PosternResponse *
postern_flow_organization_members_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternFlowOrganizationRoles) roles = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) answer = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_roles_read (&roles, &page) || !postern_flow_organization_page_ask_list (&page, dup_path (&page, NULL), "roles=true", &answer))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_int64 (&model, "total", postern_json_get_int64 (answer, "total", 0));
  postern_json_object_add (&model, "members", rows_of (&page, answer, &roles));
  postern_flow_organization_page_add_next (&page, &model, answer, NULL);
  return postern_flow_organization_page_show (&page, "organization-members", &model, notices);
}

/* --- one of them ------------------------------------------------------------------------------------------------------- */

static const char *
get_part (PosternRequest *request)
{
  return postern_request_get_capture (request, "member");
}

PosternResponse *
postern_flow_organization_members_show_one (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, get_part (request));
  g_auto (PosternFlowOrganizationRoles) roles = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) member = NULL;
  g_auto (GStrv) ids = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask (&page, "GET", dup_path (&page, get_part (request)), NULL, NULL, &member) || !postern_flow_organization_roles_read (&roles, &page))
    return postern_flow_organization_page_show_problem (&page);
  ids = postern_json_dup_strv (member, "roles", FALSE);
  add_member (&model, &page, member, &roles);
  postern_json_object_add_boolean (&model, "sees_roles", postern_flow_organization_page_may (&page, "roles:read"));
  if (postern_flow_organization_page_may (&page, "roles:write"))
    postern_json_object_add (&model, "others", postern_flow_organization_roles_list_others (&roles, (const char *const *) ids));
  postern_json_object_add_boolean (&model, "gives_roles", postern_flow_organization_page_may (&page, "roles:write"));
  postern_json_object_add_boolean (&model, "removable", postern_flow_organization_page_may (&page, "members:write"));
  postern_flow_organization_page_add_url (&page, &model, "back_url", NULL, NULL);
  return postern_flow_organization_page_show (&page, "organization-member", &model, notices);
}

/* --- what is changed --------------------------------------------------------------------------------------------------- */

static PosternResponse *
give (PosternFlowOrganizationPage *page, const char *role)
{
  const char *member = get_part (page->request);

  return postern_flow_organization_page_answer (page, postern_flow_organization_roles_give (page, role, member), member, "given", NULL);
}

static PosternResponse *
take (PosternFlowOrganizationPage *page, const char *role)
{
  const char *member = get_part (page->request);

  return postern_flow_organization_page_answer (page, postern_flow_organization_roles_take (page, role, member), member, "taken", NULL);
}

/* Who takes themselves out has nothing to look at here any more. */
static PosternResponse *
take_out (PosternFlowOrganizationPage *page, const char *value)
{
  const char *member = get_part (page->request);
  gboolean done = postern_flow_organization_page_ask (page, "DELETE", dup_path (page, member), NULL, NULL, NULL);

  if (done && g_strcmp0 (member, page->visit->user->id) == 0)
    return postern_response_new_redirect ("/account?notice=left");
  return postern_flow_organization_page_answer (page, done, NULL, "removed", NULL);
}

PosternResponse *
postern_flow_organization_members_submit_one (PosternRequest *request, gpointer engine)
{
  static const PosternFlowOrganizationAction actions[] = { { "give", "role", give }, { "take:", NULL, take }, { "remove", NULL, take_out }, { NULL } };

  return postern_flow_organization_page_act (engine, request, SECTION, get_part (request), fields, actions);
}
