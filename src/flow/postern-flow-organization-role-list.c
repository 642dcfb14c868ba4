/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-routes.h"

/* The roles that can be had in the organization: its own, and those that every organization may use. One of them: postern-flow-organization-role.c. */

#define SECTION "roles"

static const PosternFlowVisitNotice notices[] = {
  { "deleted", N_("The role is deleted. Nobody has it any more.") },
  { NULL },
};

PosternResponse *
postern_flow_organization_role_list_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) own = NULL, templates = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask_list (&page, postern_flow_organization_page_dup_path ("roles", NULL), NULL, &own) ||
      !postern_flow_organization_page_ask_all (&page, postern_flow_organization_page_dup_path ("roles", NULL), "templates=true", &templates))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_boolean (&model, "changes", postern_flow_organization_page_may (&page, "roles:write"));
  postern_flow_organization_form_add_typed (&page, &model, "name");
  postern_json_object_add (&model, "roles", postern_flow_organization_page_rows_of (&page, own));
  postern_json_object_add (&model, "templates", postern_flow_organization_page_rows_of (&page, templates));
  postern_flow_organization_page_add_next (&page, &model, own, NULL);
  return postern_flow_organization_page_show (&page, "organization-roles", &model, notices);
}

PosternResponse *
postern_flow_organization_role_list_submit (PosternRequest *request, gpointer engine)
{
  static const char *const steps[] = { "roles", NULL };

  return postern_flow_organization_form_make (engine, request, SECTION, steps, N_("There is a role of this name already."));
}
