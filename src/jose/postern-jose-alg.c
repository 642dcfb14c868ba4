/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

#include <string.h>

G_DEFINE_QUARK (postern - jose - error, postern_jose_error)

/* RFC 7518 section 3.1 and RFC 8037 section 3.1. The row's place is the enumeration's number. */
static const PosternJoseAlgInfo table[POSTERN_JOSE_N_ALGS] = {
    [POSTERN_JOSE_ALG_RS256] = {POSTERN_JOSE_ALG_RS256, "RS256", POSTERN_JOSE_KTY_RSA, NULL, "SHA256", 0,
                                FALSE},
    [POSTERN_JOSE_ALG_RS384] = {POSTERN_JOSE_ALG_RS384, "RS384", POSTERN_JOSE_KTY_RSA, NULL, "SHA384", 0,
                                FALSE},
    [POSTERN_JOSE_ALG_RS512] = {POSTERN_JOSE_ALG_RS512, "RS512", POSTERN_JOSE_KTY_RSA, NULL, "SHA512", 0,
                                FALSE},
    [POSTERN_JOSE_ALG_PS256] = {POSTERN_JOSE_ALG_PS256, "PS256", POSTERN_JOSE_KTY_RSA, NULL, "SHA256", 0,
                                TRUE},
    [POSTERN_JOSE_ALG_PS384] = {POSTERN_JOSE_ALG_PS384, "PS384", POSTERN_JOSE_KTY_RSA, NULL, "SHA384", 0,
                                TRUE},
    [POSTERN_JOSE_ALG_PS512] = {POSTERN_JOSE_ALG_PS512, "PS512", POSTERN_JOSE_KTY_RSA, NULL, "SHA512", 0,
                                TRUE},
    [POSTERN_JOSE_ALG_ES256] = {POSTERN_JOSE_ALG_ES256, "ES256", POSTERN_JOSE_KTY_EC, "P-256", "SHA256", 32,
                                FALSE},
    [POSTERN_JOSE_ALG_ES384] = {POSTERN_JOSE_ALG_ES384, "ES384", POSTERN_JOSE_KTY_EC, "P-384", "SHA384", 48,
                                FALSE},
    [POSTERN_JOSE_ALG_ES512] = {POSTERN_JOSE_ALG_ES512, "ES512", POSTERN_JOSE_KTY_EC, "P-521", "SHA512", 66,
                                FALSE},
    [POSTERN_JOSE_ALG_EDDSA] = {POSTERN_JOSE_ALG_EDDSA, "EdDSA", POSTERN_JOSE_KTY_OKP, "Ed25519", NULL, 32,
                                FALSE},
    [POSTERN_JOSE_ALG_HS256] = {POSTERN_JOSE_ALG_HS256, "HS256", POSTERN_JOSE_KTY_OCT, NULL, "SHA256", 32,
                                FALSE},
    [POSTERN_JOSE_ALG_HS384] = {POSTERN_JOSE_ALG_HS384, "HS384", POSTERN_JOSE_KTY_OCT, NULL, "SHA384", 48,
                                FALSE},
    [POSTERN_JOSE_ALG_HS512] = {POSTERN_JOSE_ALG_HS512, "HS512", POSTERN_JOSE_KTY_OCT, NULL, "SHA512", 64,
                                FALSE},
};

const PosternJoseAlgInfo *
postern_jose_alg_get_info (PosternJoseAlg alg)
{
  return alg > POSTERN_JOSE_ALG_UNKNOWN && alg < POSTERN_JOSE_N_ALGS ? &table[alg] : NULL;
}

const PosternJoseAlgInfo *
postern_jose_alg_find_for_curve (PosternJoseKty kty, const char *curve)
{
  for (guint i = 1; i < POSTERN_JOSE_N_ALGS; i++)
    if (table[i].kty == kty && g_strcmp0 (table[i].curve, curve) == 0)
      return &table[i];

  return NULL;
}

/**
 * postern_jose_alg_from_string: exact and case-sensitive, as RFC 7515 section 4.1.1 wants; "Ed25519" (RFC
 * 9864) is read as EdDSA, since Ed25519 is the only curve of EdDSA here. Returns: UNKNOWN for anything else,
 * "none" and NULL among it
 */
PosternJoseAlg
postern_jose_alg_from_string (const char *name)
{
  if (name == NULL)
    return POSTERN_JOSE_ALG_UNKNOWN;

  for (guint i = 1; i < POSTERN_JOSE_N_ALGS; i++)
    if (g_str_equal (table[i].name, name))
      return table[i].alg;

  return g_str_equal (name, "Ed25519") ? POSTERN_JOSE_ALG_EDDSA : POSTERN_JOSE_ALG_UNKNOWN;
}

/** postern_jose_alg_to_string: Returns: (transfer none) (nullable): NULL for UNKNOWN */
const char *
postern_jose_alg_to_string (PosternJoseAlg alg)
{
  const PosternJoseAlgInfo *info = postern_jose_alg_get_info (alg);

  return info ? info->name : NULL;
}

EVP_MD *
postern_jose_alg_get_digest (const PosternJoseAlgInfo *info)
{
  static EVP_MD *digests[POSTERN_JOSE_N_ALGS];
  EVP_MD *digest = g_atomic_pointer_get (&digests[info->alg]), *fetched;

  if (digest != NULL || info->digest == NULL)
    return digest;

  fetched = EVP_MD_fetch (NULL, info->digest, NULL);
  if (g_atomic_pointer_compare_and_exchange (&digests[info->alg], NULL, fetched))
    return fetched;

  EVP_MD_free (fetched);
  return g_atomic_pointer_get (&digests[info->alg]);
}

/** Ed25519 hashes with SHA-512, which its row does not name: its signatures take the message and no digest.
 */
char *
postern_jose_alg_dup_half_hash (PosternJoseAlg alg, const char *text)
{
  const PosternJoseAlgInfo *info =
      postern_jose_alg_get_info (alg == POSTERN_JOSE_ALG_EDDSA ? POSTERN_JOSE_ALG_RS512 : alg);
  guchar digest[EVP_MAX_MD_SIZE];
  guint size;

  g_return_val_if_fail (info != NULL, NULL);
  if (EVP_Digest (text, strlen (text), digest, &size, postern_jose_alg_get_digest (info), NULL) != 1)
    g_error ("%s is missing from OpenSSL", info->digest);

  return postern_base64url_encode (digest, size / 2);
}
