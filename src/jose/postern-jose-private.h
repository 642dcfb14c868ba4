/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"

#include <openssl/evp.h>

G_BEGIN_DECLS

#define POSTERN_JOSE_N_ALGS (POSTERN_JOSE_ALG_HS512 + 1)
#define POSTERN_JOSE_MAX_SIGNATURE 1024 /* bytes: RSA of 8192 bits */
#define POSTERN_JOSE_MAX_RSA_BITS  8192 /* a larger one only burns our processor when we verify */
#define POSTERN_JOSE_MIN_RSA_BITS  2048
#define POSTERN_JOSE_MAX_SECRET    4096 /* bytes */
#define POSTERN_JOSE_MAX_KID       256  /* bytes */

typedef enum {
  POSTERN_JOSE_KTY_UNKNOWN,
  POSTERN_JOSE_KTY_RSA,
  POSTERN_JOSE_KTY_EC,
  POSTERN_JOSE_KTY_OKP,
  POSTERN_JOSE_KTY_OCT,
} PosternJoseKty;

/** PosternJoseAlgInfo: a row of the table in postern-jose-alg.c. */
typedef struct {
  PosternJoseAlg alg;
  const char *name;
  PosternJoseKty kty;
  const char *curve;  /* `crv`, of EC and OKP */
  const char *digest; /* OpenSSL's name; NULL for EdDSA */
  guint size;         /* EC: bytes of a coordinate; oct: least bytes of the secret */
  gboolean pss;
} PosternJoseAlgInfo;

/** postern_jose_alg_get_info: NULL for UNKNOWN and for numbers that are none. */
const PosternJoseAlgInfo *postern_jose_alg_get_info (PosternJoseAlg alg);
/** postern_jose_alg_find_for_curve: the one algorithm of an EC or OKP curve. (nullable) */
const PosternJoseAlgInfo *postern_jose_alg_find_for_curve (PosternJoseKty kty, const char *curve);
/** postern_jose_alg_get_digest: fetched once in the life of the process: a fetch costs about a microsecond and a lock. */
EVP_MD *postern_jose_alg_get_digest (const PosternJoseAlgInfo *info);

struct _PosternJwk {
  GObject parent_instance;
  PosternJoseKty kty;
  const PosternJoseAlgInfo *alg; /* declared; (nullable) */
  const PosternJoseAlgInfo *curve; /* of EC and OKP */
  char *kid;                     /* (nullable) */
  char *kid_json;                /* `,"kid":"…"`, or "": ready for a header */
  char *use;                     /* (nullable) */
  char **key_ops;                /* (nullable) */
  EVP_PKEY *pkey;                /* unless oct */
  GBytes *secret;                /* oct */
  gboolean is_private;
  /* Prepared contexts, made when first needed, duplicated for each use: duplicating takes no lock. */
  EVP_PKEY_CTX *signers[POSTERN_JOSE_N_ALGS];
  EVP_PKEY_CTX *verifiers[POSTERN_JOSE_N_ALGS];
};

/* postern-jwk-key.c: between the members of a JWK and OpenSSL's keys. The errors name the member. */
EVP_PKEY *postern_jwk_key_read (PosternJoseKty kty, const PosternJoseAlgInfo *curve, GVariant *model, gboolean with_private, GError **error);
/** postern_jwk_key_read_secret: (transfer full) (nullable): `k` */
GBytes *postern_jwk_key_read_secret (GVariant *model, GError **error);
/** postern_jwk_key_check: size of RSA, curve of EC. @curve (out): the curve's row. */
gboolean postern_jwk_key_check (EVP_PKEY *pkey, PosternJoseKty *kty, const PosternJoseAlgInfo **curve, GError **error);
/** postern_jwk_key_write: adds `kty` and the members to @dict; FALSE if OpenSSL does not give them. */
gboolean postern_jwk_key_write (EVP_PKEY *pkey, PosternJoseKty kty, const PosternJoseAlgInfo *curve, gboolean with_private, GVariantDict *dict);

/* postern-jws-crypto.c: raw signatures as JWS wants them (ECDSA: r || s). Thread-safe. */
/** @signature: POSTERN_JOSE_MAX_SIGNATURE bytes; @size (out): bytes written */
gboolean postern_jws_crypto_sign (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length, guchar *signature, gsize *size, GError **error);
gboolean postern_jws_crypto_verify (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length, const guchar *signature, gsize size);

/* postern-base64url.c */
/** postern_base64url_append: writes ceil(4 * length / 3) characters to @out, no NUL. Returns: how many */
gsize postern_base64url_append (char *out, gconstpointer data, gsize length);
#define POSTERN_BASE64URL_LENGTH(n) (((gsize) (n) * 4 + 2) / 3)

G_END_DECLS
