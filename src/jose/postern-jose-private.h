/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwe.h"

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

/** PosternJweAlgInfo, PosternJweEncInfo: rows of the tables in postern-jwe-alg.c and postern-jwe-enc.c. */
typedef struct {
  PosternJweAlg alg;
  const char *name;
  PosternJoseKty kty;
} PosternJweAlgInfo;

typedef struct {
  PosternJweEnc enc;
  const char *name;
  const char *cipher; /* OpenSSL's name */
  guint key_size;     /* bytes */
} PosternJweEncInfo;

/** postern_jwe_alg_get_info, postern_jwe_enc_get_info: NULL for UNKNOWN and for numbers that are none. */
const PosternJweAlgInfo *postern_jwe_alg_get_info (PosternJweAlg alg);
const PosternJweEncInfo *postern_jwe_enc_get_info (PosternJweEnc enc);
/** postern_jwe_alg_find_for_type: the one algorithm of a type of key. (nullable) */
const PosternJweAlgInfo *postern_jwe_alg_find_for_type (PosternJoseKty kty);

/** postern_jose_alg_get_info: NULL for UNKNOWN and for numbers that are none. */
const PosternJoseAlgInfo *postern_jose_alg_get_info (PosternJoseAlg alg);
/** postern_jose_alg_find_for_curve: the one algorithm of an EC or OKP curve. (nullable) */
const PosternJoseAlgInfo *postern_jose_alg_find_for_curve (PosternJoseKty kty, const char *curve);
/** postern_jose_alg_get_digest: fetched once in the life of the process: a fetch costs about a microsecond and a lock. */
EVP_MD *postern_jose_alg_get_digest (const PosternJoseAlgInfo *info);

struct _PosternJwk {
  GObject parent_instance;
  PosternJoseKty kty;
  const PosternJoseAlgInfo *alg; /* declared, of signatures; (nullable) */
  const PosternJweAlgInfo *jwe_alg; /* declared, of encryption; (nullable) */
  const PosternJoseAlgInfo *curve; /* of EC and OKP */
  char *kid;                     /* (nullable) */
  char *kid_json;                /* `,"kid":"…"`, or "": ready for a header */
  char *use;                     /* (nullable) */
  char *issuer;                  /* (nullable) */
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

/** postern_jwk_fits_jwe: what postern_jwk_fits() is for signatures */
gboolean postern_jwk_fits_jwe (PosternJwk *self, PosternJweAlg alg);

/* postern-jwk-set.c */
typedef gboolean (*PosternJwkFits) (PosternJwk *key, guint alg);
/** postern_jwk_set_find_fitting: postern_jwk_set_find() with another idea of what fits */
PosternJwk *postern_jwk_set_find_fitting (PosternJwkSet *self, const char *kid, PosternJwkFits fits, guint alg);

/* postern-jose-compact.c: what compact serializations have in common. */
typedef struct {
  const char *text; /* not NUL-terminated */
  gsize length;
} PosternJosePart;

/** postern_jose_compact_refuse: sets @error. Returns: FALSE */
gboolean postern_jose_compact_refuse (GError **error, PosternJoseError code, const char *why);
/** postern_jose_compact_split: FALSE unless there are exactly @n_parts and the first is not empty */
gboolean postern_jose_compact_split (const char *token, gsize size, PosternJosePart *parts, guint n_parts);
/**
 * postern_jose_compact_read_header: `alg` is there, `typ`, `cty` and `kid` are strings.
 * @refused: (array zero-terminated=1): members that must not be there, whatever their value
 * Returns: (transfer full) (nullable): a{sv}
 */
GVariant *postern_jose_compact_read_header (const PosternJosePart *part, const char *const *refused, GError **error);
/** postern_jose_compact_is_type: @header's `typ` or `cty` is @expected, with or without "application/" */
gboolean postern_jose_compact_is_type (GVariant *header, const char *name, const char *expected);

/* postern-jwe-crypto.c. Thread-safe; nothing stays in OpenSSL's queue of errors. */
#define POSTERN_JWE_MAX_KEY_SIZE 32 /* bytes of a content encryption key */
#define POSTERN_JWE_IV_SIZE      12
#define POSTERN_JWE_TAG_SIZE     16

/** PosternJweBox: what AES-GCM sees. Borrows everything. */
typedef struct {
  const PosternJweEncInfo *enc;
  const guchar *key, *iv;
  const char *aad;
  gsize aad_length;
} PosternJweBox;

gboolean postern_jwe_crypto_seal (const PosternJweBox *box, const guchar *plain, gsize length, guchar *sealed, guchar *tag);
gboolean postern_jwe_crypto_open (const PosternJweBox *box, const guchar *sealed, gsize length, guchar *plain, const guchar *tag);

/** postern_jwe_crypto_wrap: RSA-OAEP-256. @wrapped: POSTERN_JOSE_MAX_SIGNATURE bytes; @wrapped_size (out) */
gboolean postern_jwe_crypto_wrap (PosternJwk *key, const guchar *content_key, gsize size, guchar *wrapped, gsize *wrapped_size);
/**
 * postern_jwe_crypto_unwrap: RSA-OAEP-256. What cannot be unwrapped gives a random key, so that it fails where a wrong
 * ciphertext fails (RFC 7516 section 11.5). FALSE only when there is no randomness.
 */
gboolean postern_jwe_crypto_unwrap (PosternJwk *key, const guchar *wrapped, gsize wrapped_size, guchar *content_key, gsize size);

/** PosternJweAgreement: ECDH-ES directly (RFC 7518 section 4.6). Borrows everything. */
typedef struct {
  EVP_PKEY *own, *peer;  /* of one curve, the peer's point checked */
  const PosternJweEncInfo *enc;
  GBytes *apu, *apv;     /* (nullable) */
} PosternJweAgreement;

/** postern_jwe_crypto_agree: @content_key: as many bytes as the `enc` wants */
gboolean postern_jwe_crypto_agree (const PosternJweAgreement *agreement, guchar *content_key);

/* postern-jws-crypto.c: raw signatures as JWS wants them (ECDSA: r || s). Thread-safe. */
/** @signature: POSTERN_JOSE_MAX_SIGNATURE bytes; @size (out): bytes written */
gboolean postern_jws_crypto_sign (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length, guchar *signature, gsize *size, GError **error);
gboolean postern_jws_crypto_verify (PosternJwk *key, const PosternJoseAlgInfo *info, const char *input, gsize length, const guchar *signature, gsize size);

/* postern-jose-bytes.c */
/** postern_jose_bytes_new: (transfer full): zeroed when freed. @data (out): to be filled before anybody else sees them */
GBytes *postern_jose_bytes_new (gsize length, guchar **data);

/* postern-base64url.c */
/** postern_base64url_append: writes ceil(4 * length / 3) characters to @out, no NUL. Returns: how many */
gsize postern_base64url_append (char *out, gconstpointer data, gsize length);
#define POSTERN_BASE64URL_LENGTH(n) (((gsize) (n) * 4 + 2) / 3)

G_END_DECLS
