/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-risk.h"

#include <glib/gi18n.h>

#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-captcha.h"
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-flow-factors.h"
#include "postern-flow-notice.h"
#include "postern-risk.h"

#define HOUR 3600
#define REFUSED N_("A sign-in to your account was refused because it was unusual.")

/* The gravest first: a message says one of them. */
static const struct {
  PosternRiskSignal signal;
  const char *notice;
} notices[] = {
  { POSTERN_RISK_IMPOSSIBLE_TRAVEL, N_("Somebody signed in to your account from a place that is too far away from the last sign-in.") },
  { POSTERN_RISK_NEW_COUNTRY, N_("Somebody signed in to your account from a country that is new.") },
  { POSTERN_RISK_NEW_DEVICE, N_("Somebody signed in to your account with a browser that is new.") },
  { POSTERN_RISK_MANY_FAILURES, N_("Somebody signed in to your account after many wrong tries.") },
};

static guint
get_signals (PosternFlowContext *context)
{
  return postern_risk_get_signals ((const char *const *) context->flow->risks);
}

static PosternRiskEffect
get_effect (PosternFlowContext *context)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  PosternRiskEffect effect = postern_risk_get_effect (policy, get_signals (context));

  return effect == POSTERN_RISK_CAPTCHA && postern_flow_captcha_find (context->runtime) == NULL ? POSTERN_RISK_NOTIFY : effect;
}

/* --- a right try ----------------------------------------------------------------------------------------------------------- */

static gboolean
grant_pardon (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  return postern_guard_pardon_grant (data, txn, error);
}

void
postern_flow_risk_forgive (PosternFlowContext *context, const PosternGuard *guard)
{
  PosternGuardPardon *pardon = postern_guard_dup_pardon (guard);

  if (pardon)
    postern_flow_effects_add_short (context, grant_pardon, pardon, (GDestroyNotify) postern_guard_pardon_free);
  if (guard->many)
    postern_flow_add_risk (context->flow, postern_risk_get_name (POSTERN_RISK_MANY_FAILURES));
}

/* --- looking ----------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternRiskCase it;
  guint signals;
} Look;

static gboolean
read_signals (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *look = user_data;

  return postern_risk_read (txn, &look->it, &look->signals, error);
}

static gboolean
look_once (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autofree char *device_hash = postern_flow_browser_dup_device_hash (context->request);
  Look look = { { flow->user_id, flow->remote_address, device_hash, postern_runtime_get_geoip (context->runtime), postern_flow_context_now () }, 0 };

  if (flow->risks_read || !flow->authenticated_now)
    return TRUE;
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, read_signals, &look, error))
    return FALSE;
  flow->risks_read = TRUE;
  for (guint bit = 1; bit && bit <= look.signals; bit <<= 1)
    if (look.signals & bit)
      postern_flow_add_risk (flow, postern_risk_get_name (bit));
  return TRUE;
}

gboolean
postern_flow_risk_vote (PosternFlowContext *context, PosternVerdict *verdict, GError **error)
{
  PosternRiskEffect effect;

  *verdict = POSTERN_VERDICT_ABSTAIN;
  if (!look_once (context, error))
    return FALSE;
  effect = get_effect (context);
  if (effect == POSTERN_RISK_SECOND_FACTOR)
    *verdict = POSTERN_VERDICT_STEP_UP;
  else if (effect > POSTERN_RISK_SECOND_FACTOR)
    *verdict = POSTERN_VERDICT_DENY;
  return TRUE;
}

/* --- telling ------------------------------------------------------------------------------------------------------------------ */

static const char *
find_notice (guint signals)
{
  for (guint i = 0; i < G_N_ELEMENTS (notices); i++)
    if (signals & notices[i].signal)
      return notices[i].notice;
  return notices[G_N_ELEMENTS (notices) - 1].notice;
}

static gboolean
add_notice (PosternFlowContext *context, PosternTxn *txn, const char *notice, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, context->flow->user_id, error);

  return user && postern_flow_notice_add_sign_in (context, txn, user, notice, error);
}

static gboolean
announce (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  return add_notice (context, txn, find_notice (get_signals (context)), error);
}

void
postern_flow_risk_announce (PosternFlowContext *context)
{
  if (context->flow->risks && get_effect (context) >= POSTERN_RISK_NOTIFY && postern_flow_factors_can_send (context, "email"))
    postern_flow_effects_add (context, announce, NULL, NULL);
}

typedef struct {
  PosternFlowContext *context;
  gint64 refused; /* in this hour */
} Refusal;

static gboolean
count_refusal (PosternTxn *txn, gpointer user_data, GError **error)
{
  Refusal *it = user_data;
  g_autofree char *key = g_strconcat ("refused:", it->context->flow->user_id, NULL);

  return postern_counter_store_add (txn, key, 1, HOUR, postern_flow_context_now (), &it->refused, NULL, error);
}

static gboolean
keep_refusal (PosternTxn *txn, gpointer user_data, GError **error)
{
  Refusal *it = user_data;

  return postern_flow_audit_append (it->context, txn, "sign-in.refused", it->context->flow->user_id, error) &&
         (it->refused > 1 || add_notice (it->context, txn, REFUSED, error));
}

/* Whoever has stolen a password must not fill its owner's mailbox with it. */
PosternStageResult
postern_flow_risk_refuse (PosternFlowContext *context, GError **error)
{
  PosternStore *store = postern_tenant_get_store (context->tenant);
  Refusal it = { context, 0 };

  if (!postern_store_write (store, POSTERN_KEEP_SHORT, count_refusal, &it, error) ||
      !postern_store_write (store, POSTERN_KEEP_LASTING, keep_refusal, &it, error))
    return POSTERN_STAGE_REFUSE;
  postern_flow_audit_tell (context, "sign-in.refused", context->flow->user_id);
  return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "Signing in is not allowed: it was unusual");
}
