/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-audit-export.h"
#include "postern-audit-key.h"
#include "postern-audit-log.h"
#include "postern-outbox.h"

/* Of somebody who was deleted nothing is left that says who they were: not in the log, not in its export, not in any file. */

static const char *const traces[] = { "grace@example.org", "hopper@example.net", "grace.h", "+4915112345678", "Grace Hopper", "Rear Admiral", "9 Navy Yard", "EMP-1906", "192.0.2.44" };

/* (transfer full): how often @text has one of them */
static guint
count_traces (const char *text, gsize length)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (traces); i++)
    for (const char *at = text; (at = memmem (at, length - (gsize) (at - text), traces[i], strlen (traces[i]))) != NULL; at++, n++)
      g_test_message ("%s", traces[i]);
  return n;
}

typedef struct {
  gint64 size;
  GPtrArray *lines;
} Export;

static gboolean
export (PosternTxn *txn, gpointer user_data, GError **error)
{
  Export *self = user_data;
  g_autoptr (GVariant) keys = postern_audit_key_list (txn, error);
  gint64 from = 0, next;
  g_autoptr (GPtrArray) more = NULL;

  g_clear_pointer (&self->lines, g_ptr_array_unref);
  self->lines = postern_audit_export_begin (txn, tenant, keys, &from, error);
  more = postern_audit_export_list (txn, from, self->size, &next, error);
  g_assert_cmpint (next, ==, self->size);
  g_ptr_array_extend_and_steal (self->lines, g_steal_pointer (&more));
  return TRUE;
}

static guint
count_exported (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  Export self = { 0, NULL };
  guint n;

  g_assert_true (postern_audit_log_sequence (store, POSTERN_AUDIT_REACH_ALL, now, &n, NULL));
  head = postern_audit_log_sign (tenant, now, NULL);
  self.size = head->tree_size;
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, export, &self, NULL));
  lines = self.lines;
  n = 0;
  for (guint i = 0; i < lines->len; i++)
    n += count_traces (lines->pdata[i], strlen (lines->pdata[i]));
  return n;
}

/* As the person would do something: from an address of theirs. */
static gboolean
act (PosternTxn *txn, gpointer id, GError **error)
{
  const PosternAuditBy by = { id, EVENT_FIXTURE_REQUEST, "192.0.2.44" };
  g_autoptr (PosternAudit) entry = postern_audit_store_new_by ("sign-in.succeeded", &by, NULL);

  return postern_audit_store_append (txn, entry, error);
}

/* What waits is sent: mail about the deletion goes to who was deleted. */
static gboolean
send_waiting (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GPtrArray) waiting = postern_outbox_store_take (txn, "email", 100, now, now + 60, error);

  for (guint i = 0; i < waiting->len; i++) {
    PosternOutboxEntry *entry = waiting->pdata[i];
    char *masked = postern_outbox_mask (entry->recipient);

    g_free (entry->recipient);
    g_free (entry->state);
    g_clear_pointer (&entry->model, g_free);
    entry->recipient = masked;
    entry->state = g_strdup ("sent");
    entry->due_at = 0;
    g_assert_true (postern_outbox_store_settle (txn, entry, now + 60, error));
  }
  return waiting->len > 0;
}

static void
test_forgotten (void)
{
  static const char made[] = "{\"email\":\"grace@example.org\",\"email_verified\":true,\"username\":\"grace.h\",\"phone\":\"+4915112345678\",\"name\":\"Grace Hopper\","
                             "\"external_id\":\"EMP-1906\",\"profile\":{\"title\":\"Rear Admiral\"},\"data\":{\"street\":\"9 Navy Yard\"},\"password\":\"long enough\"}";
  static const char *const parts[] = { "roles", "permissions", "lockout", "consents" };
  g_autoptr (PosternResponse) answer = send_with ("POST", "/users", made, "Idempotency-Key", "\"once\"");
  g_autoptr (GVariant) user = read_body (answer);
  const char *id = postern_json_get_string (user, "id");
  g_autofree char *path = g_strconcat ("/users/", id, NULL);
  g_autofree char *organization = make ("/organizations", "{\"name\":\"Navy\",\"slug\":\"navy\"}", "id"), *invitations = g_strconcat ("/organizations/", organization, "/invitations", NULL);

  g_variant_unref (call ("PATCH", path, NULL, "{\"email\":\"hopper@example.net\",\"email_verified\":true}", 200));
  g_free (make (invitations, "{\"email\":\"hopper@example.net\"}", "id"));
  fixture_write (store, act, (gpointer) id);
  g_variant_unref (call ("GET", "/users", "search=grace.h", NULL, 200));
  g_variant_unref (call ("GET", "/users/hopper@example.net", NULL, NULL, 200));
  g_variant_unref (call ("GET", "/sessions", "user=hopper%40example.net", NULL, 200));
  g_variant_unref (call ("GET", "/grants", "user=hopper%40example.net", NULL, 200));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree char *part = g_strconcat ("/users/hopper@example.net/", parts[i], NULL);

    g_variant_unref (call ("GET", part, NULL, NULL, 200));
  }
  g_assert_null (call ("POST", "/grant-revocations", NULL, "{\"user\":\"hopper@example.net\"}", 204));
  g_assert_cmpuint (count_exported (), >, G_N_ELEMENTS (traces));
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  assert_audited ("invitation.forgotten");
  g_assert_cmpuint (count_exported (), ==, 0);
  fixture_write (store, send_waiting, NULL);
}

/* --- files ----------------------------------------------------------------------------------------------------------- */

static guint
count_in_files (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autofree char *text = NULL;
  const char *name;
  gsize length;
  guint n = 0;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);

    n += count_in_files (inner);
  }
  if (folder == NULL && g_file_get_contents (path, &text, &length, NULL))
    n += count_traces (text, length);
  if (n > 0)
    g_test_message ("%s: %u", path, n);
  return n;
}

static void
test_files (void)
{
  api_fixture_free (api);
  g_clear_object (&tenant);
  fixture_close (store, FALSE);
  g_assert_cmpuint (count_in_files (fixture_location), ==, 0);
  fixture_remove (fixture_location);
  g_clear_pointer (&fixture_location, g_free);
}

int
main (int argc, char **argv)
{
  api_fixture_has_messenger = TRUE;
  house_begin (&argc, &argv);
  g_test_add_func ("/api/forget/log", test_forgotten);
  g_test_add_func ("/api/forget/files", test_files);
  return g_test_run ();
}
