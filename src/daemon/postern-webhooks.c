/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhooks-private.h"

#define LOOK_SECONDS 5      /* what another node wrote, and what was put off */
#define REST_SECONDS 5
#define SLICE G_TIME_SPAN_SECOND /* of one webhook, until others that wait have their turn */
#define PASSED_MOST 1000    /* entries that were not wanted, and that may be looked at once more after a crash … */
#define PASSED_SECONDS 60   /* … or so long, lest they count as missed when the log is cut, or as waiting when the tenant is closed */

/* What is known of a webhook here alone. */
typedef struct {
  PosternWebhooksPlace place;
  gint64 noted_at; /* seconds since 1970: when its place was written down last */
  gint64 rests_until; /* seconds since 1970: nothing could be written of it */
  gboolean busy;   /* it is in the queue, or a thread is at it */
} Known;

struct _PosternWebhooks {
  PosternTenant *tenant;
  PosternLease *lease; /* (nullable) */
  gboolean tells;
  guint64 generation; /* of the store, before it was looked at last */
  gint64 looked_at;   /* seconds since 1970 */
  PosternFeedQueue *queue;
  GCancellable *cancellable;
  GMutex mutex;
  gboolean ended;    /* a thread has, since it was looked at last: what came meanwhile may have been left to it */
  GHashTable *known; /* id → Known */
};

/* --- what was passed over ------------------------------------------------------------------------------------------- */

/* (transfer none): with the mutex. */
static Known *
get_known (PosternWebhooks *self, const char *id)
{
  Known *known = g_hash_table_lookup (self->known, id);

  if (known == NULL) {
    known = g_new0 (Known, 1);
    known->noted_at = g_get_real_time () / G_USEC_PER_SEC;
    g_hash_table_insert (self->known, g_strdup (id), known);
  }
  return known;
}

static PosternWebhooksPlace
get_place (PosternWebhooks *self, const char *id)
{
  g_mutex_lock (&self->mutex);
  PosternWebhooksPlace place = get_known (self, id)->place;
  g_mutex_unlock (&self->mutex);
  return place;
}

/* With the mutex. */
static void
set_place (Known *known, const PosternWebhook *webhook)
{
  known->place.revision = webhook->revision;
  known->place.position = webhook->position;
}

/* Where nothing can be written, it is known here at least what has arrived: it is not sent again, and what follows not at once. */
static void
keep_in_mind (PosternWebhooks *self, const PosternWebhook *webhook)
{
  Known *known;

  g_mutex_lock (&self->mutex);
  known = get_known (self, webhook->id);
  set_place (known, webhook);
  known->rests_until = g_get_real_time () / G_USEC_PER_SEC + REST_SECONDS;
  g_mutex_unlock (&self->mutex);
}

/* Returns: whether it is to be written down now: not each entry that somebody does not want is worth a write */
static gboolean
pass (PosternWebhooks *self, const PosternWebhook *webhook, gint64 kept)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  Known *known;
  gboolean due;

  g_mutex_lock (&self->mutex);
  known = get_known (self, webhook->id);
  set_place (known, webhook);
  due = webhook->position - kept >= PASSED_MOST || now - known->noted_at >= PASSED_SECONDS;
  if (due)
    known->noted_at = now;
  g_mutex_unlock (&self->mutex);
  return due;
}

/* --- one webhook ---------------------------------------------------------------------------------------------------- */

/* One webhook's turn. */
typedef struct {
  PosternWebhooks *webhooks;
  const char *id;
  gint64 until;   /* monotonic */
  guint sent;
  gboolean quick; /* as of its latest answer */
  gboolean cut;   /* its time was over before it had all that is known of */
} Turn;

static gboolean
may_go_on (PosternWebhooks *self)
{
  return !g_cancellable_is_cancelled (self->cancellable) && (self->lease == NULL || postern_lease_is_held (self->lease));
}

/* Returns: whether the next one follows */
static gboolean
send_one (Turn *turn, PosternWebhook *webhook, gint64 *kept, const PosternWebhookEvent *event)
{
  g_auto (PosternWebhookAnswer) answer = { 0 };
  PosternWebhooks *self = turn->webhooks;
  PosternWebhooksEnd end;

  postern_webhook_send (postern_tenant_get_store (self->tenant), webhook, event, self->cancellable, &answer);
  if (answer.cancelled && answer.status == 0)
    return FALSE;
  turn->sent++;
  turn->quick = postern_webhook_answer_is_quick (&answer);
  postern_webhook_note (webhook, event, &answer);
  end = postern_webhooks_batch_settle (self->tenant, self->tells, webhook, kept, &answer);
  if (end == POSTERN_WEBHOOKS_NOT_WRITTEN)
    keep_in_mind (self, webhook);
  return end == POSTERN_WEBHOOKS_WRITTEN && postern_webhook_answer_is_good (&answer);
}

/* Returns: whether all arrived that were wanted */
static gboolean
send_batch (Turn *turn, PosternWebhooksBatch *batch)
{
  PosternWebhooks *self = turn->webhooks;
  PosternWebhook *webhook = batch->webhook;

  for (guint i = 0; i < batch->log.entries->len; i++) {
    const PosternAudit *entry = batch->log.entries->pdata[i];
    g_auto (PosternWebhookEvent) event = { 0 };

    if (!postern_webhook_wants (webhook, entry->event))
      continue;
    turn->cut = turn->sent > 0 && g_get_monotonic_time () >= turn->until;
    webhook->position = g_array_index (batch->log.numbers, gint64, i);
    postern_webhook_event_init (&event, entry, webhook->position);
    if (turn->cut || !may_go_on (self) || !send_one (turn, webhook, &batch->kept, &event))
      return FALSE;
  }
  webhook->position = batch->log.end;
  return !pass (self, webhook, batch->kept) || batch->kept == batch->log.end || postern_webhooks_batch_settle (self->tenant, self->tells, webhook, &batch->kept, NULL) == POSTERN_WEBHOOKS_WRITTEN;
}

/* Returns: whether there may be more */
static gboolean
run_batch (Turn *turn)
{
  g_auto (PosternWebhooksBatch) batch = { 0 };
  g_autoptr (GError) error = NULL;
  PosternWebhooksPlace place = get_place (turn->webhooks, turn->id);

  if (postern_webhooks_batch_read (&batch, turn->webhooks->tenant, turn->id, &place, &error))
    return batch.webhook != NULL && ((send_batch (turn, &batch) && !batch.log.is_last) || turn->cut);
  g_warning ("webhook %s is put off: %s", turn->id, error->message);
  return FALSE;
}

/* For the queue. Returns: whether there is more to send */
static gboolean
run_webhook (gpointer owner, const char *id, gboolean *quick)
{
  PosternWebhooks *self = owner;
  Turn turn = { .webhooks = self, .id = id, .until = g_get_monotonic_time () + SLICE, .quick = *quick };
  gboolean more = TRUE;

  while (more && !turn.cut && may_go_on (self)) {
    more = run_batch (&turn);
    turn.cut = turn.cut || g_get_monotonic_time () >= turn.until;
  }
  *quick = turn.quick;
  if (more && may_go_on (self))
    return TRUE;
  g_mutex_lock (&self->mutex);
  get_known (self, id)->busy = FALSE;
  self->ended = TRUE;
  g_mutex_unlock (&self->mutex);
  return FALSE;
}

/* --- which are due ---------------------------------------------------------------------------------------------------- */

typedef struct {
  gint64 now, end;
  GPtrArray *due; /* (nullable) (element-type PosternWebhook) */
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_clear_pointer (&self->due, g_ptr_array_unref);
  self->due = postern_webhook_store_list_due (txn, self->now, error);
  return self->due != NULL && postern_audit_chain_store_get_end (txn, &self->end, error);
}

/* With the mutex. */
static gboolean
has_work (const Known *known, const PosternWebhook *webhook, const Look *look)
{
  if (look->now < known->rests_until)
    return FALSE;
  return known->place.revision != webhook->revision || known->place.position < look->end || look->now - known->noted_at >= PASSED_SECONDS;
}

static void
start (PosternWebhooks *self, const PosternWebhook *webhook, const Look *look)
{
  gboolean idle;
  Known *known;

  g_mutex_lock (&self->mutex);
  known = get_known (self, webhook->id);
  idle = !known->busy && has_work (known, webhook, look);
  known->busy = known->busy || idle;
  g_mutex_unlock (&self->mutex);
  if (idle)
    postern_feed_queue_add (self->queue, self, webhook->id, postern_webhook_is_quick (webhook), run_webhook);
}

static gboolean
is_due (GPtrArray *due, const char *id)
{
  for (guint i = 0; i < due->len; i++)
    if (g_str_equal (((PosternWebhook *) due->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

/* What is known of one that has had all, or that is none any more, is in the database, too. */
static void
forget_others (PosternWebhooks *self, GPtrArray *due)
{
  GHashTableIter iter;
  gpointer id, known;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, &id, &known))
    if (!((Known *) known)->busy && !is_due (due, id))
      g_hash_table_iter_remove (&iter);
  g_mutex_unlock (&self->mutex);
}

static gboolean
take_ended (PosternWebhooks *self)
{
  g_mutex_lock (&self->mutex);
  gboolean ended = self->ended;
  self->ended = FALSE;
  g_mutex_unlock (&self->mutex);
  return ended;
}

gboolean
postern_webhooks_turn (PosternWebhooks *self, gint64 now, GError **error)
{
  guint64 generation = postern_store_get_generation (postern_tenant_get_store (self->tenant));
  Look turn = { .now = now };
  gboolean done;

  if (!take_ended (self) && generation == self->generation && now - self->looked_at < LOOK_SECONDS)
    return TRUE;
  self->generation = generation;
  self->looked_at = now;
  done = postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, look, &turn, error);
  for (guint i = 0; done && i < turn.due->len; i++)
    start (self, turn.due->pdata[i], &turn);
  if (done)
    forget_others (self, turn.due);
  g_clear_pointer (&turn.due, g_ptr_array_unref);
  return done;
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

PosternWebhooks *
postern_webhooks_new (PosternTenant *tenant, PosternLease *lease, PosternFeedQueue *queue, gboolean tells)
{
  PosternWebhooks *self = g_new0 (PosternWebhooks, 1);

  self->tenant = g_object_ref (tenant);
  self->lease = lease;
  self->queue = queue;
  self->tells = tells;
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->mutex);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
postern_webhooks_free (PosternWebhooks *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  postern_feed_queue_drop (self->queue, self);
  g_hash_table_unref (self->known);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->cancellable);
  g_object_unref (self->tenant);
  g_free (self);
}
