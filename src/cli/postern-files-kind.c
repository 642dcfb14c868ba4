/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

#include <string.h>

#include "postern-brand-css.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-store.h"

#define NAME_MAX_BYTES 180    /* of a file, without its ending: file systems take 255 */
#define MANAGEMENT "management" /* the API itself, whatever its address is */

/* --- what a file says ------------------------------------------------------------------------------------------------ */

static gboolean G_GNUC_PRINTF (3, 4)
fault (GError **error, const char *member, const char *format, ...)
{
  va_list arguments;
  g_autofree char *why = NULL;

  va_start (arguments, format);
  why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", member, why);
  return FALSE;
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* (transfer full) (nullable): NULL: they are no strings, or one stands twice */
static GVariant *
sort_strings (GVariant *array)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) boxed = NULL;
  g_auto (GStrv) list = NULL;

  g_variant_dict_insert_value (&dict, "list", array);
  boxed = g_variant_ref_sink (g_variant_dict_end (&dict));
  list = postern_json_dup_strv (boxed, "list", FALSE);
  if (list == NULL)
    return NULL;
  qsort (list, g_strv_length (list), sizeof *list, compare_strings);
  for (guint i = 1; list[0] != NULL && list[i] != NULL; i++)
    if (g_str_equal (list[i - 1], list[i]))
      return NULL;
  return g_variant_ref_sink (g_variant_new_strv ((const char *const *) list, -1));
}

static GVariant *
sort_scopes (GVariant *object)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) sorted = g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) ? sort_strings (value) : NULL;

      g_variant_unref (value);
      if (sorted == NULL || g_variant_n_children (sorted) == 0)
        return NULL;
      g_variant_dict_insert_value (&dict, name, sorted);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
has_null (GVariant *object, const char **where)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;
  gboolean found = FALSE;

  g_variant_iter_init (&iter, object);
  while (!found && g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      found = g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE);
      *where = name;
      g_variant_unref (value);
    }
  return found;
}

static const struct {
  const char *type, *must; /* GVariant's: of what the JSON is read to */
} types[] = {
  [POSTERN_FILES_STRING] = { "s", "must be a string" },
  [POSTERN_FILES_BYTES] = { "s", "must be a string, of base64" },
  [POSTERN_FILES_SHEET] = { "s", "must be a string" },
  [POSTERN_FILES_BOOLEAN] = { "b", "must be true or false" },
  [POSTERN_FILES_INTEGER] = { "x", "must be a whole number" },
  [POSTERN_FILES_OBJECT] = { "a{sv}", "must be an object" },
  [POSTERN_FILES_ARRAY] = { "av", "must be an array" },
  [POSTERN_FILES_STRINGS] = { "av", "must be an array of strings, none of them twice" },
  [POSTERN_FILES_SCOPES] = { "a{sv}", "must be an object that has for the indicator of each resource an array of scopes, none of them twice" },
  [POSTERN_FILES_ROLES] = { "av", "must be an array of names of roles, none of them twice" },
  [POSTERN_FILES_TEMPLATES] = { "av", "must be an array of names of roles, none of them twice" },
  [POSTERN_FILES_OWN_ROLES] = { "av", "must be an array of names of roles, none of them twice" },
};

static gboolean
names_roles (const PosternFilesMember *member)
{
  return member->type == POSTERN_FILES_ROLES || member->type == POSTERN_FILES_TEMPLATES || member->type == POSTERN_FILES_OWN_ROLES;
}

/* The server writes it anew: what is compared is what it would have written. (transfer full) (nullable) */
static GVariant *
clean_sheet (const char *text, GError **error)
{
  char *clean = postern_brand_css_clean (text, error);

  return clean ? g_variant_ref_sink (g_variant_new_take_string (clean)) : NULL;
}

/* A style sheet without a rule is none. */
static gboolean
says_nothing (const PosternFilesMember *member, GVariant *value)
{
  return member->type == POSTERN_FILES_SHEET && *g_variant_get_string (value, NULL) == '\0';
}

/* (transfer full) (nullable) */
static GVariant *
check_value (const PosternFilesMember *member, GVariant *value, GError **error)
{
  gboolean good = g_variant_is_of_type (value, G_VARIANT_TYPE (types[member->type].type));
  GVariant *made = NULL;
  const char *where = NULL;

  if (good && (member->type == POSTERN_FILES_STRINGS || names_roles (member)))
    made = sort_strings (value);
  else if (good && member->type == POSTERN_FILES_SCOPES)
    made = sort_scopes (value);
  else if (good && member->type == POSTERN_FILES_OBJECT && has_null (value, &where))
    {
      g_autofree char *place = g_strconcat (member->name, ".", where, NULL);

      fault (error, place, "is null; leave it out");
      return NULL;
    }
  else if (good && member->type == POSTERN_FILES_SHEET)
    return clean_sheet (g_variant_get_string (value, NULL), error);
  else if (good)
    made = g_variant_ref (value);
  if (made == NULL)
    fault (error, member->name, "%s", types[member->type].must);
  return made;
}

static gboolean
check_member (const PosternFilesMember *member, GVariant *object, GVariantDict *out, GError **error)
{
  gboolean may_lack = g_strcmp0 (member->fallback, POSTERN_FILES_NOTHING) == 0;
  g_autoptr (GVariant) said = postern_json_get (object, member->name);
  g_autoptr (GVariant) value = said ? g_steal_pointer (&said) : member->fallback && !may_lack ? postern_json_parse (member->fallback, -1, 0, NULL) : NULL;
  g_autoptr (GVariant) good = NULL;

  if (value == NULL)
    return may_lack || fault (error, member->name, "is missing");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE) && g_strcmp0 (member->fallback, "null") == 0)
    return TRUE;
  good = check_value (member, value, error);
  if (good != NULL && !says_nothing (member, good))
    g_variant_dict_insert_value (out, member->name, good);
  return good != NULL;
}

static gboolean
check_known (const PosternFilesKind *self, GVariant *object, GError **error)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    {
      const PosternFilesMember *member = self->members;

      while (member->name != NULL && !g_str_equal (member->name, name))
        member++;
      if (member->name == NULL && g_strcmp0 (name, self->key) != 0 && g_strcmp0 (name, self->belongs) != 0)
        return fault (error, name, "is no member of %s that is known here", self->noun);
    }
  return TRUE;
}

/* What a thing is called by: @name: (nullable): there is one */
static gboolean
check_name (const PosternFilesKind *self, const char *name, const char *own_id, GVariant *object, GVariantDict *out, GError **error)
{
  const char *value = name ? postern_json_get_string (object, name) : NULL;
  g_autofree char *free_id = own_id ? postern_id_new (own_id) : NULL;

  if (name == NULL)
    return TRUE;
  if (value == NULL || *value == '\0')
    return fault (error, name, "must be there: it is the own key of %s", self->noun);
  if (self->people && g_strcmp0 (name, self->key) == 0 && !postern_id_is_valid (value, "usr"))
    return fault (error, name, "must be the id of a user, usr_…: what somebody signs in with may be another's tomorrow");
  if (own_id != NULL && !postern_id_is_valid (value, own_id))
    return fault (error, name, "must be %s_ and the 26 characters of a UUID; %s is free", own_id, free_id);
  g_variant_dict_insert (out, name, "s", value);
  return TRUE;
}

GVariant *
postern_files_kind_check (const PosternFilesKind *self, GVariant *object, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  const char *where;

  if (self->members == NULL)
    {
      if (!has_null (object, &where))
        return g_variant_ref (object);
      fault (error, where, "is null; leave it out");
      return NULL;
    }
  if (!check_name (self, self->belongs, NULL, object, &out, error) || !check_name (self, self->key, self->own_id, object, &out, error) || !check_known (self, object, error))
    return NULL;
  for (const PosternFilesMember *member = self->members; member->name != NULL; member++)
    if (!check_member (member, object, &out, error))
      return NULL;
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

/* --- what the API says ----------------------------------------------------------------------------------------------- */

gboolean
postern_files_kind_takes (const PosternFilesKind *self, GVariant *shown)
{
  const char *origin = postern_json_get_string (shown, "origin"), *organization_id = postern_json_get_string (shown, "organization_id");

  if (postern_json_get_boolean (shown, "ready_made", FALSE) || (origin != NULL && !g_str_equal (origin, "database")))
    return FALSE;
  return self->role_kind == NULL || ((organization_id != NULL) == (self->parent != NULL) && g_strcmp0 (postern_json_get_string (shown, "kind"), self->role_kind) == 0);
}

/* Of [{resource_id, scope}, …]. (transfer floating) */
static GVariant *
read_scopes (GVariant *list, GHashTable *indicators)
{
  g_autoptr (GHashTable) scopes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GHashTableIter iter;
  gpointer indicator, names;

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) row = g_variant_get_variant (box);
      const char *id = postern_json_get_string (row, "resource_id"), *known = g_hash_table_lookup (indicators, id);
      const char *name = known ? known : id;

      if (!g_hash_table_contains (scopes, name))
        g_hash_table_insert (scopes, (gpointer) name, g_ptr_array_new_with_free_func (g_free));
      g_ptr_array_add (g_hash_table_lookup (scopes, name), g_strdup (postern_json_get_string (row, "scope")));
    }
  g_hash_table_iter_init (&iter, scopes);
  while (g_hash_table_iter_next (&iter, &indicator, &names))
    g_variant_dict_insert_value (&dict, indicator, g_variant_new_strv ((const char *const *) ((GPtrArray *) names)->pdata, ((GPtrArray *) names)->len));
  return g_variant_dict_end (&dict);
}

/* Before the names of roles, where they are from. @organization: (nullable): the one whose own they are */
static const char *
get_place (const PosternFilesMember *member, const char *organization)
{
  return member->type == POSTERN_FILES_ROLES ? "tenant" : member->type == POSTERN_FILES_TEMPLATES ? "organization" : organization;
}

/* Those of `roles` that @member is about, by name. (transfer floating) */
static GVariant *
read_roles (const PosternFilesMember *member, GVariant *shown, const char *organization, GHashTable *role_names)
{
  g_autofree char *begin = g_strconcat (get_place (member, organization), " ", NULL);
  g_auto (GStrv) ids = postern_json_dup_strv (shown, "roles", FALSE);
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (char **id = ids; id != NULL && *id != NULL; id++)
    {
      const char *name = g_hash_table_lookup (role_names, *id);

      if (name != NULL && g_str_has_prefix (name, begin))
        g_variant_builder_add (&list, "s", name + strlen (begin));
    }
  return g_variant_builder_end (&list);
}

/* The API says of an instance only whether it runs. (transfer full) (nullable) */
static GVariant *
read_member (const PosternFilesMember *member, GVariant *shown, const char *parent_key, const PosternFilesNames *names)
{
  g_autoptr (GVariant) value = postern_json_get (shown, member->name);
  const char *state = postern_json_get_string (shown, "state");

  if (member->type == POSTERN_FILES_SCOPES)
    return g_variant_ref_sink (read_scopes (value, names->indicators));
  if (names_roles (member))
    return g_variant_ref_sink (read_roles (member, shown, parent_key, names->role_names));
  if (value == NULL && state != NULL && g_str_equal (member->name, "enabled"))
    return g_variant_ref_sink (g_variant_new_boolean (!g_str_equal (state, "off")));
  return g_steal_pointer (&value);
}

/* As a JSON document would be read: both sides are of the same types then. (transfer full) */
static GVariant *
as_read (GVariant *value)
{
  g_autofree char *text = postern_json_print (value);

  return postern_json_parse (text, -1, 0, NULL);
}

GVariant *
postern_files_kind_read (const PosternFilesKind *self, GVariant *shown, const char *parent_key, const PosternFilesNames *names)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) object = NULL, plain = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *made;

  if (self->members == NULL)
    return g_variant_ref (shown);
  if (self->belongs != NULL)
    g_variant_dict_insert (&dict, self->belongs, "s", parent_key);
  if (self->key != NULL)
    g_variant_dict_insert (&dict, self->key, "s", postern_json_get_string (shown, self->id_prefix ? self->key : self->id));
  for (const PosternFilesMember *member = self->members; member->name != NULL; member++)
    {
      g_autoptr (GVariant) value = read_member (member, shown, parent_key, names);

      if (value != NULL)
        g_variant_dict_insert_value (&dict, member->name, value);
    }
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  plain = as_read (object);
  made = postern_files_kind_check (self, plain, &error);
  return made ? made : g_steal_pointer (&plain); /* of another version: shown as it is */
}

/* --- what the API is sent -------------------------------------------------------------------------------------------- */

static gboolean
add_scopes (GVariantBuilder *list, const char *indicator, const char *id, GVariant *scopes)
{
  gsize n = g_variant_n_children (scopes);

  for (gsize i = 0; i < n; i++)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
      g_autofree char *scope = NULL;

      g_variant_get_child (scopes, i, "s", &scope);
      g_variant_dict_insert (&dict, "resource_id", "s", id);
      g_variant_dict_insert (&dict, "scope", "s", scope);
      g_variant_builder_add_value (list, g_variant_dict_end (&dict));
    }
  return TRUE;
}

/* (transfer floating) (nullable) */
static GVariant *
make_permissions (GVariant *object, GHashTable *ids, GError **error)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GVariantIter iter;
  const char *indicator;
  GVariant *scopes;
  gboolean good = TRUE;

  g_variant_iter_init (&iter, object);
  while (good && g_variant_iter_next (&iter, "{&sv}", &indicator, &scopes))
    {
      const char *id = g_str_equal (indicator, MANAGEMENT) ? MANAGEMENT : g_hash_table_lookup (ids, indicator);

      good = id != NULL ? add_scopes (&list, indicator, id, scopes) : fault (error, "permissions", "there is no resource %s, neither here nor on the server", indicator);
      g_variant_unref (scopes);
    }
  return good ? g_variant_builder_end (&list) : NULL;
}

static gboolean
add_roles (GVariantBuilder *list, const PosternFilesMember *member, GVariant *object, const char *organization, GHashTable *role_ids, GError **error)
{
  g_auto (GStrv) names = postern_json_dup_strv (object, member->name, FALSE);

  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      g_autofree char *full = g_strconcat (get_place (member, organization), " ", *name, NULL);
      const char *id = g_hash_table_lookup (role_ids, full);

      if (id == NULL)
        return fault (error, member->name, "there is no such role %s, neither here nor on the server", *name);
      g_variant_builder_add (list, "s", id);
    }
  return TRUE;
}

/* What files tell apart by where it is from, the API has in one list. It is not sent where no file says anything of it. */
static gboolean
replace_roles (const PosternFilesKind *self, GVariant *object, GVariantDict *dict, GHashTable *role_ids, GError **error)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  const char *organization = self->belongs ? postern_json_get_string (object, self->belongs) : NULL;
  gboolean said = FALSE;

  for (const PosternFilesMember *member = self->members; member->name != NULL; member++)
    {
      if (!names_roles (member) || !g_variant_dict_remove (dict, member->name))
        continue;
      said = TRUE;
      if (!add_roles (&list, member, object, organization, role_ids, error))
        return FALSE;
    }
  if (said)
    g_variant_dict_insert_value (dict, "roles", g_variant_builder_end (&list));
  return TRUE;
}

/* What the path says already, and what only the file knows. */
static void
drop_names (const PosternFilesKind *self, GVariant *object, GVariantDict *dict)
{
  if (self->key != NULL && self->id_prefix == NULL)
    g_variant_dict_remove (dict, self->key);
  if (self->belongs != NULL)
    g_variant_dict_remove (dict, self->belongs);
  g_variant_dict_remove (dict, "secrets");
  if (self->role_kind != NULL)
    g_variant_dict_insert (dict, "kind", "s", self->role_kind);
  if (self->role_kind != NULL && self->belongs != NULL)
    g_variant_dict_insert (dict, "organization_id", "s", postern_json_get_string (object, self->belongs));
}

GVariant *
postern_files_kind_make_body (const PosternFilesKind *self, GVariant *object, const PosternFilesNames *names, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (object);
  g_autoptr (GVariant) permissions = postern_json_get (object, "permissions");
  GVariant *made = NULL;

  if (self->members == NULL)
    return g_variant_ref (object);
  drop_names (self, object, &dict);
  if (!replace_roles (self, object, &dict, names->role_ids, error))
    return NULL;
  if (self->role_kind != NULL && permissions != NULL)
    {
      made = make_permissions (permissions, names->ids, error);
      if (made == NULL)
        return NULL;
      g_variant_dict_insert_value (&dict, "permissions", made);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* --- where it is ----------------------------------------------------------------------------------------------------- */

const PosternFilesKind *
postern_files_kind_get_parent (const PosternFilesKind *self)
{
  for (const PosternFilesKind *kind = postern_files_kinds; self->parent != NULL && kind->noun != NULL; kind++)
    if (g_str_equal (kind->noun, self->parent))
      return kind;
  return NULL;
}

char *
postern_files_kind_dup_key (const PosternFilesKind *self, GVariant *object)
{
  const char *parent = self->belongs ? postern_json_get_string (object, self->belongs) : NULL, *own = self->key ? postern_json_get_string (object, self->key) : NULL;

  return g_strconcat (parent ? parent : "", parent && own ? "/" : "", own ? own : "", NULL);
}

char *
postern_files_kind_dup_path (const PosternFilesKind *self, const char *parent_path, const char *id)
{
  const char *hole = parent_path ? g_strrstr (self->path, "{}") : NULL;
  g_autofree char *own = id && self->key ? g_uri_escape_string (id, NULL, FALSE) : NULL;

  return g_strconcat (hole ? parent_path : "", hole ? hole + strlen ("{}") : self->path, own ? "/" : NULL, own, NULL);
}

/* --- names ----------------------------------------------------------------------------------------------------------- */

char *
postern_files_kind_dup_name (const PosternFilesKind *self, const char *key)
{
  g_autofree char *escaped = g_uri_escape_string (key, NULL, FALSE);
  g_autofree char *hash = strlen (escaped) > NAME_MAX_BYTES ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1) : NULL;
  const char *dot = *escaped == '.' ? "%2E" : "";

  if (self->folder == NULL)
    return g_strconcat (self->noun, ".json", NULL);
  if (hash != NULL)
    return g_strdup_printf ("%s/%s%.*s~%.16s.json", self->folder, dot, NAME_MAX_BYTES - 24, escaped + (*dot != '\0'), hash);
  return g_strdup_printf ("%s/%s%s.json", self->folder, dot, escaped + (*dot != '\0'));
}
