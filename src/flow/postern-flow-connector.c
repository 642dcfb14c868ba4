/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-connector.h"

#define ORIGINS 8

typedef struct {
  PosternFlowBreaker breaker;
  GPtrArray *origins;
} Memory;

/* One lock for all: it is held for a few instructions. */
static GMutex lock;

static void
memory_free (gpointer data)
{
  Memory *memory = data;

  g_ptr_array_unref (memory->origins);
  g_free (memory);
}

static void
add_origin (Memory *memory, const char *url)
{
  g_autofree char *origin = postern_flow_connector_dup_origin (url);

  if (origin && memory->origins->len < ORIGINS && !g_ptr_array_find_with_equal_func (memory->origins, origin, g_str_equal, NULL))
    g_ptr_array_add (memory->origins, g_steal_pointer (&origin));
}

/* With the lock held. What the settings say of the provider is known before anybody was sent there. */
static Memory *
memory_of (PosternInstance *instance)
{
  static const char *const names[] = { "issuer", "authorization_endpoint", "authorization-endpoint" };
  Memory *memory = g_object_get_data (G_OBJECT (instance), "postern-flow-connector");
  PosternSettings *settings = postern_instance_get_settings (instance);

  if (memory)
    return memory;
  memory = g_new0 (Memory, 1);
  memory->origins = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; settings && i < G_N_ELEMENTS (names); i++)
    add_origin (memory, postern_settings_get_string (settings, names[i]));
  g_object_set_data_full (G_OBJECT (instance), "postern-flow-connector", memory, memory_free);
  return memory;
}

/* It lives as long as the instance. */
static PosternFlowBreaker *
breaker_of (PosternInstance *instance)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return &memory_of (instance)->breaker;
}

gboolean
postern_flow_connector_enter (PosternInstance *instance, gint64 now, guint *place, GError **error)
{
  g_autofree char *what = g_strdup_printf ("Connector \"%s\"", postern_instance_get_id (instance));

  return postern_flow_breaker_enter (breaker_of (instance), what, now, place, error);
}

void
postern_flow_connector_leave (PosternInstance *instance, guint place, PosternFlowBreakerEnd end, gint64 now)
{
  postern_flow_breaker_leave (breaker_of (instance), place, end, now);
}

guint
postern_flow_connector_get_pause (PosternInstance *instance, gint64 now)
{
  return postern_flow_breaker_get_pause (breaker_of (instance), now);
}

char *
postern_flow_connector_dup_origin (const char *url)
{
  g_autoptr (GUri) uri = url ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *host = uri ? g_uri_get_host (uri) : NULL;
  gboolean numeric_v6 = host && strchr (host, ':') != NULL;
  g_autofree char *port = uri && g_uri_get_port (uri) > 0 ? g_strdup_printf (":%d", g_uri_get_port (uri)) : NULL;

  if (host == NULL || *host == '\0')
    return NULL;
  return g_strdup_printf ("%s://%s%s%s%s", g_uri_get_scheme (uri), numeric_v6 ? "[" : "", host, numeric_v6 ? "]" : "", port ? port : "");
}

gboolean
postern_flow_connector_learn (PosternInstance *instance, const char *url)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  g_autofree char *origin = postern_flow_connector_dup_origin (url);
  Memory *memory = memory_of (instance);

  if (origin && g_ptr_array_find_with_equal_func (memory->origins, origin, g_str_equal, NULL))
    return TRUE;
  add_origin (memory, url);
  return FALSE;
}

GPtrArray *
postern_flow_connector_dup_origins (PosternInstance *instance)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return g_ptr_array_copy (memory_of (instance)->origins, (GCopyFunc) (void (*) (void)) g_strdup, NULL);
}
