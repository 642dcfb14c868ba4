/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-condition.h"

#include "postern-build.h"
#include "postern-management-roles.h"

#include <string.h>

/*
 * The OpenAPI 3.1 document, made of the route table and of nothing else. A schema stands in it as it is answered ("User") and, where
 * it can be sent, as it is sent: whole ("UserToMake") or in part ("UserToChange").
 */

static const char *const suffixes[] = {
  [POSTERN_API_FOR_MAKING] = "ToMake",
  [POSTERN_API_FOR_CHANGING] = "ToChange",
  [POSTERN_API_FOR_ANSWERING] = "",
};

typedef struct {
  PosternApi *api;
  GHashTable *schemas; /* name → GVariant a{sv}: those that were referred to */
} Document;

static GVariant *
make_pair (const char *name, const char *value)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, name, value);
  return postern_json_object_end (&object);
}

/* --- schemas ---------------------------------------------------------------------------------------------------- */

static char *add_schema (Document *self, const PosternApiSchema *schema, PosternApiPurpose purpose);

static GVariant *
refer (Document *self, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  g_autofree char *name = add_schema (self, schema, purpose);
  g_autofree char *place = g_strconcat ("#/components/schemas/", name, NULL);

  return make_pair ("$ref", place);
}

static void
add_type (PosternJsonObject *object, const char *type, gboolean nullable)
{
  const char *const both[] = { type, "null", NULL };

  if (nullable)
    postern_json_object_add (object, "type", g_variant_new_strv (both, -1));
  else
    postern_json_object_add_string (object, "type", type);
}

static void
add_bounds (PosternJsonObject *object, const PosternApiMember *member, const char *least, const char *most)
{
  if (member->min == 0 && member->max == 0)
    return;
  if (member->min != 0 || member->type == POSTERN_API_INTEGER)
    postern_json_object_add_int64 (object, least, member->min);
  if (member->max != 0)
    postern_json_object_add_int64 (object, most, member->max);
}

/* null must be among the choices where it may be sent. */
static void
add_choices (PosternJsonObject *object, const PosternApiMember *member, gboolean nullable)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  if (member->choices == NULL)
    return;
  for (guint i = 0; member->choices[i] != NULL; i++)
    g_variant_builder_add (&list, "v", g_variant_new_string (member->choices[i]));
  if (nullable)
    g_variant_builder_add (&list, "v", g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  postern_json_object_add (object, "enum", g_variant_builder_end (&list));
}

static GVariant *describe (Document *self, const PosternApiMember *member, PosternApiPurpose purpose);

static GVariant *
describe_items (Document *self, const PosternApiMember *member, PosternApiPurpose purpose)
{
  PosternApiMember item = { .name = member->name, .type = member->items, .schema = member->schema, .choices = member->choices };

  return describe (self, &item, purpose);
}

static void
describe_type (Document *self, PosternJsonObject *object, const PosternApiMember *member, PosternApiPurpose purpose)
{
  static const char *const types[] = { [POSTERN_API_STRING] = "string", [POSTERN_API_INTEGER] = "integer", [POSTERN_API_BOOLEAN] = "boolean",
                                       [POSTERN_API_TIME] = "integer",  [POSTERN_API_OBJECT] = "object",   [POSTERN_API_ARRAY] = "array" };
  gboolean nullable = (member->flags & POSTERN_API_NULLABLE) && purpose != POSTERN_API_FOR_ANSWERING;

  if (member->type != POSTERN_API_ANY)
    add_type (object, types[member->type], nullable);
  if (member->type == POSTERN_API_ARRAY)
    {
      add_bounds (object, member, "minItems", "maxItems");
      postern_json_object_add (object, "items", describe_items (self, member, purpose));
      return;
    }
  add_choices (object, member, nullable);
  if (member->type == POSTERN_API_STRING)
    add_bounds (object, member, "minLength", "maxLength");
  if (member->type == POSTERN_API_INTEGER)
    add_bounds (object, member, "minimum", "maximum");
  if (member->type == POSTERN_API_TIME)
    postern_json_object_add_int64 (object, "minimum", 0);
}

static GVariant *
describe (Document *self, const PosternApiMember *member, PosternApiPurpose purpose)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  if (member->type == POSTERN_API_OBJECT && member->schema != NULL)
    return refer (self, member->schema, purpose);
  describe_type (self, &object, member, purpose);
  postern_json_object_add_string (&object, "pattern", member->pattern);
  postern_json_object_add_string (&object, "format", member->type == POSTERN_API_TIME ? "unix-time" : member->format);
  postern_json_object_add_string (&object, "description", member->description);
  postern_json_object_add_string (&object, "x-since", member->since);
  if ((member->flags & POSTERN_API_READ_ONLY) && purpose == POSTERN_API_FOR_ANSWERING)
    postern_json_object_add_boolean (&object, "readOnly", TRUE);
  if (member->flags & POSTERN_API_WRITE_ONLY)
    postern_json_object_add_boolean (&object, "writeOnly", TRUE);
  return postern_json_object_end (&object);
}

static void
add_required (PosternJsonObject *object, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  guint flag = purpose == POSTERN_API_FOR_ANSWERING ? POSTERN_API_ALWAYS : POSTERN_API_REQUIRED;
  g_auto (GVariantBuilder) names = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  gboolean any = FALSE;

  for (const PosternApiMember *member = schema->members; purpose != POSTERN_API_FOR_CHANGING && member->name != NULL; member++)
    if ((member->flags & flag) && postern_api_schema_is_there (member, purpose))
      {
        g_variant_builder_add (&names, "s", member->name);
        any = TRUE;
      }
  if (any)
    postern_json_object_add (object, "required", g_variant_builder_end (&names));
}

static GVariant *
describe_schema (Document *self, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) properties = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "type", "object");
  postern_json_object_add_string (&object, "description", schema->description);
  if (schema->members == NULL)
    return postern_json_object_end (&object);
  for (const PosternApiMember *member = schema->members; member->name != NULL; member++)
    if (postern_api_schema_is_there (member, purpose))
      postern_json_object_add (&properties, member->name, describe (self, member, purpose));
  postern_json_object_add (&object, "properties", postern_json_object_end (&properties));
  add_required (&object, schema, purpose);
  postern_json_object_add_boolean (&object, "additionalProperties", FALSE);
  return postern_json_object_end (&object);
}

/* (transfer full): its name in the document */
static char *
add_schema (Document *self, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  char *name = g_strconcat (schema->name, schema->members ? suffixes[purpose] : "", NULL);

  if (!g_hash_table_contains (self->schemas, name))
    g_hash_table_insert (self->schemas, g_strdup (name), g_variant_ref_sink (describe_schema (self, schema, purpose)));
  return name;
}

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
describe_page (Document *self, const PosternApiRow *row)
{
  PosternApiMember items = { .name = "items", .type = POSTERN_API_ARRAY, .items = POSTERN_API_OBJECT, .schema = row->answer };
  static const PosternApiMember next = { "next", POSTERN_API_STRING, 0, "What `after` is for the next page; none on the last one." };
  static const char *const required[] = { "items", NULL };
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) properties = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&properties, "items", describe (self, &items, POSTERN_API_FOR_ANSWERING));
  if (!(row->flags & POSTERN_API_UNPAGED))
    postern_json_object_add (&properties, "next", describe (self, &next, POSTERN_API_FOR_ANSWERING));
  for (const PosternApiMember *member = row->page; member != NULL && member->name != NULL; member++)
    postern_json_object_add (&properties, member->name, describe (self, member, POSTERN_API_FOR_ANSWERING));
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
  postern_json_object_add (&tag, "schema", make_pair ("type", "string"));
  postern_json_object_add (&headers, "ETag", postern_json_object_end (&tag));
  return postern_json_object_end (&headers);
}

static GVariant *
describe_answer (Document *self, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "description", row->answer ? "It is done" : "It is done; nothing is answered");
  if (row->answer != NULL && row->kind == POSTERN_API_LIST)
    postern_json_object_add (&object, "content", make_content ("application/json", describe_page (self, row)));
  else if (row->answer != NULL)
    postern_json_object_add (&object, "content", make_content ("application/json", refer (self, row->answer, POSTERN_API_FOR_ANSWERING)));
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
      return postern_api_condition_find_shown (row) != NULL;
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
describe_answers (Document *self, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *status = g_strdup_printf ("%u", postern_api_row_get_status (row));
  guint last = 0;

  postern_json_object_add (&object, status, describe_answer (self, row));
  if (row->kind == POSTERN_API_SHOW)
    postern_json_object_add (&object, "304", make_pair ("description", "It is as If-None-Match says that you have it"));
  for (const PosternApiProblem *problem = postern_api_problem_get_all (); problem->word != NULL; problem++)
    {
      g_autofree char *name = g_strdup_printf ("%u", problem->status);
      g_autofree char *place = g_strconcat ("#/components/responses/", name, NULL);

      if (problem->status != last && may_answer (row, problem->status))
        postern_json_object_add (&object, name, make_pair ("$ref", place));
      last = problem->status;
    }
  return postern_json_object_end (&object);
}

/* --- operations -------------------------------------------------------------------------------------------------- */

static GVariant *
make_parameter (Document *self, const PosternApiMember *member, const char *in)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  PosternApiMember bare = *member;

  bare.description = NULL;
  postern_json_object_add_string (&object, "name", member->name);
  postern_json_object_add_string (&object, "in", in);
  postern_json_object_add_string (&object, "description", member->description);
  postern_json_object_add_boolean (&object, "required", (member->flags & POSTERN_API_REQUIRED) != 0);
  postern_json_object_add (&object, "schema", describe (self, &bare, POSTERN_API_FOR_MAKING));
  return postern_json_object_end (&object);
}

/* Each "{name}" of the path. */
static void
add_captures (Document *self, const char *path, GVariantBuilder *list)
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
add_conditions (Document *self, const PosternApiRow *row, GVariantBuilder *list)
{
  static const PosternApiMember match = { "If-Match", POSTERN_API_STRING, 0, "Only if it still is what had this ETag (RFC 9110).", .pattern = PRINTABLE };
  static const PosternApiMember none = { "If-None-Match", POSTERN_API_STRING, 0, "Only if it is not what had this ETag; * of a PUT: only if there is nothing yet.", .pattern = PRINTABLE };

  static const PosternApiMember key = { "Idempotency-Key", POSTERN_API_STRING, 0, "A word of your own for this request: for a day its repetitions get the same answer, and nothing is done again.", 1, 255, .pattern = "^[!-~]+$" };

  if (row->kind == POSTERN_API_CREATE || row->kind == POSTERN_API_ACTION)
    g_variant_builder_add_value (list, make_parameter (self, &key, "header"));
  if (postern_api_condition_find_shown (row) != NULL)
    g_variant_builder_add_value (list, make_parameter (self, &match, "header"));
  if (row->kind == POSTERN_API_SHOW || row->kind == POSTERN_API_REPLACE)
    g_variant_builder_add_value (list, make_parameter (self, &none, "header"));
}

static void
add_parameters (Document *self, const PosternApiRow *row, PosternJsonObject *object)
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
describe_body (Document *self, const PosternApiRow *row)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  gboolean required = postern_api_row_get_purpose (row) == POSTERN_API_FOR_CHANGING;

  for (const PosternApiMember *member = row->body->members; member != NULL && member->name != NULL; member++)
    required |= (member->flags & POSTERN_API_REQUIRED) != 0;
  postern_json_object_add_boolean (&object, "required", required);
  postern_json_object_add (&object, "content", make_content ("application/json", refer (self, row->body, postern_api_row_get_purpose (row))));
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
describe_operation (Document *self, const PosternApiResource *resource, const PosternApiRow *row)
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
describe_path (Document *self, const char *path)
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

static GVariant *
describe_paths (Document *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if (g_hash_table_add (seen, (gpointer) row->path))
        postern_json_object_add (&object, row->path, describe_path (self, row->path));
  return postern_json_object_end (&object);
}

/* --- the rest ---------------------------------------------------------------------------------------------------- */

static GVariant *
describe_info (void)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "title", "Postern management API");
  postern_json_object_add_string (&object, "version", POSTERN_VERSION);
  postern_json_object_add_string (&object, "description",
            "Everything that the system knows, as resources. Times are seconds since 1970 and absent for never. Lists page by `after` and `limit`. "
            "What is not done is answered with a problem (RFC 9457).");
  postern_json_object_add (&object, "license", make_pair ("name", "Apache-2.0"));
  return postern_json_object_end (&object);
}

static GVariant *
describe_servers (Document *self)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (self->api->tenant), "/api/v1", NULL);

  g_variant_builder_add_value (&list, make_pair ("url", url));
  return g_variant_builder_end (&list);
}

static GVariant *
describe_tags (void)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    {
      g_auto (PosternJsonObject) tag = POSTERN_JSON_OBJECT_INIT;

      if ((*resource)->description == NULL) /* it is part of another */
        continue;
      postern_json_object_add_string (&tag, "name", (*resource)->name);
      postern_json_object_add_string (&tag, "description", (*resource)->description);
      g_variant_builder_add_value (&list, postern_json_object_end (&tag));
    }
  return g_variant_builder_end (&list);
}

static const PosternApiMember fault_members[] = {
  { "pointer", POSTERN_API_STRING, 0, "JSON Pointer (RFC 6901) to what is wrong in the body." },
  { "parameter", POSTERN_API_STRING, 0, "The parameter of the query that is wrong." },
  { "code", POSTERN_API_STRING, POSTERN_API_ALWAYS, "A word for programs: unknown_member, missing, wrong_type …" },
  { "detail", POSTERN_API_STRING, POSTERN_API_ALWAYS, "What is wrong, for people." },
  { NULL },
};
static const PosternApiSchema fault_schema = { "ProblemError", fault_members };

static const PosternApiMember problem_members[] = {
  { "type", POSTERN_API_STRING, POSTERN_API_ALWAYS, "Which problem it is.", .format = "uri" },
  { "title", POSTERN_API_STRING, POSTERN_API_ALWAYS, "The same in words." },
  { "status", POSTERN_API_INTEGER, POSTERN_API_ALWAYS, "The HTTP status." },
  { "detail", POSTERN_API_STRING, 0, "What it is in this case." },
  { "instance", POSTERN_API_STRING, 0, "The request's id, which the log has too.", .format = "uri-reference" },
  { "errors", POSTERN_API_ARRAY, 0, "What is wrong, one by one.", .items = POSTERN_API_OBJECT, .schema = &fault_schema },
  { NULL },
};
static const PosternApiSchema problem_schema = { "Problem", problem_members, "Why a request was not done (RFC 9457)." };

/* What is no HTTP/1.1 is refused before anybody looks at its address, so also before it is known to be a program's. */
static GVariant *
describe_guard (Document *self)
{
  static const PosternApiMember members[] = {
    { "error", POSTERN_API_STRING, POSTERN_API_ALWAYS, "invalid_request" },
    { "error_description", POSTERN_API_STRING, POSTERN_API_ALWAYS, "What is wrong." },
    { NULL },
  };
  static const PosternApiSchema guard = { "NoRequest", members, "The request is no well-formed HTTP/1.1." };
  g_auto (PosternJsonObject) media = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&media, "schema", refer (self, &guard, POSTERN_API_FOR_ANSWERING));
  return postern_json_object_end (&media);
}

static GVariant *
describe_problem (Document *self, const PosternApiProblem *problem)
{
  g_auto (PosternJsonObject) content = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) media = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *words = g_strconcat (problem->title, ". ", problem->meaning, NULL);

  postern_json_object_add_string (&object, "description", words);
  postern_json_object_add (&media, "schema", refer (self, &problem_schema, POSTERN_API_FOR_ANSWERING));
  postern_json_object_add (&content, "application/problem+json", postern_json_object_end (&media));
  if (problem->status == 400)
    postern_json_object_add (&content, "application/json", describe_guard (self));
  postern_json_object_add (&object, "content", postern_json_object_end (&content));
  return postern_json_object_end (&object);
}

static GVariant *
describe_problems (Document *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  guint last = 0;

  for (const PosternApiProblem *problem = postern_api_problem_get_all (); problem->word != NULL; problem++)
    {
      g_autofree char *name = g_strdup_printf ("%u", problem->status);

      if (problem->status != last)
        postern_json_object_add (&object, name, describe_problem (self, problem));
      last = problem->status;
    }
  return postern_json_object_end (&object);
}

static GVariant *
describe_scopes (void)
{
  g_auto (PosternJsonObject) scopes = POSTERN_JSON_OBJECT_INIT;

  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    postern_json_object_add_string (&scopes, row->name, row->description);
  return postern_json_object_end (&scopes);
}

/* An access token of ours for the API as its resource, by any grant. */
static GVariant *
describe_schemes (Document *self)
{
  const char *issuer = postern_tenant_get_issuer (self->api->tenant);
  g_autofree char *token_url = g_strconcat (issuer, "/oidc/token", NULL);
  g_auto (PosternJsonObject) schemes = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) scheme = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) flows = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) flow = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&flow, "tokenUrl", token_url);
  postern_json_object_add (&flow, "scopes", describe_scopes ());
  postern_json_object_add (&flows, "clientCredentials", postern_json_object_end (&flow));
  postern_json_object_add_string (&scheme, "type", "oauth2");
  postern_json_object_add (&scheme, "flows", postern_json_object_end (&flows));
  postern_json_object_add (&schemes, "bearer", postern_json_object_end (&scheme));
  return postern_json_object_end (&schemes);
}

static GVariant *
describe_components (Document *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) schemas = POSTERN_JSON_OBJECT_INIT;
  GVariant *problems = describe_problems (self); /* first: they refer to schemas */
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (self->schemas), (GCompareFunc) g_strcmp0);

  for (GList *name = names; name != NULL; name = name->next)
    postern_json_object_add (&schemas, name->data, g_hash_table_lookup (self->schemas, name->data));
  postern_json_object_add (&object, "schemas", postern_json_object_end (&schemas));
  postern_json_object_add (&object, "responses", problems);
  postern_json_object_add (&object, "securitySchemes", describe_schemes (self));
  return postern_json_object_end (&object);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GHashTable) schemas = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  Document self = { call->api, schemas };
  g_auto (PosternJsonObject) document = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&document, "openapi", "3.1.0");
  postern_json_object_add (&document, "info", describe_info ());
  postern_json_object_add (&document, "servers", describe_servers (&self));
  postern_json_object_add (&document, "tags", describe_tags ());
  postern_json_object_add (&document, "paths", describe_paths (&self));
  postern_json_object_add (&document, "components", describe_components (&self));
  return postern_api_call_set_result (call, 200, postern_json_object_end (&document));
}

static const PosternApiSchema schema = { "OpenApi", NULL, "An OpenAPI 3.1 document." };

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/openapi.json", "getDocument", NULL, "This document", .answer = &schema, .work = show },
  { .path = NULL },
};

const PosternApiResource postern_api_document = { "Document", "What this API takes and answers.", rows };
