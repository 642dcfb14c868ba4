/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

#include "postern-resource.h"

/* offline_access means nothing to an application that may not hold a refresh token (Core section 11). */
static gboolean
is_granted (PosternClient *client, const char *scope)
{
  if (g_str_equal (scope, "offline_access") && !postern_client_allows_grant (client, "refresh_token"))
    return FALSE;
  return postern_client_allows_scope (client, scope);
}

/*
 * Scopes that nobody knows, or that this application may not have, are left out, as Core 3.1.2.1 says; the token
 * response names what is left. Nothing left is an error.
 */
gboolean
postern_oidc_check_scope (PosternOidcAsk *ask, GError **error)
{
  g_auto (GStrv) asked = postern_oidc_ask_dup_list (ask, "scope");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; asked && asked[i]; i++) {
    if (!postern_resource_is_scope (asked[i])) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SCOPE, "A scope has characters that scopes may not have");
      return FALSE;
    }
    if (is_granted (ask->client, asked[i]) && g_hash_table_add (seen, asked[i]))
      g_strv_builder_add (builder, asked[i]);
  }
  if (g_hash_table_size (seen) == 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SCOPE, "The parameter scope names nothing that this application may ask for");
    return FALSE;
  }
  g_strfreev (ask->flow->scopes);
  ask->flow->scopes = g_strv_builder_end (builder);
  return TRUE;
}
