/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sinks.h"

#include "postern-audit-event.h"
#include "postern-error.h"
#include "postern-feed-batch.h"
#include "postern-json.h"
#include "postern-sink.h"
#include "postern-webhook.h"

#include <string.h>

#define LOOK_SECONDS 5 /* what another node wrote, and what was put off */
#define SLICE G_TIME_SPAN_SECOND /* of one sink, until others that wait have their turn */
#define QUICK G_TIME_SPAN_SECOND
#define ERROR_MAX 300  /* bytes of what it said that are kept */

typedef struct {
  PosternSink *sink;
  gboolean is_off; /* nothing is handed over any more */
  gboolean busy;  /* it is in the queue, or a thread is at it */
  gboolean tried, quick; /* … a thread was; it took its latest entries within a second */
  gboolean troubled;    /* it failed at the latest ones, and that was said */
  gint64 rests_until;   /* seconds since 1970: nothing could be written of it */
  GCancellable *cancellable; /* (nullable): of what it is at */
  gint64 deadline;           /* monotonic, of the same */
} Entry;

struct _PosternSinks {
  PosternTenant *tenant;
  PosternLease *lease; /* (nullable) */
  PosternFeedQueue *queue;
  GHashTable *entries; /* id → Entry: of those alone that take the log */
  guint64 generation;  /* of the store, before it was looked at last */
  gint64 looked_at;    /* seconds since 1970 */
  GMutex mutex;
  gboolean ended, stopping; /* a thread has, since it was looked at last: what came meanwhile may have been left to it; all ends */
};

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static const char *
get_id (const Entry *entry)
{
  return postern_instance_get_id (POSTERN_INSTANCE (entry->sink));
}

/* --- what came of it -------------------------------------------------------------------------------------------------- */

typedef struct {
  const PosternSinkPlace *place;
  gint64 before, missed_from;
  gboolean settled;
} Settling;

/* What was cut off is not passed over in silence. */
static gboolean
note_missed (PosternTxn *txn, const Settling *settling, GError **error)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("sink.missed", POSTERN_AUDIT_SERVER, settling->place->id);
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_int64 (&data, "from", settling->before);
  postern_json_object_add_int64 (&data, "to", settling->place->position);
  entry->data = g_variant_ref_sink (postern_json_object_end (&data));
  return postern_audit_store_append (txn, entry, error);
}

static gboolean
settle (PosternTxn *txn, gpointer user_data, GError **error)
{
  Settling *settling = user_data;

  return postern_sink_place_store_settle (txn, settling->place, settling->before, &settling->settled, error) &&
         (!settling->settled || settling->missed_from < 0 || note_missed (txn, settling, error));
}

/* @missed: whether entries from @before on were cut off. Returns: whether the next ones follow */
static gboolean
write_down (PosternSinks *self, Entry *entry, const PosternSinkPlace *place, gint64 before, gboolean missed)
{
  Settling settling = { place, before, missed ? before : -1, FALSE };
  g_autoptr (GError) error = NULL;

  if (postern_store_write (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, settle, &settling, &error))
    return TRUE; /* who was overtaken reads again */
  g_warning ("sink %s: what became of entries could not be kept, so that it gets them again: %s", place->id, error->message);
  g_mutex_lock (&self->mutex);
  entry->rests_until = now_seconds () + POSTERN_WEBHOOK_PAUSE;
  g_mutex_unlock (&self->mutex);
  return FALSE;
}

static char *
shorten (const char *said)
{
  char *text = g_utf8_make_valid (said, -1);

  if (strlen (text) > ERROR_MAX)
    *g_utf8_find_prev_char (text, text + ERROR_MAX + 1) = '\0';
  return text;
}

static void
note_failure (Entry *entry, PosternSinkPlace *place, const char *said)
{
  gint64 now = now_seconds (), pause = postern_webhook_choose_pause (++place->failures, POSTERN_SINKS_PAUSE_MAX);

  if (place->failing_since == 0)
    place->failing_since = now;
  place->due_at = now + pause;
  g_free (place->error);
  place->error = shorten (said);
  if (!entry->troubled)
    g_warning ("sink %s takes no entries of the audit log from number %" G_GINT64_FORMAT " on: %s; they wait, and it is tried again", place->id, place->position, place->error);
  entry->troubled = TRUE;
}

static void
note_taken (Entry *entry, PosternSinkPlace *place, gint64 end, guint n)
{
  if (place->failures > 0)
    g_message ("sink %s takes entries of the audit log again, from number %" G_GINT64_FORMAT " on", place->id, place->position);
  entry->troubled = FALSE;
  place->position = end;
  place->delivered += n;
  place->failures = place->failing_since = place->due_at = 0;
  g_clear_pointer (&place->error, g_free);
}

/* --- one sink --------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *id;
  PosternSinkPlace *place; /* (nullable): it has none any more */
  PosternFeedBatch log;
} Reading;

static gboolean
read_batch (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *self = user_data;
  g_autoptr (GError) failure = NULL;

  g_clear_pointer (&self->place, postern_sink_place_unref); /* a transaction may run twice */
  self->place = postern_sink_place_store_get (txn, self->id, &failure);
  if (self->place != NULL)
    return postern_feed_batch_read (&self->log, txn, self->place->position, POSTERN_SINKS_BATCH, error);
  return postern_store_pass_missing (&failure, error);
}

static gboolean
may_go_on (PosternSinks *self, const Entry *entry)
{
  g_mutex_lock (&self->mutex);
  gboolean stopping = self->stopping || entry->is_off;
  g_mutex_unlock (&self->mutex);
  return !stopping && (self->lease == NULL || postern_lease_is_held (self->lease));
}

/* (transfer full) (nullable): NULL when all ends, or it was switched off */
static GCancellable *
begin (PosternSinks *self, Entry *entry)
{
  GCancellable *cancellable = NULL;

  g_mutex_lock (&self->mutex);
  if (!self->stopping && !entry->is_off) {
    cancellable = entry->cancellable = g_cancellable_new ();
    entry->deadline = g_get_monotonic_time () + POSTERN_SINKS_DEADLINE * G_USEC_PER_SEC;
    g_object_ref (cancellable);
  }
  g_mutex_unlock (&self->mutex);
  return cancellable;
}

/* Returns: whether we cut it off ourselves, which says nothing of the sink */
static gboolean
end (PosternSinks *self, Entry *entry)
{
  g_mutex_lock (&self->mutex);
  g_clear_object (&entry->cancellable);
  gboolean stopping = self->stopping || entry->is_off;
  g_mutex_unlock (&self->mutex);
  return stopping;
}

static GPtrArray *
make_events (const PosternFeedBatch *log)
{
  GPtrArray *events = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < log->entries->len; i++)
    g_ptr_array_add (events, postern_audit_event_new (log->entries->pdata[i], g_array_index (log->numbers, gint64, i)));
  return events;
}

/* Returns: whether the next ones follow */
static gboolean
hand_over (PosternSinks *self, Entry *entry, Reading *reading)
{
  g_autoptr (GPtrArray) events = make_events (&reading->log);
  g_autoptr (GCancellable) cancellable = begin (self, entry);
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time (), before = reading->place->position;
  gboolean taken, cut_off;

  if (cancellable == NULL)
    return FALSE;
  taken = postern_sink_deliver (entry->sink, postern_tenant_get_slug (self->tenant), events, cancellable, &error);
  cut_off = end (self, entry);
  entry->tried = TRUE;
  entry->quick = taken && g_get_monotonic_time () - begun < QUICK;
  if (taken)
    note_taken (entry, reading->place, reading->log.end, events->len);
  else if (cut_off)
    return FALSE;
  else
    note_failure (entry, reading->place, g_cancellable_is_cancelled (cancellable) ? "it did not take them in half a minute" : error->message);
  return write_down (self, entry, reading->place, before, FALSE) && taken;
}

/* Returns: whether the rest follows */
static gboolean
pass_missed (PosternSinks *self, Entry *entry, PosternSinkPlace *place, gint64 cut)
{
  gint64 before = place->position;

  place->missed += cut - before;
  place->position = cut;
  g_warning ("sink %s has missed the entries %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ": the log was cut before it took them", place->id, before, cut - 1);
  return write_down (self, entry, place, before, TRUE);
}

/* Returns: whether there may be more */
static gboolean
run_batch (PosternSinks *self, Entry *entry)
{
  Reading reading = { .id = get_id (entry) };
  g_autoptr (GError) error = NULL;
  gboolean more = FALSE;

  if (!postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, read_batch, &reading, &error))
    g_warning ("sink %s is put off: %s", reading.id, error->message);
  else if (reading.place == NULL || reading.place->due_at > now_seconds ())
    more = FALSE;
  else if (reading.place->position < reading.log.cut)
    more = pass_missed (self, entry, reading.place, reading.log.cut);
  else if (reading.log.entries->len > 0)
    more = hand_over (self, entry, &reading) && !reading.log.is_last;
  postern_feed_batch_clear (&reading.log);
  g_clear_pointer (&reading.place, postern_sink_place_unref);
  return more;
}

/* For the queue. Returns: whether there is more to hand over */
static gboolean
run_sink (gpointer owner, const char *id, gboolean *quick)
{
  PosternSinks *self = owner;
  Entry *entry = g_hash_table_lookup (self->entries, id);
  gint64 until = g_get_monotonic_time () + SLICE;
  gboolean more = TRUE;

  while (more && may_go_on (self, entry) && g_get_monotonic_time () < until)
    more = run_batch (self, entry);
  *quick = entry->quick;
  if (more && may_go_on (self, entry))
    return TRUE;
  g_mutex_lock (&self->mutex);
  entry->busy = FALSE;
  self->ended = TRUE;
  g_mutex_unlock (&self->mutex);
  return FALSE;
}

/* --- which are due ---------------------------------------------------------------------------------------------------- */

typedef struct {
  gint64 end;
  GHashTable *places; /* (nullable) id → PosternSinkPlace */
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;
  g_autoptr (GPtrArray) places = postern_sink_place_store_list (txn, error);

  g_clear_pointer (&self->places, g_hash_table_unref);
  if (places == NULL || !postern_audit_chain_store_get_end (txn, &self->end, error))
    return FALSE;
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) postern_sink_place_unref);
  for (guint i = 0; i < places->len; i++)
    g_hash_table_insert (self->places, ((PosternSinkPlace *) places->pdata[i])->id, postern_sink_place_ref (places->pdata[i]));
  return TRUE;
}

static gboolean
insert_places (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternSinks *self = user_data;
  PosternSinkPlace place = { .created_at = now_seconds () };
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    place.id = id;
    if (!postern_sink_place_store_begin (txn, &place, error))
      return FALSE;
  }
  return TRUE;
}

/* A sink that is new here begins where the log ends now. */
static gboolean
begin_new (PosternSinks *self, const Look *seen, GError **error)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (seen->places, id))
      return postern_store_write (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, insert_places, self, error);
  return TRUE;
}

static void
start_due (PosternSinks *self, const Look *seen, gint64 now)
{
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &id, &value)) {
    const PosternSinkPlace *place = g_hash_table_lookup (seen->places, id);
    Entry *entry = value;
    gboolean starts;

    g_mutex_lock (&self->mutex);
    starts = place && place->position < seen->end && place->due_at <= now && entry->rests_until <= now && !entry->busy && !entry->is_off;
    entry->busy |= starts;
    g_mutex_unlock (&self->mutex);
    if (starts)
      postern_feed_queue_add (self->queue, self, id, entry->tried ? entry->quick : place->delivered > 0 && place->failures == 0, run_sink);
  }
}

/* Those that are late, or @all. One that does not heed its cancellable holds up itself alone. */
static void
cut_off (PosternSinks *self, gboolean all)
{
  gint64 now = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->mutex);
  self->stopping |= all;
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;
    if (entry->cancellable && (all || entry->deadline <= now))
      g_cancellable_cancel (entry->cancellable);
  }
  g_mutex_unlock (&self->mutex);
}

void
postern_sinks_let_go (PosternSinks *self, gpointer sink)
{
  Entry *entry = g_hash_table_lookup (self->entries, postern_instance_get_id (sink));

  if (entry == NULL || entry->sink != sink)
    return;
  g_mutex_lock (&self->mutex);
  entry->is_off = TRUE;
  if (entry->cancellable)
    g_cancellable_cancel (entry->cancellable);
  g_mutex_unlock (&self->mutex);
}

static gboolean
take_ended (PosternSinks *self)
{
  g_mutex_lock (&self->mutex);
  gboolean ended = self->ended;
  self->ended = FALSE;
  g_mutex_unlock (&self->mutex);
  return ended;
}

/* All that begins it: where each is, places for those that are new, and work for those that are behind. */
static gboolean
look_at_all (PosternSinks *self, gboolean starts, gint64 now, GError **error)
{
  Look seen = { 0 };
  gboolean done = postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, look, &seen, error) && begin_new (self, &seen, error);

  if (done && starts)
    start_due (self, &seen, now);
  g_clear_pointer (&seen.places, g_hash_table_unref);
  return done;
}

gboolean
postern_sinks_turn (PosternSinks *self, gint64 now, GError **error)
{
  guint64 generation = postern_store_get_generation (postern_tenant_get_store (self->tenant));

  if (g_hash_table_size (self->entries) == 0)
    return TRUE;
  cut_off (self, FALSE);
  if (!take_ended (self) && generation == self->generation && now - self->looked_at < LOOK_SECONDS)
    return TRUE;
  self->generation = generation;
  self->looked_at = now;
  return look_at_all (self, TRUE, now, error);
}

gboolean
postern_sinks_get_due (PosternTxn *txn, GPtrArray *sinks, gint64 *due_at, GError **error)
{
  Look seen = { 0 };
  gboolean any = FALSE;

  for (guint i = 0; i < sinks->len; i++)
    any |= postern_sink_takes_log (sinks->pdata[i]);
  if (!any)
    return TRUE;
  if (!look (txn, &seen, error))
    return FALSE;
  for (guint i = 0; i < sinks->len; i++) {
    const PosternSinkPlace *place = g_hash_table_lookup (seen.places, postern_instance_get_id (sinks->pdata[i]));
    if (place && place->position < seen.end)
      *due_at = MIN (*due_at, place->due_at);
  }
  g_clear_pointer (&seen.places, g_hash_table_unref);
  return TRUE;
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_object_unref (self->sink);
  g_free (self);
}

PosternSinks *
postern_sinks_new (PosternTenant *tenant, GPtrArray *sinks, PosternLease *lease, PosternFeedQueue *queue)
{
  PosternSinks *self = g_new0 (PosternSinks, 1);
  g_autoptr (GError) error = NULL;

  self->tenant = g_object_ref (tenant);
  self->lease = lease;
  self->queue = queue;
  g_mutex_init (&self->mutex);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  for (guint i = 0; i < sinks->len; i++) {
    Entry *entry;

    if (!postern_sink_takes_log (sinks->pdata[i]))
      continue;
    entry = g_new0 (Entry, 1);
    entry->sink = g_object_ref (sinks->pdata[i]);
    g_hash_table_insert (self->entries, (gpointer) get_id (entry), entry);
  }
  if (g_hash_table_size (self->entries) > 0 && !look_at_all (self, FALSE, now_seconds (), &error)) /* then the first turn does it */
    g_warning ("sinks do not know yet where they begin in the audit log: %s", error->message);
  return self;
}

void
postern_sinks_free (PosternSinks *self)
{
  if (self == NULL)
    return;
  cut_off (self, TRUE);
  postern_feed_queue_drop (self->queue, self);
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->tenant);
  g_free (self);
}
