/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store.h"

#include <string.h>

static void
test_shape (void)
{
  g_autofree char *id = postern_id_new ("usr");

  g_assert_cmpuint (strlen (id), ==, 4 + 26);
  g_assert_true (postern_id_is_valid (id, "usr"));
  g_assert_false (postern_id_is_valid (id, "app"));
  g_assert_false (postern_id_is_valid (NULL, "usr"));
  g_assert_false (postern_id_is_valid ("", "usr"));
  g_assert_false (postern_id_is_valid ("usr_", "usr"));
  g_assert_false (postern_id_is_valid ("usr_0123456789abcdefghijklmno'", "usr"));
  g_assert_false (postern_id_is_valid ("usr_80000000000000000000000000", "usr")); /* more than 128 bits */
  g_assert_true (postern_id_is_valid ("usr_7zzzzzzzzzzzzzzzzzzzzzzzzz", "usr"));
  id[10] = 'l';
  g_assert_false (postern_id_is_valid (id, "usr"));
}

/* Every letter that is no digit, at every place. */
static void
test_digits (void)
{
  static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

  for (guint place = 4; place < 30; place++)
    for (guint c = 1; c < 256; c++)
      {
        char id[] = "usr_00000000000000000000000000";
        gboolean good = strchr (digits, (int) c) != NULL && (place > 4 || c < '8');

        id[place] = (char) c;
        g_assert_cmpint (postern_id_is_valid (id, "usr"), ==, good);
        if (c != '_')
          g_assert_cmpint (postern_id_get_key (id) >= 0, ==, good && (place > 4 || c < '1') && (place > 5 || c < '4'));
      }
}

static void
test_sorts_by_time (void)
{
  g_autofree char *last = postern_id_new ("usr");

  for (guint i = 0; i < 100000; i++)
    {
      char *id = postern_id_new ("usr");

      g_assert_cmpstr (last, <, id);
      g_free (last);
      last = id;
    }
}

/* What was made elsewhere stands between what was made before and after. */
static void
test_new_at (void)
{
  g_autofree char *id = postern_id_new_at ("usr", 1600000000), *again = postern_id_new_at ("usr", 1600000000), *next = postern_id_new_at ("usr", 1600000001), *now = postern_id_new ("usr");

  g_assert_true (postern_id_is_valid (id, "usr"));
  g_assert_cmpstr (id, !=, again);
  g_assert_cmpint (postern_id_get_key (id), >=, postern_id_get_first_key (1600000000));
  g_assert_cmpint (postern_id_get_key (again), <, postern_id_get_first_key (1600000001));
  g_assert_cmpstr (id, <, next);
  g_assert_cmpstr (next, <, now);
}

#define N_THREADS 8
#define N_EACH 20000

static gpointer
make_many (gpointer data)
{
  char **ids = data;

  for (guint i = 0; i < N_EACH; i++)
    ids[i] = postern_id_new ("x");
  return NULL;
}

static void
test_never_twice (void)
{
  g_autofree char **ids = g_new0 (char *, N_THREADS * N_EACH);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("ids", make_many, ids + i * N_EACH);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_THREADS * N_EACH; i++)
    g_assert_true (g_hash_table_add (seen, ids[i]));
  for (guint i = 0; i < N_THREADS * N_EACH; i++)
    g_free (ids[i]);
}

/* As the ids sort, so do their keys; none comes twice from one process. */
static void
test_key_sorts_as_id (void)
{
  gint64 last = -1;

  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *id = postern_id_new ("ses");
      gint64 key = postern_id_get_key (id);

      g_assert_cmpint (last, <, key);
      last = key;
    }
}

static void
test_key (void)
{
  static const char *const bad[] = {
    "", "_", "ses", "ses_", "ses_00000000000000000000000000 ", "ses_0000000000000000000000000", "ses_000000000000000000000000000",
    "ses_0000000000000000000000000u", "ses_0000000000000000000000000A", "00000000000000000000000000", "ses_7zzzzzzzzzzzzzzzzzzzzzzzzz",
  };
  gint64 key = postern_id_get_key ("ses_01fwhe4ydgfk1shh6w1g60eecf"); /* RFC 9562 appendix A.6: 017f22e2-79b0-7cc3-98c4-dc0c0c07398f */

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (postern_id_get_key (bad[i]), ==, -1);
  g_assert_cmpint (postern_id_get_key (NULL), ==, -1);
  g_assert_cmpint (postern_id_get_key ("ses_00000000000000000000000000"), ==, 0);
  g_assert_cmpint (postern_id_get_key ("ses_03zzzzzzzzzzzzzzzzzzzzzzzz"), ==, G_MAXINT64); /* in the year 2109 */
  g_assert_cmpint (postern_id_get_key ("ses_04zzzzzzzzzzzzzzzzzzzzzzzz"), ==, -1);
  g_assert_cmpint (key, ==, 0x017f22e279b0LL << 21 | 0xcc3 << 9 | 0xc6);
  g_assert_cmpint (postern_id_get_first_key (1645557742), <=, key); /* 2022-02-22 19:22:22 UTC */
  g_assert_cmpint (key, <, postern_id_get_first_key (1645557743));
  g_assert_cmpint (postern_id_get_first_key (G_MAXINT64), >, key); /* whoever asks may ask for any */
  g_assert_cmpint (postern_id_get_first_key (G_MININT64), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/shape", test_shape);
  g_test_add_func ("/id/digits", test_digits);
  g_test_add_func ("/id/sorts-by-time", test_sorts_by_time);
  g_test_add_func ("/id/new-at", test_new_at);
  g_test_add_func ("/id/never-twice", test_never_twice);
  g_test_add_func ("/id/key", test_key);
  g_test_add_func ("/id/key-sorts-as-id", test_key_sorts_as_id);
  return g_test_run ();
}
