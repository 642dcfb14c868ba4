/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-grant.h"

#include "postern-oidc-access-token.h"
#include "postern-oidc-resource.h"

#include <string.h>

#define ORGANIZATION_MAX 64 /* characters of an id or a slug */

/* Scopes that speak of a person mean nothing here. */
static const char *const personal[] = { "openid", "profile", "email", "address", "phone", "offline_access", NULL };

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SCOPE, "A scope is not one that this application may have for itself");
  return FALSE;
}

/* Unlike a browser's request this one is strict: an application knows what it may have, and a token that lacks a scope fails later and elsewhere. */
static gboolean
read_scope (PosternOidcExchange *exchange, GError **error)
{
  const char *text;

  if (!postern_request_get_form (exchange->request, "scope", &text, error))
    return FALSE;
  if (!text || !*text)
    return TRUE;
  if (strlen (text) > POSTERN_OIDC_PARAMETER_MAX)
    return refuse (error);
  exchange->flow->granted_scopes = g_strsplit (text, " ", -1);
  for (char **scope = exchange->flow->granted_scopes; *scope; scope++)
    if (!**scope || g_strv_contains (personal, *scope) || !postern_client_allows_scope (exchange->auth.client, *scope))
      return refuse (error);
  exchange->flow->scopes = g_strdupv (exchange->flow->granted_scopes);
  return TRUE;
}

/* Left out, it is the one that the application may ask for, if there is just one. */
static gboolean
read_resource (PosternOidcExchange *exchange, GError **error)
{
  char **all = exchange->auth.client->resources;
  const char *resource;

  if (!postern_request_get_form (exchange->request, "resource", &resource, error))
    return FALSE;
  if (resource && *resource && !postern_oidc_resource_check (exchange->auth.client, resource, error))
    return FALSE;
  if (!resource || !*resource)
    resource = all && all[0] && !all[1] ? all[0] : NULL;
  if (resource)
    exchange->flow->resources = g_strdupv ((char *[]){ (char *) resource, NULL });
  return TRUE;
}

/* The one it acts for, by id or slug; stage `organization` finds it, and says whether it may. */
static gboolean
read_organization (PosternOidcExchange *exchange, GError **error)
{
  const char *name;

  if (!postern_request_get_form (exchange->request, "organization", &name, error))
    return FALSE;
  if (name && strlen (name) > ORGANIZATION_MAX) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The parameter organization is too long");
    return FALSE;
  }
  postern_flow_set_string (&exchange->flow->organization, name && *name ? name : NULL);
  return TRUE;
}

gboolean
postern_oidc_grant_client_credentials_prepare (PosternOidcExchange *exchange, GError **error)
{
  return read_scope (exchange, error) && read_resource (exchange, error) && read_organization (exchange, error);
}

/* The subject is the application itself (RFC 9068 section 2.2). */
PosternResponse *
postern_oidc_grant_client_credentials_issue (PosternOidcExchange *exchange, PosternTxn *txn, GError **error)
{
  PosternClient *client = exchange->auth.client;
  PosternFlow *flow = exchange->flow;
  const char *const *audience = (const char *const *) flow->resources;
  g_autofree char *scope = flow->granted_scopes ? g_strjoinv (" ", flow->granted_scopes) : NULL;
  PosternOidcAccessToken fields = {
    .subject = client->application->id, .client_id = client->application->id, .scope = scope, .audience = audience,
    .lifetime = postern_oidc_access_token_lifetime (exchange->oidc, client, audience), .roles = (const char *const *) flow->roles,
    .organization_roles = (const char *const *) flow->organization_roles, .permissions = (const char *const *) flow->permissions, .organization_id = flow->organization_id,
  };

  exchange->lifetime = fields.lifetime;
  exchange->access_token = postern_oidc_access_token_make (exchange->oidc, client, exchange->access_key, &fields, &exchange->kept_token, error);
  return exchange->access_token ? postern_oidc_exchange_answer (exchange, txn, NULL, error) : NULL;
}
