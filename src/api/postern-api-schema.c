/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-schema.h"

#include "postern-json.h"

#include <string.h>

typedef struct {
  PosternApiPurpose purpose;
  GPtrArray *faults;
  const char *parameter; /* (nullable): of the query */
} Check;

static void
fault_free (gpointer data)
{
  PosternApiFault *self = data;

  g_free (self->pointer);
  g_free (self->parameter);
  g_free (self->detail);
  g_free (self);
}

PosternApiPurpose
postern_api_schema_get_items_purpose (PosternApiPurpose purpose)
{
  return purpose == POSTERN_API_FOR_CHANGING ? POSTERN_API_FOR_MAKING : purpose;
}

GPtrArray *
postern_api_schema_new_faults (void)
{
  return g_ptr_array_new_with_free_func (fault_free);
}

void
postern_api_schema_add_fault (GPtrArray *faults, const char *pointer, const char *parameter, const char *code, const char *detail)
{
  PosternApiFault *fault;

  if (faults->len >= POSTERN_API_FAULTS_MAX)
    return;
  fault = g_new0 (PosternApiFault, 1);
  fault->pointer = g_strdup (pointer);
  fault->parameter = g_strdup (parameter);
  fault->code = code;
  fault->detail = g_strdup (detail);
  g_ptr_array_add (faults, fault);
}

static gboolean
add (Check *self, const char *place, const char *code, const char *detail)
{
  postern_api_schema_add_fault (self->faults, self->parameter ? NULL : place, self->parameter, code, detail);
  return FALSE;
}

/* "~" and "/" are what a pointer is made of (RFC 6901 section 3). */
static char *
step_into (const char *place, const char *name)
{
  g_autoptr (GString) out = g_string_new (place);

  g_string_append_c (out, '/');
  for (const char *c = name; *c != '\0'; c++)
    if (*c == '~')
      g_string_append (out, "~0");
    else if (*c == '/')
      g_string_append (out, "~1");
    else
      g_string_append_c (out, *c);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* --- one value -------------------------------------------------------------------------------------------------- */

static gboolean check_object (Check *self, const PosternApiSchema *schema, GVariant *object, const char *place);

static gboolean
check_size (Check *self, const PosternApiMember *member, gint64 size, const char *unit, const char *place)
{
  g_autofree char *detail = NULL;

  if ((member->min == 0 && member->max == 0) || (size >= member->min && (size <= member->max || member->max == 0)))
    return TRUE;
  if (size < member->min)
    detail = g_strdup_printf ("must have %" G_GINT64_FORMAT " %s at least", member->min, unit);
  else
    detail = g_strdup_printf ("must have %" G_GINT64_FORMAT " %s at most", member->max, unit);
  return add (self, place, size < member->min ? "too_short" : "too_long", detail);
}

static gboolean
check_choice (Check *self, const PosternApiMember *member, const char *text, const char *place)
{
  g_autofree char *known = NULL, *detail = NULL;

  if (member->choices == NULL || g_strv_contains (member->choices, text))
    return TRUE;
  known = g_strjoinv (", ", (char **) member->choices);
  detail = g_strdup_printf ("must be one of %s", known);
  return add (self, place, "not_a_choice", detail);
}

static gboolean
check_string (Check *self, const PosternApiMember *member, GVariant *value, const char *place)
{
  const char *text;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return add (self, place, "wrong_type", "must be a string");
  text = g_variant_get_string (value, NULL);
  if (!check_size (self, member, g_utf8_strlen (text, -1), "characters", place) || !check_choice (self, member, text, place))
    return FALSE;
  return member->pattern == NULL || g_regex_match_simple (member->pattern, text, G_REGEX_DOLLAR_ENDONLY, 0) || add (self, place, "bad_format", "does not have the form that it must have");
}

static gboolean
check_number (Check *self, const PosternApiMember *member, GVariant *value, const char *place)
{
  gint64 number, max = member->max != 0 ? member->max : G_MAXINT64;
  g_autofree char *detail = NULL;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return add (self, place, "wrong_type", member->type == POSTERN_API_TIME ? "must be a whole number: seconds since 1970" : "must be a whole number");
  number = g_variant_get_int64 (value);
  if (member->type == POSTERN_API_TIME ? number >= 0 : (member->min == 0 && member->max == 0) || (number >= member->min && number <= max))
    return TRUE;
  if (member->type == POSTERN_API_TIME)
    return add (self, place, "out_of_range", "must not be before 1970");
  detail = g_strdup_printf ("must be a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, member->min, max);
  return add (self, place, "out_of_range", detail);
}

static gboolean check_value (Check *self, const PosternApiMember *member, GVariant *value, const char *place);

/* In an answer an array may be of one type (as, aa{sv}), read JSON is an array of variants. */
static GVariant *
get_item (GVariant *array, gsize index)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (array, index);

  return g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_steal_pointer (&child);
}

static gboolean
check_array (Check *self, const PosternApiMember *member, GVariant *value, const char *place)
{
  PosternApiMember item = { .name = member->name, .type = member->items, .schema = member->schema, .choices = member->choices };
  Check inner = { postern_api_schema_get_items_purpose (self->purpose), self->faults, self->parameter };
  gboolean good = TRUE;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) || g_variant_is_of_type (value, G_VARIANT_TYPE_DICTIONARY))
    return add (self, place, "wrong_type", "must be an array");
  if (!check_size (self, member, (gint64) g_variant_n_children (value), "items", place))
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = get_item (value, i);
      g_autofree char *below = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, place, i);

      good &= check_value (&inner, &item, child, below);
    }
  return good;
}

static gboolean
check_value (Check *self, const PosternApiMember *member, GVariant *value, const char *place)
{
  switch (member->type)
    {
    case POSTERN_API_STRING:
      return check_string (self, member, value, place);
    case POSTERN_API_INTEGER:
    case POSTERN_API_TIME:
      return check_number (self, member, value, place);
    case POSTERN_API_BOOLEAN:
      return g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) || add (self, place, "wrong_type", "must be true or false");
    case POSTERN_API_OBJECT:
      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
        return add (self, place, "wrong_type", "must be an object");
      return member->schema == NULL || check_object (self, member->schema, value, place);
    case POSTERN_API_ARRAY:
      return check_array (self, member, value, place);
    case POSTERN_API_ANY:
    default:
      return TRUE;
    }
}

/* --- an object -------------------------------------------------------------------------------------------------- */

gboolean
postern_api_schema_is_there (const PosternApiMember *member, PosternApiPurpose purpose)
{
  return !(member->flags & (purpose == POSTERN_API_FOR_ANSWERING ? POSTERN_API_WRITE_ONLY : POSTERN_API_READ_ONLY));
}

const PosternApiMember *
postern_api_schema_find (const PosternApiMember *members, PosternApiPurpose purpose, const char *name)
{
  for (const PosternApiMember *member = members; member != NULL && member->name != NULL; member++)
    if (postern_api_schema_is_there (member, purpose) && g_str_equal (member->name, name))
      return member;
  return NULL;
}

static gboolean
refuse_unknown (Check *self, const PosternApiSchema *schema, const char *place)
{
  g_autoptr (GString) known = g_string_new (NULL);
  g_autofree char *detail = NULL;

  for (const PosternApiMember *member = schema->members; member->name != NULL; member++)
    if (postern_api_schema_is_there (member, self->purpose))
      g_string_append_printf (known, "%s%s", known->len ? ", " : "; known are ", member->name);
  detail = g_strconcat ("there is no such member here", known->str, NULL);
  return add (self, place, "unknown_member", detail);
}

static gboolean
check_member (Check *self, const PosternApiSchema *schema, const char *name, GVariant *value, const char *place)
{
  const PosternApiMember *member = postern_api_schema_find (schema->members, self->purpose, name);
  g_autofree char *below = step_into (place, name);

  if (member == NULL)
    return refuse_unknown (self, schema, below);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return check_value (self, member, value, below);
  return (member->flags & POSTERN_API_NULLABLE) || member->type == POSTERN_API_ANY || add (self, below, "wrong_type", "must not be null");
}

static gboolean
check_missing (Check *self, const PosternApiSchema *schema, GVariant *object, const char *place)
{
  guint flag = self->purpose == POSTERN_API_FOR_ANSWERING ? POSTERN_API_ALWAYS : POSTERN_API_REQUIRED;
  gboolean good = TRUE;

  for (const PosternApiMember *member = schema->members; self->purpose != POSTERN_API_FOR_CHANGING && member->name != NULL; member++)
    {
      g_autoptr (GVariant) value = (member->flags & flag) && postern_api_schema_is_there (member, self->purpose) ? postern_json_get (object, member->name) : NULL;
      g_autofree char *below = step_into (place, member->name);

      if ((member->flags & flag) && postern_api_schema_is_there (member, self->purpose) && value == NULL)
        good = add (self, below, "missing", "must be given");
    }
  return good;
}

static gboolean
check_object (Check *self, const PosternApiSchema *schema, GVariant *object, const char *place)
{
  gboolean good = TRUE;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (schema->members == NULL)
    return TRUE;
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    good &= check_member (self, schema, name, value, place);
  return check_missing (self, schema, object, place) && good;
}

gboolean
postern_api_schema_check (const PosternApiSchema *self, PosternApiPurpose purpose, GVariant *object, GPtrArray *faults)
{
  Check check = { purpose, faults, NULL };

  return check_object (&check, self, object, "");
}

/* --- the query --------------------------------------------------------------------------------------------------- */

static const PosternApiMember *
find_parameter (const PosternApiMember *const *tables, const char *name)
{
  const PosternApiMember *member = NULL;

  for (; member == NULL && *tables != NULL; tables++)
    member = postern_api_schema_find (*tables, POSTERN_API_FOR_MAKING, name);
  return member;
}

/* (transfer floating): what @text means as a value of the type, or the text itself, which the check refuses then. */
static GVariant *
read_value (PosternApiType type, const char *text)
{
  gint64 number;

  if (type == POSTERN_API_BOOLEAN && (g_str_equal (text, "true") || g_str_equal (text, "false")))
    return g_variant_new_boolean (*text == 't');
  if ((type == POSTERN_API_INTEGER || type == POSTERN_API_TIME) && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return g_variant_new_int64 (number);
  return g_variant_new_string (text);
}

static void
read_parameter (const PosternApiMember *const *tables, const char *name, const char *text, GVariantDict *out, GPtrArray *faults)
{
  const PosternApiMember *member = find_parameter (tables, name);
  g_autoptr (GVariant) value = member ? g_variant_ref_sink (read_value (member->type, text)) : NULL;
  Check check = { POSTERN_API_FOR_MAKING, faults, name };

  if (member == NULL)
    add (&check, NULL, "unknown_parameter", "there is no such parameter here");
  else if (g_variant_dict_contains (out, name))
    add (&check, NULL, "repeated", "must not stand twice");
  else if (check_value (&check, member, value, ""))
    g_variant_dict_insert_value (out, name, value);
}

static void
check_required (const PosternApiMember *const *tables, GVariantDict *out, GPtrArray *faults)
{
  for (; *tables != NULL; tables++)
    for (const PosternApiMember *member = *tables; member->name != NULL; member++)
      if ((member->flags & POSTERN_API_REQUIRED) && !g_variant_dict_contains (out, member->name))
        postern_api_schema_add_fault (faults, NULL, member->name, "missing", "must be given");
}

GVariant *
postern_api_schema_read_query (const PosternApiMember *const *tables, const char *query, GPtrArray *faults)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;
  GUriParamsIter iter;
  char *name, *text;

  g_uri_params_iter_init (&iter, query ? query : "", -1, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &name, &text, &error))
    {
      g_autofree char *key = name, *value = text;

      read_parameter (tables, key, value, &out, faults);
    }
  if (error != NULL)
    postern_api_schema_add_fault (faults, NULL, "", "bad_format", "the query cannot be read");
  check_required (tables, &out, faults);
  return faults->len == 0 ? g_variant_ref_sink (g_variant_dict_end (&out)) : NULL;
}
