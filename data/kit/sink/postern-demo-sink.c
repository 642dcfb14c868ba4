/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Configured once, then told from many threads at a time: what is read in configure() never changes. */
struct _PosternDemoSink {
  PosternSink parent_instance;
  const char *events; /* borrowed from the settings, which live as long as the instance */
  int fd;
};

G_DEFINE_FINAL_TYPE (PosternDemoSink, postern_demo_sink, POSTERN_TYPE_SINK)

static gboolean
postern_demo_sink_configure (PosternInstance *instance, GError **error)
{
  PosternDemoSink *self = POSTERN_DEMO_SINK (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *file = postern_settings_get_string (settings, "file");

  self->events = postern_settings_get_string (settings, "events");
  self->fd = file ? open (file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600) : -1;
  if (self->fd >= 0)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "file cannot be written: %s; correct the path, or let the server's user write there", g_strerror (errno));
  return FALSE;
}

/* On the thread where it happened, while a person waits: be quick. One write a line, so that threads do not cut each other's. */
static void
tell (PosternHub *hub, PosternEvent *event, PosternDemoSink *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *text = NULL, *line = NULL;

  if (self->events && !g_str_has_prefix (postern_event_get_name (event), self->events))
    return;
  postern_json_object_add_string (&object, "event", postern_event_get_name (event));
  postern_json_object_add_int64 (&object, "time", postern_event_get_time (event) / G_USEC_PER_SEC);
  postern_json_object_add (&object, "data", postern_event_get_data (event));
  text = postern_json_print (postern_json_object_end (&object));
  line = g_strconcat (text, "\n", NULL);
  if (write (self->fd, line, strlen (line)) < 0)
    g_warning ("%s: %s", postern_instance_get_id (POSTERN_INSTANCE (self)), g_strerror (errno));
}

static void
postern_demo_sink_attach (PosternSink *sink, PosternHub *hub)
{
  g_signal_connect_object (hub, "event", G_CALLBACK (tell), sink, 0);
}

static void
postern_demo_sink_finalize (GObject *object)
{
  PosternDemoSink *self = POSTERN_DEMO_SINK (object);

  if (self->fd >= 0)
    close (self->fd);
  G_OBJECT_CLASS (postern_demo_sink_parent_class)->finalize (object);
}

static void
postern_demo_sink_class_init (PosternDemoSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_demo_sink_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_demo_sink_configure;
  POSTERN_SINK_CLASS (klass)->attach = postern_demo_sink_attach;
}

static void
postern_demo_sink_init (PosternDemoSink *self)
{
  self->fd = -1;
}
