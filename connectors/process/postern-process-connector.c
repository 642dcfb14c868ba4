/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-connector.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-process-program.h"
#include "postern-process-wire.h"

struct _PosternProcessConnector {
  PosternConnector parent_instance;
  PosternProcessProgram *program;
  guint seconds;
};

G_DEFINE_FINAL_TYPE (PosternProcessConnector, postern_process_connector, POSTERN_TYPE_CONNECTOR)

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

/* The program is started at the first question: whoever configures must not wait for it. */
static gboolean
postern_process_connector_configure (PosternInstance *instance, GError **error)
{
  PosternProcessConnector *self = POSTERN_PROCESS_CONNECTOR (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  g_auto (GStrv) argv = NULL, options = postern_settings_dup_strv (settings, "options"), readable = postern_settings_dup_strv (settings, "readable");
  g_autofree char *hello = NULL;
  PosternProcessConfine *confine;
  gint64 seconds, calls, memory;

  if (!check_program (postern_settings_get_string (settings, "program"), error) || !read_number (settings, "timeout", 1, 60, 10, &seconds, error) ||
      !read_number (settings, "calls", 1, 256, 16, &calls, error) || !read_number (settings, "memory", 64, 65536, 512, &memory, error))
    return FALSE;
  argv = make_argv (settings);
  hello = postern_process_wire_hello (postern_instance_get_id (instance), (const char *const *) options, postern_settings_get_string (settings, "secret"));
  self->seconds = (guint) seconds;
  confine = postern_process_confine_new ((const char *const *) argv, (const char *const *) readable, (guint64) memory << 20);
  if (!postern_process_confine_hides_files (confine))
    g_message ("%s: there is no Landlock here, so the program can read every file that the server can", postern_instance_get_id (instance));
  self->program = postern_process_program_new (postern_instance_get_id (instance), confine, hello, (guint) calls, self->seconds);
  explicit_bzero (hello, strlen (hello));
  return TRUE;
}

static gboolean
postern_process_connector_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternProcessConnector *self = POSTERN_PROCESS_CONNECTOR (authenticator);
  gint64 id = postern_process_program_next_id (self->program);
  GError *error = NULL;
  g_autoptr (GVariant) answer = postern_process_program_ask (self->program, id, postern_process_wire_question (step, id, self->seconds),
                                                             postern_step_get_cancellable (step), &error);

  if (answer)
    postern_process_wire_answer (step, answer);
  else
    postern_step_return_error (step, error);
  return TRUE;
}

static void
postern_process_connector_finalize (GObject *object)
{
  postern_process_program_free (POSTERN_PROCESS_CONNECTOR (object)->program);
  G_OBJECT_CLASS (postern_process_connector_parent_class)->finalize (object);
}

static void
postern_process_connector_class_init (PosternProcessConnectorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_process_connector_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_process_connector_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_process_connector_handle_step;
}

static void
postern_process_connector_init (PosternProcessConnector *self)
{
}
