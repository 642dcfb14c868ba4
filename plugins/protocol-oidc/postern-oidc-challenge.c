/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-challenge.h"

#include "postern-flow-native.h"
#include "postern-json.h"
#include "postern-oidc-ask.h"
#include "postern-oidc-authorize.h"
#include "postern-oidc-client-auth.h"
#include "postern-oidc-pushed.h"
#include "postern-request-private.h"

#define PUSHED "pushed" /* in the flow: the request, for the browser, should that have to go on */

/* No browser sends these by its own pages' will, and none leaves them away at a script's: whoever brings one is a page. */
static gboolean
check_sender (PosternRequest *request, GError **error)
{
  static const char *const headers[] = { "Origin", "Sec-Fetch-Site" };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    if (postern_request_get_header (request, headers[i])) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "This endpoint is for programs, not for pages in a browser");
      return FALSE;
    }
  return TRUE;
}

/* No redirect URI binds the code, so PKCE must, whatever the application's record says. */
static gboolean
check_bound (PosternOidcAsk *ask, GError **error)
{
  if (ask->code_challenge)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter code_challenge is missing: PKCE is needed here");
  return FALSE;
}

/* The way back is for what only a browser can do; the code that is given here is not bound to it. */
static gboolean
check_way_back (PosternOidcAsk *ask, GError **error)
{
  const char *uri = postern_oidc_ask_get (ask, "redirect_uri");

  if (!uri || postern_client_matches_redirect (ask->client, uri))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The redirect_uri is not registered for this application, character by character");
  return FALSE;
}

/* An authorization request: the same checks as of one in a browser, but for those of the redirect. */
static PosternResponse *
begin (PosternOidcAsk *ask, GError **error)
{
  g_autofree char *packed = postern_oidc_pushed_pack (ask->parameters); /* before a request object is put in their place */

  if (!postern_oidc_authorize_check (ask, FALSE, error) || !check_bound (ask, error) || !check_way_back (ask, error))
    return NULL;
  postern_oidc_authorize_keep_state (ask);
  if (postern_oidc_ask_get (ask, "redirect_uri"))
    postern_pairs_set (ask->flow->protocol_state, PUSHED, packed);
  return postern_flow_engine_run (postern_oidc_get_engine (ask->oidc), ask->flow, ask->request, NULL);
}

static PosternResponse *
answer (PosternOidcAsk *ask, GError **error)
{
  const char *auth_session = postern_oidc_ask_get (ask, "auth_session");

  if (!auth_session || postern_flow_native_is_kept (auth_session))
    return begin (ask, error);
  return postern_flow_native_answer (postern_oidc_get_engine (ask->oidc), ask->request, auth_session, ask->client->application->id, error);
}

PosternResponse *
postern_oidc_challenge_answer (PosternRequest *request, gpointer oidc)
{
  g_auto (PosternOidcClientAuth) auth = { 0 };
  g_autoptr (PosternFlow) flow = postern_flow_new (POSTERN_ENTRANCE_NATIVE, postern_instance_get_id (POSTERN_INSTANCE (oidc)));
  PosternOidcAsk ask = { .oidc = oidc, .request = request, .flow = flow };
  PosternPairs *parameters = NULL;
  PosternResponse *response = NULL;
  g_autoptr (GError) error = NULL;

  if (check_sender (request, &error) && postern_oidc_client_auth_check (oidc, request, TRUE, &auth, &error))
    parameters = postern_request_get_parameters (request, &error);
  if (parameters) {
    ask.parameters = postern_pairs_ref (parameters);
    ask.client = auth.client;
    postern_flow_set_string (&flow->application_id, auth.client->application->id);
    response = answer (&ask, &error);
  }
  g_clear_pointer (&ask.parameters, postern_pairs_unref);
  g_free (ask.redirect_uri);
  g_free (ask.code_challenge);
  return response ? response : postern_oidc_client_auth_refuse (auth.basic, error);
}

/* --- what the engine calls --------------------------------------------------------------------------------------------------- */

PosternResponse *
postern_oidc_challenge_show (PosternOidc *self, PosternFlow *flow, GVariant *page, const char *auth_session)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  gint64 retry_after = postern_json_get_int64 (page, "retry_after", 0);
  PosternResponse *response;

  postern_json_object_add_string (&model, "error", "insufficient_authorization");
  postern_json_object_add_string (&model, "auth_session", auth_session);
  postern_json_object_add_int64 (&model, "auth_session_expires_in", MAX (flow->expires_at - postern_oidc_now (), 0));
  postern_json_object_add_string (&model, "ui_locales", flow->ui_locales);
  postern_json_object_add (&model, "page", page);
  response = postern_response_new_page (403, POSTERN_RESPONSE_JSON, postern_json_object_end (&model));
  if (retry_after > 0) {
    g_autofree char *seconds = g_strdup_printf ("%" G_GINT64_FORMAT, retry_after);

    postern_response_set_header (response, "Retry-After", seconds);
  }
  return response;
}

PosternResponse *
postern_oidc_challenge_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  g_autofree char *code = postern_oidc_authorize_make_code (self, flow, txn, error);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (!code)
    return NULL;
  postern_json_object_add_string (&model, "authorization_code", code);
  postern_json_object_add_string (&model, "auth_session", flow->auth_session);
  return postern_response_new_json (200, postern_json_object_end (&model));
}

/* Without a request_uri the application begins anew in the browser, as it would where it named no way back. */
static PosternResponse *
redirect_to_web (PosternOidc *self, PosternFlow *flow, const GError *error, const char *packed)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *request_uri = postern_oidc_pushed_new (self, flow->application_id, packed, flow->identifier, &failure);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (request_uri == NULL) {
    g_warning ("No request_uri for the browser: %s", failure->message);
    return postern_oidc_client_auth_refuse (FALSE, error);
  }
  postern_json_object_add_string (&model, "error", postern_error_get_wire (error));
  postern_json_object_add_string (&model, "error_description", error->message);
  postern_json_object_add_string (&model, "request_uri", request_uri);
  postern_json_object_add_int64 (&model, "expires_in", POSTERN_OIDC_PUSHED_LIFETIME);
  return postern_response_new_json (postern_error_get_status (error), postern_json_object_end (&model));
}

PosternResponse *
postern_oidc_challenge_refuse (PosternOidc *self, PosternFlow *flow, const GError *error)
{
  const char *packed = flow->protocol_state ? postern_pairs_get (flow->protocol_state, PUSHED) : NULL;

  if (packed && g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_REDIRECT_TO_WEB))
    return redirect_to_web (self, flow, error, packed);
  return postern_oidc_client_auth_refuse (FALSE, error);
}
