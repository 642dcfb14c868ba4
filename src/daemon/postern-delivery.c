/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-delivery-private.h"

#include "postern-error.h"
#include "postern-outbox.h"

#include <openssl/crypto.h>

#define CALL_SECONDS 20
#define RETRY_SECONDS 2
#define MARGIN_SECONDS 10 /* an entry is left to who took it for so much longer than its call may last */
#define SLOW_SECONDS 5    /* one whose calls are all older than that is passed over */
#define POLL_SECONDS 5    /* what another process left */
#define STOP_SECONDS 5    /* at most, for what is under way when the worker leaves; after that it is cut off, and gets as much again */
#define LAPSED_AT_ONCE 50

static PosternDelivery *left_behind; /* for whoever looks for leaks */
static const char *const channels[] = { "email", "sms" };

/* --- which messenger --------------------------------------------------------------------------------------------- */

static const char *
id_of (PosternDeliveryCarrier *carrier)
{
  return postern_instance_get_id (POSTERN_INSTANCE (carrier->messenger));
}

gboolean
postern_delivery_takes (PosternDeliveryCarrier *carrier, const char *channel)
{
  return !carrier->is_off && postern_messenger_carries (carrier->messenger, channel);
}

/* With the mutex. */
static gboolean
is_well (PosternDeliveryCarrier *carrier, gint64 now)
{
  if (carrier->resting_until > now)
    return FALSE;
  for (guint i = 0; i < carrier->calls->len; i++)
    if (((PosternDeliveryCall *) carrier->calls->pdata[i])->begun + SLOW_SECONDS * G_USEC_PER_SEC > now)
      return TRUE;
  return carrier->calls->len < POSTERN_DELIVERY_CALLS;
}

/* (nullable): the first that is well; of none, simply the first: it may have recovered. With the mutex. */
static PosternDeliveryCarrier *
choose (PosternDelivery *self, const char *channel)
{
  gint64 now = g_get_monotonic_time ();
  PosternDeliveryCarrier *first = NULL;

  for (guint i = 0; i < self->carriers->len; i++) {
    PosternDeliveryCarrier *carrier = self->carriers->pdata[i];
    if (!postern_delivery_takes (carrier, channel))
      continue;
    if (is_well (carrier, now))
      return carrier;
    if (!first)
      first = carrier;
  }
  return first;
}

PosternDeliveryCarrier *
postern_delivery_find_next (PosternDelivery *self, const char *channel, const char *tried)
{
  gboolean behind = FALSE;

  for (guint i = 0; tried && i < self->carriers->len; i++) {
    PosternDeliveryCarrier *carrier = self->carriers->pdata[i];
    if (behind && postern_delivery_takes (carrier, channel))
      return carrier;
    behind = behind || g_str_equal (id_of (carrier), tried);
  }
  return NULL;
}

/* --- writing down ------------------------------------------------------------------------------------------------ */

typedef struct {
  PosternOutboxEntry *entry;
  gint64 taken_until;
} Settling;

static gboolean
do_settle (PosternTxn *txn, gpointer user_data, GError **error)
{
  Settling *settling = user_data;

  return postern_outbox_store_settle (txn, settling->entry, settling->taken_until, error);
}

void
postern_delivery_settle (PosternDelivery *self, PosternOutboxEntry *entry, gint64 taken_until)
{
  Settling settling = { entry, taken_until };
  g_autoptr (GError) error = NULL;

  entry->updated_at = postern_delivery_now ();
  if (!postern_store_write (self->store, POSTERN_KEEP_LASTING, do_settle, &settling, &error))
    g_warning ("message %s: what became of it could not be kept, so it may be sent once more: %s", entry->id, error->message);
}

void
postern_delivery_give_back (PosternDelivery *self, PosternOutboxEntry *entry, gint64 taken_until)
{
  entry->due_at = postern_delivery_now ();
  postern_delivery_settle (self, entry, taken_until);
}

void
postern_delivery_forget (PosternDelivery *self, PosternOutboxEntry *entry, const char *state)
{
  char *masked = postern_outbox_mask (entry->recipient);

  g_free (entry->recipient);
  entry->recipient = masked;
  g_clear_pointer (&entry->model, g_free);
  g_free (entry->state);
  entry->state = g_strdup (state);
  entry->due_at = 0;
  entry->purge_at = postern_delivery_now () + self->keep_seconds;
}

/* --- taking ------------------------------------------------------------------------------------------------------ */

typedef struct {
  PosternDelivery *self;
  const char *channel;
  guint limit;
  gint64 now, until, due_at;
  GPtrArray *entries;
} Turn;

static gboolean
do_take (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;

  g_clear_pointer (&turn->entries, g_ptr_array_unref); /* a transaction may run twice */
  turn->entries = postern_outbox_store_take (txn, turn->channel, turn->limit, turn->now, turn->until, error);
  return turn->entries != NULL;
}

static gboolean
do_list_lapsed (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;

  g_clear_pointer (&turn->entries, g_ptr_array_unref);
  turn->entries = postern_outbox_store_list_lapsed (txn, LAPSED_AT_ONCE, turn->now, error);
  return turn->entries != NULL;
}

static gboolean
do_get_due (PosternTxn *txn, gpointer user_data, GError **error)
{
  return postern_outbox_store_get_due (txn, &((Turn *) user_data)->due_at, error);
}

/* What failed at one messenger goes to the next, if that has room; else back to the first, unless all were switched off meanwhile. */
static void
hand_over (PosternDelivery *self, PosternOutboxEntry *entry, const Turn *turn)
{
  PosternDeliveryCarrier *carrier;
  PosternDeliveryCall *call = NULL;

  g_mutex_lock (&self->mutex);
  carrier = postern_delivery_find_next (self, turn->channel, entry->messenger);
  if (!carrier || carrier->calls->len >= POSTERN_DELIVERY_CALLS)
    carrier = choose (self, turn->channel);
  if (carrier)
    call = postern_delivery_call_new (carrier, entry, turn->until);
  g_mutex_unlock (&self->mutex);
  if (call)
    g_thread_pool_push (carrier->pool, call, NULL);
  else
    postern_delivery_give_back (self, entry, turn->until);
}

static guint
count_room (PosternDelivery *self, const char *channel)
{
  PosternDeliveryCarrier *carrier;
  guint room;

  g_mutex_lock (&self->mutex);
  carrier = choose (self, channel);
  room = carrier && carrier->calls->len < POSTERN_DELIVERY_CALLS ? POSTERN_DELIVERY_CALLS - carrier->calls->len : 0;
  g_mutex_unlock (&self->mutex);
  return room;
}

static gboolean
send_due (PosternDelivery *self, const char *channel, GError **error)
{
  Turn turn = { .self = self, .channel = channel, .limit = count_room (self, channel), .now = postern_delivery_now () };

  turn.until = turn.now + self->call_seconds + MARGIN_SECONDS;
  if (turn.limit == 0)
    return TRUE;
  if (!postern_store_write (self->store, POSTERN_KEEP_LASTING, do_take, &turn, error)) {
    g_clear_pointer (&turn.entries, g_ptr_array_unref);
    return FALSE;
  }
  for (guint i = 0; i < turn.entries->len; i++)
    hand_over (self, turn.entries->pdata[i], &turn);
  g_ptr_array_unref (turn.entries);
  return TRUE;
}

static void
note_lapsed (PosternDelivery *self, PosternOutboxEntry *entry)
{
  gint64 taken_until = entry->due_at;
  gboolean failed = g_str_equal (entry->state, "failed");

  postern_delivery_forget (self, entry, failed ? "failed" : "expired");
  if (!failed)
    g_warning ("message %s (%s, %s to %s) was given up: it lapsed unsent after %" G_GINT64_FORMAT " tries; %s", entry->id, entry->template, entry->channel,
               entry->recipient, entry->attempts, entry->result ? entry->result : "there is no messenger for it; postern doctor");
  postern_delivery_settle (self, entry, taken_until);
}

static gboolean
drop_lapsed (PosternDelivery *self, GError **error)
{
  Turn turn = { .now = postern_delivery_now () };
  gboolean done = postern_store_read (self->store, POSTERN_KEEP_LASTING, do_list_lapsed, &turn, error);

  for (guint i = 0; done && i < turn.entries->len; i++)
    note_lapsed (self, turn.entries->pdata[i]);
  g_clear_pointer (&turn.entries, g_ptr_array_unref);
  return done;
}

/* --- the thread -------------------------------------------------------------------------------------------------- */

/* Cuts off what lasts too long. Returns: whether anything is under way */
static gboolean
watch_calls (PosternDelivery *self, gint64 begun_before)
{
  gboolean any = FALSE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->carriers->len; i++) {
    PosternDeliveryCarrier *carrier = self->carriers->pdata[i];
    any = any || carrier->calls->len > 0;
    for (guint k = 0; k < carrier->calls->len; k++) {
      PosternDeliveryCall *call = carrier->calls->pdata[k];
      if (call->begun <= begun_before)
        g_cancellable_cancel (call->cancellable);
    }
  }
  g_mutex_unlock (&self->mutex);
  return any;
}

/* Returns: seconds until there is something to do again */
static gint64
run_once (PosternDelivery *self)
{
  g_autoptr (GError) error = NULL;
  Turn turn = { .due_at = G_MAXINT64 };
  gboolean done = postern_store_read (self->store, POSTERN_KEEP_LASTING, do_get_due, &turn, &error);

  if (done && turn.due_at <= postern_delivery_now ()) {
    for (guint i = 0; done && i < G_N_ELEMENTS (channels); i++)
      done = send_due (self, channels[i], &error);
    done = done && drop_lapsed (self, &error) && postern_store_read (self->store, POSTERN_KEEP_LASTING, do_get_due, &turn, &error);
  }
  if (!done)
    g_warning ("messages are put off: %s", error->message);
  if (watch_calls (self, g_get_monotonic_time () - self->call_seconds * G_USEC_PER_SEC))
    return 1;
  /* What is due still has nobody to go to. */
  return turn.due_at > postern_delivery_now () ? MIN (POLL_SECONDS, turn.due_at - postern_delivery_now ()) : POLL_SECONDS;
}

static gboolean
is_stopping (PosternDelivery *self)
{
  g_mutex_lock (&self->mutex);
  gboolean stopping = self->stopping;
  g_mutex_unlock (&self->mutex);
  return stopping;
}

static gpointer
thread_main (gpointer user_data)
{
  PosternDelivery *self = user_data;
  guint64 seen = 0;

  while (!is_stopping (self)) {
    gint64 pause = run_once (self);
    seen = postern_store_wait_for_message (self->store, seen, g_get_monotonic_time () + pause * G_USEC_PER_SEC);
  }
  return NULL;
}

/* --- life -------------------------------------------------------------------------------------------------------- */

/*
 * The pool hands its threads back to GLib, which ends them when it likes: maybe amid the end of the process, when OpenSSL no
 * longer frees what it keeps for each thread. So that goes with the call.
 */
static void
run_call (gpointer call, gpointer user_data)
{
  postern_delivery_call_run (call, user_data);
  OPENSSL_thread_stop ();
}

static void
carrier_free (gpointer data)
{
  PosternDeliveryCarrier *self = data;

  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_ptr_array_unref (self->calls);
  g_object_unref (self->messenger);
  g_free (self);
}

static void
add_carrier (PosternDelivery *self, PosternMessenger *messenger)
{
  PosternDeliveryCarrier *carrier = g_new0 (PosternDeliveryCarrier, 1);

  carrier->delivery = self;
  carrier->messenger = g_object_ref (messenger);
  carrier->calls = g_ptr_array_new ();
  carrier->pool = g_thread_pool_new (run_call, NULL, POSTERN_DELIVERY_CALLS, FALSE, NULL);
  g_ptr_array_add (self->carriers, carrier);
}

PosternDelivery *
postern_delivery_start (PosternTenant *tenant, GPtrArray *messengers, PosternMessageTemplates *templates, const PosternDeliveryOptions *options)
{
  PosternDelivery *self = g_new0 (PosternDelivery, 1);

  self->tenant = g_object_ref (tenant);
  self->store = postern_tenant_get_store (tenant);
  self->templates = templates;
  self->sender_address = g_strdup (options->sender_address);
  self->sender_name = g_strdup (options->sender_name);
  self->keep_seconds = options->keep_seconds;
  self->call_seconds = options->call_seconds ? options->call_seconds : CALL_SECONDS;
  self->retry_seconds = options->retry_seconds ? options->retry_seconds : RETRY_SECONDS;
  self->carriers = g_ptr_array_new_with_free_func (carrier_free);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->done);
  for (guint i = 0; i < messengers->len; i++)
    add_carrier (self, messengers->pdata[i]);
  self->thread = g_thread_new ("delivery", thread_main, self);
  return self;
}

void
postern_delivery_let_go (PosternDelivery *self, gpointer messenger)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->carriers->len; i++) {
    PosternDeliveryCarrier *carrier = self->carriers->pdata[i];

    if (carrier->messenger != messenger)
      continue;
    carrier->is_off = TRUE;
    for (guint k = 0; k < carrier->calls->len; k++)
      g_cancellable_cancel (((PosternDeliveryCall *) carrier->calls->pdata[k])->cancellable);
  }
  g_mutex_unlock (&self->mutex);
}

static gboolean
has_calls (PosternDelivery *self)
{
  for (guint i = 0; i < self->carriers->len; i++)
    if (((PosternDeliveryCarrier *) self->carriers->pdata[i])->calls->len > 0)
      return TRUE;
  return FALSE;
}

/* Returns: whether all calls have ended */
static gboolean
wait_for_calls (PosternDelivery *self)
{
  gint64 deadline = g_get_monotonic_time () + MIN (STOP_SECONDS, self->call_seconds) * G_USEC_PER_SEC;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->mutex);
  while (in_time && has_calls (self))
    in_time = g_cond_wait_until (&self->done, &self->mutex, deadline);
  g_mutex_unlock (&self->mutex);
  return in_time;
}

void
postern_delivery_stop (PosternDelivery *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_mutex_unlock (&self->mutex);
  postern_store_wake (self->store);
  g_thread_join (self->thread);
  if (!wait_for_calls (self)) {
    watch_calls (self, G_MAXINT64);
    if (!wait_for_calls (self)) {
      g_mutex_lock (&self->mutex);
      self->abandoned = has_calls (self);
      g_mutex_unlock (&self->mutex);
    }
  }
  if (self->abandoned) { /* its thread still holds what would be freed here; the process ends anyway */
    g_warning ("a messenger does not come back and is left behind");
    left_behind = self;
    return;
  }
  g_ptr_array_unref (self->carriers);
  postern_message_templates_free (self->templates);
  g_free (self->sender_address);
  g_free (self->sender_name);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->done);
  g_object_unref (self->tenant);
  g_free (self);
}
