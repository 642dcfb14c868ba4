/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhooks-private.h"

#include <openssl/crypto.h>

#define LOOK_SECONDS 5      /* what another node wrote, and what was put off */
#define REST_SECONDS 5
#define PASSED_MOST 1000    /* entries that were not wanted, and that may be looked at once more after a crash … */
#define PASSED_SECONDS 60   /* … or so long, lest they count as missed when the log is cut, or as waiting when the tenant is closed */

/* What is known of a webhook here alone. */
typedef struct {
  PosternWebhooksPlace place;
  gint64 noted_at; /* seconds since 1970: when its place was written down last */
  gint64 rests_until; /* seconds since 1970: nothing could be written of it */
  gboolean busy;   /* a thread is at it */
} Known;

struct _PosternWebhooks {
  PosternTenant *tenant;
  PosternLease *lease; /* (nullable) */
  gboolean tells;
  guint64 generation; /* of the store, before it was looked at last */
  gint64 looked_at;   /* seconds since 1970 */
  GThreadPool *pool;  /* (nullable): none until something is due */
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

static gboolean
may_go_on (PosternWebhooks *self)
{
  return !g_cancellable_is_cancelled (self->cancellable) && (self->lease == NULL || postern_lease_is_held (self->lease));
}

/* Returns: whether the next one follows */
static gboolean
send_one (PosternWebhooks *self, PosternWebhook *webhook, gint64 *kept, const PosternWebhookEvent *event)
{
  g_auto (PosternWebhookAnswer) answer = { 0 };
  PosternWebhooksEnd end;

  postern_webhook_send (postern_tenant_get_store (self->tenant), webhook, event, self->cancellable, &answer);
  if (answer.cancelled && answer.status == 0)
    return FALSE;
  postern_webhook_note (webhook, event, &answer);
  end = postern_webhooks_batch_settle (self->tenant, self->tells, webhook, kept, &answer);
  if (end == POSTERN_WEBHOOKS_NOT_WRITTEN)
    keep_in_mind (self, webhook);
  return end == POSTERN_WEBHOOKS_WRITTEN && postern_webhook_answer_is_good (&answer);
}

/* Returns: whether all arrived that were wanted */
static gboolean
send_batch (PosternWebhooks *self, PosternWebhooksBatch *batch)
{
  PosternWebhook *webhook = batch->webhook;

  for (guint i = 0; i < batch->entries->len; i++) {
    const PosternAudit *entry = batch->entries->pdata[i];
    g_auto (PosternWebhookEvent) event = { 0 };

    if (!postern_webhook_wants (webhook, entry->event))
      continue;
    webhook->position = g_array_index (batch->numbers, gint64, i);
    postern_webhook_event_init (&event, entry, webhook->position);
    if (!may_go_on (self) || !send_one (self, webhook, &batch->kept, &event))
      return FALSE;
  }
  webhook->position = batch->end;
  return !pass (self, webhook, batch->kept) || batch->kept == batch->end || postern_webhooks_batch_settle (self->tenant, self->tells, webhook, &batch->kept, NULL) == POSTERN_WEBHOOKS_WRITTEN;
}

/* Returns: whether there may be more */
static gboolean
run_batch (PosternWebhooks *self, const char *id)
{
  g_auto (PosternWebhooksBatch) batch = { 0 };
  g_autoptr (GError) error = NULL;
  PosternWebhooksPlace place = get_place (self, id);

  if (postern_webhooks_batch_read (&batch, self->tenant, id, &place, &error))
    return batch.webhook != NULL && send_batch (self, &batch) && !batch.is_last;
  g_warning ("webhook %s is put off: %s", id, error->message);
  return FALSE;
}

/* The pool hands its threads back to GLib, which may end them amid the end of the process: so what OpenSSL keeps for each goes here. */
static void
run_webhook (gpointer data, gpointer user_data)
{
  g_autofree char *id = data;
  PosternWebhooks *self = user_data;

  while (may_go_on (self) && run_batch (self, id))
    ;
  g_mutex_lock (&self->mutex);
  get_known (self, id)->busy = FALSE;
  self->ended = TRUE;
  g_mutex_unlock (&self->mutex);
  OPENSSL_thread_stop ();
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
  return self->due != NULL && postern_webhook_store_get_end (txn, &self->end, error);
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
  if (!idle)
    return;
  if (self->pool == NULL)
    self->pool = g_thread_pool_new (run_webhook, self, POSTERN_WEBHOOKS_MAX, FALSE, NULL);
  g_thread_pool_push (self->pool, g_strdup (webhook->id), NULL);
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
postern_webhooks_new (PosternTenant *tenant, PosternLease *lease, gboolean tells)
{
  PosternWebhooks *self = g_new0 (PosternWebhooks, 1);

  self->tenant = g_object_ref (tenant);
  self->lease = lease;
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
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  g_hash_table_unref (self->known);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->cancellable);
  g_object_unref (self->tenant);
  g_free (self);
}
