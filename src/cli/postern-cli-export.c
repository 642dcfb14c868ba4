/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files-server.h"

static gboolean
export (PosternCliCall *call, GError **error)
{
  g_auto (PosternFilesServer) server = { NULL };
  g_autoptr (GVariant) summary = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  guint n_written, n_removed, n_blank = 0;

  if (!postern_files_server_fetch (&server, call, error) || !postern_files_folder_write (postern_cli_call_get_operand (call, 0), server.things, &n_written, &n_removed, error))
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

static const PosternCliCommand commands[] = {
  { "", "FOLDER", "Writes what is set up into a folder, a file a thing: applications, resources, roles, connectors, organizations, webhooks, the policy, how pages look; no people, and no secrets.", .run = export },
  { NULL },
};

const PosternCliNoun postern_cli_export = { "export", "What is set up, as a folder of files.", commands };
