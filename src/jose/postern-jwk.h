/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define POSTERN_JOSE_API __attribute__ ((visibility ("default"))) extern

/** PosternJoseAlg: RFC 7518 and RFC 8037 signature algorithms we know. "none" does not exist here. */
typedef enum {
  POSTERN_JOSE_ALG_UNKNOWN,
  POSTERN_JOSE_ALG_RS256, POSTERN_JOSE_ALG_RS384, POSTERN_JOSE_ALG_RS512,
  POSTERN_JOSE_ALG_PS256, POSTERN_JOSE_ALG_PS384, POSTERN_JOSE_ALG_PS512,
  POSTERN_JOSE_ALG_ES256, POSTERN_JOSE_ALG_ES384, POSTERN_JOSE_ALG_ES512,
  POSTERN_JOSE_ALG_EDDSA, /* Ed25519 */
  POSTERN_JOSE_ALG_HS256, POSTERN_JOSE_ALG_HS384, POSTERN_JOSE_ALG_HS512
} PosternJoseAlg;

POSTERN_JOSE_API PosternJoseAlg postern_jose_alg_from_string (const char *name);
POSTERN_JOSE_API const char *postern_jose_alg_to_string (PosternJoseAlg alg);
/** postern_jose_alg_dup_half_hash: `at_hash` of @text (OpenID Connect Core 3.1.3.6) in a token that @alg, not UNKNOWN, signs. (transfer full) */
POSTERN_JOSE_API char *postern_jose_alg_dup_half_hash (PosternJoseAlg alg, const char *text);

#define POSTERN_JOSE_ERROR (postern_jose_error_quark ())
typedef enum {
  POSTERN_JOSE_ERROR_INVALID,   /* malformed */
  POSTERN_JOSE_ERROR_UNSUPPORTED,
  POSTERN_JOSE_ERROR_SIGNATURE,
  POSTERN_JOSE_ERROR_KEY,       /* no key fits */
  POSTERN_JOSE_ERROR_CLAIM,     /* signature good, a claim is not */
  POSTERN_JOSE_ERROR_DECRYPTION /* whatever the reason: who sent it must not learn */
} PosternJoseError;
POSTERN_JOSE_API GQuark postern_jose_error_quark (void);

/** PosternJwk: one key (RFC 7517) over an EVP_PKEY or octets. Immutable, thread-safe, reference counted (GObject). */
#define POSTERN_TYPE_JWK (postern_jwk_get_type ())
POSTERN_JOSE_API G_DECLARE_FINAL_TYPE (PosternJwk, postern_jwk, POSTERN, JWK, GObject)

/** postern_jwk_new_from_variant: @model a{sv}. RSA >= 2048 bits, points on their curve, no unknown `kty`; private members refused unless @allow_private. */
POSTERN_JOSE_API PosternJwk *postern_jwk_new_from_variant (GVariant *model, gboolean allow_private, GError **error);
POSTERN_JOSE_API PosternJwk *postern_jwk_new_from_secret (GBytes *secret, PosternJoseAlg alg);
/** postern_jwk_generate: RS256/PS256 give RSA 2048 (@bits, 0 for the default), ES256 P-256, …; `kid` is the RFC 7638 thumbprint. */
POSTERN_JOSE_API PosternJwk *postern_jwk_generate (PosternJoseAlg alg, guint bits, GError **error);
/** postern_jwk_new_from_pem: a private or public key in PEM; @kid (nullable): NULL for the thumbprint. */
POSTERN_JOSE_API PosternJwk *postern_jwk_new_from_pem (const char *pem, gssize length, PosternJoseAlg alg, const char *kid, GError **error);
/** postern_jwk_new_encryption_from_pem: a private key that others encrypt to, in PEM; its type decides the algorithm (postern-jwe.h). @kid (nullable): NULL for a key without a name, which answers to any. */
POSTERN_JOSE_API PosternJwk *postern_jwk_new_encryption_from_pem (const char *pem, gssize length, const char *kid, GError **error);
POSTERN_JOSE_API GVariant *postern_jwk_to_variant (PosternJwk *self, gboolean with_private); /* (transfer full): a{sv} */
POSTERN_JOSE_API const char *postern_jwk_get_kid (PosternJwk *self); /* (nullable) */
/** postern_jwk_get_issuer: the member `issuer` of no standard: whose tokens alone the key signs, in a set that several issuers share. (nullable) */
POSTERN_JOSE_API const char *postern_jwk_get_issuer (PosternJwk *self);
POSTERN_JOSE_API PosternJoseAlg postern_jwk_get_alg (PosternJwk *self); /* declared, else the only one that fits, else UNKNOWN */
POSTERN_JOSE_API gboolean postern_jwk_fits (PosternJwk *self, PosternJoseAlg alg); /* type, curve, use, key_ops */
POSTERN_JOSE_API char *postern_jwk_dup_thumbprint (PosternJwk *self); /* RFC 7638, SHA-256, base64url */

/** PosternJwkSet: an immutable set (RFC 7517 section 5). Keys that cannot be read are left out, as the RFC says. */
#define POSTERN_TYPE_JWK_SET (postern_jwk_set_get_type ())
POSTERN_JOSE_API G_DECLARE_FINAL_TYPE (PosternJwkSet, postern_jwk_set, POSTERN, JWK_SET, GObject)
POSTERN_JOSE_API PosternJwkSet *postern_jwk_set_new (GPtrArray *keys); /* (element-type PosternJwk): references are taken */
POSTERN_JOSE_API PosternJwkSet *postern_jwk_set_new_from_variant (GVariant *model, GError **error);
POSTERN_JOSE_API guint postern_jwk_set_get_n_keys (PosternJwkSet *self);
POSTERN_JOSE_API PosternJwk *postern_jwk_set_get_key (PosternJwkSet *self, guint index); /* (transfer none) */
POSTERN_JOSE_API PosternJwk *postern_jwk_set_find (PosternJwkSet *self, const char *kid, PosternJoseAlg alg); /* (transfer none) (nullable) */

/* base64url without padding (RFC 7515 section 2); decode is strict: no padding, no other characters, no stray bits. */
POSTERN_JOSE_API char *postern_base64url_encode (gconstpointer data, gsize length);
POSTERN_JOSE_API GBytes *postern_base64url_decode (const char *text, gssize length, gsize max_bytes); /* (nullable) */

G_END_DECLS
