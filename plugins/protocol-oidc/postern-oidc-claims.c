/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-claims.h"

#include "postern-flow-claims.h"
#include "postern-json.h"

static const char *const scopes_supported[] = { "openid", "profile", "email", "address", "phone", "organization", "offline_access", NULL };

/* OpenID Connect Core 5.1, and what an ID token says of the sign-in itself. */
static const char *const names_supported[] = {
  "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce", "at_hash",
  "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
  "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified", "address", "phone_number",
  "phone_number_verified", "organization_id", "organization_name", NULL,
};

const char *const *
postern_oidc_claims_get_scopes (void)
{
  return scopes_supported;
}

const char *const *
postern_oidc_claims_get_names (void)
{
  return names_supported;
}

static gboolean
is_requested (GVariant *requested, const char *member, const char *name)
{
  g_autoptr (GVariant) part = requested ? postern_json_get (requested, member) : NULL;
  g_autoptr (GVariant) request = part ? g_variant_lookup_value (part, name, NULL) : NULL;

  return request != NULL;
}

GVariant *
postern_oidc_claims_get_request (GVariant *requested, const char *member, const char *name)
{
  g_autoptr (GVariant) part = requested ? postern_json_get (requested, member) : NULL;
  g_autoptr (GVariant) request = part ? postern_json_get (part, name) : NULL;

  return request && g_variant_is_of_type (request, G_VARIANT_TYPE_VARDICT) ? g_steal_pointer (&request) : NULL;
}

static gboolean
is_of_scopes (const char *const *scopes, const char *name)
{
  for (guint i = 0; scopes && scopes[i]; i++) {
    const char *const *names = postern_flow_claims_of_scope (scopes[i]);
    if (names && g_strv_contains (names, name))
      return TRUE;
  }
  return FALSE;
}

static gboolean
belongs (const char *name, GVariant *requested, const char *const *scopes, PosternOidcClaimsPlace place)
{
  gboolean for_token = is_requested (requested, "id_token", name);
  gboolean for_userinfo = is_requested (requested, "userinfo", name);

  if (place == POSTERN_OIDC_CLAIMS_ID_TOKEN)
    return for_token || (!for_userinfo && !is_of_scopes (scopes, name));
  return for_userinfo || !for_token || is_of_scopes (scopes, name);
}

GVariant *
postern_oidc_claims_select (GVariant *claims, GVariant *requested, const char *const *scopes, PosternOidcClaimsPlace place)
{
  g_auto (PosternJsonObject) builder = POSTERN_JSON_OBJECT_INIT;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (claims) {
    g_variant_iter_init (&iter, claims);
    while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
      if (belongs (name, requested, scopes, place))
        postern_json_object_add (&builder, name, value);
  }
  return g_variant_ref_sink (postern_json_object_end (&builder));
}
