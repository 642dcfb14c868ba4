/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhooks-private.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-notice.h"
#include "postern-permission.h"

#define OWNERS_MOST 20 /* that are written to */

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
append_entry (PosternTxn *txn, const char *event, const PosternWebhook *webhook, PosternJsonObject *data, GError **error)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new (event, POSTERN_AUDIT_SERVER, webhook->id);

  entry->data = g_variant_ref_sink (postern_json_object_end (data));
  return postern_audit_store_append (txn, entry, error);
}

/* --- writing down ----------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternTenant *tenant;
  gboolean tells;
  const PosternWebhook *webhook;
  gint64 kept;
  const PosternWebhookAnswer *answer; /* (nullable) */
  gboolean settled;
} Settling;

static gboolean
tell_one (PosternTxn *txn, const Settling *settling, PosternUser *user, GError **error)
{
  return postern_notice_add (txn, postern_tenant_get_issuer (settling->tenant), user, NULL, POSTERN_NOTICE_WEBHOOK_OFF, now_seconds (), error);
}

/* (transfer full) (nullable): who made it, as the log has it: a machine, somebody at the server, or nobody whom the log reaches back to; or somebody who is gone */
static PosternUser *
find_maker (PosternTxn *txn, const PosternWebhook *webhook, GError **error)
{
  PosternAuditFilter filter = { .event = "webhook.created", .target = webhook->id };
  g_autoptr (GPtrArray) entries = postern_audit_store_find (txn, &filter, NULL, 1, error);
  const PosternAudit *entry = entries && entries->len > 0 ? entries->pdata[0] : NULL;
  g_autoptr (GError) failure = NULL;
  PosternUser *user;

  if (entry == NULL || entry->actor == NULL || !postern_id_is_valid (entry->actor, "usr"))
    return NULL;
  user = postern_user_store_get (txn, entry->actor, &failure);
  if (user == NULL && !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&failure));
  return user;
}

/* Who may not look at webhooks any more is not told of one; owners are told as such. */
static gboolean
tell_maker (PosternTxn *txn, const Settling *settling, GError **error)
{
  const char *issuer = postern_tenant_get_issuer (settling->tenant);
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternUser) maker = find_maker (txn, settling->webhook, &failure);
  PosternPermissionSubject subject = { .id = maker ? maker->id : NULL };
  g_autoptr (PosternPermission) permission = NULL;

  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (maker == NULL || maker->administrator || maker->disabled_at != 0)
    return TRUE;
  permission = postern_permission_read (txn, issuer, &subject, error);
  if (permission == NULL)
    return FALSE;
  return !postern_permission_manages (permission, issuer, "webhooks:read") || tell_one (txn, settling, maker, error);
}

static gboolean
tell (PosternTxn *txn, const Settling *settling, GError **error)
{
  g_autoptr (GPtrArray) owners = postern_user_store_list_owners (txn, OWNERS_MOST, error);

  for (guint i = 0; owners && i < owners->len; i++)
    if (!tell_one (txn, settling, owners->pdata[i], error))
      return FALSE;
  return owners != NULL && tell_maker (txn, settling, error);
}

static gboolean
note_switched_off (PosternTxn *txn, const Settling *settling, GError **error)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "reason", settling->webhook->disabled_reason);
  postern_json_object_add_int64 (&data, "status", settling->answer ? settling->answer->status : 0);
  return append_entry (txn, "webhook.switched-off", settling->webhook, &data, error) && (!settling->tells || tell (txn, settling, error));
}

static gboolean
settle (PosternTxn *txn, gpointer user_data, GError **error)
{
  Settling *settling = user_data;

  return postern_webhook_store_settle (txn, settling->webhook, settling->kept, &settling->settled, error) &&
         (!settling->settled || settling->webhook->enabled || note_switched_off (txn, settling, error));
}

PosternWebhooksEnd
postern_webhooks_batch_settle (PosternTenant *tenant, gboolean tells, PosternWebhook *webhook, gint64 *kept, const PosternWebhookAnswer *answer)
{
  Settling settling = { tenant, tells, webhook, *kept, answer, FALSE };
  g_autoptr (GError) error = NULL;

  if (!postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, settle, &settling, &error)) {
    g_warning ("webhook %s: what became of an event could not be kept: %s", webhook->id, error->message);
    return POSTERN_WEBHOOKS_NOT_WRITTEN;
  }
  if (!settling.settled)
    return POSTERN_WEBHOOKS_OVERTAKEN;
  if (!webhook->enabled)
    g_warning ("webhook %s is switched off: %s", webhook->id, answer && answer->status == 410 ? "it answers 410" : "nothing has arrived there for days");
  *kept = webhook->position;
  return POSTERN_WEBHOOKS_WRITTEN;
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternWebhooksBatch *batch;
  const char *id;
  const PosternWebhooksPlace *passed;
  gboolean settled; /* that some were missed */
} Reading;

static gboolean
find_webhook (PosternTxn *txn, const Reading *reading, GError **error)
{
  PosternWebhooksBatch *batch = reading->batch;
  g_autoptr (GError) failure = NULL;

  g_clear_pointer (&batch->webhook, postern_webhook_unref); /* a transaction may run twice */
  batch->webhook = postern_webhook_store_get (txn, reading->id, &failure);
  if (batch->webhook == NULL && !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (batch->webhook != NULL && (!batch->webhook->enabled || batch->webhook->due_at > now_seconds ()))
    g_clear_pointer (&batch->webhook, postern_webhook_unref);
  return TRUE;
}

static gboolean
read_entries (PosternTxn *txn, Reading *reading, GError **error)
{
  PosternWebhooksBatch *batch = reading->batch;

  batch->kept = batch->webhook->position;
  batch->from = reading->passed->revision == batch->webhook->revision ? MAX (batch->kept, reading->passed->position) : batch->kept;
  return postern_feed_batch_read (&batch->log, txn, batch->from, POSTERN_WEBHOOKS_BATCH, error);
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  return find_webhook (txn, reading, error) && (reading->batch->webhook == NULL || read_entries (txn, reading, error));
}

/* What was cut off is not passed over in silence. */
static gboolean
note_missed (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  PosternWebhook *webhook = reading->batch->webhook;
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  if (!postern_webhook_store_settle (txn, webhook, reading->batch->kept, &reading->settled, error))
    return FALSE;
  if (!reading->settled)
    return TRUE;
  postern_json_object_add_int64 (&data, "from", reading->batch->from);
  postern_json_object_add_int64 (&data, "to", reading->batch->log.cut);
  return append_entry (txn, "webhook.missed", webhook, &data, error);
}

gboolean
postern_webhooks_batch_read (PosternWebhooksBatch *self, PosternTenant *tenant, const char *id, const PosternWebhooksPlace *passed, GError **error)
{
  Reading reading = { self, id, passed, FALSE };
  PosternStore *store = postern_tenant_get_store (tenant);

  if (!postern_store_read (store, POSTERN_KEEP_LASTING, look, &reading, error))
    return FALSE;
  if (self->webhook == NULL || self->from >= self->log.cut)
    return TRUE;
  self->webhook->missed += self->log.cut - self->from;
  self->webhook->position = self->log.cut;
  if (!postern_store_write (store, POSTERN_KEEP_LASTING, note_missed, &reading, error))
    return FALSE;
  if (!reading.settled) {
    g_clear_pointer (&self->webhook, postern_webhook_unref);
    return TRUE;
  }
  g_warning ("webhook %s has missed the entries %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ": the log was cut before they arrived there", id, self->from, self->log.cut - 1);
  self->kept = self->webhook->position;
  return TRUE;
}

void
postern_webhooks_batch_clear (PosternWebhooksBatch *self)
{
  g_clear_pointer (&self->webhook, postern_webhook_unref);
  postern_feed_batch_clear (&self->log);
}
