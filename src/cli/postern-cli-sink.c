/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

static const PosternCliOption replay_options[] = { { "from", POSTERN_CLI_STRING, "from", "NUMBER|TIME", "The first entry of the audit log, or 2026-01-31T00:00:00Z" }, { NULL } };

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists sinks that are given the audit log, and how far each is in it.", "GET", "/api/v1/sinks", "id type position behind delivered missed failures due_at error" },
  { "show", "SINK", "Shows a sink by its id.", "GET", "/api/v1/sinks/{}" },
  { "replay", "SINK", "Gives it all entries once more from one on, or passes over those before it.", "POST", "/api/v1/sinks/{}/replay", NULL, replay_options },
  { NULL },
};

const PosternCliNoun postern_cli_sink = { "sink", "Plugins that are given the audit log; they are set up as connectors.", commands };
