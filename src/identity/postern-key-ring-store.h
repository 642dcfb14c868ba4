/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/* What the key ring does in the store, each in one transaction. Internal to the ring, and to the audit log's key, which is sealed alike. */

/** what a key is for: the ring's own sign tokens; the other, the audit log (postern-audit-key.h) */
#define POSTERN_KEY_USE_TOKENS "sig"
#define POSTERN_KEY_USE_AUDIT "audit"

/** postern_key_ring_store_make: a new key, sealed, not stored yet; slow for RSA. @use, @state: static. (transfer full) (nullable) */
PosternKey *postern_key_ring_store_make (PosternStore *store, const char *use, PosternJoseAlg alg, const char *state, gint64 now, GError **error);
/** postern_key_ring_store_open: the private key of a row. (transfer full) (nullable) */
PosternJwk *postern_key_ring_store_open (PosternStore *store, PosternKey *row, GError **error);
/** postern_key_ring_store_list: (transfer full) (nullable) (element-type PosternKey) */
GPtrArray *postern_key_ring_store_list (PosternStore *store, GError **error);
/** postern_key_ring_store_find: the first of @use, @alg and @state. (transfer none) (nullable) */
PosternKey *postern_key_ring_store_find (GPtrArray *rows, const char *use, const char *alg, const char *state);
/** postern_key_ring_store_insert: @second (nullable). CONFLICT when another process was faster. */
gboolean postern_key_ring_store_insert (PosternStore *store, PosternKey *first, PosternKey *second, GError **error);
/** postern_key_ring_store_rotate: current → previous until @keep_until, next → current, @fresh becomes the next (the current if there was no next). */
gboolean postern_key_ring_store_rotate (PosternStore *store, PosternKey *fresh, gint64 now, gint64 keep_until, GError **error);
/** postern_key_ring_store_sweep: takes the lease and deletes previous ones that are over; @held (out): whether the lease is ours */
gboolean postern_key_ring_store_sweep (PosternStore *store, const char *holder, gint64 now, gboolean *held, GError **error);

G_END_DECLS
