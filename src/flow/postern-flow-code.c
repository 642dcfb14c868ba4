/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code.h"

#include <glib/gi18n.h>

#include "postern-code-limits.h"
#include "postern-authenticator.h"
#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-captcha.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-organization.h"
#include "postern-flow-risk.h"
#include "postern-flow-second.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-organization-brand.h"
#include "postern-outbox.h"
#include "postern-seal.h"

#define NOTICE_WRONG N_("This code is not right. Look at it again, and mind that only the newest one works.")
#define NOTICE_DEAD N_("This code does not work any more. Send another one.")
#define NOTICE_EARLY N_("A code was sent a moment ago. Give it some time to arrive.")
#define NOTICE_MANY N_("Many codes were sent in a short time. Wait until the time is over, then send another one.")
#define NOTICE_PREFIX N_("No text messages are sent to this country from here. Choose another way.")
#define NOTICE_GUESSES N_("Too many tries. Wait until the time is over, then try again.")

#define NOBODY_ADDRESS "nobody@nowhere.invalid"
#define NOBODY_NUMBER "+10000000000"

/* The step's state: what the code is for. */
#define OWNER "code-owner"
#define PURPOSE "code-purpose"
#define TYPED "code-typed"
#define CHANNEL "code-channel"
#define RECIPIENT "code-recipient"
#define DEVICE "code-device"
#define SENT_AT "code-sent-at"

static gint64
get_sent_at (PosternStep *step)
{
  const char *text = postern_step_get_state (step, SENT_AT);

  return text ? g_ascii_strtoll (text, NULL, 10) : 0;
}

static void
keep (PosternStep *step, const PosternFlowCodeOrder *order, const char *owner, gint64 now)
{
  g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT, now);

  postern_step_set_state (step, OWNER, owner);
  postern_step_set_state (step, RECIPIENT, order->recipient);
  postern_step_set_state (step, DEVICE, order->device_hash);
  postern_step_set_state (step, SENT_AT, at);
}

void
postern_flow_code_clear (PosternStep *step)
{
  static const char *const names[] = { OWNER, PURPOSE, TYPED, CHANNEL, RECIPIENT, DEVICE, SENT_AT };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    postern_step_set_state (step, names[i], NULL);
}

const char *
postern_flow_code_get_recipient (PosternStep *step)
{
  return postern_step_get_state (step, RECIPIENT);
}

const char *
postern_flow_code_get_channel (PosternStep *step)
{
  return postern_step_get_state (step, CHANNEL);
}

/* Whoever has stolen the first factor is not told where the owner can be reached. */
static char *
dup_shown (PosternStep *step, gboolean second)
{
  const char *typed = postern_step_get_state (step, TYPED);

  return second && typed ? postern_outbox_mask (typed) : g_strdup (typed);
}

/* --- the page ---------------------------------------------------------------------------------------------------------- */

static void
show (PosternStep *step, const char *field, const char *message, guint retry_after)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  const char *purpose = postern_step_get_state (step, PURPOSE);
  gboolean sign_in = g_strcmp0 (purpose, POSTERN_CODE_SIGN_IN) == 0, recover = g_strcmp0 (purpose, POSTERN_CODE_RECOVER) == 0;
  gboolean address = g_strcmp0 (purpose, POSTERN_CODE_ADDRESS) == 0, second = g_strcmp0 (purpose, POSTERN_CODE_SECOND) == 0;
  g_autofree char *shown = dup_shown (step, second);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  if (second)
    postern_flow_second_add_frame (step, &model);
  postern_json_object_add_string (&model, "identifier", shown);
  postern_json_object_add_boolean (&model, "sms", g_strcmp0 (postern_step_get_state (step, CHANNEL), "sms") == 0);
  postern_json_object_add_boolean (&model, "verify", address || second || g_strcmp0 (purpose, POSTERN_CODE_VERIFY) == 0);
  postern_json_object_add_boolean (&model, "address", address);
  postern_json_object_add_boolean (&model, "recover", recover);
  postern_json_object_add_boolean (&model, "link", g_strcmp0 (purpose, POSTERN_CODE_LINK) == 0);
  postern_json_object_add_boolean (&model, "sign_in", sign_in);
  postern_json_object_add_boolean (&model, "password", (sign_in || recover) && postern_flow_factors_find_password (context));
  postern_json_object_add_int64 (&model, "resend_at", get_sent_at (step) + POSTERN_CODE_PAUSE);
  prompt = postern_prompt_new_page ("code", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, field, message);
  if (retry_after > 0)
    postern_prompt_set_status (prompt, 429, retry_after);
  postern_step_return_prompt (step, prompt);
}

static void
show_error (PosternStep *step, const char *message, guint retry_after, GError *error)
{
  if (!g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS)) {
    postern_step_return_error (step, error);
    return;
  }
  show (step, NULL, message, retry_after);
  g_error_free (error);
}

/* --- sending ------------------------------------------------------------------------------------------------------------ */

typedef struct {
  PosternFlowContext *context;
  const PosternFlowCodeOrder *order;
  PosternCode *code;
  PosternOrganization *organization; /* (nullable): for which the sign-in is */
  const char *token, *digits, *language;
  gboolean silent;
} Sending;

/* What a customer chose goes to its own people alone. Whether they are is looked up for nobody, too, so that it takes as long. */
static void
add_brand (Sending *sending, PosternTxn *txn, PosternJsonObject *model)
{
  const char *user_id = sending->order->user_id;
  PosternOrganization *organization = sending->organization;
  g_autoptr (PosternMember) member = organization ? postern_member_store_get (txn, organization->id, user_id ? user_id : "", NULL) : NULL;

  if (member)
    postern_organization_brand_add_mail (model, organization);
}

/* Nothing that a stranger typed: whoever may choose words of our messages writes to people in our name. */
static char *
dup_model (Sending *sending, PosternTxn *txn, gboolean with_code)
{
  PosternFlowContext *context = sending->context;
  g_autofree char *link = g_strconcat (postern_tenant_get_issuer (context->tenant), "/code/", sending->token, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "application_name", context->client ? context->client->application->name : NULL);
  if (with_code) {
    postern_json_object_add_string (&model, "code", sending->digits);
    postern_json_object_add_string (&model, "link", link);
    postern_json_object_add_int64 (&model, "minutes", POSTERN_CODE_LIFETIME / 60);
  } else {
    postern_json_object_add_string (&model, "link", postern_tenant_get_issuer (context->tenant));
  }
  add_brand (sending, txn, &model);
  return postern_json_print (postern_json_object_end (&model));
}

/* Where nothing is to be sent as much is written, and taken back: it takes as long. */
static gboolean
send (PosternTxn *txn, gpointer user_data, GError **error)
{
  Sending *sending = user_data;
  const PosternFlowCodeOrder *order = sending->order;
  gboolean told = order->recipient == NULL && order->instead && order->instead_to;
  gboolean sent = !sending->silent && (order->recipient || told);
  g_autofree char *model = dup_model (sending, txn, !told);
  PosternOutboxItem item = { .channel = order->channel, .template = told ? order->instead : order->message, .language = sending->language, .model = model };
  gboolean done;

  item.recipient = order->recipient ? order->recipient : told ? order->instead_to : g_str_equal (order->channel, "sms") ? NOBODY_NUMBER : NOBODY_ADDRESS;
  item.expires_at = sending->code->expires_at;
  done = postern_code_store_put (txn, sending->code, error) && (sent ? postern_outbox_add : postern_outbox_feign) (txn, &item, error);
  memset (model, 0, strlen (model));
  return done;
}

char *
postern_flow_code_dup_language (PosternFlowContext *context)
{
  const char *chosen = context->flow->ui_locales;

  return g_strdup (chosen || context->request == NULL ? chosen : postern_flow_browser_get_languages (context->request));
}

static gboolean
write_code (PosternStep *step, const PosternFlowCodeOrder *order, gboolean silent, GError **error)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  PosternCodeOrder wanted = { order->purpose, context->flow->id, order->user_id ? order->user_id : order->typed, order->user_id, order->recipient, order->device_hash };
  gint64 now = postern_flow_context_now ();
  g_autofree char *language = postern_flow_code_dup_language (context);
  char *token, *digits;
  g_autoptr (PosternCode) code = postern_code_make (context->tenant, &wanted, now, &token, &digits);
  Sending sending = { context, order, code, postern_flow_organization_peek (context), token, digits, language, silent };
  gboolean written = postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, send, &sending, error);

  postern_secret_free (token);
  postern_secret_free (digits);
  if (written)
    keep (step, order, code->owner, now);
  return written;
}

static void
keep_page (PosternStep *step, const PosternFlowCodeOrder *order)
{
  postern_step_set_state (step, PURPOSE, order->purpose);
  postern_step_set_state (step, TYPED, order->typed);
  postern_step_set_state (step, CHANNEL, order->channel);
}

/* (transfer full) (nullable): which of the countries that messages are sent to @number is in */
static char *
dup_prefix (PosternFlowContext *context, const char *number)
{
  PosternInstance *factor = postern_flow_factors_find (context, "code");
  g_auto (GStrv) prefixes = factor ? postern_settings_dup_strv (postern_instance_get_settings (factor), "sms-prefixes") : NULL;

  for (guint i = 0; prefixes && prefixes[i]; i++)
    if (g_str_has_prefix (number, prefixes[i]))
      return g_strdup (prefixes[i]);
  return NULL;
}

void
postern_flow_code_send (PosternStep *step, const PosternFlowCodeOrder *order)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  const char *recipient = order->recipient ? order->recipient : order->instead ? order->instead_to : NULL;
  gboolean sms = g_str_equal (order->channel, "sms");
  g_autofree char *prefix = sms ? dup_prefix (context, order->typed) : NULL;
  PosternCodeSending sending = { order->typed, recipient, context->flow->remote_address, prefix, order->device_hash };
  gboolean silent;
  guint retry_after;
  GError *error = NULL;

  keep_page (step, order);
  if (sms && prefix == NULL) /* said of the number, whosever it is */
    show (step, NULL, NOTICE_PREFIX, 0);
  else if (!postern_flow_captcha_take_sending (context, order->device_hash, &error))
    show_error (step, NOTICE_MANY, 0, error);
  else if (!postern_code_limits_take (context->tenant, &sending, postern_flow_context_now (), &silent, &retry_after, &error))
    show_error (step, NOTICE_MANY, retry_after, error);
  else if (!write_code (step, order, silent, &error))
    postern_step_return_error (step, error);
  else
    show (step, NULL, NULL, 0);
}

typedef struct {
  const char *address, *user_id;
  gboolean taken;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *it = user_data;
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, it->address, &missing);

  it->taken = user && g_strcmp0 (user->id, it->user_id) != 0;
  return postern_store_pass_missing (&missing, error);
}

void
postern_flow_code_send_to_prove (PosternStep *step, const char *purpose, const char *address, const char *user_id)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  gboolean sms = postern_identifier_is_phone (address);
  PosternFlowCodeOrder order = { .purpose = purpose, .typed = address, .user_id = user_id, .channel = sms ? "sms" : "email", .message = "verify" };
  Look it = { address, user_id, FALSE };
  GError *error = NULL;

  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, look, &it, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  order.recipient = it.taken ? NULL : address;
  order.instead = sms ? NULL : "has-account"; /* a text message costs money */
  order.instead_to = address;
  postern_flow_code_send (step, &order);
}

gboolean
postern_flow_code_is_again (PosternStep *step)
{
  gint64 left = get_sent_at (step) + POSTERN_CODE_PAUSE - postern_flow_context_now ();

  if (g_strcmp0 (postern_step_get_input (step, "action"), "resend") != 0)
    return FALSE;
  if (left <= 0)
    return TRUE;
  show (step, NULL, NOTICE_EARLY, (guint) left);
  return FALSE;
}

/* --- a try -------------------------------------------------------------------------------------------------------------- */

static void
show_wrong (PosternStep *step, PosternCodeResult result, const char *user_id)
{
  postern_flow_audit_write (postern_flow_ask_get_context (step), "sign-in.failed", user_id);
  show (step, "code", result == POSTERN_CODE_DEAD ? NOTICE_DEAD : NOTICE_WRONG, 0);
}

static gboolean
try (PosternStep *step, const char *purpose, PosternCodeResult *result, char **user_id, guint *retry_after, GError **error)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  const char *token = postern_step_get_input (step, "link");
  g_autofree char *digits = postern_code_dup_typed (postern_step_get_input (step, "code"));
  PosternCodeTry it = { .purpose = purpose, .flow_id = context->flow->id, .digits = digits };

  it.token = token && *token ? token : NULL;
  it.owner = postern_step_get_state (step, OWNER);
  it.recipient = postern_step_get_state (step, RECIPIENT);
  return postern_code_take (context->tenant, &it, postern_flow_context_now (), result, user_id, retry_after, error);
}

gboolean
postern_flow_code_take (PosternStep *step, const char *purpose, char **user_id)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  PosternGuard guard = { postern_step_get_state (step, OWNER), context->flow->remote_address, postern_step_get_state (step, DEVICE) };
  PosternCodeResult result = POSTERN_CODE_DEAD;
  GError *error = NULL;
  guint retry_after = 0;

  *user_id = NULL;
  if (postern_step_is_answered (step)) /* "send another code" came too early */
    return FALSE;
  if (guard.account == NULL || g_strcmp0 (postern_step_get_state (step, PURPOSE), purpose) != 0) {
    show (step, "code", NOTICE_DEAD, 0); /* none was sent: the limit was reached */
    return FALSE;
  }
  if (!postern_flow_captcha_take (context, &guard, &retry_after, &error) ||
      !try (step, purpose, &result, user_id, &retry_after, &error)) {
    show_error (step, NOTICE_GUESSES, retry_after, error);
    return FALSE;
  }
  if (result != POSTERN_CODE_RIGHT) {
    show_wrong (step, result, *user_id);
    return FALSE;
  }
  postern_flow_risk_forgive (context, &guard);
  context->won_at = g_intern_string (context->flow->stage);
  return TRUE;
}
