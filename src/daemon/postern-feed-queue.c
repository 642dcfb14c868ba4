/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-feed-queue.h"

#include <openssl/crypto.h>

typedef struct {
  char *id;
  gboolean quick;
  guint64 number; /* in the order of coming */
} Job;

/* What one owner has in it. */
typedef struct {
  gpointer owner;
  PosternFeedQueueFunc func;
  GQueue slow, quick; /* of Job */
  guint running;
  gboolean turned; /* it has had a turn */
  gboolean dropped;
} Share;

struct _PosternFeedQueue {
  GThreadPool *pool;
  guint slow_most;
  GMutex mutex;
  GCond ended;
  GList *shares; /* (element-type Share): those that had no turn yet, then the one whose turn is the longest ago, and so on */
  guint slow_running;
  guint64 number;
  gboolean called; /* a thread is on its way to take something */
};

static void
job_free (gpointer data)
{
  Job *self = data;

  g_free (self->id);
  g_free (self);
}

/* --- whose turn it is: all with the mutex ------------------------------------------------------------------------------ */

static Share *
find_share (PosternFeedQueue *self, gpointer owner)
{
  for (GList *link = self->shares; link; link = link->next)
    if (((Share *) link->data)->owner == owner)
      return link->data;
  return NULL;
}

static Share *
add_share (PosternFeedQueue *self, gpointer owner, PosternFeedQueueFunc func)
{
  Share *share = g_new0 (Share, 1);
  gint at = 0;

  for (GList *link = self->shares; link && !((Share *) link->data)->turned; link = link->next)
    at++;
  share->owner = owner;
  share->func = func;
  self->shares = g_list_insert (self->shares, share, at);
  return share;
}

/* (nullable): where its next one waits, if that may begin */
static GQueue *
find_lane (PosternFeedQueue *self, Share *share)
{
  const Job *slow = self->slow_running < self->slow_most ? g_queue_peek_head (&share->slow) : NULL, *quick = g_queue_peek_head (&share->quick);

  if (slow && (!quick || slow->number < quick->number))
    return &share->slow;
  return quick ? &share->quick : NULL;
}

/* (nullable): nobody's */
static GList *
find_turn (PosternFeedQueue *self)
{
  GList *best = NULL;

  for (GList *link = self->shares; link; link = link->next) {
    Share *share = link->data;

    if ((!best || share->running < ((Share *) best->data)->running) && find_lane (self, share))
      best = link;
  }
  return best;
}

static void
call_thread (PosternFeedQueue *self)
{
  if (self->called || !find_turn (self))
    return;
  self->called = TRUE;
  g_thread_pool_push (self->pool, self, NULL);
}

/* (transfer full) (nullable): nothing may begin */
static Job *
take (PosternFeedQueue *self, Share **whose)
{
  GList *turn = find_turn (self);
  Share *share = turn ? turn->data : NULL;
  Job *job = share ? g_queue_pop_head (find_lane (self, share)) : NULL;

  if (!job)
    return NULL;
  self->shares = g_list_remove_link (self->shares, turn);
  self->shares = g_list_concat (self->shares, turn);
  share->running++;
  share->turned = TRUE;
  self->slow_running += !job->quick;
  *whose = share;
  return job;
}

static void
put (PosternFeedQueue *self, Share *share, Job *job)
{
  job->number = self->number++;
  g_queue_push_tail (job->quick ? &share->quick : &share->slow, job);
}

/* --- the threads -------------------------------------------------------------------------------------------------------- */

static void
finish (PosternFeedQueue *self, Share *share, Job *job, gboolean more, gboolean quick)
{
  share->running--;
  self->slow_running -= !job->quick;
  job->quick = quick;
  if (more && !share->dropped)
    put (self, share, job);
  else
    job_free (job);
  g_cond_broadcast (&self->ended);
}

/* The pool hands its threads back to GLib, which may end them amid the end of the process: so what OpenSSL keeps for each goes here. */
static void
work (gpointer data, gpointer user_data)
{
  PosternFeedQueue *self = user_data;
  Share *share;
  Job *job;

  g_mutex_lock (&self->mutex);
  self->called = FALSE;
  while ((job = take (self, &share)) != NULL) {
    gboolean quick = job->quick, more;

    call_thread (self);
    g_mutex_unlock (&self->mutex);
    more = share->func (share->owner, job->id, &quick);
    g_mutex_lock (&self->mutex);
    finish (self, share, job, more, quick);
  }
  g_mutex_unlock (&self->mutex);
  OPENSSL_thread_stop ();
}

/* --- from outside ------------------------------------------------------------------------------------------------------- */

PosternFeedQueue *
postern_feed_queue_new (guint threads)
{
  PosternFeedQueue *self = g_new0 (PosternFeedQueue, 1);

  self->pool = g_thread_pool_new (work, self, (gint) threads, FALSE, NULL);
  self->slow_most = threads - MIN (MAX (threads / 4, 1), threads - 1);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->ended);
  return self;
}

void
postern_feed_queue_free (PosternFeedQueue *self)
{
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_assert (self->shares == NULL);
  g_cond_clear (&self->ended);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
postern_feed_queue_add (PosternFeedQueue *self, gpointer owner, const char *id, gboolean quick, PosternFeedQueueFunc func)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Share *share = find_share (self, owner);
  Job *job = g_new0 (Job, 1);

  if (!share)
    share = add_share (self, owner, func);
  job->id = g_strdup (id);
  job->quick = quick;
  put (self, share, job);
  call_thread (self);
}

void
postern_feed_queue_drop (PosternFeedQueue *self, gpointer owner)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Share *share = find_share (self, owner);

  if (!share)
    return;
  share->dropped = TRUE;
  g_queue_clear_full (&share->slow, job_free);
  g_queue_clear_full (&share->quick, job_free);
  while (share->running > 0)
    g_cond_wait (&self->ended, &self->mutex);
  self->shares = g_list_remove (self->shares, share);
  g_free (share);
}
