/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

/* How far sinks are in the log. */

static PosternSinkPlace *
begin (PosternTxn *txn, const char *id, GError **error)
{
  PosternSinkPlace place = { .id = (char *) id, .created_at = NOW };

  g_assert_true (postern_sink_place_store_begin (txn, &place, error));
  return postern_sink_place_store_get (txn, id, error);
}

/* It begins at the end of the log, and once. */
static gboolean
life (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternSinkPlace) first = NULL, again = NULL, second = NULL;
  g_autoptr (GPtrArray) all = NULL;

  assert_fails (postern_sink_place_store_get (txn, "archive", &failure), POSTERN_ERROR_NOT_FOUND);
  first = begin (txn, "archive", error);
  g_assert_true (first->position == 0 && first->delivered == 0 && first->due_at == 0 && first->error == NULL && first->created_at == NOW);
  storage_kit_grow_log (txn, 0, 7, error);
  again = begin (txn, "archive", error);
  g_assert_cmpint (again->position, ==, 0);
  second = begin (txn, "journal", error);
  g_assert_cmpint (second->position, ==, 7);
  all = postern_sink_place_store_list (txn, error);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((PosternSinkPlace *) all->pdata[0])->id, ==, "archive");
  return TRUE;
}

static gboolean
settle (PosternTxn *txn, const PosternSinkPlace *place, gint64 position, GError **error)
{
  gboolean settled;

  g_assert_true (postern_sink_place_store_settle (txn, place, position, &settled, error));
  return settled;
}

/* Two that hand over: who was overtaken changes nothing. */
static gboolean
overtaken (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternSinkPlace) mine = begin (txn, "archive", error), yours = begin (txn, "archive", error), last = NULL;

  mine->position = 5;
  mine->delivered = 5;
  yours->failures = 1;
  yours->failing_since = NOW;
  yours->due_at = NOW + 5;
  yours->position = 3;
  yours->error = g_strdup ("no");
  g_assert_true (settle (txn, mine, 0, error));
  g_assert_false (settle (txn, yours, 0, error));
  last = postern_sink_place_store_get (txn, "archive", error);
  g_assert_true (last->position == 5 && last->delivered == 5 && last->failures == 0 && last->error == NULL);
  yours->position = 5;
  yours->missed = 2;
  g_assert_true (settle (txn, yours, 5, error));
  g_clear_pointer (&last, postern_sink_place_unref);
  last = postern_sink_place_store_get (txn, "archive", error);
  g_assert_true (last->failures == 1 && last->failing_since == NOW && last->due_at == NOW + 5 && last->missed == 2);
  g_assert_cmpstr (last->error, ==, "no");
  mine->id[0] = 'A';
  g_assert_false (settle (txn, mine, 5, error));
  return TRUE;
}

static void
run (gconstpointer func)
{
  g_autoptr (PosternStore) store = storage_kit_open ();

  storage_kit_write (store, POSTERN_KEEP_LASTING, (PosternTxnFunc) func, NULL);
  postern_store_close (store);
}

void
storage_sinks_add_tests (void)
{
  g_test_add_data_func ("/storage/sinks/life", life, run);
  g_test_add_data_func ("/storage/sinks/overtaken", overtaken, run);
}
