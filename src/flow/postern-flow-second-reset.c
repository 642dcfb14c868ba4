/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-reset.h"

#include <glib/gi18n.h>

#include "postern-factor-reset.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-flow-end.h"
#include "postern-flow-notice.h"

#define NOTICE_DONE N_("The second factors were removed from your account, as an administrator was asked to. You are signed out everywhere else.")
#define EVENT_DONE "factors.reset"
#define EVENT_CANCELLED "factor-reset.cancelled"

typedef struct {
  PosternFlowContext *context;
  PosternUser *user;
  GPtrArray *ended; /* (nullable) */
} Reset;

static gboolean
apply (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reset *it = user_data;
  const char *user_id = it->user->id;

  g_clear_pointer (&it->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (!postern_factor_reset_apply (txn, user_id, postern_flow_context_now (), error))
    return FALSE;
  it->ended = postern_flow_end_by_flow (it->context, txn, user_id, NULL, error);
  return it->ended && postern_flow_notice_add (it->context, txn, it->user, NOTICE_DONE, error) &&
         postern_flow_audit_append (it->context, txn, EVENT_DONE, user_id, error);
}

gboolean
postern_flow_second_reset (PosternFlowContext *context, GError **error)
{
  Reset it = { context, postern_flow_context_load_user (context, error) };
  g_autoptr (GError) failure = NULL;
  gboolean done;

  if (it.user == NULL)
    return FALSE;
  done = postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, apply, &it, &failure);
  if (done) {
    postern_flow_audit_tell (context, EVENT_DONE, it.user->id);
    postern_flow_end_by_flow_tell (context, it.ended);
  }
  g_clear_pointer (&it.ended, g_ptr_array_unref);
  if (done || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) /* in another window */
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
cancel (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  const char *user_id = context->flow->user_id;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, user_id, error);

  return user && postern_factor_reset_cancel (txn, user_id, error) &&
         postern_flow_notice_add (context, txn, user, POSTERN_NOTICE_RESET_CANCELLED, error) && postern_flow_audit_append (context, txn, EVENT_CANCELLED, user_id, error);
}

void
postern_flow_second_reset_cancel (PosternFlowContext *context)
{
  postern_flow_effects_add (context, cancel, NULL, NULL);
}
