/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store-copy.h"

#include <string.h>

#include "postern-error.h"
#include "postern-store-tables.h"
#include "postern-txn.h"

#define AT_ONCE 500 /* rows of a page: that many of the source are held in memory */
#define MAX_COLUMNS POSTERN_STORE_TABLES_MAX_COLUMNS

/* Who held leases does not come along. */
#define LEFT_OUT "leases"

/* --- statements -------------------------------------------------------------------------------------------------------- */

typedef struct {
  const PosternStoreTable *table;
  guint n; /* columns */
  const char *first, *next, *insert, *clear; /* interned: drivers keep one prepared statement a text */
} Plan;

/* (transfer full): "?FROM, …" */
static char *
dup_parameters (guint from, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s?%u", i > 0 ? ", " : "", from + i);
  return g_string_free (text, FALSE);
}

/* (transfer full) */
static char *
dup_key (const PosternStoreTable *table)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < table->n_key; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", table->columns[table->key[i]]);
  return g_string_free (text, FALSE);
}

static const char *
intern_and_free (char *text)
{
  const char *interned = g_intern_string (text);

  g_free (text);
  return interned;
}

static void
plan_init (Plan *self, const PosternStoreTable *table)
{
  guint n = g_strv_length (table->columns);
  g_autofree char *all = g_strjoinv (", ", table->columns), *key = dup_key (table);
  g_autofree char *values = dup_parameters (1, n), *behind = dup_parameters (2, table->n_key);

  self->table = table;
  self->n = n;
  self->first = intern_and_free (g_strdup_printf ("SELECT %s FROM %s ORDER BY %s LIMIT ?1", all, table->name, key));
  self->next = intern_and_free (g_strdup_printf ("SELECT %s FROM %s WHERE (%s) > (%s) ORDER BY %s LIMIT ?1", all, table->name, key, behind, key));
  self->insert = intern_and_free (g_strdup_printf ("INSERT INTO %s (%s) VALUES (%s)", table->name, all, values));
  self->clear = intern_and_free (g_strdup_printf ("DELETE FROM %s", table->name));
}

/* --- rows ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  guint n;
  PosternValue values[MAX_COLUMNS]; /* what they point to is owned */
} Row;

static void
row_free (gpointer data)
{
  Row *self = data;

  for (guint i = 0; i < self->n; i++)
    g_free ((gpointer) self->values[i].data);
  g_free (self);
}

static PosternValue
take_value (PosternCursor *cursor, guint column, PosternValueType type)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize length;

  if (cursor->txn->klass->rows_is_null (cursor->txn->database, cursor->rows, column))
    return POSTERN_NULL ();
  if (type == POSTERN_VALUE_INT64)
    return POSTERN_INT (postern_txn_get_int64 (cursor, column));
  if (type != POSTERN_VALUE_BLOB)
    return POSTERN_TEXT (g_strdup (postern_txn_get_text (cursor, column)));
  bytes = postern_txn_dup_blob (cursor, column);
  length = g_bytes_get_size (bytes);
  return POSTERN_BLOB (g_memdup2 (g_bytes_get_data (bytes, NULL), length), length);
}

/* The same bytes for the same row, whatever it is kept in: of each value its type, its length or number, and what it holds. */
static void
add_to_checksum (GChecksum *checksum, const Row *row)
{
  for (guint i = 0; i < row->n; i++)
    {
      const PosternValue *value = &row->values[i];
      guint8 type = (guint8) value->type;
      guint64 number = (guint64) (value->type == POSTERN_VALUE_TEXT ? (gint64) strlen (value->data) : value->number);
      guint64 order = GUINT64_TO_BE (number);

      g_checksum_update (checksum, &type, sizeof type);
      g_checksum_update (checksum, (const guchar *) &order, sizeof order);
      if (value->type == POSTERN_VALUE_TEXT || value->type == POSTERN_VALUE_BLOB)
        g_checksum_update (checksum, value->data, (gssize) number);
    }
}

/* --- pages --------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const Plan *plan;
  const Row *after; /* (nullable): the last one before this page */
  GPtrArray *rows;
} Page;

static gboolean
read_page (PosternTxn *txn, gpointer user_data, GError **error)
{
  Page *self = user_data;
  PosternValue values[1 + MAX_COLUMNS] = { POSTERN_INT (AT_ONCE) };
  guint n_key = self->after ? self->plan->table->n_key : 0;
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  g_ptr_array_set_size (self->rows, 0); /* a transaction may run twice */
  for (guint i = 0; i < n_key; i++)
    values[1 + i] = self->after->values[self->plan->table->key[i]];
  if (!postern_txn_query (txn, &cursor, self->after ? self->plan->next : self->plan->first, values, 1 + n_key, error))
    return FALSE;
  while (postern_txn_next (&cursor, &failure))
    {
      Row *row = g_new0 (Row, 1);

      row->n = self->plan->n;
      for (guint i = 0; i < row->n; i++)
        row->values[i] = take_value (&cursor, i, self->plan->table->types[i]);
      g_ptr_array_add (self->rows, row);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Where rows come from: a transaction at hand, or a store, for each page anew. */
typedef struct {
  PosternTxn *txn;     /* (nullable) */
  PosternStore *store; /* (nullable) */
  Page *page;
  GError *problem;
} Source;

static gpointer
read_apart (gpointer data)
{
  Source *self = data;

  return GINT_TO_POINTER (postern_store_read (self->store, self->page->plan->table->keep, read_page, self->page, &self->problem));
}

/* A thread can be in one transaction of a driver at a time, and this one may be writing with the same driver. */
static gboolean
get_page (Source *self, GError **error)
{
  if (self->txn != NULL)
    return read_page (self->txn, self->page, error);
  if (GPOINTER_TO_INT (g_thread_join (g_thread_new ("copy", read_apart, self))))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->problem));
  return FALSE;
}

typedef struct {
  gint64 rows;
  char checksum[65];
} Sum;

/* All rows of a table, in the order of its key; put into @into, if that is given. */
static gboolean
walk (Source *source, const Plan *plan, PosternTxn *into, Sum *sum, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free), before = NULL;
  Page page = { plan, NULL, rows };
  guint n;

  sum->rows = 0;
  source->page = &page;
  do
    {
      if (!get_page (source, error))
        return FALSE;
      n = rows->len;
      for (guint i = 0; i < n; i++)
        {
          const Row *row = rows->pdata[i];

          add_to_checksum (checksum, row);
          if (into != NULL && !postern_txn_run (into, plan->insert, row->values, row->n, error))
            return FALSE;
        }
      sum->rows += n;
      g_clear_pointer (&before, g_ptr_array_unref);
      before = g_steal_pointer (&rows);
      rows = g_ptr_array_new_with_free_func (row_free);
      page = (Page){ plan, n > 0 ? before->pdata[n - 1] : NULL, rows };
    }
  while (n == AT_ONCE);
  g_strlcpy (sum->checksum, g_checksum_get_string (checksum), sizeof sum->checksum);
  return TRUE;
}

/* --- the copy -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternStore *from;
  GPtrArray *tables; /* of PosternStoreTable */
  PosternKeep keep;
  GPtrArray *copied;
  guint before; /* of @copied: what an earlier turn added */
} Copy;

static void
copied_free (gpointer data)
{
  PosternStoreCopied *self = data;

  g_free (self->table);
  g_free (self->checksum);
  g_free (self);
}

static void
add_copied (GPtrArray *copied, const Plan *plan, const Sum *sum)
{
  PosternStoreCopied *one = g_new (PosternStoreCopied, 1);

  *one = (PosternStoreCopied){ g_strdup (plan->table->name), g_strdup (sum->checksum), sum->rows };
  g_ptr_array_add (copied, one);
}

static gboolean
is_equal (const Sum *one, const Sum *other, const Plan *plan, const char *what, GError **error)
{
  if (one->rows == other->rows && g_str_equal (one->checksum, other->checksum))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "table %s: %s; nothing was kept", plan->table->name, what);
  return FALSE;
}

static gboolean
copy_table (Copy *self, PosternTxn *txn, const Plan *plan, GError **error)
{
  Source sent = { .store = self->from }, arrived = { .txn = txn }, again = { .store = self->from };
  Sum of_sent, of_arrived, of_again;

  if (!walk (&sent, plan, txn, &of_sent, error) || !walk (&arrived, plan, NULL, &of_arrived, error) || !walk (&again, plan, NULL, &of_again, error)
      || !is_equal (&of_sent, &of_arrived, plan, "what arrived differs from what was sent", error)
      || !is_equal (&of_sent, &of_again, plan, "somebody changed it meanwhile; stop all servers first", error))
    return FALSE;
  add_copied (self->copied, plan, &of_sent);
  return TRUE;
}

/* What an earlier try left of short-lived data goes; lasting data is nobody's to remove. */
static gboolean
make_room (PosternTxn *txn, const Plan *plan, GError **error)
{
  Source there = { .txn = txn };
  Sum sum;

  if (plan->table->keep == POSTERN_KEEP_SHORT)
    return postern_txn_run (txn, plan->clear, NULL, 0, error);
  if (!walk (&there, plan, NULL, &sum, error))
    return FALSE;
  if (sum.rows == 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "this tenant is there already: table %s has rows", plan->table->name);
  return FALSE;
}

static gboolean
run_turn (PosternTxn *txn, gpointer user_data, GError **error)
{
  Copy *self = user_data;
  Plan plan;

  g_ptr_array_set_size (self->copied, (int) self->before); /* a transaction may run twice */
  for (guint i = 0; i < self->tables->len; i++)
    {
      plan_init (&plan, self->tables->pdata[i]);
      if (plan.table->keep != self->keep || g_str_equal (plan.table->name, LEFT_OUT))
        continue;
      if (!make_room (txn, &plan, error) || !copy_table (self, txn, &plan, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_room (PosternTxn *txn, gpointer user_data, GError **error)
{
  Copy *self = user_data;
  Plan plan;

  for (guint i = 0; i < self->tables->len; i++)
    {
      plan_init (&plan, self->tables->pdata[i]);
      if (plan.table->keep == POSTERN_KEEP_LASTING && !g_str_equal (plan.table->name, LEFT_OUT) && !make_room (txn, &plan, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
postern_store_copy_check_room (PosternStore *to, GError **error)
{
  g_autoptr (GPtrArray) tables = postern_store_tables_list ();
  Copy copy = { .tables = tables };

  return postern_store_read (to, POSTERN_KEEP_LASTING, check_room, &copy, error);
}

/* The tenant is there once its lasting data is: that comes last. */
GPtrArray *
postern_store_copy (PosternStore *from, PosternStore *to, GError **error)
{
  g_autoptr (GPtrArray) copied = g_ptr_array_new_with_free_func (copied_free);
  g_autoptr (GPtrArray) tables = postern_store_tables_list ();
  Copy copy = { from, tables, POSTERN_KEEP_SHORT, copied, 0 };

  if (!postern_store_copy_check_room (to, error) || !postern_store_write (to, POSTERN_KEEP_SHORT, run_turn, &copy, error))
    return NULL;
  copy.keep = POSTERN_KEEP_LASTING;
  copy.before = copied->len;
  if (!postern_store_write (to, POSTERN_KEEP_LASTING, run_turn, &copy, error))
    return NULL;
  return g_steal_pointer (&copied);
}
