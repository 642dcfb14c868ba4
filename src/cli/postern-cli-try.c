/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-try.h"

#include <string.h>

#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-http-client.h"
#include "postern-instance-file.h"
#include "postern-instance-try.h"

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

static void
add_trial (Try *self, PosternInstanceTrial *trial)
{
  add (self, trial->suspect, trial->good, g_steal_pointer (&trial->text));
}

void
postern_cli_try (PosternConfig *config, PosternRegistry *registry, const char *path, GPtrArray *findings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternInstanceFile) file = postern_instance_file_load (path, &error);
  PosternPluginInfo *info = file ? postern_registry_find_info (registry, file->type) : NULL;
  Try self = { file, info, findings };
  g_auto (PosternInstanceTrial) trial = { 0 };
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
    postern_instance_try_set_error (&trial, error);
  else
    postern_instance_try (instance, postern_config_get_string (config, "server.public-url"), NULL, &trial);
  add_trial (&self, &trial);
}
