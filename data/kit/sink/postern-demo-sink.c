/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-sink.h"

#include <string.h>

/* Configured once, then asked from many threads at a time: what is read in configure() never changes. */
struct _PosternDemoSink {
  PosternSink parent_instance;
  const char *url; /* borrowed from the settings, which live as long as the instance */
  char *authorization, **events;
};

G_DEFINE_FINAL_TYPE (PosternDemoSink, postern_demo_sink, POSTERN_TYPE_SINK)

/* A token with a line break in it would become a header of its own. */
static gboolean
postern_demo_sink_configure (PosternInstance *instance, GError **error)
{
  PosternDemoSink *self = POSTERN_DEMO_SINK (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *token = postern_settings_get_string (settings, "token");

  self->url = postern_settings_get_string (settings, "url");
  if (!self->url)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "url is missing; write where the collector takes lines");
  else if (!token || !*token || strpbrk (token, "\r\n"))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "token is empty or has more than one line; copy it from the collector's page");
  else if ((self->events = postern_event_dup_patterns (settings, "events", error)))
    self->authorization = g_strconcat ("Bearer ", token, NULL);
  return self->authorization != NULL;
}

static GString *
print_lines (PosternDemoSink *self, GPtrArray *events)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++) {
    g_autofree char *text = postern_event_print (events->pdata[i]);
    if (postern_event_is_one_of (events->pdata[i], (const char *const *) self->events))
      g_string_append_printf (lines, "%s\n", text);
  }
  return lines;
}

/*
 * On a thread where nobody waits. TRUE only when they are kept on the other side: they never come again then. After FALSE all come again, those
 * that arrived, too; the collector tells by `id`, or by `number`, which goes up.
 */
static gboolean
postern_demo_sink_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  PosternDemoSink *self = POSTERN_DEMO_SINK (sink);
  g_autoptr (GVariant) headers = g_variant_ref_sink (g_variant_new_parsed ("{'authorization': %s, 'x-tenant': %s}", self->authorization, tenant));
  g_autoptr (GBytes) body = g_string_free_to_bytes (print_lines (self, events)), answer = NULL;
  guint status = 0;

  if (g_bytes_get_size (body) == 0)
    return TRUE;
  answer = postern_http_client_send_repeatable (postern_http_client_get_default (), self->url, headers, "application/x-ndjson", body, 0, &status, NULL, cancellable,
                                                error);
  if (answer && (status < 200 || status >= 300))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "the collector answered with status %u", status);
  return answer && status >= 200 && status < 300;
}

static void
postern_demo_sink_finalize (GObject *object)
{
  PosternDemoSink *self = POSTERN_DEMO_SINK (object);

  g_free (self->authorization);
  g_strfreev (self->events);
  G_OBJECT_CLASS (postern_demo_sink_parent_class)->finalize (object);
}

static void
postern_demo_sink_class_init (PosternDemoSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_demo_sink_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_demo_sink_configure;
  POSTERN_SINK_CLASS (klass)->deliver = postern_demo_sink_deliver;
}

static void
postern_demo_sink_init (PosternDemoSink *self)
{
}
