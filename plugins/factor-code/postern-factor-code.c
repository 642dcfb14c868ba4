/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-code.h"

#include "postern-code-person.h"
#include "postern-error.h"
#include "postern-flow-address.h"
#include "postern-flow-ask.h"
#include "postern-flow-code.h"
#include "postern-flow-second.h"
#include "postern-flow-sign-up.h"
#include "postern-identifier.h"

struct _PosternFactorCode {
  PosternFactor parent_instance;
};

G_DEFINE_FINAL_TYPE (PosternFactorCode, postern_factor_code, POSTERN_TYPE_FACTOR)

static gboolean
is_prefix (const char *text)
{
  gsize digits = *text == '+' ? strspn (text + 1, "0123456789") : 0;

  return digits > 0 && digits <= 15 && text[1] != '0' && text[1 + digits] == '\0';
}

/* src/flow/postern-flow-code.c reads them; here an operator is told what is wrong with them. */
static gboolean
postern_factor_code_configure (PosternInstance *instance, GError **error)
{
  g_auto (GStrv) prefixes = postern_settings_dup_strv (postern_instance_get_settings (instance), "sms-prefixes");

  for (guint i = 0; prefixes && prefixes[i]; i++)
    if (!is_prefix (prefixes[i])) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "sms-prefixes: “%s” is not how a number begins; write + and digits, such as +49", prefixes[i]);
      return FALSE;
    }
  return TRUE;
}

/* The same work and the same page whether anybody is called so or not. */
static void
send (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  const char *identifier = context->flow->identifier ? context->flow->identifier : "";
  gboolean sms = postern_identifier_is_phone (identifier);
  g_auto (PosternCodePerson) person = { NULL };
  PosternFlowCodeOrder order = { .purpose = POSTERN_CODE_SIGN_IN, .typed = identifier, .channel = sms ? "sms" : "email" };
  GError *error = NULL;

  if (!postern_code_person_find (&person, context, NULL, identifier, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  order.user_id = person.user ? person.user->id : NULL;
  order.recipient = postern_code_person_get_recipient (&person, order.channel);
  order.message = sms ? "code" : "magic-link";
  order.device_hash = person.device_hash;
  order.instead = policy->no_account_mail && person.user == NULL ? "no-account" : NULL;
  order.instead_to = !sms && strchr (identifier, '@') ? identifier : NULL;
  postern_flow_code_send (step, &order);
}

static void
take (PosternStep *step)
{
  PosternFlow *flow = postern_flow_ask_get_context (step)->flow;
  gboolean sms = g_strcmp0 (postern_flow_code_get_channel (step), "sms") == 0;
  g_autofree char *user_id = NULL;

  if (!postern_flow_code_take (step, POSTERN_CODE_SIGN_IN, &user_id))
    return;
  if (sms)
    postern_flow_add_amr (flow, "mca"); /* RFC 8176: typed into one channel what came by another */
  postern_step_return_user (step, user_id, sms ? "sms" : "otp");
}

/* --- besides what was shown already -------------------------------------------------------------------------------------- */

static void
send_second (PosternStep *step, const char *channel)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (PosternCodePerson) person = { NULL };
  PosternFlowCodeOrder order = { .purpose = POSTERN_CODE_SECOND, .channel = channel, .message = "code" };
  GError *error = NULL;

  if (!postern_code_person_find (&person, context, postern_step_get_user_id (step), NULL, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  order.user_id = postern_step_get_user_id (step);
  order.recipient = postern_code_person_get_recipient (&person, channel);
  order.typed = order.recipient ? order.recipient : "";
  order.device_hash = person.device_hash;
  postern_flow_code_send (step, &order);
}

static void
answer_second (PosternStep *step, const char *channel)
{
  gboolean sms = g_str_equal (channel, "sms");
  g_autofree char *user_id = NULL;

  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN || postern_flow_code_is_again (step)) {
    send_second (step, channel);
    return;
  }
  if (!postern_flow_code_take (step, POSTERN_CODE_SECOND, &user_id))
    return;
  if (sms)
    postern_flow_add_amr (postern_flow_ask_get_context (step)->flow, "mca");
  postern_step_return_user (step, user_id, sms ? "sms" : "otp");
}

/* --- for other accounts -------------------------------------------------------------------------------------------------- */

/* That an account is theirs which an identity shall be linked to: by its own address, whatever the provider says. */
static void
send_confirm (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (PosternCodePerson) person = { NULL };
  PosternFlowCodeOrder order = { .purpose = POSTERN_CODE_LINK, .channel = "email", .message = "code" };
  GError *error = NULL;

  if (!postern_code_person_find (&person, context, postern_step_get_user_id (step), NULL, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  order.typed = context->flow->identifier ? context->flow->identifier : "";
  order.user_id = postern_step_get_user_id (step);
  order.recipient = postern_code_person_get_recipient (&person, "email");
  order.device_hash = person.device_hash;
  postern_flow_code_send (step, &order);
}

static void
confirm (PosternStep *step)
{
  g_autofree char *user_id = NULL;

  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN || postern_flow_code_is_again (step))
    send_confirm (step);
  else if (postern_flow_code_take (step, POSTERN_CODE_LINK, &user_id))
    postern_step_return_user (step, user_id, "otp");
}

/* Only when it is the task's turn: a flow of that task may have to ask for a code as a second factor first. */
static gboolean
is_address_task (PosternFlow *flow)
{
  return g_strcmp0 (flow->factor_wanted, POSTERN_FLOW_TASK_EMAIL) == 0 || g_strcmp0 (flow->factor_wanted, POSTERN_FLOW_TASK_PHONE) == 0;
}

static gboolean
postern_factor_code_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);

  if (context == NULL)
    return FALSE;
  if (is_address_task (context->flow))
    postern_flow_address_answer (step);
  else if (postern_flow_second_is_asked (step, "email-code"))
    answer_second (step, "email");
  else if (postern_flow_second_is_asked (step, "sms-code"))
    answer_second (step, "sms");
  else if (postern_step_get_user_id (step))
    confirm (step);
  else if (context->flow->sign_up)
    postern_flow_sign_up_answer (step);
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN || postern_flow_code_is_again (step))
    send (step);
  else
    take (step);
  return TRUE;
}

static void
postern_factor_code_class_init (PosternFactorCodeClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_factor_code_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_factor_code_handle_step;
}

static void
postern_factor_code_init (PosternFactorCode *self)
{
}
