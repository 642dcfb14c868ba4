/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-error.h"
#include "postern-json.h"

#define RECORD_MAX (1024 * 1024) /* bytes of one record, or of a line of a table */
#define COLUMNS_MAX 256

typedef enum { ARRAY, LINES, TABLE } Shape;

struct _PosternImportSource {
  GMappedFile *file;
  const char *at, *end;
  Shape shape;
  gboolean begun, broken;
  gboolean within; /* an object: what stands behind the list is looked at already */
  guint64 position;
  GPtrArray *columns; /* (nullable) (element-type utf8) */
};

/* --- finding where a JSON value ends, without reading it: the strict door does that --------------------------------- */

static const char *
skip_space (const char *at, const char *end)
{
  while (at < end && strchr (" \t\r\n", *at) != NULL && *at != '\0')
    at++;
  return at;
}

/* @at is behind the opening quote. Returns: behind the closing one; NULL when there is none */
static const char *
skip_string (const char *at, const char *end)
{
  for (; at < end; at++)
    {
      if (*at == '"')
        return at + 1;
      if (*at == '\\')
        at++;
    }
  return NULL;
}

/* Returns: behind the object, array, string or word at @at; NULL when it does not end */
static const char *
skip_value (const char *at, const char *end)
{
  guint64 depth = 0;

  while (at < end)
    {
      char c = *at++;

      if (c == '"')
        {
          at = skip_string (at, end);
          if (at == NULL)
            return NULL;
        }
      else if (c == '{' || c == '[')
        depth++;
      else if ((c == '}' || c == ']') && depth > 0)
        depth--;
      else if (depth == 0)
        while (at < end && strchr (",]} \t\r\n", *at) == NULL)
          at++;
      if (depth == 0)
        return at;
    }
  return NULL;
}

/* Goes to the array of the member `users` of the object at @at. FALSE when it has none. */
static gboolean
find_users (PosternImportSource *self, const char *at)
{
  at = skip_space (at + 1, self->end);
  while (at != NULL && at < self->end && *at == '"')
    {
      const char *name = at + 1, *value, *behind = skip_string (name, self->end);
      gboolean found = behind != NULL && behind - name == 6 && memcmp (name, "users", 5) == 0;

      value = behind != NULL ? skip_space (behind, self->end) : self->end;
      if (value >= self->end || *value != ':')
        return FALSE;
      value = skip_space (value + 1, self->end);
      if (found && value < self->end && *value == '[')
        {
          self->at = value + 1;
          return TRUE;
        }
      at = skip_value (value, self->end);
      at = at != NULL ? skip_space (at, self->end) : NULL;
      if (at != NULL && at < self->end && *at == ',')
        at = skip_space (at + 1, self->end);
    }
  return FALSE;
}

static gboolean
find_shape (PosternImportSource *self, const char *path, GError **error)
{
  const char *at = skip_space (self->at, self->end);
  const char *behind = at < self->end && *at == '{' ? skip_value (at, self->end) : NULL;

  if (at < self->end && *at == '[')
    {
      self->shape = ARRAY;
      self->at = at + 1;
      return TRUE;
    }
  if (at < self->end && *at == '{' && (behind == NULL || skip_space (behind, self->end) == self->end) && find_users (self, at))
    {
      self->shape = ARRAY;
      self->within = TRUE;
      return TRUE;
    }
  self->shape = LINES;
  if (at < self->end && *at != '{')
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s is no JSON that holds people: it begins with neither { nor [", path);
  return at == self->end || *at == '{';
}

static PosternImportTurn
give_json (PosternImportSource *self, const char *begin, const char *end, GVariant **record, GError **error)
{
  self->position++;
  *record = NULL;
  if (end - begin > RECORD_MAX)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "it is longer than 1 MiB");
  else
    *record = postern_json_parse_object (begin, end - begin, RECORD_MAX, error);
  return *record != NULL ? POSTERN_IMPORT_RECORD : POSTERN_IMPORT_BAD;
}

static PosternImportTurn
break_off (PosternImportSource *self, const char *why, GError **error)
{
  self->broken = TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "behind record %" G_GUINT64_FORMAT " the file %s; was it copied whole?", self->position, why);
  return POSTERN_IMPORT_BROKEN;
}

static PosternImportTurn
next_json (PosternImportSource *self, GVariant **record, GError **error)
{
  const char *begin = skip_space (self->at, self->end);

  if (self->shape == ARRAY && begin < self->end && *begin == ',' && self->begun)
    begin = skip_space (begin + 1, self->end);
  if (begin == self->end)
    return self->shape == LINES ? POSTERN_IMPORT_END : break_off (self, "ends within the list of people", error);
  if (self->shape == ARRAY && *begin == ']')
    return self->within || skip_space (begin + 1, self->end) == self->end ? POSTERN_IMPORT_END : break_off (self, "goes on behind the list of people", error);
  if (*begin == '\0' || strchr (",:}]", *begin) != NULL)
    return break_off (self, "has no record where one should be", error);
  self->at = skip_value (begin, self->end);
  if (self->at == NULL)
    return break_off (self, "ends within a record", error);
  self->begun = TRUE;
  return give_json (self, begin, self->at, record, error);
}

/* --- CSV, RFC 4180 -------------------------------------------------------------------------------------------------- */

/* One field into @field. Returns: behind it, at a comma, the end of the line or of the file; NULL when a quote does not end */
static const char *
read_field (const char *at, const char *end, GString *field)
{
  if (at < end && *at == '"')
    {
      for (at++; at < end; at++)
        {
          if (*at == '"' && at + 1 < end && at[1] == '"')
            at++;
          else if (*at == '"')
            return at + 1;
          g_string_append_c (field, *at);
        }
      return NULL;
    }
  while (at < end && *at != ',' && *at != '\n' && *at != '\r')
    g_string_append_c (field, *at++);
  return at;
}

/* Returns: (transfer full) (nullable) (element-type utf8): the fields of the next line; NULL with @error */
static GPtrArray *
read_line (PosternImportSource *self, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) field = g_string_new (NULL);
  const char *limit = self->end - self->at > RECORD_MAX ? self->at + RECORD_MAX : self->end;

  while (TRUE)
    {
      const char *behind = read_field (self->at, limit, field);
      gboolean is_long = limit < self->end && (behind == NULL || behind == limit);

      if (behind == NULL || is_long || fields->len >= COLUMNS_MAX)
        {
          break_off (self, behind == NULL && !is_long ? "has a quote that does not end" : "has a line that is too long", error);
          return NULL;
        }
      if (memchr (field->str, '\0', field->len) != NULL)
        g_string_assign (field, "\xff"); /* no text has a NUL: it is refused with what is not UTF-8 */
      g_ptr_array_add (fields, g_strndup (field->str, field->len));
      g_string_truncate (field, 0);
      self->at = behind;
      if (behind < self->end && *behind == ',')
        {
          self->at++;
          continue;
        }
      if (self->at < self->end && *self->at == '\r')
        self->at++;
      if (self->at < self->end && *self->at != '\n')
        {
          break_off (self, "has letters behind a closing quote", error);
          return NULL;
        }
      self->at += self->at < self->end;
      return g_steal_pointer (&fields);
    }
}

static PosternImportTurn
next_row (PosternImportSource *self, GVariant **record, GError **error)
{
  g_autoptr (GPtrArray) fields = NULL;
  g_auto (GVariantDict) row = G_VARIANT_DICT_INIT (NULL);

  while (self->at < self->end && (*self->at == '\n' || *self->at == '\r'))
    self->at++;
  if (self->at == self->end)
    return POSTERN_IMPORT_END;
  fields = read_line (self, error);
  if (fields == NULL)
    return POSTERN_IMPORT_BROKEN;
  self->position++;
  if (fields->len != self->columns->len)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "it has %u fields, and the first line names %u", fields->len, self->columns->len);
      return POSTERN_IMPORT_BAD;
    }
  for (guint i = 0; i < fields->len; i++)
    {
      if (!g_utf8_validate (fields->pdata[i], -1, NULL))
        {
          g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "its %s is not UTF-8", (const char *) self->columns->pdata[i]);
          return POSTERN_IMPORT_BAD;
        }
      g_variant_dict_insert (&row, self->columns->pdata[i], "s", fields->pdata[i]);
    }
  *record = g_variant_ref_sink (g_variant_dict_end (&row));
  return POSTERN_IMPORT_RECORD;
}

static gboolean
check_column (PosternImportSource *self, const char *path, guint at, GError **error)
{
  const char *name = self->columns->pdata[at];

  if (!g_utf8_validate (name, -1, NULL))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s is not UTF-8: column %u of its first line; save the table as UTF-8", path, at + 1);
      return FALSE;
    }
  for (guint k = 0; k < at; k++)
    if (g_str_equal (name, self->columns->pdata[k]))
      {
        g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s names the column %s twice", path, name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_columns (PosternImportSource *self, const char *path, GError **error)
{
  if (self->end - self->at >= 3 && memcmp (self->at, "\xef\xbb\xbf", 3) == 0) /* as spreadsheets write it */
    self->at += 3;
  self->shape = TABLE;
  self->columns = read_line (self, error);
  for (guint i = 0; self->columns != NULL && i < self->columns->len; i++)
    if (!check_column (self, path, i, error))
      return FALSE;
  return self->columns != NULL;
}

/* --- both ----------------------------------------------------------------------------------------------------------- */

PosternImportSource *
postern_import_source_open (const char *path, gboolean table, GError **error)
{
  g_autoptr (PosternImportSource) self = g_new0 (PosternImportSource, 1);

  self->file = g_mapped_file_new (path, FALSE, error);
  if (self->file == NULL)
    return NULL;
  self->at = g_mapped_file_get_contents (self->file);
  if (self->at == NULL) /* an empty file has none */
    self->at = "";
  self->end = self->at + g_mapped_file_get_length (self->file);
  if (!(table ? read_columns (self, path, error) : find_shape (self, path, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
postern_import_source_free (PosternImportSource *self)
{
  g_clear_pointer (&self->file, g_mapped_file_unref);
  g_clear_pointer (&self->columns, g_ptr_array_unref);
  g_free (self);
}

PosternImportTurn
postern_import_source_next (PosternImportSource *self, GVariant **record, GError **error)
{
  *record = NULL;
  if (self->broken)
    return POSTERN_IMPORT_END;
  return self->shape == TABLE ? next_row (self, record, error) : next_json (self, record, error);
}

guint64
postern_import_source_get_position (PosternImportSource *self)
{
  return self->position;
}

char *
postern_import_source_dup_digest (PosternImportSource *self)
{
  const char *contents = g_mapped_file_get_contents (self->file);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) (contents ? contents : ""), g_mapped_file_get_length (self->file));
}
