/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sinks.h"

#include <string.h>

#include "postern-audit-cut.h"
#include "postern-error.h"
#include "postern-feed-fixture.h"
#include "postern-sink.h"
#include "postern-txn.h"

/* --- a sink whose answers a test chooses ------------------------------------------------------------------------------ */

typedef struct {
  PosternSink parent;
  GMutex mutex;
  GPtrArray *came;   /* ids, as often as they came */
  GPtrArray *kept;   /* … of those that it said it took */
  GArray *numbers;   /* gint64, of those that were kept */
  const char *refuses; /* (nullable): what it says instead of taking anything */
  gboolean hangs, deaf; /* until it is cancelled; or longer */
  guint calls, under_way, most_under_way;
  char *tenant;
} Ear;
typedef struct {
  PosternSinkClass parent;
} EarClass;
GType ear_get_type (void);
G_DEFINE_TYPE (Ear, ear, POSTERN_TYPE_SINK)

static void
keep (GPtrArray *ids, GPtrArray *events)
{
  const char *id;

  for (guint i = 0; i < events->len; i++) {
    g_assert_true (g_variant_lookup (postern_event_get_data (events->pdata[i]), "id", "&s", &id));
    g_ptr_array_add (ids, g_strdup (id));
  }
}

static void
keep_numbers (GArray *numbers, GPtrArray *events)
{
  gint64 number;

  for (guint i = 0; i < events->len; i++) {
    g_assert_true (g_variant_lookup (postern_event_get_data (events->pdata[i]), "number", "x", &number));
    g_array_append_val (numbers, number);
  }
}

static gboolean
ear_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  Ear *self = (Ear *) sink;
  gboolean hangs, deaf;
  const char *refuses;

  g_mutex_lock (&self->mutex);
  hangs = self->hangs;
  deaf = self->deaf;
  refuses = self->refuses;
  self->calls++;
  self->under_way++;
  self->most_under_way = MAX (self->most_under_way, self->under_way);
  g_free (self->tenant);
  self->tenant = g_strdup (tenant);
  g_assert_cmpuint (events->len, <=, POSTERN_SINKS_BATCH);
  keep (self->came, events);
  g_mutex_unlock (&self->mutex);
  while (hangs && !g_cancellable_is_cancelled (cancellable))
    g_usleep (1000);
  g_usleep (deaf ? 500000 : 0);
  g_mutex_lock (&self->mutex);
  self->under_way--;
  if (refuses == NULL && !hangs) {
    keep (self->kept, events);
    keep_numbers (self->numbers, events);
  }
  g_mutex_unlock (&self->mutex);
  if (hangs)
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  if (refuses == NULL)
    return TRUE;
  if (*refuses)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, refuses);
  return FALSE;
}

static void
ear_finalize (GObject *object)
{
  Ear *self = (Ear *) object;

  g_ptr_array_unref (self->came);
  g_ptr_array_unref (self->kept);
  g_array_unref (self->numbers);
  g_free (self->tenant);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (ear_parent_class)->finalize (object);
}

static void
ear_class_init (EarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ear_finalize;
  POSTERN_SINK_CLASS (klass)->deliver = ear_deliver;
}

static void
ear_init (Ear *self)
{
  g_mutex_init (&self->mutex);
  self->came = g_ptr_array_new_with_free_func (g_free);
  self->kept = g_ptr_array_new_with_free_func (g_free);
  self->numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
}

/* One that only listens on the hub. */
typedef struct {
  PosternSink parent;
} Eye;
typedef struct {
  PosternSinkClass parent;
} EyeClass;
GType eye_get_type (void);
G_DEFINE_TYPE (Eye, eye, POSTERN_TYPE_SINK)

static void
eye_class_init (EyeClass *klass)
{
}

static void
eye_init (Eye *self)
{
}

static gpointer
sink_new (GType type, const char *id)
{
  PosternInstance *self = g_object_new (type, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0), NULL);

  postern_instance_set_identity (self, id, "ear", "Ear", NULL, settings);
  return self;
}

static guint
count (Ear *self, GPtrArray *of)
{
  g_mutex_lock (&self->mutex);
  guint n = of->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

static gboolean
is_at_work (Ear *self)
{
  g_mutex_lock (&self->mutex);
  gboolean at_work = self->under_way > 0;
  g_mutex_unlock (&self->mutex);
  return at_work;
}

static void
set_refuses (Ear *self, const char *says)
{
  g_mutex_lock (&self->mutex);
  self->refuses = says;
  g_mutex_unlock (&self->mutex);
}

/* --- a world ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternStore *store;
  PosternTenant *tenant;
  PosternFeedQueue *queue;
  GPtrArray *list; /* (element-type PosternSink) */
  PosternSinks *sinks;
  Ear *ear;
  FeedFixture log;
  PosternSinkPlace *shown;
  gint64 ahead; /* seconds: how far our time is ahead */
} World;

static void
start (World *world)
{
  world->sinks = postern_sinks_new (world->tenant, world->list, NULL, world->queue);
}

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
  world->list = g_ptr_array_new_with_free_func (g_object_unref);
  world->ear = sink_new (ear_get_type (), "ear");
  g_ptr_array_add (world->list, world->ear);
  g_ptr_array_add (world->list, sink_new (eye_get_type (), "eye"));
  return world;
}

static void
world_free (World *world)
{
  postern_sinks_free (world->sinks);
  postern_feed_queue_free (world->queue);
  g_clear_pointer (&world->shown, postern_sink_place_unref);
  g_ptr_array_unref (world->list);
  g_ptr_array_unref (world->log.ids);
  g_object_unref (world->tenant);
  fixture_close (world->store, TRUE);
  g_free (world);
}

static gboolean
read_place (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;

  g_clear_pointer (&world->shown, postern_sink_place_unref);
  world->shown = postern_sink_place_store_get (txn, "ear", error);
  return world->shown != NULL;
}

static PosternSinkPlace *
show (World *world)
{
  fixture_write (world->store, read_place, world);
  return world->shown;
}

/* As after `postern sink replay`, and as when its time has come. */
static gboolean
put_place (PosternTxn *txn, gpointer data, GError **error)
{
  World *world = data;
  gint64 before = world->shown->position;
  gboolean settled;

  world->shown->position = world->ahead >= 0 ? before : 0;
  world->shown->due_at = 0;
  return postern_sink_place_store_settle (txn, world->shown, before, &settled, error) && settled;
}

static void
hurry (World *world)
{
  show (world);
  fixture_write (world->store, put_place, world);
}

static gboolean
run_sql (PosternTxn *txn, gpointer sql, GError **error)
{
  return postern_txn_run (txn, sql, NULL, 0, error);
}

static void
turn (World *world)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (postern_sinks_turn (world->sinks, feed_fixture_now () + world->ahead, &error));
  world->ahead += 5; /* each looks: what another node wrote is seen after five seconds */
}

#define AWAIT(world, condition) FEED_FIXTURE_AWAIT (turn (world), condition)

/* What was kept is what was written, from entry @from on, each @times in its order. */
static void
assert_kept (World *world, guint from)
{
  Ear *ear = world->ear;

  g_assert_cmpuint (ear->kept->len, ==, world->log.ids->len - from);
  for (guint i = 0; i < ear->kept->len; i++) {
    g_assert_cmpstr (ear->kept->pdata[i], ==, world->log.ids->pdata[from + i]);
    g_assert_cmpint (g_array_index (ear->numbers, gint64, i), ==, from + i);
  }
}

/* --- tests ------------------------------------------------------------------------------------------------------------ */

/* It begins at the end of the log, in whose order all comes, and not one entry twice; it is given no row by one that only listens. */
static void
test_order (void)
{
  World *world = world_new ();

  feed_fixture_write (&world->log, "user.created", 2); /* before there was a sink */
  start (world);
  feed_fixture_write (&world->log, "user.changed", 250);
  AWAIT (world, count (world->ear, world->ear->kept) == 250);
  feed_fixture_write (&world->log, "role.created", 3);
  AWAIT (world, show (world)->delivered == 253);
  assert_kept (world, 2);
  g_assert_cmpuint (world->ear->came->len, ==, 253);
  g_assert_cmpstr (world->ear->tenant, ==, "default");
  g_assert_cmpint (world->shown->position, ==, 255);
  g_assert_cmpuint (world->ear->most_under_way, ==, 1);
  world_free (world);
}

/* What is refused waits, and comes again before anything that came after it; nothing is given up, and what it said is kept. */
static void
test_refused (void)
{
  World *world = world_new ();

  start (world);
  set_refuses (world->ear, "the disk is full");
  feed_fixture_write (&world->log, "user.changed", 2);
  AWAIT (world, show (world)->failures == 1);
  g_assert_cmpstr (world->shown->error, ==, "the disk is full");
  g_assert_cmpint (world->shown->due_at, >=, feed_fixture_now () + 3);
  g_assert_cmpint (world->shown->failing_since, >, 0);
  g_assert_cmpint (world->shown->position, ==, 0);
  world->ahead = 0;
  turn (world);
  g_assert_cmpuint (world->ear->calls, ==, 1); /* it waits */
  set_refuses (world->ear, "");
  hurry (world);
  AWAIT (world, show (world)->failures == 2);
  g_assert_cmpstr (world->shown->error, ==, "it did not say why");
  feed_fixture_write (&world->log, "user.deleted", 1);
  set_refuses (world->ear, NULL);
  hurry (world);
  AWAIT (world, show (world)->delivered == 3);
  assert_kept (world, 0);
  g_assert_true (world->shown->failures == 0 && world->shown->failing_since == 0 && world->shown->due_at == 0 && world->shown->error == NULL);
  world_free (world);
}

/* The server ends while it works: who comes next gives it the same again, and loses nothing. Afterwards it goes on where it was. */
static void
test_ended (void)
{
  World *world = world_new ();

  start (world);
  world->ear->hangs = TRUE;
  feed_fixture_write (&world->log, "user.changed", 5);
  AWAIT (world, count (world->ear, world->ear->came) == 5);
  postern_sinks_free (world->sinks);
  g_assert_cmpuint (world->ear->kept->len, ==, 0);
  g_assert_true (show (world)->failures == 0 && world->shown->position == 0); /* that says nothing of the sink */
  world->ear->hangs = FALSE;
  start (world);
  AWAIT (world, show (world)->delivered == 5);
  assert_kept (world, 0);
  g_assert_cmpuint (world->ear->came->len, ==, 10);
  postern_sinks_free (world->sinks);
  feed_fixture_write (&world->log, "user.deleted", 1); /* while nobody gave it anything */
  start (world);
  AWAIT (world, show (world)->delivered == 6);
  assert_kept (world, 0);
  world_free (world);
}

/* What it is at when it is switched off is cut off, and nothing more comes, until it is switched on again: then it goes on where it was. */
static void
test_switched_off (void)
{
  World *world = world_new ();

  start (world);
  world->ear->hangs = TRUE;
  feed_fixture_write (&world->log, "user.changed", 5);
  AWAIT (world, count (world->ear, world->ear->came) == 5);
  postern_sinks_let_go (world->sinks, world->list->pdata[1]); /* another one, that takes nothing */
  postern_sinks_let_go (world->sinks, world->ear);
  AWAIT (world, !is_at_work (world->ear));
  g_assert_true (show (world)->failures == 0 && world->shown->position == 0); /* that says nothing of the sink */
  world->ear->hangs = FALSE;
  feed_fixture_write (&world->log, "user.deleted", 1);
  for (guint i = 0; i < 3; i++)
    turn (world);
  postern_feed_queue_drop (world->queue, world->sinks); /* has waited for whatever was begun */
  g_assert_cmpuint (world->ear->calls, ==, 1);
  postern_sinks_free (world->sinks);
  start (world);
  AWAIT (world, show (world)->delivered == 6);
  assert_kept (world, 0);
  world_free (world);
}

/* Those that hang, though they are more than there are threads, hold up neither one that was known to be quick, nor the end. */
static void
test_side_by_side (void)
{
  World *world = world_new ();
  guint hanging = 0;

  start (world);
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, show (world)->delivered == 1);
  postern_sinks_free (world->sinks);
  for (guint i = 0; i < 6; i++) {
    g_autofree char *id = g_strdup_printf ("deaf-%u", i);
    Ear *deaf = sink_new (ear_get_type (), id);

    deaf->hangs = deaf->deaf = TRUE;
    g_ptr_array_add (world->list, deaf);
  }
  start (world);
  feed_fixture_write (&world->log, "user.changed", 1);
  AWAIT (world, show (world)->delivered == 2);
  feed_fixture_write (&world->log, "user.changed", 4);
  AWAIT (world, show (world)->delivered == 6);
  assert_kept (world, 0);
  for (guint i = 0; i < 6; i++)
    hanging += count (world->list->pdata[2 + i], ((Ear *) world->list->pdata[2 + i])->came) > 0;
  g_assert_cmpuint (hanging, ==, 3); /* the fourth thread is for what is quick */
  world_free (world);
}

/* What was cut off is not passed over in silence: neither by what is shown, nor in the log. */
static void
test_missed (void)
{
  World *world = world_new ();
  g_autoptr (PosternAuditHead) head = NULL;
  g_autoptr (GError) error = NULL;
  gint64 size;

  start (world);
  feed_fixture_write (&world->log, "user.changed", 4);
  head = postern_audit_log_sign (world->tenant, feed_fixture_now (), &error);
  g_assert_no_error (error);
  g_assert_true (postern_audit_cut_make (world->tenant, feed_fixture_now () + 3600, feed_fixture_now (), &size, &error));
  g_assert_cmpint (size, ==, 4);
  feed_fixture_write (&world->log, "user.deleted", 1);
  AWAIT (world, show (world)->missed == 4 && world->shown->delivered >= 1);
  g_assert_cmpuint (feed_fixture_count (world->store, "sink.missed"), ==, 1);
  g_assert_cmpstr (world->ear->kept->pdata[world->ear->kept->len - 1], ==, world->log.ids->pdata[4]);
  world_free (world);
}

/* Where nothing can be written it gets again what it took, and that once in a while; afterwards all is as it was. */
static void
test_no_room (void)
{
  World *world = world_new ();

  start (world);
  fixture_write (world->store, run_sql, (gpointer) "CREATE TRIGGER full BEFORE UPDATE ON sink_places BEGIN SELECT RAISE (ABORT, 'disk full'); END");
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, count (world->ear, world->ear->came) >= 6);
  g_assert_cmpint (show (world)->position, ==, 0);
  fixture_write (world->store, run_sql, (gpointer) "DROP TRIGGER full");
  AWAIT (world, show (world)->position == 3);
  g_assert_cmpint (world->shown->delivered, ==, 3);
  g_assert_cmpuint (world->ear->came->len % 3, ==, 0);
  world_free (world);
}

/* Two nodes that both believe that it is their work: it gets entries twice, and the place is moved once. */
static void
test_two (void)
{
  World *world = world_new ();
  PosternSinks *other;
  g_autoptr (GError) error = NULL;

  start (world);
  other = postern_sinks_new (world->tenant, world->list, NULL, world->queue);
  feed_fixture_write (&world->log, "user.changed", 30);
  g_assert_true (postern_sinks_turn (other, feed_fixture_now () + 10, &error));
  AWAIT (world, show (world)->position == 30);
  postern_sinks_free (other);
  g_assert_cmpint (show (world)->delivered, ==, 30);
  g_assert_cmpuint (world->ear->kept->len, >=, 30);
  world_free (world);
}

/* From the beginning, though it had all. */
static void
test_again (void)
{
  World *world = world_new ();

  start (world);
  feed_fixture_write (&world->log, "user.changed", 3);
  AWAIT (world, show (world)->delivered == 3);
  world->ahead = -1;
  hurry (world);
  world->ahead = 0;
  AWAIT (world, show (world)->delivered == 6);
  g_assert_cmpstr (world->ear->kept->pdata[0], ==, world->ear->kept->pdata[3]);
  world_free (world);
}

typedef struct {
  GPtrArray *sinks;
  gint64 at;
} Due;

static gboolean
read_due (PosternTxn *txn, gpointer data, GError **error)
{
  Due *due = data;

  return postern_sinks_get_due (txn, due->sinks, &due->at, error);
}

/* A tenant that nobody uses is not kept open by a sink that has all, nor by one that is gone. */
static void
test_due (void)
{
  World *world = world_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  Due due = { world->list, G_MAXINT64 }, gone = { none, G_MAXINT64 };

  start (world);
  fixture_write (world->store, read_due, &due);
  g_assert_cmpint (due.at, ==, G_MAXINT64);
  set_refuses (world->ear, "not now");
  feed_fixture_write (&world->log, "user.changed", 1);
  fixture_write (world->store, read_due, &due);
  g_assert_cmpint (due.at, ==, 0);
  AWAIT (world, show (world)->failures == 1);
  due.at = G_MAXINT64;
  fixture_write (world->store, read_due, &due);
  g_assert_cmpint (due.at, ==, world->shown->due_at);
  fixture_write (world->store, read_due, &gone);
  g_assert_cmpint (gone.at, ==, G_MAXINT64);
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR); /* that something failed is warned of, and is the test */
  g_test_add_func ("/sinks/order", test_order);
  g_test_add_func ("/sinks/refused", test_refused);
  g_test_add_func ("/sinks/ended", test_ended);
  g_test_add_func ("/sinks/switched-off", test_switched_off);
  g_test_add_func ("/sinks/side-by-side", test_side_by_side);
  g_test_add_func ("/sinks/missed", test_missed);
  g_test_add_func ("/sinks/no-room", test_no_room);
  g_test_add_func ("/sinks/two", test_two);
  g_test_add_func ("/sinks/again", test_again);
  g_test_add_func ("/sinks/due", test_due);
  return g_test_run ();
}
