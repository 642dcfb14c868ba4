/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page-sections.h"

#include <glib/gi18n.h>

/* What there is, in the order in which it is shown. A section is there for who holds its permission. */
static const struct {
  const char *name, *permission, *title;
} sections[] = {
  { "members", "members:read", N_("Members") },
  { "invitations", "invitations:read", N_("Invitations") },
  { "groups", "members:read", N_("Groups") },
  { "roles", "roles:read", N_("Roles") },
  { "domains", "organizations:read", N_("Domains") },
  { "sign-in", "organizations:read", N_("Sign-in rules") },
  { "look", "branding:read", N_("Look") },
  { "log", "audit:read", N_("Log") },
};

gboolean
postern_flow_organization_page_sections_may_see (PosternFlowOrganizationPage *page, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_str_equal (sections[i].name, name))
      return postern_flow_organization_page_may (page, sections[i].permission);
  return FALSE;
}

const char *
postern_flow_organization_page_sections_find_first (PosternFlowOrganizationPage *page)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (postern_flow_organization_page_may (page, sections[i].permission))
      return sections[i].name;
  return NULL;
}

GVariant *
postern_flow_organization_page_sections_list (PosternFlowOrganizationPage *page)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    if (!postern_flow_organization_page_may (page, sections[i].permission))
      continue;
    postern_json_object_add_string (&entry, "id", sections[i].name);
    postern_json_object_add_string (&entry, "title", sections[i].title);
    postern_json_object_add_boolean (&entry, "current", g_str_equal (sections[i].name, page->section));
    postern_flow_organization_page_add_url (page, &entry, "url", sections[i].name, NULL);
    g_variant_builder_add (&entries, "v", postern_json_object_end (&entry));
  }
  return g_variant_builder_end (&entries);
}

/* --- where somebody may see any --------------------------------------------------------------------------------------- */

/* What roles give in an organization. */
static void
note_open (const PosternEffective *effective, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (g_str_equal (sections[i].permission, effective->scope))
      g_hash_table_add (user_data, g_strdup (effective->organization_id));
}

typedef struct {
  const char *user_id;
  GHashTable *open;
} Openings;

static gboolean
read_open (PosternTxn *txn, gpointer user_data, GError **error)
{
  Openings *self = user_data;

  return postern_assignment_store_each_delegated (txn, self->user_id, note_open, self->open, error);
}

GHashTable *
postern_flow_organization_page_sections_list_open (PosternRuntime *runtime, const char *user_id)
{
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  PosternPermissionSubject subject = { user_id, NULL };
  g_autoptr (GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Openings openings = { user_id, open };
  g_autoptr (PosternPermission) everywhere = NULL;

  if (!postern_runtime_has_management (runtime))
    return g_steal_pointer (&open);
  everywhere = postern_permission_cache_dup (postern_tenant_get_permissions (tenant), &subject, NULL);
  for (guint i = 0; everywhere && i < G_N_ELEMENTS (sections); i++)
    if (postern_permission_manages (everywhere, postern_tenant_get_issuer (tenant), sections[i].permission))
      g_hash_table_add (open, g_strdup (""));
  postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, read_open, &openings, NULL);
  return g_steal_pointer (&open);
}
