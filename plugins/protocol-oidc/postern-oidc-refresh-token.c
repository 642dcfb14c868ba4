/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-refresh-token.h"

#include "postern-oidc-access-token.h"

typedef struct {
  const char *grant_id, *hash;
  PosternRefreshToken *token;
  PosternGrant *grant;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  g_clear_pointer (&self->token, postern_refresh_token_unref);
  g_clear_pointer (&self->grant, postern_grant_unref);
  self->token = postern_refresh_store_get (txn, self->grant_id, self->hash, error);
  if (!self->token)
    return FALSE;
  self->grant = postern_grant_store_get (txn, self->grant_id, error);
  return self->grant != NULL;
}

PosternRefreshToken *
postern_oidc_refresh_token_find (PosternOidc *oidc, PosternClient *client, const char *text, PosternGrant **grant, GError **error)
{
  g_autofree char *hash = postern_secret_hash (text);
  g_autofree char *grant_id = postern_secret_dup_id (text, "gnt");
  Look self = { .grant_id = grant_id, .hash = hash };
  g_autoptr (GError) local = NULL;
  gboolean found = postern_store_read (postern_tenant_get_store (postern_oidc_get_tenant (oidc)), POSTERN_KEEP_LASTING, look, &self, &local);
  g_autoptr (PosternRefreshToken) token = self.token;
  g_autoptr (PosternGrant) found_grant = self.grant;

  if (local && !g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local));
  if (!found || g_strcmp0 (found_grant->application_id, client->application->id) != 0)
    return NULL;
  *grant = g_steal_pointer (&found_grant);
  return g_steal_pointer (&token);
}

gboolean
postern_oidc_refresh_token_is_alive (PosternOidc *oidc, PosternRefreshToken *token, PosternGrant *grant, GError **error)
{
  if (token->used_at || (token->expires_at && token->expires_at <= postern_oidc_now ()))
    return FALSE;
  return postern_oidc_access_token_check_grant (oidc, grant->id, error);
}
