/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-recovery-code.h"

#include <glib/gi18n.h>
#include <string.h>

#include "postern-flow-ask.h"
#include "postern-flow-enrol.h"
#include "postern-json.h"
#include "postern-recovery-code.h"
#include "postern-seal.h"

#define NOTICE_NEW N_("New recovery codes were made for your account. The old ones do not work any more.")

#define CODES "codes" /* in the step's state, sealed: what the page shows, a line each */

typedef struct {
  PosternStep *step;
  PosternFlowContext *context;
  PosternUser *user;
  char **codes; /* (nullable) */
} Set;

static PosternStore *
store_of (Set *self)
{
  return postern_tenant_get_store (self->context->tenant);
}

static gboolean
make (Set *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *sealed = NULL;

  for (guint i = 0; i < POSTERN_RECOVERY_CODE_COUNT; i++) {
    char *code = postern_recovery_code_make ();

    if (code == NULL) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "There are no random numbers");
      return FALSE;
    }
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", code);
    postern_secret_free (code);
  }
  sealed = postern_seal (store_of (self), "flows", CODES, self->context->flow->id, text->str, text->len, error);
  explicit_bzero (text->str, text->len);
  postern_step_set_state (self->step, CODES, sealed);
  return sealed != NULL;
}

static gboolean
open_set (Set *self, GError **error)
{
  const char *sealed = postern_step_get_state (self->step, CODES);
  gsize length;
  char *text;

  if (sealed == NULL) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "No codes were made");
    return FALSE;
  }
  text = postern_unseal (store_of (self), "flows", CODES, self->context->flow->id, sealed, &length, error);
  if (text == NULL)
    return FALSE;
  self->codes = g_strsplit (text, "\n", -1);
  postern_secret_free (text);
  return TRUE;
}

/* The link to save them needs no script: what is saved stands in it. */
static void
show (Set *self)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autofree char *lines = g_strjoinv ("\n", self->codes);
  g_autofree char *text = g_strdup_printf ("%s\n\n%s\n", postern_tenant_get_issuer (self->context->tenant), lines);
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);
  g_autofree char *link = g_strconcat ("data:text/plain;charset=utf-8,", escaped, NULL);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  for (guint i = 0; self->codes[i]; i++)
    g_variant_builder_add (&entries, "v", g_variant_new_string (self->codes[i]));
  postern_json_object_add (&model, "codes", g_variant_builder_end (&entries));
  postern_json_object_add_string (&model, "download", link);
  postern_step_return_prompt (self->step, postern_prompt_new_page ("recovery-codes", postern_json_object_end (&model)));
}

static gboolean
put_each (PosternTxn *txn, Set *self, GError **error)
{
  gint64 now = postern_flow_context_now ();

  for (guint i = 0; self->codes[i]; i++) {
    g_autoptr (PosternCredential) credential = postern_credential_new ();

    credential->id = postern_id_new ("crd");
    credential->user_id = g_strdup (self->user->id);
    credential->kind = g_strdup (POSTERN_RECOVERY_CODE_KIND);
    credential->value = postern_recovery_code_dup_hash (store_of (self), self->user->id, self->codes[i]);
    credential->created_at = credential->updated_at = now;
    if (!postern_credential_store_put (txn, credential, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
replace (PosternTxn *txn, gpointer user_data, GError **error)
{
  Set *self = user_data;

  return postern_credential_store_delete_kind (txn, self->user->id, POSTERN_RECOVERY_CODE_KIND, error) && put_each (txn, self, error);
}

/* The old ones work until the person says that the new ones are kept. */
static void
keep (Set *self)
{
  const PosternFlowEnrolment enrolment = { self->user, replace, self, FALSE, NOTICE_NEW, "recovery-codes.made" };
  GError *error = NULL;

  if (!postern_flow_enrol (self->context, &enrolment, &error)) {
    postern_step_return_error (self->step, error);
    return;
  }
  postern_step_set_state (self->step, CODES, NULL);
  postern_step_return_user (self->step, self->user->id, "otp");
}

void
postern_recovery_code_set_answer (PosternStep *step)
{
  PosternFlowContext *context = postern_flow_ask_get_context (step);
  Set self = { step, context };
  gboolean begins = postern_step_get_phase (step) == POSTERN_STEP_BEGIN;
  GError *error = NULL;

  self.user = postern_flow_context_load_user (context, &error);
  if (self.user == NULL || (begins && !make (&self, &error)) || !open_set (&self, &error))
    postern_step_return_error (step, error);
  else if (begins)
    show (&self);
  else
    keep (&self);
  g_strfreev (self.codes);
}
