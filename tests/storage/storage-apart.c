/* SPDX-License-Identifier: Apache-2.0 */
#include "storage-kit.h"

#include <string.h>

/*
 * One tenant sees nothing of another one's. Statements of the store name no tenant: the driver alone keeps them apart. So each statement that any test
 * ran is noted with the values it had, and at the end all are run as a tenant who has nothing: whatever they say, they find nothing, change
 * nothing, and what the others have is the same afterwards.
 */
typedef struct {
  char *tenant, *sql;
  PosternValue *values; /* with copies of what they borrowed */
  guint n_values;
} Noted;

static GMutex lock; /* guards what follows */
static GHashTable *tenants; /* database → its tenant in the shared place */
static GHashTable *noted;   /* set of Noted, by tenant and text */
static gboolean stopped;

static PosternDatabaseClass driver; /* as it was */

static guint
hash_noted (gconstpointer data)
{
  return g_str_hash (((const Noted *) data)->sql) ^ g_str_hash (((const Noted *) data)->tenant);
}

static gboolean
equal_noted (gconstpointer a, gconstpointer b)
{
  const Noted *one = a, *other = b;

  return g_str_equal (one->tenant, other->tenant) && g_str_equal (one->sql, other->sql);
}

static void
free_noted (gpointer data)
{
  Noted *self = data;

  for (guint i = 0; i < self->n_values; i++)
    g_free ((gpointer) self->values[i].data);
  g_free (self->values);
  g_free (self->tenant);
  g_free (self->sql);
  g_free (self);
}

static gboolean
is_of_rows (const char *sql)
{
  return (g_str_has_prefix (sql, "SELECT ") || g_str_has_prefix (sql, "INSERT ") || g_str_has_prefix (sql, "UPDATE ") || g_str_has_prefix (sql, "DELETE "))
         && strstr (sql, " migrations") == NULL && strstr (sql, "postern_") == NULL;
}

static void
note (PosternDatabase *database, const char *sql, const PosternValue *values, guint n_values)
{
  Noted *self;
  const char *tenant;

  g_mutex_lock (&lock);
  tenant = g_hash_table_lookup (tenants, database);
  if (tenant != NULL && !stopped && is_of_rows (sql))
    {
      self = g_new0 (Noted, 1);
      self->tenant = g_strdup (tenant);
      self->sql = g_strdup (sql);
      self->values = g_memdup2 (values, n_values * sizeof *values);
      self->n_values = n_values;
      for (guint i = 0; i < n_values; i++)
        self->values[i].data = values[i].type == POSTERN_VALUE_TEXT ? g_strdup (values[i].data)
                               : values[i].type == POSTERN_VALUE_BLOB ? g_memdup2 (values[i].data, (gsize) values[i].number) : NULL;
      g_hash_table_replace (noted, self, self);
    }
  g_mutex_unlock (&lock);
}

static gint64
execute_noted (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  gint64 changed = driver.execute (database, transaction, sql, values, n_values, error);

  if (changed >= 0)
    note (database, sql, values, n_values);
  return changed;
}

/* The last row stands for all. */
static gboolean
insert_many_noted (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, guint n_rows, GError **error)
{
  gboolean done = driver.insert_many (database, transaction, sql, values, n_values, n_rows, error);

  if (done && n_rows > 0)
    note (database, sql, values + (n_rows - 1) * n_values, n_values);
  return done;
}

static PosternRows *
query_noted (PosternDatabase *database, PosternTransaction *transaction, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  PosternRows *rows = driver.query (database, transaction, sql, values, n_values, error);

  if (rows != NULL)
    note (database, sql, values, n_values);
  return rows;
}

void
storage_apart_watch (GType driver_type)
{
  PosternDatabaseClass *klass = g_type_class_ref (driver_type); /* for good */

  driver = *klass;
  klass->execute = execute_noted;
  klass->query = query_noted;
  if (driver.insert_many != NULL)
    klass->insert_many = insert_many_noted;
  tenants = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  noted = g_hash_table_new_full (hash_noted, equal_noted, free_noted, NULL);
}

void
storage_apart_note_tenant (PosternDatabase *database, const char *tenant)
{
  g_mutex_lock (&lock);
  if (tenant != NULL)
    g_hash_table_replace (tenants, database, g_strdup (tenant));
  else
    g_hash_table_remove (tenants, database);
  g_mutex_unlock (&lock);
}

void
storage_apart_clear (void)
{
  g_clear_pointer (&tenants, g_hash_table_unref);
  g_clear_pointer (&noted, g_hash_table_unref);
}

/* --- the test ---------------------------------------------------------------------------------------------------------- */

/* All that the cursor has, as one text. COUNT and COALESCE have one row for nothing, too. */
static gboolean
read_all (PosternTxn *txn, const Noted *it, GString *found, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  GError *failure = NULL;

  if (!postern_txn_query (txn, &cursor, it->sql, it->values, it->n_values, error))
    return FALSE;
  while (postern_txn_next (&cursor, &failure))
    g_string_append_printf (found, "%s;", txn->klass->rows_is_null (txn->database, cursor.rows, 0) ? "" : postern_txn_get_text (&cursor, 0));
  g_assert_no_error (failure);
  return TRUE;
}

static gboolean
is_nothing (const char *found)
{
  return *found == '\0' || g_str_equal (found, ";") || g_str_equal (found, "0;");
}

static gboolean
run_as_stranger (PosternTxn *txn, gpointer data, GError **error)
{
  const Noted *it = data;
  g_autoptr (GString) found = g_string_new (NULL);
  gboolean select = g_str_has_prefix (it->sql, "SELECT ");

  if (select || strstr (it->sql, " RETURNING ") != NULL)
    {
      g_assert_true (read_all (txn, it, found, error));
      if (!is_nothing (found->str))
        g_error ("as somebody else: %s finds %s", it->sql, found->str);
      return TRUE;
    }
  if (postern_txn_execute (txn, it->sql, it->values, it->n_values, error) > 0)
    g_error ("as somebody else: %s changes rows", it->sql);
  return TRUE;
}

/* A new row may be the stranger's own, and then it goes again; that another one has the same is nothing to him, and he can refer to none of others'. */
static gboolean
insert_as_stranger (PosternTxn *txn, gpointer data, GError **error)
{
  const Noted *it = data;
  g_autoptr (GError) failure = NULL;

  if (postern_txn_execute (txn, it->sql, it->values, it->n_values, &failure) < 0)
    g_assert_error (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "it is taken back");
  return FALSE;
}

static PosternKeep
keep_of (const Noted *it)
{
  return strstr (it->sql, " flows") || strstr (it->sql, " counters") ? POSTERN_KEEP_SHORT : POSTERN_KEEP_LASTING;
}

static gboolean
read_own (PosternTxn *txn, gpointer data, GError **error)
{
  gpointer *it = data;

  return read_all (txn, it[0], it[1], error);
}

/* (transfer full): what all the SELECTs of everybody find */
static char *
read_everything (GPtrArray *list)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const Noted *it = list->pdata[i];
      gpointer own[] = { (gpointer) it, found };
      g_autoptr (PosternStore) store = NULL;

      if (!g_str_has_prefix (it->sql, "SELECT "))
        continue;
      store = storage_kit_open_tenant (it->tenant);
      storage_kit_read (store, keep_of (it), read_own, own);
      g_string_append_c (found, '\n');
    }
  return g_string_free (g_steal_pointer (&found), FALSE);
}

static int
compare_noted (gconstpointer a, gconstpointer b)
{
  const Noted *one = *(Noted *const *) a, *other = *(Noted *const *) b;
  int order = strcmp (one->sql, other->sql);

  return order != 0 ? order : strcmp (one->tenant, other->tenant);
}

/* (transfer container): in an order that stays */
static GPtrArray *
list_noted (void)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer it;

  g_hash_table_iter_init (&iter, noted);
  while (g_hash_table_iter_next (&iter, &it, NULL))
    g_ptr_array_add (list, it);
  g_ptr_array_sort (list, compare_noted);
  return list;
}

static void
test_apart (void)
{
  g_autoptr (PosternStore) stranger = storage_kit_open_tenant ("stranger");
  g_autoptr (GPtrArray) list = list_noted ();
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;

  stopped = TRUE;
  before = read_everything (list);
  for (guint i = 0; i < list->len; i++)
    {
      Noted *it = list->pdata[i];
      gboolean insert = g_str_has_prefix (it->sql, "INSERT ");

      g_assert_cmpint (postern_store_write (stranger, keep_of (it), insert ? insert_as_stranger : run_as_stranger, it, &error), ==, !insert);
      if (insert)
        g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
      g_clear_error (&error);
    }
  after = read_everything (list);
  g_test_message ("%u statements, %zu bytes of what others have", list->len, strlen (before));
  g_assert_cmpuint (list->len, >, 50);
  g_assert_cmpuint (strlen (before), >, 1000);
  g_assert_cmpstr (before, ==, after);
}

void
storage_apart_add_tests (void)
{
  g_test_add_func ("/apart/from-a-stranger", test_apart);
}
