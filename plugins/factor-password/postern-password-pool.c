/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-pool.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "postern-baton-private.h"
#include "postern-error.h"
#include "postern-password-memory.h"

#define LOOK_EVERY (100 * G_TIME_SPAN_MILLISECOND) /* how long a client that left may still hold its place */
#define KEEP_ARENA (30 * G_TIME_SPAN_SECOND)       /* without work; then the memory is the system's again */

/* Lives on the stack of who asked for it: he leaves when it is done, or has not begun. */
typedef struct {
  PosternPasswordWork work;
  gpointer data;
  guint64 memory;
  PosternBaton done;
} Job;

struct _PosternPasswordPool {
  GMutex lock;
  GCond work;
  guint64 limit, used; /* KiB */
  guint cores, running, queue;
  gsize arena;     /* bytes */
  GQueue waiting;  /* (element-type Job): for room */
  GQueue ready;    /* (element-type Job): have room, counted as running; for a thread */
  GPtrArray *threads;
  guint idle;      /* threads that wait for work */
  gboolean ending;
};

PosternPasswordPool *
postern_password_pool_new (guint64 limit, guint cores, guint queue, guint32 arena)
{
  PosternPasswordPool *self = g_new0 (PosternPasswordPool, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->work);
  self->limit = limit;
  self->cores = MAX (1, cores);
  self->queue = queue;
  self->arena = (gsize) arena * 1024;
  self->threads = g_ptr_array_new ();
  return self;
}

void
postern_password_pool_free (PosternPasswordPool *self)
{
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_broadcast (&self->work);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->work);
  g_free (self);
}

guint64
postern_password_pool_get_limit (PosternPasswordPool *self)
{
  return self->limit;
}

/* --- its threads ----------------------------------------------------------------------------------------------------- */

/* On Linux both are a thread's own (a thread is what 0 names), not the process's as POSIX has it. Threads that Argon2 starts for its lanes
 * inherit them. A system that forbids it hashes all the same. */
static void
step_back (void)
{
  const struct sched_param none = { 0 };

  if (sched_setscheduler (0, SCHED_BATCH, &none) != 0)
    g_debug ("Hashes run as urgently as the rest: %s", g_strerror (errno));
  errno = 0;
  if (setpriority (PRIO_PROCESS, 0, getpriority (PRIO_PROCESS, 0) + POSTERN_PASSWORD_POOL_NICE) != 0)
    g_debug ("Hashes run at the same priority as the rest: %s", g_strerror (errno));
}

/* The lock is held. (nullable): the pool ends */
static Job *
next_job (PosternPasswordPool *self)
{
  gint64 end = g_get_monotonic_time () + KEEP_ARENA;
  gboolean kept = TRUE;

  self->idle++;
  while (!self->ending && self->ready.length == 0) {
    if (!kept) {
      g_cond_wait (&self->work, &self->lock);
    } else if (!g_cond_wait_until (&self->work, &self->lock, end)) {
      postern_password_memory_release ();
      kept = FALSE;
    }
  }
  self->idle--;
  return g_queue_pop_head (&self->ready);
}

static gboolean
has_room (PosternPasswordPool *self, guint64 memory)
{
  return self->running < self->cores && (self->running == 0 || self->used + memory <= self->limit);
}

/* The lock is held. Nobody overtakes, or a large hash would wait for ever. */
static void
admit (PosternPasswordPool *self)
{
  Job *job;

  while ((job = g_queue_peek_head (&self->waiting)) && has_room (self, job->memory)) {
    g_queue_push_tail (&self->ready, g_queue_pop_head (&self->waiting));
    self->used += job->memory;
    self->running++;
    g_cond_signal (&self->work);
  }
}

static gpointer
run (gpointer data)
{
  PosternPasswordPool *self = data;
  Job *job;

  step_back ();
  postern_password_memory_keep (self->arena);
  g_mutex_lock (&self->lock);
  while ((job = next_job (self))) {
    g_mutex_unlock (&self->lock);
    job->work (job->data);
    g_mutex_lock (&self->lock);
    self->used -= job->memory;
    self->running--;
    admit (self);
    g_mutex_unlock (&self->lock);
    postern_baton_pass (&job->done, TRUE);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  postern_password_memory_release ();
  return NULL;
}

/* The lock is held. Each job that is ready has a thread that is idle or about to be, because no more are ready or run than there are cores. */
static gboolean
add_thread (PosternPasswordPool *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  GThread *thread;

  if (self->idle > self->ready.length || self->threads->len == self->cores)
    return TRUE;
  thread = g_thread_try_new ("password-hash", run, self, &local);
  if (thread)
    g_ptr_array_add (self->threads, thread);
  else
    g_message ("No thread for another hash: %s", local->message);
  if (self->threads->len > 0)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "There is no thread that could check a password");
  return FALSE;
}

/* --- who asks ------------------------------------------------------------------------------------------------------- */

/* The lock is held. FALSE: too many wait */
static gboolean
submit (PosternPasswordPool *self, Job *job, GError **error)
{
  if (!add_thread (self, error))
    return FALSE;
  g_queue_push_tail (&self->waiting, job);
  admit (self);
  if (self->waiting.length <= self->queue)
    return TRUE;
  g_queue_pop_tail (&self->waiting);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many passwords are being checked at once");
  return FALSE;
}

/* FALSE: it has begun. */
static gboolean
withdraw (PosternPasswordPool *self, Job *job)
{
  gboolean waited;

  g_mutex_lock (&self->lock);
  waited = g_queue_remove (&self->waiting, job);
  if (waited)
    admit (self); /* it may have been the large one that the others waited behind */
  g_mutex_unlock (&self->lock);
  return waited;
}

/* What has begun is waited for: it reads the password, and cannot be stopped. */
static gboolean
wait_for (PosternPasswordPool *self, Job *job, GCancellable *cancellable, GError **error)
{
  do {
    if (g_cancellable_is_cancelled (cancellable) && withdraw (self, job)) {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "The client left, or it took too long");
      return FALSE;
    }
  } while (!postern_baton_wait (&job->done, LOOK_EVERY));
  return TRUE;
}

gboolean
postern_password_pool_run (PosternPasswordPool *self, guint64 memory, PosternPasswordWork work, gpointer data, GCancellable *cancellable, GError **error)
{
  Job job = { .work = work, .data = data, .memory = memory };
  gboolean submitted;

  g_mutex_lock (&self->lock);
  submitted = submit (self, &job, error);
  g_mutex_unlock (&self->lock);
  return submitted && wait_for (self, &job, cancellable, error);
}
