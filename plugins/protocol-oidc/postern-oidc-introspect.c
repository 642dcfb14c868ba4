/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-introspect.h"

#include "postern-json.h"
#include "postern-oidc-access-token.h"
#include "postern-oidc-client-auth.h"
#include "postern-oidc-json.h"
#include "postern-oidc-permission.h"
#include "postern-oidc-refresh-token.h"

/* What is told of an access token, as it stands in it (RFC 7662 section 2.2); scope and audience are told as of now. */
static const char *const told[] = { "iss", "sub", "client_id", "exp", "iat", "jti", "auth_time", "acr", "amr", "organization_id", NULL };

static gboolean
share_any (char **a, char **b)
{
  for (guint i = 0; a && b && a[i]; i++)
    if (g_strv_contains ((const char *const *) b, a[i]))
      return TRUE;
  return FALSE;
}

/* A resource server is an application whose record names the resource, or whose id is the audience. */
static gboolean
may_know (PosternClient *client, GVariant *claims, char **audience)
{
  if (g_strcmp0 (postern_json_get_string (claims, "client_id"), client->application->id) == 0)
    return TRUE;
  if (audience && g_strv_contains ((const char *const *) audience, client->application->id))
    return TRUE;
  return share_any (audience, client->resources);
}

static void
add_names (GString *out, const char *name, const char *const *values)
{
  if (values && *values)
    postern_oidc_json_add_strv (out, name, values, FALSE);
}

static void
add_review (GString *out, const PosternOidcReview *review)
{
  postern_oidc_json_add_strv (out, "aud", (const char *const *) review->audience, TRUE);
  postern_oidc_json_add_string (out, "scope", *review->scope ? review->scope : NULL);
  add_names (out, "permissions", (const char *const *) review->permissions);
  if (!review->permission)
    return;
  add_names (out, "roles", postern_permission_get_roles (review->permission));
  add_names (out, "organization_roles", postern_permission_get_organization_roles (review->permission));
}

/* What roles gave and no longer give is as if it had never stood in the token; a resource of which nothing is left is not told of it. */
static gboolean
look (PosternOidc *self, PosternClient *client, GVariant *claims, PosternOidcReview *review, GError **error)
{
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);

  return may_know (client, claims, audience) && postern_oidc_access_token_check_alive (self, claims, NULL, error) &&
         postern_oidc_permission_review (self, claims, review, error) && !review->spent && may_know (client, claims, review->audience);
}

static GString *
tell_access_token (PosternOidc *self, PosternClient *client, const char *token, GError **error)
{
  g_autoptr (GVariant) claims = postern_oidc_access_token_verify (self, token, error);
  g_auto (PosternOidcReview) review = { 0 };
  GVariantIter iter;
  const char *name;
  GVariant *value;
  GString *out;

  if (!claims || !look (self, client, claims, &review, error))
    return NULL;
  out = g_string_new ("{");
  postern_oidc_json_add_boolean (out, "active", TRUE);
  postern_oidc_json_add_string (out, "token_type", "Bearer");
  g_variant_iter_init (&iter, claims);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) /* one pass: a look-up walks all members each time */
    if (g_strv_contains (told, name))
      postern_oidc_json_add_variant (out, name, value);
  add_review (out, &review);
  return out;
}

static GString *
tell_refresh_token (PosternOidc *self, PosternClient *client, const char *token, GError **error)
{
  g_autoptr (PosternGrant) grant = NULL;
  g_autoptr (PosternRefreshToken) found = postern_oidc_refresh_token_find (self, client, token, &grant, error);
  GString *out;

  if (!found || !postern_oidc_refresh_token_is_alive (self, found, grant, error))
    return NULL;
  out = g_string_new ("{");
  postern_oidc_json_add_boolean (out, "active", TRUE);
  postern_oidc_json_add_string (out, "iss", postern_oidc_get_issuer (self));
  postern_oidc_json_add_string (out, "sub", grant->user_id);
  postern_oidc_json_add_string (out, "client_id", grant->application_id);
  postern_oidc_json_add_string (out, "scope", grant->scope);
  postern_oidc_json_add_int64 (out, "iat", found->created_at);
  if (found->expires_at)
    postern_oidc_json_add_int64 (out, "exp", found->expires_at);
  return out;
}

/* "Not active" is an answer, and resource servers remember it: it is given only by who could look. */
static PosternResponse *
answer (PosternOidc *self, PosternOidcClientAuth *auth, const char *token)
{
  g_autoptr (GError) local = NULL;
  /* They look different: token_type_hint is not needed to tell them apart. */
  GString *out = postern_oidc_access_token_is (token) ? tell_access_token (self, auth->client, token, &local) : tell_refresh_token (self, auth->client, token, &local);
  g_autoptr (GBytes) body = NULL;
  PosternResponse *response;

  if (local && !g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN))
    return postern_oidc_client_auth_refuse (auth->basic, local);
  if (!out) {
    out = g_string_new ("{");
    postern_oidc_json_add_boolean (out, "active", FALSE);
  }
  g_string_append_c (out, '}');
  body = g_string_free_to_bytes (out);
  response = postern_response_new (200, "application/json", body);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
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
postern_oidc_introspect_answer (PosternRequest *request, gpointer oidc)
{
  g_auto (PosternOidcClientAuth) auth = { 0 };
  g_autoptr (GError) error = NULL;
  const char *token;

  if (postern_oidc_client_auth_check (oidc, request, TRUE, &auth, &error) && g_str_equal (auth.client->token_endpoint_auth_method, "none"))
    g_set_error_literal (&error, POSTERN_ERROR, POSTERN_ERROR_INVALID_CLIENT, "Introspection is for applications that can show who they are");
  if (error || !read_token (request, &token, &error))
    return postern_oidc_client_auth_refuse (auth.basic, error);
  return answer (oidc, &auth, token);
}
