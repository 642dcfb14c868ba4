/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists what was done, oldest first.", "GET", "/api/v1/audit", "at event actor target remote_address" },
  { NULL },
};

const PosternCliNoun postern_cli_audit = { "audit", "What was done, and by whom.", commands };
