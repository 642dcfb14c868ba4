/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

#include "postern-cli.h"

G_BEGIN_DECLS

/** postern_cli_audit_export: signs a head, then writes the log into @file, as `audit export` prints it. */
gboolean postern_cli_audit_export (PosternCliCall *call, FILE *file, GError **error);

G_END_DECLS
