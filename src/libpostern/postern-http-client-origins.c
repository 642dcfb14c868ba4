/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client-origins.h"

#define LOOK_EVERY (50 * G_TIME_SPAN_MILLISECOND) /* whether who waits has been cut short */

struct _PosternHttpClientOrigins {
  GMutex mutex;
  GCond left;
  GHashTable *calls; /* origin → number; none: no entry */
  guint most;
};

PosternHttpClientOrigins *
postern_http_client_origins_new (guint most)
{
  PosternHttpClientOrigins *self = g_new0 (PosternHttpClientOrigins, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->left);
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->most = most;
  return self;
}

void
postern_http_client_origins_free (PosternHttpClientOrigins *self)
{
  g_hash_table_unref (self->calls);
  g_cond_clear (&self->left);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* The mutex is held. */
static guint
count (PosternHttpClientOrigins *self, const char *origin)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->calls, origin));
}

static void
set (PosternHttpClientOrigins *self, const char *origin, guint calls)
{
  if (calls)
    g_hash_table_insert (self->calls, g_strdup (origin), GUINT_TO_POINTER (calls));
  else
    g_hash_table_remove (self->calls, origin);
}

gboolean
postern_http_client_origins_enter (PosternHttpClientOrigins *self, const char *origin, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!g_cancellable_set_error_if_cancelled (cancellable, error)) {
    guint calls = count (self, origin);
    if (calls < self->most) {
      set (self, origin, calls + 1);
      return TRUE;
    }
    g_cond_wait_until (&self->left, &self->mutex, g_get_monotonic_time () + LOOK_EVERY);
  }
  return FALSE;
}

void
postern_http_client_origins_leave (PosternHttpClientOrigins *self, const char *origin)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  set (self, origin, count (self, origin) - 1);
  g_cond_broadcast (&self->left);
}
