/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-connector.h"

#include "postern-oauth2-identity.h"
#include "postern-oauth2-profile.h"
#include "postern-oidc-decryption.h"
#include "postern-oidc-id-token.h"

#include <string.h>

#define GET_CLASS(self) G_TYPE_INSTANCE_GET_CLASS (self, POSTERN_TYPE_OIDC_CONNECTOR, PosternOidcConnectorClass)

static PosternOauth2ConnectorClass *parent_class;

/* What makes it OpenID Connect; and what only an OpenID provider takes. */
static void
postern_oidc_connector_prepare (PosternOauth2Connector *oauth2, PosternStep *step, GString *query)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (oauth2);
  g_autofree char *nonce = postern_oauth2_connector_dup_random ();

  postern_step_set_state (step, "nonce", nonce);
  postern_oauth2_client_append (query, "nonce", nonce);
  postern_oauth2_client_append (query, "response_mode", self->response_mode);
  postern_oauth2_client_append (query, "login_hint", postern_step_get_login_hint (step));
  postern_oauth2_client_append (query, "ui_locales", postern_step_get_ui_locales (step));
}

static GVariant *
postern_oidc_connector_dup_metadata (PosternOauth2Connector *self, GCancellable *cancellable, GError **error)
{
  return postern_oidc_provider_dup_metadata (POSTERN_OIDC_CONNECTOR (self)->provider, cancellable, error);
}

/* RFC 9207: an answer that came by another provider's way is not this one's. */
static gboolean
postern_oidc_connector_check_response (PosternOauth2Connector *oauth2, PosternStep *step, GVariant *metadata, GError **error)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (oauth2);
  const char *issuer = postern_step_get_input (step, "iss");
  gboolean promised = postern_json_get_boolean (metadata, "authorization_response_iss_parameter_supported", FALSE);

  if (issuer ? strcmp (issuer, postern_oidc_provider_get_issuer (self->provider)) == 0 : !promised)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER,
                       issuer ? "The answer's iss names another provider" : "The answer lacks iss, which the provider's metadata promises");
  return FALSE;
}

/* From here on the ID token is the signed one: nobody else could open what is encrypted to us, if it is kept. */
static GVariant *
postern_oidc_connector_redeem (PosternOauth2Connector *oauth2, PosternStep *step, GVariant *metadata, GError **error)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (oauth2);
  g_autoptr (GVariant) response = parent_class->redeem (oauth2, step, metadata, error);
  const char *sealed = response ? postern_json_get_string (response, "id_token") : NULL;
  g_autofree char *id_token = sealed ? postern_oidc_decryption_open (self->decryption_keys, sealed, error) : NULL;
  GVariantDict dict;

  if (response && !sealed)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The token endpoint's answer lacks id_token; is the scope openid asked for?");
  if (!id_token)
    return NULL;
  g_variant_dict_init (&dict, response);
  g_variant_dict_insert (&dict, "id_token", "s", id_token);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static PosternSubject *
postern_oidc_connector_identify (PosternOauth2Connector *oauth2, PosternStep *step, GVariant *metadata, GVariant *response, GError **error)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (oauth2);
  GCancellable *cancellable = postern_step_get_cancellable (step);
  PosternOidcIdToken token = {
    .provider = self->provider,
    .metadata = metadata,
    .client_id = oauth2->client.id,
    .nonce = postern_step_get_state (step, "nonce"),
    .id_token = postern_json_get_string (response, "id_token"),
    .access_token = postern_json_get_string (response, "access_token"),
  };
  g_autoptr (GVariant) claims = postern_oidc_id_token_verify (&token, cancellable, error);
  g_autoptr (GVariant) userinfo = NULL;
  g_autoptr (PosternClaims) merged = NULL;
  g_autoptr (GError) local = NULL;
  PosternSubject *subject;

  if (!claims || !postern_oauth2_identity_check_age (oauth2, step, claims, error) || !postern_oauth2_identity_check (oauth2, claims, "claim-conditions", error) || (GET_CLASS (self)->check_claims && !GET_CLASS (self)->check_claims (self, claims, error)))
    return NULL;
  if (self->use_userinfo)
    userinfo = postern_oidc_id_token_fetch_userinfo (&token, claims, cancellable, &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  merged = postern_oauth2_profile_merge (claims, userinfo, (const char *const *) oauth2->claim_map, postern_oauth2_connector_get_filled (oauth2, "email-verified"));
  subject = postern_subject_new (postern_json_get_string (claims, "sub"), merged);
  postern_subject_set_upstream (subject, NULL, postern_json_get_string (claims, "sid"));
  return subject;
}

/* "openid" is what makes it OpenID Connect: it is asked for whether or not the operator remembered it. */
static void
complete_scope (PosternOauth2Connector *self)
{
  g_auto (GStrv) scopes = g_strsplit (self->scope, " ", -1);
  char *with;

  if (g_strv_contains ((const char *const *) scopes, "openid"))
    return;
  with = *self->scope ? g_strconcat ("openid ", self->scope, NULL) : g_strdup ("openid email profile");
  g_free (self->scope);
  self->scope = with;
}

static gboolean
postern_oidc_connector_configure (PosternInstance *instance, GError **error)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (instance);
  PosternOauth2Connector *oauth2 = POSTERN_OAUTH2_CONNECTOR (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *issuer = postern_oauth2_connector_get_filled (oauth2, "issuer");
  const char *userinfo = postern_oauth2_connector_get_filled (oauth2, "userinfo");

  if (!issuer) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "issuer is missing; write the provider's issuer URL");
    return FALSE;
  }
  self->provider = postern_oidc_provider_new (issuer, postern_oauth2_connector_get_filled (oauth2, "tenant"));
  self->response_mode = postern_oauth2_connector_get_filled (oauth2, "response-mode");
  oauth2->reauthentication = POSTERN_OAUTH2_REAUTHENTICATION_MAX_AGE; /* each OpenID provider must know it (Core 1.0 section 15.1) */
  self->use_userinfo = !userinfo || postern_settings_get_boolean (settings, "userinfo");
  if (!POSTERN_INSTANCE_CLASS (parent_class)->configure (instance, error))
    return FALSE;
  complete_scope (oauth2);
  return postern_oidc_decryption_read (settings, &self->decryption_keys, error);
}

static void
postern_oidc_connector_finalize (GObject *object)
{
  PosternOidcConnector *self = POSTERN_OIDC_CONNECTOR (object);

  postern_oidc_provider_free (self->provider);
  g_clear_object (&self->decryption_keys);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
postern_oidc_connector_class_init (gpointer klass, gpointer data)
{
  PosternOauth2ConnectorClass *oauth2 = klass;

  parent_class = g_type_class_peek_parent (klass);
  G_OBJECT_CLASS (klass)->finalize = postern_oidc_connector_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_oidc_connector_configure;
  oauth2->dup_metadata = postern_oidc_connector_dup_metadata;
  oauth2->prepare = postern_oidc_connector_prepare;
  oauth2->check_response = postern_oidc_connector_check_response;
  oauth2->redeem = postern_oidc_connector_redeem;
  oauth2->identify = postern_oidc_connector_identify;
}

GType
postern_oidc_connector_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type)) {
    static const GTypeInfo info = {
      .class_size = sizeof (PosternOidcConnectorClass),
      .class_init = postern_oidc_connector_class_init,
      .instance_size = sizeof (PosternOidcConnector),
    };
    g_once_init_leave (&type, postern_oauth2_connector_register (POSTERN_TYPE_OAUTH2_CONNECTOR, "PosternOidcConnector", &info));
  }
  return type;
}
