/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"

G_BEGIN_DECLS

#define POSTERN_JWE_MAX_BYTES (96 * 1024) /* of a token: room for a signed one of POSTERN_JWS_MAX_BYTES within */
#define POSTERN_JWE_MAX_PLAIN (64 * 1024) /* bytes that can be encrypted */

/** PosternJweAlg: how the content's key reaches the recipient (RFC 7518 section 4.1): of each type of key the one that is sound. */
typedef enum {
  POSTERN_JWE_ALG_UNKNOWN,
  POSTERN_JWE_ALG_RSA_OAEP_256,
  POSTERN_JWE_ALG_ECDH_ES /* directly, with P-256, P-384 or P-521 */
} PosternJweAlg;

/** PosternJweEnc: how the content is encrypted (RFC 7518 section 5.1). */
typedef enum {
  POSTERN_JWE_ENC_UNKNOWN,
  POSTERN_JWE_ENC_A128GCM,
  POSTERN_JWE_ENC_A256GCM
} PosternJweEnc;

/** postern_jwe_alg_from_string, postern_jwe_enc_from_string: exact; UNKNOWN for anything else and for NULL */
POSTERN_JOSE_API PosternJweAlg postern_jwe_alg_from_string (const char *name);
POSTERN_JOSE_API PosternJweEnc postern_jwe_enc_from_string (const char *name);

/**
 * postern_jwe_find_key: the key of a recipient's published set to encrypt to: the first whose type, `alg`, `use` and
 * `key_ops` allow @alg; one that says `use` "enc" goes before one that does not say.
 * Returns: (transfer none) (nullable)
 */
POSTERN_JOSE_API PosternJwk *postern_jwe_find_key (PosternJwkSet *keys, PosternJweAlg alg);

/**
 * postern_jwe_encrypt: compact serialization (RFC 7516 section 7.1), with a new content key. Thread-safe.
 * @key: the recipient's, public or private
 * @cty: (nullable): what is within: "JWT" for a nested token (RFC 7519 section 5.2)
 * @plain: at most POSTERN_JWE_MAX_PLAIN bytes
 * Returns: (transfer full) (nullable): NULL with INVALID or KEY
 */
POSTERN_JOSE_API char *postern_jwe_encrypt (PosternJwk *key, PosternJweAlg alg, PosternJweEnc enc, const char *cty, GBytes *plain, GError **error);

/**
 * postern_jwe_decrypt: strict. JSON serializations, `crit`, `zip`, other algorithms, points off the key's curve are refused;
 * header keys (`jwk`, `jku`, `x5u`, `x5c`) are never used. Who made a token is not known by its being encrypted: what is
 * within must be signed, or mean nothing. Thread-safe.
 * @keys: ours, private: the header's `kid` chooses, the key's type decides the algorithm
 * @cty: (nullable): what must be within, ASCII case-insensitively; NULL: not asked
 * @header: (out) (optional) (transfer full): a{sv}
 * Returns: (transfer full) (nullable): zeroed when freed. NULL with INVALID, UNSUPPORTED or KEY for what anybody can read off
 * the token, and with the one DECRYPTION for all that depends on the key
 */
POSTERN_JOSE_API GBytes *postern_jwe_decrypt (const char *token, gssize length, PosternJwkSet *keys, const char *cty, GVariant **header, GError **error);

G_END_DECLS
