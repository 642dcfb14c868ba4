/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

#define POSTERN_MAC_BYTES 32

/**
 * postern_mac_make: HMAC-SHA-256 of @parts (NULL-terminated; the first says what for) under a key of its own derived from the
 * master key: for what is so short that a thief of the database could guess it from a plain hash.
 * @digest: (out) POSTERN_MAC_BYTES
 */
void postern_mac_make (PosternStore *store, const char *const *parts, guint8 *digest);
/** postern_mac_dup: the same as base64url. (transfer full) */
char *postern_mac_dup (PosternStore *store, const char *const *parts);

G_END_DECLS
