/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <argon2.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternPasswordArgon2: what a hash is made with (RFC 9106 section 3.1); @memory in KiB. */
typedef struct {
  guint32 memory, iterations, lanes, version;
} PosternPasswordArgon2;

/**
 * postern_password_argon2_hash: by libargon2, the reference; whatever the shape. @hash: @length bytes.
 * Returns: FALSE: there is no memory, or the shape is none
 */
gboolean postern_password_argon2_hash (const PosternPasswordArgon2 *shape, argon2_type type, const char *password, GBytes *salt, guint8 *hash, gsize length);

/**
 * postern_password_sodium_fits: whether libsodium is there and computes this shape: Argon2id of one lane and today's version, 16 bytes of
 * salt. It is twice as fast, having code for AVX2 and AVX-512 that Debian's libargon2 is built without; and the same to the bit.
 */
gboolean postern_password_sodium_fits (const PosternPasswordArgon2 *shape, argon2_type type, GBytes *salt, gsize length);
/** postern_password_sodium_hash: as postern_password_argon2_hash(), for what fits; in its thread's memory where the build found the static library. */
gboolean postern_password_sodium_hash (const PosternPasswordArgon2 *shape, const char *password, GBytes *salt, guint8 *hash, gsize length);

G_END_DECLS
