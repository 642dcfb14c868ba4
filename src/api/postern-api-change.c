/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-change.h"

#include "postern-api-condition.h"

/* What the server makes itself, such as a time, is no change of somebody's. */
static gboolean
is_told (const PosternApiSchema *schema, const char *name)
{
  const PosternApiMember *member = schema->members ? postern_api_schema_find (schema->members, POSTERN_API_FOR_ANSWERING, name) : NULL;

  return schema->members == NULL || (member != NULL && !(member->flags & (POSTERN_API_READ_ONLY | POSTERN_API_SECRET)));
}

/* Of @from what @to has not, or has otherwise. (transfer full) (nullable): nothing */
static GVariant *
pick (const PosternApiSchema *schema, GVariant *from, GVariant *to)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) all = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (from == NULL)
    return NULL;
  g_variant_iter_init (&iter, from);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) other = to ? postern_json_get (to, name) : NULL;

      if (is_told (schema, name) && (other == NULL || !g_variant_equal (value, other)))
        g_variant_dict_insert_value (&out, name, value);
    }
  all = g_variant_ref_sink (g_variant_dict_end (&out));
  return g_variant_n_children (all) > 0 ? g_steal_pointer (&all) : NULL;
}

GVariant *
postern_api_change_describe (PosternApiCall *call)
{
  const PosternApiRow *row = call->row;
  gboolean makes = row->kind == POSTERN_API_CREATE || row->kind == POSTERN_API_UPDATE || row->kind == POSTERN_API_REPLACE;
  g_autoptr (GVariant) before = NULL, after = NULL;
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (call->detail);

  if (row->kind == POSTERN_API_DELETE && call->before != NULL)
    before = pick (postern_api_condition_find_shown (row)->answer, call->before, NULL);
  if (makes && row->body != NULL && row->body == row->answer)
    {
      before = pick (row->answer, call->before, call->result);
      after = pick (row->answer, call->result, call->before);
    }
  if (call->bearer != NULL)
    g_variant_dict_insert (&out, "client_id", "s", call->bearer->client_id);
  if (before != NULL)
    g_variant_dict_insert_value (&out, "before", before);
  if (after != NULL)
    g_variant_dict_insert_value (&out, "after", after);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}
