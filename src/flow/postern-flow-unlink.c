/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-unlink.h"

#include <glib/gi18n.h>

#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-end.h"
#include "postern-flow-factors.h"
#include "postern-flow-notice.h"

#define RECENT 300 /* seconds: how fresh the sign-in must be */
#define NOTICE_UNLINKED N_("A way to sign in to your account was disconnected. You are signed out everywhere else.")

typedef struct {
  PosternFlowContext *context;
  PosternFlowVisit *visit;
  const char *id;
  GPtrArray *ended; /* who must be told once it is done; (nullable) */
} Unlinking;

/* Another identity whose connector is still there: one that leads nowhere is no way in. (transfer full) (nullable) */
static char *
find_other (PosternTxn *txn, Unlinking *unlinking)
{
  PosternRegistry *registry = postern_runtime_get_registry (unlinking->context->runtime);
  g_autoptr (GPtrArray) identities = postern_identity_store_list (txn, unlinking->visit->user->id, NULL);

  for (guint i = 0; identities && i < identities->len; i++) {
    PosternIdentity *identity = g_ptr_array_index (identities, i);

    if (!g_str_equal (identity->id, unlinking->id) && postern_registry_get_instance (registry, identity->connector))
      return g_strdup (identity->id);
  }
  return NULL;
}

/* Whoever came in by it must not stay: it may be the reason. */
static gboolean
unlink_identity (PosternTxn *txn, gpointer user_data, GError **error)
{
  Unlinking *unlinking = user_data;
  PosternFlowContext *context = unlinking->context;
  PosternUser *user = unlinking->visit->user;
  g_autofree char *other = find_other (txn, unlinking);
  gboolean password = postern_flow_factors_find_password (context) != NULL;
  gboolean address = postern_flow_factors_find_code (context, user->email ? user->email : "") != NULL;

  g_clear_pointer (&unlinking->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (!postern_identity_store_unlink (txn, unlinking->id, user->id, password, address, other, error))
    return FALSE;
  unlinking->ended = postern_flow_end_others (txn, user->id, unlinking->visit->session->id, error);
  return unlinking->ended && postern_flow_notice_add (context, txn, user, NOTICE_UNLINKED, error) &&
         postern_flow_audit_append (context, txn, "identity.unlinked", user->id, error);
}

static PosternResponse *
commit (PosternFlowContext *context, PosternFlowVisit *visit, const char *id)
{
  Unlinking unlinking = { context, visit, id, NULL };
  g_autoptr (GError) error = NULL;
  gboolean done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, unlink_identity, &unlinking, &error);
  g_autoptr (GPtrArray) ended = unlinking.ended;

  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return postern_response_new_redirect ("/account?notice=last-way");
  if (!done)
    return postern_response_new_error_page (error, "/account");
  postern_flow_audit_tell (context, "identity.unlinked", visit->user->id);
  postern_flow_end_tell (context->runtime, visit->tenant, ended);
  return postern_response_new_redirect ("/account?notice=unlinked");
}

PosternResponse *
postern_flow_unlink (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *id)
{
  gboolean fresh = postern_flow_context_now () - visit->session->auth_time < RECENT;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (visit->tenant, "/account?notice=again", NULL);
  PosternFlowContext context;
  PosternResponse *response;

  if (!fresh) { /* who sits before a browser that was left open has not shown who it is */
    postern_flow_set_string (&flow->hinted_user_id, visit->user->id);
    flow->max_age = RECENT;
    return postern_flow_engine_run (engine, flow, request, NULL);
  }
  postern_flow_context_init (&context, postern_flow_engine_get_runtime (engine), flow, request, NULL);
  response = commit (&context, visit, id);
  postern_flow_context_clear (&context);
  return response;
}
