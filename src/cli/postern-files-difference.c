/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

#include <string.h>

#include "postern-json.h"

void
postern_files_difference_free (PosternFilesDifference *self)
{
  g_free (self->member);
  g_clear_pointer (&self->from, g_variant_unref);
  g_clear_pointer (&self->to, g_variant_unref);
  g_free (self);
}

typedef struct {
  GPtrArray *list;
  PosternFilesThing *thing;
  PosternFilesChange change;
} Comparing;

static void
add (Comparing *self, const char *member, GVariant *from, GVariant *to)
{
  PosternFilesDifference *difference = g_new0 (PosternFilesDifference, 1);

  difference->change = self->change;
  difference->thing = self->thing;
  difference->member = g_strdup (member);
  difference->from = from ? g_variant_ref (from) : NULL;
  difference->to = to ? g_variant_ref (to) : NULL;
  g_ptr_array_add (self->list, difference);
}

static gboolean
is_object (GVariant *value)
{
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY);
}

static void compare (Comparing *self, const char *member, GVariant *from, GVariant *to);

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
add_names (GPtrArray *names, GVariant *object)
{
  gsize n = object ? g_variant_n_children (object) : 0;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (object, i);
      char *name;

      g_variant_get_child (entry, 0, "s", &name);
      if (g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_free (name);
      else
        g_ptr_array_add (names, name);
    }
}

/* @from, @to: objects (nullable); @place: (nullable): where they stand */
static void
compare_objects (Comparing *self, const char *place, GVariant *from, GVariant *to)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  add_names (names, from);
  add_names (names, to);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *member = place ? g_strconcat (place, ".", names->pdata[i], NULL) : g_strdup (names->pdata[i]);
      g_autoptr (GVariant) one = from ? g_variant_lookup_value (from, names->pdata[i], NULL) : NULL;
      g_autoptr (GVariant) other = to ? g_variant_lookup_value (to, names->pdata[i], NULL) : NULL;

      compare (self, member, one, other);
    }
}

/* Objects by their members, as far as both sides, or the only one, are objects that hold something. */
static void
compare (Comparing *self, const char *member, GVariant *from, GVariant *to)
{
  gboolean objects = (from == NULL || is_object (from)) && (to == NULL || is_object (to));
  gsize n = (is_object (from) ? g_variant_n_children (from) : 0) + (is_object (to) ? g_variant_n_children (to) : 0);

  if (postern_files_text_is_equal (from, to))
    return;
  if (objects && n > 0)
    compare_objects (self, member, from, to);
  else
    add (self, member, from, to);
}

/* What a file leaves out on purpose is not looked at. (transfer full) */
static GVariant *
dup_looked_at (PosternFilesThing *from, PosternFilesThing *to)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (from->object);

  for (const PosternFilesMember *member = from->kind->members; member != NULL && member->name != NULL; member++)
    {
      g_autoptr (GVariant) said = postern_json_get (to->object, member->name);

      if (said == NULL && g_strcmp0 (member->fallback, "null") == 0)
        g_variant_dict_remove (&dict, member->name);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

gboolean
postern_files_difference_add (GPtrArray *list, PosternFilesThing *from, PosternFilesThing *to)
{
  Comparing self = { list, to, from ? POSTERN_FILES_CHANGED : POSTERN_FILES_NEW };
  g_autoptr (GVariant) before = from ? dup_looked_at (from, to) : NULL;
  guint n = list->len;

  compare_objects (&self, NULL, before, to->object);
  return list->len > n;
}

void
postern_files_difference_add_whole (GPtrArray *list, PosternFilesThing *thing, gboolean deleted)
{
  Comparing self = { list, thing, deleted ? POSTERN_FILES_DELETED : POSTERN_FILES_KEPT };

  add (&self, NULL, thing->object, NULL);
}

/* --- telling --------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *sign, *word;
} changes[] = {
  [POSTERN_FILES_NEW] = { "+", "new" },
  [POSTERN_FILES_CHANGED] = { "~", "changed" },
  [POSTERN_FILES_DELETED] = { "-", "deleted" },
  [POSTERN_FILES_KEPT] = { "=", "kept" },
};

/* (transfer full) (element-type utf8) */
static GPtrArray *
print_items (GVariant *array)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; array != NULL && i < g_variant_n_children (array); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (array, i);
      g_autoptr (GVariant) item = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);

      g_ptr_array_add (items, postern_json_print (item));
    }
  return items;
}

/* Puts @sign before each of @items that is not among @others, as often as it stands there. Returns: whether there was one */
static gboolean
print_rest (GString *line, const char *sign, GPtrArray *items, GPtrArray *others)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean found = FALSE;

  for (guint i = 0; i < others->len; i++)
    g_hash_table_insert (counts, others->pdata[i], GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, others->pdata[i])) + 1));
  for (guint i = 0; i < items->len; i++)
    {
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, items->pdata[i]));

      if (n > 0)
        g_hash_table_insert (counts, items->pdata[i], GUINT_TO_POINTER (n - 1));
      else
        g_string_append_printf (line, " %s %s", sign, (char *) items->pdata[i]);
      found |= n == 0;
    }
  return found;
}

static gboolean
is_array (GVariant *value)
{
  return value == NULL || (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) && !is_object (value));
}

static gboolean
is_bytes (const PosternFilesDifference *self)
{
  for (const PosternFilesMember *member = self->thing->kind->members; member != NULL && member->name != NULL; member++)
    if (member->type == POSTERN_FILES_BYTES && g_str_equal (member->name, self->member))
      return TRUE;
  return FALSE;
}

/* Nobody reads base64: how long it is, and where its hash begins. (transfer full) (nullable) */
static GVariant *
sum_up (GVariant *value)
{
  gsize length = 0;
  g_autofree guchar *data = value ? g_base64_decode (g_variant_get_string (value, NULL), &length) : NULL;
  g_autofree char *hash = value ? g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length) : NULL;

  return value ? g_variant_ref_sink (g_variant_new_printf ("%" G_GSIZE_FORMAT " bytes, %.16s…", length, hash)) : NULL;
}

static void
print_values (GString *line, GVariant *from, GVariant *to)
{
  if (is_array (from) && is_array (to))
    {
      g_autoptr (GPtrArray) old = print_items (from), new = print_items (to);
      gboolean added = print_rest (line, "+", new, old), removed = print_rest (line, "-", old, new);

      if (!added && !removed)
        g_string_append (line, from && to ? " in another order" : to ? " + []" : " - []");
      return;
    }
  g_string_append_c (line, ' ');
  if (from != NULL)
    postern_json_append (line, from);
  if (from != NULL && to != NULL)
    g_string_append (line, " → ");
  if (to != NULL)
    postern_json_append (line, to);
  else
    g_string_append (line, " is taken away");
}

char *
postern_files_difference_print (const PosternFilesDifference *self)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%s %s%s%s", changes[self->change].sign, self->thing->kind->noun, *self->thing->key ? " " : "", self->thing->key);
  if (self->member != NULL)
    {
      g_autoptr (GVariant) from = is_bytes (self) ? sum_up (self->from) : NULL, to = is_bytes (self) ? sum_up (self->to) : NULL;

      g_string_append_printf (line, ": %s", self->member);
      print_values (line, from ? from : self->from, to ? to : self->to);
    }
  else if (self->change == POSTERN_FILES_KEPT)
    g_string_append_printf (line, ": is in no file, and stays; %s", self->thing->kind->people ? "--prune-people takes it away" : "--prune deletes it");
  return g_string_free (g_steal_pointer (&line), FALSE);
}

GVariant *
postern_files_difference_to_json (const PosternFilesDifference *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "change", changes[self->change].word);
  postern_json_object_add_string (&object, "kind", self->thing->kind->noun);
  postern_json_object_add_string (&object, "key", *self->thing->key ? self->thing->key : NULL);
  postern_json_object_add_string (&object, "member", self->member);
  if (self->member != NULL)
    {
      postern_json_object_add (&object, "from", self->from);
      postern_json_object_add (&object, "to", self->to);
    }
  return postern_json_object_end (&object);
}
