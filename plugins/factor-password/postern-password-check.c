/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-check.h"

#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-captcha.h"
#include "postern-flow-context.h"
#include "postern-flow-risk.h"
#include "postern-password-policy.h"
#include "postern-seal.h"

#define TYPED_MAX 4096 /* bytes: beyond it nobody's password is looked at */
#define NOTICE_WRONG N_("The name or the password is wrong. Check both, then try again.")

static void
upgrade (PosternFactorPassword *self, PosternStep *step, PosternPasswordAccount *account, const char *password)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (GError) error = NULL;
  g_autofree char *value = postern_password_hash_make (postern_factor_password_get_pool (self), postern_factor_password_get_cost (self), password,
                                                       postern_step_get_cancellable (step), &error);

  /* The person is in all the same; the next sign-in tries again. */
  if (value == NULL || !postern_password_account_upgrade (account, context, value, &error))
    g_message ("The password hash of %s stays as it is: %s", account->user->id, error ? error->message : "it was changed meanwhile");
}

static gboolean
look (PosternFactorPassword *self, PosternStep *step, PosternPasswordAccount *account, const char *password, PosternPasswordResult *result, GError **error)
{
  const char *stored = account->credential ? account->credential->value : NULL;

  *result = POSTERN_PASSWORD_WRONG;
  if (password == NULL || *password == '\0' || strlen (password) > TYPED_MAX)
    return TRUE;
  if (!postern_password_hash_verify (postern_factor_password_get_pool (self), postern_factor_password_get_cost (self), stored, password, result,
                                     postern_step_get_cancellable (step), error))
    return FALSE;
  if (*result == POSTERN_PASSWORD_UPGRADE)
    upgrade (self, step, account, password);
  return TRUE;
}

static void
answer_wrong (PosternStep *step, PosternPasswordAccount *account, PosternPasswordPage *page, const char *field)
{
  postern_flow_audit_write (postern_flow_ask_get_context (step), "sign-in.failed", account->user ? account->user->id : NULL);
  page->field = field;
  page->message = NOTICE_WRONG;
  postern_password_page_answer (step, page);
}

gboolean
postern_password_check (PosternFactorPassword *self, PosternStep *step, PosternPasswordAccount *account, const char *typed, PosternPasswordPage *page, const char *field)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  PosternGuard guard = { account->key, context->flow->remote_address, account->device_hash };
  PosternPasswordResult result;
  GError *error = NULL;
  guint retry_after = 0;
  char *password;
  gboolean looked;

  if (!postern_flow_captcha_take (context, &guard, &retry_after, &error)) {
    postern_password_page_answer_error (step, page, retry_after, error);
    return FALSE;
  }
  password = postern_password_policy_normalize (typed);
  looked = look (self, step, account, password, &result, &error);
  postern_secret_free (password);
  if (!looked)
    postern_password_page_answer_error (step, page, 0, error);
  else if (result == POSTERN_PASSWORD_WRONG)
    answer_wrong (step, account, page, field);
  if (!looked || result == POSTERN_PASSWORD_WRONG)
    return FALSE;
  postern_flow_risk_forgive (context, &guard);
  return TRUE;
}

static const char *
find_problem (PosternFactorPassword *self, PosternFlowContext *context, const char *password, PosternPasswordPage *page)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  const char *texts[] = { page->identifier ? page->identifier : "", page->person ? page->person : "", postern_tenant_get_issuer (context->tenant), NULL };
  g_auto (GStrv) words = postern_password_policy_dup_words (texts);

  return postern_password_policy_check (policy, postern_factor_password_get_breached (self), password, TRUE, (const char *const *) words);
}

char *
postern_password_check_new (PosternFactorPassword *self, PosternStep *step, const char *typed, PosternPasswordPage *page)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  char *password = postern_password_policy_normalize (typed ? typed : "");
  const char *problem = password ? find_problem (self, context, password, page) : N_("This password cannot be used. Type it again.");
  GError *error = NULL;
  char *value = NULL;

  if (problem == NULL)
    value = postern_password_hash_make (postern_factor_password_get_pool (self), postern_factor_password_get_cost (self), password,
                                        postern_step_get_cancellable (step), &error);
  postern_secret_free (password);
  if (error) {
    postern_password_page_answer_error (step, page, 0, error);
  } else if (problem) {
    page->field = "password";
    page->message = problem;
    postern_password_page_answer (step, page);
  }
  return value;
}
