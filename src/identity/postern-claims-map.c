/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-claims-map.h"

#include "postern-fault.h"
#include "postern-json.h"

#include <string.h>

#define MAX_ROWS 50
#define MAX_SIZE (16 * 1024) /* bytes of a map, and of what one template makes */
#define MAX_CLAIM 200
#define MAX_PATH 200

static const char *const protocol_claims[] = {
  "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid",
  "client_id", "scope", "grant_id", "events", "cnf", "act", "may_act", "active", "token_type", NULL,
};

/* What roles and organizations say, which a program decides by. */
static const char *const own_claims[] = { "roles", "organization_roles", "permissions", "organization_id", "organization_name", NULL };

gboolean
postern_claims_map_is_protocol (const char *claim)
{
  return g_strv_contains (protocol_claims, claim);
}


static gboolean
is_name (const char *text, gsize most, const char *more)
{
  gsize length = strlen (text);

  for (const char *at = text; *at; at++)
    if (!g_ascii_isalnum (*at) && !strchr (more, *at))
      return FALSE;
  return length > 0 && length <= most;
}

gboolean
postern_claims_map_is_free (const char *claim)
{
  return is_name (claim, MAX_CLAIM, "_-.:/") && !postern_claims_map_is_protocol (claim) && !g_strv_contains (own_claims, claim);
}

/* --- checking --- */

/* Where a path leads. */
typedef struct {
  const char *begin; /* parts; * is any one */
  guint most;        /* so many may follow, and one must; 0: it ends there */
  gboolean is_token; /* the first of them is a claim of a provider's token: what that says of itself is nobody's */
} Place;

/* What may be used, and nothing else. */
static const Place places[] = {
  { "user.id", 0 }, { "user.username", 0 }, { "user.email", 0 }, { "user.email_verified", 0 }, { "user.phone", 0 }, { "user.phone_verified", 0 },
  { "organization.id", 0 }, { "organization.name", 0 },
  { "profile", 4 }, { "data", 4 },
  { "identity.connector", 0 }, { "identity.subject", 0 }, { "identity.claims", 4, TRUE },
  { "identities.*.subject", 0 }, { "identities.*.claims", 4, TRUE },
};

static gboolean
leads_to (char **parts, guint n, const Place *place)
{
  g_auto (GStrv) begin = g_strsplit (place->begin, ".", -1);
  guint length = g_strv_length (begin);

  for (guint i = 0; i < length; i++)
    if (i >= n || (!g_str_equal (begin[i], "*") && !g_str_equal (begin[i], parts[i])))
      return FALSE;
  if (place->most == 0)
    return n == length;
  return n > length && n <= length + place->most && !(place->is_token && postern_claims_map_is_protocol (parts[length]));
}

static gboolean
is_path (const char *path)
{
  g_auto (GStrv) parts = is_name (path, MAX_PATH, "_-.") ? g_strsplit (path, ".", -1) : NULL;
  guint n = parts ? g_strv_length (parts) : 0;

  for (guint i = 0; i < n; i++)
    if (!*parts[i])
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (leads_to (parts, n, &places[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_template (const char *text)
{
  const char *open;

  while ((open = strpbrk (text, "{}"))) {
    const char *close = *open == '{' ? strchr (open, '}') : NULL;
    g_autofree char *path = close ? g_strndup (open + 1, (gsize) (close - open - 1)) : NULL;

    if (!path || !is_path (path))
      return FALSE;
    text = close + 1;
  }
  return TRUE;
}

static gboolean
check_when (const char *member, GVariant *row, GError **error)
{
  g_autoptr (GVariant) when = postern_json_get (row, "when");
  GVariantIter iter;
  const char *name, *path;

  if (when == NULL)
    return TRUE;
  path = g_variant_is_of_type (when, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (when, "path") : NULL;
  if (!path || !is_path (path))
    return postern_fault (error, member, "\"when\" must be an object with a \"path\" that there is");
  g_variant_iter_init (&iter, when);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_str_equal (name, "path") && !g_str_equal (name, "equals"))
      return postern_fault (error, member, "\"when\" has \"path\" and \"equals\" and nothing else");
  return TRUE;
}

static gboolean
check_value (const char *member, GVariant *row, GError **error)
{
  g_autoptr (GVariant) value = postern_json_get (row, "value"), from = postern_json_get (row, "from"), template = postern_json_get (row, "template");
  const char *path = postern_json_get_string (row, "from"), *text = postern_json_get_string (row, "template");

  if ((value != NULL) + (from != NULL) + (template != NULL) != 1)
    return postern_fault (error, member, "each object must have one of \"from\", \"value\" and \"template\"");
  if (from && !(path && is_path (path)))
    return postern_fault (error, member, "\"from\" must be a path: user.username, profile.locale, data.…, organization.id, identity.claims.…");
  if (template && !(text && is_template (text)))
    return postern_fault (error, member, "\"template\" must be a text with paths in braces");
  return TRUE;
}

static gboolean
check_claim (const char *member, GVariant *row, GHashTable *seen, GError **error)
{
  const char *claim = postern_json_get_string (row, "claim");

  if (!claim || !is_name (claim, MAX_CLAIM, "_-.:/"))
    return postern_fault (error, member, "each object must have a \"claim\" of letters, digits and _ - . : /");
  if (!postern_claims_map_is_free (claim))
    return postern_fault (error, member, "\"%s\" is the token's own", claim);
  return g_hash_table_add (seen, (gpointer) claim) ? TRUE : postern_fault (error, member, "\"%s\" is there twice", claim);
}

static gboolean
check_members (const char *member, GVariant *row, GError **error)
{
  static const char *const known[] = { "claim", "from", "value", "template", "when", NULL };
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, row);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!g_strv_contains (known, name))
      return postern_fault (error, member, "\"%.100s\" is no member of an object in it", name);
  return TRUE;
}

gboolean
postern_claims_map_check (const char *member, GVariant *map, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (!g_variant_is_of_type (map, G_VARIANT_TYPE ("av")) || g_variant_n_children (map) > MAX_ROWS || g_variant_get_size (map) > MAX_SIZE)
    return postern_fault (error, member, "must be an array of at most %d objects, and %d bytes", MAX_ROWS, MAX_SIZE);
  for (gsize i = 0; i < g_variant_n_children (map); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (map, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);

    if (!g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT))
      return postern_fault (error, member, "must be an array of objects");
    if (!check_members (member, row, error) || !check_claim (member, row, seen, error) || !check_value (member, row, error) || !check_when (member, row, error))
      return FALSE;
  }
  return TRUE;
}

/* --- applying --- */

static GVariant *
new_text (const char *text)
{
  return text ? g_variant_ref_sink (g_variant_new_string (text)) : NULL;
}

static GVariant *
look_up_user (PosternUser *user, const char *name)
{
  if (g_str_equal (name, "email_verified"))
    return user->email ? g_variant_ref_sink (g_variant_new_boolean (user->email_verified)) : NULL;
  if (g_str_equal (name, "phone_verified"))
    return user->phone ? g_variant_ref_sink (g_variant_new_boolean (user->phone_verified)) : NULL;
  if (g_str_equal (name, "email"))
    return new_text (user->email);
  if (g_str_equal (name, "phone"))
    return new_text (user->phone);
  return new_text (g_str_equal (name, "id") ? user->id : user->username);
}

/* (transfer full) (nullable): of @object (nullable) what the rest of the path names */
static GVariant *
walk (GVariant *object, char **parts)
{
  g_autoptr (GVariant) at = object ? g_variant_ref (object) : NULL;

  for (; at && *parts; parts++) {
    GVariant *next = g_variant_is_of_type (at, G_VARIANT_TYPE_VARDICT) ? postern_json_get (at, *parts) : NULL;

    g_variant_unref (at);
    at = next;
  }
  return g_steal_pointer (&at);
}

/* (nullable): the one of @connector (nullable); of several the one that was used last */
static PosternIdentity *
find_identity (const PosternClaimsSource *source, const char *connector)
{
  PosternIdentity *found = NULL;

  for (guint i = 0; connector && source->identities && i < source->identities->len; i++) {
    PosternIdentity *identity = source->identities->pdata[i];

    if (g_str_equal (identity->connector, connector) && (found == NULL || identity->used_at > found->used_at))
      found = identity;
  }
  return found;
}

/* @parts: behind whose it is */
static GVariant *
look_up_identity (PosternIdentity *identity, char **parts)
{
  if (identity == NULL)
    return NULL;
  if (g_str_equal (parts[0], "connector"))
    return new_text (identity->connector);
  return g_str_equal (parts[0], "subject") ? new_text (identity->subject) : walk (identity->claims, parts + 1);
}

static GVariant *
look_up (const PosternClaimsSource *source, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", -1);

  if (g_str_equal (parts[0], "user"))
    return look_up_user (source->user, parts[1]);
  if (g_str_equal (parts[0], "organization"))
    return new_text (g_str_equal (parts[1], "id") ? source->organization_id : source->organization_name);
  if (g_str_equal (parts[0], "identity"))
    return look_up_identity (find_identity (source, source->connector), parts + 1);
  if (g_str_equal (parts[0], "identities"))
    return look_up_identity (find_identity (source, parts[1]), parts + 2);
  return walk (g_str_equal (parts[0], "profile") ? source->user->profile : source->user->data, parts + 1);
}

static gboolean
is_of_identities (const char *path)
{
  return path && (g_str_has_prefix (path, "identity.") || g_str_has_prefix (path, "identities."));
}

static gboolean
row_reads_identities (GVariant *row)
{
  g_autoptr (GVariant) when = postern_json_get (row, "when");
  const char *template = postern_json_get_string (row, "template");

  if (is_of_identities (postern_json_get_string (row, "from")) || (when && is_of_identities (postern_json_get_string (when, "path"))))
    return TRUE;
  for (const char *open = template ? strchr (template, '{') : NULL; open; open = strchr (open + 1, '{'))
    if (is_of_identities (open + 1))
      return TRUE;
  return FALSE;
}

gboolean
postern_claims_map_reads_identities (GVariant *map)
{
  for (gsize i = 0; map && i < g_variant_n_children (map); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (map, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);

    if (row_reads_identities (row))
      return TRUE;
  }
  return FALSE;
}

static gboolean
holds (const PosternClaimsSource *source, GVariant *row)
{
  g_autoptr (GVariant) when = postern_json_get (row, "when");
  g_autoptr (GVariant) equals = when ? postern_json_get (when, "equals") : NULL;
  g_autoptr (GVariant) value = when ? look_up (source, postern_json_get_string (when, "path")) : NULL;

  if (when == NULL)
    return TRUE;
  return value && (equals == NULL || g_variant_equal (value, equals));
}

/* NULL where one of its paths leads to no text: half a value would be a wrong one. */
static GVariant *
fill (const PosternClaimsSource *source, const char *template)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *open;

  for (; (open = strchr (template, '{')); template = strchr (open, '}') + 1) {
    g_autofree char *path = g_strndup (open + 1, strcspn (open + 1, "}"));
    g_autoptr (GVariant) value = look_up (source, path);

    if (!value || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) || out->len > MAX_SIZE)
      return NULL;
    g_string_append_len (out, template, open - template);
    g_string_append (out, g_variant_get_string (value, NULL));
  }
  g_string_append (out, template);
  return new_text (out->str);
}

static GVariant *
value_of (const PosternClaimsSource *source, GVariant *row)
{
  const char *from = postern_json_get_string (row, "from"), *template = postern_json_get_string (row, "template");

  if (from)
    return look_up (source, from);
  return template ? fill (source, template) : postern_json_get (row, "value");
}

void
postern_claims_map_apply (GVariant *map, const PosternClaimsSource *source, PosternClaims *claims)
{
  for (gsize i = 0; map && i < g_variant_n_children (map); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (map, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);
    g_autoptr (GVariant) value = holds (source, row) ? value_of (source, row) : NULL;

    if (value)
      postern_claims_add (claims, postern_json_get_string (row, "claim"), value);
  }
}
