/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-ask.h"
#include "postern-flow-factors.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-password-check.h"

/* The identifier is the flow's: what stands read-only on the page and comes back with it decides nothing. */
static void
check (PosternFactorPassword *self, PosternStep *step, const char *user_id, PosternPasswordPage *page)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (PosternPasswordAccount) account = { NULL };
  GError *error = NULL;

  if (!postern_password_account_find (&account, context, user_id, page->identifier, &error))
    postern_step_return_error (step, error);
  else if (postern_password_check (self, step, &account, postern_step_get_input (step, "password"), page, "password"))
    postern_step_return_user (step, account.user->id, "pwd");
}

/* The step begins with a password where a manager filled it in beside the name. */
void
postern_password_sign_in_answer (PosternFactorPassword *self, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  const char *identifier = context->flow->identifier;
  PosternPasswordPage page = { .name = "password", .offer_passkey = TRUE, .identifier = identifier ? identifier : "" };

  page.offer_code = postern_flow_factors_find_code (context, page.identifier) != NULL;
  page.offer_recovery = postern_flow_factors_can_recover (context, page.identifier);
  page.sms = postern_identifier_is_phone (page.identifier);
  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN && postern_step_get_input (step, "password") == NULL)
    postern_password_page_answer (step, &page);
  else
    check (self, step, NULL, &page);
}

void
postern_password_sign_in_confirm (PosternFactorPassword *self, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  PosternFlow *flow = context->flow;
  PosternInstance *connector = flow->connector_id ? postern_registry_get_instance (postern_runtime_get_registry (context->runtime), flow->connector_id) : NULL;
  PosternPasswordPage page = { .name = "link", .identifier = flow->identifier ? flow->identifier : "" };

  page.connector_name = connector ? postern_instance_get_display_name (connector) : flow->connector_id;
  page.offer_password = TRUE; /* stage `link` drew the page first, and knows whether a code is a proof */
  page.offer_code = flow->prompt_model && postern_json_get_boolean (flow->prompt_model, "code", FALSE);
  check (self, step, postern_step_get_user_id (step), &page);
}
