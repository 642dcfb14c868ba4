/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-record.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-record-json.h"

void
postern_record_clear (const PosternRecordType *type, gpointer record)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      gpointer *place = G_STRUCT_MEMBER_P (record, type->fields[i].offset);

      if (type->fields[i].kind == POSTERN_FIELD_TEXT)
        g_clear_pointer (place, g_free);
      else if (type->fields[i].kind >= POSTERN_FIELD_OBJECT)
        g_clear_pointer (place, g_variant_unref);
    }
}

/* --- texts ------------------------------------------------------------------------------------------------------ */

static void
append_columns (GString *sql, const PosternRecordType *type)
{
  for (guint i = 0; i < type->n_fields; i++)
    g_string_append_printf (sql, "%s%s", i ? ", " : "", type->fields[i].name);
}

char *
postern_record_sql_insert (const PosternRecordType *type, const char *tail)
{
  GString *sql = g_string_new (NULL);

  g_string_append_printf (sql, "INSERT INTO %s (", type->table);
  append_columns (sql, type);
  g_string_append (sql, ") VALUES (");
  for (guint i = 0; i < type->n_fields; i++)
    g_string_append_printf (sql, "%s?%u", i ? ", " : "", i + 1);
  g_string_append_printf (sql, ") %s", tail);
  return g_string_free (sql, FALSE);
}

char *
postern_record_sql_update (const PosternRecordType *type)
{
  GString *sql = g_string_new (NULL);

  g_string_append_printf (sql, "UPDATE %s SET ", type->table);
  for (guint i = 1; i < type->n_fields; i++)
    g_string_append_printf (sql, "%s%s = ?%u", i > 1 ? ", " : "", type->fields[i].name, i + 1);
  g_string_append_printf (sql, " WHERE %s = ?1", type->fields[0].name);
  return g_string_free (sql, FALSE);
}

char *
postern_record_sql_select (const PosternRecordType *type, const char *tail)
{
  GString *sql = g_string_new ("SELECT ");

  append_columns (sql, type);
  g_string_append_printf (sql, " FROM %s %s", type->table, tail);
  return g_string_free (sql, FALSE);
}

char *
postern_record_sql_returning (const PosternRecordType *type, const char *tail)
{
  GString *sql = g_string_new (NULL);

  g_string_append_printf (sql, "UPDATE %s SET %s RETURNING ", type->table, tail);
  append_columns (sql, type);
  return g_string_free (sql, FALSE);
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

/* @text: (out): what @value borrows when the field is kept as JSON */
static PosternValue
field_to_value (const PosternField *field, gconstpointer record, char **text)
{
  gconstpointer place = G_STRUCT_MEMBER_P (record, field->offset);
  GVariant *variant;

  switch (field->kind)
    {
    case POSTERN_FIELD_TEXT:
      return POSTERN_TEXT (*(const char *const *) place);
    case POSTERN_FIELD_INT64:
      return POSTERN_INT (*(const gint64 *) place);
    case POSTERN_FIELD_BOOLEAN:
      return POSTERN_BOOL (*(const gboolean *) place);
    case POSTERN_FIELD_OBJECT:
    case POSTERN_FIELD_ARRAY:
    case POSTERN_FIELD_VARIANT:
    default:
      break;
    }
  variant = *(GVariant *const *) place;
  if (variant == NULL)
    return POSTERN_TEXT (field->kind == POSTERN_FIELD_OBJECT ? "{}" : field->kind == POSTERN_FIELD_ARRAY ? "[]" : NULL);
  *text = postern_json_print (variant);
  return POSTERN_TEXT (*text);
}

/* One row that cannot be read is in the way of all that are listed with it, for ever. */
static gboolean
check_readable (const PosternField *field, const char *text, GError **error)
{
  if (postern_record_json_is_readable (text))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: is nested too deeply, or too large, to be kept", field->name);
  return FALSE;
}

/* @texts: (out): what @values borrow, as many */
static gboolean
bind_record (const PosternRecordType *type, gconstpointer record, PosternValue *values, char **texts, GError **error)
{
  gboolean readable = TRUE;

  g_assert (type->n_fields <= POSTERN_RECORD_MAX_FIELDS);
  for (guint i = 0; i < type->n_fields; i++)
    {
      texts[i] = NULL;
      values[i] = field_to_value (&type->fields[i], record, &texts[i]);
      readable = readable && (texts[i] == NULL || check_readable (&type->fields[i], texts[i], error));
    }
  return readable;
}

gint64
postern_record_write (PosternTxn *txn, const PosternRecordType *type, gconstpointer record, const char *sql, GError **error)
{
  PosternValue values[POSTERN_RECORD_MAX_FIELDS];
  char *texts[POSTERN_RECORD_MAX_FIELDS];
  gint64 changed = -1;

  if (bind_record (type, record, values, texts, error))
    changed = postern_txn_execute (txn, sql, values, type->n_fields, error);
  for (guint i = 0; i < type->n_fields; i++)
    g_free (texts[i]);
  return changed;
}

static gboolean
insert (PosternTxn *txn, const PosternRecordType *type, gconstpointer const *records, guint n, const char *sql, GError **error)
{
  g_autofree PosternValue *values = g_new (PosternValue, n * type->n_fields);
  g_autofree char **texts = g_new0 (char *, n * type->n_fields);
  gboolean done = TRUE;

  for (guint i = 0; done && i < n; i++)
    done = bind_record (type, records[i], values + i * type->n_fields, texts + i * type->n_fields, error);
  done = done && postern_txn_insert_many (txn, sql, values, type->n_fields, n, error);
  for (guint i = 0; i < n * type->n_fields; i++)
    g_free (texts[i]);
  return done;
}

gboolean
postern_record_insert (PosternTxn *txn, const PosternRecordType *type, gconstpointer record, const char *sql, GError **error)
{
  return insert (txn, type, &record, 1, sql, error);
}

gboolean
postern_record_insert_many (PosternTxn *txn, const PosternRecordType *type, GPtrArray *records, const char *sql, GError **error)
{
  return insert (txn, type, (gconstpointer const *) records->pdata, records->len, sql, error);
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static gboolean
read_field (const PosternField *field, PosternCursor *cursor, guint column, gpointer record, GError **error)
{
  gpointer place = G_STRUCT_MEMBER_P (record, field->offset);
  g_autoptr (GError) failure = NULL;

  switch (field->kind)
    {
    case POSTERN_FIELD_TEXT:
      *(char **) place = g_strdup (postern_txn_get_text (cursor, column));
      return TRUE;
    case POSTERN_FIELD_INT64:
      *(gint64 *) place = postern_txn_get_int64 (cursor, column);
      return TRUE;
    case POSTERN_FIELD_BOOLEAN:
      *(gboolean *) place = postern_txn_get_int64 (cursor, column) != 0;
      return TRUE;
    case POSTERN_FIELD_OBJECT:
    case POSTERN_FIELD_ARRAY:
    case POSTERN_FIELD_VARIANT:
    default:
      break;
    }
  *(GVariant **) place = postern_record_json_read (postern_txn_get_text (cursor, column), &failure);
  if (failure == NULL)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "the column %s holds no JSON (%s); restore it from a backup",
               field->name, failure->message);
  return FALSE;
}

static gpointer
read_row (const PosternRecordType *type, PosternCursor *cursor, GError **error)
{
  gpointer record = g_atomic_rc_box_alloc0 (type->size);

  for (guint i = 0; i < type->n_fields; i++)
    if (!read_field (&type->fields[i], cursor, i, record, error))
      {
        type->free (record);
        return NULL;
      }
  return record;
}

gpointer
postern_record_read (PosternTxn *txn, const PosternRecordType *type, const char *sql, const PosternValue *values,
                     guint n_values, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, sql, values, n_values, error))
    return NULL;
  if (postern_txn_next (&cursor, &failure))
    return read_row (type, &cursor, error);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such %s", type->what);
  return NULL;
}

GPtrArray *
postern_record_list (PosternTxn *txn, const PosternRecordType *type, const char *sql, const PosternValue *values,
                     guint n_values, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (type->free);
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, sql, values, n_values, error))
    return NULL;
  while (postern_txn_next (&cursor, &failure))
    {
      gpointer record = read_row (type, &cursor, error);

      if (record == NULL)
        return NULL;
      g_ptr_array_add (rows, record);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return g_steal_pointer (&rows);
}
