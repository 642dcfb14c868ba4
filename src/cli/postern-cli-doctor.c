/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* First what can be seen from here, then what the server itself finds. */
typedef struct {
  PosternCliCall *call;
  GVariantBuilder items;
  gboolean good;
} Doctor;

static void
add (Doctor *self, const char *check, gboolean good, const char *text)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "check", "s", check);
  g_variant_dict_insert (&dict, "ok", "b", good);
  g_variant_dict_insert (&dict, "text", "s", text);
  g_variant_builder_add_value (&self->items, g_variant_dict_end (&dict));
  self->good = self->good && good;
}

static void
check_folder (Doctor *self, PosternConfig *config)
{
  const char *folder = postern_config_get_string (config, "server.data-dir");
  struct stat st;
  g_autofree char *text = NULL;
  gboolean there = g_stat (folder, &st) == 0 && S_ISDIR (st.st_mode);
  gboolean tight = there && (st.st_mode & 022) == 0;

  text = g_strdup_printf ("%s%s", folder, !there ? " does not exist; the server makes it when it starts" : !tight ? " can be written by others; run chmod go-w on it" : "");
  add (self, "data-dir", tight, text);
}

static void
check_key (Doctor *self, PosternConfig *config)
{
  const char *file = postern_config_get_string (config, "database.master-key");
  struct stat st;
  g_autofree char *text = NULL;

  if (file == NULL || *file == '\0' || g_stat (file, &st) != 0)
    return; /* a credential, or not made yet */
  text = g_strdup_printf ("%s%s", file, (st.st_mode & 077) != 0 ? " can be read by others; run chmod 600 on it" : "; keep a copy of it apart from the database's backups");
  add (self, "master-key", (st.st_mode & 077) == 0, text);
}

static void
ask_server (Doctor *self)
{
  g_autoptr (GVariant) answer = NULL, items = NULL;
  g_autoptr (GError) error = NULL;

  if (!postern_cli_call_api (self->call, "GET", "/api/v1/doctor", NULL, &answer, &error))
    {
      add (self, "server", FALSE, error->message);
      self->call->exit = error->domain == G_IO_ERROR ? POSTERN_CLI_NO_SERVER : POSTERN_CLI_FAILED;
      return;
    }
  add (self, "server", TRUE, "answers");
  items = postern_json_get (answer, "items");
  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i);
      g_autoptr (GVariant) row = g_variant_get_variant (box);
      const char *check = postern_json_get_string (row, "check"), *text = postern_json_get_string (row, "text");

      add (self, check ? check : "?", postern_json_get_boolean (row, "ok", FALSE), text ? text : "");
    }
}

static gboolean
run (PosternCliCall *call, GError **error)
{
  Doctor self = { call, G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}")), TRUE };
  PosternConfig *config = postern_cli_call_get_config (call, error);
  g_autoptr (GVariant) answer = NULL;
  GVariantDict dict;

  if (config == NULL)
    {
      g_variant_builder_clear (&self.items);
      return FALSE;
    }
  add (&self, "configuration", TRUE, "can be read");
  check_folder (&self, config);
  check_key (&self, config);
  ask_server (&self);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&self.items));
  g_variant_dict_insert (&dict, "ok", "b", self.good);
  answer = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_cli_print_answer (call, answer);
  if (!self.good && call->exit == POSTERN_CLI_DONE)
    call->exit = POSTERN_CLI_FAILED;
  return TRUE;
}

static const PosternCliCommand commands[] = {
  { "", NULL, "Looks at configuration, files and the running server, and says what to do about what it finds.", NULL, NULL, "check ok text", NULL, run },
  { NULL },
};

const PosternCliNoun postern_cli_doctor = { "doctor", "Finds out what is wrong, and says what to do.", commands };
