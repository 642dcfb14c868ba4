/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-policy.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Who has lost all second factors asks an administrator, who asks for a reset. It waits for as long as the policy says, the person is
 * told by mail, and whoever shows a second factor in the meantime ends it: so neither a voice on the telephone nor an administrator
 * takes an account over unseen. It happens at the next sign-in after that, behind the first factor.
 */

/** postern_factor_reset_request: in place of one that waits. @due_at: (out): seconds since 1970 */
gboolean postern_factor_reset_request (PosternTxn *txn, PosternPolicy *policy, const char *user_id, gint64 now, gint64 *due_at, GError **error);
/** postern_factor_reset_cancel: none is no error. */
gboolean postern_factor_reset_cancel (PosternTxn *txn, const char *user_id, GError **error);
/** postern_factor_reset_get_due: @credentials: (element-type PosternCredential): all of a person's. 0: none waits */
gint64 postern_factor_reset_get_due (GPtrArray *credentials);
/** postern_factor_reset_apply: takes all second factors and remembered browsers. Sessions are the caller's. CONFLICT when none is due: one statement decides. */
gboolean postern_factor_reset_apply (PosternTxn *txn, const char *user_id, gint64 now, GError **error);

G_END_DECLS
