/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-facebook-connector.h"

#include <string.h>

typedef struct {
  PosternOauth2Connector parent_instance;
} PosternFacebookConnector;

typedef struct {
  PosternOauth2ConnectorClass parent_class;
} PosternFacebookConnectorClass;

G_DEFINE_FINAL_TYPE (PosternFacebookConnector, postern_facebook_connector, POSTERN_TYPE_OAUTH2_CONNECTOR)

/* With "Require app secret" Facebook takes a call only from who has the secret, too: a stolen access token is of no use. */
static void
add_proof (PosternOauth2Connector *self, GString *url, const char *access_token)
{
  const char *secret = self->client.secret;
  g_autofree char *proof = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) secret, strlen (secret), access_token, -1);

  postern_oauth2_client_append (url, "appsecret_proof", proof);
}

static void
postern_facebook_connector_class_init (PosternFacebookConnectorClass *klass)
{
  klass->parent_class.add_profile_parameters = add_proof;
}

static void
postern_facebook_connector_init (PosternFacebookConnector *self)
{
}
