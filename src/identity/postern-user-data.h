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

#define POSTERN_USER_DATA_ENTRIES 5000 /* of all lists together that one part holds at most */

/**
 * postern_user_data_read:
 * @after: (nullable): where the part before ended, as its `next` said
 *
 * All that is kept about @user, for them, or for who answers them (GDPR, articles 15 and 20): but for secrets, which would be worth
 * stealing, the operator's own notes, and rows that only say, by a hash, which browser is known. The person and an administrator get the same.
 *
 * Nobody has so much that it does not come whole, but it comes in parts: a part holds POSTERN_USER_DATA_ENTRIES entries, or a few megabytes, and what
 * is put together of it is in memory. `next` says where the one after it begins; the last one has none. Each has all lists, and what a list holds in
 * all parts together, in their order, is all of it.
 *
 * Returns: (transfer full) (nullable): a{sv}; INVALID_REQUEST where @after is no place
 */
GVariant *postern_user_data_read (const PosternUserDataReader *reader, PosternTxn *txn, const PosternUser *user, const char *after, GError **error);

/** postern_user_data_is_place: whether @after is of the form of a `next` */
gboolean postern_user_data_is_place (const char *after);

G_END_DECLS
