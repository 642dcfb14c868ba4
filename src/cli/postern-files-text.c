/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

#include <string.h>

#include "postern-json.h"

static void append (GString *out, GVariant *value, guint depth);

/* (transfer full): out of its box, where it is in one */
static GVariant *
get_child (GVariant *value, gsize i)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

  return g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);
}

static void
break_line (GString *out, guint depth)
{
  g_string_append_printf (out, "\n%*s", (int) (2 * depth), "");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
append_object (GString *out, GVariant *object, guint depth)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gsize n = g_variant_n_children (object);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (object, i);
      char *name;

      g_variant_get_child (entry, 0, "s", &name);
      g_ptr_array_add (names, name);
    }
  g_ptr_array_sort (names, compare_names);
  g_string_append_c (out, '{');
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GVariant) found = g_variant_lookup_value (object, names->pdata[i], NULL);

      g_string_append (out, i ? "," : "");
      break_line (out, depth + 1);
      postern_json_append_string (out, names->pdata[i]);
      g_string_append (out, ": ");
      append (out, found, depth + 1);
    }
  if (names->len > 0)
    break_line (out, depth);
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, GVariant *array, guint depth)
{
  gsize n = g_variant_n_children (array);

  g_string_append_c (out, '[');
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = get_child (array, i);

      g_string_append (out, i ? "," : "");
      break_line (out, depth + 1);
      append (out, child, depth + 1);
    }
  if (n > 0)
    break_line (out, depth);
  g_string_append_c (out, ']');
}

static void
append (GString *out, GVariant *value, guint depth)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    append_object (out, value, depth);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY))
    append_array (out, value, depth);
  else
    postern_json_append (out, value);
}

char *
postern_files_text_print (GVariant *value)
{
  GString *out = g_string_new (NULL);

  append (out, value, 0);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

gboolean
postern_files_text_is_equal (GVariant *a, GVariant *b)
{
  g_autofree char *one = a ? postern_files_text_print (a) : NULL, *other = b ? postern_files_text_print (b) : NULL;

  return g_strcmp0 (one, other) == 0;
}
