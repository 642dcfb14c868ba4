/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-google-connector.h"

typedef struct {
  PosternOidcConnector parent_instance;
} PosternGoogleConnector;

typedef struct {
  PosternOidcConnectorClass parent_class;
} PosternGoogleConnectorClass;

G_DEFINE_FINAL_TYPE (PosternGoogleConnector, postern_google_connector, POSTERN_TYPE_OIDC_CONNECTOR)

/* (nullable): the Workspace domain that people must be of; "*" for any Workspace, but no private account. */
static const char *
get_domain (PosternOidcConnector *self)
{
  const char *domain = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (self)), "hd");

  return domain && *domain ? domain : NULL;
}

/* Google gives a refresh token only to who asks for it so. */
static void
add_parameters (PosternOauth2Connector *self, GString *query)
{
  postern_oauth2_client_append (query, "access_type", self->keep_tokens ? "offline" : NULL);
  postern_oauth2_client_append (query, "hd", get_domain (POSTERN_OIDC_CONNECTOR (self)));
}

/* The parameter only chooses what Google shows; a person can take it out of the URL. The claim is what counts. */
static gboolean
check_domain (PosternOidcConnector *self, GVariant *claims, GError **error)
{
  const char *wanted = get_domain (self);
  const char *domain = postern_json_get_string (claims, "hd");

  if (!wanted || (domain && (g_str_equal (wanted, "*") || g_ascii_strcasecmp (domain, wanted) == 0)))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED,
                       "This Google account does not belong to the organization. Choose the account of your work.");
  return FALSE;
}

static void
postern_google_connector_class_init (PosternGoogleConnectorClass *klass)
{
  klass->parent_class.parent_class.add_parameters = add_parameters;
  klass->parent_class.check_claims = check_domain;
}

static void
postern_google_connector_init (PosternGoogleConnector *self)
{
}
