/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#define COLUMNS "id url events enabled position delivered missed failures due_at disabled_reason"

#define ABOUT                                                                                                              \
  { "endpoint", POSTERN_CLI_STRING, "url", "URL", "Where events are sent" },                                                    \
  { "event", POSTERN_CLI_LIST, "events", "EVENT", "An event (user.created), a group (user.*) or all (*); may be repeated" }, \
  { "description", POSTERN_CLI_STRING, "description", "TEXT", "What it is for" }

static const PosternCliOption create_options[] = { ABOUT, { NULL } };

static const PosternCliOption update_options[] = {
  ABOUT,
  { "enable", POSTERN_CLI_TRUE, "enabled", NULL, "Send events; what it has not had comes first" },
  { "disable", POSTERN_CLI_FALSE, "enabled", NULL, "Send none for now" },
  { NULL },
};

static const PosternCliOption rotate_options[] = { { "overlap", POSTERN_CLI_INTEGER, "overlap", "SECONDS", "How long the secret before signs, too; a day unless given" }, { NULL } };

static const PosternCliOption replay_options[] = { { "from", POSTERN_CLI_STRING, "from", "NUMBER|TIME", "The first entry of the audit log, or 2026-01-31T00:00:00Z" }, { NULL } };

/* Whoever tries it in a script wants to see in the exit code whether it arrived. */
static gboolean
run_test (PosternCliCall *call, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (postern_cli_call_get_operand (call, 0), NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/v1/webhooks/%s/test", escaped);
  g_autoptr (GVariant) attempt = NULL;
  gint64 status;

  if (!postern_cli_call_api (call, "POST", path, NULL, &attempt, error))
    return FALSE;
  status = postern_json_get_int64 (attempt, "status", 0);
  if (call->json)
    postern_cli_print_answer (call, attempt);
  else if (status != 0)
    g_print ("answered %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT " ms\n", status, postern_json_get_int64 (attempt, "milliseconds", 0));
  else
    g_print ("no answer: %s\n", postern_json_get_string (attempt, "error"));
  if (status < 200 || status > 299)
    call->exit = POSTERN_CLI_FAILED;
  return TRUE;
}

static const PosternCliCommand commands[] = {
  { "create", NULL, "Makes a webhook and shows its secret, this once.", "POST", "/api/v1/webhooks", NULL, create_options },
  { "list", NULL, "Lists webhooks, and how far each is in the audit log.", "GET", "/api/v1/webhooks", COLUMNS },
  { "show", "WEBHOOK", "Shows a webhook by its id.", "GET", "/api/v1/webhooks/{}" },
  { "update", "WEBHOOK", "Changes what is given.", "PATCH", "/api/v1/webhooks/{}", NULL, update_options },
  { "delete", "WEBHOOK", "Deletes a webhook.", "DELETE", "/api/v1/webhooks/{}" },
  { "test", "WEBHOOK", "Sends a test at once, and prints what was answered.", NULL, NULL, NULL, NULL, run_test },
  { "rotate", "WEBHOOK", "Gives it another secret and shows it, this once; the one before signs, too, for a while.", "POST", "/api/v1/webhooks/{}/rotate", NULL, rotate_options },
  { "replay", "WEBHOOK", "Sends all events once more from an entry of the audit log on.", "POST", "/api/v1/webhooks/{}/replay", NULL, replay_options },
  { "attempts", "WEBHOOK", "Lists the latest events that were sent, and what was answered.", "GET", "/api/v1/webhooks/{}/attempts", "at event number status milliseconds error id" },
  { "events", NULL, "Lists all events that there are.", "GET", "/api/v1/events", "name when data" },
  { NULL },
};

const PosternCliNoun postern_cli_webhook = { "webhook", "Servers that are told what happens here.", commands };
