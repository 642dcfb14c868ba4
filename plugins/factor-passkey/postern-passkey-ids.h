/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/**
 * postern_passkey_ids_dup: the ids of the passkeys that @user_id has, as the browser says them, separated by spaces.
 * @count: (out) (nullable): how many
 * Returns: (transfer full) (nullable): NULL with @error
 */
char *postern_passkey_ids_dup (PosternFlowContext *context, const char *user_id, guint *count, GError **error);

G_END_DECLS
