/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-authorize.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-organization.h"
#include "postern-oidc-pushed.h"
#include "postern-oidc-response.h"
#include "postern-request-private.h"

/*
 * The whole way of an authorization request. Until `redirect_uri` has passed, a refusal is a page of ours; from then on
 * it goes to the application. What a later check needs from an earlier one stands above it.
 */
static const struct {
  PosternOidcCheck run;
  gboolean redirect; /* is about the way back to the application */
} checks[] = {
  { postern_oidc_check_client, TRUE }, /* who gets an answer at once has shown who it is */
  { postern_oidc_check_request_object }, /* may bring any of the parameters below */
  { postern_oidc_check_redirect_uri, TRUE },
  { postern_oidc_check_response_mode, TRUE },
  { postern_oidc_check_response_type },
  { postern_oidc_check_sizes },
  { postern_oidc_check_pkce },
  { postern_oidc_check_scope },
  { postern_oidc_check_resource },
  { postern_oidc_check_prompt },
  { postern_oidc_check_max_age },
  { postern_oidc_check_claims },
  { postern_oidc_check_id_token_hint }, /* must agree with claims.id_token.sub */
  { postern_oidc_check_hints },         /* needs claims.id_token.acr */
};

gboolean
postern_oidc_authorize_check (PosternOidcAsk *ask, gboolean redirect, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if ((redirect || !checks[i].redirect) && !checks[i].run (ask, error))
      return FALSE;
  return TRUE;
}

/* What the answer needs when the person has signed in, perhaps after a restart. */
void
postern_oidc_authorize_keep_state (PosternOidcAsk *ask)
{
  PosternPairs *state = postern_pairs_new ();

  postern_pairs_set (state, "redirect_uri", ask->redirect_uri);
  postern_pairs_set (state, "response_mode", ask->response_mode);
  postern_pairs_set (state, "state", postern_oidc_ask_get (ask, "state"));
  postern_pairs_set (state, "nonce", postern_oidc_ask_get (ask, "nonce"));
  postern_pairs_set (state, "code_challenge", ask->code_challenge);
  ask->flow->protocol_state = state;
}

static PosternResponse *
refuse (PosternOidcAsk *ask, const GError *error)
{
  if (!ask->redirectable)
    return postern_response_new_error_page (error, NULL);
  postern_oidc_authorize_keep_state (ask);
  return postern_oidc_authorize_refuse (ask->oidc, ask->flow, error);
}

static PosternResponse *
answer (PosternOidcAsk *ask)
{
  g_autoptr (GError) error = NULL;
  PosternPairs *parameters = postern_request_get_parameters (ask->request, &error);
  PosternResponse *again;
  gboolean pushed;

  if (!parameters)
    return postern_response_new_error_page (error, NULL);
  ask->parameters = postern_pairs_ref (parameters);
  pushed = postern_oidc_pushed_is_named (ask);
  again = pushed ? postern_oidc_response_again_by_get (ask->request) : NULL; /* before it is used up */
  if (again)
    return again;
  if ((pushed && !postern_oidc_pushed_take (ask, &error)) || !postern_oidc_authorize_check (ask, TRUE, &error))
    return refuse (ask, error);
  again = pushed ? NULL : postern_oidc_response_again_by_get (ask->request);
  if (again)
    return again;
  postern_oidc_authorize_keep_state (ask);
  return postern_flow_engine_run (postern_oidc_get_engine (ask->oidc), ask->flow, ask->request, NULL);
}

PosternResponse *
postern_oidc_authorize_answer (PosternRequest *request, gpointer oidc)
{
  PosternOidcAsk ask = { .oidc = oidc, .request = request, .response_mode = "query" };
  PosternResponse *response;

  ask.flow = postern_flow_new (POSTERN_ENTRANCE_BROWSER, postern_instance_get_id (POSTERN_INSTANCE (oidc)));
  response = answer (&ask);
  g_clear_pointer (&ask.parameters, postern_pairs_unref);
  g_clear_pointer (&ask.client, postern_client_unref);
  g_object_unref (ask.flow);
  g_free (ask.redirect_uri);
  g_free (ask.code_challenge);
  return response;
}

/* What the tokens will need when the code comes back. */
static GVariant *
grant_data (PosternFlow *flow)
{
  g_auto (PosternJsonObject) builder = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&builder, "nonce", postern_pairs_get (flow->protocol_state, "nonce"));
  postern_json_object_add_string (&builder, "acr", flow->acr);
  postern_json_object_add_int64 (&builder, "auth_time", flow->auth_time);
  if (flow->amr)
    postern_json_object_add (&builder, "amr", g_variant_new_strv ((const char *const *) flow->amr, -1));
  if (flow->factors)
    postern_json_object_add (&builder, "factors", g_variant_new_strv ((const char *const *) flow->factors, -1));
  postern_json_object_add_string (&builder, "connector_id", flow->connector_id);
  postern_json_object_add_string (&builder, "organization_id", flow->organization_id);
  postern_json_object_add (&builder, "claims", flow->requested_claims);
  return g_variant_ref_sink (postern_json_object_end (&builder));
}

/* One absolute end for all that comes of this sign-in: as long as its last token could live. */
static gint64
grant_end (PosternOidc *self, PosternClient *client, gint64 now)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (postern_oidc_get_tenant (self));
  gint64 access = client->access_token_lifetime > 0 ? client->access_token_lifetime : policy->access_token_lifetime;
  gint64 refresh = client->refresh_token_lifetime > 0 ? client->refresh_token_lifetime : policy->refresh_token_lifetime;

  return now + (postern_client_allows_grant (client, "refresh_token") ? refresh : POSTERN_OIDC_CODE_LIFETIME + access);
}

static PosternGrant *
make_grant (PosternOidc *self, PosternFlow *flow, PosternClient *client, gint64 now)
{
  PosternGrant *grant = postern_grant_new ();
  char **scopes = flow->granted_scopes ? flow->granted_scopes : flow->scopes;

  if (!flow->grant_id)
    flow->grant_id = postern_id_new ("gnt");
  grant->id = g_strdup (flow->grant_id);
  grant->user_id = g_strdup (flow->user_id);
  grant->application_id = g_strdup (flow->application_id);
  grant->session_id = g_strdup (flow->session_id);
  grant->scope = g_strjoinv (" ", scopes);
  grant->resource = flow->resources ? g_strjoinv (" ", flow->resources) : g_strdup ("");
  grant->data = grant_data (flow);
  grant->offline = g_strv_contains ((const char *const *) scopes, "offline_access");
  grant->created_at = now;
  grant->expires_at = grant_end (self, client, now);
  return grant;
}

static void
add_code (PosternGrant *grant, PosternFlow *flow, const char *code)
{
  grant->code_hash = postern_secret_hash (code);
  grant->code_redirect_uri = g_strdup (postern_pairs_get (flow->protocol_state, "redirect_uri"));
  grant->code_challenge = g_strdup (postern_pairs_get (flow->protocol_state, "code_challenge"));
  grant->code_expires_at = grant->created_at + POSTERN_OIDC_CODE_LIFETIME;
}

/* Once more where the grant is made: who was put out since the stage looked would keep what nothing revokes. */
static gboolean
check_organization (PosternFlow *flow, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = NULL;
  g_autoptr (GError) local = NULL;

  if (flow->organization_id == NULL)
    return TRUE;
  organization = postern_organization_load_for (txn, flow->organization_id, flow->user_id, &local);
  if (organization == NULL && g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "The person is not a member of the organization any more");
  else if (organization == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return organization != NULL;
}

char *
postern_oidc_authorize_make_code (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternClient) client = postern_tenant_dup_client (postern_oidc_get_tenant (self), flow->application_id, error);
  g_autofree char *code = NULL;
  g_autoptr (PosternGrant) grant = NULL;

  if (!client || !check_organization (flow, txn, error))
    return NULL;
  grant = make_grant (self, flow, client, postern_oidc_now ());
  code = postern_secret_new_for (grant->id);
  add_code (grant, flow, code);
  return postern_grant_store_insert (txn, grant, error) ? g_steal_pointer (&code) : NULL;
}

PosternResponse *
postern_oidc_authorize_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  g_autofree char *code = postern_oidc_authorize_make_code (self, flow, txn, error);

  return code ? postern_oidc_response_new (self, flow, (const char *const[]){ "code", code, NULL }) : NULL;
}

/* These are about us and the application: to send them to a redirect URI would be to trust it. */
static gboolean
is_for_the_person (const GError *error)
{
  return !error || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_CLIENT);
}

PosternResponse *
postern_oidc_authorize_refuse (PosternOidc *self, PosternFlow *flow, const GError *error)
{
  const char *description = postern_error_is_public (error) ? error->message : NULL;

  if (is_for_the_person (error) || !postern_pairs_get (flow->protocol_state, "redirect_uri"))
    return postern_response_new_error_page (error, flow->back_url);
  return postern_oidc_response_new (self, flow, (const char *const[]){
    "error", postern_oidc_response_get_error (error), description ? "error_description" : NULL, description, NULL });
}
