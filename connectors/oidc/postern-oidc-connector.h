/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oauth2-connector.h"
#include "postern-oidc-provider.h"

G_BEGIN_DECLS

/**
 * PosternOidcConnector: signs people in at any OpenID provider (authorization code flow with PKCE).
 *
 * A provider that deserves its own class derives from it: it fills in the facts, and overrides what is its own, here or in
 * the OAuth 2.0 connector beneath.
 */
#define POSTERN_TYPE_OIDC_CONNECTOR (postern_oidc_connector_get_type ())
GType postern_oidc_connector_get_type (void);

typedef struct _PosternOidcConnector PosternOidcConnector;
typedef struct _PosternOidcConnectorClass PosternOidcConnectorClass;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternOidcConnector, g_object_unref)

struct _PosternOidcConnector {
  PosternOauth2Connector parent_instance;
  PosternOidcProvider *provider;
  PosternJwkSet *decryption_keys; /* (nullable): what the provider encrypts ID tokens to */
  const char *response_mode;      /* (nullable): borrowed from the settings */
  gboolean use_userinfo;
};

struct _PosternOidcConnectorClass {
  PosternOauth2ConnectorClass parent_class;

  /** check_claims: (nullable): the provider's own rules about a verified ID token. FALSE with @error refuses the sign-in. */
  gboolean (*check_claims) (PosternOidcConnector *self, GVariant *claims, GError **error);
};

static inline PosternOidcConnector *
POSTERN_OIDC_CONNECTOR (gpointer instance)
{
  return G_TYPE_CHECK_INSTANCE_CAST (instance, POSTERN_TYPE_OIDC_CONNECTOR, PosternOidcConnector);
}

G_END_DECLS
