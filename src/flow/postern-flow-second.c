/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second.h"

#include <glib/gi18n.h>

#include "postern-assurance.h"
#include "postern-factor-reset.h"
#include "postern-flow-ask.h"
#include "postern-flow-browser.h"
#include "postern-flow-claims.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-organization.h"
#include "postern-flow-passkey.h"
#include "postern-flow-second-reset.h"
#include "postern-flow-second-rows.h"
#include "postern-sign-in.h"

#define DAY (24 * 3600)
#define CODES_TASK "new-recovery-codes"
#define CODES "recovery-code"
#define COOKIE_LATER "later"
#define OFFER_EVERY (30 * DAY) /* seconds */
#define ACTION "second:"       /* of a button; the name follows */
#define ROUNDS 4               /* factors one after the other in one walk */

/* --- what the person has ------------------------------------------------------------------------------------------------ */

typedef struct {
  PosternFlowContext *context;
  PosternAssurance assurance;
  guint has;          /* PosternSecondFactor, set up and still good for something */
  guint ready, can_enrol;
  gboolean remembered;
  gint64 reset_at;    /* when all of it goes (postern-factor-reset.h); 0: never */
  char *device_hash;  /* (nullable) */
} Look;

static void
look_clear (Look *self)
{
  g_clear_pointer (&self->device_hash, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

/*
 * What is used up is none; a counter or the time of a code says nothing like that of the others. And what a browser made by itself is nothing
 * that the person knows to be asked for, elsewhere.
 */
static gboolean
is_good (PosternCredential *credential, const PosternFlowSecond *row)
{
  return g_strcmp0 (credential->kind, row->kind) == 0 && (!g_str_equal (row->name, CODES) || credential->used_at == 0) &&
         !(credential->data && postern_json_get_boolean (credential->data, POSTERN_FLOW_PASSKEY_UNATTENDED, FALSE));
}

static guint
find_credentials (GPtrArray *credentials)
{
  guint bits = 0;

  for (const PosternFlowSecond *row = postern_flow_second_rows; row->name; row++)
    for (guint i = 0; row->kind && i < credentials->len; i++)
      if (is_good (credentials->pdata[i], row))
        bits |= postern_assurance_read_factor (row->name);
  return bits;
}

/* Codes go only to what was proved to be theirs; and to read them again shows nothing new where they were what recovered the account. */
static guint
find_addresses (PosternFlowContext *context, PosternUser *user)
{
  guint bits = 0;

  if (context->flow->recovered)
    return 0;
  if (user->email && user->email_verified && postern_flow_factors_can_send (context, "email"))
    bits |= POSTERN_SECOND_EMAIL_CODE;
  if (user->phone && user->phone_verified && postern_flow_factors_can_send (context, "sms"))
    bits |= POSTERN_SECOND_SMS_CODE;
  return bits;
}

static gboolean
read_look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;
  const char *user_id = self->context->flow->user_id;
  gint64 since = postern_flow_context_now () - self->assurance.device_lifetime;
  g_autoptr (GPtrArray) credentials = postern_credential_store_list (txn, user_id, error);
  g_autoptr (PosternUser) user = NULL;

  if (credentials == NULL)
    return FALSE;
  self->has = find_credentials (credentials);
  self->reset_at = postern_factor_reset_get_due (credentials);
  if (self->assurance.counts & (POSTERN_SECOND_EMAIL_CODE | POSTERN_SECOND_SMS_CODE)) {
    user = postern_user_store_get (txn, user_id, error);
    if (user == NULL)
      return FALSE;
    self->has |= find_addresses (self->context, user);
  }
  if (self->has == POSTERN_SECOND_RECOVERY_CODE) /* paper stands in for what was lost; alone, it is what is left of what was taken away */
    self->has = 0;
  self->remembered = self->has && self->device_hash && self->assurance.device_lifetime > 0 &&
                     postern_device_store_is_trusted (txn, self->device_hash, user_id, since, NULL);
  return TRUE;
}

/* What was shown already is not asked again. */
static void
sort (Look *self)
{
  const char *const *met = (const char *const *) self->context->flow->factors;

  self->ready = self->can_enrol = 0;
  for (const PosternFlowSecond *row = postern_flow_second_rows; row->name; row++) {
    guint bit = postern_assurance_read_factor (row->name) & self->assurance.counts;

    if (bit == 0 || (met && g_strv_contains (met, row->name)) || postern_flow_factors_find (self->context, row->plugin) == NULL)
      continue;
    if (self->has & bit)
      self->ready |= bit;
    else if (row->task)
      self->can_enrol |= bit;
  }
}

static gboolean
look_up (Look *self, PosternFlowContext *context, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);

  self->context = context;
  postern_assurance_init (&self->assurance, policy, context->client);
  if (!postern_flow_organization_narrow (context, &self->assurance, error))
    return FALSE;
  if (self->device_hash == NULL)
    self->device_hash = postern_flow_browser_dup_device_hash (context->request);
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, read_look, self, error))
    return FALSE;
  sort (self);
  return TRUE;
}

/* Two factors, and one will not do. */
static gboolean
wants_two (char **values)
{
  const char *const *wanted = (const char *const *) values;

  return wanted && postern_sign_in_meets_acr ("2", wanted) && !postern_sign_in_meets_acr ("1", wanted);
}

static PosternAssuranceStep
decide (Look *self, gboolean voted)
{
  PosternFlow *flow = self->context->flow;
  g_auto (GStrv) essential = postern_flow_claims_dup_essential_acr (flow);
  PosternAssuranceCase it = {
    .factors = (const char *const *) flow->factors, .amr = (const char *const *) flow->amr, .ready = self->ready, .can_enrol = self->can_enrol,
    .remembered = self->remembered, .voted = voted, .asked = wants_two (flow->acr_values) || wants_two (essential),
    .fresh = flow->authenticated_now,
  };

  return postern_assurance_decide (&self->assurance, &it);
}

/* --- the page `second-factor` ------------------------------------------------------------------------------------------- */

static GVariant *
list_rows (guint bits)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (const PosternFlowSecond *row = postern_flow_second_rows; row->name; row++)
    if (bits & postern_assurance_read_factor (row->name))
      g_variant_builder_add (&entries, "v", g_variant_new_parsed ("{'id': <%s>, 'title': <%s>}", row->name, row->title));
  return g_variant_builder_end (&entries);
}

static PosternStageResult
show_choice (PosternFlowContext *context, guint bits, gboolean enrol, gboolean later)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  g_clear_pointer (&context->flow->factor_wanted, g_free);
  g_clear_pointer (&context->input, postern_pairs_unref);
  postern_json_object_add (&model, "methods", list_rows (bits));
  postern_json_object_add_boolean (&model, "enrol", enrol);
  postern_json_object_add_boolean (&model, "later", later);
  context->prompt = postern_prompt_new_page ("second-factor", postern_json_object_end (&model));
  return POSTERN_STAGE_PARK;
}

static gboolean
is_offered (const PosternFlowSecond *row, guint bits)
{
  return (bits & postern_assurance_read_factor (row->name)) != 0;
}

/* (nullable): which of @bits the person has pressed; else which is under way; else none */
static const PosternFlowSecond *
find_row (PosternFlowContext *context, guint bits, gboolean enrol)
{
  const char *action = postern_flow_context_get_input (context, "action");
  const char *pressed = action && g_str_has_prefix (action, ACTION) ? action + strlen (ACTION) : NULL;
  const char *wanted = context->flow->factor_wanted;

  for (const PosternFlowSecond *row = postern_flow_second_rows; row->name; row++) {
    gboolean chosen = pressed ? g_str_equal (row->name, pressed) : g_strcmp0 (enrol ? row->task : row->name, wanted) == 0;

    if (chosen && is_offered (row, bits))
      return row;
  }
  return NULL;
}

static const PosternFlowSecond *
find_first (guint bits)
{
  for (const PosternFlowSecond *row = postern_flow_second_rows; row->name; row++)
    if (is_offered (row, bits))
      return row;
  return NULL;
}

/* --- asking --------------------------------------------------------------------------------------------------------------- */

/* GO_ON: it was met. */
static PosternStageResult
take_answer (PosternFlowContext *context, const PosternFlowSecond *row, PosternStep *step, GError **error)
{
  if (postern_step_get_prompt (step)) {
    context->prompt = g_object_ref (postern_step_get_prompt (step));
    return POSTERN_STAGE_PARK;
  }
  if (postern_step_get_error (step)) {
    g_propagate_error (error, g_error_copy (postern_step_get_error (step)));
    return POSTERN_STAGE_REFUSE;
  }
  if (g_strcmp0 (postern_step_get_answered_user (step), context->flow->user_id) != 0)
    return postern_flow_context_refuse (error, POSTERN_ERROR_FAILED, "The factor answered for somebody else");
  g_clear_pointer (&context->flow->factor_wanted, g_free);
  postern_flow_context_met (context, row->name, postern_step_get_amr (step));
  return POSTERN_STAGE_GO_ON;
}

static void
note_remember (Look *look)
{
  PosternFlowContext *context = look->context;

  if (context->input && postern_flow_context_get_input (context, "action") && look->assurance.device_lifetime > 0)
    context->flow->remember_device = postern_flow_context_get_input (context, "remember") != NULL;
}

/* A press of a button begins; what comes back from the page of the one that is under way goes on. */
static PosternStageResult
ask (PosternFlowContext *context, const PosternFlowSecond *row, const char *wanted, GError **error)
{
  const char *action = postern_flow_context_get_input (context, "action");
  g_autoptr (PosternStep) step = NULL;

  if (action && g_str_has_prefix (action, ACTION))
    g_clear_pointer (&context->input, postern_pairs_unref);
  step = postern_flow_ask_for (context, postern_flow_factors_find (context, row->plugin), wanted);
  return take_answer (context, row, step, error);
}

/*
 * What is asked for before anybody chose. An application that shows the pages itself has none for a passkey, which would lead to a
 * browser: there another way comes first, but for what is used up by it.
 */
static const PosternFlowSecond *
find_usual (Look *look)
{
  guint shown = look->ready & ~(guint) (POSTERN_SECOND_PASSKEY | POSTERN_SECOND_RECOVERY_CODE);

  return find_first (postern_flow_context_get_native (look->context) && shown ? shown : look->ready);
}

static PosternStageResult
ask_one (Look *look, GError **error)
{
  PosternFlowContext *context = look->context;
  const char *action = postern_flow_context_get_input (context, "action");
  const PosternFlowSecond *row;
  PosternStageResult result;

  if (context->flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_INTERACTION_REQUIRED, "A second factor is needed, and prompt=none forbids asking");
  if (g_strcmp0 (action, "other-factor") == 0)
    return show_choice (context, look->ready, FALSE, FALSE);
  row = find_row (context, look->ready, FALSE);
  if (row == NULL) /* none was chosen, or what was is not there any more: nothing that was typed belongs to another one */
    g_clear_pointer (&context->input, postern_pairs_unref);
  note_remember (look);
  row = row ? row : find_usual (look);
  result = ask (context, row, row->name, error);
  if (result == POSTERN_STAGE_GO_ON && look->reset_at) /* they are not lost */
    postern_flow_second_reset_cancel (context);
  return result;
}

static PosternStageResult
enrol_one (Look *look, gboolean later, GError **error)
{
  PosternFlowContext *context = look->context;
  const char *action = postern_flow_context_get_input (context, "action");
  const PosternFlowSecond *row = find_row (context, look->can_enrol, TRUE);
  PosternStageResult result;

  if (context->flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_INTERACTION_REQUIRED, "A second factor must be set up, and prompt=none forbids asking");
  if (row == NULL || g_strcmp0 (action, "other-factor") == 0)
    return show_choice (context, look->can_enrol, TRUE, later);
  result = ask (context, row, row->task, error);
  return result == POSTERN_STAGE_GO_ON ? postern_flow_second_follow (context, error) : result;
}

/* Nobody is nagged: not where they only come back, nor in what they do about their account, nor soon after they said "later". */
static gboolean
may_offer (PosternFlowContext *context)
{
  PosternFlow *flow = context->flow;
  gboolean later = context->request && postern_request_get_cookie (context->request, COOKIE_LATER);

  return flow->authenticated_now && flow->task == NULL && !flow->enrolment_later && !later && !(flow->prompts & POSTERN_FLOW_PROMPT_NONE);
}

/* GO_ON with flow->enrolment_later: not now. */
static PosternStageResult
offer (Look *look, GError **error)
{
  PosternFlowContext *context = look->context;

  if (!may_offer (context)) {
    context->flow->enrolment_later = TRUE;
    return POSTERN_STAGE_GO_ON;
  }
  if (g_strcmp0 (postern_flow_context_get_input (context, "action"), "later") == 0) {
    g_clear_pointer (&context->input, postern_pairs_unref);
    context->flow->enrolment_later = TRUE;
    postern_flow_browser_set_cookie (context, COOKIE_LATER, "1", OFFER_EVERY);
    return POSTERN_STAGE_GO_ON;
  }
  return enrol_one (look, TRUE, error);
}

/* Whoever comes to set one up does it in the task; nothing is set up twice. */
static gboolean
is_enrolling (Look *look)
{
  const char *task = look->context->flow->task;

  for (const PosternFlowSecond *row = postern_flow_second_rows; task && row->name; row++)
    if (g_strcmp0 (row->task, task) == 0 && is_offered (row, look->can_enrol))
      return TRUE;
  return FALSE;
}

/* All we can ask for more is what signs in: from a session that met it long ago it is asked again, once. */
static PosternStageResult
ask_again (PosternFlowContext *context, GError **error)
{
  if (context->flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_LOGIN_REQUIRED, "The person must sign in again, and prompt=none forbids asking");
  postern_flow_context_forget_who (context);
  context->flow->prompts |= POSTERN_FLOW_PROMPT_LOGIN;
  return postern_flow_context_again (context, "choose", NULL);
}

static void
finish (Look *look)
{
  PosternFlow *flow = look->context->flow;

  if (look->remembered)
    postern_flow_add_factor (flow, POSTERN_SECOND_DEVICE);
  if (flow->task == NULL)
    g_clear_pointer (&flow->factor_wanted, g_free);
}

/* One factor. GO_ON: look again; *done: there is enough. */
static PosternStageResult
run_once (Look *look, gboolean voted, gboolean *done, GError **error)
{
  PosternAssuranceStep step = decide (look, voted);

  *done = step == POSTERN_ASSURANCE_ENOUGH || (step == POSTERN_ASSURANCE_OFFER && look->context->flow->enrolment_later) ||
          ((step == POSTERN_ASSURANCE_OFFER || step == POSTERN_ASSURANCE_ENROL) && is_enrolling (look));
  if (*done)
    return POSTERN_STAGE_GO_ON;
  switch (step) {
  case POSTERN_ASSURANCE_ASK:
    return ask_one (look, error);
  case POSTERN_ASSURANCE_AGAIN:
    return ask_again (look->context, error);
  case POSTERN_ASSURANCE_OFFER:
    return offer (look, error);
  case POSTERN_ASSURANCE_ENROL:
    return enrol_one (look, FALSE, error);
  case POSTERN_ASSURANCE_ENOUGH:
  case POSTERN_ASSURANCE_MISSING:
    break;
  }
  return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "A second factor is required, and none can be set up here");
}

/* Only behind a first factor that was met just now: a session that is older proves nothing of its owner. */
static gboolean
look_up_after_reset (Look *look, PosternFlowContext *context, GError **error)
{
  if (!look_up (look, context, error))
    return FALSE;
  if (look->reset_at == 0 || look->reset_at > postern_flow_context_now () || !context->flow->authenticated_now || context->flow->session_id)
    return TRUE;
  return postern_flow_second_reset (context, error) && look_up (look, context, error);
}

PosternStageResult
postern_flow_second_run (PosternFlowContext *context, gboolean voted, GError **error)
{
  g_auto (Look) look = { NULL };
  gboolean done = FALSE;

  for (guint i = 0; i < ROUNDS; i++) {
    PosternStageResult result;

    if (!look_up_after_reset (&look, context, error))
      return POSTERN_STAGE_REFUSE;
    result = run_once (&look, voted, &done, error);
    if (result != POSTERN_STAGE_GO_ON)
      return result;
    if (done) {
      finish (&look);
      return POSTERN_STAGE_GO_ON;
    }
  }
  return postern_flow_context_refuse (error, POSTERN_ERROR_FAILED, "The second factors go round in circles");
}

/* --- what follows a set-up ------------------------------------------------------------------------------------------------ */

gboolean
postern_flow_second_is_following (PosternFlow *flow)
{
  return g_strcmp0 (flow->factor_wanted, CODES_TASK) == 0 && g_strcmp0 (flow->task, CODES_TASK) != 0;
}

PosternStageResult
postern_flow_second_follow (PosternFlowContext *context, GError **error)
{
  PosternInstance *factor = postern_flow_factors_find (context, CODES);
  gboolean under_way = postern_flow_second_is_following (context->flow);
  g_auto (Look) look = { NULL };
  g_autoptr (PosternStep) step = NULL;

  if (!look_up (&look, context, error))
    return POSTERN_STAGE_REFUSE;
  if (factor == NULL || (!under_way && (look.has & POSTERN_SECOND_RECOVERY_CODE || !(look.assurance.counts & POSTERN_SECOND_RECOVERY_CODE))))
    return POSTERN_STAGE_GO_ON;
  if (!under_way)
    g_clear_pointer (&context->input, postern_pairs_unref);
  step = postern_flow_ask_for (context, factor, CODES_TASK);
  if (postern_step_get_prompt (step)) {
    context->prompt = g_object_ref (postern_step_get_prompt (step));
    return POSTERN_STAGE_PARK;
  }
  g_clear_pointer (&context->flow->factor_wanted, g_free);
  if (postern_step_get_error (step) == NULL)
    return POSTERN_STAGE_GO_ON;
  g_propagate_error (error, g_error_copy (postern_step_get_error (step)));
  return POSTERN_STAGE_REFUSE;
}

/* --- for the factors ------------------------------------------------------------------------------------------------------- */

gboolean
postern_flow_second_is_asked (PosternStep *step, const char *name)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);

  return postern_step_get_user_id (step) && context && g_strcmp0 (context->flow->factor_wanted, name) == 0;
}

void
postern_flow_second_add_frame (PosternStep *step, PosternJsonObject *model)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  g_auto (Look) look = { NULL };

  if (!look_up (&look, context, NULL))
    return;
  postern_json_object_add_boolean (model, "second", TRUE);
  postern_json_object_add_boolean (model, "others", (look.ready & (look.ready - 1)) != 0);
  if (look.assurance.device_lifetime > 0)
    postern_json_object_add_int64 (model, "remember_days", MAX (1, look.assurance.device_lifetime / DAY));
  postern_json_object_add_boolean (model, "remember", context->flow->remember_device);
}

void
postern_flow_second_show (PosternStep *step, const char *page, const char *message, guint retry_after)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  postern_flow_second_add_frame (step, &model);
  prompt = postern_prompt_new_page (page, postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, retry_after ? NULL : "code", message);
  if (retry_after > 0)
    postern_prompt_set_status (prompt, 429, retry_after);
  postern_step_return_prompt (step, prompt);
}
