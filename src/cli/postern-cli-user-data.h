/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-cli.h"

G_BEGIN_DECLS

/** postern_cli_user_data_run: prints all that is kept about one person as one document, in however many parts it comes. */
gboolean postern_cli_user_data_run (PosternCliCall *call, GError **error);

G_END_DECLS
