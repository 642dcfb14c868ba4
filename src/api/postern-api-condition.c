/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-condition.h"

#include <string.h>

#define TAG_BYTES 16 /* of SHA-256: nobody looks for two things with one tag */

/* Whether something of it changes by itself. */
static gboolean
is_running (const PosternApiSchema *schema)
{
  for (const PosternApiMember *member = schema->members; member != NULL && member->name != NULL; member++)
    if (member->flags & POSTERN_API_RUNNING)
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* (transfer full) (element-type utf8): sorted: without what changes by itself, what is shown once, and what is shown to some: one tag is of all that is shown of a thing */
static GPtrArray *
list_settled (const PosternApiSchema *schema, GVariant *shown)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, shown);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    {
      const PosternApiMember *member = schema->members ? postern_api_schema_find (schema->members, POSTERN_API_FOR_ANSWERING, name) : NULL;

      if (member == NULL || !(member->flags & (POSTERN_API_RUNNING | POSTERN_API_SECRET | POSTERN_API_ASKED)))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* (transfer full): quoted, as it goes over the wire. @row: that shows it */
static char *
make_tag (const PosternApiRow *row, GVariant *shown)
{
  g_autoptr (GPtrArray) names = list_settled (row->answer, shown);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GVariant) value = postern_json_get (shown, names->pdata[i]);
      g_autofree char *text = postern_json_print (value);

      g_checksum_update (sum, names->pdata[i], (gssize) strlen (names->pdata[i]) + 1);
      g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
    }
  return g_strdup_printf ("\"%.*s\"", 2 * TAG_BYTES, g_checksum_get_string (sum));
}

/* Whether the list of tags in a field has @tag; "*" has all. A weak tag is never equal to a strong one where that matters: @weak. */
static gboolean
has_tag (const char *list, const char *tag, gboolean weak)
{
  g_auto (GStrv) items = g_strsplit (list, ",", -1);

  for (guint i = 0; items[i] != NULL; i++)
    {
      const char *item = g_strstrip (items[i]);

      if (g_str_equal (item, "*") || g_str_equal (item, tag) || (weak && g_str_has_prefix (item, "W/") && g_str_equal (item + 2, tag)))
        return TRUE;
    }
  return FALSE;
}

const PosternApiRow *
postern_api_condition_find_shown (const PosternApiRow *row)
{
  if (row->kind != POSTERN_API_UPDATE && row->kind != POSTERN_API_REPLACE && row->kind != POSTERN_API_DELETE)
    return NULL;
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *other = (*resource)->rows; other->path != NULL; other++)
      if (other->kind == POSTERN_API_SHOW && g_str_equal (other->path, row->path))
        return other;
  return NULL;
}

gboolean
postern_api_condition_read (PosternApiCall *call, GError **error)
{
  static const char *const fields[] = { "If-Match", "If-None-Match" };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    for (const char *c = postern_request_get_header (call->request, fields[i]); c != NULL && *c != '\0'; c++)
      if (*c < ' ' || *c > '~')
        {
          g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s has characters that no tag has", fields[i]);
          return FALSE;
        }
  return TRUE;
}

gboolean
postern_api_condition_look (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  const PosternApiRow *shown = postern_api_condition_find_shown (call->row);
  g_autoptr (GError) failure = NULL;

  g_clear_pointer (&call->before, g_variant_unref);
  g_clear_pointer (&call->result, g_variant_unref);
  if (shown == NULL)
    return TRUE;
  if (shown->work (call, txn, &failure))
    call->before = g_steal_pointer (&call->result);
  return postern_store_pass_missing (&failure, error);
}

static gboolean
fail (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_API_ERROR, POSTERN_API_ERROR_PRECONDITION_FAILED, why);
  return FALSE;
}

gboolean
postern_api_condition_check (PosternApiCall *call, GError **error)
{
  const char *match = postern_request_get_header (call->request, "If-Match");
  const char *none = postern_request_get_header (call->request, "If-None-Match");
  const PosternApiRow *shown = postern_api_condition_find_shown (call->row);
  g_autofree char *tag = call->before ? make_tag (shown, call->before) : NULL;

  if (shown == NULL) /* who sends a condition relies on it */
    return (match == NULL && none == NULL) || fail (error, "what this changes has no ETag that could be compared");
  if (match != NULL && tag == NULL && call->row->kind == POSTERN_API_REPLACE)
    return fail (error, "there is nothing yet that If-Match could be of");
  if (match != NULL && tag != NULL && !has_tag (match, tag, FALSE))
    return fail (error, "it was changed since it was read: read it again");
  return none == NULL || tag == NULL || !has_tag (none, tag, TRUE) || fail (error, "it is there already");
}

PosternResponse *
postern_api_condition_answer (PosternApiCall *call, char **tag)
{
  const PosternApiRow *shown = call->row->kind == POSTERN_API_SHOW ? call->row : postern_api_condition_find_shown (call->row);
  const char *none = postern_request_get_header (call->request, "If-None-Match");
  PosternResponse *response;

  if (shown == NULL || call->result == NULL || call->row->kind == POSTERN_API_DELETE || call->row->answer != shown->answer)
    return NULL;
  *tag = make_tag (shown, call->result);
  if (call->row->kind != POSTERN_API_SHOW || none == NULL || is_running (shown->answer) || !has_tag (none, *tag, TRUE))
    return NULL;
  response = postern_response_new (304, NULL, NULL);
  postern_response_set_header (response, "ETag", *tag);
  return response;
}
