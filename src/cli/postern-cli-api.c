/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <string.h>

static gboolean
is_method (const char *method)
{
  static const char *const methods[] = { "GET", "POST", "PATCH", "PUT", "DELETE", NULL };

  return g_strv_contains (methods, method);
}

/* As it stands, from below /api/v1 on: what no verb does can be done by it, and what a verb does can be seen. */
static gboolean
call_api (PosternCliCall *call, GError **error)
{
  const char *method = postern_cli_call_get_operand (call, 0), *path = postern_cli_call_get_operand (call, 1);
  const char *text = postern_cli_call_get_value (call, "body");
  g_autoptr (GVariant) body = text ? postern_json_parse_object (text, -1, 0, error) : NULL, answer = NULL;
  g_autofree char *full = g_strconcat ("/api/v1", path, NULL);

  if (text != NULL && body == NULL)
    return FALSE;
  if (!is_method (method) || *path != '/' || strpbrk (path, " #\r\n") != NULL)
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "give a method and a path below /api/v1, as: postern api GET /users?limit=5");
      return FALSE;
    }
  if (!postern_cli_call_api (call, method, full, body, &answer, error))
    return FALSE;
  call->json = TRUE; /* of what it is nobody here knows columns */
  postern_cli_print_answer (call, answer);
  return TRUE;
}

static const PosternCliOption options[] = {
  { "body", POSTERN_CLI_STRING, NULL, "JSON", "What is sent" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "", "METHOD PATH", "Calls the management API and prints its answer; PATH is below /api/v1, with its query. `postern api GET /openapi.json` describes it.", .options = options, .run = call_api },
  { NULL },
};

const PosternCliNoun postern_cli_api = { "api", "The management API as it is.", commands };
