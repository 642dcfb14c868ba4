/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-delivery.h"

#include <string.h>

#include "postern-error.h"
#include "postern-identity-fixture.h"
#include "postern-messenger.h"
#include "postern-outbox.h"

#define PATIENCE (20 * G_USEC_PER_SEC)

/* --- a messenger that does as it is told ------------------------------------------------------------------------- */

typedef enum { TAKES, FAILS, REFUSES, REPEATS, NOT_NOW, HANGS, DEAF } Mood;

G_DECLARE_FINAL_TYPE (TestMessenger, test_messenger, TEST, MESSENGER, PosternMessenger)
struct _TestMessenger {
  PosternMessenger parent_instance;
  Mood mood;
  int calls; /* atomic */
  GMutex mutex;
  char *subject, *text, *html, *id;
};
G_DEFINE_FINAL_TYPE (TestMessenger, test_messenger, POSTERN_TYPE_MESSENGER)

static void
keep (TestMessenger *self, PosternMessage *message)
{
  g_mutex_lock (&self->mutex);
  g_free (self->subject);
  g_free (self->text);
  g_free (self->html);
  g_free (self->id);
  self->subject = g_strdup (postern_message_get_subject (message));
  self->text = g_strdup (postern_message_get_text (message));
  self->html = g_strdup (postern_message_get_html (message));
  self->id = g_strdup (postern_message_get_id (message));
  g_mutex_unlock (&self->mutex);
  postern_message_set_receipt (message, "250 queued as 42 for ada@example.com");
}

static gboolean
test_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  TestMessenger *self = TEST_MESSENGER (messenger);

  g_atomic_int_inc (&self->calls);
  switch (self->mood) {
  case TAKES:
    keep (self, message);
    return TRUE;
  case REFUSES:
    postern_message_fail (message, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "550 no such <ada@example.com> here"));
    return FALSE;
  case REPEATS:
    postern_message_fail (message, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "554 <ada@xn--bcher-kva.example> 314159 https://id.example/l#t"));
    return FALSE;
  case NOT_NOW:
    postern_message_fail (message, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "451 come again"));
    return FALSE;
  case HANGS:
    while (!g_cancellable_is_cancelled (cancellable) && self->mood == HANGS)
      g_usleep (5000);
    return FALSE;
  case DEAF:
    g_usleep (4 * G_USEC_PER_SEC);
    return TRUE;
  default:
    postern_message_fail (message, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, "connection refused"));
    return FALSE;
  }
}

static void
test_messenger_finalize (GObject *object)
{
  TestMessenger *self = TEST_MESSENGER (object);

  g_free (self->subject);
  g_free (self->text);
  g_free (self->html);
  g_free (self->id);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (test_messenger_parent_class)->finalize (object);
}

static void
test_messenger_class_init (TestMessengerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_messenger_finalize;
  POSTERN_MESSENGER_CLASS (klass)->deliver = test_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "email";
}

static void
test_messenger_init (TestMessenger *self)
{
  g_mutex_init (&self->mutex);
}

static TestMessenger *
messenger_new (const char *id, Mood mood)
{
  TestMessenger *self = g_object_new (test_messenger_get_type (), NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new ("a{ss}", NULL), NULL);

  postern_instance_set_identity (POSTERN_INSTANCE (self), id, "test", NULL, NULL, settings);
  self->mood = mood;
  return self;
}

/* --- a world ----------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternStore *store;
  PosternTenant *tenant;
  TestMessenger *first, *second;
  PosternDelivery *delivery;
  guint call_seconds;
} World;

static PosternMessageTemplates *
make_templates (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "templates", NULL);
  const char *const folders[] = { folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPages) pages = postern_pages_new (folders, NULL, NULL, &error);
  PosternMessageTemplates *templates;

  g_assert_no_error (error);
  templates = postern_message_templates_new (folders, pages, "https://id.example", &error);
  g_assert_no_error (error);
  return templates;
}

static void
world_start (World *self)
{
  g_autoptr (GPtrArray) messengers = g_ptr_array_new ();
  PosternDeliveryOptions options = { "postern@id.example", "Example", 3600, self->call_seconds, 1 };

  g_ptr_array_add (messengers, self->first);
  if (self->second)
    g_ptr_array_add (messengers, self->second);
  self->delivery = postern_delivery_start (self->tenant, messengers, make_templates (), &options);
}

static World
world_open_with (Mood first, int second, guint call_seconds)
{
  World self = { .store = fixture_open (), .call_seconds = call_seconds };
  g_autoptr (GError) error = NULL;

  self.tenant = postern_tenant_new ("default", "https://id.example", self.store, &error);
  g_assert_no_error (error);
  self.first = messenger_new ("first", first);
  self.second = second >= 0 ? messenger_new ("second", (Mood) second) : NULL;
  world_start (&self);
  return self;
}

static World
world_open (Mood first, int second)
{
  return world_open_with (first, second, 1);
}

static void
world_close (World *self)
{
  postern_delivery_stop (self->delivery);
  g_object_unref (self->first);
  g_clear_object (&self->second);
  g_object_unref (self->tenant);
  fixture_close (self->store, TRUE);
}

static gboolean
do_add (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_outbox_add (txn, data, error);
}

static void
add_to (World *self, const char *recipient, const char *template, gint64 lifetime)
{
  PosternOutboxItem item = { "email", recipient, template, NULL, "{\"code\":\"314159\",\"link\":\"https://id.example/l#t\",\"minutes\":10}",
                             g_get_real_time () / G_USEC_PER_SEC + lifetime };

  fixture_write (self->store, do_add, &item);
}

static void
add (World *self, const char *template, gint64 lifetime)
{
  add_to (self, "ada@example.com", template, lifetime);
}

static gboolean
do_list (PosternTxn *txn, gpointer data, GError **error)
{
  GPtrArray **list = data;

  g_clear_pointer (list, g_ptr_array_unref);
  *list = postern_outbox_store_list (txn, NULL, 100, error);
  return *list != NULL;
}

static PosternOutboxEntry *
get_entry (World *self)
{
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  postern_store_read (self->store, POSTERN_KEEP_LASTING, do_list, &list, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, >, 0);
  return postern_outbox_entry_ref (list->pdata[0]);
}

static PosternOutboxEntry *
wait_for_state (World *self, const char *state)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  PosternOutboxEntry *entry = get_entry (self);

  while (!g_str_equal (entry->state, state) && g_get_monotonic_time () < deadline) {
    g_usleep (5000);
    postern_outbox_entry_unref (entry);
    entry = get_entry (self);
  }
  g_assert_cmpstr (entry->state, ==, state);
  return entry;
}

/* --- the tests --------------------------------------------------------------------------------------------------- */

static void
test_sent (void)
{
  World world = world_open (TAKES, -1);
  g_autoptr (PosternOutboxEntry) entry = NULL;
  gint64 begun;

  g_usleep (200 * 1000); /* the thread waits by now */
  begun = g_get_monotonic_time ();
  add (&world, "code", 600);
  entry = wait_for_state (&world, "sent");
  g_assert_cmpint (g_get_monotonic_time () - begun, <, G_USEC_PER_SEC);
  g_assert_null (entry->model);
  g_assert_cmpstr (entry->recipient, ==, "a***@example.com");
  g_assert_cmpstr (entry->messenger, ==, "first");
  g_assert_cmpstr (entry->result, ==, "250 queued as 42 for a***@example.com");
  g_assert_cmpint (entry->purge_at, >, entry->updated_at);
  g_assert_cmpstr (world.first->subject, ==, "314159 is your code for Postern");
  g_assert_cmpstr (world.first->id, ==, entry->id);
  g_assert_nonnull (strstr (world.first->text, "314159"));
  g_assert_nonnull (strstr (world.first->html, "314159"));
  world_close (&world);
}

/* One that is in trouble is passed over, for the others too. */
static void
test_fall_back (void)
{
  World world = world_open (FAILS, TAKES);
  g_autoptr (PosternOutboxEntry) entry = NULL, other = NULL;

  add (&world, "code", 600);
  entry = wait_for_state (&world, "sent");
  g_assert_cmpstr (entry->messenger, ==, "second");
  g_assert_cmpint (entry->attempts, ==, 2);
  add (&world, "code", 600);
  other = wait_for_state (&world, "sent");
  g_assert_cmpint (other->attempts, ==, 1);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, 1);
  world_close (&world);
}

static void
test_retry (void)
{
  World world = world_open (NOT_NOW, -1);
  g_autoptr (PosternOutboxEntry) entry = NULL;
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  add (&world, "code", 600);
  while (g_atomic_int_get (&world.first->calls) < 2 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), >=, 2);
  world.first->mood = TAKES;
  entry = wait_for_state (&world, "sent");
  g_assert_cmpint (entry->attempts, >=, 3);
  world_close (&world);
}

static void
test_refused (void)
{
  World world = world_open (REFUSES, TAKES);
  g_autoptr (PosternOutboxEntry) entry = NULL;

  add (&world, "code", 600);
  entry = wait_for_state (&world, "failed");
  g_assert_cmpstr (entry->result, ==, "550 no such <a***@example.com> here");
  g_assert_nonnull (entry->model);
  g_usleep (100 * 1000);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&world.second->calls), ==, 0);
  world_close (&world);
}

/* Whatever of ours a server repeats stands neither in the log nor in what an administrator is shown. */
static void
test_repeats (void)
{
  World world = world_open (REPEATS, -1);
  g_autoptr (PosternOutboxEntry) entry = NULL;

  add_to (&world, "ada@bücher.example", "code", 600);
  entry = wait_for_state (&world, "failed");
  g_assert_cmpstr (entry->result, ==, "554 <a***@bücher.example> *** ***");
  world_close (&world);
}

static void
test_no_template (void)
{
  World world = world_open (TAKES, -1);
  g_autoptr (PosternOutboxEntry) entry = NULL;

  add (&world, "no-such", 600);
  entry = wait_for_state (&world, "failed");
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, 0);
  world_close (&world);
}

/* All calls of the first hang: what comes meanwhile goes by the second, and in the end the hanging ones do, too. */
static void
test_hang (void)
{
  World world = world_open (HANGS, TAKES);
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  for (guint i = 0; i < 8; i++)
    add (&world, "code", 600);
  while (g_atomic_int_get (&world.second->calls) < 8 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  g_assert_cmpint (g_atomic_int_get (&world.second->calls), ==, 8);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), <=, 8);
  world_close (&world);
}

/* What is under way by a messenger that is switched off is cut off and goes by the next; nothing more goes by it. */
static void
test_switched_off (void)
{
  World world = world_open_with (HANGS, TAKES, 60);
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  int before;

  for (guint i = 0; i < 8; i++)
    add (&world, "code", 600);
  while (g_atomic_int_get (&world.first->calls) < 4 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  before = g_atomic_int_get (&world.first->calls);
  postern_delivery_let_go (world.delivery, world.first);
  while (g_atomic_int_get (&world.second->calls) < 8 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  g_assert_cmpint (g_atomic_int_get (&world.second->calls), ==, 8);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, before);
  world_close (&world);
}

/* Where it was the only one, what comes waits for a worker that has one. */
static void
test_switched_off_alone (void)
{
  World world = world_open (TAKES, -1);
  g_autoptr (PosternOutboxEntry) entry = NULL;

  postern_delivery_let_go (world.delivery, world.first);
  add (&world, "code", 600);
  g_usleep (300 * 1000);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, 0);
  postern_delivery_stop (world.delivery);
  world_start (&world);
  entry = wait_for_state (&world, "sent");
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, 1);
  g_assert_cmpint (entry->attempts, ==, 1);
  world_close (&world);
}

/* Where the next messenger has no room, what the first cannot send waits; it is not tried there over and over. */
static void
test_no_room (void)
{
  World world = world_open_with (FAILS, HANGS, 30);
  int before;

  for (guint i = 0; i < 5; i++)
    add (&world, "code", 600);
  g_usleep (5500 * 1000); /* by then the second is known to be slow */
  before = g_atomic_int_get (&world.first->calls);
  g_usleep (500 * 1000);
  g_assert_cmpint (g_atomic_int_get (&world.second->calls), ==, 4);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls) - before, <=, 3);
  world.second->mood = TAKES;
  world_close (&world);
}

static void
test_lapsed (void)
{
  World world = world_open (FAILS, -1);
  g_autoptr (PosternOutboxEntry) entry = NULL;

  add (&world, "code", 2);
  entry = wait_for_state (&world, "expired");
  g_assert_null (entry->model);
  g_assert_cmpstr (entry->recipient, ==, "a***@example.com");
  g_assert_cmpstr (entry->result, ==, "connection refused");
  world_close (&world);
}

/* What one worker left behind, the next one sends; and none of it twice. */
static void
test_restart (void)
{
  World world = world_open (FAILS, -1);

  for (guint i = 0; i < 20; i++)
    add (&world, "code", 600);
  postern_delivery_stop (world.delivery);
  world.first->mood = TAKES;
  g_atomic_int_set (&world.first->calls, 0);
  world_start (&world);
  for (gint64 deadline = g_get_monotonic_time () + PATIENCE; g_atomic_int_get (&world.first->calls) < 20 && g_get_monotonic_time () < deadline;)
    g_usleep (5000);
  g_usleep (300 * 1000);
  g_assert_cmpint (g_atomic_int_get (&world.first->calls), ==, 20);
  world_close (&world);
}

/* A messenger that hears nothing cannot keep the worker, and what it says after the store was closed is not listened to. */
static void
test_deaf (void)
{
  World world = world_open (DEAF, -1);
  gint64 begun, deadline = g_get_monotonic_time () + PATIENCE;

  for (guint i = 0; i < 6; i++)
    add (&world, "code", 600);
  while (g_atomic_int_get (&world.first->calls) < 4 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  begun = g_get_monotonic_time ();
  world_close (&world);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 3500 * 1000);
  g_usleep (5 * G_USEC_PER_SEC);
}

static void
no_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_assert_null (strstr (message, "314159"));
  g_assert_null (strstr (message, "id.example/l"));
  g_assert_null (strstr (message, "xn--bcher"));
  g_assert_null (strstr (message, "ada@example.com"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_handler (NULL, G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE, no_log, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  g_test_add_func ("/delivery/sent", test_sent);
  g_test_add_func ("/delivery/fall-back", test_fall_back);
  g_test_add_func ("/delivery/retry", test_retry);
  g_test_add_func ("/delivery/refused", test_refused);
  g_test_add_func ("/delivery/repeats", test_repeats);
  g_test_add_func ("/delivery/no-template", test_no_template);
  g_test_add_func ("/delivery/hang", test_hang);
  g_test_add_func ("/delivery/switched-off", test_switched_off);
  g_test_add_func ("/delivery/switched-off-alone", test_switched_off_alone);
  g_test_add_func ("/delivery/no-room", test_no_room);
  g_test_add_func ("/delivery/deaf", test_deaf);
  g_test_add_func ("/delivery/lapsed", test_lapsed);
  g_test_add_func ("/delivery/restart", test_restart);
  return g_test_run ();
}
