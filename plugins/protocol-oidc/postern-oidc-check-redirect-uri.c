/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

/* Where a person goes whose flow was lost: the application's own page, else the redirect URI's origin when it is a web one. */
static char *
dup_back_url (PosternClient *client, const char *redirect_uri)
{
  g_autoptr (GUri) uri = NULL;

  if (client->client_uri)
    return g_strdup (client->client_uri);
  uri = g_uri_parse (redirect_uri, G_URI_FLAGS_NONE, NULL);
  if (!uri || !g_uri_get_host (uri) || !g_str_has_prefix (g_uri_get_scheme (uri), "http"))
    return NULL;
  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri), "/", NULL, NULL);
}

/* Exact match (OAuth 2.1 section 2.3.1); it must stand in every request, even when only one is registered. */
gboolean
postern_oidc_check_redirect_uri (PosternOidcAsk *ask, GError **error)
{
  const char *uri = postern_oidc_ask_get (ask, "redirect_uri");
  g_autofree char *back_url = NULL;

  if (!uri) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter redirect_uri is missing");
    return FALSE;
  }
  if (!postern_client_matches_redirect (ask->client, uri)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The redirect_uri is not registered for this application, character by character");
    return FALSE;
  }
  ask->redirect_uri = g_strdup (uri);
  ask->redirectable = TRUE;
  back_url = dup_back_url (ask->client, uri);
  postern_flow_set_string (&ask->flow->return_url, uri);
  postern_flow_set_string (&ask->flow->back_url, back_url);
  return TRUE;
}
