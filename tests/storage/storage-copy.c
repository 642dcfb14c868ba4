/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

#include "postern-store-copy.h"
#include "postern-store-tables.h"

/* A tenant's copy in another place of the same driver; from one driver to the other is tests/cluster's. */

#define MANY 1203 /* users: more than two pages */

/* --- something of each kind of column --------------------------------------------------------------------------------------- */

static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternApplication) application = storage_kit_new_application ("Copied");
  g_autoptr (PosternAudit) audit = postern_audit_store_new ("session.ended", POSTERN_AUDIT_SERVER, NULL);

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("user%u", i), *email = i % 2 ? g_strdup_printf ("user%u@example.com", i) : NULL;
      g_autoptr (PosternUser) user = storage_kit_new_user (name, email, NULL);

      if (!postern_user_store_insert (txn, user, error))
        return FALSE;
    }
  return postern_application_store_insert (txn, application, error) && postern_audit_store_append (txn, audit, error)
         && postern_setting_store_put (txn, "policy", g_variant_new_string ("“ä”\n"), NOW, error);
}

static gboolean
count (PosternTxn *txn, gpointer data, GError **error)
{
  gint64 found = 0;

  g_assert_true (postern_txn_read_int64 (txn, &found, 0, "SELECT COUNT (*) FROM users", NULL, 0, error));
  g_assert_cmpint (found, ==, *(gint64 *) data);
  return TRUE;
}

static PosternStore *
open_copy (void)
{
  g_autofree char *location = storage_kit_new_location ();
  g_autoptr (GError) error = NULL;
  PosternStore *store = storage_kit_open_at (location, "copied", &error);

  g_assert_no_error (error);
  return store;
}

static const PosternStoreCopied *
find (GPtrArray *copied, const char *table)
{
  for (guint i = 0; i < copied->len; i++)
    if (g_str_equal (((PosternStoreCopied *) copied->pdata[i])->table, table))
      return copied->pdata[i];
  g_assert_not_reached ();
}

static void
test_copy (void)
{
  g_autoptr (PosternStore) one = open_copy (), other = open_copy (), third = open_copy ();
  g_autoptr (GPtrArray) there = NULL, back = NULL;
  g_autoptr (GError) error = NULL;
  gint64 many = MANY;

  storage_kit_write (one, POSTERN_KEEP_LASTING, fill, NULL);
  there = postern_store_copy (one, other, &error);
  g_assert_no_error (error);
  storage_kit_read (other, POSTERN_KEEP_LASTING, count, &many);
  back = postern_store_copy (other, third, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (there->len, ==, back->len);
  for (guint i = 0; i < there->len; i++)
    {
      const PosternStoreCopied *sent = there->pdata[i], *come = find (back, sent->table);

      g_assert_cmpint (sent->rows, ==, come->rows);
      g_assert_cmpstr (sent->checksum, ==, come->checksum);
    }
  g_assert_cmpint (find (there, "users")->rows, ==, MANY);
  g_assert_cmpint (find (there, "settings")->rows, ==, 1);
}

/* Where something is, nothing is put. */
static void
test_taken (void)
{
  g_autoptr (PosternStore) one = open_copy (), other = open_copy ();
  g_autoptr (GError) error = NULL;
  gint64 many = MANY;

  storage_kit_write (one, POSTERN_KEEP_LASTING, fill, NULL);
  storage_kit_write (other, POSTERN_KEEP_LASTING, fill, NULL);
  g_assert_null (postern_store_copy (one, other, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  storage_kit_read (other, POSTERN_KEEP_LASTING, count, &many);
}

/* --- nothing is forgotten ------------------------------------------------------------------------------------------------------- */

static const struct {
  const char *dialect, *sql;
} listings[] = {
  { "sqlite", "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info (m.name) p WHERE m.type = 'table' ORDER BY m.name, p.name" },
  { "postgresql", "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema IN ('postern', 'postern_short') "
                  "AND column_name <> 'tenant' AND is_generated = 'NEVER' ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\"" },
};

/* @data: table → its columns, as they come */
static gboolean
list_columns (PosternTxn *txn, gpointer data, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (listings); i++)
    if (g_str_equal (listings[i].dialect, txn->klass->dialect) && !postern_txn_query (txn, &cursor, listings[i].sql, NULL, 0, error))
      return FALSE;
  while (postern_txn_next (&cursor, NULL))
    {
      const char *table = postern_txn_get_text (&cursor, 0), *column = postern_txn_get_text (&cursor, 1);
      GString *columns = g_hash_table_lookup (data, table);

      if (columns == NULL)
        g_hash_table_insert (data, g_strdup (table), g_string_new (column));
      else
        g_string_append_printf (columns, " %s", column);
    }
  return TRUE;
}

static void
free_string (gpointer text)
{
  g_string_free (text, TRUE);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The tables of the database, each taken out of @found. */
static void
check_columns (PosternStore *store, PosternKeep keep)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_string);
  g_autoptr (GPtrArray) tables = postern_store_tables_list ();

  storage_kit_read (store, keep, list_columns, found);
  for (guint i = 0; i < tables->len; i++)
    {
      PosternStoreTable *table = tables->pdata[i];
      GString *columns = g_hash_table_lookup (found, table->name);
      g_autofree char *listed = NULL;

      if (columns == NULL && table->keep != keep)
        continue; /* in another file */
      g_test_message ("%s, as src/store/postern-store-tables.c reads it", table->name);
      g_assert_nonnull (columns);
      g_assert_cmpuint (table->n_key, >, 0);
      qsort (table->columns, g_strv_length (table->columns), sizeof *table->columns, compare_names);
      listed = g_strjoinv (" ", table->columns);
      g_assert_cmpstr (listed, ==, columns->str);
      g_hash_table_remove (found, table->name);
    }
  g_hash_table_remove (found, "migrations");
  g_hash_table_remove (found, "sqlite_sequence");
  g_assert_cmpuint (g_hash_table_size (found), ==, 0);
}

static void
test_complete (void)
{
  g_autoptr (PosternStore) store = open_copy ();

  check_columns (store, POSTERN_KEEP_LASTING);
  check_columns (store, POSTERN_KEEP_SHORT);
}

void
storage_copy_add_tests (void)
{
  g_test_add_func ("/storage/copy/there-and-back", test_copy);
  g_test_add_func ("/storage/copy/taken", test_taken);
  g_test_add_func ("/storage/copy/complete", test_complete);
}
