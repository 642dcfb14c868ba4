/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-apple-connector.h"

#include "postern-jwt.h"

#include <string.h>

#define SECRET_SECONDS 300 /* Apple takes up to six months; one that is made for each request needs no more */
#define USER_MAX_BYTES 4096

typedef struct {
  PosternOidcConnector parent_instance;
} PosternAppleConnector;

typedef struct {
  PosternOidcConnectorClass parent_class;
} PosternAppleConnectorClass;

G_DEFINE_FINAL_TYPE (PosternAppleConnector, postern_apple_connector, POSTERN_TYPE_OIDC_CONNECTOR)

static const char *
get_issuer (PosternOauth2Connector *self)
{
  return postern_oidc_provider_get_issuer (POSTERN_OIDC_CONNECTOR (self)->provider);
}

/* The client secret is a JWT that our key signs: from the team, about the Services ID, for Apple. */
static gboolean
add_secret (PosternOauth2Connector *self, GString *form, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  GVariantBuilder claims = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autofree char *secret = NULL;
  g_autoptr (GError) local = NULL;

  g_variant_builder_add (&claims, "{sv}", "iss", g_variant_new_string (postern_oauth2_connector_get_filled (self, "team-id")));
  g_variant_builder_add (&claims, "{sv}", "sub", g_variant_new_string (self->client.id));
  g_variant_builder_add (&claims, "{sv}", "aud", g_variant_new_string (get_issuer (self)));
  g_variant_builder_add (&claims, "{sv}", "iat", g_variant_new_int64 (now));
  g_variant_builder_add (&claims, "{sv}", "exp", g_variant_new_int64 (now + SECRET_SECONDS));
  secret = postern_jwt_sign (self->client.key, POSTERN_JOSE_ALG_ES256, "JWT", g_variant_builder_end (&claims), &local);
  if (!secret) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "private-key cannot sign: %s", local->message);
    return FALSE;
  }
  postern_oauth2_client_append (form, "client_secret", secret);
  return TRUE;
}

/*
 * The name comes only the first time, beside the code, and nobody signed it: whoever holds the browser can write it. So it
 * is good for being shown, and for nothing else; the address that stands beside it is not read at all.
 */
static void
add_name (PosternSubject *subject, const char *json)
{
  g_autoptr (GVariant) user = json ? postern_json_parse_object (json, -1, USER_MAX_BYTES, NULL) : NULL;
  g_autoptr (GVariant) name = user ? postern_json_get (user, "name") : NULL;
  gboolean is_object = name && g_variant_is_of_type (name, G_VARIANT_TYPE_VARDICT);
  const char *given = is_object ? postern_json_get_string (name, "firstName") : NULL;
  const char *family = is_object ? postern_json_get_string (name, "lastName") : NULL;
  g_autofree char *whole = g_strstrip (g_strjoin (" ", given ? given : "", family ? family : "", NULL));
  PosternClaims *claims = postern_subject_get_claims (subject);

  if (given && *given)
    postern_claims_add_string (claims, "given_name", given);
  if (family && *family)
    postern_claims_add_string (claims, "family_name", family);
  if (*whole)
    postern_claims_add_string (claims, "name", whole);
}

static PosternSubject *
identify (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error)
{
  PosternOauth2ConnectorClass *parent = POSTERN_OAUTH2_CONNECTOR_CLASS (postern_apple_connector_parent_class);
  PosternSubject *subject = parent->identify (self, step, metadata, response, error);

  if (subject)
    add_name (subject, postern_step_get_input (step, "user"));
  return subject;
}

/* The key is read as for private_key_jwt; Apple only has it sign something else. */
static gboolean
postern_apple_connector_configure (PosternInstance *instance, GError **error)
{
  PosternOauth2Connector *self = POSTERN_OAUTH2_CONNECTOR (instance);

  if (!POSTERN_INSTANCE_CLASS (postern_apple_connector_parent_class)->configure (instance, error))
    return FALSE;
  if (!postern_oauth2_connector_get_filled (self, "team-id")) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "team-id is missing; write the ten letters that Apple's Membership page shows");
    return FALSE;
  }
  if (!self->client.key || postern_jwk_get_alg (self->client.key) != POSTERN_JOSE_ALG_ES256) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "private-key is not the P-256 key that Apple made; give the .p8 file as private-key-file");
    return FALSE;
  }
  self->client.method = POSTERN_OAUTH2_CLIENT_NONE;
  return TRUE;
}

static void
postern_apple_connector_class_init (PosternAppleConnectorClass *klass)
{
  PosternOauth2ConnectorClass *oauth2 = POSTERN_OAUTH2_CONNECTOR_CLASS (klass);

  POSTERN_INSTANCE_CLASS (klass)->configure = postern_apple_connector_configure;
  oauth2->add_token_parameters = add_secret;
  oauth2->identify = identify;
}

static void
postern_apple_connector_init (PosternAppleConnector *self)
{
}
