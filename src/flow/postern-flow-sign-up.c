/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-sign-up.h"

#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-captcha.h"
#include "postern-flow-choices.h"
#include "postern-flow-code.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-invitation.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-setup.h"
#include "postern-user-name.h"

#define NOTICE_TAKEN N_("There is an account with this address already. Sign in to it instead.")
#define NOTICE_MANY N_("Too many tries. Wait until the time is over, then try again.")

/* The step's state while the address is proved. */
#define IDENTIFIER "sign-up-identifier"
#define NAME "sign-up-name"
#define VALUE "sign-up-value"

void
postern_flow_sign_up_clear (PosternFlowSignUp *self)
{
  g_clear_pointer (&self->identifier, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->value, g_free);
}

static gboolean
is_reachable (PosternFlowContext *context, const char *identifier)
{
  return strchr (identifier, '@') || (postern_identifier_is_phone (identifier) && postern_flow_factors_can_text (context));
}

const char *
postern_flow_sign_up_read (PosternFlowSignUp *self, PosternStep *step, gboolean needs_address, const char **field)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);

  self->identifier = postern_identifier_canonicalize_for (policy, postern_step_get_input (step, "identifier"));
  self->name = postern_user_name_dup_typed (postern_step_get_input (step, "name"));
  *field = "identifier";
  if (self->identifier == NULL || (needs_address && !is_reachable (context, self->identifier)))
    return N_("Enter your e-mail address.");
  if (context->flow->invited && !postern_flow_invitation_is_for (context->flow, self->identifier))
    return N_("Enter the address that the invitation was sent to.");
  if (needs_address && postern_flow_choices_find_domain (context, self->identifier))
    return N_("People with this address sign in through their organization. Go back and enter it there.");
  *field = "name";
  return self->name ? NULL : N_("Enter your name.");
}

gboolean
postern_flow_sign_up_take_try (PosternFlowContext *context, guint *retry_after, GError **error)
{
  PosternGuard guard = { context->flow->id, context->flow->remote_address, NULL };

  return postern_flow_captcha_take (context, &guard, retry_after, error);
}

/* --- the account ------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  PosternUser *user;
  const char *value;
} Creating;

static PosternUser *
new_user (PosternFlow *flow, const PosternFlowSignUp *sign_up, gboolean proved)
{
  PosternUser *user = postern_user_new ();
  g_auto (PosternJsonObject) profile = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&profile, "name", sign_up->name);
  user->id = postern_id_new ("usr");
  if (strchr (sign_up->identifier, '@'))
    user->email = g_strdup (sign_up->identifier);
  else if (postern_identifier_is_phone (sign_up->identifier))
    user->phone = g_strdup (sign_up->identifier);
  else
    user->username = g_strdup (sign_up->identifier);
  user->email_verified = proved && user->email;
  user->phone_verified = proved && user->phone;
  user->profile = g_variant_ref_sink (postern_json_object_end (&profile));
  user->administrator = flow->ticket_hash != NULL;
  user->created_at = user->updated_at = postern_flow_context_now ();
  return user;
}

static gboolean
put_password (PosternTxn *txn, Creating *creating, GError **error)
{
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  if (creating->value == NULL)
    return TRUE;
  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (creating->user->id);
  credential->kind = g_strdup ("password");
  credential->value = g_strdup (creating->value);
  credential->created_at = credential->updated_at = creating->user->created_at;
  return postern_credential_store_put (txn, credential, error);
}

static gboolean
redeem_ticket (PosternTxn *txn, PosternFlow *flow, GError **error)
{
  g_autoptr (PosternTicket) ticket = NULL;

  if (flow->ticket_hash == NULL)
    return TRUE;
  ticket = postern_ticket_store_redeem (txn, flow->ticket_hash, POSTERN_SETUP_KIND, postern_flow_context_now (), error);
  return ticket != NULL;
}

static gboolean
create (PosternTxn *txn, gpointer user_data, GError **error)
{
  Creating *creating = user_data;

  return postern_user_store_insert (txn, creating->user, error) && redeem_ticket (txn, creating->context->flow, error) &&
         postern_flow_invitation_check (creating->context, txn, error) &&
         put_password (txn, creating, error) &&
         postern_flow_audit_append_change (creating->context, txn, "user.created", creating->user->id, NULL, postern_flow_audit_describe_user (creating->user), error);
}

char *
postern_flow_sign_up_create (PosternFlowContext *context, const PosternFlowSignUp *self, gboolean proved, GError **error)
{
  g_autoptr (PosternUser) user = new_user (context->flow, self, proved || postern_flow_invitation_is_for (context->flow, self->identifier));
  Creating creating = { context, user, self->value };

  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, create, &creating, error))
    return NULL;
  postern_flow_audit_tell (context, "user.created", user->id);
  return g_strdup (user->id);
}

/* --- the proof of the address -------------------------------------------------------------------------------------------- */

gboolean
postern_flow_sign_up_must_prove (PosternFlowContext *context, const char *identifier)
{
  PosternConfig *config = postern_runtime_get_config (context->runtime);
  gboolean wanted = config == NULL || postern_config_get_boolean (config, "sign-up.verify-email");

  if (postern_flow_invitation_is_for (context->flow, identifier)) /* its link came to this address */
    return FALSE;
  if (context->flow->ticket_hash == NULL && postern_identifier_is_phone (identifier))
    return TRUE;
  return wanted && context->flow->ticket_hash == NULL && postern_flow_factors_can_send (context, "email");
}

void
postern_flow_sign_up_prove (PosternStep *step, const PosternFlowSignUp *self)
{
  postern_step_set_state (step, IDENTIFIER, self->identifier);
  postern_step_set_state (step, NAME, self->name);
  postern_step_set_state (step, VALUE, self->value);
  postern_flow_code_send_to_prove (step, POSTERN_CODE_VERIFY, self->identifier, NULL);
}

gboolean
postern_flow_sign_up_is_proving (PosternStep *step)
{
  return postern_step_get_state (step, IDENTIFIER) != NULL;
}

/* The page `sign-up` without a password. */
static void
show (PosternStep *step, const char *field, const char *message, guint retry_after)
{
  PosternFlow *flow = postern_flow_ask_get_context (step)->flow;
  gboolean typed = postern_step_get_phase (step) == POSTERN_STEP_CONTINUE;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  postern_json_object_add_string (&model, "identifier", typed ? postern_step_get_input (step, "identifier") : flow->identifier ? flow->identifier : flow->login_hint);
  postern_json_object_add_string (&model, "name", postern_step_get_input (step, "name"));
  postern_json_object_add_boolean (&model, "phone", postern_flow_factors_can_text (postern_flow_ask_get_context (step)));
  prompt = postern_prompt_new_page ("sign-up", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, field, message);
  if (retry_after > 0)
    postern_prompt_set_status (prompt, 429, retry_after);
  postern_step_return_prompt (step, prompt);
}

static void
return_user (PosternStep *step, const char *user_id, const PosternFlowSignUp *sign_up)
{
  gboolean sms = postern_identifier_is_phone (sign_up->identifier);

  if (sms && sign_up->value == NULL)
    postern_flow_add_amr (postern_flow_ask_get_context (step)->flow, "mca");
  postern_step_return_user (step, user_id, sign_up->value ? "pwd" : sms ? "sms" : "otp");
}

/* Once the address is known to be theirs. */
static void
finish (PosternStep *step, const PosternFlowSignUp *sign_up)
{
  GError *error = NULL;
  g_autofree char *user_id = postern_flow_sign_up_create (postern_flow_ask_get_context (step), sign_up, TRUE, &error);

  if (user_id) {
    return_user (step, user_id, sign_up);
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) { /* in another window; who is told has shown to read the address */
    g_error_free (error);
    postern_step_set_state (step, IDENTIFIER, NULL);
    show (step, "identifier", NOTICE_TAKEN, 0);
  } else {
    postern_step_return_error (step, error);
  }
}

void
postern_flow_sign_up_go_on (PosternStep *step)
{
  g_auto (PosternFlowSignUp) sign_up = { g_strdup (postern_step_get_state (step, IDENTIFIER)), g_strdup (postern_step_get_state (step, NAME)),
                                         g_strdup (postern_step_get_state (step, VALUE)) };
  g_autofree char *nobody = NULL;

  if (postern_flow_code_is_again (step))
    postern_flow_code_send_to_prove (step, POSTERN_CODE_VERIFY, sign_up.identifier, NULL);
  else if (postern_flow_code_take (step, POSTERN_CODE_VERIFY, &nobody))
    finish (step, &sign_up);
}

static void
take (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (PosternFlowSignUp) sign_up = { NULL };
  const char *field;
  const char *problem = postern_flow_sign_up_read (&sign_up, step, TRUE, &field);
  GError *error = NULL;
  guint retry_after = 0;

  if (problem == NULL && postern_flow_factors_find_code (context, sign_up.identifier) == NULL) { /* by this way no codes go out */
    field = "identifier";
    problem = N_("This way of signing in is not there any more. Choose another one.");
  }
  if (problem) {
    show (step, field, problem, 0);
  } else if (postern_flow_sign_up_take_try (context, &retry_after, &error)) {
    if (postern_flow_invitation_is_for (context->flow, sign_up.identifier))
      finish (step, &sign_up);
    else
      postern_flow_sign_up_prove (step, &sign_up);
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS)) {
    g_error_free (error);
    show (step, NULL, NOTICE_MANY, retry_after);
  } else {
    postern_step_return_error (step, error);
  }
}

void
postern_flow_sign_up_answer (PosternStep *step)
{
  if (postern_flow_sign_up_is_proving (step))
    postern_flow_sign_up_go_on (step);
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    show (step, NULL, NULL, 0);
  else
    take (step);
}
