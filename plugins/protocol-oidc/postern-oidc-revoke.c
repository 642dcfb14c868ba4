/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-revoke.h"

#include "postern-json.h"
#include "postern-oidc-access-token.h"
#include "postern-oidc-client-auth.h"
#include "postern-oidc-refresh-token.h"

typedef struct {
  const char *jti, *grant_id; /* one of them */
  gint64 now, expires_at;
} Revocation;

/* The same token twice is no error. */
static gboolean
write_one (PosternTxn *txn, gpointer user_data, GError **error)
{
  Revocation *self = user_data;
  g_autoptr (GError) local = NULL;

  if (self->grant_id)
    return postern_grant_store_revoke (txn, self->grant_id, self->now, error);
  if (postern_revoked_store_insert (txn, self->jti, self->expires_at, &local) || g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
write_revocation (PosternOidc *self, Revocation *revocation, GError **error)
{
  revocation->now = postern_oidc_now ();
  return postern_store_write (postern_tenant_get_store (postern_oidc_get_tenant (self)), POSTERN_KEEP_LASTING, write_one, revocation, error);
}

static gboolean
revoke_access_token (PosternOidc *self, PosternClient *client, const char *token, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) claims = postern_oidc_access_token_verify (self, token, &local);
  Revocation revocation = { 0 };

  if (!claims && g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN))
    return TRUE;
  if (!claims) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (g_strcmp0 (postern_json_get_string (claims, "client_id"), client->application->id) != 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The token was not issued to this application");
    return FALSE;
  }
  revocation.jti = postern_json_get_string (claims, "jti");
  revocation.expires_at = postern_json_get_int64 (claims, "exp", 0);
  return write_revocation (self, &revocation, error);
}

/* Another application's refresh token looks like an unknown one. */
static gboolean
revoke_refresh_token (PosternOidc *self, PosternClient *client, const char *token, GError **error)
{
  g_autoptr (PosternGrant) grant = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternRefreshToken) found = postern_oidc_refresh_token_find (self, client, token, &grant, &local);
  Revocation revocation = { 0 };

  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (!found)
    return TRUE;
  revocation.grant_id = grant->id;
  return write_revocation (self, &revocation, error);
}

static gboolean
read_token (PosternRequest *request, const char **token, GError **error)
{
  const char *hint;

  if (!postern_request_get_form (request, "token", token, error) || !postern_request_get_form (request, "token_type_hint", &hint, error))
    return FALSE;
  if (*token && **token)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter token is missing");
  return FALSE;
}

PosternResponse *
postern_oidc_revoke_answer (PosternRequest *request, gpointer oidc)
{
  g_auto (PosternOidcClientAuth) auth = { 0 };
  g_autoptr (GError) error = NULL;
  const char *token;
  PosternResponse *response;
  gboolean done = postern_oidc_client_auth_check (oidc, request, TRUE, &auth, &error) && read_token (request, &token, &error);

  if (done)
    done = postern_oidc_access_token_is (token) ? revoke_access_token (oidc, auth.client, token, &error) : revoke_refresh_token (oidc, auth.client, token, &error);
  if (!done)
    return postern_oidc_client_auth_refuse (auth.basic, error);
  response = postern_response_new (200, NULL, NULL);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}
