/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-ask.h"
#include "postern-flow-context.h"
#include "postern-password-check.h"
#include "postern-user-name.h"

static void
store (PosternStep *step, PosternPasswordAccount *account, const char *value)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  GError *error = NULL;

  if (postern_password_account_set (account, context, value, &error))
    postern_step_return_user (step, account->user->id, "pwd");
  else
    postern_step_return_error (step, error);
}

static void
take (PosternFactorPassword *self, PosternStep *step, PosternPasswordAccount *account, PosternPasswordPage *page)
{
  g_autofree char *value = NULL;

  if (account->credential && !postern_password_check (self, step, account, postern_step_get_input (step, "current_password"), page, "current_password"))
    return;
  value = postern_password_check_new (self, step, postern_step_get_input (step, "password"), page);
  if (value)
    store (step, account, value);
}

void
postern_password_change_answer (PosternFactorPassword *self, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_auto (PosternPasswordAccount) account = { NULL };
  PosternPasswordPage page = { .name = "change-password", .min_length = policy->password_min_length };
  GError *error = NULL;

  if (!postern_password_account_find (&account, context, postern_step_get_user_id (step), NULL, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  if (account.user == NULL) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This account is gone"));
    return;
  }
  page.identifier = postern_user_name_get_identifier (account.user);
  page.person = postern_user_name_get (account.user);
  page.ask_current = account.credential != NULL;
  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    postern_password_page_answer (step, &page);
  else
    take (self, step, &account, &page);
}
