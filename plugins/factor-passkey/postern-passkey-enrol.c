/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-passkey.h"

#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-device-words.h"
#include "postern-flow-enrol.h"
#include "postern-flow-passkey.h"
#include "postern-flow-second.h"
#include "postern-jwk.h"
#include "postern-passkey-ids.h"
#include "postern-passkey-input.h"
#include "postern-passkey-names.h"
#include "postern-user-name.h"

#define NOTICE_WRONG N_("The passkey was not accepted. Try again, or use another way.")
#define NOTICE_ADDED N_("A passkey was added to your account.")
#define CHALLENGE "challenge" /* in the step's state */
#define INPUT_MAX (64 * 1024) /* bytes: a statement holds certificates */
#define MOST 32               /* passkeys of one person */
#define ALGORITHMS "-7 -8 -35 -36 -257"

typedef struct {
  PosternFactorPasskey *factor;
  PosternStep *step;
  PosternFlowContext *context;
  PosternUser *user;
  PosternPasskeyMade made;
  gboolean unattended; /* the browser made it by itself */
  char *ids;   /* of the passkeys that the person has … */
  guint n_ids; /* … and how many */
} Enrolment;

static void
show (Enrolment *self, const char *message)
{
  g_autofree char *challenge = postern_secret_new ();
  g_autofree char *rp_id = postern_flow_passkey_dup_rp_id (self->context->tenant);
  g_autofree char *handle = postern_base64url_encode (self->user->id, strlen (self->user->id));
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  postern_step_set_state (self->step, CHALLENGE, challenge);
  postern_json_object_add_string (&model, "passkey_challenge", challenge);
  postern_json_object_add_string (&model, "passkey_rp", rp_id);
  postern_json_object_add_string (&model, "passkey_ids", self->ids);
  postern_json_object_add_string (&model, "user_handle", handle);
  postern_json_object_add_string (&model, "user_name", postern_user_name_get_shown (self->user));
  postern_json_object_add_string (&model, "algorithms", ALGORITHMS);
  postern_json_object_add_string (&model, "attestation", postern_factor_passkey_get_conveyance (self->factor));
  postern_json_object_add_string (&model, "verification", postern_factor_passkey_get_verification (self->factor));
  prompt = postern_prompt_new_page ("passkey-set-up", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, NULL, message);
  postern_step_return_prompt (self->step, prompt);
}

/* --- keeping it ------------------------------------------------------------------------------------------------------------- */

static GVariant *
describe (Enrolment *self)
{
  const PosternPasskeyData *data = &self->made.data;
  g_autofree char *key = postern_base64url_encode (data->key.data, data->key.length);
  g_autofree char *aaguid = postern_passkey_names_dup_aaguid (data->aaguid.data);
  g_autofree char *device = postern_flow_device_words_dup (self->context->flow->user_agent);
  const char *name = postern_passkey_names_find (aaguid);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "key", key);
  postern_json_object_add_int64 (&object, "counter", data->counter);
  postern_json_object_add_string (&object, "aaguid", aaguid);
  postern_json_object_add_string (&object, "name", name ? name : device);
  postern_json_object_add_boolean (&object, "backup_eligible", (data->flags & POSTERN_PASSKEY_FLAG_BE) != 0);
  postern_json_object_add_boolean (&object, "backed_up", (data->flags & POSTERN_PASSKEY_FLAG_BS) != 0);
  if (self->unattended)
    postern_json_object_add_boolean (&object, POSTERN_FLOW_PASSKEY_UNATTENDED, TRUE);
  return g_variant_ref_sink (postern_json_object_end (&object));
}

/* The database refuses an id that stands there already. */
static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Enrolment *self = user_data;
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (self->user->id);
  credential->kind = g_strdup (POSTERN_PASSKEY_KIND);
  credential->value = postern_base64url_encode (self->made.data.credential_id.data, self->made.data.credential_id.length);
  credential->data = describe (self);
  credential->created_at = credential->updated_at = postern_flow_context_now ();
  return postern_credential_store_put (txn, credential, error);
}

static void
finish (Enrolment *self)
{
  postern_step_set_state (self->step, CHALLENGE, NULL);
  if (self->made.data.flags & POSTERN_PASSKEY_FLAG_UV && !self->unattended)
    postern_flow_add_amr (self->context->flow, "mfa");
  postern_step_return_user (self->step, self->user->id, "pop");
}

static void
take (Enrolment *self)
{
  g_auto (PosternPasskeyInput) client = { NULL };
  g_auto (PosternPasskeyInput) attestation = { NULL };
  PosternFactorPasskeyResponse response = {
    .challenge = postern_step_get_state (self->step, CHALLENGE),
    .assertion.client_data = postern_passkey_input_read (&client, postern_step_get_input (self->step, "client_data"), INPUT_MAX),
    .attestation = postern_passkey_input_read (&attestation, postern_step_get_input (self->step, "attestation"), INPUT_MAX),
    .unattended = self->unattended,
  };
  const PosternFlowEnrolment enrolment = { self->user, put, self, !self->unattended, NOTICE_ADDED, "passkey.added" };
  g_autoptr (GError) error = NULL;

  if (self->n_ids >= MOST)
    postern_passkey_data_refuse (&error, "too many of one person");
  else if (postern_factor_passkey_check_create (self->factor, self->context->tenant, &response, &self->made, &error) &&
           postern_flow_enrol (self->context, &enrolment, &error)) {
    finish (self);
    return;
  }
  if (!g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CREDENTIALS) && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    postern_step_return_error (self->step, g_steal_pointer (&error));
    return;
  }
  g_message ("No passkey was added: %s", error->message);
  show (self, NOTICE_WRONG);
}

void
postern_passkey_enrol_answer (PosternFactorPasskey *factor, PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  Enrolment self = { factor, step, context, .unattended = postern_flow_second_is_asked (step, POSTERN_FLOW_PASSKEY_UPGRADE) };
  GError *error = NULL;

  self.user = postern_flow_context_load_user (context, &error);
  if (self.user)
    self.ids = postern_passkey_ids_dup (context, self.user->id, &self.n_ids, &error);
  if (self.ids == NULL)
    postern_step_return_error (step, error);
  else if (postern_step_get_phase (step) == POSTERN_STEP_BEGIN)
    show (&self, NULL);
  else
    take (&self);
  g_free (self.ids);
}
