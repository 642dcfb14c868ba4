/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-address.h"

#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-captcha.h"
#include "postern-flow-choices.h"
#include "postern-flow-code.h"
#include "postern-flow-context.h"
#include "postern-flow-end.h"
#include "postern-flow-notice.h"
#include "postern-flow-tasks.h"
#include "postern-identifier.h"
#include "postern-json.h"

#define NEW_ADDRESS "address-new" /* the step's state while it is proved */

#define NOTICE_TAKEN N_("There is an account with this address already. Sign in to it instead.")
#define NOTICE_MANY N_("Too many tries. Wait until the time is over, then try again.")
#define NOTICE_EMAIL N_("The e-mail address of your account was changed to another one. You are signed out everywhere else.")
#define NOTICE_SAME N_("This is your address already.")
#define NOTICE_DOMAIN N_("People with this address sign in through their organization. It cannot be added here.")

static gboolean
is_phone (PosternFlowContext *context)
{
  return g_strcmp0 (context->flow->task, POSTERN_FLOW_TASK_PHONE) == 0;
}

static const char *
get_current (PosternFlowContext *context, PosternUser *user)
{
  return is_phone (context) ? user->phone : user->email;
}

static gboolean
is_proved (PosternFlowContext *context, PosternUser *user)
{
  return is_phone (context) ? user->phone_verified : user->email_verified;
}

/* --- the page `address` --------------------------------------------------------------------------------------------------- */

static void
show (PosternStep *step, PosternUser *user, const char *message, guint retry_after)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  const char *current = get_current (context, user), *typed = postern_step_get_input (step, "address");
  gboolean proved = is_proved (context, user);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  postern_json_object_add_boolean (&model, "phone", is_phone (context));
  postern_json_object_add_string (&model, "current", proved ? current : NULL);
  postern_json_object_add_string (&model, "address", typed ? typed : proved ? NULL : current);
  prompt = postern_prompt_new_page ("address", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, retry_after > 0 ? NULL : "address", message);
  if (retry_after > 0)
    postern_prompt_set_status (prompt, 429, retry_after);
  postern_step_return_prompt (step, prompt);
}

/* (transfer full) (nullable): with @problem, a phrase */
static char *
dup_typed (PosternStep *step, PosternUser *user, const char **problem)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_autofree char *address = postern_identifier_canonicalize_for (policy, postern_step_get_input (step, "address"));
  gboolean phone = is_phone (context);

  *problem = NULL;
  if (address == NULL || (phone ? !postern_identifier_is_phone (address) : strchr (address, '@') == NULL))
    *problem = phone ? N_("Enter the number with its country, such as +49 30 1234567.") : N_("Enter your e-mail address.");
  else if (is_proved (context, user) && g_strcmp0 (address, get_current (context, user)) == 0)
    *problem = NOTICE_SAME;
  else if (!phone && postern_flow_choices_find_domain (context, address))
    *problem = NOTICE_DOMAIN;
  return *problem ? NULL : g_steal_pointer (&address);
}

/* --- the code --------------------------------------------------------------------------------------------------------------- */

/* The code is the person's, not the address's: who asks for another one's address does not take the codes of who owns it. */
static void
send (PosternStep *step, PosternUser *user, const char *address)
{
  postern_step_set_state (step, NEW_ADDRESS, address);
  postern_flow_code_send_to_prove (step, POSTERN_CODE_ADDRESS, address, user->id);
}

/* Whoever is signed in gets as many as may be guessed: each asks us to write to somebody. */
static gboolean
take_try (PosternFlowContext *context, PosternUser *user, guint *retry_after, GError **error)
{
  g_autofree char *key = g_strconcat ("address:", user->id, NULL);
  PosternGuard guard = { key, context->flow->remote_address, NULL };

  return postern_flow_captcha_take (context, &guard, retry_after, error);
}

static void
take_address (PosternStep *step, PosternUser *user)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  const char *problem;
  g_autofree char *address = dup_typed (step, user, &problem);
  GError *error = NULL;
  guint retry_after = 0;

  if (address == NULL) {
    show (step, user, problem, 0);
  } else if (take_try (context, user, &retry_after, &error)) {
    send (step, user, address);
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS)) {
    g_error_free (error);
    show (step, user, NOTICE_MANY, retry_after);
  } else {
    postern_step_return_error (step, error);
  }
}

/* --- the change ------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  const char *address;
  const char *event; /* (out) */
  gboolean replaced; /* (out): there was another one */
  GPtrArray *ended;  /* who must be told once it is done; (nullable): nobody was signed out */
} Change;

static void
set (Change *change, PosternUser *user)
{
  gboolean phone = is_phone (change->context);

  postern_flow_set_string (phone ? &user->phone : &user->email, change->address);
  if (phone)
    user->phone_verified = TRUE;
  else
    user->email_verified = TRUE;
  user->updated_at = postern_flow_context_now ();
}

/* The old address is told, for its reader may be who is robbed; and whoever else is signed in must not stay. */
static gboolean
tell_old (PosternTxn *txn, Change *change, PosternUser *user, GError **error)
{
  PosternFlowContext *context = change->context;
  const char *notice = is_phone (context) ? N_("The telephone number of your account was changed. You are signed out everywhere else.")
                                          : NOTICE_EMAIL;

  change->ended = postern_flow_end_by_flow (context, txn, user->id, context->flow->session_id, error);
  return change->ended && postern_flow_notice_add (context, txn, user, notice, error);
}

/* The address that was just proved; and where a number came to be a way in, too. */
static gboolean
tell_new (PosternTxn *txn, Change *change, PosternUser *user, GError **error)
{
  if (g_str_equal (change->event, "phone.changed")) /* told already, at the same address */
    return TRUE;
  return postern_flow_notice_add (change->context, txn, user, change->replaced ? NOTICE_EMAIL : POSTERN_FLOW_NOTICE_LINKED, error);
}

static gboolean
commit (PosternTxn *txn, gpointer user_data, GError **error)
{
  Change *change = user_data;
  PosternFlowContext *context = change->context;
  g_autoptr (PosternUser) user = NULL;
  g_autoptr (GVariant) before = NULL;
  gboolean replaces;

  g_clear_pointer (&change->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (!postern_flow_tasks_check (context, txn, error))
    return FALSE;
  user = postern_user_store_get (txn, context->flow->user_id, error);
  if (user == NULL)
    return FALSE;
  change->replaced = get_current (context, user) != NULL;
  replaces = g_strcmp0 (get_current (context, user), change->address) != 0;
  change->event = replaces ? (is_phone (context) ? "phone.changed" : "email.changed") : is_phone (context) ? "phone.proved" : "email.proved";
  change->replaced = change->replaced && replaces;
  if (replaces && !tell_old (txn, change, user, error))
    return FALSE;
  before = g_variant_ref_sink (postern_flow_audit_describe_user (user));
  set (change, user);
  if (!tell_new (txn, change, user, error))
    return FALSE;
  /* What was sent to the old address is worth nothing from now on. */
  return postern_user_store_update (txn, user, error) && postern_code_store_delete (txn, user->id, error) &&
         postern_flow_audit_append_change (context, txn, change->event, user->id, before, postern_flow_audit_describe_user (user), error);
}

static void
finish (PosternStep *step, PosternUser *user)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_autofree char *address = g_strdup (postern_flow_code_get_recipient (step));
  Change change = { context, address };
  GError *error = NULL;
  gboolean done = postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, commit, &change, &error);
  g_autoptr (GPtrArray) ended = change.ended;

  postern_flow_code_clear (step);
  postern_step_set_state (step, NEW_ADDRESS, NULL);
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) { /* in another window; who is told has shown to read the address */
    g_error_free (error);
    show (step, user, NOTICE_TAKEN, 0);
    return;
  }
  if (!done) {
    postern_step_return_error (step, error);
    return;
  }
  postern_flow_context_forget_user (context);
  postern_flow_audit_tell (context, change.event, user->id);
  if (ended)
    postern_flow_end_by_flow_tell (context, ended);
  postern_step_return_user (step, user->id, is_phone (context) ? "sms" : "otp");
}

static void
go_on (PosternStep *step, PosternUser *user)
{
  g_autofree char *address = g_strdup (postern_step_get_state (step, NEW_ADDRESS));
  g_autofree char *user_id = NULL;

  if (g_strcmp0 (postern_step_get_input (step, "action"), "other-address") == 0) {
    postern_flow_code_clear (step);
    postern_step_set_state (step, NEW_ADDRESS, NULL);
    show (step, user, NULL, 0);
  } else if (postern_flow_code_is_again (step)) {
    send (step, user, address);
  } else if (postern_flow_code_take (step, POSTERN_CODE_ADDRESS, &user_id)) {
    finish (step, user);
  }
}

void
postern_flow_address_answer (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  GError *error = NULL;
  PosternUser *known = postern_flow_context_load_user (context, &error);
  g_autoptr (PosternUser) user = known ? postern_user_ref (known) : NULL; /* the context forgets its own when the address changes */

  if (user == NULL) {
    postern_step_return_error (step, error);
    return;
  }
  if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    show (step, user, NULL, 0);
  else if (postern_step_get_state (step, NEW_ADDRESS))
    go_on (step, user);
  else
    take_address (step, user);
}
