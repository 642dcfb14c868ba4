/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-stamp.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "postern-build.h"
#include "postern-error.h"

/* demo, Demo and DEMO and what stands for each */
typedef struct {
  char *words[3][2];
} Names;

static void
set_names (Names *names, const char *old, const char *new)
{
  const char *both[2] = { old, new };

  for (guint i = 0; i < 2; i++)
    {
      names->words[0][i] = g_strdup (both[i]);
      names->words[1][i] = g_strdup (both[i]);
      names->words[1][i][0] = g_ascii_toupper (both[i][0]);
      names->words[2][i] = g_ascii_strup (both[i], -1);
    }
}

static void
clear_names (Names *names)
{
  for (guint i = 0; i < 3; i++)
    for (guint j = 0; j < 2; j++)
      g_free (names->words[i][j]);
}

static char *
rename_all (const Names *names, const char *text)
{
  GString *out = g_string_new (text);

  for (guint i = 0; i < 3; i++)
    g_string_replace (out, names->words[i][0], names->words[i][1], 0);
  return g_string_free (out, FALSE);
}

static gboolean
copy_file (const Names *names, const char *from, const char *into, const char *name, GError **error)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *new_name = rename_all (names, name);
  g_autofree char *target = g_build_filename (into, new_name, NULL);
  g_autofree char *text = NULL, *new_text = NULL;
  gsize length;

  if (!g_file_test (source, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (!g_file_get_contents (source, &text, &length, error))
    return FALSE;
  if (strlen (text) != length) /* a picture: as it is */
    return g_file_set_contents (target, text, (gssize) length, error);
  new_text = rename_all (names, text);
  return g_file_set_contents_full (target, new_text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error);
}

static gboolean
copy_folder (const Names *names, const char *from, const char *into, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (from, 0, error);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (!copy_file (names, from, into, name, error))
      return FALSE;
  return folder != NULL;
}

/* Alone it cannot use the lists of our own tree; this builds it from the installed library. */
static gboolean
make_standalone (const char *name, const char *folder, GError **error)
{
  g_autofree char *file = g_build_filename (folder, "meson.build", NULL);
  g_autofree char *map = g_build_filename (folder, "postern-plugin.map", NULL);
  g_autofree char *text = g_strdup_printf (
      "project('postern-%s', 'c', default_options: ['c_std=gnu11', 'warning_level=2'])\n"
      "add_project_arguments('-Wno-unused-parameter', language: 'c') # GObject's own functions need not use all they get\n"
      "postern = dependency('postern-1')\n"
      "plugin_dir = postern.get_variable('plugindir')\n"
      "shared_module('%s', 'postern-%s-connector.c', 'postern-%s-connector-module.c',\n"
      "  name_prefix: '', dependencies: postern, install: true, install_dir: plugin_dir,\n"
      "  link_args: '-Wl,--version-script=' + meson.current_source_dir() / 'postern-plugin.map',\n"
      "  link_depends: 'postern-plugin.map',\n"
      ")\n"
      "configure_file(input: '%s.plugin.in', output: '%s.plugin', configuration: {'api': '%d'},\n"
      "  install: true, install_dir: plugin_dir, install_mode: 'rw-r--r--')\n"
      "install_data('connector-%s.html', install_dir: plugin_dir, install_mode: 'rw-r--r--')\n",
      name, name, name, name, name, name, 1, name);

  return g_file_set_contents_full (file, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error)
         && g_file_set_contents_full (map, "{\n  global: postern_plugin_query_type;\n  local: *;\n};\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, error);
}

static gboolean
is_name (const char *name)
{
  return g_ascii_islower (name[0]) && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen (name) && strlen (name) <= 40;
}

char *
postern_cli_stamp_connector (const char *name, const char *from, const char *into, GError **error)
{
  gboolean tree = g_file_test ("connectors/meson.build", G_FILE_TEST_EXISTS);
  const char *parent = into ? into : tree ? "connectors" : ".";
  const char *source = from ? from : g_file_test ("connectors/demo", G_FILE_TEST_IS_DIR) ? "connectors/demo" : POSTERN_DATA_DIR "/connectors/demo";
  g_autofree char *folder = g_build_filename (parent, name, NULL);
  g_autofree char *old = g_path_get_basename (source);
  Names names;
  gboolean done;

  if (!is_name (name))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "“%s” cannot be a connector's name: use small letters and digits, a letter first", name);
      return NULL;
    }
  if (g_mkdir (folder, 0755) != 0)
    {
      g_set_error (error, POSTERN_ERROR, errno == EEXIST ? POSTERN_ERROR_CONFLICT : POSTERN_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
      return NULL;
    }
  set_names (&names, old, name);
  done = copy_folder (&names, source, folder, error) && ((tree && into == NULL) || make_standalone (name, folder, error));
  clear_names (&names);
  if (!done)
    g_rmdir (folder);
  return done ? g_steal_pointer (&folder) : NULL;
}
