/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files-server.h"

static gboolean
export (PosternCliCall *call, GError **error)
{
  g_auto (PosternFilesServer) server = { NULL };
  g_autoptr (GVariant) summary = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  guint n_written, n_removed, n_blank = 0;

  gboolean people = postern_cli_call_has (call, "people");

  if (!postern_files_server_fetch (&server, call, people, error) ||
      !postern_files_folder_write (postern_cli_call_get_operand (call, 0), server.things, people, &n_written, &n_removed, error))
    return FALSE;
  for (guint i = 0; i < server.things->len; i++)
    n_blank += postern_files_thing_is_blank (server.things->pdata[i]);
  g_variant_dict_insert (&dict, "things", "x", (gint64) (server.things->len - n_blank));
  g_variant_dict_insert (&dict, "files_written", "x", (gint64) n_written);
  g_variant_dict_insert (&dict, "files_removed", "x", (gint64) n_removed);
  summary = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_cli_print_answer (call, summary);
  return TRUE;
}

static const PosternCliOption options[] = {
  { "people", POSTERN_CLI_TRUE, NULL, NULL, "And who has which roles, belongs to which organization and is in which of its groups, by their ids" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "", "FOLDER", "Writes what is set up into a folder, a file a thing: applications, resources, roles, connectors, organizations, webhooks, the policy, how pages look; no secrets, and no people unless --people is said.", .options = options, .run = export },
  { NULL },
};

const PosternCliNoun postern_cli_export = { "export", "What is set up, as a folder of files.", commands };
