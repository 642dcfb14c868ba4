/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-feed-queue.h"

#include <string.h>

#define PATIENCE (30 * G_USEC_PER_SEC)

/* Owners are names. What they send does not answer until it is let go, but for what is called "quick…". */
static GMutex mutex;
static GCond changed;
static GPtrArray *begun; /* "owner id", in their order */
static guint running, most, released;

static gboolean
ask (gpointer owner, const char *id, gboolean *quick)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  g_ptr_array_add (begun, g_strdup_printf ("%s %s", (const char *) owner, id));
  running++;
  most = MAX (most, running);
  g_cond_broadcast (&changed);
  while (released == 0 && !g_str_has_prefix (id, "quick"))
    g_cond_wait (&changed, &mutex);
  released -= released > 0 && released < G_MAXUINT && !g_str_has_prefix (id, "quick");
  running--;
  g_cond_broadcast (&changed);
  return FALSE;
}

static void
begin (void)
{
  begun = g_ptr_array_new_with_free_func (g_free);
  running = most = released = 0;
}

static void
end (PosternFeedQueue *queue)
{
  postern_feed_queue_free (queue);
  g_ptr_array_unref (begun);
}

/* How many may still answer; G_MAXUINT: all */
static void
release (guint n)
{
  g_mutex_lock (&mutex);
  released = n;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&mutex);
}

static void
add_many (PosternFeedQueue *queue, const char *owner, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *id = g_strdup_printf ("%u", i);

    postern_feed_queue_add (queue, (gpointer) owner, id, FALSE, ask);
  }
}

/* Until so many have begun. */
static void
await (guint n)
{
  gint64 until = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&mutex);
  while (begun->len < n)
    g_assert_true (g_cond_wait_until (&changed, &mutex, until));
  g_mutex_unlock (&mutex);
}

static void
assert_begun (guint index, const char *what)
{
  g_mutex_lock (&mutex);
  g_assert_cmpstr (begun->pdata[index], ==, what);
  g_mutex_unlock (&mutex);
}

static void
drop_all (PosternFeedQueue *queue)
{
  static const char *const owners[] = { "a", "b", "c" };

  release (G_MAXUINT);
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    postern_feed_queue_drop (queue, (gpointer) owners[i]);
}

/* --- tests -------------------------------------------------------------------------------------------------------------- */

/* However many there are and whoever has them: no more at once than threads, and of what is not known to be quick three quarters. */
static void
test_bound (void)
{
  static char owners[40][8];
  PosternFeedQueue *queue = postern_feed_queue_new (8);

  begin ();
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++) {
    g_snprintf (owners[i], sizeof owners[i], "%u", i);
    add_many (queue, owners[i], 20);
  }
  await (6);
  for (guint i = 0; i < 20; i++)
    release (1);
  release (G_MAXUINT);
  await (800);
  for (guint i = 0; i < G_N_ELEMENTS (owners); i++)
    postern_feed_queue_drop (queue, owners[i]);
  g_assert_cmpuint (most, ==, 6);
  end (queue);
}

/* The attack: one tenant has nothing but receivers that never answer. Another's that does is not kept waiting by any of them. */
static void
test_starved (void)
{
  PosternFeedQueue *queue = postern_feed_queue_new (4);

  begin ();
  add_many (queue, "a", 50);
  await (3);
  for (guint i = 0; i < 5; i++) {
    g_autofree char *id = g_strdup_printf ("quick-%u", i), *what = g_strdup_printf ("b %s", id);

    postern_feed_queue_add (queue, (gpointer) "b", id, TRUE, ask);
    await (4 + i);
    assert_begun (3 + i, what);
  }
  postern_feed_queue_drop (queue, (gpointer) "b");
  drop_all (queue);
  end (queue);
}

/* … nor one of which nothing is known yet, for longer than until the first of them is given up. */
static void
test_next (void)
{
  PosternFeedQueue *queue = postern_feed_queue_new (4);

  begin ();
  add_many (queue, "a", 50);
  await (3);
  add_many (queue, "b", 2);
  add_many (queue, "c", 1);
  for (guint i = 0; i < 3; i++) {
    release (1);
    await (4 + i);
  }
  assert_begun (3, "b 0");
  assert_begun (4, "c 0");
  drop_all (queue);
  end (queue);
}

/* Who is dropped has nothing under way behind that, and nothing begins any more; others' goes on. */
static void
test_dropped (void)
{
  PosternFeedQueue *queue = postern_feed_queue_new (4);
  guint n;

  begin ();
  add_many (queue, "a", 50);
  await (3);
  release (G_MAXUINT);
  postern_feed_queue_drop (queue, (gpointer) "a");
  g_assert_cmpuint (running, ==, 0);
  n = begun->len;
  add_many (queue, "b", 3);
  await (n + 3);
  g_assert_true (g_str_has_prefix (begun->pdata[n], "b "));
  drop_all (queue);
  g_assert_cmpuint (begun->len, ==, n + 3);
  end (queue);
}

static gboolean
ask_twice (gpointer owner, const char *id, gboolean *quick)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  g_autofree char *what = g_strdup_printf ("%s %s", (const char *) owner, id);
  gboolean again = g_ptr_array_find_with_equal_func (begun, what, g_str_equal, NULL);

  while (released == 0)
    g_cond_wait (&changed, &mutex);
  g_ptr_array_add (begun, g_steal_pointer (&what));
  g_cond_broadcast (&changed);
  *quick = !again;
  return !again;
}

/* Who has more to send comes again behind those that wait. */
static void
test_again (void)
{
  static const char *const order[] = { "a 1", "b 1", "a 2", "b 2", "a 1", "b 1", "a 2", "b 2" };
  PosternFeedQueue *queue = postern_feed_queue_new (1);

  begin ();
  postern_feed_queue_add (queue, (gpointer) "a", "1", FALSE, ask_twice);
  postern_feed_queue_add (queue, (gpointer) "b", "1", FALSE, ask_twice);
  postern_feed_queue_add (queue, (gpointer) "a", "2", FALSE, ask_twice);
  postern_feed_queue_add (queue, (gpointer) "b", "2", FALSE, ask_twice);
  release (G_MAXUINT);
  await (G_N_ELEMENTS (order));
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    assert_begun (i, order[i]);
  drop_all (queue);
  end (queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/feed-queue/bound", test_bound);
  g_test_add_func ("/feed-queue/starved", test_starved);
  g_test_add_func ("/feed-queue/next", test_next);
  g_test_add_func ("/feed-queue/dropped", test_dropped);
  g_test_add_func ("/feed-queue/again", test_again);
  return g_test_run ();
}
