/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pairs-private.h"

static void
test_add (void)
{
  g_autoptr (PosternPairs) pairs = postern_pairs_new ();

  g_assert_null (postern_pairs_get (NULL, "a"));
  g_assert_null (postern_pairs_get (pairs, "a"));
  postern_pairs_add (pairs, "axx", 1, "onexx", 3);
  postern_pairs_add (pairs, "b", -1, "", -1);
  postern_pairs_add (pairs, "a", -1, "two", -1);
  g_assert_cmpuint (pairs->n_items, ==, 3);
  g_assert_cmpstr (postern_pairs_get (pairs, "a"), ==, "one");
  g_assert_cmpstr (postern_pairs_get (pairs, "b"), ==, "");
  g_assert_null (postern_pairs_get (pairs, "axx"));
  g_assert_cmpstr (pairs->items[2].value, ==, "two");
}

static void
test_set (void)
{
  g_autoptr (PosternPairs) pairs = postern_pairs_new ();

  postern_pairs_set (pairs, "none", NULL);
  g_assert_cmpuint (pairs->n_items, ==, 0);
  postern_pairs_set (pairs, "a", "1");
  postern_pairs_set (pairs, "b", "2");
  postern_pairs_set (pairs, "c", "3");
  postern_pairs_set (pairs, "a", postern_pairs_get (pairs, "a")); /* its own text, which is freed by that */
  postern_pairs_set (pairs, "b", "a longer text");
  g_assert_cmpuint (pairs->n_items, ==, 3);
  g_assert_cmpstr (postern_pairs_get (pairs, "a"), ==, "1");
  g_assert_cmpstr (pairs->items[1].value, ==, "a longer text");
  postern_pairs_set (pairs, "a", NULL);
  g_assert_cmpuint (pairs->n_items, ==, 2);
  g_assert_cmpstr (pairs->items[0].name, ==, "b");
  postern_pairs_set (pairs, "c", NULL);
  g_assert_cmpuint (pairs->n_items, ==, 1);
}

static void
test_many (void)
{
  g_autoptr (PosternPairs) pairs = postern_pairs_new ();
  g_autoptr (PosternPairs) copy = NULL;
  g_autoptr (PosternPairs) none = postern_pairs_copy (NULL);
  g_autoptr (PosternPairs) shared = postern_pairs_ref (pairs);

  for (guint i = 0; i < 100; i++) {
    g_autofree char *text = g_strdup_printf ("%u", i);
    postern_pairs_add (shared, text, -1, text, -1);
  }
  copy = postern_pairs_copy (pairs);
  postern_pairs_set (pairs, "50", NULL);
  g_assert_cmpuint (none->n_items, ==, 0);
  g_assert_cmpuint (pairs->n_items, ==, 99);
  g_assert_cmpuint (copy->n_items, ==, 100);
  g_assert_cmpstr (postern_pairs_get (copy, "50"), ==, "50");
  g_assert_null (postern_pairs_get (pairs, "50"));
  g_assert_cmpstr (postern_pairs_get (pairs, "99"), ==, "99");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairs/add", test_add);
  g_test_add_func ("/pairs/set", test_set);
  g_test_add_func ("/pairs/many", test_many);
  return g_test_run ();
}
