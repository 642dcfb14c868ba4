/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

static const PosternCliOption list_options[] = {
  { "user", POSTERN_CLI_STRING, "?user", "USER", "Only of this user" },
  { "all", POSTERN_CLI_TRUE, "?all", NULL, "Also those that have ended" },
  { NULL },
};

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists who is signed in.", "GET", "/api/v1/sessions", "id user_id remote_address user_agent used_at expires_at ended_at", list_options },
  { "show", "SESSION", "Shows a session.", "GET", "/api/v1/sessions/{}" },
  { "end", "SESSION", "Signs a browser out, and tells the applications it was signed in to.", "DELETE", "/api/v1/sessions/{}" },
  { NULL },
};

const PosternCliNoun postern_cli_session = { "session", "Browsers that are signed in.", commands };
