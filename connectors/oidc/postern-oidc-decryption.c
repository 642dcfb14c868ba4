/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-decryption.h"

#include "postern-jwe.h"

gboolean
postern_oidc_decryption_read (PosternSettings *settings, PosternJwkSet **keys, GError **error)
{
  const char *pem = postern_settings_get_string (settings, "decryption-key");
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (PosternJwk) key = NULL;
  g_autoptr (GError) local = NULL;

  if (!pem || !*pem)
    return TRUE;
  key = postern_jwk_new_encryption_from_pem (pem, -1, NULL, &local);
  if (!key) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "decryption-key cannot be read: %s", local->message);
    return FALSE;
  }
  g_ptr_array_add (list, key);
  *keys = postern_jwk_set_new (list);
  return TRUE;
}

char *
postern_oidc_decryption_open (PosternJwkSet *keys, const char *id_token, GError **error)
{
  g_autoptr (GBytes) within = NULL;
  g_autoptr (GError) local = NULL;

  if (!keys)
    return g_strdup (id_token);
  within = postern_jwe_decrypt (id_token, -1, keys, "JWT", NULL, &local);
  if (within)
    return g_strndup (g_bytes_get_data (within, NULL), g_bytes_get_size (within));
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The provider's ID token is not encrypted as it must be: %s", local->message);
  return NULL;
}
