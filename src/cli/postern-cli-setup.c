/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

static gboolean
run (PosternCliCall *call, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (!postern_cli_call_api (call, "POST", "/api/v1/setup", call->body, &answer, error))
    return FALSE;
  if (call->json)
    postern_cli_print_answer (call, answer);
  else
    g_print ("Open this link within an hour; it works once and makes you the administrator:\n\n  %s\n", postern_json_get_string (answer, "url"));
  return TRUE;
}

static const PosternCliCommand commands[] = {
  { "", NULL, "Prints a link, good once and for an hour, under which the first administrator is made.", NULL, NULL, NULL, NULL, run },
  { NULL },
};

const PosternCliNoun postern_cli_setup = { "setup", "Prints the link that makes the first administrator.", commands };
