/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

G_BEGIN_DECLS

/* What `postern connector` does with instances that the database of the running server keeps. The first operand is the id; the
 * others are NAME=VALUE, where a VALUE of "-" is all of standard input, so that no process list shows it. */
gboolean postern_cli_stored_create (PosternCliCall *call, GError **error);
gboolean postern_cli_stored_update (PosternCliCall *call, GError **error);
gboolean postern_cli_stored_enable (PosternCliCall *call, GError **error);
gboolean postern_cli_stored_disable (PosternCliCall *call, GError **error);
gboolean postern_cli_stored_delete (PosternCliCall *call, GError **error);

G_END_DECLS
