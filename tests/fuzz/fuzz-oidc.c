/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-basic.h"
#include "postern-oidc-peek.h"
#include "postern-seal.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What an application sends before we know it: the Authorization header, and the parts of a JWT that choose whose keys check it. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *plain = g_strconcat ("Basic ", text, NULL);
  g_autofree char *encoded = g_base64_encode (data, size);
  g_autofree char *header = g_strconcat ("Basic ", encoded, NULL);
  const char *const headers[] = { text, plain, header };
  g_autoptr (GVariant) names = postern_oidc_peek_read (text, POSTERN_OIDC_PEEK_HEADER);
  g_autoptr (GVariant) claims = postern_oidc_peek_read (text, POSTERN_OIDC_PEEK_CLAIMS);

  for (unsigned i = 0; i < G_N_ELEMENTS (headers); i++) {
    char *id = NULL, *secret = NULL;
    if (postern_oidc_basic_decode (headers[i], &id, &secret) && (!*id || !*secret || !g_utf8_validate (secret, -1, NULL)))
      g_error ("An empty or broken half was accepted");
    g_free (id);
    postern_secret_free (secret);
  }
  return 0;
}
