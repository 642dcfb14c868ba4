/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-organization-roles.h"
#include "postern-flow-routes.h"

/* One group of the organization: what it is called and for, who is in it, and which roles they have by it. */

#define SECTION "groups"

static const char *const fields[] = { "user", "name", "description", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "made", N_("The group is made.") },
  { "saved", N_("It is saved.") },
  { "entered", N_("The person is in the group.") },
  { "left", N_("The person is not in the group any more.") },
  { "given", N_("The role is given.") },
  { "taken", N_("The role is taken away.") },
  { NULL },
};

static const char *
get_part (PosternRequest *request)
{
  return postern_request_get_capture (request, "group");
}

/* @rest, @member: (nullable) */
static char *
dup_path (PosternFlowOrganizationPage *page, const char *rest, const char *member)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "groups", get_part (page->request), rest, member, NULL);
}

static GVariant *
rows_of (GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) member = postern_flow_organization_page_get_item (answer, i);
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    if (member == NULL)
      return g_variant_builder_end (&rows);
    postern_flow_organization_page_add_person (&row, member);
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
}

static void
add_roles (PosternFlowOrganizationPage *page, PosternJsonObject *model, GVariant *group, const PosternFlowOrganizationRoles *roles)
{
  g_auto (GStrv) ids = postern_json_dup_strv (group, "roles", FALSE);
  gboolean gives = postern_flow_organization_page_may (page, "roles:write");

  postern_json_object_add (model, "roles", postern_flow_organization_roles_list (roles, (const char *const *) ids));
  if (gives)
    postern_json_object_add (model, "others", postern_flow_organization_roles_list_others (roles, (const char *const *) ids));
  postern_json_object_add_boolean (model, "sees_roles", postern_flow_organization_page_may (page, "roles:read"));
  postern_json_object_add_boolean (model, "gives_roles", gives);
}

PosternResponse *
postern_flow_organization_group_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, get_part (request));
  g_auto (PosternFlowOrganizationRoles) roles = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) group = NULL, members = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask (&page, "GET", dup_path (&page, NULL, NULL), NULL, NULL, &group) || !postern_flow_organization_roles_read (&roles, &page) ||
      !postern_flow_organization_page_ask_list (&page, dup_path (&page, "members", NULL), NULL, &members))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_string (&model, "group_name", postern_json_get_string (group, "name"));
  postern_flow_organization_form_add_words (&page, &model, group);
  add_roles (&page, &model, group, &roles);
  postern_json_object_add_boolean (&model, "changes", postern_flow_organization_page_may (&page, "members:write"));
  postern_flow_organization_form_add_typed (&page, &model, "user");
  postern_json_object_add (&model, "members", rows_of (members));
  postern_flow_organization_page_add_next (&page, &model, members, NULL);
  postern_flow_organization_page_add_url (&page, &model, "back_url", NULL, NULL);
  return postern_flow_organization_page_show (&page, "organization-group", &model, notices);
}

/* --- what is changed --------------------------------------------------------------------------------------------------- */

static PosternResponse *
answer (PosternFlowOrganizationPage *page, gboolean done, const char *notice)
{
  return postern_flow_organization_page_answer (page, done, get_part (page->request), notice, NULL);
}

/* By the address that the person signs in with, or any other word that names them. */
static PosternResponse *
enter (PosternFlowOrganizationPage *page, const char *user)
{
  g_autofree char *stripped = g_strstrip (g_strdup (user));

  return answer (page, postern_flow_organization_page_ask (page, "PUT", dup_path (page, "members", stripped), NULL, NULL, NULL), "entered");
}

static PosternResponse *
leave (PosternFlowOrganizationPage *page, const char *user)
{
  return answer (page, postern_flow_organization_page_ask (page, "DELETE", dup_path (page, "members", user), NULL, NULL, NULL), "left");
}

static PosternResponse *
give (PosternFlowOrganizationPage *page, const char *role)
{
  return answer (page, postern_flow_organization_roles_give (page, role, get_part (page->request)), "given");
}

static PosternResponse *
take (PosternFlowOrganizationPage *page, const char *role)
{
  return answer (page, postern_flow_organization_roles_take (page, role, get_part (page->request)), "taken");
}

static PosternResponse *
save (PosternFlowOrganizationPage *page, const char *value)
{
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  gboolean done;

  postern_flow_organization_form_read_words (page, &body);
  done = postern_flow_organization_form_send (page, dup_path (page, NULL, NULL), postern_json_object_end (&body));
  return postern_flow_organization_page_answer (page, done, get_part (page->request), "saved", N_("There is a group of this name already."));
}

static PosternResponse *
delete (PosternFlowOrganizationPage *page, const char *value)
{
  return postern_flow_organization_page_answer (page, postern_flow_organization_page_ask (page, "DELETE", dup_path (page, NULL, NULL), NULL, NULL, NULL), NULL, "deleted", NULL);
}

PosternResponse *
postern_flow_organization_group_submit (PosternRequest *request, gpointer engine)
{
  static const PosternFlowOrganizationAction actions[] = {
    { "enter", "user", enter }, { "leave:", NULL, leave }, { "give", "role", give }, { "take:", NULL, take },
    { "save", NULL, save }, { "delete", NULL, delete }, { NULL },
  };

  return postern_flow_organization_page_act (engine, request, SECTION, get_part (request), fields, actions);
}
