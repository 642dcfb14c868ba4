/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define LOOK_EVERY_MS 200
#define LOOK_TIMES 300 /* a minute */

/* Says what each messenger answered, as it comes. */
static gboolean
follow (PosternCliCall *call, const char *id, GVariant **last, GError **error)
{
  g_autofree char *path = g_strconcat ("/api/v1/messages/", id, NULL);
  gint64 told = 0;

  for (guint i = 0; i < LOOK_TIMES; i++)
    {
      g_clear_pointer (last, g_variant_unref);
      if (!postern_cli_call_api (call, "GET", path, NULL, last, error))
        return FALSE;
      if (g_strcmp0 (postern_json_get_string (*last, "state"), "waiting") != 0)
        return TRUE;
      if (postern_json_get_string (*last, "result") != NULL && postern_json_get_int64 (*last, "updated_at", 0) != told)
        {
          told = postern_json_get_int64 (*last, "updated_at", 0);
          g_printerr ("%s: %s; it is tried again\n", postern_json_get_string (*last, "messenger"), postern_json_get_string (*last, "result"));
        }
      g_usleep (LOOK_EVERY_MS * 1000);
    }
  return TRUE;
}

static gboolean
run_test (PosternCliCall *call, GError **error)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new_parsed ("{'recipient': <%s>}", postern_cli_call_get_operand (call, 0)));
  g_autoptr (GVariant) added = NULL, last = NULL;
  const char *state, *result, *messenger;

  if (!postern_cli_call_api (call, "POST", "/api/v1/messages", body, &added, error)
      || !follow (call, postern_json_get_string (added, "id"), &last, error))
    return FALSE;
  state = postern_json_get_string (last, "state");
  result = postern_json_get_string (last, "result");
  messenger = postern_json_get_string (last, "messenger");
  if (call->json)
    postern_cli_print_answer (call, last);
  else
    g_print ("%s%s%s: %s\n", state, messenger ? " by " : "", messenger ? messenger : "", result ? result : "nobody said anything");
  if (g_strcmp0 (state, "sent") != 0)
    call->exit = POSTERN_CLI_FAILED;
  return TRUE;
}

#define COLUMNS "id created_at channel recipient template state attempts messenger result"

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists what is to be sent and what was, the newest first.", "GET", "/api/v1/messages", COLUMNS },
  { "show", "MESSAGE", "Shows what became of a message; not what it says.", "GET", "/api/v1/messages/{}" },
  { "retry", "MESSAGE", "Sends one that waits or was refused now, until it lapses.", "POST", "/api/v1/messages/{}/retry", COLUMNS },
  { "test", "RECIPIENT", "Sends a test to an e-mail address or a number, and prints what the messenger's server said.", NULL, NULL, NULL, NULL, run_test },
  { NULL },
};

const PosternCliNoun postern_cli_message = { "message", "Messages to people, and what became of them.", commands };
