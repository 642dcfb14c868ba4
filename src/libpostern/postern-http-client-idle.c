/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client-idle.h"

#define MOST 128 /* of the whole process: each is a descriptor here and there */
#define LIFE (60 * G_TIME_SPAN_SECOND)

typedef struct {
  char *origin;
  GIOStream *stream;
  gint64 made_at, used_at; /* monotonic */
} Kept;

struct _PosternHttpClientIdle {
  GMainContext *context;
  guint milliseconds;
  GMutex mutex;
  GQueue kept;    /* of Kept; the one that was used last in front */
  GSource *sweep; /* (nullable): while there are any */
};

static void
kept_free (gpointer data)
{
  Kept *self = data;

  g_object_unref (self->stream); /* closes it */
  g_free (self->origin);
  g_free (self);
}

PosternHttpClientIdle *
postern_http_client_idle_new (GMainContext *context, guint milliseconds)
{
  PosternHttpClientIdle *self = g_new0 (PosternHttpClientIdle, 1);

  self->context = g_main_context_ref (context);
  self->milliseconds = milliseconds;
  g_mutex_init (&self->mutex);
  g_queue_init (&self->kept);
  return self;
}

void
postern_http_client_idle_free (PosternHttpClientIdle *self)
{
  if (self->sweep) {
    g_source_destroy (self->sweep);
    g_source_unref (self->sweep);
  }
  g_queue_clear_full (&self->kept, kept_free);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* --- those that are over ---------------------------------------------------------------------------------------------- */

static gboolean
is_over (PosternHttpClientIdle *self, const Kept *kept, gint64 now)
{
  return now - kept->used_at >= self->milliseconds * G_TIME_SPAN_MILLISECOND || now - kept->made_at >= LIFE;
}

/* With the mutex. (transfer full): closing one may write, which is not done while others wait */
static GQueue *
steal_over (PosternHttpClientIdle *self)
{
  GQueue *over = g_queue_new ();
  gint64 now = g_get_monotonic_time ();
  GList *before;

  for (GList *link = self->kept.tail; link; link = before) {
    before = link->prev;
    if (self->kept.length <= MOST && !is_over (self, link->data, now))
      continue;
    g_queue_unlink (&self->kept, link);
    g_queue_push_head_link (over, link);
  }
  return over;
}

static gboolean
on_sweep (gpointer data)
{
  PosternHttpClientIdle *self = data;
  GQueue *over;
  gboolean more;

  g_mutex_lock (&self->mutex);
  over = steal_over (self);
  more = self->kept.length > 0;
  if (!more)
    g_clear_pointer (&self->sweep, g_source_unref);
  g_mutex_unlock (&self->mutex);
  g_queue_free_full (over, kept_free);
  return more;
}

/* With the mutex. */
static void
ensure_sweep (PosternHttpClientIdle *self)
{
  if (self->sweep)
    return;
  self->sweep = g_timeout_source_new (MAX (self->milliseconds / 4, 1));
  g_source_set_callback (self->sweep, on_sweep, self, NULL);
  g_source_attach (self->sweep, self->context);
}

/* --- use -------------------------------------------------------------------------------------------------------------- */

/* An end, or an answer that nobody asked for, is something to be read. Neither is what the next question may meet. */
static gboolean
is_quiet (GIOStream *stream)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);

  return G_IS_POLLABLE_INPUT_STREAM (input) && !g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (input));
}

static Kept *
steal_of (PosternHttpClientIdle *self, const char *origin)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (GList *link = self->kept.head; link; link = link->next) {
    Kept *kept = link->data;

    if (!g_str_equal (kept->origin, origin) || is_over (self, kept, g_get_monotonic_time ()))
      continue;
    g_queue_delete_link (&self->kept, link);
    return kept;
  }
  return NULL;
}

GIOStream *
postern_http_client_idle_take (PosternHttpClientIdle *self, const char *origin, gint64 *made_at)
{
  Kept *kept;

  while ((kept = steal_of (self, origin)) != NULL) {
    g_autoptr (GIOStream) stream = g_object_ref (kept->stream);

    *made_at = kept->made_at;
    kept_free (kept);
    if (is_quiet (stream))
      return g_steal_pointer (&stream);
  }
  return NULL;
}

void
postern_http_client_idle_put (PosternHttpClientIdle *self, const char *origin, GIOStream *stream, gint64 made_at)
{
  Kept *kept = g_new0 (Kept, 1);
  GQueue *over;

  *kept = (Kept) { g_strdup (origin), stream, made_at, g_get_monotonic_time () };
  g_mutex_lock (&self->mutex);
  g_queue_push_head (&self->kept, kept);
  over = steal_over (self);
  if (self->kept.length > 0)
    ensure_sweep (self);
  g_mutex_unlock (&self->mutex);
  g_queue_free_full (over, kept_free);
}
