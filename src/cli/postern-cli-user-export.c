/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-user-export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * `postern user export FILE`: a line of JSON a person, as `user import --format postern` reads it. A page is asked for, written and forgotten, so
 * that no number of people needs more memory than a page. A file that broke off ends with a whole line, or with a part of one that is
 * cut off again: its last id says where to go on.
 */
#define TAIL (1024 * 1024) /* bytes: longer is no line */

/* --- a file that goes on --------------------------------------------------------------------------------------------- */

/* Of the last bytes of @path, from @at, cuts off what ends with no line feed. @last: (out) (transfer full) (nullable): the last line; NULL: there is none */
static gboolean
cut_tail (int fd, const char *path, char *tail, gsize length, gint64 at, char **last, GError **error)
{
  const char *feed = length > 0 ? g_strrstr_len (tail, (gssize) length, "\n") : NULL, *before;
  gsize end = feed != NULL ? (gsize) (feed - tail) : 0;

  *last = NULL;
  if (feed == NULL && at > 0)
    return postern_cli_call_wrong (error, "%s: its last line is too long to be a person's", path);
  if (ftruncate (fd, feed != NULL ? at + (gint64) end + 1 : 0) != 0)
    return postern_cli_call_wrong (error, "%s: %s", path, g_strerror (errno));
  if (feed == NULL)
    return TRUE;
  before = g_strrstr_len (tail, (gssize) end, "\n");
  if (before == NULL && at > 0)
    return postern_cli_call_wrong (error, "%s: its last line is too long to be a person's", path);
  *last = before != NULL ? g_strndup (before + 1, (gsize) (feed - before - 1)) : g_strndup (tail, end);
  return TRUE;
}

/* @after: (out) (transfer full) (nullable): whom it was written up to */
static gboolean
find_end (int fd, const char *path, char **after, GError **error)
{
  g_autofree char *tail = g_malloc (TAIL), *last = NULL;
  gint64 size = lseek (fd, 0, SEEK_END), at = MAX (0, size - TAIL);
  gssize n = size >= 0 ? pread (fd, tail, (gsize) (size - at), at) : -1;
  g_autoptr (GVariant) record = NULL;

  if (n < 0 || n != size - at)
    return postern_cli_call_wrong (error, "%s cannot be read: %s", path, g_strerror (errno));
  if (!cut_tail (fd, path, tail, (gsize) n, at, &last, error))
    return FALSE;
  record = last != NULL ? postern_json_parse_object (last, -1, TAIL, NULL) : NULL;
  *after = record != NULL ? g_strdup (postern_json_get_string (record, "id")) : NULL;
  if (last != NULL && *after == NULL)
    return postern_cli_call_wrong (error, "%s: its last line is no person of an export; name another file", path);
  return lseek (fd, 0, SEEK_END) >= 0 || postern_cli_call_wrong (error, "%s: %s", path, g_strerror (errno));
}

/* Of hashes others read nothing; nobody's file is written over, nor what a link leads to. Returns: -1 with @error */
static int
open_file (PosternCliCall *call, const char *path, char **after, GError **error)
{
  gboolean resumes = postern_cli_call_has (call, "resume");
  int fd = open (path, (resumes ? O_RDWR : O_WRONLY | O_CREAT | O_EXCL) | O_NOFOLLOW | O_CLOEXEC, 0600);
  struct stat found;

  if (fd < 0 && errno == EEXIST)
    postern_cli_call_wrong (error, "%s is there already; --resume goes on behind what it has", path);
  else if (fd < 0)
    postern_cli_call_wrong (error, "%s: %s", path, g_strerror (errno));
  if (fd < 0 || !resumes)
    return fd;
  if (fstat (fd, &found) == 0 && S_ISREG (found.st_mode) && find_end (fd, path, after, error))
    return fd;
  if (error != NULL && *error == NULL)
    postern_cli_call_wrong (error, "%s is no file", path);
  close (fd);
  return -1;
}

/* --- pages ----------------------------------------------------------------------------------------------------------- */

static void
write_page (FILE *file, GVariant *items, gint64 *n)
{
  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i), record = g_variant_get_variant (box);
      g_autoptr (GString) line = g_string_new (NULL);

      postern_json_canonical_append (line, record);
      g_string_append_c (line, '\n');
      fwrite (line->str, 1, line->len, file);
      (*n)++;
    }
}

/* A page is on its way to the disk before the next is asked for. @after: (inout) (nullable): NULL: there is no more */
static gboolean
export_page (PosternCliCall *call, FILE *file, char **after, gint64 *n, GError **error)
{
  g_autofree char *escaped = *after != NULL ? g_uri_escape_string (*after, NULL, FALSE) : NULL;
  g_autofree char *path = g_strdup_printf ("/api/v1/user-export?limit=500%s%s%s", escaped != NULL ? "&after=" : "", escaped != NULL ? escaped : "",
                                           postern_cli_call_has (call, "password-hashes") ? "&password_hashes=true" : "");
  g_autoptr (GVariant) page = NULL, items = NULL;

  if (!postern_cli_call_api (call, "GET", path, NULL, &page, error))
    return FALSE;
  items = postern_json_get (page, "items");
  write_page (file, items, n);
  g_free (*after);
  *after = g_strdup (postern_json_get_string (page, "next"));
  return (fflush (file) == 0 && !ferror (file)) || postern_cli_call_wrong (error, "the file could not be written: %s", g_strerror (errno));
}

static gboolean
export_all (PosternCliCall *call, FILE *file, char **after, gint64 *n, GError **error)
{
  gboolean good;

  do
    good = export_page (call, file, after, n, error);
  while (good && *after != NULL);
  return good;
}

gboolean
postern_cli_user_export_write (PosternCliCall *call, const char *path, gint64 *n, GError **error)
{
  g_autofree char *after = g_strdup (postern_cli_call_get_value (call, "after"));
  gboolean good;
  FILE *file;
  int fd;

  *n = 0;
  if (g_str_equal (path, "-"))
    return export_all (call, stdout, &after, n, error);
  if (after != NULL && postern_cli_call_has (call, "resume"))
    return postern_cli_call_wrong (error, "--after and --resume exclude each other");
  fd = open_file (call, path, &after, error);
  file = fd >= 0 ? fdopen (fd, "w") : NULL;
  if (file == NULL)
    return fd < 0 ? FALSE : (close (fd), postern_cli_call_wrong (error, "%s: %s", path, g_strerror (errno)));
  good = export_all (call, file, &after, n, error) && (fsync (fd) == 0 || postern_cli_call_wrong (error, "%s: %s", path, g_strerror (errno)));
  fclose (file);
  if (!good && *n == 0 && !postern_cli_call_has (call, "resume")) /* nothing is left in the way of who corrects it */
    unlink (path);
  return good;
}

gboolean
postern_cli_user_export_run (PosternCliCall *call, GError **error)
{
  const char *path = postern_cli_call_get_operand (call, 0);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) summary = NULL;
  gint64 n;

  if (!postern_cli_user_export_write (call, path, &n, error))
    return FALSE;
  if (g_str_equal (path, "-"))
    return TRUE;
  g_variant_dict_insert (&dict, "users", "x", n);
  summary = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_cli_print_answer (call, summary);
  return TRUE;
}
