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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/shape", test_shape);
  g_test_add_func ("/id/sorts-by-time", test_sorts_by_time);
  g_test_add_func ("/id/never-twice", test_never_twice);
  return g_test_run ();
}
