/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-row.h"
#include "postern-store-tables.h"

/* Everything that is kept can be seen by the management API, or there is a reason why not. */

static const struct {
  const char *table;
  const char *operation; /* (nullable): that shows it, or what comes of it */
  const char *reason;    /* (nullable): why none does */
} kept[] = {
  { "access_tokens", NULL, "a token is its bearer's: what stands behind it are grants" },
  { "applications", "listApplications" },
  { "audit", "listAuditEntries" },
  { "audit_chain", "proveAuditEntry" },
  { "audit_heads", "listAuditHeads" },
  { "audit_nodes", "proveAuditConsistency" },
  { "audit_trees", "proveAuditConsistency" },
  { "claims_hooks", "getApplicationClaimsHook" },
  { "codes", NULL, "lives for minutes, and whoever saw one could sign in" },
  { "consents", "listConsents" },
  { "counters", "getLockout" },
  { "credentials", "getUser" },
  { "devices", NULL, "hashes of browsers that say nothing to anybody; they go with a reset of factors, and with the person" },
  { "flows", NULL, "a sign-in that is under way, for minutes" },
  { "grants", "listGrants" },
  { "idempotency_keys", NULL, "what a repetition of a request is answered, to who sends it again" },
  { "identities", "getUser" },
  { "imports", "listImports" },
  { "instances", "listConnectors" },
  { "invitations", "listInvitations" },
  { "leases", NULL, "which process does the periodic work, for seconds" },
  { "organization_brand_files", "getBranding" },
  { "organization_choices", NULL, "which organization a session chose for an application; it ends with the session" },
  { "organization_domains", "listDomains" },
  { "organization_group_members", "listGroupMembers" },
  { "organization_groups", "listGroups" },
  { "organization_joins", "getOrganization" },
  { "organization_members", "listMembers" },
  { "organizations", "listOrganizations" },
  { "outbox", "listMessages" },
  { "refresh_tokens", NULL, "a token is its bearer's: what stands behind it are grants" },
  { "resources", "listResources" },
  { "revoked_tokens", NULL, "until a token would have lapsed by itself" },
  { "role_assignments", "listRoleHolders" },
  { "role_management_permissions", "listRolePermissions" },
  { "role_permissions", "listRolePermissions" },
  { "roles", "listRoles" },
  { "sessions", "listSessions" },
  { "settings", "getPolicy" },
  { "signing_keys", "listKeys" },
  { "sink_places", "listSinks" },
  { "tenant_domains", "getTenant" },
  { "tenants", "listTenants" },
  { "tickets", NULL, "links that are worth something: whoever saw one could use it" },
  { "users", "listUsers" },
  { "webhooks", "listWebhooks" },
};

static gboolean
has_operation (const char *name)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if (g_str_equal (row->operation, name))
        return TRUE;
  return FALSE;
}

static gboolean
has_row (const char *table)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_str_equal (kept[i].table, table))
      return TRUE;
  return FALSE;
}

static gboolean
has_table (GPtrArray *tables, const char *name)
{
  for (guint i = 0; i < tables->len; i++)
    if (g_str_equal (((PosternStoreTable *) tables->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

static void
test_tables (void)
{
  g_autoptr (GPtrArray) tables = postern_store_tables_list ();

  for (guint i = 0; i < tables->len; i++)
    {
      const char *name = ((PosternStoreTable *) tables->pdata[i])->name;

      if (!has_row (name))
        g_error ("%s is kept: say here which operation of the management API shows it, or why none does", name);
    }
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      if (!has_table (tables, kept[i].table))
        g_error ("%s is kept no more: take its row away", kept[i].table);
      if ((kept[i].operation == NULL) == (kept[i].reason == NULL) || (kept[i].operation != NULL && !has_operation (kept[i].operation)))
        g_error ("%s: %s is no operation", kept[i].table, kept[i].operation);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/api-kept/tables", test_tables);
  return g_test_run ();
}
