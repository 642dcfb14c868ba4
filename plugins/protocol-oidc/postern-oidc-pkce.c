/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-pkce.h"

#include "postern-error.h"
#include "postern-store.h"

#include <string.h>

#define VERIFIER_MIN 43
#define VERIFIER_MAX 128

gboolean
postern_oidc_pkce_is_challenge (const char *challenge)
{
  gsize length = strlen (challenge);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (challenge[i]) && challenge[i] != '-' && challenge[i] != '_')
      return FALSE;
  return length == 43;
}

static gboolean
is_verifier (const char *verifier)
{
  gsize length = strlen (verifier);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (verifier[i]) && !strchr ("-._~", verifier[i]))
      return FALSE;
  return length >= VERIFIER_MIN && length <= VERIFIER_MAX;
}

/* postern_secret_hash() is SHA-256 in base64url, which is S256 by the letter. */
gboolean
postern_oidc_pkce_verify (const char *challenge, const char *verifier, GError **error)
{
  g_autofree char *computed = NULL;

  if (!challenge && !verifier)
    return TRUE;
  if (challenge && verifier && is_verifier (verifier)) {
    computed = postern_secret_hash (verifier);
    if (postern_secret_equal (computed, challenge))
      return TRUE;
  }
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "The code_verifier does not fit the code_challenge of the authorization request");
  return FALSE;
}
