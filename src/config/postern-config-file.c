/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-file.h"

#include "postern-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (1024 * 1024)

void
postern_config_file_free (PosternConfigFile *self)
{
  if (!self)
    return;
  /* The text may hold an inline secret. */
  if (self->text)
    explicit_bzero (self->text, strlen (self->text));
  g_free (self->text);
  g_free (self->path);
  g_clear_pointer (&self->keys, g_key_file_free);
  g_free (self);
}

static gboolean
check_stat (const char *path, const struct stat *info, GError **error)
{
  if (info->st_uid != 0 && info->st_uid != geteuid ())
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "%s:1: it belongs to user %u and not to root or the server's own user, so it is not trusted; run: chown root %s",
                 path, (guint) info->st_uid, path);
  else if ((info->st_mode & S_IWGRP) || (info->st_mode & S_IWOTH))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "%s:1: others can write it (mode %04o), so it is not trusted; run: chmod go-w %s", path,
                 info->st_mode & 07777, path);
  else
    return TRUE;
  return FALSE;
}

static gboolean
set_errno (const char *path, const char *what, GError **error)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:1: cannot %s it: %s", path, what, g_strerror (errno));
  return FALSE;
}

gboolean
postern_config_file_check_owner (const char *path, GError **error)
{
  struct stat info;
  if (stat (path, &info) != 0)
    return set_errno (path, "examine", error);
  return check_stat (path, &info, error);
}

static char *
read_all (int fd, gsize size, const char *path, GError **error)
{
  g_autofree char *text = g_malloc (size + 1);
  gsize length = 0;
  while (length < size) {
    gssize n = read (fd, text + length, size - length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      set_errno (path, "read", error);
      return NULL;
    }
    if (n == 0)
      break;
    length += (gsize) n;
  }
  text[length] = '\0';
  if (strlen (text) != length || !g_utf8_validate (text, (gssize) length, NULL)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:1: it is not UTF-8 text; save it as UTF-8", path);
    return NULL;
  }
  return g_steal_pointer (&text);
}

static guint
count_lines (const char *text, gsize length)
{
  guint lines = 1;
  for (gsize i = 0; i < length; i++)
    lines += text[i] == '\n';
  return lines;
}

/* GKeyFile names no line. The first N lines parse, N + 1 do not: halving finds N. */
static guint
find_bad_line (const char *text)
{
  guint low = 0, high = count_lines (text, strlen (text));
  while (low + 1 < high) {
    guint middle = (low + high) / 2;
    const char *end = text;
    for (guint i = 0; i < middle && end; i++)
      if ((end = strchr (end, '\n')))
        end++;
    g_autoptr (GKeyFile) keys = g_key_file_new ();
    gsize length = end ? (gsize) (end - text) : strlen (text);
    if (length == 0 || g_key_file_load_from_data (keys, text, length, G_KEY_FILE_NONE, NULL))
      low = middle;
    else
      high = middle;
  }
  return high;
}

PosternConfigFile *
postern_config_file_load (const char *path, GError **error)
{
  struct stat info;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    set_errno (path, "open", error);
    return NULL;
  }
  gboolean fine = fstat (fd, &info) == 0 || set_errno (path, "examine", error);
  if (fine && (!S_ISREG (info.st_mode) || info.st_size > FILE_MAX)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:1: it is not a plain file of at most 1 MiB; replace it", path);
    fine = FALSE;
  }
  g_autoptr (PosternConfigFile) self = g_new0 (PosternConfigFile, 1);
  if (fine && check_stat (path, &info, error))
    self->text = read_all (fd, (gsize) info.st_size, path, error);
  close (fd);
  if (!self->text)
    return NULL;

  self->path = g_strdup (path);
  self->keys = g_key_file_new ();
  self->world_readable = (info.st_mode & S_IROTH) != 0;
  g_autoptr (GError) local = NULL;
  if (self->text[0] && !g_key_file_load_from_data (self->keys, self->text, strlen (self->text), G_KEY_FILE_NONE, &local)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "%s:%u: this line cannot be read; write [group], key=value or # comment", path, find_bad_line (self->text));
    return NULL;
  }
  return g_steal_pointer (&self);
}

static gboolean
line_is_key (const char *line, const char *key)
{
  if (!g_str_has_prefix (line, key))
    return FALSE;
  line += strlen (key);
  while (*line == ' ' || *line == '\t')
    line++;
  return *line == '=';
}

guint
postern_config_file_find_line (PosternConfigFile *self, const char *group, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (self->text, "\n", -1);
  g_autofree char *head = g_strconcat ("[", group, "]", NULL);
  gboolean inside = FALSE;
  guint found = 1;
  for (guint i = 0; lines[i]; i++) {
    const char *line = g_strstrip (lines[i]);
    if (line[0] == '[')
      inside = g_str_equal (line, head);
    if (inside && (key ? line_is_key (line, key) : line[0] == '['))
      found = i + 1; /* the last one counts, as it does for GKeyFile */
  }
  return found;
}

static gboolean
merge_folder (const char *folder, const char *suffix, GTree *paths, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  if (!dir)
    return TRUE;
  if (!postern_config_file_check_owner (folder, error))
    return FALSE;
  const char *name;
  while ((name = g_dir_read_name (dir))) {
    if (name[0] == '.' || !g_str_has_suffix (name, suffix))
      continue;
    char *path = g_build_filename (folder, name, NULL);
    struct stat info;
    /* /dev/null is the other usual mask. */
    if (stat (path, &info) == 0 && (info.st_size == 0 || S_ISCHR (info.st_mode)))
      g_clear_pointer (&path, g_free);
    g_tree_replace (paths, g_strdup (name), path);
  }
  return TRUE;
}

static gboolean
collect (gpointer name, gpointer path, gpointer list)
{
  if (path)
    g_ptr_array_add (list, g_strdup (path));
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return strcmp (a, b);
}

GPtrArray *
postern_config_file_merge (const char *const *folders, const char *suffix, GError **error)
{
  g_autoptr (GTree) paths = g_tree_new_full (compare_names, NULL, g_free, g_free);
  for (guint i = 0; folders[i]; i++)
    if (!merge_folder (folders[i], suffix, paths, error))
      return NULL;
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_tree_foreach (paths, collect, list);
  return list;
}
