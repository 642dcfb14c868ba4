/* SPDX-License-Identifier: Apache-2.0 */
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "postern-error.h"
#include "postern-store-private.h"
#include "postern-txn.h"

/*
 * Migrations are the files data/migrations/DIALECT/(lasting|short)/NNN-name.sql, compiled in. They run in their order,
 * each once, all missing ones in one transaction; each is recorded. Within a file an empty line ends a statement.
 *
 * They follow expand, then contract: a release only adds what the release before it can ignore, and takes away only
 * what the release before it no longer uses. So two neighbouring releases can work on one database side by side: a release goes on with
 * a schema that is newer than what it knows, unless one of what it does not know says that it must be known: NNN-needs-MMM-name.sql is
 * for releases that know MMM.
 */
#define RESOURCE_ROOT "/org/postern/migrations"
#define NEEDS "-needs-"

typedef struct {
  const char *folder; /* resource path */
  char **files;       /* sorted */
} Series;

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Statements of one file; lines of comment are left out. */
static gboolean
run_file (PosternTxn *txn, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) statement = g_string_new (NULL);

  if (bytes == NULL)
    return FALSE;
  lines = g_strsplit (g_bytes_get_data (bytes, NULL), "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      if (!g_str_has_prefix (*line, "--") && **line != '\0')
        g_string_append_printf (statement, "%s\n", *line);
      if ((**line != '\0' && line[1] != NULL) || statement->len == 0)
        continue;
      if (!postern_txn_run (txn, statement->str, NULL, 0, error))
        return FALSE;
      g_string_truncate (statement, 0);
    }
  return TRUE;
}

static gboolean
apply (PosternTxn *txn, const Series *series, const char *file, gint64 number, GError **error)
{
  g_autofree char *path = g_strconcat (series->folder, "/", file, NULL);
  PosternValue values[] = { POSTERN_INT (number), POSTERN_TEXT (file), POSTERN_INT (g_get_real_time () / G_USEC_PER_SEC) };

  if (!run_file (txn, path, error)
      || !postern_txn_run (txn, "INSERT INTO migrations (number, name, applied_at) VALUES (?1, ?2, ?3)", values,
                           G_N_ELEMENTS (values), error))
    {
      g_prefix_error (error, "migration %s: ", file);
      return FALSE;
    }
  return TRUE;
}

/* What a release that is newer than this one did is a matter of this one where its name says so. */
static gboolean
check_newer (PosternTxn *txn, gint64 known, GError **error)
{
  PosternValue values[] = { POSTERN_INT (known) };
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!postern_txn_query (txn, &cursor, "SELECT name FROM migrations WHERE number > ?1 ORDER BY number", values, G_N_ELEMENTS (values), error))
    return FALSE;
  while (postern_txn_next (&cursor, &failure))
    {
      const char *name = postern_txn_get_text (&cursor, 0), *needs = strchr (name, '-');

      if (needs != NULL && g_str_has_prefix (needs, NEEDS) && strtoll (needs + strlen (NEEDS), NULL, 10) > known)
        {
          g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                       "a newer release changed the database (%s), and this one knows no more than %" G_GINT64_FORMAT
                       "; install the newer release again, or restore a backup",
                       name, known);
          return FALSE;
        }
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
run_series (PosternTxn *txn, gpointer user_data, GError **error)
{
  const Series *series = user_data;
  gint64 done = 0, known = 0;

  /* A driver of its own schema makes it where it is missing: to ask for it takes rights that a role need not have. */
  if (txn->klass->migrate == NULL
      && !postern_txn_run (txn, "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)", NULL, 0, error))
    return FALSE;
  if (!postern_txn_read_int64 (txn, &done, 0, "SELECT COALESCE (MAX (number), 0) FROM migrations", NULL, 0, error))
    return FALSE;
  for (char **file = series->files; *file != NULL; file++)
    {
      known = strtoll (*file, NULL, 10);
      if (known > done && !apply (txn, series, *file, known, error))
        return FALSE;
    }
  return done <= known || check_newer (txn, known, error);
}

static gboolean
migrate_one (PosternStore *store, const char *dialect, PosternKeep keep, GError **error)
{
  g_autofree char *folder = g_strdup_printf (RESOURCE_ROOT "/%s/%s", dialect, keep == POSTERN_KEEP_SHORT ? "short" : "lasting");
  g_auto (GStrv) files = g_resources_enumerate_children (folder, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  Series series = { folder, files };

  if (files == NULL)
    return FALSE;
  qsort (files, g_strv_length (files), sizeof *files, compare_names);
  return postern_store_migrate (store, keep, run_series, &series, error);
}

gboolean
postern_migrate_run (PosternStore *store, const char *dialect, GError **error)
{
  return migrate_one (store, dialect, POSTERN_KEEP_LASTING, error)
         && migrate_one (store, dialect, POSTERN_KEEP_SHORT, error);
}
