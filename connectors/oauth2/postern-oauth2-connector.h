/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oauth2-client.h"

G_BEGIN_DECLS

/**
 * PosternOauth2Connector: signs people in at any OAuth 2.0 provider that says who they are (authorization code flow with PKCE).
 *
 * A provider that differs in facts is a key file; one that differs in code derives from this class, or from the OpenID
 * connector, which does so itself. Each module that links this library has its own copy of the type, so modules do not
 * depend on each other.
 */
#define POSTERN_TYPE_OAUTH2_CONNECTOR (postern_oauth2_connector_get_type ())
GType postern_oauth2_connector_get_type (void);

typedef struct _PosternOauth2Connector PosternOauth2Connector;
typedef struct _PosternOauth2ConnectorClass PosternOauth2ConnectorClass;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternOauth2Connector, g_object_unref)

/** PosternOauth2Reauthentication: how a provider is asked that the person shows once more who they are, from the least on. */
typedef enum {
  POSTERN_OAUTH2_REAUTHENTICATION_NONE,   /* it cannot be asked */
  POSTERN_OAUTH2_REAUTHENTICATION_PROMPT, /* by prompt=login; it does not say when they last did */
  POSTERN_OAUTH2_REAUTHENTICATION_MAX_AGE /* by max_age, too, and then the claim auth_time must say it */
} PosternOauth2Reauthentication;

struct _PosternOauth2Connector {
  PosternConnector parent_instance;
  PosternOauth2Client client;
  GVariant *endpoints;      /* (nullable): a{sv} named as in RFC 8414, from the settings */
  char *scope;              /* joined by the provider's separator */
  char **parameters;        /* (nullable): "name=value" of the authorization request */
  char **claim_map;         /* (nullable) */
  const char *prompt;       /* (nullable): borrowed from the settings */
  gboolean use_pkce, keep_tokens;
  PosternOauth2Reauthentication reauthentication; /* before configure(): what holds where the setting says nothing */
};

struct _PosternOauth2ConnectorClass {
  PosternConnectorClass parent_class;

  /** dup_metadata: the provider's endpoints, a{sv} named as in RFC 8414. The settings say them, unless this is overridden. (transfer full) */
  GVariant *(*dup_metadata) (PosternOauth2Connector *self, GCancellable *cancellable, GError **error);
  /** dup_url: where the browser is sent. (transfer full) */
  char *(*dup_url) (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata);
  /** prepare: (nullable): what the protocol adds to the authorization request; may keep state in @step. */
  void (*prepare) (PosternOauth2Connector *self, PosternStep *step, GString *query);
  /** add_parameters: (nullable): what the provider adds to it, with postern_oauth2_client_append(). */
  void (*add_parameters) (PosternOauth2Connector *self, GString *query);
  /** check_response: (nullable): the protocol's own rules about the callback. FALSE with @error refuses it. */
  gboolean (*check_response) (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GError **error);
  /** add_token_parameters: (nullable): what the provider adds to each request at the token endpoint. FALSE with @error */
  gboolean (*add_token_parameters) (PosternOauth2Connector *self, GString *form, GError **error);
  /** add_profile_parameters: (nullable): what the provider adds to the profile's URL. */
  void (*add_profile_parameters) (PosternOauth2Connector *self, GString *url, const char *access_token);
  /** redeem: exchanges the code for a token response, a{sv} with `access_token`. (transfer full) (nullable) */
  GVariant *(*redeem) (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GError **error);
  /** identify: who the token response is about. (transfer full) (nullable) */
  PosternSubject *(*identify) (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error);
};

static inline PosternOauth2Connector *
POSTERN_OAUTH2_CONNECTOR (gpointer instance)
{
  return G_TYPE_CHECK_INSTANCE_CAST (instance, POSTERN_TYPE_OAUTH2_CONNECTOR, PosternOauth2Connector);
}

#define POSTERN_OAUTH2_CONNECTOR_CLASS(klass) ((PosternOauth2ConnectorClass *) (klass))

/** postern_oauth2_connector_get_filled: a setting that is not empty. (transfer none) (nullable) */
const char *postern_oauth2_connector_get_filled (PosternOauth2Connector *self, const char *name);

/** postern_oauth2_connector_dup_random: 256 random bits, base64url: a nonce, or a verifier as long as RFC 7636 section 4.1 wants one. */
char *postern_oauth2_connector_dup_random (void);

/**
 * postern_oauth2_connector_register: for the types of this library and those that other libraries derive from them. Every
 * module brings its own copy, and a type's name can be taken only once in a process: the first copy gets the plain
 * name, the others one with a number.
 */
GType postern_oauth2_connector_register (GType parent, const char *name, const GTypeInfo *info);

G_END_DECLS
