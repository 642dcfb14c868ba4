/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"
#include "postern-store.h"

G_BEGIN_DECLS

/**
 * PosternKeyRing: a tenant's signing keys: per algorithm one `next` (published, not used yet), one `current` (signs) and the
 * `previous` ones (published until the last token they signed has expired). Thread-safe; reading takes no lock that a
 * rotation holds while generating.
 */
#define POSTERN_TYPE_KEY_RING (postern_key_ring_get_type ())
G_DECLARE_FINAL_TYPE (PosternKeyRing, postern_key_ring, POSTERN, KEY_RING, GObject)

PosternKeyRing *postern_key_ring_new (PosternStore *store, GError **error);
/** postern_key_ring_dup_current: made on first use for @alg (blocks then). (transfer full) (nullable) */
PosternJwk *postern_key_ring_dup_current (PosternKeyRing *self, PosternJoseAlg alg, GError **error);
/** postern_key_ring_peek_current: never blocks, never makes one. (transfer full) (nullable) */
PosternJwk *postern_key_ring_peek_current (PosternKeyRing *self, PosternJoseAlg alg);
/** postern_key_ring_dup_public: all that are published. (transfer full) */
PosternJwkSet *postern_key_ring_dup_public (PosternKeyRing *self);
/** postern_key_ring_rotate: next becomes current, current previous, and a new next is made, in one transaction. */
gboolean postern_key_ring_rotate (PosternKeyRing *self, PosternJoseAlg alg, GError **error);
/** postern_key_ring_maintain: the schedule: rotates what is due, retires what nobody needs. Under a lease. */
gboolean postern_key_ring_maintain (PosternKeyRing *self, gint64 now, GError **error);

G_END_DECLS
