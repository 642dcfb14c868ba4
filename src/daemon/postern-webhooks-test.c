/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhooks.h"

#include <string.h>

#include "postern-audit-cut.h"
#include "postern-feed-fixture.h"
#include "postern-http-client.h"
#include "postern-json.h"
#include "postern-management-roles.h"
#include "postern-receiver-fixture.h"
#include "postern-role.h"
#include "postern-seal.h"
#include "postern-txn.h"
#include "postern-webhook-signature.h"
#include "postern-webhook.h"

/* --- a world ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternStore *store;
  PosternTenant *tenant;
  PosternFeedQueue *queue;
  PosternWebhooks *webhooks;
  char *id; /* of the webhook that was made last */
  const char *url;
  FeedFixture log;
  PosternWebhook *shown;
  gint64 ahead, hurry; /* seconds: how far our time is ahead, and how much further after each turn */
} World;

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

static void
turn (World *world)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (postern_webhooks_turn (world->webhooks, feed_fixture_now () + world->ahead, &error));
  world->ahead += world->hurry;
}

#define AWAIT(world, condition) FEED_FIXTURE_AWAIT (turn (world), condition)

static World *
world_new (void)
{
  World *world = g_new0 (World, 1);
  g_autoptr (GError) error = NULL;

  world->store = world->log.store = fixture_open ();
  world->tenant = postern_tenant_new ("default", "https://id.example", world->store, &error);
  g_assert_no_error (error);
  world->log.ids = g_ptr_array_new_with_free_func (g_free);
  world->queue = postern_feed_queue_new (4);
  world->webhooks = postern_webhooks_new (world->tenant, NULL, world->queue, TRUE);
  return world;
}

static void
world_free (World *world)
{
  postern_webhooks_free (world->webhooks);
  postern_feed_queue_free (world->queue);
  g_clear_pointer (&world->shown, postern_webhook_unref);
  g_ptr_array_unref (world->log.ids);
  g_object_unref (world->tenant);
  fixture_close (world->store, TRUE);
  g_free (world->id);
  g_free (world);
}

/* What came as no. @index is the entry that was written as no. @entry. */
static void
assert_came (World *world, FixtureReceiver *receiver, guint index, guint entry)
{
  g_autofree char *id = fixture_receiver_dup_header (receiver, index, "webhook-id");

  g_assert_cmpstr (id, ==, world->log.ids->pdata[entry]);
}

/* --- tests ------------------------------------------------------------------------------------------------------------ */

/* What fails is sent again before anything that came after it; what is not wanted is passed over. */
static void
test_order (void)
{
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("500 No"));

  feed_fixture_write (&world->log, "user.created", 1); /* before there was a webhook */
  add_webhook_at (world, receiver->url);
  g_ptr_array_set_size (world->log.ids, 0);
  feed_fixture_write (&world->log, "user.changed", 2);
  AWAIT (world, fixture_receiver_count (receiver) >= 1 && show (world)->failures == 1);
  turn (world);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 1); /* it waits */
  fixture_receiver_set_answer (receiver, FIXTURE_ANSWER ("204 Yes"));
  fixture_write (world->store, switch_on, world);
  feed_fixture_write (&world->log, "role.created", 1);
  feed_fixture_write (&world->log, "user.deleted", 60);
  AWAIT (world, show (world)->delivered == 62);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 63);
  assert_came (world, receiver, 0, 0);
  for (guint i = 0; i < 62; i++)
    assert_came (world, receiver, i + 1, i < 2 ? i : i + 1);
  world_free (world);
  fixture_receiver_free (receiver);
}

/* Those that never answer hold up nobody else, though they are more than there are threads, and not the end either. */
static void
test_side_by_side (void)
{
  World *world = world_new ();
  FixtureReceiver *deaf = fixture_receiver_new (NULL), *good = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));
  char *good_id;

  add_webhook_at (world, good->url);
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, show (world)->delivered == 1);
  good_id = g_steal_pointer (&world->id);
  for (guint i = 0; i < 6; i++)
    add_webhook_at (world, deaf->url);
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, fixture_receiver_count (deaf) >= 3);
  g_free (world->id);
  world->id = g_steal_pointer (&good_id);
  feed_fixture_write (&world->log, "user.changed", 2);
  AWAIT (world, show (world)->delivered == 4);
  g_assert_true (postern_webhook_is_quick (world->shown));
  world_free (world);
  fixture_receiver_free (deaf);
  fixture_receiver_free (good);
}

static void
test_gone (void)
{
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("410 Gone"));

  fixture_write (world->store, add_administrator, world);
  add_webhook_at (world, receiver->url);
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, !show (world)->enabled);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 1);
  g_assert_cmpstr (world->shown->disabled_reason, ==, "gone");
  g_assert_cmpuint (feed_fixture_count (world->store, "webhook.switched-off"), ==, 1);
  g_assert_cmpuint (fixture_count_letters (world->store, "root@example.com", "A webhook was switched off"), ==, 1);
  fixture_receiver_set_answer (receiver, FIXTURE_ANSWER ("200 OK"));
  fixture_write (world->store, switch_on, world);
  AWAIT (world, show (world)->delivered == 3);
  world_free (world);
  fixture_receiver_free (receiver);
}

typedef struct {
  const char *webhook_id, *email;
  const char *role;     /* (nullable): a ready-made one of the tenant's */
  gboolean is_disabled;
} Maker;

static gboolean
add_maker (PosternTxn *txn, gpointer data, GError **error)
{
  const Maker *maker = data;
  g_autoptr (PosternRole) role = maker->role ? postern_management_roles_make_role (maker->role) : NULL;
  g_autoptr (PosternUser) user = postern_user_new ();
  PosternAssignment assignment = { user->id = postern_id_new ("usr"), (char *) "", role ? role->id : NULL, 1 };
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("webhook.created", user->id, maker->webhook_id);
  gboolean changed;

  user->email = g_strdup (maker->email);
  user->email_verified = TRUE;
  user->disabled_at = maker->is_disabled;
  entry->data = feed_fixture_make_data (postern_audit_events_find (entry->event));
  entry->request_id = g_strdup ("req_1");
  return postern_user_store_insert (txn, user, error) && (role == NULL || postern_role_assign (txn, role, &assignment, &changed, error)) &&
         postern_audit_store_append (txn, entry, error);
}

/* Who made it is told as owners are, if they may still look at it. */
static void
test_told (void)
{
  Maker makers[] = { { NULL, "ada@example.com", "security" }, { NULL, "bob@example.com", NULL }, { NULL, "eve@example.com", "security", TRUE }, { NULL, "sam@example.com", "support" } };
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("410 Gone"));

  fixture_write (world->store, add_administrator, world);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++) {
    add_webhook_at (world, receiver->url);
    makers[i].webhook_id = world->id;
    fixture_write (world->store, add_maker, &makers[i]);
    feed_fixture_write (&world->log, "user.changed", 1);
    AWAIT (world, !show (world)->enabled);
    g_assert_cmpuint (fixture_count_letters (world->store, makers[i].email, "A webhook was switched off"), ==, i == 0);
    g_assert_cmpuint (fixture_count_letters (world->store, "root@example.com", "A webhook was switched off"), ==, i + 1);
  }
  world_free (world);
  fixture_receiver_free (receiver);
}

/* The log is cut before it had all: that is said, and counted. */
static void
test_missed (void)
{
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size;

  add_webhook_at (world, receiver->url);
  feed_fixture_write (&world->log, "user.changed", 4);
  head = postern_audit_log_sign (world->tenant, feed_fixture_now (), &error);
  g_assert_no_error (error);
  g_assert_true (postern_audit_cut_make (world->tenant, feed_fixture_now () + 3600, feed_fixture_now (), &size, &error));
  g_assert_cmpint (size, ==, 4);
  feed_fixture_write (&world->log, "user.deleted", 1);
  AWAIT (world, show (world)->delivered == 1);
  g_assert_cmpint (world->shown->missed, ==, 4);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 1);
  g_assert_cmpuint (feed_fixture_count (world->store, "webhook.missed"), ==, 1);
  world_free (world);
  fixture_receiver_free (receiver);
}

/* Two at once, as after a lease that lapsed: each event arrives, under one id, and its place never goes back. */
static void
test_two (void)
{
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));
  PosternWebhooks *other = postern_webhooks_new (world->tenant, NULL, world->queue, TRUE);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  add_webhook_at (world, receiver->url);
  feed_fixture_write (&world->log, "user.changed", 20);
  g_assert_true (postern_webhooks_turn (other, feed_fixture_now (), NULL));
  AWAIT (world, show (world)->position >= 20);
  postern_webhooks_free (other);
  g_assert_cmpint (show (world)->delivered, ==, 20);
  for (guint i = 0; i < fixture_receiver_count (receiver); i++)
    g_hash_table_add (seen, fixture_receiver_dup_header (receiver, i, "webhook-id"));
  g_assert_cmpuint (g_hash_table_size (seen), ==, 20);
  world_free (world);
  fixture_receiver_free (receiver);
}

/* --- what is changed meanwhile ---------------------------------------------------------------------------------------- */

static gboolean
delete_webhook (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;

  return postern_webhook_store_delete (txn, world->id, error);
}

static void
on_delete (FixtureReceiver *receiver, gpointer data)
{
  World *world = data;

  receiver->on_request = NULL;
  fixture_write (world->store, delete_webhook, world);
}

/* Nothing follows what was under way. */
static void
test_deleted (void)
{
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("200 OK")), *other = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));

  receiver->on_request = on_delete;
  receiver->user_data = world;
  add_webhook_at (world, receiver->url);
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, fixture_receiver_count (receiver) == 1 && receiver->on_request == NULL);
  add_webhook_at (world, other->url);
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, show (world)->delivered == 3);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 1);
  world_free (world);
  fixture_receiver_free (receiver);
  fixture_receiver_free (other);
}

static gboolean
rotate_secret (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;
  g_autoptr (PosternWebhook) webhook = postern_webhook_store_get (txn, world->id, error);
  char *secret = postern_webhook_signature_new_secret ();
  gboolean done = postern_webhook_store_rotate (txn, webhook, secret, feed_fixture_now () + 60, error) && postern_webhook_store_update (txn, webhook, error);

  postern_secret_free (secret);
  return done;
}

static void
on_rotate (FixtureReceiver *receiver, gpointer data)
{
  World *world = data;

  receiver->on_request = NULL;
  fixture_write (world->store, rotate_secret, world);
}

/* What was under way when it got another secret is sent again, and what follows comes behind it. */
static void
test_rotated (void)
{
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));
  g_autofree char *signature = NULL;

  receiver->on_request = on_rotate;
  receiver->user_data = world;
  add_webhook_at (world, receiver->url);
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, show (world)->delivered == 3);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 4);
  for (guint i = 0; i < 4; i++)
    assert_came (world, receiver, i, i == 0 ? 0 : i - 1);
  signature = fixture_receiver_dup_header (receiver, 1, "webhook-signature");
  g_assert_nonnull (strchr (signature, ' '));
  world_free (world);
  fixture_receiver_free (receiver);
}

static gboolean
run_sql (PosternTxn *txn, gpointer sql, GError **error)
{
  return postern_txn_run (txn, sql, NULL, 0, error);
}

/* A disk that is full: what has arrived is not sent again and again for that. */
static void
test_no_room (void)
{
  static const char full[] = "CREATE TRIGGER full BEFORE UPDATE ON webhooks BEGIN SELECT RAISE (ABORT, 'no room'); END";
  World *world = world_new ();
  FixtureReceiver *receiver = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));

  add_webhook_at (world, receiver->url);
  fixture_write (world->store, run_sql, (gpointer) full);
  world->hurry = 3;
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, fixture_receiver_count (receiver) == 3);
  g_assert_cmpint (show (world)->position, ==, 0);
  fixture_write (world->store, run_sql, (gpointer) "DROP TRIGGER full");
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, show (world)->position == 4);
  g_assert_cmpuint (fixture_receiver_count (receiver), ==, 4);
  for (guint i = 0; i < 4; i++)
    assert_came (world, receiver, i, i);
  world_free (world);
  fixture_receiver_free (receiver);
}

/* --- where nothing goes ----------------------------------------------------------------------------------------------- */

/* A redirect is not followed, and a name that leads to ourselves, unless the operator said so. */
static void
test_guarded (void)
{
  World *world = world_new ();
  FixtureReceiver *inner = fixture_receiver_new (FIXTURE_ANSWER ("200 OK"));
  g_autofree char *answer = g_strdup_printf (FIXTURE_ANSWER ("307 Go\r\nLocation: %s"), inner->url), *named = g_strdup_printf ("https://localhost%s", strrchr (inner->place, ':')), *attempts = NULL;
  FixtureReceiver *receiver = fixture_receiver_new (answer);

  add_webhook_at (world, receiver->url);
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, show (world)->failures == 1);
  add_webhook_at (world, named);
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, show (world)->failures == 1);
  attempts = postern_json_print (world->shown->attempts);
  g_assert_nonnull (strstr (attempts, "private or reserved"));
  g_assert_cmpuint (inner->connections, ==, 0);
  world_free (world);
  fixture_receiver_free (receiver);
  fixture_receiver_free (inner);
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
  g_test_add_func ("/webhooks/told", test_told);
  g_test_add_func ("/webhooks/missed", test_missed);
  g_test_add_func ("/webhooks/two", test_two);
  g_test_add_func ("/webhooks/deleted", test_deleted);
  g_test_add_func ("/webhooks/rotated", test_rotated);
  g_test_add_func ("/webhooks/no-room", test_no_room);
  g_test_add_func ("/webhooks/guarded", test_guarded);
  return g_test_run ();
}
