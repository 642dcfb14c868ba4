/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include <string.h>

/* What is written down of changes that no other test looks at: by whom, of what, in which request. */

/* The newest of @event is of the local administrator's last request, and of @target. (transfer full) */
static PosternAudit *
find_of (const char *event, const char *target)
{
  PosternAudit *entry = find_entry (event, NULL);

  g_assert_cmpstr (entry->actor, ==, "local administrator");
  g_assert_cmpstr (entry->target, ==, target);
  g_assert_nonnull (entry->request_id);
  return entry;
}

static void
test_messages (void)
{
  g_autoptr (GVariant) made = call ("POST", "/messages", NULL, "{\"recipient\":\"ada@example.org\"}", 201);
  g_autofree char *path = g_strdup_printf ("/messages/%s/retry", postern_json_get_string (made, "id"));
  g_autoptr (PosternAudit) tested = NULL, retried = NULL;

  tested = find_of ("message.tested", postern_json_get_string (made, "recipient"));
  g_assert_null (strstr (tested->target, "ada@")); /* masked: the log is kept longer than the message */
  g_variant_unref (call ("POST", path, NULL, NULL, 200));
  retried = find_of ("message.retried", postern_json_get_string (made, "id"));
}

/* The log says which secret it was, and never what it is. */
static void
test_application_secrets (void)
{
  g_autofree char *client_id = make ("/applications", "{\"name\":\"Shop\",\"metadata\":{\"redirect_uris\":[\"https://shop.example/cb\"]}}", "client_id"), *path = NULL;
  g_autofree char *secrets = g_strdup_printf ("/applications/%s/secrets", client_id);
  g_autoptr (GVariant) made = call ("POST", secrets, NULL, NULL, 201);
  g_autoptr (PosternAudit) added = find_of ("application.secret-added", client_id), removed = NULL;
  g_autofree char *id = g_strdup (postern_json_get_string (added->data, "secret"));

  path = g_strconcat (secrets, "/", id, NULL);
  g_variant_unref (call ("DELETE", path, NULL, NULL, 200));
  removed = find_of ("application.secret-removed", client_id);
  g_assert_cmpstr (postern_json_get_string (removed->data, "secret"), ==, id);
  g_assert_cmpstr (postern_json_get_string (made, "client_secret"), !=, id);
}

static gboolean
insert_grant (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_grant_store_insert (txn, data, error);
}

/* Whose it was stands beside it: what the id meant is not to be found out any more. */
static void
test_grant (void)
{
  g_autofree char *user_id = make ("/users", "{\"username\":\"grace\"}", "id"), *path = NULL;
  g_autoptr (PosternGrant) grant = postern_grant_new ();
  g_autoptr (PosternAudit) revoked = NULL;

  grant->id = postern_id_new ("gnt");
  grant->user_id = g_strdup (user_id);
  grant->application_id = g_strdup ("app_of_grace");
  grant->data = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  grant->created_at = g_get_real_time () / G_USEC_PER_SEC;
  grant->expires_at = grant->created_at + 600;
  fixture_write (store, insert_grant, grant);
  path = g_strconcat ("/grants/", grant->id, NULL);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  revoked = find_of ("grant.revoked", grant->id);
  g_assert_cmpstr (postern_json_get_string (revoked->data, "user"), ==, user_id);
  g_assert_cmpstr (postern_json_get_string (revoked->data, "application"), ==, "app_of_grace");
}

/* --- reads ------------------------------------------------------------------------------------------------------------ */

/* What tells nothing of people, but of what was set up: it is read again and again by programs, and not written down. Whoever adds a read decides. */
static const char *const of_things[] = {
  "getApplication", "listApplications", "getApplicationClaimsHook", "getResource", "listResources", "getResourceClaimsHook", "getConnector", "listConnectors", "listConnectorTypes",
  "getPolicy", "getTenantBranding", "getBranding", "getOrganization", "listOrganizations", "getDomain", "listDomains", "getGroup", "listGroups", "getRole", "listRoles",
  "listRolePermissions", "getTenant", "listTenants", "getWebhook", "listWebhooks", "listWebhookAttempts", "getSink", "listSinks", "listEvents", "listKeys", "getAuditKeys", "listAuditHeads",
  "proveAuditConsistency", "getImport", "listImports", "getStatus", "runDoctor", "getDocument", "checkChanges", NULL,
};

static void
test_reads (void)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++) {
      gboolean written = (row->flags & POSTERN_API_SENSITIVE) != 0;

      if (postern_api_row_is_read (row) && written == g_strv_contains (of_things, row->operation))
        g_error ("%s: either it is written down (POSTERN_API_SENSITIVE), or it tells nothing of people and stands in the list of this test", row->operation);
    }
}

/* Who belongs to which organizations says something of a person, and of whom it was asked may be an address: the log has the id. */
static void
test_asks_of_person (void)
{
  g_autofree char *id = make ("/users", "{\"email\":\"hopper@example.org\"}", "id");
  guint before = (guint) count_items ("/audit", "event=data.read"), after;
  g_autoptr (PosternAudit) entry = NULL;
  g_autofree char *data = NULL;

  g_assert_cmpuint (count_items ("/organizations", NULL), ==, 0);
  after = (guint) count_items ("/audit", "event=data.read");
  g_assert_cmpuint (after, ==, before + 1); /* it has the look before */
  g_assert_cmpuint (count_items ("/organizations", "member=hopper%40example.org"), ==, 0);
  entry = find_entry ("data.read", NULL);
  data = postern_json_print (entry->data);
  g_assert_cmpstr (postern_json_get_string (entry->data, "operation"), ==, "listOrganizations");
  g_assert_cmpstr (postern_json_get_string (entry->data, "user"), ==, id);
  g_assert_nonnull (strstr (data, "\"searched\":[\"member\"]"));
  g_assert_null (strstr (data, "hopper"));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-written/messages", test_messages },
    { "/api-written/application-secrets", test_application_secrets },
    { "/api-written/grant", test_grant },
    { "/api-written/reads", test_reads },
    { "/api-written/asks-of-person", test_asks_of_person },
    { NULL, NULL },
  };

  api_fixture_has_messenger = TRUE;
  return house_run (argc, argv, NULL, tests);
}
