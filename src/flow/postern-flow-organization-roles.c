/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-roles.h"

static gboolean
read_list (PosternFlowOrganizationRoles *self, PosternFlowOrganizationPage *page, const char *query)
{
  g_autoptr (GVariant) answer = NULL;

  if (!postern_flow_organization_page_ask_all (page, postern_flow_organization_page_dup_path ("roles", NULL), query, &answer))
    return FALSE;
  for (gsize i = 0;; i++) {
    GVariant *role = postern_flow_organization_page_get_item (answer, i);

    if (role == NULL)
      return TRUE;
    g_ptr_array_add (self->roles, role);
  }
}

gboolean
postern_flow_organization_roles_read (PosternFlowOrganizationRoles *self, PosternFlowOrganizationPage *page)
{
  self->roles = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  return !postern_flow_organization_page_may (page, "roles:read") || (read_list (self, page, NULL) && read_list (self, page, "templates=true"));
}

void
postern_flow_organization_roles_clear (PosternFlowOrganizationRoles *self)
{
  g_clear_pointer (&self->roles, g_ptr_array_unref);
}

static GVariant *
list (const PosternFlowOrganizationRoles *self, const char *const *ids, gboolean wanted)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < self->roles->len; i++) {
    GVariant *role = self->roles->pdata[i];
    const char *id = postern_json_get_string (role, "id");
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    if ((ids && g_strv_contains (ids, id)) != wanted)
      continue;
    postern_json_object_add_string (&entry, "id", id);
    postern_json_object_add_string (&entry, "name", postern_json_get_string (role, "name"));
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

GVariant *
postern_flow_organization_roles_list (const PosternFlowOrganizationRoles *self, const char *const *ids)
{
  return list (self, ids, TRUE);
}

GVariant *
postern_flow_organization_roles_list_others (const PosternFlowOrganizationRoles *self, const char *const *ids)
{
  return list (self, ids, FALSE);
}

gboolean
postern_flow_organization_roles_give (PosternFlowOrganizationPage *page, const char *role_id, const char *subject_id)
{
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&body, "subject_id", subject_id);
  return postern_flow_organization_page_ask (page, "POST", postern_flow_organization_page_dup_path ("roles", role_id, "assignments", NULL), NULL, postern_json_object_end (&body), NULL);
}

gboolean
postern_flow_organization_roles_take (PosternFlowOrganizationPage *page, const char *role_id, const char *subject_id)
{
  return postern_flow_organization_page_ask (page, "DELETE", postern_flow_organization_page_dup_path ("roles", role_id, "assignments", subject_id, NULL), NULL, NULL, NULL);
}
