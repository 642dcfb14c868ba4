/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-document.h"

#include "postern-api-condition.h"

#include <string.h>

/* --- answers ----------------------------------------------------------------------------------------------------- */

static GVariant *
make_content (const char *type, GVariant *schema)
{
  g_auto (PosternJsonObject) content = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) media = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&media, "schema", schema);
  postern_json_object_add (&content, type, postern_json_object_end (&media));
  return postern_json_object_end (&content);
}

static GVariant *
describe_page (PosternApiDocument *self, const PosternApiRow *row)
{
  PosternApiMember items = { .name = "items", .type = POSTERN_API_ARRAY, .items = POSTERN_API_OBJECT, .schema = row->answer };
  static const PosternApiMember next = { "next", POSTERN_API_STRING, 0, "What `after` is for the next page; none on the last one." };
  static const char *const required[] = { "items", NULL };
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) properties = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&properties, "items", postern_api_document_schema_describe (self, &items, POSTERN_API_FOR_ANSWERING));
  if (!(row->flags & POSTERN_API_UNPAGED))
    postern_json_object_add (&properties, "next", postern_api_document_schema_describe (self, &next, POSTERN_API_FOR_ANSWERING));
  for (const PosternApiMember *member = row->page; member != NULL && member->name != NULL; member++)
    postern_json_object_add (&properties, member->name, postern_api_document_schema_describe (self, member, POSTERN_API_FOR_ANSWERING));
  postern_json_object_add_string (&object, "type", "object");
  postern_json_object_add (&object, "properties", postern_json_object_end (&properties));
  postern_json_object_add (&object, "required", g_variant_new_strv (required, -1));
  postern_json_object_add_boolean (&object, "additionalProperties", FALSE);
  return postern_json_object_end (&object);
}

static gboolean
has_tag (const PosternApiRow *row)
{
  const PosternApiRow *shown = row->kind == POSTERN_API_SHOW ? row : postern_api_condition_find_shown (row);

  return shown != NULL && row->kind != POSTERN_API_DELETE && row->answer == shown->answer;
}

static GVariant *
describe_tag (void)
{
  g_auto (PosternJsonObject) headers = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) tag = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&tag, "description", "Of what is shown, for If-Match and If-None-Match.");
  postern_json_object_add (&tag, "schema", postern_api_document_schema_pair ("type", "string"));
  postern_json_object_add (&headers, "ETag", postern_json_object_end (&tag));
  return postern_json_object_end (&headers);
}

static GVariant *
describe_answer (PosternApiDocument *self, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "description", row->answer ? "It is done" : "It is done; nothing is answered");
  if (row->answer != NULL && row->kind == POSTERN_API_LIST)
    postern_json_object_add (&object, "content", make_content ("application/json", describe_page (self, row)));
  else if (row->answer != NULL)
    postern_json_object_add (&object, "content", make_content ("application/json", postern_api_document_schema_refer (self, row->answer, POSTERN_API_FOR_ANSWERING)));
  if (has_tag (row))
    postern_json_object_add (&object, "headers", describe_tag ());
  return postern_json_object_end (&object);
}

static gboolean
may_answer (const PosternApiRow *row, guint status)
{
  switch (status)
    {
    case 401:
    case 403:
      return row->permission != NULL;
    case 404:
      return strchr (row->path, '{') != NULL || row->query != NULL || row->body != NULL;
    case 405:
      return FALSE;
    case 409:
      return (row->flags & POSTERN_API_CONFLICTS) || row->kind == POSTERN_API_CREATE || row->kind == POSTERN_API_ACTION;
    case 410:
      return (row->flags & POSTERN_API_LAPSES) != 0;
    case 412:
      return (row->flags & POSTERN_API_CONDITIONAL) || !postern_api_row_is_read (row); /* a condition on what has no ETag does not hold */
    case 422:
      return row->kind == POSTERN_API_CREATE || row->kind == POSTERN_API_ACTION;
    case 413:
    case 415:
      return !g_str_equal (postern_api_row_get_method (row), "GET");
    default:
      return TRUE;
    }
}

static GVariant *
describe_answers (PosternApiDocument *self, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *status = g_strdup_printf ("%u", postern_api_row_get_status (row));
  guint last = 0;

  postern_json_object_add (&object, status, describe_answer (self, row));
  if (row->kind == POSTERN_API_SHOW)
    postern_json_object_add (&object, "304", postern_api_document_schema_pair ("description", "It is as If-None-Match says that you have it"));
  for (const PosternApiProblem *problem = postern_api_problem_get_all (); problem->word != NULL; problem++)
    {
      g_autofree char *name = g_strdup_printf ("%u", problem->status);
      g_autofree char *place = g_strconcat ("#/components/responses/", name, NULL);

      if (problem->status != last && may_answer (row, problem->status))
        postern_json_object_add (&object, name, postern_api_document_schema_pair ("$ref", place));
      last = problem->status;
    }
  return postern_json_object_end (&object);
}

/* --- operations -------------------------------------------------------------------------------------------------- */

static GVariant *
make_parameter (PosternApiDocument *self, const PosternApiMember *member, const char *in)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  PosternApiMember bare = *member;

  bare.description = NULL;
  postern_json_object_add_string (&object, "name", member->name);
  postern_json_object_add_string (&object, "in", in);
  postern_json_object_add_string (&object, "description", member->description);
  postern_json_object_add_boolean (&object, "required", (member->flags & POSTERN_API_REQUIRED) != 0);
  postern_json_object_add (&object, "schema", postern_api_document_schema_describe (self, &bare, POSTERN_API_FOR_MAKING));
  return postern_json_object_end (&object);
}

/* Each "{name}" of the path. */
static void
add_captures (PosternApiDocument *self, const char *path, GVariantBuilder *list)
{
  const char *open = path;

  while ((open = strchr (open, '{')) != NULL)
    {
      const char *close = strchr (open, '}');
      g_autofree char *name = g_strndup (open + 1, (gsize) (close - open - 1));
      PosternApiMember member = { name, POSTERN_API_STRING, POSTERN_API_REQUIRED, "Which one.", 1, POSTERN_API_CAPTURE_MAX };

      g_variant_builder_add_value (list, make_parameter (self, &member, "path"));
      open = close;
    }
}

#define PRINTABLE "^[ -~]*$" /* the wire guard takes no other field */

/* Of a change, or of what is read again. */
static void
add_conditions (PosternApiDocument *self, const PosternApiRow *row, GVariantBuilder *list)
{
  static const PosternApiMember match = { "If-Match", POSTERN_API_STRING, 0, "Only if it still is what had this ETag (RFC 9110).", .pattern = PRINTABLE };
  static const PosternApiMember none = { "If-None-Match", POSTERN_API_STRING, 0, "Only if it is not what had this ETag; * of a PUT: only if there is nothing yet.", .pattern = PRINTABLE };

  static const PosternApiMember key = { "Idempotency-Key", POSTERN_API_STRING, 0, "A word of your own for this request: for a day its repetitions get the same answer, and nothing is done again.", 1, 255, .pattern = "^[!-~]+$" };

  if (row->kind == POSTERN_API_CREATE || row->kind == POSTERN_API_ACTION)
    g_variant_builder_add_value (list, make_parameter (self, &key, "header"));
  if (postern_api_condition_find_shown (row) != NULL)
    g_variant_builder_add_value (list, make_parameter (self, &match, "header"));
  if (row->kind == POSTERN_API_SHOW || (row->kind == POSTERN_API_REPLACE && postern_api_condition_find_shown (row) != NULL))
    g_variant_builder_add_value (list, make_parameter (self, &none, "header"));
}

static void
add_parameters (PosternApiDocument *self, const PosternApiRow *row, PosternJsonObject *object)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  const PosternApiMember *tables[POSTERN_API_ROW_TABLES];
  g_autoptr (GVariant) all = NULL;

  add_captures (self, row->path, &list);
  postern_api_row_get_query (row, tables);
  for (guint i = 0; tables[i] != NULL; i++)
    for (const PosternApiMember *member = tables[i]; member->name != NULL; member++)
      g_variant_builder_add_value (&list, make_parameter (self, member, "query"));
  add_conditions (self, row, &list);
  all = g_variant_ref_sink (g_variant_builder_end (&list));
  if (g_variant_n_children (all) > 0)
    postern_json_object_add (object, "parameters", all);
}

static GVariant *
describe_body (PosternApiDocument *self, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  gboolean required = postern_api_row_get_purpose (row) == POSTERN_API_FOR_CHANGING;

  for (const PosternApiMember *member = row->body->members; member != NULL && member->name != NULL; member++)
    required |= (member->flags & POSTERN_API_REQUIRED) != 0;
  postern_json_object_add_boolean (&object, "required", required);
  postern_json_object_add (&object, "content", make_content ("application/json", postern_api_document_schema_refer (self, row->body, postern_api_row_get_purpose (row))));
  return postern_json_object_end (&object);
}

/* Who calls needs one scope; on the local socket nothing is asked. */
static GVariant *
describe_security (const PosternApiRow *row)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  const char *scopes[] = { row->permission, NULL };

  if (row->permission == NULL)
    return g_variant_builder_end (&list);
  postern_json_object_add (&object, "bearer", g_variant_new_strv (scopes, -1));
  g_variant_builder_add_value (&list, postern_json_object_end (&object));
  return g_variant_builder_end (&list);
}

static GVariant *
describe_operation (PosternApiDocument *self, const PosternApiResource *resource, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  const char *tags[] = { resource->name, NULL };

  postern_json_object_add_string (&object, "operationId", row->operation);
  postern_json_object_add_string (&object, "summary", row->summary);
  postern_json_object_add (&object, "tags", g_variant_new_strv (tags, -1));
  add_parameters (self, row, &object);
  if (row->body != NULL)
    postern_json_object_add (&object, "requestBody", describe_body (self, row));
  postern_json_object_add (&object, "responses", describe_answers (self, row));
  postern_json_object_add (&object, "security", describe_security (row));
  return postern_json_object_end (&object);
}

/* All methods of one path stand together, wherever their rows are. */
static GVariant *
describe_path (PosternApiDocument *self, const char *path)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      {
        g_autofree char *method = g_ascii_strdown (postern_api_row_get_method (row), -1);

        if (g_str_equal (row->path, path))
          postern_json_object_add (&object, method, describe_operation (self, *resource, row));
      }
  return postern_json_object_end (&object);
}

GVariant *
postern_api_document_paths_describe (PosternApiDocument *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if (postern_api_row_is_for (row, self->api->tenant) && g_hash_table_add (seen, (gpointer) row->path))
        postern_json_object_add (&object, row->path, describe_path (self, row->path));
  return postern_json_object_end (&object);
}
