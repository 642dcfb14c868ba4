/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-factors.h"
#include "postern-flow-sign-up.h"
#include "postern-password-check.h"

static gboolean
answer_problem (PosternStep *step, PosternPasswordPage *page, const char *field, const char *message)
{
  page->field = field;
  page->message = message;
  postern_password_page_answer (step, page);
  return FALSE;
}

static gboolean
check_names (PosternStep *step, PosternPasswordPage *page, PosternFlowSignUp *sign_up)
{
  const char *field;
  const char *problem = postern_flow_sign_up_read (sign_up, step, !g_str_equal (page->name, "setup"), &field);
  GError *error = NULL;
  guint retry_after = 0;

  if (problem)
    return answer_problem (step, page, field, problem);
  if (postern_flow_sign_up_take_try (postern_flow_ask_get_context (step), &retry_after, &error))
    return TRUE;
  postern_password_page_answer_error (step, page, retry_after, error);
  return FALSE;
}

static void
create (PosternStep *step, PosternPasswordPage *page, const PosternFlowSignUp *sign_up)
{
  GError *error = NULL;
  g_autofree char *user_id = postern_flow_sign_up_create (postern_flow_ask_get_context (step), sign_up, FALSE, &error);

  if (user_id) {
    postern_step_return_user (step, user_id, "pwd");
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    g_error_free (error);
    answer_problem (step, page, "identifier", N_("There is an account with this address already. Sign in to it instead."));
  } else {
    postern_step_return_error (step, error);
  }
}

/* The password is hashed before anybody looks whether the address is taken: both take as long. */
static void
take (PosternFactorPassword *self, PosternStep *step, PosternPasswordPage *page)
{
  g_auto (PosternFlowSignUp) sign_up = { NULL };

  page->identifier = postern_step_get_input (step, "identifier");
  page->person = postern_step_get_input (step, "name");
  if (!check_names (step, page, &sign_up))
    return;
  sign_up.value = postern_password_check_new (self, step, postern_step_get_input (step, "password"), page);
  if (sign_up.value == NULL)
    return;
  if (postern_flow_sign_up_must_prove (postern_flow_ask_get_context (step), sign_up.identifier))
    postern_flow_sign_up_prove (step, &sign_up);
  else
    create (step, page, &sign_up);
}

void
postern_password_sign_up_answer (PosternFactorPassword *self, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  PosternPasswordPage page = { .name = context->flow->ticket_hash ? "setup" : "sign-up" };

  page.identifier = context->flow->identifier ? context->flow->identifier : context->flow->login_hint;
  page.min_length = policy->password_min_length;
  page.phone = postern_flow_factors_can_text (context);
  if (postern_flow_sign_up_is_proving (step))
    postern_flow_sign_up_go_on (step);
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    postern_password_page_answer (step, &page);
  else
    take (self, step, &page);
}
