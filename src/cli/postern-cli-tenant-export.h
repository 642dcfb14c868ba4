/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

G_BEGIN_DECLS

/** postern_cli_tenant_export_run: the verb `tenant export`. */
gboolean postern_cli_tenant_export_run (PosternCliCall *call, GError **error);

#define POSTERN_CLI_TENANT_EXPORT_OPTIONS \
  { "password-hashes", POSTERN_CLI_TRUE, NULL, NULL, "Also the hashes of passwords; needs the permission users:export" }

G_END_DECLS
