/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-claims.h"

#include "postern-claims-map.h"
#include "postern-flow-claims-hook.h"
#include "postern-json.h"

typedef struct {
  const char *scope;
  const char *claims[16];
} ScopeClaims;

/* OpenID Connect Core 5.4. */
static const ScopeClaims table[] = {
  { "profile", { "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
                 "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at" } },
  { "email", { "email", "email_verified" } },
  { "address", { "address" } },
  { "phone", { "phone_number", "phone_number_verified" } },
};

const char *const *
postern_flow_claims_of_scope (const char *scope)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].scope, scope))
      return table[i].claims;
  return NULL;
}

static gboolean
names_any (GVariant *requested, const char *member, const char *const *claims)
{
  g_autoptr (GVariant) part = requested ? postern_json_get (requested, member) : NULL;

  if (part == NULL || !g_variant_is_of_type (part, G_VARIANT_TYPE_VARDICT))
    return FALSE;
  for (guint i = 0; claims[i]; i++)
    if (g_variant_lookup (part, claims[i], "*", NULL))
      return TRUE;
  return FALSE;
}

char **
postern_flow_claims_dup_scopes (PosternFlow *flow)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *const *asked = postern_flow_get_scopes (flow);

  g_strv_builder_addv (builder, (const char **) asked);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    gboolean named = names_any (flow->requested_claims, "userinfo", table[i].claims) || names_any (flow->requested_claims, "id_token", table[i].claims);

    if (named && !g_strv_contains (asked, table[i].scope))
      g_strv_builder_add (builder, table[i].scope);
  }
  return g_strv_builder_end (builder);
}

/* A claim's value as the person's record has it; (transfer full), floating or not; NULL when there is none. */
static GVariant *
value_of (PosternUser *user, const char *name)
{
  if (g_str_equal (name, "email"))
    return user->email ? g_variant_new_string (user->email) : NULL;
  if (g_str_equal (name, "email_verified"))
    return user->email ? g_variant_new_boolean (user->email_verified) : NULL;
  if (g_str_equal (name, "phone_number"))
    return user->phone ? g_variant_new_string (user->phone) : NULL;
  if (g_str_equal (name, "phone_number_verified"))
    return user->phone ? g_variant_new_boolean (user->phone_verified) : NULL;
  if (g_str_equal (name, "updated_at"))
    return g_variant_new_int64 (user->updated_at);
  if (g_str_equal (name, "preferred_username") && user->username)
    return g_variant_new_string (user->username);
  return user->profile ? postern_json_get (user->profile, name) : NULL;
}

gboolean
postern_flow_claims_is_standard (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strv_contains (table[i].claims, name))
      return TRUE;
  return FALSE;
}

static void
add_claim (PosternClaims *claims, PosternUser *user, const char *name)
{
  GVariant *value = value_of (user, name);

  if (value == NULL)
    return;
  value = g_variant_take_ref (value);
  postern_claims_add (claims, name, value); /* it may be there already, by another scope: then nothing changes */
  g_variant_unref (value);
}

static void
add_scopes (PosternClaims *claims, PosternUser *user, char **scopes)
{
  for (guint i = 0; scopes && scopes[i]; i++) {
    const char *const *names = postern_flow_claims_of_scope (scopes[i]);

    for (guint n = 0; names && names[n]; n++)
      add_claim (claims, user, names[n]);
  }
}

/* Only standard names: a request must not reach members of the profile that no scope gives. */
static void
add_requested (PosternClaims *claims, PosternUser *user, GVariant *requested, const char *member)
{
  g_autoptr (GVariant) names = requested ? postern_json_get (requested, member) : NULL;
  GVariantIter iter;
  const char *name;

  if (names == NULL || !g_variant_is_of_type (names, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_iter_init (&iter, names);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (postern_flow_claims_is_standard (name))
      add_claim (claims, user, name);
}

static gboolean
read_identities (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternClaimsSource *source = user_data;

  g_clear_pointer (&source->identities, g_ptr_array_unref); /* a transaction may run twice */
  source->identities = postern_identity_store_list (txn, source->user->id, error);
  return source->identities != NULL;
}

/* What a provider said is read where a map asks for it, once. */
static gboolean
apply (PosternRuntime *runtime, GVariant *map, PosternClaimsSource *source, PosternClaims *claims, GError **error)
{
  PosternStore *store = postern_tenant_get_store (postern_runtime_get_tenant (runtime));

  if (source->identities == NULL && postern_claims_map_reads_identities (map) && !postern_store_read (store, POSTERN_KEEP_LASTING, read_identities, source, error))
    return FALSE;
  postern_claims_map_apply (map, source, claims);
  return TRUE;
}

/* A connector that was chosen and then left for a password is not the one that somebody came by. */
static PosternClaimsSource
new_source (PosternFlow *flow, PosternUser *user)
{
  gboolean by_connector = flow->factors && g_strcmp0 (flow->factors[0], POSTERN_FLOW_FACTOR_CONNECTOR) == 0;

  return (PosternClaimsSource){ user, flow->organization_id, flow->organization_name, NULL, by_connector ? flow->connector_id : NULL };
}

GVariant *
postern_flow_claims_collect (PosternRuntime *runtime, PosternFlow *flow, PosternClient *client, PosternUser *user, GError **error)
{
  PosternClaimsSource source = new_source (flow, user);
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  gboolean mapped;

  if (flow->organization_id) {
    postern_claims_add_string (claims, "organization_id", flow->organization_id);
    postern_claims_add_string (claims, "organization_name", flow->organization_name);
  }
  add_scopes (claims, user, flow->granted_scopes);
  add_requested (claims, user, flow->requested_claims, "userinfo");
  add_requested (claims, user, flow->requested_claims, "id_token");
  mapped = apply (runtime, client->claims_map, &source, claims, error);
  g_clear_pointer (&source.identities, g_ptr_array_unref);
  if (!mapped || !postern_flow_claims_hook_ask (runtime, flow, client->application->id, client->application->id, claims, error))
    return NULL;
  postern_hub_collect_claims (postern_runtime_get_hub (runtime), flow, claims);
  return postern_claims_to_variant (claims);
}

static gboolean
add_resource (PosternRuntime *runtime, PosternResource *resource, PosternFlow *flow, PosternClaimsSource *source, PosternClaims *claims, GError **error)
{
  g_autoptr (GVariant) map = postern_resource_dup_claims_map (resource);

  return apply (runtime, map, source, claims, error) && postern_flow_claims_hook_ask (runtime, flow, resource->id, resource->indicator, claims, error);
}

GVariant *
postern_flow_claims_collect_for_resources (PosternRuntime *runtime, PosternResourceBook *book, PosternFlow *flow, PosternUser *user, GError **error)
{
  PosternClaimsSource source = new_source (flow, user);
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  gboolean good = TRUE;

  for (char **indicator = flow->resources; good && indicator && *indicator; indicator++) {
    PosternResource *resource = postern_resource_book_find (book, *indicator);

    good = resource == NULL || add_resource (runtime, resource, flow, &source, claims, error);
  }
  g_clear_pointer (&source.identities, g_ptr_array_unref);
  return good ? postern_claims_to_variant (claims) : NULL;
}

/* The member `acr` of the `claims` parameter's `id_token`, when it is essential (OpenID Connect Core 5.5.1.1). */
char **
postern_flow_claims_dup_essential_acr (PosternFlow *flow)
{
  g_autoptr (GVariant) id_token = flow->requested_claims ? postern_json_get (flow->requested_claims, "id_token") : NULL;
  g_autoptr (GVariant) acr = id_token && g_variant_is_of_type (id_token, G_VARIANT_TYPE_VARDICT) ? postern_json_get (id_token, "acr") : NULL;
  char **values;

  if (acr == NULL || !g_variant_is_of_type (acr, G_VARIANT_TYPE_VARDICT) || !postern_json_get_boolean (acr, "essential", FALSE))
    return NULL;
  values = postern_json_dup_strv (acr, "values", FALSE);
  return values ? values : postern_json_dup_strv (acr, "value", TRUE);
}
