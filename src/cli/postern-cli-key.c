/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

static const PosternCliOption rotate_options[] = {
  { "alg", POSTERN_CLI_STRING, "alg", "ALG", "Which (needed): RS256, PS256, ES256, ES384, EdDSA" },
  { NULL },
};

#define COLUMNS "kid alg state created_at activated_at expires_at"

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists the keys that sign tokens.", "GET", "/api/v1/keys", COLUMNS },
  { "rotate", NULL, "The next key signs from now on; the current one is still published until its last token has expired.", "POST", "/api/v1/keys/rotate", COLUMNS, rotate_options },
  { NULL },
};

const PosternCliNoun postern_cli_key = { "key", "The keys that sign tokens.", commands };
