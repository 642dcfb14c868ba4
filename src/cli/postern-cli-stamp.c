/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-stamp.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "postern-build.h"
#include "postern-error.h"
#include "postern-types.h"

#define EXAMPLE "demo" /* the name that stands in every example, in one form or another */
#define INSTALLED_PATH POSTERN_DATA_DIR "/kit:" POSTERN_DATA_DIR "/connectors"

/* The kit's folder with the example of each kind. */
static const struct {
  const char *kind, *folder;
} kinds[] = { { "connector", "demo" }, { "messenger", "messenger" }, { "factor", "factor" }, { "sink", "sink" } };

/* What a project has besides what its kind brings. */
static const struct {
  const char *source, *target;
  int mode;
} project_files[] = {
  { "meson.build", "meson.build", 0644 },
  { "postern-plugin.map", "postern-plugin.map", 0644 },
  { "gitignore", ".gitignore", 0644 },
  { "debian/control", "debian/control", 0644 },
  { "debian/rules", "debian/rules", 0755 },
  { "debian/changelog", "debian/changelog", 0644 },
  { "debian/copyright", "debian/copyright", 0644 },
  { "debian/format", "debian/source/format", 0644 },
};

typedef struct {
  const char *from, *into;
  char *words[7][2]; /* what stands in the example, and what is written instead */
  gboolean project;
} Stamp;

static char *
find_in_kit (const char *name, GError **error)
{
  const char *path = g_getenv ("POSTERN_KIT_PATH");
  g_auto (GStrv) folders = g_strsplit (path ? path : INSTALLED_PATH, ":", -1);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *found = g_build_filename (folders[i], name, NULL);

      if (g_file_test (found, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&found);
    }
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the kit has no folder %s in %s; install Postern's kit there", name, path ? path : INSTALLED_PATH);
  return NULL;
}

static char *
dup_maintainer (void)
{
  const char *name = g_getenv ("DEBFULLNAME"), *email = g_getenv ("DEBEMAIL");

  return g_strdup_printf ("%s <%s>", name ? name : g_get_real_name (), email ? email : "nobody@example.org");
}

static void
set_words (Stamp *self, const char *kind, const char *name)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  for (guint i = 0; i < 2; i++)
    {
      self->words[0][i] = g_strdup (i == 0 ? EXAMPLE : name);
      self->words[1][i] = g_strdup (self->words[0][i]);
      self->words[1][i][0] = g_ascii_toupper (self->words[1][i][0]);
      self->words[2][i] = g_ascii_strup (self->words[0][i], -1);
    }
  self->words[3][0] = g_strdup ("@kind@"), self->words[3][1] = g_strdup (kind);
  self->words[4][0] = g_strdup ("@date@"), self->words[4][1] = g_date_time_format (now, "%a, %d %b %Y %H:%M:%S +0000");
  self->words[5][0] = g_strdup ("'@api@'}"), self->words[5][1] = g_strdup_printf ("'%d'}", POSTERN_PLUGIN_API);
  self->words[6][0] = g_strdup ("@maintainer@"), self->words[6][1] = dup_maintainer (); /* last: whatever a person is called, it stays */
}

static void
clear_words (Stamp *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->words); i++)
    for (guint j = 0; j < 2; j++)
      g_free (self->words[i][j]);
}

static char *
replace (Stamp *self, const char *text)
{
  GString *out = g_string_new (text);

  for (guint i = 0; i < G_N_ELEMENTS (self->words); i++)
    g_string_replace (out, self->words[i][0], self->words[i][1], 0);
  return g_string_free (out, FALSE);
}

static gboolean
write_file (Stamp *self, const char *name, const char *text, int mode, GError **error)
{
  g_autofree char *path = g_build_filename (self->into, name, NULL), *folder = g_path_get_dirname (path), *new_text = replace (self, text);

  if (g_mkdir_with_parents (folder, 0755) != 0)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (path, new_text, -1, G_FILE_SET_CONTENTS_NONE, mode, error);
}

static char *
read_file (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, error) ? text : NULL;
}

/* The project's own words on building stand where the example's introduction stood. */
static char *
join_readme (const char *head, const char *text)
{
  const char *sections = strstr (text, "## ");

  return g_strconcat (head, "\n", sections ? sections : text, NULL);
}

static gboolean
copy_example_file (Stamp *self, const char *name, const char *readme, GError **error)
{
  g_autofree char *text = NULL, *joined = NULL, *target = replace (self, name);

  if (self->project && g_str_equal (name, "meson.build")) /* it uses lists of our own tree */
    return TRUE;
  text = read_file (self->from, name, error);
  if (text == NULL)
    return FALSE;
  if (self->project && g_str_equal (name, "README.md"))
    joined = join_readme (readme, text);
  return write_file (self, target, joined ? joined : text, 0644, error);
}

static gboolean
copy_example (Stamp *self, const char *readme, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (self->from, 0, error);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (!copy_example_file (self, name, readme, error))
      return FALSE;
  return folder != NULL;
}

static gboolean
copy_project (Stamp *self, const char *from, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (project_files); i++)
    {
      g_autofree char *text = read_file (from, project_files[i].source, error);

      if (text == NULL || !write_file (self, project_files[i].target, text, project_files[i].mode, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fill (const char *kind, const char *name, const char *example, const char *into, gboolean project, GError **error)
{
  g_autofree char *from = find_in_kit (example, error), *project_folder = project && from ? find_in_kit ("project", error) : NULL;
  g_autofree char *readme = project_folder ? read_file (project_folder, "README.md", error) : NULL;
  Stamp self = { .from = from, .into = into, .project = project };
  gboolean done;

  if (from == NULL || (project && readme == NULL))
    return FALSE;
  set_words (&self, kind, name);
  done = copy_example (&self, readme, error) && (!project || copy_project (&self, project_folder, error));
  clear_words (&self);
  return done;
}

static const char *
find_example (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].kind, kind) == 0)
      return kinds[i].folder;
  return NULL;
}

static gboolean
is_name (const char *name)
{
  return g_ascii_islower (name[0]) && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen (name) && strlen (name) <= 40;
}

char *
postern_cli_stamp (const char *asked, const char *name, const char *directory, GError **error)
{
  const char *kind = g_strcmp0 (asked, "social") == 0 ? "connector" : asked; /* what people call one that signs in by a provider */
  const char *example = find_example (kind);
  gboolean tree = directory == NULL && g_strcmp0 (kind, "connector") == 0 && g_file_test ("connectors/meson.build", G_FILE_TEST_EXISTS);
  g_autofree char *folder = g_build_filename (directory ? directory : tree ? "connectors" : ".", name, NULL);

  if (example == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "there is no kind “%s”; write social, messenger, factor or sink", asked);
  else if (!is_name (name))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "“%s” cannot be a plugin's name: use small letters and digits, a letter first", name);
  else if (g_mkdir (folder, 0755) != 0)
    g_set_error (error, POSTERN_ERROR, errno == EEXIST ? POSTERN_ERROR_CONFLICT : POSTERN_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
  else if (fill (kind, name, example, folder, !tree, error))
    return g_steal_pointer (&folder);
  else
    g_rmdir (folder); /* if nothing is in it yet */
  return NULL;
}
