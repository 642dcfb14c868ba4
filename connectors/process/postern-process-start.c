/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-start.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-process-wire.h"

static gboolean
refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, text);
  return FALSE;
}

/* It runs as we do: who can write it, or put another in its place, is us. */
static gboolean
check_owner (const char *path, GError **error)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return refuse (error, "program: %s is not there; correct the path", path);
  if ((info.st_uid != 0 && info.st_uid != geteuid ()) || (info.st_mode & (S_IWGRP | S_IWOTH)))
    return refuse (error, "program: others can write %s; run: chown root %s; chmod go-w %s", path, path, path);
  return TRUE;
}

static gboolean
check_program (const char *path, GError **error)
{
  g_autofree char *real = path ? realpath (path, NULL) : NULL; /* a link's own folder and what it leads to */
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL, *real_folder = real ? g_path_get_dirname (real) : NULL;

  if (!path || !g_path_is_absolute (path))
    return refuse (error, "program is no absolute path; write one");
  if (!check_owner (path, error) || !check_owner (folder, error) || (real_folder && !check_owner (real_folder, error)))
    return FALSE;
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || access (path, X_OK) != 0)
    return refuse (error, "program: %s cannot be run; run: chmod a+x %s", path, path);
  return TRUE;
}

static gboolean
read_number (PosternSettings *settings, const char *name, gint64 least, gint64 most, gint64 fallback, gint64 *number, GError **error)
{
  *number = postern_settings_get_string (settings, name) ? postern_settings_get_int64 (settings, name) : fallback;
  if (*number >= least && *number <= most)
    return TRUE;
  return refuse (error, "%s is not between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT "; write a number that is", name, least, most);
}

static char **
make_argv (PosternSettings *settings)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) arguments = postern_settings_dup_strv (settings, "arguments");

  g_strv_builder_add (argv, postern_settings_get_string (settings, "program"));
  if (arguments)
    g_strv_builder_addv (argv, (const char **) arguments);
  return g_strv_builder_end (argv);
}

PosternProcessProgram *
postern_process_start (PosternInstance *instance, guint *seconds, GError **error)
{
  PosternSettings *settings = postern_instance_get_settings (instance);
  g_auto (GStrv) argv = NULL, options = postern_settings_dup_strv (settings, "options"), readable = postern_settings_dup_strv (settings, "readable");
  g_autofree char *hello = NULL;
  PosternProcessConfine *confine;
  PosternProcessProgram *program;
  gint64 timeout, calls, memory;

  if (!check_program (postern_settings_get_string (settings, "program"), error) || !read_number (settings, "timeout", 1, 60, 10, &timeout, error) ||
      !read_number (settings, "calls", 1, 256, 16, &calls, error) || !read_number (settings, "memory", 64, 65536, 512, &memory, error))
    return NULL;
  argv = make_argv (settings);
  hello = postern_process_wire_hello (postern_instance_get_id (instance), (const char *const *) options, postern_settings_get_string (settings, "secret"));
  *seconds = (guint) timeout;
  confine = postern_process_confine_new ((const char *const *) argv, (const char *const *) readable, (guint64) memory << 20);
  if (!postern_process_confine_hides_files (confine))
    g_message ("%s: there is no Landlock here, so the program can read every file that the server can", postern_instance_get_id (instance));
  program = postern_process_program_new (postern_instance_get_id (instance), confine, hello, (guint) calls, *seconds);
  explicit_bzero (hello, strlen (hello));
  return program;
}
