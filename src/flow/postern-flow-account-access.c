/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-access.h"

#include "postern-consent.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-end.h"
#include "postern-flow-notice.h"
#include "postern-flow-tasks.h"

#define BATCH 100 /* grants, read at once */
#define EVENT_REVOKED "grants.revoked"
#define EVENT_CONSENT "consent.revoked"

/* --- what there is ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_alive (const PosternGrant *grant)
{
  return grant->revoked_at == 0 && (grant->expires_at == 0 || postern_flow_context_now () < grant->expires_at);
}

static void
take (GPtrArray *found, PosternGrant *grant)
{
  for (guint i = 0; i < found->len; i++)
    if (g_str_equal (((PosternGrant *) found->pdata[i])->application_id, grant->application_id)) {
      g_ptr_array_remove_index (found, i);
      break;
    }
  g_ptr_array_insert (found, 0, postern_grant_ref (grant));
}

GPtrArray *
postern_flow_account_access_list_grants (PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_grant_unref);
  g_autoptr (GPtrArray) batch = NULL;
  g_autofree char *after = NULL;

  do {
    g_clear_pointer (&batch, g_ptr_array_unref);
    batch = postern_grant_store_list (txn, user_id, after, BATCH, error);
    if (batch == NULL)
      return NULL;
    for (guint i = 0; i < batch->len; i++)
      if (is_alive (batch->pdata[i]))
        take (found, batch->pdata[i]);
    g_free (after);
    after = batch->len > 0 ? g_strdup (((PosternGrant *) batch->pdata[batch->len - 1])->id) : NULL;
  } while (batch->len == BATCH);
  return g_steal_pointer (&found);
}

/* --- a session -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id, *id;
  gboolean own;
} Owning;

static gboolean
check_own (PosternTxn *txn, gpointer user_data, GError **error)
{
  Owning *it = user_data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternSession) session = postern_session_store_get (txn, it->id, &failure);

  it->own = session && g_str_equal (session->user_id, it->user_id);
  return postern_store_pass_missing (&failure, error);
}

gboolean
postern_flow_account_access_end_session (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *id, GError **error)
{
  const PosternAuditBy by = postern_audit_by_request (visit->user->id, request);
  Owning it = { visit->user->id, id, FALSE };

  if (!postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, check_own, &it, error))
    return FALSE;
  if (it.own)
    return postern_flow_engine_end_session (engine, visit->tenant, id, &by, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such session");
  return FALSE;
}

typedef struct {
  PosternFlowContext *context;
  PosternFlowVisit *visit;
  GPtrArray *ended; /* (nullable) */
} EndingOthers;

static gboolean
end_others (PosternTxn *txn, gpointer user_data, GError **error)
{
  EndingOthers *it = user_data;
  const PosternAuditBy by = postern_flow_audit_get_by (it->context);

  g_clear_pointer (&it->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (!postern_flow_tasks_check (it->context, txn, error))
    return FALSE;
  it->ended = postern_flow_end_others (txn, it->visit->user->id, it->context->flow->session_id, &by, error);
  if (it->ended == NULL || it->ended->len == 0) /* nobody was signed out: nothing to tell */
    return it->ended != NULL;
  return postern_flow_notice_add (it->context, txn, it->visit->user, POSTERN_FLOW_ACCOUNT_ACCESS_NOTICE_OTHERS, error);
}

gboolean
postern_flow_account_access_end_others (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, GError **error)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  EndingOthers it = { &context, visit, NULL };
  gboolean done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, end_others, &it, error);
  g_autoptr (GPtrArray) ended = it.ended;

  postern_flow_context_clear (&context);
  if (done)
    postern_flow_end_tell (postern_flow_engine_get_runtime (engine), visit->tenant, ended);
  return done;
}

/* --- an application --------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  char *scope; /* (nullable): what had been allowed, and is no more */
} Revoking;

/* The flow is about the application that loses it: the rows of the log name that one. */
static gboolean
revoke_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  Revoking *it = user_data;
  const char *user_id = it->context->flow->user_id, *application_id = it->context->flow->application_id;

  g_clear_pointer (&it->scope, g_free); /* a transaction may run twice */
  return postern_consent_take_back (txn, user_id, application_id, postern_flow_context_now (), &it->scope, error) &&
         (it->scope == NULL || postern_flow_audit_append_change (it->context, txn, EVENT_CONSENT, user_id, postern_flow_audit_describe_consent (it->scope), NULL, error)) &&
         postern_flow_audit_append (it->context, txn, EVENT_REVOKED, user_id, error);
}

gboolean
postern_flow_account_access_revoke (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *application_id, GError **error)
{
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  Revoking it = { &context, NULL };
  gboolean done;

  postern_flow_set_string (&flow->application_id, application_id);
  done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, revoke_all, &it, error);
  if (done && it.scope != NULL)
    postern_flow_audit_tell (&context, EVENT_CONSENT, visit->user->id);
  if (done)
    postern_flow_audit_tell (&context, EVENT_REVOKED, visit->user->id);
  g_free (it.scope);
  postern_flow_context_clear (&context);
  return done;
}
