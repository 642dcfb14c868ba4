/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-browser.h"
#include "postern-flow-choices.h"
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-flow-look.h"
#include "postern-flow-organization.h"
#include "postern-flow-risk.h"
#include "postern-flow-subject.h"
#include "postern-flow-upstream.h"
#include "postern-sign-in.h"
#include "postern-stages.h"

/* First the change of the person's row: whoever ends what they have shown waits for us, or we for him, and then see it. */
static gboolean
touch_user (PosternFlowContext *context, PosternTxn *txn, PosternSession *session, GError **error)
{
  return postern_user_store_touch_sign_in (txn, session->user_id, session->auth_time, error) && postern_flow_context_check_stands (context, txn, error);
}

static gboolean
insert_session (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  PosternSession *session = data;

  return touch_user (context, txn, session, error) && postern_session_store_insert (txn, session, error);
}

static gboolean
raise_session (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  PosternSession *session = data;

  return touch_user (context, txn, session, error) && postern_session_store_raise (txn, session, error);
}

static gboolean
touch_session (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  PosternSession *session = data;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  gint64 now = postern_flow_context_now ();

  return postern_session_store_touch (txn, session->id, now, postern_sign_in_idle_end (policy, session, now), error);
}

static gboolean
put_device (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  return postern_device_store_put (txn, data, context->flow->user_id, postern_flow_context_now (), error);
}

static gboolean
touch_identity (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  return postern_flow_upstream_touch (context, txn, data, error);
}

static gboolean
trust_device (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  return postern_device_store_trust (txn, data, context->flow->user_id, postern_flow_context_now (), error);
}

static char *
ensure_device (PosternFlowContext *context)
{
  g_autofree char *known = postern_flow_browser_dup_device_hash (context->request);
  g_autofree char *fresh = known ? NULL : postern_secret_new ();

  if (known)
    return g_steal_pointer (&known);
  postern_flow_browser_set_cookie (context, "device", fresh, POSTERN_DEVICE_LIFETIME);
  return postern_secret_hash (fresh);
}

static PosternSession *
find_session (GPtrArray *sessions, PosternFlow *flow)
{
  for (guint i = 0; i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    if (flow->session_id ? g_str_equal (session->id, flow->session_id) : g_str_equal (session->user_id, flow->user_id))
      return session;
  }
  return NULL;
}

static void
describe (PosternFlowContext *context, PosternSession *session, const char *device_hash)
{
  PosternFlow *flow = context->flow;

  g_free (session->factors);
  session->factors = flow->factors ? g_strjoinv (" ", flow->factors) : NULL;
  postern_flow_set_string (&session->application_id, postern_flow_context_get_native (context));
  postern_flow_set_string (&session->device_hash, device_hash);
  postern_flow_set_string (&session->user_agent, flow->user_agent);
  postern_flow_set_string (&session->remote_address, flow->remote_address);
  if (flow->subject) {
    g_autoptr (PosternSubject) subject = postern_flow_subject_from_variant (flow->subject);

    postern_flow_set_string (&session->upstream_connector, flow->connector_id);
    postern_flow_set_string (&session->upstream_sid, postern_subject_get_upstream_sid (subject));
    postern_flow_effects_add (context, touch_identity, g_object_ref (subject), g_object_unref);
  }
}

/* A factor was met: the browser's session of this user rises and changes its secret, or a new one begins. */
static void
sign_in (PosternFlowContext *context, PosternSession *old)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_autofree char *secret = NULL;
  g_autofree char *device_hash = ensure_device (context);
  const char *const *amr = (const char *const *) flow->amr;
  PosternSession *session = old ? postern_sign_in_raise (policy, old, amr, flow->auth_time, &secret)
                                : postern_sign_in_new_session (policy, flow->user_id, amr, flow->auth_time, &secret);

  postern_flow_set_string (&flow->session_id, session->id);
  postern_flow_set_string (&flow->acr, session->acr);
  describe (context, session, device_hash);
  postern_flow_effects_add (context, old ? raise_session : insert_session, session, (GDestroyNotify) postern_session_unref);
  postern_flow_effects_add (context, put_device, g_strdup (device_hash), g_free);
  if (flow->remember_device)
    postern_flow_effects_add (context, trust_device, g_strdup (device_hash), g_free);
  postern_flow_risk_announce (context);
  postern_flow_browser_add_session (context, secret);
  postern_flow_look_bring (context);
  if (flow->authenticator_id)
    postern_flow_choices_remember (context, flow->authenticator_id);
}

static gboolean
still_stands (PosternFlowContext *context)
{
  const PosternStanding *standing = postern_flow_context_load_standing (context, NULL);

  return standing && postern_flow_context_stands (context, standing);
}

/**
 * Stage `session`: what the browser keeps of this sign-in. A session that only served again is noted at most once a minute.
 */
PosternStageResult
postern_stage_session (PosternFlowContext *context, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_flow_browser_dup_sessions (context->tenant, context->request, postern_flow_context_get_native (context), NULL, error);
  PosternSession *session;

  if (sessions == NULL)
    return POSTERN_STAGE_REFUSE;
  session = find_session (sessions, context->flow);
  if (context->flow->authenticated_now && !still_stands (context)) {
    postern_flow_context_forget_who (context);
    return postern_flow_context_again (context, "choose", N_("Sign in again to go on."));
  }
  /* It ended while the flow was parked: neither does it serve, nor is one more factor a sign-in of its own. */
  if (session == NULL && (!context->flow->authenticated_now || context->flow->session_id)) {
    postern_flow_context_forget_who (context);
    return postern_flow_context_again (context, "choose", NULL);
  }
  if (context->flow->authenticated_now)
    sign_in (context, session);
  else if (postern_sign_in_needs_touch (session, postern_flow_context_now ()))
    postern_flow_effects_add (context, touch_session, postern_session_ref (session), (GDestroyNotify) postern_session_unref);
  postern_flow_organization_remember (context);
  return POSTERN_STAGE_GO_ON;
}
