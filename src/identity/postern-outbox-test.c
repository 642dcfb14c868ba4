/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-outbox.h"

#include <string.h>

#include "postern-error.h"
#include "postern-identity-fixture.h"
#include "postern-messenger.h"
#include "postern-purge.h"
#include "postern-seal.h"

#define LATER (G_GINT64_CONSTANT (4000000000))

static PosternStore *store;

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static PosternOutboxItem
make_item (const char *recipient)
{
  return (PosternOutboxItem){ strchr (recipient, '@') ? "email" : "sms", recipient, "code", "de", "{\"code\":\"314159\"}", LATER };
}

static gboolean
do_add (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_outbox_add (txn, data, error);
}

static void
add (const char *recipient)
{
  PosternOutboxItem item = make_item (recipient);

  fixture_write (store, do_add, &item);
}

typedef struct {
  const char *channel, *id;
  gint64 now, until, due_at;
  PosternOutboxEntry *entry;
  GPtrArray *list;
} Turn;

static gboolean
do_take (PosternTxn *txn, gpointer data, GError **error)
{
  Turn *turn = data;

  g_clear_pointer (&turn->list, g_ptr_array_unref);
  turn->list = postern_outbox_store_take (txn, turn->channel, 8, turn->now, turn->until, error);
  return turn->list != NULL;
}

static gboolean
do_settle (PosternTxn *txn, gpointer data, GError **error)
{
  Turn *turn = data;

  return postern_outbox_store_settle (txn, turn->entry, turn->until, error);
}

static gboolean
do_get (PosternTxn *txn, gpointer data, GError **error)
{
  Turn *turn = data;

  turn->entry = postern_outbox_store_get (txn, turn->id, error);
  return turn->entry != NULL && postern_outbox_store_get_due (txn, &turn->due_at, error);
}

static gboolean
do_retry (PosternTxn *txn, gpointer data, GError **error)
{
  Turn *turn = data;

  return postern_outbox_store_retry (txn, turn->id, turn->now, error);
}

static gboolean
do_list_lapsed (PosternTxn *txn, gpointer data, GError **error)
{
  Turn *turn = data;

  g_clear_pointer (&turn->list, g_ptr_array_unref);
  turn->list = postern_outbox_store_list_lapsed (txn, 8, turn->now, error);
  return turn->list != NULL;
}

static PosternOutboxEntry *
take_one (const char *channel, gint64 now, gint64 until)
{
  Turn turn = { .channel = channel, .now = now, .until = until };
  PosternOutboxEntry *entry;

  fixture_write (store, do_take, &turn);
  entry = turn.list->len > 0 ? postern_outbox_entry_ref (turn.list->pdata[0]) : NULL;
  g_assert_cmpuint (turn.list->len, <=, 1);
  g_ptr_array_unref (turn.list);
  return entry;
}

static void
settle (PosternOutboxEntry *entry, const char *state, gint64 due_at, gint64 taken_until)
{
  Turn turn = { .entry = entry, .until = taken_until };

  g_free (entry->state);
  entry->state = g_strdup (state);
  entry->due_at = due_at;
  fixture_write (store, do_settle, &turn);
}

/* Added, taken by one alone, sealed on the way, and gone when it was sent. */
static void
test_way (void)
{
  gint64 now = now_seconds ();
  g_autoptr (PosternOutboxEntry) entry = NULL, kept = NULL;
  g_autoptr (GError) error = NULL;
  Turn turn = { 0 };
  char *model;

  add ("ada@example.com");
  g_assert_null (take_one ("sms", now, now + 30));
  entry = take_one ("email", now + 1, now + 30);
  g_assert_nonnull (entry);
  g_assert_null (take_one ("email", now + 29, now + 60));
  g_assert_cmpint (entry->attempts, ==, 1);
  g_assert_cmpstr (entry->recipient, ==, "ada@example.com");
  g_assert_cmpstr (entry->language, ==, "de");
  g_assert_null (strstr (entry->model, "314159"));
  model = postern_outbox_store_dup_model (store, entry, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (model, ==, "{\"code\":\"314159\"}");
  postern_secret_free (model);

  g_clear_pointer (&entry->model, g_free);
  settle (entry, "sent", 0, now + 30);
  g_assert_null (take_one ("email", now + 100, now + 130));
  turn.id = entry->id;
  fixture_write (store, do_get, &turn);
  kept = turn.entry;
  g_assert_cmpstr (kept->state, ==, "sent");
  g_assert_null (kept->model);
  g_assert_cmpint (turn.due_at, ==, G_MAXINT64);
  g_assert_null (postern_outbox_store_dup_model (store, kept, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STALE);
}

/* Who took it and died loses it; when he then comes back with a failure, it is no longer his to tell about. */
static void
test_taken_twice (void)
{
  gint64 now = now_seconds ();
  g_autoptr (PosternOutboxEntry) first = NULL, second = NULL;
  Turn turn = { 0 };

  add ("+4915112345678");
  first = take_one ("sms", now + 1, now + 30);
  second = take_one ("sms", now + 31, now + 60);
  g_assert_cmpstr (first->id, ==, second->id);
  g_assert_cmpint (second->attempts, ==, 2);
  settle (first, "failed", LATER, now + 30);
  turn.id = first->id;
  fixture_write (store, do_get, &turn);
  g_assert_cmpstr (turn.entry->state, ==, "waiting");
  g_assert_cmpint (turn.due_at, ==, now + 60);
  postern_outbox_entry_unref (turn.entry);
  settle (first, "sent", 0, now + 30); /* but that it was sent is true */
  fixture_write (store, do_get, &turn);
  g_assert_cmpstr (turn.entry->state, ==, "sent");
  postern_outbox_entry_unref (turn.entry);
}

static void
test_retry (void)
{
  gint64 now = now_seconds ();
  g_autoptr (PosternOutboxEntry) entry = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  Turn turn = { .now = now + 2 };

  add ("bob@example.com");
  entry = take_one ("email", now + 1, now + 30);
  settle (entry, "failed", entry->expires_at, now + 30);
  g_assert_null (take_one ("email", now + 60, now + 90));
  turn.id = entry->id;
  fixture_write (store, do_retry, &turn);
  again = take_one ("email", now + 2, now + 30);
  g_assert_cmpstr (again->id, ==, entry->id);
  settle (again, "sent", 0, now + 30);
  g_assert_false (postern_store_write (store, POSTERN_KEEP_LASTING, do_retry, &turn, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_STALE);
}

static void
test_lapsed (void)
{
  PosternOutboxItem item = make_item ("carol@example.com");
  Turn turn = { 0 };

  item.expires_at = now_seconds () + 600;
  fixture_write (store, do_add, &item);
  g_assert_null (take_one ("email", item.expires_at, item.expires_at + 30));
  turn.now = item.expires_at - 1;
  fixture_write (store, do_list_lapsed, &turn);
  g_assert_cmpuint (turn.list->len, ==, 0);
  turn.now = item.expires_at;
  fixture_write (store, do_list_lapsed, &turn);
  g_assert_cmpuint (turn.list->len, ==, 1);
  settle (turn.list->pdata[0], "expired", 0, ((PosternOutboxEntry *) turn.list->pdata[0])->due_at);
  g_ptr_array_unref (turn.list);
}

/* The log goes when its time is over; what still waits does not. */
static void
test_purge (void)
{
  gint64 now = now_seconds (), deleted, all = 0;
  g_autoptr (PosternOutboxEntry) sent = NULL, waiting = NULL;
  g_autoptr (PosternPurge) purge = postern_purge_new (store, POSTERN_KEEP_LASTING);
  g_autoptr (GError) error = NULL;
  Turn turn = { 0 };
  gboolean round = FALSE;

  add ("eve@example.com");
  sent = take_one ("email", now + 1, now + 30);
  sent->purge_at = now + 100;
  settle (sent, "sent", 0, now + 30);
  add ("fay@example.com");
  while (!round) {
    g_assert_true (postern_purge_step (purge, now + 101, 100, &deleted, &round, &error));
    all += deleted;
  }
  g_assert_cmpint (all, ==, 1);
  turn.id = sent->id;
  g_assert_false (postern_store_read (store, POSTERN_KEEP_LASTING, do_get, &turn, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  waiting = take_one ("email", now + 1, now + 30);
  g_assert_nonnull (waiting);
  settle (waiting, "sent", 0, now + 30);
}

static gpointer
add_from_elsewhere (gpointer data)
{
  g_usleep (50 * 1000);
  add ("dora@example.com");
  return NULL;
}

/* One that is added is told of at once. */
static void
test_wake (void)
{
  gint64 begun = g_get_monotonic_time (), now;
  guint64 seen = postern_store_wait_for_message (store, 0, begun);
  GThread *thread = g_thread_new ("adds", add_from_elsewhere, NULL);
  g_autoptr (PosternOutboxEntry) entry = NULL;

  g_assert_cmpuint (postern_store_wait_for_message (store, seen, begun + 20 * G_USEC_PER_SEC), >, seen);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 10 * G_USEC_PER_SEC);
  g_thread_join (thread);
  now = now_seconds ();
  entry = take_one ("email", now, now + 30);
  g_assert_nonnull (entry);
  settle (entry, "sent", 0, now + 30);
}

static void
test_recipients (void)
{
  const char *bad[] = { "a@b\r\nBcc: c@d", "a@b,c@d", "<a@b>", "a@", "@b", "Ada@Example.com", "\"a b\"@c", "a b@c", "+4915", "+049151123456", "+49 151 123456", "" };
  const char *good[] = { "ada@example.com", "ada+tag@bücher.example", "+4915112345678", "+12025550123" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    PosternOutboxItem item = make_item (bad[i]);
    g_autoptr (GError) error = NULL;
    g_assert_false (postern_store_write (store, POSTERN_KEEP_LASTING, do_add, &item, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    add (good[i]);
}

G_DECLARE_FINAL_TYPE (TestMessenger, test_messenger, TEST, MESSENGER, PosternMessenger)
struct _TestMessenger {
  PosternMessenger parent_instance;
};
G_DEFINE_FINAL_TYPE (TestMessenger, test_messenger, POSTERN_TYPE_MESSENGER)

static void
test_messenger_class_init (TestMessengerClass *klass)
{
  POSTERN_MESSENGER_CLASS (klass)->channels = "email letter";
}

static void
test_messenger_init (TestMessenger *self)
{
}

static void
test_can_deliver (void)
{
  g_autoptr (GPtrArray) messengers = g_ptr_array_new_with_free_func (g_object_unref);

  g_assert_false (postern_outbox_can_deliver (messengers, "email"));
  g_ptr_array_add (messengers, g_object_new (test_messenger_get_type (), NULL));
  g_assert_true (postern_outbox_can_deliver (messengers, "email"));
  g_assert_false (postern_outbox_can_deliver (messengers, "sms"));
  g_assert_false (postern_outbox_can_deliver (messengers, "mail"));
}

static void
test_mask (void)
{
  const char *rows[][2] = { { "ada@example.com", "a***@example.com" }, { "é@example.com", "é***@example.com" }, { "+4915112345678", "+49***78" },
                            { "@x", "***" }, { "", "***" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *masked = postern_outbox_mask (rows[i][0]);
    g_assert_cmpstr (masked, ==, rows[i][1]);
  }
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  g_test_add_func ("/outbox/way", test_way);
  g_test_add_func ("/outbox/taken-twice", test_taken_twice);
  g_test_add_func ("/outbox/retry", test_retry);
  g_test_add_func ("/outbox/lapsed", test_lapsed);
  g_test_add_func ("/outbox/purge", test_purge);
  g_test_add_func ("/outbox/wake", test_wake);
  g_test_add_func ("/outbox/recipients", test_recipients);
  g_test_add_func ("/outbox/can-deliver", test_can_deliver);
  g_test_add_func ("/outbox/mask", test_mask);
  failed = g_test_run ();
  fixture_close (store, TRUE);
  return failed;
}
