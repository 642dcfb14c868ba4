/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc.h"

#include "postern-json.h"
#include "postern-oidc-account.h"
#include "postern-oidc-authorize.h"
#include "postern-oidc-challenge.h"
#include "postern-oidc-courier.h"
#include "postern-oidc-discovery.h"
#include "postern-oidc-evaluate.h"
#include "postern-oidc-introspect.h"
#include "postern-oidc-logout.h"
#include "postern-oidc-management.h"
#include "postern-oidc-register.h"
#include "postern-oidc-revoke.h"
#include "postern-oidc-token.h"
#include "postern-oidc-upstream.h"
#include "postern-oidc-userinfo.h"

struct _PosternOidc {
  PosternProtocol parent_instance;
  PosternRuntime *runtime;
  PosternFlowEngine *engine;
  PosternTenant *tenant;
  PosternOidcCourier *courier;
  GBytes *metadata;

  GMutex keys_lock; /* held for a look or for printing a handful of public keys */
  PosternJwkSet *keys;
  GBytes *keys_json;
};

G_DEFINE_FINAL_TYPE (PosternOidc, postern_oidc, POSTERN_TYPE_PROTOCOL)

#define SMALL (16 * 1024)
#define LARGE (128 * 1024) /* an authorization request with a request object, a token request with an assertion */
#define OPEN POSTERN_ROUTE_CORS
#define ACCOUNT "/api/account"

static const PosternRoute routes[] = {
  { "GET", "/.well-known/openid-configuration", postern_oidc_discovery_answer, postern_oidc_discovery_answer, 0, OPEN },
  { "GET", "/.well-known/oauth-authorization-server", postern_oidc_discovery_answer, postern_oidc_discovery_answer, 0, OPEN },
  { "GET", "/oidc/jwks", postern_oidc_discovery_answer_keys, postern_oidc_discovery_answer_keys_inline, 0, OPEN },
  { "GET", "/oidc/authorize", postern_oidc_authorize_answer, NULL, 0, 0 },
  { "POST", "/oidc/authorize", postern_oidc_authorize_answer, NULL, LARGE, 0 },
  { "POST", "/oidc/authorize-challenge", postern_oidc_challenge_answer, NULL, LARGE, 0 },
  { "POST", "/oidc/token", postern_oidc_token_answer, postern_oidc_token_answer_inline, LARGE, OPEN },
  { "GET", "/oidc/userinfo", postern_oidc_userinfo_answer, NULL, 0, OPEN },
  { "POST", "/oidc/userinfo", postern_oidc_userinfo_answer, NULL, LARGE, OPEN },
  { "GET", "/oidc/upstream-token/{connector}", postern_oidc_upstream_answer, NULL, 0, OPEN },
  { "GET", ACCOUNT "/profile", postern_oidc_account_show_profile, NULL, 0, OPEN },
  { "PATCH", ACCOUNT "/profile", postern_oidc_account_change_profile, NULL, SMALL, OPEN },
  { "GET", ACCOUNT "/preferences", postern_oidc_account_show_preferences, NULL, 0, OPEN },
  { "PATCH", ACCOUNT "/preferences", postern_oidc_account_change_preferences, NULL, SMALL, OPEN },
  { "GET", ACCOUNT "/sign-in-methods", postern_oidc_account_list_methods, NULL, 0, OPEN },
  { "PATCH", ACCOUNT "/sign-in-methods/{method}", postern_oidc_account_rename_method, NULL, SMALL, OPEN },
  { "DELETE", ACCOUNT "/sign-in-methods/{method}", postern_oidc_account_remove_method, NULL, 0, OPEN },
  { "GET", ACCOUNT "/sessions", postern_oidc_account_list_sessions, NULL, 0, OPEN },
  { "DELETE", ACCOUNT "/sessions", postern_oidc_account_end_others, NULL, 0, OPEN },
  { "DELETE", ACCOUNT "/sessions/{session}", postern_oidc_account_end_session, NULL, 0, OPEN },
  { "GET", ACCOUNT "/applications", postern_oidc_account_list_applications, NULL, 0, OPEN },
  { "DELETE", ACCOUNT "/applications/{application}", postern_oidc_account_revoke_application, NULL, 0, OPEN },
  { "GET", ACCOUNT "/activity", postern_oidc_account_list_activity, NULL, 0, OPEN },
  { "GET", ACCOUNT "/data", postern_oidc_account_show_data, NULL, 0, OPEN },
  { "POST", ACCOUNT "/deletion", postern_oidc_account_ask_deletion, NULL, 0, OPEN },
  { "DELETE", ACCOUNT "/deletion", postern_oidc_account_undo_deletion, NULL, 0, OPEN },
  { "GET", "/.well-known/authzen-configuration", postern_oidc_evaluate_answer_metadata, postern_oidc_evaluate_answer_metadata, 0, OPEN },
  { "POST", "/access/v1/evaluation", postern_oidc_evaluate_answer, NULL, SMALL, 0 },
  { "POST", "/access/v1/evaluations", postern_oidc_evaluate_answer_many, NULL, LARGE, 0 },
  { "POST", "/oidc/introspect", postern_oidc_introspect_answer, NULL, LARGE, POSTERN_ROUTE_INTROSPECTION },
  { "POST", "/oidc/revoke", postern_oidc_revoke_answer, NULL, LARGE, OPEN },
  { "GET", "/oidc/logout", postern_oidc_logout_answer, NULL, 0, 0 },
  { "POST", "/oidc/logout", postern_oidc_logout_answer, NULL, LARGE, 0 },
  { "POST", "/oidc/register", postern_oidc_register_answer, NULL, LARGE, 0 },
  { "POST", "/oidc/logout/confirm", postern_oidc_logout_answer_confirmed, NULL, SMALL, POSTERN_ROUTE_CSRF },
  { NULL },
};

static const PosternRoute *
postern_oidc_get_routes (PosternProtocol *protocol)
{
  return routes;
}

static gboolean
postern_oidc_start (PosternProtocol *protocol, PosternRuntime *runtime, PosternFlowEngine *engine, GError **error)
{
  PosternOidc *self = POSTERN_OIDC (protocol);
  /* What most applications verify must be published before the first token: key sets are cached out there. */
  const PosternJoseAlg early[] = { POSTERN_OIDC_DEFAULT_ALG, POSTERN_JOSE_ALG_RS256 };

  self->runtime = g_object_ref (runtime);
  self->engine = g_object_ref (engine);
  g_set_object (&self->tenant, postern_runtime_get_tenant (runtime));
  self->courier = postern_oidc_courier_new ();
  self->metadata = postern_oidc_discovery_render (self);
  for (guint i = 0; i < G_N_ELEMENTS (early); i++) {
    g_autoptr (PosternJwk) key = postern_key_ring_dup_current (postern_tenant_get_key_ring (self->tenant), early[i], error);
    if (!key)
      return FALSE;
  }
  return TRUE;
}

static gboolean
postern_oidc_look (PosternProtocol *protocol, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  return postern_oidc_token_look (POSTERN_OIDC (protocol), flow, txn, error);
}

static gboolean
postern_oidc_sign (PosternProtocol *protocol, PosternFlow *flow, GError **error)
{
  return (flow->entrance & POSTERN_ENTRANCES_PERSON) || postern_oidc_token_sign (POSTERN_OIDC (protocol), flow, error);
}

/* Stage `issue`: who brings a person gets a code, everyone else gets tokens. */
static PosternResponse *
postern_oidc_issue (PosternProtocol *protocol, PosternFlow *flow, PosternTxn *txn, GError **error)
{
  PosternOidc *self = POSTERN_OIDC (protocol);

  if (flow->entrance == POSTERN_ENTRANCE_BROWSER)
    return postern_oidc_authorize_issue (self, flow, txn, error);
  if (flow->entrance == POSTERN_ENTRANCE_NATIVE)
    return postern_oidc_challenge_issue (self, flow, txn, error);
  return postern_oidc_token_issue (self, flow, txn, error);
}

static PosternResponse *
postern_oidc_refuse (PosternProtocol *protocol, PosternFlow *flow, const GError *error)
{
  PosternOidc *self = POSTERN_OIDC (protocol);

  if (flow->entrance == POSTERN_ENTRANCE_BROWSER)
    return postern_oidc_authorize_refuse (self, flow, error);
  if (flow->entrance == POSTERN_ENTRANCE_NATIVE)
    return postern_oidc_challenge_refuse (self, flow, error);
  return postern_oidc_token_refuse (self, flow, error);
}

static PosternResponse *
postern_oidc_show (PosternProtocol *protocol, PosternFlow *flow, GVariant *page, const char *auth_session)
{
  return postern_oidc_challenge_show (POSTERN_OIDC (protocol), flow, page, auth_session);
}

static void
postern_oidc_session_ended (PosternProtocol *protocol, PosternTenant *tenant, PosternSession *session, GPtrArray *grants)
{
  postern_oidc_courier_tell_session_end (POSTERN_OIDC (protocol), tenant, session, grants);
}

static gboolean
postern_oidc_configure (PosternInstance *instance, GError **error)
{
  gint64 grace = postern_settings_get_int64 (postern_instance_get_settings (instance), "refresh-grace");

  if (grace < 0 || grace > 60) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "refresh-grace is %" G_GINT64_FORMAT ": give 0 to 60 seconds", grace);
    return FALSE;
  }
  return TRUE;
}

static void
postern_oidc_finalize (GObject *object)
{
  PosternOidc *self = POSTERN_OIDC (object);

  g_clear_pointer (&self->courier, postern_oidc_courier_free);
  g_clear_object (&self->runtime);
  g_clear_object (&self->engine);
  g_clear_object (&self->tenant);
  g_clear_object (&self->keys);
  g_clear_pointer (&self->keys_json, g_bytes_unref);
  g_clear_pointer (&self->metadata, g_bytes_unref);
  g_mutex_clear (&self->keys_lock);
  G_OBJECT_CLASS (postern_oidc_parent_class)->finalize (object);
}

static void
postern_oidc_class_init (PosternOidcClass *klass)
{
  PosternProtocolClass *protocol_class = POSTERN_PROTOCOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = postern_oidc_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_oidc_configure;
  protocol_class->start = postern_oidc_start;
  protocol_class->get_routes = postern_oidc_get_routes;
  protocol_class->look = postern_oidc_look;
  protocol_class->sign = postern_oidc_sign;
  protocol_class->issue = postern_oidc_issue;
  protocol_class->refuse = postern_oidc_refuse;
  protocol_class->show = postern_oidc_show;
  protocol_class->session_ended = postern_oidc_session_ended;
  protocol_class->admit = postern_oidc_management_admit;
}

static void
postern_oidc_init (PosternOidc *self)
{
  g_mutex_init (&self->keys_lock);
}

PosternTenant *
postern_oidc_get_tenant (PosternOidc *self)
{
  return self->tenant;
}

const char *
postern_oidc_get_issuer (PosternOidc *self)
{
  return postern_tenant_get_issuer (self->tenant);
}

PosternRuntime *
postern_oidc_get_runtime (PosternOidc *self)
{
  return self->runtime;
}

PosternFlowEngine *
postern_oidc_get_engine (PosternOidc *self)
{
  return self->engine;
}

PosternOidcCourier *
postern_oidc_get_courier (PosternOidc *self)
{
  return self->courier;
}

GBytes *
postern_oidc_get_metadata (PosternOidc *self)
{
  return self->metadata;
}

gint64
postern_oidc_get_refresh_grace (PosternOidc *self)
{
  return postern_settings_get_int64 (postern_instance_get_settings (POSTERN_INSTANCE (self)), "refresh-grace");
}

static gboolean
same_keys (PosternJwkSet *a, PosternJwkSet *b)
{
  guint n = postern_jwk_set_get_n_keys (a);

  if (a == b)
    return TRUE;
  if (n != postern_jwk_set_get_n_keys (b))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (postern_jwk_set_get_key (a, i) != postern_jwk_set_get_key (b, i))
      return FALSE;
  return TRUE;
}

PosternClient *
postern_oidc_find_client (PosternOidc *self, const char *client_id, GError **error)
{
  g_autoptr (GError) local = NULL;
  PosternClient *client = postern_tenant_dup_client (self->tenant, client_id, &local);

  if (local && !g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local));
  return client;
}

PosternJwkSet *
postern_oidc_dup_keys (PosternOidc *self)
{
  return postern_key_ring_dup_public (postern_tenant_get_key_ring (self->tenant));
}

GBytes *
postern_oidc_dup_keys_json (PosternOidc *self, PosternJwkSet *keys)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->keys_lock);

  if (!self->keys || !same_keys (self->keys, keys)) {
    g_clear_pointer (&self->keys_json, g_bytes_unref);
    self->keys_json = postern_oidc_discovery_render_keys (keys);
  }
  g_set_object (&self->keys, keys);
  return g_bytes_ref (self->keys_json);
}

gint64
postern_oidc_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}
