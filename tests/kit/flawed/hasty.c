/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that, with -DFLAW_ASKS, asks its provider on the thread where something happened, while a person waits there; with -DFLAW_STAYS,
 * nobody can disconnect from the hub. */
#include <postern.h>

typedef struct {
  PosternSink parent_instance;
} Hasty;

typedef struct {
  PosternSinkClass parent_class;
} HastyClass;

GType hasty_get_type (void);
G_MODULE_EXPORT GType postern_plugin_query_type (void);
G_DEFINE_TYPE (Hasty, hasty, POSTERN_TYPE_SINK)

static void
hear (PosternHub *hub, PosternEvent *event, Hasty *self)
{
#ifdef FLAW_ASKS
  const char *url = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (self)), "url");
  g_autoptr (GBytes) answer = postern_http_client_send (postern_http_client_get_default (), "POST", url, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);
#endif
}

static void
hasty_attach (PosternSink *sink, PosternHub *hub)
{
#ifdef FLAW_STAYS
  g_signal_connect (hub, "event", G_CALLBACK (hear), NULL);
#else
  g_signal_connect_object (hub, "event", G_CALLBACK (hear), sink, 0);
#endif
}

static void
hasty_class_init (HastyClass *klass)
{
  POSTERN_SINK_CLASS (klass)->attach = hasty_attach;
}

static void
hasty_init (Hasty *self)
{
}

GType
postern_plugin_query_type (void)
{
  return hasty_get_type ();
}
