/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-client.h"

G_BEGIN_DECLS

/**
 * PosternOidcConnector: signs people in at any OpenID provider (authorization code flow with PKCE).
 *
 * A provider that deserves its own class derives from it: it fills in the facts, and overrides what is its own. Each
 * module that links this library has its own copy of the type, so modules do not depend on each other.
 */
#define POSTERN_TYPE_OIDC_CONNECTOR (postern_oidc_connector_get_type ())
GType postern_oidc_connector_get_type (void);

typedef struct _PosternOidcConnector PosternOidcConnector;
typedef struct _PosternOidcConnectorClass PosternOidcConnectorClass;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternOidcConnector, g_object_unref)

struct _PosternOidcConnector {
  PosternConnector parent_instance;
  PosternOidcProvider *provider;
  PosternOidcClient client;
  char *scope;         /* joined by spaces */
  char **claim_map;    /* (nullable) */
  const char *prompt, *response_mode; /* (nullable): borrowed from the settings */
  gboolean use_userinfo, keep_tokens;
};

struct _PosternOidcConnectorClass {
  PosternConnectorClass parent_class;

  /** issuer: for a provider that has one; the setting `issuer` is for the others. */
  const char *issuer;
  /** add_parameters: appends to the authorization request with postern_oidc_client_append(). */
  void (*add_parameters) (PosternOidcConnector *self, GString *query);
  /** check_claims: the provider's own rules about a verified ID token. FALSE with @error refuses the sign-in. */
  gboolean (*check_claims) (PosternOidcConnector *self, GVariant *claims, GError **error);
};

static inline PosternOidcConnector *
POSTERN_OIDC_CONNECTOR (gpointer instance)
{
  return G_TYPE_CHECK_INSTANCE_CAST (instance, POSTERN_TYPE_OIDC_CONNECTOR, PosternOidcConnector);
}

G_END_DECLS
