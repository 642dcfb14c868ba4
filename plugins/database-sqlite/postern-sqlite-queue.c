/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-queue.h"

#define BATCH_MAX 256  /* jobs in one batch: bounds how long the first of them waits */
#define WORTH_WAITING 8 /* jobs; of a batch that has them the commit's price is no more than a part of each one's own */

static GPrivate led; /* the queue whose batch this thread runs */

void
postern_sqlite_queue_init (PosternSqliteQueue *self, gint64 patience, PosternSqliteBatchFunc run, gpointer data)
{
  *self = (PosternSqliteQueue){ .run = run, .data = data, .patience = patience };
  self->last = &self->first;
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
  g_cond_init (&self->gathered);
}

void
postern_sqlite_queue_clear (PosternSqliteQueue *self)
{
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  while (self->led)
    g_cond_wait (&self->idle, &self->lock);
  g_mutex_unlock (&self->lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);
  g_cond_clear (&self->gathered);
}

PosternSqliteQueue *
postern_sqlite_queue_get_led (void)
{
  return g_private_get (&led);
}

static void
wake_all (PosternSqliteJob *jobs)
{
  for (PosternSqliteJob *job = jobs, *next; job != NULL; job = next)
    {
      next = job->next;
      postern_baton_pass (&job->turn, POSTERN_SQLITE_JOB_DONE);
    }
}

/* TRUE: nobody leads, so the caller does. */
static gboolean
enqueue (PosternSqliteQueue *self, PosternSqliteJob *job)
{
  gboolean lead;

  g_mutex_lock (&self->lock);
  *self->last = job;
  self->last = &job->next;
  lead = !self->led;
  self->led = TRUE;
  if (++self->n_queued == self->wanted)
    g_cond_signal (&self->gathered);
  g_mutex_unlock (&self->lock);
  return lead;
}

/*
 * The lock is held. Who leads waits a moment for as many as came last time: each job that is committed with others saves a commit. The
 * moment ends with the last of them, so that callers who all wait for their answers lose nothing by it. Who writes alone does not wait,
 * but once after the others have left.
 */
static void
gather (PosternSqliteQueue *self)
{
  gint64 deadline = g_get_monotonic_time () + self->patience;

  if (self->patience == 0)
    return;
  self->wanted = MIN (self->usual, WORTH_WAITING);
  while (self->n_queued < self->wanted && g_cond_wait_until (&self->gathered, &self->lock, deadline))
    ;
  self->wanted = 0;
}

static PosternSqliteJob *
take_batch (PosternSqliteQueue *self)
{
  PosternSqliteJob *batch, *tail;
  guint n = 1;

  g_mutex_lock (&self->lock);
  gather (self);
  batch = tail = self->first;
  for (; tail->next != NULL && n < BATCH_MAX; n++)
    tail = tail->next;
  self->first = tail->next;
  tail->next = NULL;
  if (self->first == NULL)
    self->last = &self->first;
  self->n_queued -= n;
  self->usual = n;
  g_mutex_unlock (&self->lock);
  return batch;
}

/* The last thing a leader does with @self, which may be freed from then on. */
static void
hand_over (PosternSqliteQueue *self)
{
  PosternSqliteJob *next;

  g_mutex_lock (&self->lock);
  next = self->first;
  self->led = next != NULL;
  if (!self->led && self->stopping)
    g_cond_signal (&self->idle);
  g_mutex_unlock (&self->lock);
  if (next != NULL)
    postern_baton_pass (&next->turn, POSTERN_SQLITE_JOB_LEADING);
}

/* One batch, whose first job is the caller's own: nobody leads for longer than his own job takes. The next leader is woken last:
 * those woken before him, who come again at once, still come into his batch. */
static void
lead (PosternSqliteQueue *self)
{
  PosternSqliteJob *batch = take_batch (self);
  PosternSqliteQueue *outer = g_private_get (&led); /* a write's function may read elsewhere */

  g_private_set (&led, self);
  self->run (batch, self->data);
  g_private_set (&led, outer);
  wake_all (batch->next);
  hand_over (self);
}

void
postern_sqlite_queue_run (PosternSqliteQueue *self, PosternSqliteJob *job)
{
  if (enqueue (self, job) || postern_baton_wait (&job->turn, -1) == POSTERN_SQLITE_JOB_LEADING)
    lead (self);
}
