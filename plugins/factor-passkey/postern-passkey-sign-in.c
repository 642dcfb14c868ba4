/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-passkey.h"

#include <glib/gi18n.h>

#include "postern-flow-again.h"
#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-passkey.h"
#include "postern-flow-second.h"
#include "postern-passkey-ids.h"
#include "postern-passkey-input.h"

#define NOTICE_WRONG N_("The passkey was not accepted. Try again, or use another way.")
#define CHALLENGE "challenge" /* in the step's state */
#define INPUT_MAX (16 * 1024) /* bytes */
#define KEY_MAX 2048
#define OUR_USER "usr_" /* how a user handle of ours begins */

typedef struct {
  PosternFactorPasskey *factor;
  PosternStep *step;
  PosternFlowContext *context;
  const char *id;           /* of the credential, as the browser says it */
  PosternCredential *credential;
  PosternPasskeyData data;
} Trial;

static PosternStore *
store_of (Trial *self)
{
  return postern_tenant_get_store (self->context->tenant);
}

/* Another program on this host has passkeys for the same RP id; what it keeps is none of our business. */
static gboolean
is_for_ours (Trial *self)
{
  g_auto (PosternPasskeyInput) input = { NULL };
  PosternPasskeyBytes handle = postern_passkey_input_read (&input, postern_step_get_input (self->step, "user_handle"), 64);

  return handle.length > strlen (OUR_USER) && memcmp (handle.data, OUR_USER, strlen (OUR_USER)) == 0;
}

/* One that is not there is the answer's fault, in the transaction too: it was taken away meanwhile. All else is ours. */
static gboolean
find (PosternTxn *txn, gpointer user_data, GError **error)
{
  Trial *self = user_data;
  g_autoptr (GError) missing = NULL;

  g_clear_pointer (&self->credential, postern_credential_unref);
  self->credential = postern_credential_store_find_passkey (txn, self->id, &missing);
  if (g_error_matches (missing, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    if (is_for_ours (self))
      postern_flow_set_string (&self->context->unknown_passkey, self->id);
    return postern_passkey_data_refuse (error, "unknown credential");
  }
  if (missing)
    g_propagate_error (error, g_steal_pointer (&missing));
  return self->credential != NULL;
}

/* Section 7.2, steps 5 and 6: whoever was named, by us or by the authenticator, is whose credential it is. */
static gboolean
is_of (Trial *self, const char *user_id)
{
  g_auto (PosternPasskeyInput) input = { NULL };
  const char *text = postern_step_get_input (self->step, "user_handle");
  PosternPasskeyBytes handle = postern_passkey_input_read (&input, text, 64);
  const char *owner = self->credential->user_id;
  PosternPasskeyBytes expected = { (const guint8 *) owner, strlen (owner) };

  if (user_id && !g_str_equal (owner, user_id))
    return FALSE;
  if (text == NULL || *text == '\0')
    return user_id != NULL;
  return postern_passkey_cbor_equal (handle, expected);
}

static GVariant *
renew (PosternCredential *credential, const PosternPasskeyData *data)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (credential->data);

  g_variant_dict_insert (&dict, "counter", "x", (gint64) data->counter);
  g_variant_dict_insert (&dict, "backed_up", "b", (data->flags & POSTERN_PASSKEY_FLAG_BS) != 0);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* As of this transaction: of two who show the same count, the second is a copy. */
static gboolean
note (PosternTxn *txn, gpointer user_data, GError **error)
{
  Trial *self = user_data;
  GVariant *data;

  if (!find (txn, self, error))
    return FALSE;
  if (!postern_passkey_response_is_counted ((guint32) postern_json_get_int64 (self->credential->data, "counter", 0), self->data.counter))
    return postern_passkey_data_refuse (error, "counter");
  data = renew (self->credential, &self->data);
  g_variant_unref (self->credential->data);
  self->credential->data = data;
  self->credential->used_at = self->credential->updated_at = postern_flow_context_now ();
  return postern_credential_store_put (txn, self->credential, error);
}

static gboolean
verify (Trial *self, const char *challenge, GError **error)
{
  g_auto (PosternPasskeyInput) key = { NULL };
  g_auto (PosternPasskeyInput) client = { NULL };
  g_auto (PosternPasskeyInput) data = { NULL };
  g_auto (PosternPasskeyInput) signature = { NULL };
  PosternFactorPasskeyResponse response = {
    .challenge = challenge,
    .key = postern_passkey_input_read (&key, postern_json_get_string (self->credential->data, "key"), KEY_MAX),
    .assertion = { postern_passkey_input_read (&client, postern_step_get_input (self->step, "client_data"), INPUT_MAX),
                   postern_passkey_input_read (&data, postern_step_get_input (self->step, "auth_data"), INPUT_MAX),
                   postern_passkey_input_read (&signature, postern_step_get_input (self->step, "signature"), INPUT_MAX) },
  };
  gboolean eligible = postern_json_get_boolean (self->credential->data, "backup_eligible", FALSE);

  if (!postern_factor_passkey_check_get (self->factor, self->context->tenant, &response, &self->data, error))
    return FALSE;
  if (((self->data.flags & POSTERN_PASSKEY_FLAG_BE) != 0) != eligible)
    return postern_passkey_data_refuse (error, "flag BE");
  return postern_store_write (store_of (self), POSTERN_KEEP_LASTING, note, self, error);
}

/* @user_id: (nullable): whose it must be */
static gboolean
try_response (Trial *self, const char *challenge, const char *user_id, GError **error)
{
  self->id = postern_step_get_input (self->step, "credential");
  if (self->id == NULL || challenge == NULL)
    return postern_passkey_data_refuse (error, self->id ? "no challenge" : "no response");
  if (!postern_store_read (store_of (self), POSTERN_KEEP_LASTING, find, self, error))
    return FALSE;
  if (!is_of (self, user_id))
    return postern_passkey_data_refuse (error, "userHandle");
  return verify (self, challenge, error);
}

/* RFC 8176: a key was shown; and where it knew its owner, that is a second factor within. */
static void
finish (Trial *self)
{
  if (self->data.flags & POSTERN_PASSKEY_FLAG_UV)
    postern_flow_add_amr (self->context->flow, "mfa");
  postern_flow_add_amr (self->context->flow, "user");
  postern_step_return_user (self->step, self->credential->user_id, "pop");
}

/* --- of one whom we know ---------------------------------------------------------------------------------------------------- */

/* Besides what was shown, or (of who is signed in already) once more: then there are other ways. */
static void
add_frame (Trial *self, PosternJsonObject *model)
{
  if (postern_step_get_user_id (self->step)) {
    postern_flow_second_add_frame (self->step, model);
    return;
  }
  postern_json_object_add_string (model, "identifier", self->context->flow->identifier);
  postern_flow_again_add_ways (self->context, model);
}

static void
show (Trial *self, const char *user_id, const char *message)
{
  g_autofree char *challenge = postern_secret_new ();
  g_autofree char *rp_id = postern_flow_passkey_dup_rp_id (self->context->tenant);
  GError *error = NULL;
  g_autofree char *ids = postern_passkey_ids_dup (self->context, user_id, NULL, &error);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  if (ids == NULL) {
    postern_step_return_error (self->step, error);
    return;
  }
  postern_step_set_state (self->step, CHALLENGE, challenge);
  add_frame (self, &model);
  postern_json_object_add_string (&model, "passkey_challenge", challenge);
  postern_json_object_add_string (&model, "passkey_rp", rp_id);
  postern_json_object_add_string (&model, "passkey_ids", ids);
  postern_json_object_add_string (&model, "passkey_unknown", self->context->unknown_passkey);
  postern_json_object_add_string (&model, "verification", postern_factor_passkey_get_verification (self->factor));
  prompt = postern_prompt_new_page ("passkey", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, NULL, message);
  postern_step_return_prompt (self->step, prompt);
}

static void
answer_of (Trial *self, const char *user_id)
{
  GError *error = NULL;

  if (postern_step_get_phase (self->step) == POSTERN_STEP_BEGIN) {
    show (self, user_id, NULL);
  } else if (try_response (self, postern_step_get_state (self->step, CHALLENGE), user_id, &error)) {
    finish (self);
  } else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CREDENTIALS)) {
    g_message ("The passkey of one who is known was not accepted: %s", error->message);
    postern_flow_audit_write_failure (self->context, user_id);
    show (self, user_id, NOTICE_WRONG);
    g_error_free (error);
  } else { /* the database's: nobody failed to sign in */
    postern_step_return_error (self->step, error);
  }
}

void
postern_passkey_sign_in_answer_second (PosternFactorPasskey *factor, PosternStep *step)
{
  Trial self = { factor, step, postern_flow_ask_get_context (step) };

  answer_of (&self, postern_step_get_user_id (step));
  g_clear_pointer (&self.credential, postern_credential_unref);
}

/* --- alone ------------------------------------------------------------------------------------------------------------------- */

static void
answer_anybody (Trial *self)
{
  GError *error = NULL;

  if (try_response (self, postern_step_get_input (self->step, POSTERN_FLOW_PASSKEY_CHALLENGE), NULL, &error)) {
    finish (self);
    return;
  }
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CREDENTIALS))
    postern_flow_audit_write_failure (self->context, self->credential ? self->credential->user_id : NULL);
  postern_step_return_error (self->step, error);
}

void
postern_passkey_sign_in_answer (PosternFactorPasskey *factor, PosternStep *step)
{
  Trial self = { factor, step, postern_flow_ask_get_context (step) };
  g_autofree char *known = g_strdup (postern_step_get_state (step, POSTERN_FLOW_STATE_KNOWN));

  if (known)
    answer_of (&self, known);
  else
    answer_anybody (&self);
  g_clear_pointer (&self.credential, postern_credential_unref);
}
