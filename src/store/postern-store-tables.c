/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store-tables.h"

#include <gio/gio.h>
#include <string.h>

/* Those of PostgreSQL name the type of each column as one word, and have one migration for what SQLite has eleven. */
#define FOLDER "/org/postern/migrations/postgresql/"

static void
table_free (gpointer data)
{
  PosternStoreTable *self = data;

  g_strfreev (self->columns);
  g_free (self->name);
  g_free (self);
}

static PosternStoreTable *
find_table (GPtrArray *tables, const char *name)
{
  for (guint i = 0; i < tables->len; i++)
    if (g_str_equal (((PosternStoreTable *) tables->pdata[i])->name, name))
      return tables->pdata[i];
  return NULL;
}

static PosternValueType
get_type (const char *word)
{
  if (g_str_equal (word, "bigint"))
    return POSTERN_VALUE_INT64;
  return g_str_equal (word, "bytea") ? POSTERN_VALUE_BLOB : POSTERN_VALUE_TEXT;
}

static void
add_column (PosternStoreTable *self, const char *name, const char *type)
{
  guint n = g_strv_length (self->columns);

  g_assert (n < POSTERN_STORE_TABLES_MAX_COLUMNS);
  if (g_str_equal (name, "tenant"))
    return;
  self->columns = g_renew (char *, self->columns, n + 2);
  self->columns[n] = g_strdup (name);
  self->columns[n + 1] = NULL;
  self->types[n] = get_type (type);
}

/* @line: PRIMARY KEY (tenant, a, b) */
static void
set_key (PosternStoreTable *self, const char *line)
{
  g_auto (GStrv) names = g_strsplit_set (strchr (line, '('), "(, )", -1);

  for (char **name = names; *name != NULL; name++)
    for (guint i = 0; self->columns[i] != NULL; i++)
      if (g_str_equal (self->columns[i], *name))
        self->key[self->n_key++] = i;
}

/* @table: (nullable): the one whose columns are being read. Returns: (nullable): likewise, for the next line */
static PosternStoreTable *
read_line (GPtrArray *tables, PosternKeep keep, PosternStoreTable *table, char *line)
{
  static const char *const others[] = { "UNIQUE", "FOREIGN", "CHECK", NULL };
  g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", -1);

  if (table != NULL && g_str_equal (line, ");"))
    return NULL;
  if (table != NULL && g_str_has_prefix (line, "PRIMARY KEY "))
    set_key (table, line);
  else if (table != NULL && !g_strv_contains (others, words[0]))
    add_column (table, words[0], words[1]);
  if (table != NULL)
    return table;
  if (g_str_has_prefix (line, "ALTER TABLE ") && strstr (line, " ADD COLUMN ") != NULL && strstr (line, " GENERATED ") == NULL)
    add_column (find_table (tables, words[2]), words[5], words[6]);
  if (!g_str_has_prefix (line, "CREATE TABLE "))
    return NULL;
  table = g_new0 (PosternStoreTable, 1);
  table->keep = keep;
  table->name = g_strdup (words[2]);
  table->columns = g_new0 (char *, 1);
  g_ptr_array_add (tables, table);
  return table;
}

static void
read_file (GPtrArray *tables, PosternKeep keep, const char *path)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_auto (GStrv) lines = bytes ? g_strsplit (g_bytes_get_data (bytes, NULL), "\n", -1) : NULL;
  PosternStoreTable *table = NULL;

  for (char **line = lines; line != NULL && *line != NULL; line++)
    table = read_line (tables, keep, table, *line);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
read_folder (GPtrArray *tables, PosternKeep keep, const char *folder)
{
  g_auto (GStrv) files = g_resources_enumerate_children (folder, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (files != NULL); /* they are compiled in */
  qsort (files, g_strv_length (files), sizeof *files, compare_names);
  for (char **file = files; *file != NULL; file++)
    {
      g_autofree char *path = g_strconcat (folder, *file, NULL);

      read_file (tables, keep, path);
    }
}

GPtrArray *
postern_store_tables_list (void)
{
  GPtrArray *tables = g_ptr_array_new_with_free_func (table_free);

  read_folder (tables, POSTERN_KEEP_LASTING, FOLDER "lasting/");
  read_folder (tables, POSTERN_KEEP_SHORT, FOLDER "short/");
  return tables;
}
