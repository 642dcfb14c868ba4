/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-visits.h"

#include "postern-store.h"

#define MOST 256     /* visits kept; the oldest goes first */
#define LIFETIME 900 /* seconds */

struct _PosternDemoVisits {
  GMutex lock;
  GHashTable *visits; /* (element-type utf8 PosternDemoVisit) */
};

void
postern_demo_visits_free_one (PosternDemoVisit *visit)
{
  g_free (visit->id_token);
  g_free (visit->access_token);
  g_free (visit->userinfo);
  g_free (visit);
}

PosternDemoVisits *
postern_demo_visits_new (void)
{
  PosternDemoVisits *self = g_new0 (PosternDemoVisits, 1);

  g_mutex_init (&self->lock);
  self->visits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) postern_demo_visits_free_one);
  return self;
}

void
postern_demo_visits_free (PosternDemoVisits *self)
{
  g_hash_table_unref (self->visits);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock held. */
static void
make_room (PosternDemoVisits *self, gint64 now)
{
  GHashTableIter iter;
  gpointer key, value;
  const char *oldest = NULL;
  gint64 until = G_MAXINT64;

  g_hash_table_iter_init (&iter, self->visits);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    PosternDemoVisit *visit = value;

    if (visit->until <= now) {
      g_hash_table_iter_remove (&iter);
    } else if (visit->until < until) {
      until = visit->until;
      oldest = key;
    }
  }
  if (oldest && g_hash_table_size (self->visits) >= MOST)
    g_hash_table_remove (self->visits, oldest);
}

char *
postern_demo_visits_add (PosternDemoVisits *self, PosternDemoVisit *visit, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  char *handle = postern_secret_new ();

  make_room (self, now);
  visit->until = now + LIFETIME;
  g_hash_table_replace (self->visits, g_strdup (handle), visit);
  return handle;
}

PosternDemoVisit *
postern_demo_visits_take (PosternDemoVisits *self, const char *handle, gint64 now)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autofree char *key = NULL;
  PosternDemoVisit *visit = NULL;

  if (!g_hash_table_steal_extended (self->visits, handle, (gpointer *) &key, (gpointer *) &visit))
    return NULL;
  if (now < visit->until)
    return visit;
  postern_demo_visits_free_one (visit);
  return NULL;
}

void
postern_demo_visits_put (PosternDemoVisits *self, const char *handle, PosternDemoVisit *visit)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_hash_table_replace (self->visits, g_strdup (handle), visit);
}
