/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-audit-log.h"

static void
sequence (void)
{
  g_autoptr (GError) error = NULL;
  guint n;

  g_assert_true (postern_audit_log_sequence (store, POSTERN_AUDIT_REACH_ALL, g_get_real_time () / G_USEC_PER_SEC, &n, &error));
}

static gboolean
begin (PosternTxn *txn, gpointer data, GError **error)
{
  PosternSinkPlace place = { .id = data, .created_at = 1 };

  return postern_sink_place_store_begin (txn, &place, error);
}

/* As a worker that took some, and then failed. */
static gboolean
fail (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternSinkPlace) place = postern_sink_place_store_get (txn, "archive", error);
  gint64 before = place->position;
  gboolean settled;

  place->position++;
  place->delivered = 1;
  place->failures = 2;
  place->failing_since = 1000;
  place->due_at = 2000;
  g_free (place->error);
  place->error = g_strdup ("the disk is full");
  return postern_sink_place_store_settle (txn, place, before, &settled, error) && settled;
}

/* Before the first worker gave it anything, and afterwards; one that is gone is not shown. */
static void
test_shown (void)
{
  g_autoptr (GVariant) fresh = call ("GET", "/sinks/archive", NULL, NULL, 200), failing = NULL, doctor = NULL;
  g_autofree char *found = NULL;

  g_assert_cmpint (postern_json_get_int64 (fresh, "behind", -1), ==, 0);
  g_assert_cmpint (postern_json_get_int64 (fresh, "delivered", -1), ==, 0);
  fixture_write (store, begin, (gpointer) "archive");
  fixture_write (store, begin, (gpointer) "gone");
  g_variant_unref (call ("POST", "/users", NULL, "{\"email\":\"sink-1@example.com\"}", 201));
  g_variant_unref (call ("POST", "/users", NULL, "{\"email\":\"sink-2@example.com\"}", 201));
  sequence ();
  fixture_write (store, fail, NULL);
  g_assert_cmpuint (count_items ("/sinks", NULL), ==, 1);
  failing = call ("GET", "/sinks/archive", NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (failing, "error"), ==, "the disk is full");
  g_assert_cmpstr (postern_json_get_string (failing, "type"), ==, "ear");
  g_assert_cmpint (postern_json_get_int64 (failing, "behind", -1), >=, 1);
  g_assert_cmpint (postern_json_get_int64 (failing, "failures", -1), ==, 2);
  doctor = call ("GET", "/doctor", NULL, NULL, 200);
  found = postern_json_print (doctor);
  g_assert_nonnull (strstr (found, "“archive” takes no entries of the audit log: the disk is full"));
  refuses ("GET", "/sinks/gone", NULL, 404, "");
  refuses ("GET", "/sinks/password", NULL, 404, ""); /* no sink */
}

/* From an entry on, also the one that comes next: what failed is tried at once. What is not there is said, and nothing happens. */
static void
test_replay (void)
{
  g_autoptr (GVariant) all = NULL, end = NULL, at_time = NULL, shown = NULL;
  g_autofree char *last = NULL;

  fixture_write (store, begin, (gpointer) "archive");
  fixture_write (store, fail, NULL);
  sequence ();
  all = call ("POST", "/sinks/archive/replay", NULL, "{\"from\":\"0\"}", 200);
  g_assert_cmpint (postern_json_get_int64 (all, "position", -1), ==, 0);
  g_assert_cmpint (postern_json_get_int64 (all, "failures", -1), ==, 0);
  g_assert_null (postern_json_get_string (all, "error"));
  sequence ();
  shown = call ("GET", "/sinks/archive", NULL, NULL, 200);
  last = g_strdup_printf ("{\"from\":\"%" G_GINT64_FORMAT "\"}", postern_json_get_int64 (shown, "behind", -1));
  end = call ("POST", "/sinks/archive/replay", NULL, last, 200);
  g_assert_cmpint (postern_json_get_int64 (end, "behind", -1), ==, 0);
  at_time = call ("POST", "/sinks/archive/replay", NULL, "{\"from\":\"2020-01-31T00:00:00Z\"}", 200);
  g_assert_cmpint (postern_json_get_int64 (at_time, "position", -1), ==, 0);
  refuses ("POST", "/sinks/archive/replay", "{\"from\":\"999999\"}", 400, "from: is behind the end");
  refuses ("POST", "/sinks/archive/replay", "{\"from\":\"now\"}", 400, "from");
  refuses ("POST", "/sinks/archive/replay", "{}", 400, "from");
  refuses ("POST", "/sinks/gone/replay", "{\"from\":\"0\"}", 404, "");
  g_assert_cmpint (postern_json_get_int64 (at_time, "position", -1), ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = { { "/api-sinks/shown", test_shown }, { "/api-sinks/replay", test_replay }, { NULL, NULL } };

  return house_run (argc, argv, NULL, tests);
}
