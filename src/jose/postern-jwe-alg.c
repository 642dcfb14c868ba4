/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

/*
 * What is left out, and why: RSA1_5 (padding oracles), RSA-OAEP (SHA-1), dir and the A*KW (secrets shared
 * with applications are kept as hashes here), ECDH-ES+A*KW (a second step that buys nothing for one
 * recipient), PBES2-* (whoever sends a token chooses how long we compute).
 */
static const PosternJweAlgInfo algs[] = {
    [POSTERN_JWE_ALG_RSA_OAEP_256] = {POSTERN_JWE_ALG_RSA_OAEP_256, "RSA-OAEP-256", POSTERN_JOSE_KTY_RSA},
    [POSTERN_JWE_ALG_ECDH_ES] = {POSTERN_JWE_ALG_ECDH_ES, "ECDH-ES", POSTERN_JOSE_KTY_EC},
};

const PosternJweAlgInfo *
postern_jwe_alg_get_info (PosternJweAlg alg)
{
  return alg > POSTERN_JWE_ALG_UNKNOWN && alg < G_N_ELEMENTS (algs) ? &algs[alg] : NULL;
}

const PosternJweAlgInfo *
postern_jwe_alg_find_for_type (PosternJoseKty kty)
{
  for (guint i = 1; i < G_N_ELEMENTS (algs); i++)
    if (algs[i].kty == kty)
      return &algs[i];

  return NULL;
}

PosternJweAlg
postern_jwe_alg_from_string (const char *name)
{
  for (guint i = 1; name != NULL && i < G_N_ELEMENTS (algs); i++)
    if (g_str_equal (algs[i].name, name))
      return algs[i].alg;

  return POSTERN_JWE_ALG_UNKNOWN;
}
