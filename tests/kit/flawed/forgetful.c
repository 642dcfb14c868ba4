/* SPDX-License-Identifier: Apache-2.0 */
/* A sink of the audit log that breaks the contract in one way a build, by -DFLAW_…; -DFLAW_COUNTS keeps it. */
#include <postern.h>
#include <string.h>

typedef struct {
  PosternSink parent_instance;
  GMutex lock;
  gint64 n, bytes, last;
} Forgetful;

typedef struct {
  PosternSinkClass parent_class;
} ForgetfulClass;

GType forgetful_get_type (void);
G_MODULE_EXPORT GType postern_plugin_query_type (void);
G_DEFINE_TYPE (Forgetful, forgetful, POSTERN_TYPE_SINK)

static gboolean
count (Forgetful *self, PosternEvent *event, GError **error)
{
  GVariant *data = postern_event_get_data (event);
  gint64 number = postern_json_get_int64 (data, "number", -1);
  const char *actor = postern_json_get_string (data, "actor");

#ifdef FLAW_BARE
  self->bytes += strlen (actor);
#else
  self->bytes += actor ? strlen (actor) : 0;
#endif
#ifdef FLAW_KEEPS
  g_object_ref (event);
#endif
#ifdef FLAW_AGAIN
  if (number <= self->last) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the entry %" G_GINT64_FORMAT " was counted already", number);
    return FALSE;
  }
#endif
  self->last = MAX (self->last, number);
  self->n++;
  return TRUE;
}

G_GNUC_UNUSED static gboolean
forgetful_deliver (PosternSink *sink, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  Forgetful *self = (Forgetful *) sink;
  gboolean good = TRUE;

#ifdef FLAW_WORDLESS
  return FALSE;
#endif
#ifdef FLAW_DEAF
  const char *url = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (self)), "url");
  g_autoptr (GBytes) answer = postern_http_client_send (postern_http_client_get_default (), "POST", url, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);
#endif
#ifdef FLAW_BOTH
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "nothing failed");
#endif
  g_mutex_lock (&self->lock);
  for (guint i = 0; good && i < events->len; i++)
    good = count (self, events->pdata[i], error);
  g_mutex_unlock (&self->lock);
  return good;
}

static void
forgetful_class_init (ForgetfulClass *klass)
{
#ifndef FLAW_IDLE
  POSTERN_SINK_CLASS (klass)->deliver = forgetful_deliver;
#endif
}

static void
forgetful_init (Forgetful *self)
{
  g_mutex_init (&self->lock);
  self->last = -1;
}

GType
postern_plugin_query_type (void)
{
  return forgetful_get_type ();
}
