/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/**
 * postern_proof_take_address: somebody showed to read @address, which is @user's e-mail address. If it had not been proved
 * before, whoever set the account up need not have been who reads the address: its password, other credentials, identities,
 * telephone number and remembered browsers go, and the address counts as proved from now on. Sessions and grants are the caller's.
 * @user: changed, too. Nothing happens when the address was proved, or is another one.
 */
gboolean postern_proof_take_address (PosternTxn *txn, PosternUser *user, const char *address, gint64 now, GError **error);

G_END_DECLS
