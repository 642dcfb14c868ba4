/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-bearer.h"

#include <string.h>

static gboolean
is_post_form (PosternRequest *request)
{
  const char *type = postern_request_get_header (request, "Content-Type");

  return g_str_equal (postern_request_get_method (request), "POST") && type &&
         g_ascii_strncasecmp (type, "application/x-www-form-urlencoded", 33) == 0;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, why);
  return FALSE;
}

/* RFC 6750 section 2.1: b64token */
static gboolean
is_token (const char *text)
{
  gsize length = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

  return length > 0 && text[length + strspn (text + length, "=")] == '\0';
}

const char *
postern_oidc_bearer_get (PosternRequest *request, GError **error)
{
  const char *header = postern_request_get_header (request, "Authorization");
  const char *form = NULL, *query = NULL, *token;

  if (is_post_form (request) && !postern_request_get_form (request, "access_token", &form, error))
    return NULL;
  if (!postern_request_get_query (request, "access_token", &query, error))
    return NULL;
  if (query || (header && form)) {
    refuse (error, "Send the access token once, in the Authorization header or the form, never in the query");
    return NULL;
  }
  if (!header)
    return form;
  token = g_ascii_strncasecmp (header, "Bearer ", 7) == 0 ? header + 7 + strspn (header + 7, " ") : NULL;
  if (!token || !is_token (token)) {
    refuse (error, "The Authorization header is not Bearer and a token");
    return NULL;
  }
  return token;
}

void
postern_oidc_bearer_clear (PosternOidcBearer *self)
{
  g_clear_pointer (&self->claims, g_variant_unref);
  g_clear_pointer (&self->scopes, g_strfreev);
  postern_oidc_access_token_clear_standing (&self->standing);
}

gboolean
postern_oidc_bearer_admit (PosternOidc *oidc, const char *token, const char *wanted, PosternOidcBearer *bearer, GError **error)
{
  bearer->claims = postern_oidc_access_token_verify (oidc, token, error);
  if (!bearer->claims || !postern_oidc_access_token_check_use (oidc, bearer->claims, wanted, &bearer->scopes, error) ||
      !postern_oidc_access_token_check_alive (oidc, bearer->claims, &bearer->standing, error))
    return FALSE;
  if (bearer->standing.user)
    return postern_oidc_access_token_check_assurance (oidc, &bearer->standing, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TOKEN, "The access token is nobody's");
  return FALSE;
}

void
postern_oidc_bearer_challenge (PosternResponse *response, const GError *error, const char *wants)
{
  g_autofree char *challenge = NULL;

  if (postern_response_get_status (response) >= 500) /* what fails on our side, no other token helps */
    return;
  challenge = g_strdup_printf ("Bearer realm=\"Postern\", error=\"%s\"%s%s", postern_error_get_wire (error), wants ? ", " : "", wants ? wants : "");
  postern_response_set_header (response, "WWW-Authenticate", challenge);
}

PosternResponse *
postern_oidc_bearer_refuse (const GError *error)
{
  PosternResponse *response;

  if (!error) {
    response = postern_response_new (401, NULL, NULL);
    postern_response_set_header (response, "WWW-Authenticate", "Bearer realm=\"Postern\"");
  } else {
    gboolean weak = g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION);

    response = postern_response_new_error (error);
    postern_oidc_bearer_challenge (response, error, weak ? POSTERN_OIDC_BEARER_WANTS_SECOND_FACTOR : NULL);
  }
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}
