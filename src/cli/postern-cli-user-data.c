/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-user-data.h"

/* (transfer full): what both hold, one behind the other */
static GVariant *
join (GVariant *before, GVariant *rest)
{
  GVariant *const lists[] = { before, rest };
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (gsize j = 0; j < g_variant_n_children (lists[i]); j++) {
      g_autoptr (GVariant) entry = g_variant_get_child_value (lists[i], j);

      g_variant_builder_add_value (&list, entry);
    }
  return g_variant_ref_sink (g_variant_builder_end (&list));
}

/* @whole: (inout): and the lists of @part behind its own */
static void
take_part (GVariantDict *whole, GVariant *part)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, part);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) before = g_variant_dict_lookup_value (whole, name, G_VARIANT_TYPE ("av"));
    g_autoptr (GVariant) joined = before && g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) ? join (before, value) : NULL;

    if (joined)
      g_variant_dict_insert_value (whole, name, joined);
  }
}

/* @after: (nullable): of the first one */
static gboolean
ask_part (PosternCliCall *call, const char *after, GVariant **part, GError **error)
{
  g_autofree char *user = g_uri_escape_string (postern_cli_call_get_operand (call, 0), NULL, FALSE), *place = g_uri_escape_string (after ? after : "", NULL, FALSE);
  g_autofree char *path = g_strconcat ("/api/v1/users/", user, "/data", after ? "?after=" : "", place, NULL);

  return postern_cli_call_api (call, "GET", path, NULL, part, error);
}

gboolean
postern_cli_user_data_run (PosternCliCall *call, GError **error)
{
  g_autoptr (GVariant) first = NULL, answer = NULL;
  g_autofree char *after = NULL;
  GVariantDict whole;

  if (!ask_part (call, NULL, &first, error))
    return FALSE;
  after = g_strdup (postern_json_get_string (first, "next"));
  g_variant_dict_init (&whole, first);
  while (after) {
    g_autoptr (GVariant) part = NULL;

    if (!ask_part (call, after, &part, error)) {
      g_variant_dict_clear (&whole);
      return FALSE;
    }
    take_part (&whole, part);
    g_free (after);
    after = g_strdup (postern_json_get_string (part, "next"));
  }
  g_variant_dict_remove (&whole, "next");
  answer = g_variant_ref_sink (g_variant_dict_end (&whole));
  postern_cli_print_answer (call, answer);
  return TRUE;
}
