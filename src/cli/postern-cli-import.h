/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

G_BEGIN_DECLS

/** postern_cli_import_run: the verb `user import`. */
gboolean postern_cli_import_run (PosternCliCall *call, GError **error);

#define POSTERN_CLI_IMPORT_OPTIONS                                                                                                      \
  { "format", POSTERN_CLI_STRING, NULL, "FORMAT", "csv, auth0, keycloak, firebase, logto, okta or postern" },                                    \
  { "dry-run", POSTERN_CLI_TRUE, NULL, NULL, "Changes nothing and says what would happen" },                                            \
  { "report", POSTERN_CLI_STRING, NULL, "FILE", "Adds a line of JSON for each record that is refused or loses something" },             \
  { "connector", POSTERN_CLI_LIST, NULL, "PROVIDER=ID", "Which connector here is the other server's provider; may be given again" },    \
  { "firebase-signer-key", POSTERN_CLI_SECRET, NULL, "BASE64", "base64_signer_key of the project; - reads it from standard input" },    \
  { "firebase-salt-separator", POSTERN_CLI_STRING, NULL, "BASE64", "base64_salt_separator of the project" },                            \
  { "firebase-rounds", POSTERN_CLI_INTEGER, NULL, "N", "rounds of the project; 8 without it" },                                         \
  { "firebase-memory-cost", POSTERN_CLI_INTEGER, NULL, "N", "mem_cost of the project; 14 without it" }

G_END_DECLS
