/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-syslog.h"

#include <string.h>

#include "postern-sink-syslog-message.h"
#include "postern-sink-syslog-wire.h"

struct _PosternSinkSyslog {
  PosternSink parent_instance;
  PosternSinkSyslogPeer peer;
  char **events;
};

G_DEFINE_FINAL_TYPE (PosternSinkSyslog, postern_sink_syslog, POSTERN_TYPE_SINK)

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, what);
  return FALSE;
}

/* FALSE: @setting names a file that cannot be read as what it should be, which @failure (transfer full) says */
static gboolean
check_read (const char *setting, GError *failure, GError **error)
{
  if (failure == NULL)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s cannot be read: %s; name a PEM file", setting, failure->message);
  g_error_free (failure);
  return FALSE;
}

static gboolean
read_files (PosternSinkSyslog *self, PosternSettings *settings, GError **error)
{
  const char *authorities = postern_settings_get_string (settings, "ca-bundle"), *certificate = postern_settings_get_string (settings, "certificate");
  GError *failure = NULL;

  if (!authorities || !*authorities)
    return refuse (error, "ca-bundle is missing; name a PEM file");
  self->peer.authorities = g_tls_file_database_new (authorities, &failure);
  if (!check_read ("ca-bundle", failure, error))
    return FALSE;
  if (certificate && *certificate)
    self->peer.certificate = g_tls_certificate_new_from_file (certificate, &failure);
  return check_read ("certificate", failure, error);
}

static gboolean
is_host (const char *text)
{
  if (!text || !*text || strlen (text) > 253 || !g_str_is_ascii (text))
    return FALSE;
  return g_hostname_is_ip_address (text) || !strpbrk (text, "/@?#[]%: \t\r\n");
}

static gboolean
postern_sink_syslog_configure (PosternInstance *instance, GError **error)
{
  PosternSinkSyslog *self = POSTERN_SINK_SYSLOG (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  gint64 port = postern_settings_get_string (settings, "port") ? postern_settings_get_int64 (settings, "port") : 6514;

  self->peer.host = postern_settings_get_string (settings, "host");
  if (!is_host (self->peer.host))
    return refuse (error, "host is not the name or the address of a server; write only that, such as logs.example.com");
  if (port < 1 || port > G_MAXUINT16)
    return refuse (error, "port is not between 1 and 65535; 6514 is the usual one");
  self->peer.port = (guint16) port;
  self->events = postern_event_dup_patterns (settings, "events", error);
  return self->events && read_files (self, settings, error);
}

static gboolean
postern_sink_syslog_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  PosternSinkSyslog *self = POSTERN_SINK_SYSLOG (sink);
  g_autoptr (GString) frames = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    if (postern_event_is_one_of (events->pdata[i], (const char *const *) self->events))
      postern_sink_syslog_message_append (frames, g_get_host_name (), tenant, events->pdata[i]);
  return frames->len == 0 || postern_sink_syslog_wire_send (&self->peer, frames, cancellable, error);
}

static void
postern_sink_syslog_finalize (GObject *object)
{
  PosternSinkSyslog *self = POSTERN_SINK_SYSLOG (object);

  g_clear_object (&self->peer.authorities);
  g_clear_object (&self->peer.certificate);
  g_strfreev (self->events);
  G_OBJECT_CLASS (postern_sink_syslog_parent_class)->finalize (object);
}

static void
postern_sink_syslog_class_init (PosternSinkSyslogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_sink_syslog_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_sink_syslog_configure;
  POSTERN_SINK_CLASS (klass)->deliver = postern_sink_syslog_deliver;
}

static void
postern_sink_syslog_init (PosternSinkSyslog *self)
{
}
