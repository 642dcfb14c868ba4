/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-store-random.h"

#define PIECE 24
#define PIECES 1000 /* many times the stock of a thread */

static void
test_never_twice (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint8 bytes[PIECE];

  for (guint i = 0; i < PIECES; i++)
    {
      postern_store_random_fill (bytes, sizeof bytes);
      g_assert_true (g_hash_table_add (seen, g_base64_encode (bytes, sizeof bytes)));
    }
}

static gpointer
take_one (gpointer data)
{
  guint8 *bytes = g_new (guint8, PIECE);

  postern_store_random_fill (bytes, PIECE);
  return bytes;
}

/* Each thread's stock is its own, and what it left is gone with it. */
static void
test_threads (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 16; i++)
    {
      g_autofree guint8 *bytes = g_thread_join (g_thread_new ("take", take_one, NULL));

      g_assert_true (g_hash_table_add (seen, g_base64_encode (bytes, PIECE)));
    }
}

/* Every length is filled to its end, those beyond the stock among them: a byte that stays 0 in 32 draws was not written. */
static void
test_lengths (void)
{
  static const gsize lengths[] = { 1, 8, 255, 256, 257, 1000 };

  for (guint n = 0; n < G_N_ELEMENTS (lengths); n++)
    {
      g_autofree guint8 *any = g_malloc0 (lengths[n]);
      g_autofree guint8 *bytes = g_malloc0 (lengths[n]);

      for (guint draw = 0; draw < 32; draw++)
        {
          postern_store_random_fill (bytes, lengths[n]);
          for (gsize i = 0; i < lengths[n]; i++)
            any[i] |= bytes[i];
        }
      for (gsize i = 0; i < lengths[n]; i++)
        g_assert_cmpuint (any[i], !=, 0);
    }
}

static void
test_nothing (void)
{
  guint8 byte = 7;

  postern_store_random_fill (&byte, 0);
  g_assert_cmpuint (byte, ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-random/never-twice", test_never_twice);
  g_test_add_func ("/store-random/threads", test_threads);
  g_test_add_func ("/store-random/lengths", test_lengths);
  g_test_add_func ("/store-random/nothing", test_nothing);
  return g_test_run ();
}
