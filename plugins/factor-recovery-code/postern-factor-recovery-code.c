/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-recovery-code.h"

#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-notice.h"
#include "postern-flow-second.h"
#include "postern-flow-second-try.h"
#include "postern-json.h"
#include "postern-recovery-code.h"

#define NOTICE_WRONG N_("This code is not right, or it was used already. Try another one.")
#define NOTICE_MANY N_("Too many tries. Wait until the time is over, then try again.")
#define NOTICE_USED N_("A recovery code was used to sign in to your account.")

struct _PosternFactorRecoveryCode {
  PosternFactor parent_instance;
};

G_DEFINE_FINAL_TYPE (PosternFactorRecoveryCode, postern_factor_recovery_code, POSTERN_TYPE_FACTOR)

typedef struct {
  PosternFlowContext *context;
  PosternUser *user;
  const char *hash;
} Use;

/* Whoever found the paper is told of by mail, in the transaction that uses the code up. */
static gboolean
use (PosternTxn *txn, gpointer user_data, GError **error)
{
  Use *it = user_data;

  return postern_credential_store_spend (txn, it->user->id, POSTERN_RECOVERY_CODE_KIND, it->hash, postern_flow_context_now (), error) &&
         postern_flow_notice_add (it->context, txn, it->user, NOTICE_USED, error) &&
         postern_flow_audit_append (it->context, txn, "recovery-code.used", it->user->id, error);
}

/* FALSE with CONFLICT: it is not right. */
static gboolean
try_code (PosternStep *step, GError **error)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  PosternStore *store = postern_tenant_get_store (context->tenant);
  PosternUser *user = postern_flow_context_load_user (context, error);
  g_autofree char *hash = user ? postern_recovery_code_dup_hash (store, user->id, postern_step_get_input (step, "code")) : NULL;
  Use it = { context, user, hash };

  if (user == NULL)
    return FALSE;
  if (hash)
    return postern_store_write (store, POSTERN_KEEP_LASTING, use, &it, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "This is no recovery code");
  return FALSE;
}

static void
finish (PosternStep *step, PosternFlowSecondTry *guess)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);

  postern_flow_second_try_forgive (guess, context);
  context->won_at = g_intern_string (context->flow->stage);
  postern_flow_audit_tell (context, "recovery-code.used", context->flow->user_id);
  postern_step_return_user (step, context->flow->user_id, "otp");
}

static void
take (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (PosternFlowSecondTry) guess = { NULL };
  g_autoptr (GError) error = NULL;
  guint retry_after = 0;

  if (postern_flow_second_try_take (&guess, context, &retry_after, &error) && try_code (step, &error)) {
    finish (step, &guess);
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS)) {
    postern_flow_second_show (step, "recovery-code", NOTICE_MANY, retry_after);
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    postern_flow_audit_write (context, "sign-in.failed", context->flow->user_id);
    postern_flow_second_show (step, "recovery-code", NOTICE_WRONG, 0);
  } else {
    postern_step_return_error (step, g_steal_pointer (&error));
  }
}

static gboolean
postern_factor_recovery_code_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  if (postern_flow_second_is_asked (step, "new-recovery-codes"))
    postern_recovery_code_set_answer (step);
  else if (!postern_flow_second_is_asked (step, "recovery-code"))
    return FALSE;
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    postern_flow_second_show (step, "recovery-code", NULL, 0);
  else
    take (step);
  return TRUE;
}

static void
postern_factor_recovery_code_class_init (PosternFactorRecoveryCodeClass *klass)
{
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_factor_recovery_code_handle_step;
}

static void
postern_factor_recovery_code_init (PosternFactorRecoveryCode *self)
{
}
