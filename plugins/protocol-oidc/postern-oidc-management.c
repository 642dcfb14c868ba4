/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-management.h"

#include "postern-json.h"
#include "postern-oidc-access-token.h"
#include "postern-oidc-bearer.h"
#include "postern-oidc-permission.h"
#include "postern-oidc-resource.h"

static gboolean
refuse (GError **error, PosternError code, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, code, why);
  return FALSE;
}

/* The resource, and nobody but us beside it: who else is shown a token could carry it here. */
static gboolean
is_for (PosternOidc *self, GVariant *claims, const char *resource)
{
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);
  gboolean found = FALSE;

  for (char **one = audience; one && *one; one++)
    if (g_str_equal (*one, resource))
      found = TRUE;
    else if (!g_str_equal (*one, postern_oidc_get_issuer (self)))
      return FALSE;
  return found;
}

/* What an administrator took from the application, or from the roles of who calls, since the token was made is gone at once. */
static gboolean
read_scopes (PosternOidc *self, PosternClient *client, GVariant *claims, PosternBearer *bearer, GError **error)
{
  g_auto (PosternOidcReview) review = { FALSE };
  g_autoptr (GStrvBuilder) left = g_strv_builder_new ();

  if (!postern_oidc_permission_review (self, claims, &review, error))
    return FALSE;
  for (guint i = 0; review.permissions[i]; i++)
    if (postern_client_allows_scope (client, review.permissions[i]))
      g_strv_builder_add (left, review.permissions[i]);
  bearer->scopes = g_strv_builder_end (left);
  return *bearer->scopes || refuse (error, POSTERN_ERROR_ACCESS_DENIED, "No role gives who calls anything that the access token may be used for");
}

/* Who came by a sign-in stands behind a grant; an application by itself has none, and is the subject. */
static gboolean
check_subject (PosternOidc *self, GVariant *claims, PosternBearer *bearer, GError **error)
{
  g_auto (PosternOidcStanding) standing = { NULL };
  PosternUser *user;

  if (!postern_oidc_access_token_check_alive (self, claims, &standing, error))
    return FALSE;
  user = standing.user;
  if (user && !postern_oidc_access_token_check_assurance (self, &standing, error))
    return FALSE;
  bearer->organization_id = g_strdup (standing.organization ? standing.organization->id : postern_json_get_string (claims, "organization_id"));
  if (g_strcmp0 (bearer->subject, user ? user->id : bearer->client_id) != 0)
    return refuse (error, POSTERN_ERROR_INVALID_TOKEN, "The access token is nobody's");
  return TRUE;
}

gboolean
postern_oidc_management_admit (PosternProtocol *protocol, PosternRequest *request, const char *resource, PosternBearer *bearer, GError **error)
{
  PosternOidc *self = POSTERN_OIDC (protocol);
  const char *token = postern_oidc_bearer_get (request, error);
  g_autoptr (GVariant) claims = token ? postern_oidc_access_token_verify (self, token, error) : NULL;
  g_autoptr (PosternClient) client = NULL;

  if (!claims)
    return FALSE;
  if (!is_for (self, claims, resource))
    return refuse (error, POSTERN_ERROR_INVALID_TOKEN, "The access token was made for another resource");
  bearer->subject = g_strdup (postern_json_get_string (claims, "sub"));
  bearer->client_id = g_strdup (postern_json_get_string (claims, "client_id"));
  if (!check_subject (self, claims, bearer, error))
    return FALSE;
  client = postern_oidc_find_client (self, bearer->client_id, error);
  if (!client)
    return FALSE;
  if (!postern_oidc_resource_check (client, resource, NULL))
    return refuse (error, POSTERN_ERROR_INVALID_TOKEN, "The application may not ask for this resource any more");
  return read_scopes (self, client, claims, bearer, error);
}
