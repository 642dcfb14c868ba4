/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jose-private.h"

/* The *CBC-HS* are left out: a second construction, which every library that has them has beside these. */
static const PosternJweEncInfo encs[] = {
    [POSTERN_JWE_ENC_A128GCM] = {POSTERN_JWE_ENC_A128GCM, "A128GCM", "AES-128-GCM", 16},
    [POSTERN_JWE_ENC_A256GCM] = {POSTERN_JWE_ENC_A256GCM, "A256GCM", "AES-256-GCM", 32},
};

const PosternJweEncInfo *
postern_jwe_enc_get_info (PosternJweEnc enc)
{
  return enc > POSTERN_JWE_ENC_UNKNOWN && enc < G_N_ELEMENTS (encs) ? &encs[enc] : NULL;
}

PosternJweEnc
postern_jwe_enc_from_string (const char *name)
{
  for (guint i = 1; name != NULL && i < G_N_ELEMENTS (encs); i++)
    if (g_str_equal (encs[i].name, name))
      return encs[i].enc;

  return POSTERN_JWE_ENC_UNKNOWN;
}
