/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-txn.h"

G_BEGIN_DECLS

/** PosternRedeem: private to this room: how a secret is used once. */
typedef struct {
  const char *what; /* its name in an error */
  const char *mark; /* the one statement by which the database decides */
  const char *look; /* "SELECT used_at …": only explains a refusal */
} PosternRedeem;

/**
 * postern_redeem: NOT_FOUND where there is no such secret, CONFLICT when it was used before, STALE when it is over for another reason.
 * @values: of @mark; @look gets them without the last one, the time
 */
gboolean postern_redeem (PosternTxn *txn, const PosternRedeem *self, const PosternValue *values, guint n_values, GError **error);

G_END_DECLS
