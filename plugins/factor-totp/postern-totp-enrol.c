/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-totp.h"

#include <glib/gi18n.h>
#include <openssl/rand.h>
#include <string.h>

#include "postern-flow-ask.h"
#include "postern-flow-enrol.h"
#include "postern-json.h"
#include "postern-seal.h"
#include "postern-totp.h"
#include "postern-totp-qr.h"
#include "postern-user-name.h"

#define NOTICE_WRONG N_("This code is not right. Look at the one that your app shows now.")
#define NOTICE_ADDED N_("An app that makes codes for signing in was added to your account.")

#define SEED "seed" /* in the step's state: sealed, and good for this flow only */
#define GROUP 4     /* letters that are read at a time */

typedef struct {
  PosternStep *step;
  PosternFlowContext *context;
  PosternUser *user;
  const char *seed;
  gsize length;
  gint64 at; /* when the step of the code begins that proved it */
} Enrolment;

static PosternStore *
store_of (Enrolment *self)
{
  return postern_tenant_get_store (self->context->tenant);
}

static gboolean
make_seed (Enrolment *self, GError **error)
{
  guint8 seed[POSTERN_TOTP_SEED_BYTES];
  g_autofree char *sealed = NULL;

  if (RAND_priv_bytes (seed, sizeof seed) != 1) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "There are no random numbers");
    return FALSE;
  }
  sealed = postern_seal (store_of (self), "flows", SEED, self->context->flow->id, (const char *) seed, sizeof seed, error);
  explicit_bzero (seed, sizeof seed);
  postern_step_set_state (self->step, SEED, sealed);
  return sealed != NULL;
}

/* (transfer full) (nullable): free it with postern_secret_free() */
static char *
dup_seed (Enrolment *self, gsize *length, GError **error)
{
  const char *sealed = postern_step_get_state (self->step, SEED);

  if (sealed)
    return postern_unseal (store_of (self), "flows", SEED, self->context->flow->id, sealed, length, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "Nothing is being set up");
  return NULL;
}

/* --- the page -------------------------------------------------------------------------------------------------------------- */

static char *
dup_grouped (const char *base32)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; base32[i]; i++)
    g_string_append_printf (text, "%s%c", i > 0 && i % GROUP == 0 ? " " : "", base32[i]);
  return g_string_free (text, FALSE);
}

/* What an app writes above the code: the host, which people know from the address line. */
static char *
dup_issuer (PosternTenant *tenant)
{
  g_autoptr (GUri) uri = g_uri_parse (postern_tenant_get_issuer (tenant), G_URI_FLAGS_NONE, NULL);

  return g_strdup (uri && g_uri_get_host (uri) ? g_uri_get_host (uri) : "Postern");
}

/* A page is kept with its flow, so what it shows of the seed is, too: in the short-lived file, for as long as the flow. */
static void
show (Enrolment *self, const char *message)
{
  g_autofree char *base32 = postern_totp_dup_base32 ((const guint8 *) self->seed, self->length);
  g_autofree char *grouped = dup_grouped (base32);
  g_autofree char *issuer = dup_issuer (self->context->tenant);
  g_autofree char *uri = postern_totp_dup_uri (issuer, postern_user_name_get_shown (self->user), base32);
  guint size;
  g_autofree char *path = postern_totp_qr_dup_path (uri, &size);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternPrompt *prompt;

  postern_json_object_add_string (&model, "secret", grouped);
  postern_json_object_add_string (&model, "uri", uri);
  postern_json_object_add_string (&model, "qr_path", path);
  postern_json_object_add_int64 (&model, "qr_size", size);
  prompt = postern_prompt_new_page ("totp-set-up", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (prompt, "code", message);
  postern_step_return_prompt (self->step, prompt);
}

/* --- keeping it ------------------------------------------------------------------------------------------------------------ */

/* One a person: a new one takes the place of the old. */
static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Enrolment *self = user_data;
  g_autoptr (PosternCredential) credential = postern_credential_new ();
  gint64 now = postern_flow_context_now ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (self->user->id);
  credential->kind = g_strdup (POSTERN_TOTP_KIND);
  credential->value = postern_seal (store_of (self), "credentials", "value", credential->id, self->seed, self->length, error);
  credential->created_at = credential->updated_at = now;
  credential->used_at = self->at;
  return credential->value && postern_credential_store_delete_kind (txn, self->user->id, POSTERN_TOTP_KIND, error) &&
         postern_credential_store_put (txn, credential, error);
}

static void
keep (Enrolment *self)
{
  const PosternFlowEnrolment enrolment = { self->user, put, self, TRUE, NOTICE_ADDED, "totp.added" };
  GError *error = NULL;

  if (!postern_flow_enrol (self->context, &enrolment, &error)) {
    postern_step_return_error (self->step, error);
    return;
  }
  postern_step_set_state (self->step, SEED, NULL);
  postern_step_return_user (self->step, self->user->id, "otp");
}

/* The seed stands on the page: there is nothing to guess, and so no try to count. */
static void
take (Enrolment *self)
{
  self->at = postern_totp_find ((const guint8 *) self->seed, self->length, postern_step_get_input (self->step, "code"), postern_flow_context_now ());
  if (self->at)
    keep (self);
  else
    show (self, NOTICE_WRONG);
}

void
postern_totp_enrol_answer (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  Enrolment self = { step, context };
  gboolean begins = postern_step_get_phase (step) == POSTERN_STEP_BEGIN;
  GError *error = NULL;
  char *seed = NULL;

  self.user = postern_flow_context_load_user (context, &error);
  if (self.user && (!begins || make_seed (&self, &error)))
    seed = dup_seed (&self, &self.length, &error);
  self.seed = seed;
  if (seed == NULL)
    postern_step_return_error (step, error);
  else if (begins)
    show (&self, NULL);
  else
    take (&self);
  if (seed)
    postern_secret_free (seed);
}
