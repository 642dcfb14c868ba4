/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-organization-form.h"
#include "postern-flow-routes.h"

/* The groups of the organization; one of them: postern-flow-organization-group.c. */

#define SECTION "groups"
#define CONFLICT N_("There is a group of this name already.")

static const char *const fields[] = { "name", NULL };

static const PosternFlowVisitNotice notices[] = {
  { "deleted", N_("The group is deleted. Its members stay in the organization.") },
  { NULL },
};

static char *
dup_path (PosternFlowOrganizationPage *page)
{
  return postern_flow_organization_page_dup_path ("organizations", page->organization->id, "groups", NULL);
}

static GVariant *
rows_of (PosternFlowOrganizationPage *page, GVariant *answer)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gsize i = 0;; i++) {
    g_autoptr (GVariant) group = postern_flow_organization_page_get_item (answer, i);
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    if (group == NULL)
      return g_variant_builder_end (&rows);
    postern_json_object_add_string (&row, "id", postern_json_get_string (group, "id"));
    postern_json_object_add_string (&row, "name", postern_json_get_string (group, "name"));
    postern_json_object_add_string (&row, "description", postern_json_get_string (group, "description"));
    postern_flow_organization_page_add_url (page, &row, "url", NULL, postern_json_get_string (group, "id"));
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
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
  postern_json_object_add (&model, "groups", rows_of (&page, answer));
  postern_flow_organization_page_add_next (&page, &model, answer, NULL);
  return postern_flow_organization_page_show (&page, "organization-groups", &model, notices);
}

/* There is one thing to send: a new one's name. */
PosternResponse *
postern_flow_organization_groups_submit (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowOrganizationPage) page = { NULL };
  PosternResponse *refused = postern_flow_organization_page_enter_to_change (&page, engine, request, SECTION, NULL, fields);
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) made = NULL;
  const char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (refused)
    return refused;
  if (!postern_request_get_form (request, "name", &name, &error))
    return postern_response_new_error_page (error, NULL);
  postern_json_object_add_string (&body, "name", name ? name : "");
  if (postern_flow_organization_page_ask (&page, "POST", dup_path (&page), NULL, postern_json_object_end (&body), &made))
    return postern_flow_organization_page_lead (&page, postern_json_get_string (made, "id"), "made");
  return postern_flow_organization_page_lead_to_problem (&page, CONFLICT);
}
