/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sqlite-queue.h"

/* Who leads waits for others, but never for nobody. No test hangs on a clock: the long patience is longer than any test may take. */
#define LONG (600 * G_USEC_PER_SEC)
#define SHORT 1000

typedef struct {
  PosternSqliteQueue queue;
  GArray *sizes; /* of the batches that were run */
  guint hold;    /* the first batch runs until so many more are queued */
  gint running;  /* atomic */
} Case;

static guint
count_queued (Case *self)
{
  guint n;

  g_mutex_lock (&self->queue.lock);
  n = self->queue.n_queued;
  g_mutex_unlock (&self->queue.lock);
  return n;
}

static void
run_batch (PosternSqliteJob *batch, gpointer data)
{
  Case *self = data;
  guint n = 0;

  g_atomic_int_set (&self->running, TRUE);
  for (PosternSqliteJob *job = batch; job; job = job->next) {
    job->succeeded = TRUE;
    n++;
  }
  while (self->sizes->len == 0 && count_queued (self) < self->hold)
    g_usleep (100);
  g_array_append_val (self->sizes, n); /* one batch at a time */
}

static void
case_init (Case *self, gint64 patience, guint hold)
{
  *self = (Case){ .sizes = g_array_new (FALSE, FALSE, sizeof (guint)), .hold = hold };
  postern_sqlite_queue_init (&self->queue, patience, run_batch, self);
}

static void
case_clear (Case *self)
{
  postern_sqlite_queue_clear (&self->queue);
  g_array_unref (self->sizes);
}

static gpointer
write_one (gpointer data)
{
  PosternSqliteJob job = { .kind = POSTERN_SQLITE_JOB_WRITE };

  postern_sqlite_queue_run (&((Case *) data)->queue, &job);
  g_assert_true (job.succeeded);
  return NULL;
}

static void
write_many (Case *self, guint n)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (threads, g_thread_new ("writer", write_one, self));
  for (guint i = 0; i < n; i++)
    g_thread_join (threads->pdata[i]);
}

/* A batch of one, and of as many as are to come during it: those are all in the second. */
static void
write_held (Case *self)
{
  GThread *first = g_thread_new ("first", write_one, self);

  while (!g_atomic_int_get (&self->running))
    g_usleep (100);
  write_many (self, self->hold);
  g_thread_join (first);
}

static void
check_sizes (Case *self, const guint *sizes, guint n_sizes)
{
  g_assert_cmpmem (self->sizes->data, self->sizes->len * sizeof (guint), sizes, n_sizes * sizeof (guint));
}

static void
test_alone (void)
{
  static const guint sizes[] = { 1, 1, 1 };
  Case it;

  case_init (&it, LONG, 0);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    write_one (&it);
  check_sizes (&it, sizes, G_N_ELEMENTS (sizes));
  case_clear (&it);
}

/* Whoever comes first waits for the second, however late that one is. */
static void
test_as_many_as_last_time (void)
{
  static const guint sizes[] = { 1, 2, 2 };
  GThread *first;
  Case it;

  case_init (&it, LONG, 2);
  write_held (&it);
  first = g_thread_new ("first", write_one, &it);
  while (count_queued (&it) < 1)
    g_usleep (100);
  write_one (&it);
  g_thread_join (first);
  check_sizes (&it, sizes, G_N_ELEMENTS (sizes));
  case_clear (&it);
}

static void
test_others_have_left (void)
{
  static const guint sizes[] = { 1, 2, 1, 1 };
  Case it;

  case_init (&it, SHORT, 2);
  write_held (&it);
  write_one (&it);
  it.queue.patience = LONG; /* now there is nobody to wait for any more */
  write_one (&it);
  check_sizes (&it, sizes, G_N_ELEMENTS (sizes));
  case_clear (&it);
}

/* Of a batch of many nobody waits for all: eight are enough. */
static void
test_enough (void)
{
  static const guint sizes[] = { 1, 20, 8 };
  Case it;

  case_init (&it, LONG, 20);
  write_held (&it);
  write_many (&it, 8);
  check_sizes (&it, sizes, G_N_ELEMENTS (sizes));
  case_clear (&it);
}

static void
test_without_patience (void)
{
  static const guint sizes[] = { 1, 2, 1 };
  Case it;

  case_init (&it, 0, 2);
  write_held (&it);
  write_one (&it);
  check_sizes (&it, sizes, G_N_ELEMENTS (sizes));
  case_clear (&it);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sqlite-queue/alone", test_alone);
  g_test_add_func ("/sqlite-queue/as-many-as-last-time", test_as_many_as_last_time);
  g_test_add_func ("/sqlite-queue/others-have-left", test_others_have_left);
  g_test_add_func ("/sqlite-queue/enough", test_enough);
  g_test_add_func ("/sqlite-queue/without-patience", test_without_patience);
  return g_test_run ();
}
