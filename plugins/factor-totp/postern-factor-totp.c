/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-totp.h"

#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-second.h"
#include "postern-flow-second-try.h"
#include "postern-json.h"
#include "postern-seal.h"
#include "postern-totp.h"

#define NOTICE_WRONG N_("This code is not right. Look at the one that your app shows now.")
#define NOTICE_USED N_("This code was used already. Wait until your app shows the next one.")
#define NOTICE_MANY N_("Too many tries. Wait until the time is over, then try again.")

struct _PosternFactorTotp {
  PosternFactor parent_instance;
};

G_DEFINE_FINAL_TYPE (PosternFactorTotp, postern_factor_totp, POSTERN_TYPE_FACTOR)

/* --- a try ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  const char *typed;
  gint64 step;     /* when the step of the code begins; 0: it is wrong */
} Trial;

static gboolean
find_step (Trial *trial, PosternCredential *credential, GError **error)
{
  PosternStore *store = postern_tenant_get_store (trial->context->tenant);
  gsize length = 0;
  char *seed = postern_unseal (store, "credentials", "value", credential->id, credential->value, &length, error);

  if (seed == NULL)
    return FALSE;
  trial->step = postern_totp_find ((const guint8 *) seed, length, trial->typed, postern_flow_context_now ());
  postern_secret_free (seed);
  return TRUE;
}

/* The statement decides, not what was read: of a hundred who show one code at once, one is in. CONFLICT for the others. */
static gboolean
try_code (PosternTxn *txn, gpointer user_data, GError **error)
{
  Trial *trial = user_data;
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, trial->context->flow->user_id, POSTERN_TOTP_KIND, &missing);

  trial->step = 0;
  if (credential == NULL)
    return g_error_matches (missing, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) || (g_propagate_error (error, g_steal_pointer (&missing)), FALSE);
  if (!find_step (trial, credential, error))
    return FALSE;
  return trial->step == 0 || postern_credential_store_advance (txn, credential->id, credential->value, trial->step, error);
}

static void
finish (PosternStep *step, PosternFlowSecondTry *guess)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);

  postern_flow_second_try_forgive (guess, context);
  context->won_at = g_intern_string (context->flow->stage);
  postern_step_return_user (step, context->flow->user_id, "otp");
}

static void
fail (PosternStep *step, const char *message)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);

  postern_flow_audit_write (context, "sign-in.failed", context->flow->user_id);
  postern_flow_second_show (step, "totp", message, 0);
}

static void
take (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (PosternFlowSecondTry) guess = { NULL };
  Trial trial = { context, postern_step_get_input (step, "code") };
  g_autoptr (GError) error = NULL;
  guint retry_after;

  if (!postern_flow_second_try_take (&guess, context, &retry_after, &error)) {
    if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS))
      postern_flow_second_show (step, "totp", NOTICE_MANY, retry_after);
    else
      postern_step_return_error (step, g_steal_pointer (&error));
    return;
  }
  if (postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, try_code, &trial, &error) && trial.step)
    finish (step, &guess);
  else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    fail (step, NOTICE_USED);
  else if (error)
    postern_step_return_error (step, g_steal_pointer (&error));
  else
    fail (step, NOTICE_WRONG);
}

static gboolean
postern_factor_totp_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  if (postern_flow_second_is_asked (step, "add-totp"))
    postern_totp_enrol_answer (step);
  else if (!postern_flow_second_is_asked (step, "totp"))
    return FALSE;
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    postern_flow_second_show (step, "totp", NULL, 0);
  else
    take (step);
  return TRUE;
}

static void
postern_factor_totp_class_init (PosternFactorTotpClass *klass)
{
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_factor_totp_handle_step;
}

static void
postern_factor_totp_init (PosternFactorTotp *self)
{
}
