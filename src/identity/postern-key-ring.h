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
/**
 * postern_key_ring_peek_current: never blocks, never makes one. NULL also when others changed the store and nobody has looked
 * for 50 ms: then postern_key_ring_dup_current() looks, and peeking works again. (transfer full) (nullable)
 */
PosternJwk *postern_key_ring_peek_current (PosternKeyRing *self, PosternJoseAlg alg);
/** postern_key_ring_dup_public: all that are published; reads the store at most twenty times a second. (transfer full) */
PosternJwkSet *postern_key_ring_dup_public (PosternKeyRing *self);
/**
 * postern_key_ring_dup_public_with: likewise, for a token whose header names the key @kid: where that is not known, another process may have
 * begun to sign with it just now, and the store is read. (transfer full)
 */
PosternJwkSet *postern_key_ring_dup_public_with (PosternKeyRing *self, const char *kid);
/** postern_key_ring_peek_public: never blocks; NULL as postern_key_ring_peek_current(). (transfer full) (nullable) */
PosternJwkSet *postern_key_ring_peek_public (PosternKeyRing *self);
/** postern_key_ring_rotate: next becomes current, current previous, and a new next is made, in one transaction. */
gboolean postern_key_ring_rotate (PosternKeyRing *self, PosternJoseAlg alg, GError **error);
/**
 * postern_key_ring_maintain: the schedule: rotates what has signed for 90 days, deletes what nobody needs any more. Under a
 * lease, so any worker may call it at any time; about once an hour is right. @now in seconds
 */
gboolean postern_key_ring_maintain (PosternKeyRing *self, gint64 now, GError **error);

G_END_DECLS
