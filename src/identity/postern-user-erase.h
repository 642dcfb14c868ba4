/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/**
 * postern_user_erase: deletes @user and all that is theirs; what the audit log says of them beside their id is forgotten, and so are
 * invitations that were sent to their address, each with an entry by @by. The caller has ended their sessions before, and writes the
 * entry user.deleted behind it.
 */
gboolean postern_user_erase (PosternTxn *txn, const PosternUser *user, const PosternAuditBy *by, GError **error);

G_END_DECLS
