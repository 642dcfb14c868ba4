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

PosternResponse *
postern_oidc_bearer_refuse (const GError *error)
{
  PosternResponse *response;
  g_autofree char *challenge = NULL;

  if (!error) {
    response = postern_response_new (401, NULL, NULL);
    postern_response_set_header (response, "WWW-Authenticate", "Bearer realm=\"Postern\"");
    postern_response_set_header (response, "Cache-Control", "no-store");
    return response;
  }
  response = postern_response_new_error (error);
  if (postern_response_get_status (response) < 500) { /* what fails on our side, no other token helps */
    gboolean weak = g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION);

    /* RFC 9470 section 3: what is missing is a second factor */
    challenge = g_strdup_printf ("Bearer realm=\"Postern\", error=\"%s\"%s", postern_error_get_wire (error), weak ? ", acr_values=\"2\"" : "");
    postern_response_set_header (response, "WWW-Authenticate", challenge);
  }
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}
