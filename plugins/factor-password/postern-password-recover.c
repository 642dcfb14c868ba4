/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-ask.h"
#include "postern-flow-code.h"
#include "postern-flow-context.h"
#include "postern-identifier.h"
#include "postern-password-check.h"
#include "postern-user-name.h"

/*
 * A forgotten password: a code first, then a new password; the sign-in goes on from there. What it has come to stands in the
 * step's state alone, so that no form can leave a step out.
 */
#define PROVED "recover-user"         /* whose address was shown to be read */
#define PROVED_AT "recover-recipient" /* which */
#define OLD "recover-old"             /* the hash of what was kept as the password then: once another is set, the proof is over */

/* Also an address that nobody has proved yet: whoever reads it proves it by that, and what was set up before goes. */
static const char *
find_recipient (PosternUser *user, gboolean sms)
{
  if (user == NULL || user->disabled_at != 0)
    return NULL;
  return !sms ? user->email : user->phone_verified ? user->phone : NULL;
}

static void
send (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  const char *identifier = context->flow->identifier;
  gboolean sms = postern_identifier_is_phone (identifier);
  g_auto (PosternPasswordAccount) account = { NULL };
  PosternFlowCodeOrder order = { .purpose = POSTERN_CODE_RECOVER, .typed = identifier, .channel = sms ? "sms" : "email", .message = "recover" };
  GError *error = NULL;

  if (!postern_password_account_find (&account, context, NULL, identifier, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  order.user_id = account.user ? account.user->id : NULL;
  order.recipient = find_recipient (account.user, sms);
  order.device_hash = account.device_hash;
  order.instead = policy->no_account_mail && account.user == NULL ? "no-account" : NULL;
  order.instead_to = !sms && strchr (identifier, '@') ? identifier : NULL;
  postern_flow_code_send (step, &order);
}

static void
store (PosternStep *step, PosternPasswordAccount *account, const char *value)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  gboolean sms = g_strcmp0 (postern_flow_code_get_channel (step), "sms") == 0;
  GError *error = NULL;

  if (!postern_password_account_recover (account, context, value, postern_step_get_state (step, PROVED_AT), &error)) {
    postern_step_return_error (step, error);
    return;
  }
  postern_step_set_state (step, PROVED, NULL);
  if (sms)
    postern_flow_add_amr (context->flow, "mca");
  postern_step_return_user (step, account->user->id, sms ? "sms" : "otp");
}

/* (transfer full) */
static char *
dup_old (PosternPasswordAccount *account)
{
  return postern_secret_hash (account->credential ? account->credential->value : "");
}

/* What was proved before somebody else recovered the account, or changed its password, is worth nothing after it. */
static void
take_password (PosternFactorPassword *self, PosternStep *step, PosternPasswordAccount *account, PosternPasswordPage *page)
{
  g_autofree char *old = dup_old (account);
  g_autofree char *value = NULL;

  if (g_strcmp0 (old, postern_step_get_state (step, OLD)) != 0) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "Another password was set meanwhile"));
    return;
  }
  value = postern_password_check_new (self, step, postern_step_get_input (step, "password"), page);
  if (value)
    store (step, account, value);
}

/* @begins: the code was right just now, and nothing was typed yet */
static void
choose_password (PosternFactorPassword *self, PosternStep *step, gboolean begins)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_auto (PosternPasswordAccount) account = { NULL };
  PosternPasswordPage page = { .name = "new-password", .min_length = policy->password_min_length };
  g_autofree char *old = NULL;
  GError *error = NULL;

  if (!postern_password_account_find (&account, context, postern_step_get_state (step, PROVED), NULL, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  if (account.user == NULL) {
    postern_step_return_error (step, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This account is gone"));
    return;
  }
  page.identifier = postern_user_name_get_identifier (account.user);
  page.person = postern_user_name_get (account.user);
  if (!begins) {
    take_password (self, step, &account, &page);
    return;
  }
  old = dup_old (&account);
  postern_step_set_state (step, OLD, old);
  postern_password_page_answer (step, &page);
}

static void
take (PosternFactorPassword *self, PosternStep *step)
{
  g_autofree char *user_id = NULL;

  if (!postern_flow_code_take (step, POSTERN_CODE_RECOVER, &user_id))
    return;
  postern_step_set_state (step, PROVED, user_id);
  postern_step_set_state (step, PROVED_AT, postern_flow_code_get_recipient (step));
  choose_password (self, step, TRUE);
}

void
postern_password_recover_answer (PosternFactorPassword *self, PosternStep *step)
{
  if (postern_step_get_state (step, PROVED))
    choose_password (self, step, FALSE);
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN || postern_flow_code_is_again (step))
    send (step);
  else
    take (self, step);
}
