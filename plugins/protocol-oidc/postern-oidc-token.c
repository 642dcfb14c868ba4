/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-token.h"

#include "postern-oidc-access-token.h"
#include "postern-oidc-exchange.h"
#include "postern-oidc-grant.h"

static const PosternOidcGrant grants[] = {
  { "client_credentials", POSTERN_ENTRANCE_BACK_CHANNEL, TRUE, postern_oidc_grant_client_credentials_prepare, NULL, NULL, postern_oidc_grant_client_credentials_issue },
  { "authorization_code", POSTERN_ENTRANCE_CODE, FALSE, postern_oidc_grant_code_prepare, postern_oidc_grant_code_look, postern_oidc_grant_code_sign, postern_oidc_grant_code_issue },
  { "refresh_token", POSTERN_ENTRANCE_REFRESH, FALSE, postern_oidc_grant_refresh_prepare, postern_oidc_grant_refresh_look, postern_oidc_grant_refresh_sign, postern_oidc_grant_refresh_issue },
};

static const PosternOidcGrant *
find_grant (PosternRequest *request, GError **error)
{
  const char *type;

  if (!postern_request_get_form (request, "grant_type", &type, error))
    return NULL;
  for (guint i = 0; type && i < G_N_ELEMENTS (grants); i++)
    if (g_str_equal (grants[i].grant_type, type))
      return &grants[i];
  if (type && *type)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_UNSUPPORTED_GRANT_TYPE, "The grant_type must be authorization_code, refresh_token or client_credentials");
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter grant_type is missing");
  return NULL;
}

/* The key is taken here: stage `issue` holds the store's one writer, and making a key is slow. An opaque token needs none, but the
 * disk. */
static gboolean
take_key (PosternOidcExchange *exchange, gboolean may_block, GError **error)
{
  PosternKeyRing *ring = postern_tenant_get_key_ring (postern_oidc_get_tenant (exchange->oidc));
  PosternJoseAlg alg = postern_oidc_access_token_alg (exchange->auth.client);

  if (exchange->auth.client->access_token_opaque)
    return may_block;
  exchange->access_key = may_block ? postern_key_ring_dup_current (ring, alg, error) : postern_key_ring_peek_current (ring, alg);
  return exchange->access_key != NULL;
}

static gboolean
prepare (PosternOidcExchange *exchange, GError **error)
{
  PosternClient *client = exchange->auth.client;

  if (!postern_client_allows_grant (client, exchange->row->grant_type)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_UNAUTHORIZED_CLIENT, "This application is not registered for the grant %s", exchange->row->grant_type);
    return FALSE;
  }
  postern_flow_set_string (&exchange->flow->application_id, client->application->id);
  return exchange->row->prepare (exchange, error);
}

/* What the stages `organization` and `permission` will want to know of an application that asks for itself. */
static gboolean
knows_permissions (PosternOidcExchange *exchange)
{
  PosternPermissionCache *permissions = postern_tenant_get_permissions (postern_oidc_get_tenant (exchange->oidc));
  g_autoptr (PosternResourceBook) book = postern_permission_cache_peek_resources (permissions);
  PosternPermissionSubject subject = { exchange->auth.client->application->id, NULL };
  g_autoptr (PosternPermission) permission = NULL;

  if (!book || !postern_resource_book_find_any (book, (const char *const *) exchange->flow->resources))
    return book != NULL;
  permission = postern_permission_cache_peek (permissions, &subject);
  return permission != NULL;
}

/* NULL only inline, when something would block. Nothing is changed until the walk, so starting over costs only time. */
static PosternResponse *
exchange_tokens (PosternOidc *oidc, PosternRequest *request, const PosternOidcGrant *row, gboolean may_block)
{
  PosternOidcExchange *exchange;
  g_autoptr (PosternFlow) flow = postern_oidc_exchange_new (oidc, request, row, &exchange);
  g_autoptr (GError) error = NULL;
  gboolean ready = postern_oidc_client_auth_check (oidc, request, may_block, &exchange->auth, &error);

  if (ready && !take_key (exchange, may_block, &error) && !error)
    return NULL;
  if (!ready && !error)
    return NULL;
  if (error || !prepare (exchange, &error))
    return postern_oidc_client_auth_refuse (exchange->auth.basic, error);
  if (!may_block && (flow->organization || !knows_permissions (exchange)))
    return NULL;
  exchange->request = NULL;
  return postern_flow_engine_run (postern_oidc_get_engine (oidc), flow, request, NULL);
}

PosternResponse *
postern_oidc_token_answer (PosternRequest *request, gpointer oidc)
{
  g_autoptr (GError) error = NULL;
  const PosternOidcGrant *row = find_grant (request, &error);

  return row ? exchange_tokens (oidc, request, row, TRUE) : postern_oidc_client_auth_refuse (FALSE, error);
}

/* A third party's listener may block, and then must not be asked on the I/O thread. */
static gboolean
has_listeners (PosternOidc *oidc)
{
  PosternHub *hub = postern_runtime_get_hub (postern_oidc_get_runtime (oidc));

  return postern_hub_is_heard (hub, "decide") || postern_hub_is_heard (hub, "collect-claims");
}

PosternResponse *
postern_oidc_token_answer_inline (PosternRequest *request, gpointer oidc)
{
  const PosternOidcGrant *row = find_grant (request, NULL);

  if (!row || !row->allow_inline || has_listeners (oidc))
    return NULL;
  return exchange_tokens (oidc, request, row, FALSE);
}

gboolean
postern_oidc_token_look (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  PosternOidcExchange *exchange = postern_oidc_exchange_get (flow);

  return exchange->row->look ? exchange->row->look (exchange, txn, error) : TRUE;
}

gboolean
postern_oidc_token_sign (PosternOidc *self, PosternFlow *flow, GError **error)
{
  PosternOidcExchange *exchange = postern_oidc_exchange_get (flow);

  return exchange->row->sign ? exchange->row->sign (exchange, error) : TRUE;
}

PosternResponse *
postern_oidc_token_issue (PosternOidc *self, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  PosternOidcExchange *exchange = postern_oidc_exchange_get (flow);

  return postern_oidc_token_sign (self, flow, error) ? exchange->row->issue (exchange, txn, error) : NULL;
}

PosternResponse *
postern_oidc_token_refuse (PosternOidc *self, PosternFlow *flow, const GError *error)
{
  PosternOidcExchange *exchange = postern_oidc_exchange_get (flow);

  return postern_oidc_client_auth_refuse (exchange && exchange->auth.basic, error);
}
