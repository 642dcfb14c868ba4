/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-connector.h"

#include "postern-error.h"

#define CALLS_IN_FLIGHT 8 /* half of the default handler threads */
#define ALL_CALLS 12      /* of all connectors: several that hang at once leave threads to others, too */
#define FAILURES 5        /* in a row, until nobody is sent there for a while */
#define HANG 5            /* seconds that a call may take while nobody comes back; then it counts as that many failures */
#define PAUSE 30          /* seconds; then one call tries, and its end decides */
#define ORIGINS 8

/* Times are seconds since 1970. */
typedef struct {
  gint64 begun[CALLS_IN_FLIGHT]; /* of each call under way; 0: a free place */
  guint failures;
  gint64 good_at;                /* when a call last ended well */
  gint64 closed_until;
  GPtrArray *origins;
} Memory;

/* One lock for all: it is held for a few instructions. */
static GMutex lock;
static guint all_calls;

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

static gboolean
is_hanging (Memory *memory, gint64 begun, gint64 now)
{
  return begun && now - begun >= HANG && memory->good_at <= begun;
}

/* Whoever waits for long, while nobody comes back, is enough: others need not wait until it fails. */
static gboolean
is_closed (Memory *memory, gint64 now)
{
  for (guint i = 0; i < CALLS_IN_FLIGHT; i++) {
    if (!is_hanging (memory, memory->begun[i], now))
      continue;
    if (memory->failures < FAILURES)
      memory->closed_until = now + PAUSE;
    memory->failures = MAX (memory->failures, FAILURES);
    return TRUE;
  }
  return memory->failures >= FAILURES && now < memory->closed_until;
}

static gboolean
find_place (Memory *memory, guint *place)
{
  for (*place = 0; *place < CALLS_IN_FLIGHT; (*place)++)
    if (memory->begun[*place] == 0)
      return all_calls < ALL_CALLS;
  return FALSE;
}

gboolean
postern_flow_connector_enter (PosternInstance *instance, gint64 now, guint *place, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Memory *memory = memory_of (instance);
  gboolean closed = is_closed (memory, now);

  if (closed || !find_place (memory, place)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "Connector \"%s\" %s",
                 postern_instance_get_id (instance), closed ? "rests, because it did not answer" : "has too many calls under way");
    return FALSE;
  }
  memory->begun[*place] = now;
  all_calls++;
  if (memory->failures >= FAILURES)
    memory->closed_until = now + PAUSE; /* this call tries; the others wait for how it ends */
  return TRUE;
}

void
postern_flow_connector_leave (PosternInstance *instance, guint place, PosternFlowConnectorEnd end, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Memory *memory = memory_of (instance);
  gboolean hung = is_hanging (memory, memory->begun[place], now);

  memory->begun[place] = 0;
  all_calls--;
  if (end == POSTERN_FLOW_CONNECTOR_GOOD) {
    memory->failures = 0;
    memory->good_at = now;
  } else if (hung) {
    memory->failures = MAX (memory->failures + 1, FAILURES);
  } else if (end == POSTERN_FLOW_CONNECTOR_FAILED) {
    memory->failures++;
  } else {
    return;
  }
  if (memory->failures >= FAILURES)
    memory->closed_until = now + PAUSE;
}

guint
postern_flow_connector_get_pause (PosternInstance *instance, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  Memory *memory = memory_of (instance);

  return is_closed (memory, now) ? (guint) MAX (1, memory->closed_until - now) : 0;
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
