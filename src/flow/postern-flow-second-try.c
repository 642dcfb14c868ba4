/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-try.h"

#include "postern-flow-browser.h"
#include "postern-flow-captcha.h"
#include "postern-flow-context.h"
#include "postern-flow-risk.h"
#include "postern-lockout.h"

#define DAY (24 * 3600)

typedef struct {
  PosternFlowSecondTry *it;
  const char *user_id, *device_hash;
  gint64 count;
} Counting;

static gboolean
find_device (PosternTxn *txn, gpointer user_data, GError **error)
{
  Counting *counting = user_data;

  g_clear_pointer (&counting->it->device_hash, g_free);
  if (postern_device_store_knows (txn, counting->device_hash, counting->user_id, postern_flow_context_now (), NULL))
    counting->it->device_hash = g_strdup (counting->device_hash);
  return TRUE;
}

static gboolean
count_day (PosternTxn *txn, gpointer user_data, GError **error)
{
  Counting *counting = user_data;

  return postern_counter_store_add (txn, counting->it->day, 1, DAY, postern_flow_context_now (), &counting->count, &counting->it->day_resets_at, error);
}

gboolean
postern_flow_second_try_take (PosternFlowSecondTry *self, PosternFlowContext *context, guint *retry_after, GError **error)
{
  PosternStore *store = postern_tenant_get_store (context->tenant);
  g_autofree char *device_hash = postern_flow_browser_dup_device_hash (context->request);
  Counting counting = { self, context->flow->user_id, device_hash, 0 };
  gint64 now = postern_flow_context_now ();

  *retry_after = 0;
  if (device_hash && !postern_store_read (store, POSTERN_KEEP_LASTING, find_device, &counting, error))
    return FALSE;
  self->account = g_strconcat (POSTERN_LOCKOUT_SECOND, context->flow->user_id, NULL);
  self->day = g_strconcat (POSTERN_LOCKOUT_SECOND_DAY, context->flow->user_id, self->device_hash ? ":" : NULL, self->device_hash, NULL);
  self->guard = (PosternGuard){ self->account, context->flow->remote_address, self->device_hash };
  if (!postern_flow_captcha_take (context, &self->guard, retry_after, error) ||
      !postern_store_write (store, POSTERN_KEEP_SHORT, count_day, &counting, error))
    return FALSE;
  if (counting.count <= POSTERN_LOCKOUT_WRONG_A_DAY)
    return TRUE;
  *retry_after = (guint) MAX (1, self->day_resets_at - now);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many wrong codes for this person today");
  return FALSE;
}

/* Whoever knows the secret starts afresh. */
static gboolean
clear_day (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternFlowSecondTry *self = user_data;

  return postern_counter_store_clear (txn, self->day, self->day_resets_at, error);
}

void
postern_flow_second_try_forgive (PosternFlowSecondTry *self, PosternFlowContext *context)
{
  g_autoptr (GError) error = NULL;

  postern_flow_risk_forgive (context, &self->guard);
  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_SHORT, clear_day, self, &error))
    g_warning ("The tries at a second factor are still counted: %s", error->message);
}

void
postern_flow_second_try_clear (PosternFlowSecondTry *self)
{
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->device_hash, g_free);
  g_clear_pointer (&self->day, g_free);
}
