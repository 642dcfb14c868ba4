/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-json.h"

#define FILE_MAX (1024 * 1024) /* bytes: more than the API takes of anything */
#define MARK "postern.json"
#define MARK_TEXT "{\n  \"format\": 1\n}\n"
#define MARK_TEXT_PEOPLE "{\n  \"format\": 1,\n  \"people\": true\n}\n"

/* A name that begins with a dot is somebody else's: .git, .gitignore. */
static gboolean
is_hidden (const char *name)
{
  return *name == '.';
}

static const PosternFilesKind *
find_folder (const char *name)
{
  for (const PosternFilesKind *kind = postern_files_kinds; kind->noun != NULL; kind++)
    if (g_strcmp0 (kind->folder, name) == 0)
      return kind;
  return NULL;
}

/* (nullable): the kind of which there is one, in this file */
static const PosternFilesKind *
find_single (const char *name)
{
  for (const PosternFilesKind *kind = postern_files_kinds; kind->noun != NULL; kind++)
    if (kind->folder == NULL && g_str_has_prefix (name, kind->noun) && g_str_equal (name + strlen (kind->noun), ".json"))
      return kind;
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* (transfer full) (nullable): sorted; NULL with @error */
static char **
list_names (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *path;
  GPtrArray *things;
  GString *faults;
  gboolean people; /* its mark says that it has them */
} Reading;

static void G_GNUC_PRINTF (3, 4)
complain (Reading *self, const char *name, const char *format, ...)
{
  va_list arguments;
  g_autofree char *why = NULL;

  va_start (arguments, format);
  why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_string_append_printf (self->faults, "%s%s%s", self->faults->len ? "\n" : "", name, why);
}

/* The reader says at which byte; people look for a line. */
static void
complain_json (Reading *self, const char *name, const char *text, const GError *error)
{
  const char *colon = strstr (error->message, ": ");
  gsize at = 0;
  guint line = 1;

  if (sscanf (error->message, "JSON refused at byte %" G_GSIZE_FORMAT, &at) != 1 || colon == NULL)
    {
      complain (self, name, ": %s", error->message);
      return;
    }
  for (gsize i = 0; i < at && text[i] != '\0'; i++)
    line += text[i] == '\n';
  complain (self, name, ":%u%s", line, colon);
}

/*
 * Whoever proposes a change says what is in the folder, and sees what a look at it prints: a link would show them what the machine that looks can
 * read, and a pipe would hold it for ever. (transfer full) (nullable)
 */
static char *
read_text (Reading *self, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL), *text = g_malloc (FILE_MAX + 2);
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat found;
  gssize n = 0;

  *length = 0;
  if (fd < 0)
    {
      complain (self, name, ": %s", errno == ELOOP ? "is a link, which is not followed" : g_strerror (errno));
      return NULL;
    }
  if (fstat (fd, &found) != 0 || !S_ISREG (found.st_mode))
    complain (self, name, ": is no file");
  else
    while (*length <= FILE_MAX && (n = read (fd, text + *length, FILE_MAX + 1 - *length)) > 0)
      *length += (gsize) n;
  close (fd);
  if (*length > FILE_MAX || n < 0)
    complain (self, name, ": %s", n < 0 ? "cannot be read" : "has more than 1 MiB");
  text[*length] = '\0';
  return *length <= FILE_MAX && n == 0 && S_ISREG (found.st_mode) ? g_steal_pointer (&text) : NULL;
}

/* (transfer full) (nullable) */
static GVariant *
read_object (Reading *self, const char *name)
{
  gsize length;
  g_autofree char *text = read_text (self, name, &length);
  g_autoptr (GError) error = NULL;
  GVariant *object;

  if (text == NULL)
    return NULL;
  object = postern_json_parse_object (text, (gssize) length, FILE_MAX, &error);
  if (object == NULL)
    complain_json (self, name, text, error);
  return object;
}

static void
read_thing (Reading *self, const PosternFilesKind *kind, const char *name)
{
  g_autoptr (GVariant) object = read_object (self, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) checked = object ? postern_files_kind_check (kind, object, &error) : NULL;
  g_autofree char *key = checked ? postern_files_kind_dup_key (kind, checked) : g_strdup (""), *right = postern_files_kind_dup_name (kind, key);
  PosternFilesThing *thing;

  if (error != NULL)
    complain (self, name, ": %s", error->message);
  else if (checked != NULL && !g_str_equal (right, name)) /* so no key stands in two files */
    complain (self, name, ": must be called %s, because of its %s", right, kind->key ? kind->key : kind->belongs);
  if (checked == NULL)
    return;
  thing = g_new0 (PosternFilesThing, 1);
  thing->kind = kind;
  thing->key = g_steal_pointer (&key);
  thing->object = g_steal_pointer (&checked);
  g_ptr_array_add (self->things, thing);
}

static void
read_folder (Reading *self, const PosternFilesKind *kind)
{
  g_autofree char *path = g_build_filename (self->path, kind->folder, NULL);
  gboolean link = g_file_test (path, G_FILE_TEST_IS_SYMLINK);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = link ? NULL : list_names (path, &error);

  if (link)
    complain (self, kind->folder, ": is a link, which is not followed");
  else if (names == NULL)
    complain (self, kind->folder, ": %s", error->message);
  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      g_autofree char *relative = g_strconcat (kind->folder, "/", *name, NULL);

      if (is_hidden (*name))
        continue;
      if (g_str_has_suffix (*name, ".json"))
        read_thing (self, kind, relative);
      else
        complain (self, relative, ": is no file that is known here; its name must end with .json");
    }
}

static void
read_mark (Reading *self)
{
  g_autoptr (GVariant) mark = read_object (self, MARK);

  g_autoptr (GVariant) people = mark ? postern_json_get (mark, "people") : NULL;
  gboolean said = people != NULL && g_variant_is_of_type (people, G_VARIANT_TYPE_BOOLEAN);

  if (mark != NULL && (postern_json_get_int64 (mark, "format", 0) != 1 || g_variant_n_children (mark) != (said ? 2 : 1)))
    complain (self, MARK, ": format: must be 1, and but for \"people\", which is true or false, stand alone: what else there is this version does not know");
  self->people = said && g_variant_get_boolean (people);
}

/* A folder or a JSON file of another name is a slip; the rest, such as a README.md, is nobody's business here. */
static void
read_entry (Reading *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  const PosternFilesKind *folder = find_folder (name), *single = find_single (name);

  if (is_hidden (name) || g_str_equal (name, MARK))
    return;
  if (folder != NULL && folder->people && !self->people)
    complain (self, name, ": says who people are, and " MARK " does not say \"people\": true");
  else if (folder != NULL)
    read_folder (self, folder);
  else if (single != NULL)
    read_thing (self, single, name);
  else if (g_str_has_suffix (name, ".json") || g_file_test (path, G_FILE_TEST_IS_DIR))
    complain (self, name, ": is nothing that is known here");
}

/* --- what things say of each other --- */

static gboolean
has_scope (PosternFilesThing *resource, const char *name)
{
  g_autoptr (GVariant) scopes = postern_json_get (resource->object, "scopes");
  gboolean found = FALSE;

  for (gsize i = 0; !found && i < g_variant_n_children (scopes); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (scopes, i), scope = g_variant_get_variant (box);

      found = g_variant_is_of_type (scope, G_VARIANT_TYPE_VARDICT) && g_strcmp0 (postern_json_get_string (scope, "name"), name) == 0;
    }
  return found;
}

/* A scope that a resource loses is taken from all roles by the server: a role that names it yet would never be as its file says. */
static void
check_scopes (Reading *self, PosternFilesThing *role, GVariant *permissions)
{
  GVariantIter iter;
  const char *indicator;
  GVariant *value;

  g_variant_iter_init (&iter, permissions);
  while (g_variant_iter_loop (&iter, "{&sv}", &indicator, &value))
    {
      PosternFilesThing *resource = postern_files_thing_find (self->things, find_folder ("resources"), indicator);
      g_autofree const char **scopes = g_variant_get_strv (value, NULL);
      g_autofree char *name = postern_files_kind_dup_name (role->kind, role->key);

      for (guint i = 0; resource != NULL && scopes[i] != NULL; i++)
        if (!has_scope (resource, scopes[i]))
          complain (self, name, ": permissions: %s has no scope %s", indicator, scopes[i]);
    }
}

GPtrArray *
postern_files_folder_read (const char *path, gboolean *people, GError **error)
{
  g_autoptr (GPtrArray) things = postern_files_thing_new_list ();
  g_autoptr (GString) faults = g_string_new (NULL);
  Reading self = { path, things, faults };
  g_autoptr (GError) failure = NULL;
  g_auto (GStrv) names = list_names (path, &failure);

  if (names == NULL)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s", failure->message);
      return NULL;
    }
  read_mark (&self);
  *people = self.people;
  for (char **name = names; *name != NULL; name++)
    read_entry (&self, *name);
  postern_files_thing_sort (things);
  for (guint i = 0; i < things->len; i++)
    {
      PosternFilesThing *thing = things->pdata[i];
      g_autoptr (GVariant) permissions = thing->kind->role_kind ? postern_json_get (thing->object, "permissions") : NULL;

      if (permissions != NULL)
        check_scopes (&self, thing, permissions);
    }
  if (faults->len == 0)
    return g_steal_pointer (&things);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "nothing was done; %s:\n%s", path, faults->str);
  return NULL;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *path, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", path, why);
  return FALSE;
}

/* A folder of ours that leads elsewhere: what lies there is not ours to write over, nor to sweep. */
static gboolean
check_links (const char *path, GError **error)
{
  for (const PosternFilesKind *kind = postern_files_kinds; kind->noun != NULL; kind++)
    {
      g_autofree char *folder = kind->folder ? g_build_filename (path, kind->folder, NULL) : NULL;

      if (folder != NULL && g_file_test (folder, G_FILE_TEST_IS_SYMLINK))
        return fail (error, folder, "is a link, which is not followed");
    }
  return TRUE;
}

/* Ours, or empty: nobody loses files that they did not mean. */
static gboolean
check_ours (const char *path, GError **error)
{
  g_autofree char *mark = g_build_filename (path, MARK, NULL);
  g_auto (GStrv) names = NULL;

  if (g_mkdir_with_parents (path, 0755) != 0)
    return fail (error, path, g_strerror (errno));
  if (g_file_test (mark, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  names = list_names (path, error);
  for (char **name = names; name != NULL && *name != NULL; name++)
    if (!is_hidden (*name))
      return fail (error, path, "has files, and no " MARK " that would say that they came from here; name an empty folder");
  return names != NULL;
}

/* What is the same already is not touched; what is there is the old or the new whatever happens, and what is new need not wait for the disk. */
static gboolean
write_file (const char *path, const char *text, guint *n_written, GError **error)
{
  g_autofree char *old = NULL, *folder = g_path_get_dirname (path);
  g_autoptr (GError) failure = NULL;

  if (g_file_get_contents (path, &old, NULL, NULL) && g_str_equal (old, text))
    return TRUE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return fail (error, folder, g_strerror (errno));
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_ONLY_EXISTING, 0644, &failure))
    return fail (error, path, failure->message);
  (*n_written)++;
  return TRUE;
}

static gboolean
write_thing (const char *path, PosternFilesThing *thing, GHashTable *names, guint *n_written, GError **error)
{
  char *name = postern_files_kind_dup_name (thing->kind, thing->key);
  g_autofree char *file = g_build_filename (path, name, NULL), *text = postern_files_text_print (thing->object);

  g_hash_table_add (names, name);
  return write_file (file, text, n_written, error);
}

/* Those of things that are gone. */
static gboolean
sweep (const char *path, const PosternFilesKind *kind, GHashTable *names, guint *n_removed, GError **error)
{
  g_autofree char *folder = g_build_filename (path, kind->folder, NULL);
  g_auto (GStrv) files = g_file_test (folder, G_FILE_TEST_IS_DIR) ? list_names (folder, NULL) : NULL;

  for (char **file = files; file != NULL && *file != NULL; file++)
    {
      g_autofree char *relative = g_strconcat (kind->folder, "/", *file, NULL), *full = g_build_filename (folder, *file, NULL);

      if (is_hidden (*file) || !g_str_has_suffix (*file, ".json") || g_hash_table_contains (names, relative))
        continue;
      if (g_unlink (full) != 0)
        return fail (error, full, g_strerror (errno));
      (*n_removed)++;
    }
  return TRUE;
}

gboolean
postern_files_folder_write (const char *path, GPtrArray *things, gboolean people, guint *n_written, guint *n_removed, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *mark = g_build_filename (path, MARK, NULL);
  gboolean good = check_ours (path, error) && check_links (path, error);

  *n_written = *n_removed = 0;
  good = good && write_file (mark, people ? MARK_TEXT_PEOPLE : MARK_TEXT, n_written, error);
  for (guint i = 0; good && i < things->len; i++)
    good = postern_files_thing_is_blank (things->pdata[i]) || write_thing (path, things->pdata[i], names, n_written, error);
  for (const PosternFilesKind *kind = postern_files_kinds; good && kind->noun != NULL; kind++)
    good = kind->folder == NULL || sweep (path, kind, names, n_removed, error);
  return good;
}
