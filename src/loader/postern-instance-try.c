/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-instance-try.h"

#include <string.h>

#include "postern-authenticator.h"
#include "postern-error.h"

#define STATE "flw_check.state"

void
postern_instance_try_clear (PosternInstanceTrial *self)
{
  g_clear_pointer (&self->text, g_free);
}

static void
set (PosternInstanceTrial *self, gboolean good, const char *const *suspect, char *text)
{
  postern_instance_try_clear (self);
  self->good = good;
  self->suspect = suspect;
  self->text = text;
}

/* What the server would log, and which setting is then likely to be wrong. */
void
postern_instance_try_set_error (PosternInstanceTrial *self, const GError *error)
{
  static const char *const addresses[] = { "issuer", "token-endpoint", "profile-endpoint", NULL };
  static const char *const secrets[] = { "client-secret", "private-key", NULL };

  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE))
    set (self, FALSE, addresses, g_strdup_printf ("%s; see that the provider is up, and that this machine may reach it ([outbound] allow, firewall, DNS)", error->message));
  else if (strstr (error->message, "compare client-id"))
    set (self, FALSE, secrets, g_strdup (error->message));
  else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG))
    set (self, FALSE, NULL, g_strdup (error->message));
  else
    set (self, FALSE, addresses, g_strdup (error->message));
}

char *
postern_instance_try_explain (PosternInstance *instance, const GError *error)
{
  g_auto (PosternInstanceTrial) trial = { 0 };

  if (!g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE))
    return g_strdup (error->message);
  postern_instance_try_set_error (&trial, error);
  for (const char *const *name = trial.suspect; *name; name++)
    {
      const char *address = postern_settings_get_string (postern_instance_get_settings (instance), *name);

      if (address && strstr (error->message, address))
        return g_strdup_printf ("%s: %s", *name, trial.text);
    }
  return g_steal_pointer (&trial.text);
}

/* What comes back with a code; with iss, which providers may promise (RFC 9207), so that the code is asked about and not refused before. */
static GVariant *
make_input (PosternInstance *instance)
{
  const char *issuer = postern_settings_get_string (postern_instance_get_settings (instance), "issuer");
  GVariantBuilder input = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  g_variant_builder_add (&input, "{ss}", "code", "a-code-that-nobody-was-given");
  g_variant_builder_add (&input, "{ss}", "state", STATE);
  if (issuer && !strchr (issuer, '{')) /* else each tenant of the provider has its own */
    g_variant_builder_add (&input, "{ss}", "iss", issuer);
  return g_variant_builder_end (&input);
}

static PosternStep *
ask (PosternInstance *instance, const char *public_url, GCancellable *cancellable, PosternStepPhase phase, GVariant *state)
{
  g_autofree char *callback = g_strdup_printf ("%s/callback/%s", public_url, postern_instance_get_id (instance));
  PosternStep *step = postern_step_new (phase, "flw_check", callback);

  postern_step_set_callback_state (step, STATE);
  postern_step_set_cancellable (step, cancellable);
  if (state)
    {
      postern_step_load_state (step, state);
      postern_step_set_input (step, make_input (instance));
    }
  postern_authenticator_ask (POSTERN_AUTHENTICATOR (instance), step);
  return step;
}

/* A good provider refuses the code; one that refuses us says so before it looks at that. */
void
postern_instance_try (PosternInstance *instance, const char *public_url, GCancellable *cancellable, PosternInstanceTrial *trial)
{
  g_autoptr (PosternStep) begun = ask (instance, public_url, cancellable, POSTERN_STEP_BEGIN, NULL), ended = NULL;
  g_autoptr (GVariant) state = postern_step_dup_state (begun);
  PosternPrompt *prompt = postern_step_get_prompt (begun);
  const GError *error;

  if (postern_step_get_error (begun))
    {
      postern_instance_try_set_error (trial, postern_step_get_error (begun));
      return;
    }
  if (!prompt || postern_prompt_get_kind (prompt) == POSTERN_PROMPT_PAGE)
    {
      set (trial, TRUE, NULL, g_strdup ("it sends nobody anywhere, so that there is no provider to ask"));
      return;
    }
  ended = ask (instance, public_url, cancellable, POSTERN_STEP_CALLBACK, state);
  error = postern_step_get_error (ended);
  if (!error)
    set (trial, FALSE, NULL, g_strdup ("the provider took a code that it gave nobody; do not use it"));
  else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER) && !strstr (error->message, "compare client-id"))
    set (trial, TRUE, NULL, g_strdup_printf ("the provider answers, and refused a made-up code as it should (%s)", error->message));
  else
    postern_instance_try_set_error (trial, error);
}
