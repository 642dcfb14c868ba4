/* SPDX-License-Identifier: Apache-2.0 */
#define LEASE_MS 1000
#define RENEW_MS 20
#define LOOK_MS 10
#include "postern-lease.c"

#include "postern-identity-fixture.h"

#define PATIENCE 30 /* seconds */
#define MS G_TIME_SPAN_MILLISECOND
#define THEN (1000 * G_USEC_PER_SEC) /* a moment of our own clock */

static gboolean
tend_at (PosternLease *lease, gint64 now)
{
  g_autoptr (GError) error = NULL;

  __atomic_store_n (&lease->held_until, 0, __ATOMIC_RELEASE); /* it looks again */
  tend (lease, now, &error);
  g_assert_no_error (error);
  return g_strcmp0 (lease->seen.holder, lease->holder) == 0;
}

/* What is short-lived, as a lease is. */
static void
write_short (PosternStore *store, PosternTxnFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (postern_store_write (store, POSTERN_KEEP_SHORT, func, data, &error));
}

static gboolean
write_far_off (PosternTxn *txn, gpointer expires_at, GError **error)
{
  gboolean taken;

  return postern_lease_store_take_from (txn, "work", "dead", *(gint64 *) expires_at, NULL, 0, &taken, error);
}

/* Whoever died with it, and wherever their clock stood: it lapses when it was not renewed for long enough to have been seen. */
static void
test_lapses (void)
{
  PosternStore *store = fixture_open ();
  PosternLease *lease = new_lease (store, "work");
  gint64 far_off = g_get_real_time () / G_USEC_PER_SEC + 24 * 3600;

  write_short (store, write_far_off, &far_off);
  g_assert_false (tend_at (lease, THEN));
  g_assert_false (tend_at (lease, THEN + LEASE_MS * MS - 1));
  g_assert_true (tend_at (lease, THEN + LEASE_MS * MS));
  g_assert_cmpint (lease->seen.expires_at, >, far_off); /* it is seen that it is another's */
  free_lease (lease);
  fixture_close (store, TRUE);
}

/* One that is renewed is its holder's; and who was overtaken knows. */
static void
test_renewed (void)
{
  PosternStore *store = fixture_open ();
  PosternLease *mine = new_lease (store, "work"), *yours = new_lease (store, "work");

  g_assert_true (tend_at (mine, THEN));
  for (guint i = 1; i <= 5; i++) {
    g_assert_false (tend_at (yours, THEN + i * LEASE_MS * MS - 1));
    g_assert_true (tend_at (mine, THEN + i * LEASE_MS * MS));
  }
  g_assert_false (tend_at (yours, THEN + 6 * LEASE_MS * MS));
  g_assert_true (tend_at (yours, THEN + 7 * LEASE_MS * MS));
  g_assert_false (tend_at (mine, THEN + 7 * LEASE_MS * MS));
  free_lease (mine);
  free_lease (yours);
  fixture_close (store, TRUE);
}

/* What is written down is ours for as long as nobody else may take it, counted from before it was written. */
static void
test_held (void)
{
  PosternStore *store = fixture_open ();
  PosternLease *lease = new_lease (store, "work");
  gint64 now = g_get_monotonic_time ();

  g_assert_true (tend_at (lease, now - LEASE_MS * MS));
  g_assert_false (postern_lease_is_held (lease));
  g_assert_true (tend_at (lease, now + G_TIME_SPAN_HOUR));
  g_assert_cmpint (lease->held_until, ==, now + G_TIME_SPAN_HOUR + LEASE_MS * MS);
  g_assert_true (postern_lease_is_held (lease));
  free_lease (lease);
  fixture_close (store, TRUE);
}

static gboolean
lose_row (PosternTxn *txn, gpointer data, GError **error)
{
  PosternLease *lease = data;

  return postern_lease_store_release (txn, lease->name, lease->holder, error);
}

static gboolean
lose_renewal (PosternTxn *txn, gpointer data, GError **error)
{
  PosternLease *lease = data;
  gboolean taken;

  return postern_lease_store_take_from (txn, lease->name, lease->holder, lease->seen.expires_at - 1, lease->holder, lease->seen.expires_at, &taken, error);
}

/* What was written last is gone, as after a power cut: the row, or its latest renewal. One has it then, and who held it learns of it at its next renewal. */
static void
test_lost (void)
{
  static const PosternTxnFunc losses[] = { lose_row, lose_renewal };
  PosternStore *store = fixture_open ();

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++) {
    const char *name = i == 0 ? "row" : "renewal";
    PosternLease *mine = new_lease (store, name), *yours = new_lease (store, name);
    gint64 now = g_get_monotonic_time ();
    g_autoptr (GError) error = NULL;
    gboolean is_theirs;

    g_assert_true (tend_at (mine, now));
    g_assert_true (postern_lease_is_held (mine));
    g_assert_false (tend_at (yours, now));
    write_short (store, losses[i], mine);
    is_theirs = tend_at (yours, now);
    g_assert_cmpint (is_theirs, ==, i == 0); /* the row is there: it is waited for */
    g_assert_true (tend (mine, now, &error));
    g_assert_false (postern_lease_is_held (mine));
    g_assert_cmpint (tend_at (mine, now), ==, !is_theirs);
    g_assert_cmpint (tend_at (yours, now), ==, is_theirs);
    free_lease (mine);
    free_lease (yours);
  }
  fixture_close (store, TRUE);
}

/* Who idles writes nothing that is waited for. */
static void
test_idle (void)
{
  PosternStore *store = fixture_open ();
  PosternLease *lease = new_lease (store, "work");
  guint64 written = postern_store_get_generation (store);

  for (guint i = 0; i < 10; i++)
    g_assert_true (tend_at (lease, THEN + i * RENEW_MS * MS));
  g_assert_cmpuint (postern_store_get_generation (store), ==, written);
  free_lease (lease);
  fixture_close (store, TRUE);
}

static gboolean
hold_up (PosternTxn *txn, gpointer data, GError **error)
{
  PosternLease **leases = data;

  while (postern_lease_is_held (leases[0])) /* nothing is written for longer than it lasts */
    g_usleep (1000);
  g_assert_false (postern_lease_is_held (leases[1]));
  return TRUE;
}

static void
await_either (PosternLease **leases, gboolean *first)
{
  gint64 end = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;

  do {
    gboolean mine = postern_lease_is_held (leases[0]), yours = postern_lease_is_held (leases[1]);

    g_assert_false (mine && yours && postern_lease_is_held (leases[0]));
    *first = mine;
    if (mine || yours)
      return;
    g_usleep (1000);
  } while (g_get_monotonic_time () < end);
  g_error ("nobody has it");
}

/* With their threads: never two at once, none for a while when nothing can be written, and handed over by who ends. */
static void
test_two (void)
{
  PosternStore *store = fixture_open (), *other = fixture_open ();
  PosternLease *leases[] = { postern_lease_start (store, "work"), postern_lease_start (other, "work") };
  gboolean first;

  await_either (leases, &first);
  if (!first) {
    PosternLease *swap = leases[0];

    leases[0] = leases[1];
    leases[1] = swap;
  }
  write_short (store, hold_up, leases);
  await_either (leases, &first);
  postern_lease_stop (leases[first ? 0 : 1]);
  leases[0] = leases[1] = leases[first ? 1 : 0];
  for (gint64 end = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC; !postern_lease_is_held (leases[0]); g_usleep (1000))
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  postern_lease_stop (leases[0]);
  fixture_close (other, FALSE);
  fixture_close (store, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lease/lapses", test_lapses);
  g_test_add_func ("/lease/renewed", test_renewed);
  g_test_add_func ("/lease/held", test_held);
  g_test_add_func ("/lease/lost", test_lost);
  g_test_add_func ("/lease/idle", test_idle);
  g_test_add_func ("/lease/two", test_two);
  return g_test_run ();
}
