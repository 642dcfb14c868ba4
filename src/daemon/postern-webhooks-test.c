/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhooks.h"

#include <string.h>

#include "postern-audit-cut.h"
#include "postern-audit-log.h"
#include "postern-http-client.h"
#include "postern-identity-fixture.h"
#include "postern-seal.h"
#include "postern-webhook-signature.h"
#include "postern-webhook.h"

#define PATIENCE 30 /* seconds */

/* --- a server that does as it is told --------------------------------------------------------------------------------- */

typedef struct {
  GSocketService *service;
  char *url;
  GMutex mutex;
  GPtrArray *ids; /* of what came, in its order */
  const char *status; /* what it answers, or NULL: nothing */
} Receiver;

/* Head and body, as they come; a test is small. */
static char *
read_request (GInputStream *stream)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char bytes[4096];
  gssize n;

  while ((n = g_input_stream_read (stream, bytes, sizeof bytes, NULL, NULL)) > 0) {
    const char *head, *length;

    g_string_append_len (text, bytes, n);
    head = strstr (text->str, "\r\n\r\n");
    length = strstr (text->str, "Content-Length: ");
    if (head && length && text->len >= (gsize) (head + 4 - text->str) + (gsize) g_ascii_strtoull (length + 16, NULL, 10))
      break;
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  Receiver *self = user_data;
  g_autofree char *request = read_request (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  const char *id = strstr (request, "webhook-id: ");
  g_autofree char *answer = NULL;
  char rest;

  g_assert_nonnull (id);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->ids, g_strndup (id + 12, strcspn (id + 12, "\r")));
  answer = self->status ? g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", self->status) : NULL;
  g_mutex_unlock (&self->mutex);
  if (answer)
    g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer, strlen (answer), NULL, NULL, NULL);
  else
    g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), &rest, 1, NULL, NULL); /* until the other side has enough */
  return TRUE;
}

static Receiver *
receiver_new (const char *status)
{
  Receiver *self = g_new0 (Receiver, 1);
  guint16 port;

  g_mutex_init (&self->mutex);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->status = status;
  self->service = g_threaded_socket_service_new (8);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, NULL);
  self->url = g_strdup_printf ("http://127.0.0.1:%u/in", port);
  g_signal_connect (self->service, "run", G_CALLBACK (on_run), self);
  g_socket_service_start (self->service);
  return self;
}

static void
receiver_free (Receiver *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_ptr_array_unref (self->ids);
  g_mutex_clear (&self->mutex);
  g_free (self->url);
  g_free (self);
}

static void
set_status (Receiver *self, const char *status)
{
  g_mutex_lock (&self->mutex);
  self->status = status;
  g_mutex_unlock (&self->mutex);
}

static guint
count (Receiver *self)
{
  g_mutex_lock (&self->mutex);
  guint n = self->ids->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

/* --- a world ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternStore *store;
  PosternTenant *tenant;
  PosternWebhooks *webhooks;
  char *id; /* of the webhook that was made last */
  const char *url;
  GPtrArray *entries; /* ids of those that were written, in their order */
  const char *event;
  PosternWebhook *shown;
} World;

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
add_entry (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;
  g_autoptr (PosternAudit) entry = postern_audit_store_new (world->event, "server", "usr_1");

  g_ptr_array_add (world->entries, g_strdup (entry->id));
  return postern_audit_store_append (txn, entry, error);
}

static void
sequence (World *world)
{
  g_autoptr (GError) error = NULL;
  guint n;

  g_assert_true (postern_audit_log_sequence (world->store, POSTERN_AUDIT_REACH_ALL, now_seconds (), &n, &error));
}

static void
write_entries (World *world, const char *event, guint n)
{
  world->event = event;
  for (guint i = 0; i < n; i++)
    fixture_write (world->store, add_entry, world);
  sequence (world);
}

static gboolean
add_webhook (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;
  g_autoptr (PosternWebhook) webhook = postern_webhook_new ();
  char *secret = postern_webhook_signature_new_secret ();
  gboolean done;

  webhook->id = postern_id_new ("whk");
  webhook->url = g_strdup (world->url);
  webhook->events = g_variant_ref_sink (g_variant_new_parsed ("[<'user.*'>]"));
  webhook->enabled = TRUE;
  g_free (world->id);
  world->id = g_strdup (webhook->id);
  done = postern_webhook_insert (txn, webhook, secret, error);
  postern_secret_free (secret);
  return done;
}

static void
add_webhook_at (World *world, const char *url)
{
  world->url = url;
  fixture_write (world->store, add_webhook, world);
}

static gboolean
add_administrator (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->email = g_strdup ("root@example.com");
  user->email_verified = user->administrator = TRUE;
  return postern_user_store_insert (txn, user, error);
}

static gboolean
read_webhook (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;

  g_clear_pointer (&world->shown, postern_webhook_unref);
  world->shown = postern_webhook_store_get (txn, world->id, error);
  return world->shown != NULL;
}

static PosternWebhook *
show (World *world)
{
  fixture_write (world->store, read_webhook, world);
  return world->shown;
}

/* As an administrator does it who has mended the other side. */
static gboolean
switch_on (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;

  postern_webhook_switch_on (world->shown);
  return postern_webhook_store_update (txn, world->shown, error);
}

typedef struct {
  const char *event;
  guint n;
} Counting;

static gboolean
count_entries (PosternTxn *txn, gpointer data, GError **error)
{
  Counting *self = data;
  PosternAuditFilter filter = { .event = self->event };
  g_autoptr (GPtrArray) found = postern_audit_store_find (txn, &filter, NULL, 500, error);

  self->n = found ? found->len : 0;
  return found != NULL;
}

static guint
count_written (World *world, const char *event)
{
  Counting self = { event, 0 };

  fixture_write (world->store, count_entries, &self);
  return self.n;
}

static void
turn (World *world)
{
  g_autoptr (GError) error = NULL;

  while (g_main_context_iteration (NULL, FALSE)) /* where receivers take connections */
    ;
  g_assert_true (postern_webhooks_turn (world->webhooks, now_seconds (), &error));
}

/* Goes on until it is so. */
#define AWAIT(world, condition)                                                                                          \
  G_STMT_START                                                                                                           \
  {                                                                                                                      \
    gint64 until = now_seconds () + PATIENCE;                                                                            \
    while (!(condition)) {                                                                                               \
      g_assert_cmpint (now_seconds (), <, until);                                                                        \
      turn (world);                                                                                                      \
      g_usleep (10000);                                                                                                  \
    }                                                                                                                    \
  }                                                                                                                      \
  G_STMT_END

static World *
world_new (void)
{
  World *world = g_new0 (World, 1);
  g_autoptr (GError) error = NULL;

  world->store = fixture_open ();
  world->tenant = postern_tenant_new ("default", "https://id.example", world->store, &error);
  g_assert_no_error (error);
  world->entries = g_ptr_array_new_with_free_func (g_free);
  world->webhooks = postern_webhooks_new (world->tenant, NULL, TRUE);
  return world;
}

static void
world_free (World *world)
{
  postern_webhooks_free (world->webhooks);
  g_clear_pointer (&world->shown, postern_webhook_unref);
  g_ptr_array_unref (world->entries);
  g_object_unref (world->tenant);
  fixture_close (world->store, TRUE);
  g_free (world->id);
  g_free (world);
}

/* --- tests ------------------------------------------------------------------------------------------------------------ */

/* What fails is sent again before anything that came after it; what is not wanted is passed over. */
static void
test_order (void)
{
  World *world = world_new ();
  Receiver *receiver = receiver_new ("500 No");

  write_entries (world, "user.created", 1); /* before there was a webhook */
  add_webhook_at (world, receiver->url);
  g_ptr_array_set_size (world->entries, 0);
  write_entries (world, "user.changed", 2);
  AWAIT (world, count (receiver) >= 1 && show (world)->failures == 1);
  turn (world);
  g_assert_cmpuint (count (receiver), ==, 1); /* it waits */
  set_status (receiver, "204 Yes");
  fixture_write (world->store, switch_on, world);
  write_entries (world, "role.created", 1);
  write_entries (world, "user.deleted", 60);
  AWAIT (world, show (world)->delivered == 62);
  g_assert_cmpuint (count (receiver), ==, 63);
  g_assert_cmpstr (receiver->ids->pdata[0], ==, receiver->ids->pdata[1]);
  for (guint i = 0; i < 62; i++)
    g_assert_cmpstr (receiver->ids->pdata[i + 1], ==, world->entries->pdata[i < 2 ? i : i + 1]);
  world_free (world);
  receiver_free (receiver);
}

/* One that never answers holds up nobody else, and not the end either. */
static void
test_side_by_side (void)
{
  World *world = world_new ();
  Receiver *deaf = receiver_new (NULL), *good = receiver_new ("200 OK");

  add_webhook_at (world, deaf->url);
  add_webhook_at (world, good->url);
  write_entries (world, "user.changed", 3);
  AWAIT (world, count (deaf) >= 1 && show (world)->delivered == 3);
  world_free (world);
  receiver_free (deaf);
  receiver_free (good);
}

static void
test_gone (void)
{
  World *world = world_new ();
  Receiver *receiver = receiver_new ("410 Gone");

  fixture_write (world->store, add_administrator, world);
  add_webhook_at (world, receiver->url);
  write_entries (world, "user.changed", 3);
  AWAIT (world, !show (world)->enabled);
  g_assert_cmpuint (count (receiver), ==, 1);
  g_assert_cmpstr (world->shown->disabled_reason, ==, "gone");
  g_assert_cmpuint (count_written (world, "webhook.switched-off"), ==, 1);
  g_assert_cmpuint (fixture_count_letters (world->store, "root@example.com", "A webhook was switched off"), ==, 1);
  set_status (receiver, "200 OK");
  fixture_write (world->store, switch_on, world);
  AWAIT (world, show (world)->delivered == 3);
  world_free (world);
  receiver_free (receiver);
}

/* The log is cut before it had all: that is said, and counted. */
static void
test_missed (void)
{
  World *world = world_new ();
  Receiver *receiver = receiver_new ("200 OK");
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size;

  add_webhook_at (world, receiver->url);
  write_entries (world, "user.changed", 4);
  head = postern_audit_log_sign (world->tenant, now_seconds (), &error);
  g_assert_no_error (error);
  g_assert_true (postern_audit_cut_make (world->tenant, now_seconds () + 3600, now_seconds (), &size, &error));
  g_assert_cmpint (size, ==, 4);
  write_entries (world, "user.deleted", 1);
  AWAIT (world, show (world)->delivered == 1);
  g_assert_cmpint (world->shown->missed, ==, 4);
  g_assert_cmpuint (count (receiver), ==, 1);
  g_assert_cmpuint (count_written (world, "webhook.missed"), ==, 1);
  world_free (world);
  receiver_free (receiver);
}

/* Two at once, as after a lease that lapsed: each event arrives, under one id, and its place never goes back. */
static void
test_two (void)
{
  World *world = world_new ();
  Receiver *receiver = receiver_new ("200 OK");
  PosternWebhooks *other = postern_webhooks_new (world->tenant, NULL, TRUE);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  add_webhook_at (world, receiver->url);
  write_entries (world, "user.changed", 20);
  g_assert_true (postern_webhooks_turn (other, now_seconds (), NULL));
  AWAIT (world, show (world)->position >= 20);
  postern_webhooks_free (other);
  g_assert_cmpint (show (world)->delivered, ==, 20);
  for (guint i = 0; i < receiver->ids->len; i++)
    g_hash_table_add (seen, receiver->ids->pdata[i]);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 20);
  world_free (world);
  receiver_free (receiver);
}

int
main (int argc, char **argv)
{
  static const char *const allow[] = { "127.0.0.1", NULL };
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR); /* that something failed is warned of, and is the test */
  g_assert_true (postern_http_client_configure (postern_http_client_get_default (), allow, NULL, &error));
  g_test_add_func ("/webhooks/order", test_order);
  g_test_add_func ("/webhooks/side-by-side", test_side_by_side);
  g_test_add_func ("/webhooks/gone", test_gone);
  g_test_add_func ("/webhooks/missed", test_missed);
  g_test_add_func ("/webhooks/two", test_two);
  return g_test_run ();
}
