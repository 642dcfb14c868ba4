/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-resource.h"

#include "postern-claims-map.h"
#include "postern-error.h"
#include "postern-fault.h"
#include "postern-json.h"
#include "postern-management-roles.h"

#include <string.h>

#define MAX_INDICATOR 500
#define MAX_SCOPE 200
#define MONTH (30 * 24 * 3600)

/* OpenID Connect Core 5.4 and 11, the account API's, that of tokens of providers, and those of organizations. */
static const char *const reserved[] = {
  "openid", "profile", "email", "address", "phone", "offline_access", "account:read", "account:write", "upstream_tokens",
  "organization", NULL,
};

gboolean
postern_resource_is_scope (const char *scope)
{
  const char *at = scope;

  for (; *at; at++)
    if (*at < 0x21 || *at > 0x7e || *at == '"' || *at == '\\')
      return FALSE;
  return at != scope;
}

gboolean
postern_resource_is_reserved (const char *scope)
{
  return g_strv_contains (reserved, scope);
}

/* (transfer full) (nullable): the row of @scopes that has this name */
static GVariant *
find_scope (GVariant *scopes, const char *name, gsize before)
{
  for (gsize i = 0; scopes && i < MIN (before, g_variant_n_children (scopes)); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (scopes, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);

    if (g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT) && g_strcmp0 (postern_json_get_string (row, "name"), name) == 0)
      return g_steal_pointer (&row);
  }
  return NULL;
}

gboolean
postern_resource_has_scope (PosternResource *resource, const char *scope)
{
  g_autoptr (GVariant) row = find_scope (resource->scopes, scope, G_MAXSIZE);

  return row != NULL;
}

char *
postern_resource_dup_description (PosternResource *resource, const char *scope)
{
  g_autoptr (GVariant) row = find_scope (resource->scopes, scope, G_MAXSIZE);

  return row ? g_strdup (postern_json_get_string (row, "description")) : NULL;
}

gint64
postern_resource_get_lifetime (PosternResource *resource)
{
  return resource->settings ? postern_json_get_int64 (resource->settings, "access_token_lifetime", 0) : 0;
}

GVariant *
postern_resource_dup_claims_map (PosternResource *resource)
{
  return resource->settings ? postern_json_get (resource->settings, "claims_map") : NULL;
}

/* --- what may be kept --- */

/* What is below the issuer is ours: a token for it would open our own endpoints. */
static gboolean
check_indicator (const char *indicator, const char *issuer, GError **error)
{
  g_autofree char *scheme = indicator ? g_uri_parse_scheme (indicator) : NULL;

  if (scheme == NULL || strlen (indicator) > MAX_INDICATOR || strpbrk (indicator, "# \"\\") || !g_str_is_ascii (indicator) ||
      !g_uri_is_valid (indicator, G_URI_FLAGS_NONE, NULL))
    return postern_fault (error, "indicator", "must be an absolute URI without fragment, of at most %d bytes", MAX_INDICATOR);
  if (g_ascii_strncasecmp (indicator, issuer, strlen (issuer)) == 0 && (indicator[strlen (issuer)] == '\0' || strchr ("/?", indicator[strlen (issuer)])))
    return postern_fault (error, "indicator", "must not be the issuer or below it: that is this server's own");
  return TRUE;
}

static gboolean
check_scope_members (GVariant *row, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, row);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    gboolean good = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) && (g_str_equal (name, "name") || g_str_equal (name, "description"));

    g_variant_unref (value);
    if (!good)
      return postern_fault (error, "scopes", "hold objects with the texts \"name\" and \"description\" and nothing else");
  }
  return TRUE;
}

static gboolean
check_scope (GVariant *scopes, gsize i, GError **error)
{
  g_autoptr (GVariant) box = g_variant_get_child_value (scopes, i);
  g_autoptr (GVariant) row = g_variant_get_variant (box);
  g_autoptr (GVariant) twin = NULL;
  const char *name, *description;

  if (!g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT))
    return postern_fault (error, "scopes", "must be an array of objects");
  if (!check_scope_members (row, error))
    return FALSE;
  name = postern_json_get_string (row, "name");
  description = postern_json_get_string (row, "description");
  if (name == NULL || strlen (name) > MAX_SCOPE || !postern_resource_is_scope (name))
    return postern_fault (error, "scopes", "a name must be 1 to %d printable ASCII characters without space, quote and backslash", MAX_SCOPE);
  if (postern_resource_is_reserved (name))
    return postern_fault (error, "scopes", "\"%s\" has a meaning of its own", name);
  twin = find_scope (scopes, name, i);
  if (twin != NULL)
    return postern_fault (error, "scopes", "name \"%s\" twice", name);
  return description == NULL || postern_fault_check_text ("scopes", description, 0, 500, error);
}

static gboolean
check_scopes (GVariant *scopes, GError **error)
{
  if (scopes == NULL)
    return TRUE;
  if (!g_variant_is_of_type (scopes, G_VARIANT_TYPE ("av")) || g_variant_n_children (scopes) > POSTERN_RESOURCE_SCOPES_MAX)
    return postern_fault (error, "scopes", "must be an array of at most %d objects", POSTERN_RESOURCE_SCOPES_MAX);
  for (gsize i = 0; i < g_variant_n_children (scopes); i++)
    if (!check_scope (scopes, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_lifetime (GVariant *value, GError **error)
{
  gint64 number = g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value) : -1;

  return (number >= 10 && number <= MONTH) || postern_fault (error, "access_token_lifetime", "must be a whole number of seconds from 10 to %d", MONTH);
}

static gboolean
check_map (GVariant *value, GError **error)
{
  return postern_claims_map_check ("claims_map", value, error);
}

typedef struct {
  const char *name;
  gboolean (*check) (GVariant *value, GError **error);
} Setting;

static const Setting settings[] = {
  { "access_token_lifetime", check_lifetime },
  { "claims_map", check_map },
};

static gboolean
check_setting (const char *name, GVariant *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_str_equal (settings[i].name, name))
      return settings[i].check (value, error);
  return postern_fault (error, name, "is no setting of a resource that is known here");
}

static gboolean
check_settings (GVariant *object, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;
  gboolean good = TRUE;

  if (object == NULL)
    return TRUE;
  if (!g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT))
    return postern_fault (error, "settings", "must be an object");
  g_variant_iter_init (&iter, object);
  while (good && g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    good = check_setting (name, value, error);
    g_variant_unref (value);
  }
  return good;
}

gboolean
postern_resource_validate (PosternResource *resource, const char *issuer, GError **error)
{
  return check_indicator (resource->indicator, issuer, error) && postern_fault_check_text ("name", resource->name, 1, 200, error) &&
         check_scopes (resource->scopes, error) && check_settings (resource->settings, error);
}

gboolean
postern_resource_insert (PosternTxn *txn, PosternResource *resource, const char *issuer, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;

  if (!postern_resource_validate (resource, issuer, error))
    return FALSE;
  all = postern_resource_store_list (txn, NULL, POSTERN_RESOURCE_MAX, error);
  if (all == NULL)
    return FALSE;
  if (all->len < POSTERN_RESOURCE_MAX)
    return postern_resource_store_insert (txn, resource, error);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there are %d resources already, which is the most", POSTERN_RESOURCE_MAX);
  return FALSE;
}

/* --- what there is, with the one that has no row --- */

gboolean
postern_resource_is_management (const PosternResource *resource)
{
  return g_str_equal (resource->id, POSTERN_RESOURCE_MANAGEMENT);
}

PosternResource *
postern_resource_get (PosternTxn *txn, const char *id, const char *issuer, GError **error)
{
  return g_str_equal (id, POSTERN_RESOURCE_MANAGEMENT) ? postern_management_roles_make_resource (issuer) : postern_resource_store_get (txn, id, error);
}

/* Its id is less than each that begins with res_. */
GPtrArray *
postern_resource_list (PosternTxn *txn, const char *issuer, const char *after, guint limit, GError **error)
{
  GPtrArray *resources = postern_resource_store_list (txn, after, limit, error);

  if (resources == NULL || limit == 0 || (after && strcmp (after, POSTERN_RESOURCE_MANAGEMENT) >= 0))
    return resources;
  if (resources->len == limit)
    g_ptr_array_set_size (resources, (int) limit - 1);
  g_ptr_array_insert (resources, 0, postern_management_roles_make_resource (issuer));
  return resources;
}
