/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-sink-file-log.h"

#define MARK ".instance" /* a link to nowhere that names the instance whose folder it is: it is made or not, never half */
#define TENANT_MAX 200   /* bytes */

struct _PosternSinkFile {
  PosternSink parent_instance;
  const char *folder; /* borrowed from the settings */
  char **events;
};

G_DEFINE_FINAL_TYPE (PosternSinkFile, postern_sink_file, POSTERN_TYPE_SINK)

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "folder %s", why);
  return FALSE;
}

/* --- the folder ----------------------------------------------------------------------------------------------------- */

/* Two instances that wrote to one file, each by events of its own and at its own pace, would each find there what it did not write. */
static gboolean
claim (PosternSinkFile *self, int folder, GError **error)
{
  const char *id = postern_instance_get_id (POSTERN_INSTANCE (self));
  char owner[256];
  gssize length;

  if (symlinkat (id, folder, MARK) != 0 && errno != EEXIST) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "folder cannot be written: %s; let the server's user write there", g_strerror (errno));
    return FALSE;
  }
  length = readlinkat (folder, MARK, owner, sizeof owner);
  if (length == (gssize) strlen (id) && memcmp (owner, id, (gsize) length) == 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "folder is the instance %.*s's; name another one, or, if that is gone, remove the link " MARK " there",
               (int) MAX (length, 0), owner);
  return FALSE;
}

static gboolean
check (PosternSinkFile *self, int folder, GError **error)
{
  struct stat st;

  if (fstat (folder, &st) != 0 || (st.st_uid != 0 && st.st_uid != geteuid ()) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse (error, "is not of root or the server's user, or others may write there; correct its owner and mode");
  return claim (self, folder, error);
}

/* Returns: a descriptor, -1 with @error */
static int
open_folder (PosternSinkFile *self, GError **error)
{
  int folder = open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);

  if (folder < 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "folder cannot be opened: %s; make it, or name another one", g_strerror (errno));
    return -1;
  }
  if (check (self, folder, error))
    return folder;
  close (folder);
  return -1;
}

static gboolean
postern_sink_file_configure (PosternInstance *instance, GError **error)
{
  PosternSinkFile *self = POSTERN_SINK_FILE (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  int folder;

  self->folder = postern_settings_get_string (settings, "folder");
  if (!self->folder || !g_path_is_absolute (self->folder))
    return refuse (error, "is no absolute path; write one");
  self->events = postern_event_dup_patterns (settings, "events", error);
  folder = self->events ? open_folder (self, error) : -1;
  if (folder >= 0)
    close (folder);
  return folder >= 0;
}

/* --- a batch -------------------------------------------------------------------------------------------------------- */

/* (transfer container) (element-type PosternEvent): those of @events that are wanted */
static GPtrArray *
choose (PosternSinkFile *self, GPtrArray *events)
{
  GPtrArray *wanted = g_ptr_array_new ();

  for (guint i = 0; i < events->len; i++)
    if (postern_event_is_one_of (events->pdata[i], (const char *const *) self->events))
      g_ptr_array_add (wanted, events->pdata[i]);
  return wanted;
}

static gint64
get_number (PosternEvent *event)
{
  return postern_json_get_int64 (postern_event_get_data (event), "number", -1);
}

/* FALSE with @error */
static gboolean
add_line (GString *lines, PosternEvent *event, const PosternSinkFileLog *log, GError **error)
{
  const char *id = postern_json_get_string (postern_event_get_data (event), "id");
  g_autofree char *text = NULL;
  GError *failure = NULL;

  if (get_number (event) < 0 || id == NULL) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s has no number, or no id", postern_event_get_name (event));
    return FALSE;
  }
  if (postern_sink_file_log_lacks (log, get_number (event), id, &failure)) {
    text = postern_event_print (event);
    g_string_append (lines, text);
    g_string_append_c (lines, '\n');
  }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
write_batch (int folder, const char *name, GPtrArray *wanted, GError **error)
{
  g_auto (PosternSinkFileLog) log = POSTERN_SINK_FILE_LOG_INIT;
  g_autoptr (GString) lines = g_string_new (NULL);

  if (!postern_sink_file_log_open (&log, folder, name, get_number (wanted->pdata[0]), error))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    if (!add_line (lines, wanted->pdata[i], &log, error))
      return FALSE;
  return postern_sink_file_log_append (&log, lines, error);
}

/* A slug is none of these; whoever calls otherwise gets nowhere else. */
static gboolean
check_tenant (const char *tenant, GError **error)
{
  gsize length = strlen (tenant);

  if (length > 0 && length <= TENANT_MAX && *tenant != '.' && !strchr (tenant, '/'))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the tenant “%.40s” can be no file's name", tenant);
  return FALSE;
}

static gboolean
postern_sink_file_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  PosternSinkFile *self = POSTERN_SINK_FILE (sink);
  g_autofree char *name = g_strconcat (tenant, ".jsonl", NULL);
  g_autoptr (GPtrArray) wanted = choose (self, events);
  gboolean done;
  int folder;

  if (wanted->len == 0)
    return TRUE;
  if (!check_tenant (tenant, error) || g_cancellable_set_error_if_cancelled (cancellable, error) || (folder = open_folder (self, error)) < 0)
    return FALSE;
  done = write_batch (folder, name, wanted, error);
  close (folder);
  if (!done)
    g_prefix_error (error, "%s/%s: ", self->folder, name);
  return done;
}

static void
postern_sink_file_finalize (GObject *object)
{
  g_strfreev (POSTERN_SINK_FILE (object)->events);
  G_OBJECT_CLASS (postern_sink_file_parent_class)->finalize (object);
}

static void
postern_sink_file_class_init (PosternSinkFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_sink_file_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_sink_file_configure;
  POSTERN_SINK_CLASS (klass)->deliver = postern_sink_file_deliver;
}

static void
postern_sink_file_init (PosternSinkFile *self)
{
}
