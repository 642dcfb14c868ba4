/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-cbor.h"

#include <openssl/evp.h>

G_BEGIN_DECLS

/* The algorithms of RFC 9053 and RFC 8812 that are taken, the one that is wanted most first. */
#define POSTERN_PASSKEY_ALG_ES256 (-7)
#define POSTERN_PASSKEY_ALG_EDDSA (-8)
#define POSTERN_PASSKEY_ALG_ES384 (-35)
#define POSTERN_PASSKEY_ALG_ES512 (-36)
#define POSTERN_PASSKEY_ALG_RS256 (-257)
#define POSTERN_PASSKEY_ALG_RS1 (-65535) /* with SHA-1: no credential's, but what many a TPM attests with */

/** PosternPasskeyKey: a credential's public key. */
typedef struct {
  gint64 alg;
  EVP_PKEY *key;
} PosternPasskeyKey;

/**
 * postern_passkey_key_read: of a COSE_Key (RFC 9052) that says one of the algorithms above, and nothing that it need not. The point must
 * lie on the curve; RSA has 2048 to 8192 bits.
 * Returns: FALSE when it is none; clear it after TRUE
 */
gboolean postern_passkey_key_read (PosternPasskeyKey *self, const PosternPasskeyCbor *cbor, const PosternPasskeyCborItem *map);
void postern_passkey_key_clear (PosternPasskeyKey *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternPasskeyKey, postern_passkey_key_clear)
/** postern_passkey_key_get_digest: the hash that @alg signs. (transfer none) (nullable): of one that is not known, or signs without */
const char *postern_passkey_key_get_digest (gint64 alg);
/** postern_passkey_key_verify: whether @signature is of @data and then @hash. */
gboolean postern_passkey_key_verify (EVP_PKEY *key, gint64 alg, PosternPasskeyBytes data, PosternPasskeyBytes hash, PosternPasskeyBytes signature);

G_END_DECLS
