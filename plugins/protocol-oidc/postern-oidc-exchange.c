/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-exchange.h"

#include "postern-json.h"
#include "postern-oidc-access-token.h"
#include "postern-oidc-id-token.h"
#include "postern-oidc-json.h"

static GQuark
quark (void)
{
  return g_quark_from_static_string ("postern-oidc-exchange");
}

static void
exchange_free (gpointer data)
{
  PosternOidcExchange *self = data;

  postern_oidc_client_auth_clear (&self->auth);
  g_clear_object (&self->access_key);
  g_clear_pointer (&self->grant, postern_grant_unref);
  g_free (self->resource);
  g_free (self->scope);
  g_free (self->secret_hash);
  g_free (self->grant_id);
  g_free (self->redirect_uri);
  g_free (self->code_verifier);
  g_free (self->access_token);
  g_clear_pointer (&self->kept_token, postern_access_token_unref);
  g_free (self->id_token);
  g_free (self->request_id);
  g_free (self->remote_address);
  g_free (self);
}

PosternFlow *
postern_oidc_exchange_new (PosternOidc *oidc, PosternRequest *request, const PosternOidcGrant *row, PosternOidcExchange **exchange)
{
  PosternFlow *flow = postern_flow_new (row->entrance, postern_instance_get_id (POSTERN_INSTANCE (oidc)));
  PosternOidcExchange *self = g_new0 (PosternOidcExchange, 1);

  self->oidc = oidc;
  self->request = request;
  self->row = row;
  self->flow = flow;
  self->request_id = g_strdup (postern_request_get_id (request));
  self->remote_address = g_strdup (postern_request_get_remote_address (request));
  g_object_set_qdata_full (G_OBJECT (flow), quark (), self, exchange_free);
  *exchange = self;
  return flow;
}

PosternOidcExchange *
postern_oidc_exchange_get (PosternFlow *flow)
{
  return g_object_get_qdata (G_OBJECT (flow), quark ());
}

gboolean
postern_oidc_exchange_refuse (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "The code or refresh token is unknown, used, expired or revoked, or was given to another application");
  return FALSE;
}

gboolean
postern_oidc_exchange_fail (const GError *failure, GError **error)
{
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STALE))
    return postern_oidc_exchange_refuse (error);
  g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}

static void
fill_flow (PosternFlow *flow, PosternGrant *grant)
{
  g_autofree char *acr = g_strdup (postern_json_get_string (grant->data, "acr"));

  postern_flow_set_string (&flow->application_id, grant->application_id);
  postern_flow_set_string (&flow->user_id, grant->user_id);
  postern_flow_set_string (&flow->session_id, grant->offline ? NULL : grant->session_id);
  postern_flow_set_string (&flow->grant_id, grant->id);
  postern_flow_set_string (&flow->connector_id, postern_json_get_string (grant->data, "connector_id"));
  postern_flow_set_string (&flow->organization_id, postern_json_get_string (grant->data, "organization_id"));
  postern_flow_set_string (&flow->acr, acr);
  flow->auth_time = postern_json_get_int64 (grant->data, "auth_time", 0);
  g_strfreev (flow->amr);
  flow->amr = postern_json_dup_strv (grant->data, "amr", FALSE);
  g_strfreev (flow->factors);
  flow->factors = postern_json_dup_strv (grant->data, "factors", FALSE);
  g_strfreev (flow->granted_scopes);
  flow->granted_scopes = g_strsplit (grant->scope, " ", -1);
  g_strfreev (flow->scopes);
  flow->scopes = g_strdupv (flow->granted_scopes);
  g_clear_pointer (&flow->requested_claims, g_variant_unref);
  flow->requested_claims = postern_json_get (grant->data, "claims");
  g_strfreev (flow->resources);
  flow->resources = grant->resource && *grant->resource ? g_strsplit (grant->resource, " ", -1) : NULL;
}

static gboolean
check_resource (PosternOidcExchange *self, GError **error)
{
  const char *const *granted = (const char *const *) self->flow->resources;

  if (!self->resource || (granted && g_strv_contains (granted, self->resource)))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TARGET, "The resource is not one that was granted");
  return FALSE;
}

void
postern_oidc_exchange_set_secret (PosternOidcExchange *self, const char *secret)
{
  self->secret_hash = postern_secret_hash (secret);
  self->grant_id = postern_secret_dup_id (secret, "gnt");
}

gboolean
postern_oidc_exchange_load (PosternOidcExchange *self, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, self->grant_id, &local);

  if (!grant)
    return postern_oidc_exchange_fail (local, error);
  if (grant->revoked_at || (grant->expires_at && grant->expires_at <= postern_oidc_now ()))
    return postern_oidc_exchange_refuse (error);
  if (g_strcmp0 (grant->application_id, self->auth.client->application->id) != 0)
    return postern_oidc_exchange_refuse (error);
  fill_flow (self->flow, grant);
  g_clear_pointer (&self->grant, postern_grant_unref);
  self->grant = g_steal_pointer (&grant);
  if (!check_resource (self, error))
    return FALSE;
  if (self->resource) { /* what may be had at the others is not what this token may say */
    g_strfreev (self->flow->resources);
    self->flow->resources = g_strdupv ((char *[]){ self->resource, NULL });
  }
  return TRUE;
}

gboolean
postern_oidc_exchange_read_resource (PosternOidcExchange *self, GError **error)
{
  const char *resource;

  if (!postern_request_get_form (self->request, "resource", &resource, error))
    return FALSE;
  self->resource = g_strdup (resource && *resource ? resource : NULL);
  return TRUE;
}

static PosternResponse *
no_store (GString *out)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (out);
  PosternResponse *response = postern_response_new (200, "application/json", body);

  postern_response_set_header (response, "Cache-Control", "no-store");
  postern_response_set_header (response, "Pragma", "no-cache");
  return response;
}

static char *
join (char **words)
{
  return words && *words ? g_strjoinv (" ", words) : NULL;
}

static GVariant *
describe (PosternOidcExchange *self)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *scope = join (self->flow->granted_scopes), *resource = self->resource ? g_strdup (self->resource) : join (self->flow->resources);

  postern_json_object_add_string (&data, "tenant", postern_tenant_get_slug (postern_oidc_get_tenant (self->oidc)));
  postern_json_object_add_string (&data, "user", self->flow->user_id);
  postern_json_object_add_string (&data, "application", self->flow->application_id);
  postern_json_object_add_string (&data, "session", self->flow->session_id);
  postern_json_object_add_string (&data, "grant", self->grant_id);
  postern_json_object_add_string (&data, "grant_type", self->row->grant_type);
  postern_json_object_add_string (&data, "organization_id", self->flow->organization_id);
  postern_json_object_add_string (&data, "scope", scope);
  postern_json_object_add_string (&data, "resource", resource);
  return postern_json_object_end (&data);
}

/* In the transaction that is written anyway: an entry costs no commit of its own. */
static gboolean
write_down (PosternOidcExchange *self, PosternTxn *txn, const char *event, GError **error)
{
  PosternFlow *flow = self->flow;
  g_autoptr (PosternAudit) audit = postern_audit_store_new (event, flow->user_id ? flow->user_id : flow->application_id, flow->application_id);

  audit->request_id = g_strdup (self->request_id);
  audit->remote_address = g_strdup (self->remote_address);
  audit->data = g_variant_ref_sink (describe (self));
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
keep_in (PosternTxn *txn, gpointer exchange, GError **error)
{
  PosternOidcExchange *self = exchange;

  return (!self->kept_token || postern_access_store_insert (txn, self->kept_token, error)) && write_down (self, txn, "token.issued", error);
}

/* A token for an application by itself that is kept nowhere is written down nowhere: that is the price of its rate. */
static gboolean
keep (PosternOidcExchange *self, PosternTxn *txn, GError **error)
{
  if (txn)
    return keep_in (txn, self, error);
  return !self->kept_token || postern_store_write (postern_tenant_get_store (postern_oidc_get_tenant (self->oidc)), POSTERN_KEEP_LASTING, keep_in, self, error);
}

PosternResponse *
postern_oidc_exchange_answer (PosternOidcExchange *self, PosternTxn *txn, const char *refresh_token, GError **error)
{
  g_autofree char *scope = self->flow->granted_scopes ? g_strjoinv (" ", self->flow->granted_scopes) : NULL;
  GString *out;

  if (!keep (self, txn, error))
    return NULL;
  out = g_string_sized_new (1024);
  g_string_append_c (out, '{');
  postern_oidc_json_add_string (out, "access_token", self->access_token);
  postern_oidc_json_add_string (out, "token_type", "Bearer");
  postern_oidc_json_add_int64 (out, "expires_in", self->lifetime);
  postern_oidc_json_add_string (out, "refresh_token", refresh_token);
  postern_oidc_json_add_string (out, "id_token", self->id_token);
  postern_oidc_json_add_string (out, "scope", scope && *scope ? scope : NULL);
  g_string_append_c (out, '}');
  return no_store (out);
}

/*
 * Whom the token is for: the one resource that was asked for now; else all that were granted and, with `openid`, this
 * issuer too, because its userinfo endpoint is then one of the places the application will go. Stage `permission` may have
 * taken a resource away: what was named has nothing left then.
 */
static char **
dup_audience (PosternOidcExchange *self, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *const *scopes = (const char *const *) self->flow->granted_scopes;
  const char *const *resources = (const char *const *) self->flow->resources;

  if (self->resource && !g_strv_contains (resources, self->resource)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SCOPE, "Nothing of this may be had at the resource");
    return NULL;
  }
  if (self->resource)
    return g_strdupv ((char *[]){ self->resource, NULL });
  if (resources)
    g_strv_builder_addv (builder, (const char **) resources);
  if (!resources || !*resources || (scopes && g_strv_contains (scopes, "openid")))
    g_strv_builder_add (builder, postern_oidc_get_issuer (self->oidc));
  return g_strv_builder_end (builder);
}

static char *
sign_access_token (PosternOidcExchange *self, GError **error)
{
  PosternFlow *flow = self->flow;
  PosternClient *client = self->auth.client;
  g_auto (GStrv) audience = dup_audience (self, error);
  g_autofree char *scope = g_strjoinv (" ", flow->granted_scopes);
  PosternOidcAccessToken fields = {
    .subject = flow->user_id, .client_id = client->application->id, .scope = scope, .audience = (const char *const *) audience,
    .grant_id = self->grant->id, .session_id = flow->session_id, .acr = flow->acr, .organization_id = flow->organization_id, .amr = (const char *const *) flow->amr,
    .auth_time = flow->auth_time, .lifetime = self->lifetime, .roles = (const char *const *) flow->roles,
    .organization_roles = (const char *const *) flow->organization_roles, .permissions = (const char *const *) flow->permissions, .claims = flow->resource_claims,
  };

  if (!audience)
    return NULL;
  return postern_oidc_access_token_make (self->oidc, client, self->access_key, &fields, &self->kept_token, error);
}

gboolean
postern_oidc_exchange_sign (PosternOidcExchange *self, gboolean with_nonce, GError **error)
{
  const char *const *scopes = (const char *const *) self->flow->granted_scopes;
  PosternOidcIdToken fields = { self->auth.client, self->flow, self->grant->session_id, NULL, NULL };

  if (self->access_token)
    return TRUE;
  self->lifetime = postern_oidc_access_token_lifetime (self->oidc, self->auth.client, (const char *const *) self->flow->resources);
  self->access_token = sign_access_token (self, error);
  if (!self->access_token || !g_strv_contains (scopes, "openid"))
    return self->access_token != NULL;
  fields.access_token = self->access_token;
  fields.nonce = with_nonce ? postern_json_get_string (self->grant->data, "nonce") : NULL;
  self->id_token = postern_oidc_id_token_sign (self->oidc, &fields, error);
  return self->id_token != NULL;
}

gboolean
postern_oidc_exchange_check_grant (PosternOidcExchange *self, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternGrant) grant = postern_grant_store_get (txn, self->grant->id, &local);

  if (!grant)
    return postern_oidc_exchange_fail (local, error);
  return grant->revoked_at ? postern_oidc_exchange_refuse (error) : TRUE;
}

/* A family has one end, set when the grant was made: rotating does not move it (OAuth 2.1 section 4.3.1). */
char *
postern_oidc_exchange_add_refresh (PosternOidcExchange *self, PosternTxn *txn, GError **error)
{
  g_autofree char *secret = postern_secret_new_for (self->grant->id);
  g_autoptr (PosternRefreshToken) token = postern_refresh_token_new ();

  token->grant_key = self->grant->key;
  token->hash = postern_secret_hash (secret);
  token->created_at = postern_oidc_now ();
  token->expires_at = self->grant->expires_at;
  return postern_refresh_store_insert (txn, token, error) ? g_steal_pointer (&secret) : NULL;
}

PosternResponse *
postern_oidc_exchange_answer_reuse (PosternOidcExchange *self, PosternTxn *txn, const char *what, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  if (!postern_grant_store_revoke (txn, self->grant->id, postern_oidc_now (), error) || !write_down (self, txn, "token.reused", error))
    return NULL;
  g_message ("A %s of application %s was used twice; its grant %s is revoked", what, self->auth.client->application->id, self->grant->id);
  postern_oidc_exchange_refuse (&refusal);
  return postern_oidc_client_auth_refuse (FALSE, refusal);
}

PosternResponse *
postern_oidc_exchange_answer_failed (PosternOidcExchange *self, PosternTxn *txn, const char *what, const GError *failure, GError **error)
{
  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return postern_oidc_exchange_answer_reuse (self, txn, what, error);
  postern_oidc_exchange_fail (failure, error);
  return NULL;
}
