/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-try.h"

#include <string.h>

#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-http-client.h"
#include "postern-instance-file.h"

#define STATE "flw_check.state"

typedef struct {
  PosternInstanceFile *file;
  PosternPluginInfo *info;
  GPtrArray *findings;
} Try;

/* The first of @names that an operator can write, and where it stands. */
static void
add (Try *self, const char *const *names, gboolean advice, char *text)
{
  PosternCliFinding *finding = g_new0 (PosternCliFinding, 1);
  g_autofree char *place = NULL;

  for (; names && *names && !finding->key; names++)
    for (guint i = 0; i < self->info->settings->len && !finding->key; i++)
      if (g_str_equal (((PosternSettingInfo *) self->info->settings->pdata[i])->name, *names))
        finding->key = g_strdup (*names);
  place = postern_instance_file_get_place (self->file, finding->key);
  finding->file = g_strdup (self->file->path);
  finding->line = (guint) g_ascii_strtoull (strrchr (place, ':') + 1, NULL, 10);
  finding->text = text;
  finding->advice = advice;
  g_ptr_array_add (self->findings, finding);
}

/* What the server would log, and which setting is then likely to be wrong. */
static void
add_error (Try *self, const GError *error)
{
  static const char *const addresses[] = { "issuer", "token-endpoint", "profile-endpoint", NULL };
  static const char *const secrets[] = { "client-secret", "private-key", NULL };

  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE))
    add (self, addresses, FALSE, g_strdup_printf ("%s; see that the provider is up, and that this machine may reach it ([outbound] allow, firewall, DNS)", error->message));
  else if (strstr (error->message, "compare client-id"))
    add (self, secrets, FALSE, g_strdup (error->message));
  else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG))
    add (self, NULL, FALSE, g_strdup (error->message));
  else
    add (self, addresses, FALSE, g_strdup (error->message));
}

static PosternStep *
ask (Try *self, PosternInstance *instance, PosternConfig *config, PosternStepPhase phase, GVariant *state)
{
  g_autofree char *callback = g_strdup_printf ("%s/callback/%s", postern_config_get_string (config, "server.public-url"), self->file->id);
  PosternStep *step = postern_step_new (phase, "flw_check", callback);

  postern_step_set_callback_state (step, STATE);
  if (state)
    {
      postern_step_load_state (step, state);
      postern_step_set_input (step, g_variant_new_parsed ("{'code': 'a-code-that-nobody-was-given', 'state': %s}", STATE));
    }
  postern_authenticator_ask (POSTERN_AUTHENTICATOR (instance), step);
  return step;
}

/* A good provider refuses the code; one that refuses us says so before it looks at that. */
static void
ask_twice (Try *self, PosternInstance *instance, PosternConfig *config)
{
  g_autoptr (PosternStep) begun = ask (self, instance, config, POSTERN_STEP_BEGIN, NULL), ended = NULL;
  g_autoptr (GVariant) state = postern_step_dup_state (begun);
  PosternPrompt *prompt = postern_step_get_prompt (begun);
  const GError *error;

  if (postern_step_get_error (begun))
    {
      add_error (self, postern_step_get_error (begun));
      return;
    }
  if (!prompt || postern_prompt_get_kind (prompt) == POSTERN_PROMPT_PAGE)
    {
      add (self, NULL, TRUE, g_strdup ("it sends nobody anywhere, so that there is no provider to ask"));
      return;
    }
  ended = ask (self, instance, config, POSTERN_STEP_CALLBACK, state);
  error = postern_step_get_error (ended);
  if (!error)
    add (self, NULL, FALSE, g_strdup ("the provider took a code that it gave nobody; do not use it"));
  else if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER) && !strstr (error->message, "compare client-id"))
    add (self, NULL, TRUE, g_strdup_printf ("the provider answers, and refused a made-up code as it should (%s)", error->message));
  else
    add_error (self, error);
}

void
postern_cli_try (PosternConfig *config, PosternRegistry *registry, const char *path, GPtrArray *findings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternInstanceFile) file = postern_instance_file_load (path, &error);
  PosternPluginInfo *info = file ? postern_registry_find_info (registry, file->type) : NULL;
  Try self = { file, info, findings };
  PosternInstance *instance;

  if (!info)
    return; /* the check has said so */
  if (!g_str_equal (info->kind, "connector"))
    {
      add (&self, NULL, TRUE, g_strdup ("it is no connector; there is no provider to ask"));
      return;
    }
  if (!postern_http_client_configure (postern_http_client_get_default (), postern_config_get_strv (config, "outbound.allow"),
                                      postern_config_get_string (config, "outbound.ca-file"), &error) ||
      !(instance = postern_registry_add_instance (registry, file->type, file->id, file->values, &error)))
    add_error (&self, error);
  else
    ask_twice (&self, instance, config);
}
