/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <string.h>

#define COSE_KTY 1
#define COSE_ALG 3
#define COSE_CRV (-1) /* or an RSA modulus */
#define COSE_X (-2)   /* or an RSA exponent */
#define COSE_Y (-3)
#define MAX_POINT (1 + 2 * 66)
#define RSA_LEAST 256 /* bytes */
#define RSA_MOST 1024

typedef struct {
  gint64 alg, kty, crv;
  const char *group, *digest; /* NULL: of the signature itself */
  gsize coordinate;
} Algorithm;

static const Algorithm algorithms[] = {
  { POSTERN_PASSKEY_ALG_ES256, 2, 1, "P-256", "SHA256", 32 },
  { POSTERN_PASSKEY_ALG_EDDSA, 1, 6, "ED25519", NULL, 32 },
  { POSTERN_PASSKEY_ALG_ES384, 2, 2, "P-384", "SHA384", 48 },
  { POSTERN_PASSKEY_ALG_ES512, 2, 3, "P-521", "SHA512", 66 },
  { POSTERN_PASSKEY_ALG_RS256, 3, 0, NULL, "SHA256", 0 },
  { POSTERN_PASSKEY_ALG_RS1, 3, 0, NULL, "SHA1", 0 },
};

static const Algorithm *
find_algorithm (gint64 alg)
{
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (algorithms[i].alg == alg)
      return &algorithms[i];
  return NULL;
}

/* Which is why a key that is read can be used: a point off its curve is refused here. */
static EVP_PKEY *
make (const char *type, OSSL_PARAM *params)
{
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name (NULL, type, NULL);
  EVP_PKEY_CTX *check = NULL;
  EVP_PKEY *key = NULL;

  if (context == NULL || params == NULL || EVP_PKEY_fromdata_init (context) != 1 || EVP_PKEY_fromdata (context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
    g_clear_pointer (&key, EVP_PKEY_free);
  EVP_PKEY_CTX_free (context);
  if (key) {
    check = EVP_PKEY_CTX_new_from_pkey (NULL, key, NULL);
    if (check == NULL || EVP_PKEY_public_check (check) != 1)
      g_clear_pointer (&key, EVP_PKEY_free);
    EVP_PKEY_CTX_free (check);
  }
  ERR_clear_error ();
  return key;
}

static EVP_PKEY *
read_point (const Algorithm *algorithm, const PosternPasskeyCbor *cbor, const PosternPasskeyCborItem *map)
{
  PosternPasskeyBytes x, y;
  guint8 point[MAX_POINT] = { 4 };
  OSSL_PARAM params[3];

  if (!postern_passkey_cbor_has_pairs (map, 5) || !postern_passkey_cbor_is_bytes (postern_passkey_cbor_find_number (cbor, map, COSE_X), &x) ||
      !postern_passkey_cbor_is_bytes (postern_passkey_cbor_find_number (cbor, map, COSE_Y), &y) || x.length != algorithm->coordinate ||
      y.length != algorithm->coordinate)
    return NULL;
  memcpy (point + 1, x.data, x.length);
  memcpy (point + 1 + x.length, y.data, y.length);
  params[0] = OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, (char *) algorithm->group, 0);
  params[1] = OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * algorithm->coordinate);
  params[2] = OSSL_PARAM_construct_end ();
  return make ("EC", params);
}

static EVP_PKEY *
read_octets (const Algorithm *algorithm, const PosternPasskeyCbor *cbor, const PosternPasskeyCborItem *map)
{
  PosternPasskeyBytes x;
  OSSL_PARAM params[2];

  if (!postern_passkey_cbor_has_pairs (map, 4) || !postern_passkey_cbor_is_bytes (postern_passkey_cbor_find_number (cbor, map, COSE_X), &x) ||
      x.length != algorithm->coordinate)
    return NULL;
  params[0] = OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, (gpointer) x.data, x.length);
  params[1] = OSSL_PARAM_construct_end ();
  return make (algorithm->group, params);
}

static EVP_PKEY *
read_rsa (const PosternPasskeyCbor *cbor, const PosternPasskeyCborItem *map)
{
  PosternPasskeyBytes n, e;
  OSSL_PARAM_BLD *builder;
  OSSL_PARAM *params = NULL;
  BIGNUM *modulus, *exponent;
  EVP_PKEY *key = NULL;

  if (!postern_passkey_cbor_has_pairs (map, 4) || !postern_passkey_cbor_is_bytes (postern_passkey_cbor_find_number (cbor, map, COSE_CRV), &n) ||
      !postern_passkey_cbor_is_bytes (postern_passkey_cbor_find_number (cbor, map, COSE_X), &e))
    return NULL;
  if (n.length < RSA_LEAST || n.length > RSA_MOST || n.data[0] == 0 || e.length == 0 || e.length > 4 || (e.data[e.length - 1] & 1) == 0)
    return NULL;
  builder = OSSL_PARAM_BLD_new ();
  modulus = BN_bin2bn (n.data, (int) n.length, NULL);
  exponent = BN_bin2bn (e.data, (int) e.length, NULL);
  if (builder && OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_N, modulus) && OSSL_PARAM_BLD_push_BN (builder, OSSL_PKEY_PARAM_RSA_E, exponent))
    params = OSSL_PARAM_BLD_to_param (builder);
  key = make ("RSA", params);
  OSSL_PARAM_free (params);
  OSSL_PARAM_BLD_free (builder);
  BN_free (modulus);
  BN_free (exponent);
  return key;
}

gboolean
postern_passkey_key_read (PosternPasskeyKey *self, const PosternPasskeyCbor *cbor, const PosternPasskeyCborItem *map)
{
  const Algorithm *algorithm;
  gint64 kty, alg, crv = 0;

  *self = (PosternPasskeyKey){ 0 };
  if (!postern_passkey_cbor_is_number (postern_passkey_cbor_find_number (cbor, map, COSE_KTY), &kty) ||
      !postern_passkey_cbor_is_number (postern_passkey_cbor_find_number (cbor, map, COSE_ALG), &alg))
    return FALSE;
  algorithm = find_algorithm (alg);
  if (algorithm == NULL || algorithm->kty != kty || alg == POSTERN_PASSKEY_ALG_RS1)
    return FALSE;
  if (algorithm->crv && (!postern_passkey_cbor_is_number (postern_passkey_cbor_find_number (cbor, map, COSE_CRV), &crv) || crv != algorithm->crv))
    return FALSE;
  self->alg = alg;
  self->key = kty == 2 ? read_point (algorithm, cbor, map) : kty == 1 ? read_octets (algorithm, cbor, map) : read_rsa (cbor, map);
  return self->key != NULL;
}

void
postern_passkey_key_clear (PosternPasskeyKey *self)
{
  g_clear_pointer (&self->key, EVP_PKEY_free);
}

const char *
postern_passkey_key_get_digest (gint64 alg)
{
  const Algorithm *algorithm = find_algorithm (alg);

  return algorithm ? algorithm->digest : NULL;
}

gboolean
postern_passkey_key_verify (EVP_PKEY *key, gint64 alg, PosternPasskeyBytes data, PosternPasskeyBytes hash, PosternPasskeyBytes signature)
{
  const Algorithm *algorithm = find_algorithm (alg);
  g_autofree guint8 *signed_data = g_malloc (data.length + hash.length);
  const char *type;
  EVP_MD_CTX *context;
  gboolean good;

  if (algorithm == NULL)
    return FALSE;
  type = algorithm->kty == 2 ? "EC" : algorithm->kty == 3 ? "RSA" : algorithm->group;
  if (!EVP_PKEY_is_a (key, type))
    return FALSE;
  memcpy (signed_data, data.data, data.length);
  if (hash.length > 0) /* of nothing there is no address */
    memcpy (signed_data + data.length, hash.data, hash.length);
  context = EVP_MD_CTX_new ();
  good = EVP_DigestVerifyInit_ex (context, NULL, algorithm->digest, NULL, NULL, key, NULL) == 1 &&
         EVP_DigestVerify (context, signature.data, signature.length, signed_data, data.length + hash.length) == 1;
  EVP_MD_CTX_free (context);
  ERR_clear_error ();
  return good;
}
