/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-routes.h"

/* The groups of the organization; one of them: postern-flow-organization-group.c. */

#define SECTION "groups"

static const PosternFlowVisitNotice notices[] = {
  { "deleted", N_("The group is deleted. Its members stay in the organization.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "groups", NULL);
}

PosternResponse *
postern_flow_organization_groups_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter (&page, engine, request, SECTION, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) answer = NULL;

  if (refused)
    return refused;
  if (!postern_flow_organization_page_ask_list (&page, dup_path (&page), NULL, &answer))
    return postern_flow_organization_page_show_problem (&page);
  postern_json_object_add_boolean (&model, "changes", postern_flow_organization_page_may (&page, "members:write"));
  postern_flow_organization_form_add_typed (&page, &model, "name");
  postern_json_object_add (&model, "groups", postern_flow_organization_page_rows_of (&page, answer));
  postern_flow_organization_page_add_next (&page, &model, answer, NULL);
  return postern_flow_organization_page_show (&page, "organization-groups", &model, notices);
}

PosternResponse *
postern_flow_organization_groups_submit (PosternRequest *request, gpointer engine)
{
  static const char *const steps[] = { "organizations", POSTERN_FLOW_ORGANIZATION_FORM_ID, "groups", NULL };

  return postern_flow_organization_form_make (engine, request, SECTION, steps, N_("There is a group of this name already."));
}
