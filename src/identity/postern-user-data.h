/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-geoip.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/** PosternUserDataReader: who puts it together; all is borrowed */
typedef struct {
  const char *issuer;
  PosternGeoip *geoip;   /* (nullable) */
  const char *languages; /* (nullable): as in Accept-Language: in which places are named */
} PosternUserDataReader;

/**
 * postern_user_data_read: all that is kept about @user, for them, or for who answers them (GDPR, article 15): but for secrets, which would be worth
 * stealing, the operator's own notes, and rows that only say, by a hash, which browser is known. The person and an administrator get the same.
 * Returns: (transfer full) (nullable): a{sv}
 */
GVariant *postern_user_data_read (const PosternUserDataReader *reader, PosternTxn *txn, const PosternUser *user, GError **error);

G_END_DECLS
