/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-document.h"

static const char *const suffixes[] = {
  [POSTERN_API_FOR_MAKING] = "ToMake",
  [POSTERN_API_FOR_CHANGING] = "ToChange",
  [POSTERN_API_FOR_ANSWERING] = "",
};

GVariant *
postern_api_document_schema_pair (const char *name, const char *value)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, name, value);
  return postern_json_object_end (&object);
}

static char *add_schema (PosternApiDocument *self, const PosternApiSchema *schema, PosternApiPurpose purpose);

GVariant *
postern_api_document_schema_refer (PosternApiDocument *self, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  g_autofree char *name = add_schema (self, schema, purpose);
  g_autofree char *place = g_strconcat ("#/components/schemas/", name, NULL);

  return postern_api_document_schema_pair ("$ref", place);
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

static GVariant *
describe_items (PosternApiDocument *self, const PosternApiMember *member, PosternApiPurpose purpose)
{
  PosternApiMember item = { .name = member->name, .type = member->items, .schema = member->schema, .choices = member->choices };

  return postern_api_document_schema_describe (self, &item, postern_api_schema_get_items_purpose (purpose));
}

static void
describe_type (PosternApiDocument *self, PosternJsonObject *object, const PosternApiMember *member, PosternApiPurpose purpose)
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

GVariant *
postern_api_document_schema_describe (PosternApiDocument *self, const PosternApiMember *member, PosternApiPurpose purpose)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  if (member->type == POSTERN_API_OBJECT && member->schema != NULL)
    return postern_api_document_schema_refer (self, member->schema, purpose);
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
describe_schema (PosternApiDocument *self, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) properties = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "type", "object");
  postern_json_object_add_string (&object, "description", schema->description);
  if (schema->members == NULL)
    return postern_json_object_end (&object);
  for (const PosternApiMember *member = schema->members; member->name != NULL; member++)
    if (postern_api_schema_is_there (member, purpose))
      postern_json_object_add (&properties, member->name, postern_api_document_schema_describe (self, member, purpose));
  postern_json_object_add (&object, "properties", postern_json_object_end (&properties));
  add_required (&object, schema, purpose);
  postern_json_object_add_boolean (&object, "additionalProperties", FALSE);
  return postern_json_object_end (&object);
}

/* (transfer full): its name in the document */
static char *
add_schema (PosternApiDocument *self, const PosternApiSchema *schema, PosternApiPurpose purpose)
{
  char *name = g_strconcat (schema->name, schema->members ? suffixes[purpose] : "", NULL);

  if (!g_hash_table_contains (self->schemas, name))
    g_hash_table_insert (self->schemas, g_strdup (name), g_variant_ref_sink (describe_schema (self, schema, purpose)));
  return name;
}
