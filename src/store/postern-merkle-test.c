/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-merkle.h"

#include <string.h>

#define LEAVES 33
#define TREES (LEAVES + 1)

static PosternMerkleHash leaves[LEAVES], roots[TREES];
static PosternMerkleTree trees[TREES];

/* The leaves that certificate transparency's own tests have; behind them, more. */
static void
set_up (void)
{
  static const struct {
    const char *bytes;
    gsize length;
  } known[] = { { "", 0 }, { "\0", 1 }, { "\x10", 1 }, { "\x20\x21", 2 }, { "\x30\x31", 2 }, { "@ABC", 4 }, { "PQRSTUVW", 8 }, { "`abcdefghijklmno", 16 } };

  for (guint i = 0; i < LEAVES; i++) {
    guint8 number = (guint8) (100 + i);

    postern_merkle_hash_leaf (i < G_N_ELEMENTS (known) ? known[i].bytes : (const char *) &number, i < G_N_ELEMENTS (known) ? known[i].length : 1, &leaves[i]);
    trees[i + 1] = trees[i];
    postern_merkle_tree_append (&trees[i + 1], &leaves[i]);
  }
  for (guint i = 0; i < TREES; i++)
    postern_merkle_tree_get_root (&trees[i], &roots[i]);
}

static char *
to_hex (const PosternMerkleHash *hash)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < POSTERN_MERKLE_BYTES; i++)
    g_string_append_printf (text, "%02x", hash->bytes[i]);
  return g_string_free (text, FALSE);
}

/* What RFC 6962's reference implementation has for them. */
static void
test_roots (void)
{
  static const char *const known[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    g_autofree char *hex = to_hex (&roots[i]);

    g_assert_cmpstr (hex, ==, known[i]);
  }
}

/* The roots of @ranges, from the tree of all before @known and the leaves behind it */
static void
fill (const PosternMerkleRange *ranges, guint n, guint known, PosternMerkleHash *path)
{
  for (guint i = 0; i < n; i++) {
    PosternMerkleTree tree;

    postern_merkle_tree_begin (&tree, &ranges[i], &trees[known]);
    while (ranges[i].from + tree.size < ranges[i].to) {
      g_assert_cmpint (ranges[i].from + tree.size, >=, known);
      postern_merkle_tree_append (&tree, &leaves[ranges[i].from + tree.size]);
    }
    postern_merkle_tree_get_root (&tree, &path[i]);
  }
}

static void
assert_path (const PosternMerkleHash *path, guint n, const char *const *known)
{
  g_assert_cmpuint (n, ==, g_strv_length ((char **) known));
  for (guint i = 0; i < n; i++) {
    g_autofree char *hex = to_hex (&path[i]);

    g_assert_cmpstr (hex, ==, known[i]);
  }
}

static void
test_known_proofs (void)
{
  static const struct {
    gboolean consistency;
    gint64 one, size;
    const char *path[4];
  } cases[] = {
    { FALSE, 0, 1, { NULL } },
    { FALSE, 0, 8, { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
    { FALSE, 5, 8, { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
    { FALSE, 2, 3, { "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" } },
    { FALSE, 1, 5, { "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
    { TRUE, 1, 1, { NULL } },
    { TRUE, 1, 8, { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
    { TRUE, 6, 8, { "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
    { TRUE, 2, 5, { "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    PosternMerkleRange ranges[POSTERN_MERKLE_PATH_MAX];
    PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX];
    guint n = (cases[i].consistency ? postern_merkle_get_consistency : postern_merkle_get_path) (cases[i].one, cases[i].size, ranges);

    fill (ranges, n, 0, path);
    assert_path (path, n, cases[i].path);
  }
}

/* A proof of one thing proves nothing else: no other leaf, number, size, root, and no longer, shorter or changed path. */
static void
assert_path_is_exact (guint index, guint size, PosternMerkleHash *path, guint n)
{
  for (guint other = 0; other < LEAVES; other++) {
    g_assert_true (other == index || !postern_merkle_check_path (&leaves[other], index, size, path, n, &roots[size]));
    g_assert_true (other == index || !postern_merkle_check_path (&leaves[index], other, size, path, n, &roots[size]));
    g_assert_true (other == size || !postern_merkle_check_path (&leaves[index], index, size, path, n, &roots[other]));
  }
  g_assert_false (postern_merkle_check_path (&leaves[index], -1, size, path, n, &roots[size]));
  g_assert_false (postern_merkle_check_path (&leaves[index], index, -1, path, n, &roots[size]));
  g_assert_false (postern_merkle_check_path (&leaves[index], index, size, path, n + 1, &roots[size]));
  for (guint i = 0; i < n; i++) {
    g_assert_false (postern_merkle_check_path (&leaves[index], index, size, path, i, &roots[size]));
    path[i].bytes[i] ^= 1;
    g_assert_false (postern_merkle_check_path (&leaves[index], index, size, path, n, &roots[size]));
    path[i].bytes[i] ^= 1;
  }
}

/* Each leaf of each tree, whatever is left of what came before it. */
static void
test_paths (void)
{
  for (guint size = 1; size <= LEAVES; size++)
    for (guint index = 0; index < size; index++) {
      PosternMerkleRange ranges[POSTERN_MERKLE_PATH_MAX];
      PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX] = { 0 };
      guint n = postern_merkle_get_path (index, size, ranges);

      for (guint known = 0; known <= index; known++) {
        fill (ranges, n, known, path);
        g_assert_true (postern_merkle_check_path (&leaves[index], index, size, path, n, &roots[size]));
      }
      assert_path_is_exact (index, size, path, n);
    }
}

static void
assert_consistency_is_exact (guint first, guint size, PosternMerkleHash *path, guint n)
{
  for (guint other = 1; other < TREES; other++) {
    g_assert_true (other == first || !postern_merkle_check_consistency (first, &roots[other], size, &roots[size], path, n));
    g_assert_true (other == size || !postern_merkle_check_consistency (first, &roots[first], size, &roots[other], path, n));
  }
  g_assert_false (postern_merkle_check_consistency (0, &roots[0], size, &roots[size], path, n));
  g_assert_false (postern_merkle_check_consistency (size + 1, &roots[first], size, &roots[size], path, n));
  g_assert_false (postern_merkle_check_consistency (first, &roots[first], size, &roots[size], path, n + 1));
  for (guint i = 0; i < n; i++) {
    g_assert_false (postern_merkle_check_consistency (first, &roots[first], size, &roots[size], path, i));
    path[i].bytes[i] ^= 1;
    g_assert_false (postern_merkle_check_consistency (first, &roots[first], size, &roots[size], path, n));
    path[i].bytes[i] ^= 1;
  }
}

static void
test_consistency (void)
{
  for (guint size = 1; size <= LEAVES; size++)
    for (guint first = 1; first <= size; first++) {
      PosternMerkleRange ranges[POSTERN_MERKLE_PATH_MAX];
      PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX] = { 0 };
      guint n = postern_merkle_get_consistency (first, size, ranges);

      for (guint known = 0; known <= first; known++) {
        fill (ranges, n, known, path);
        g_assert_true (postern_merkle_check_consistency (first, &roots[first], size, &roots[size], path, n));
      }
      assert_consistency_is_exact (first, size, path, n);
    }
}

/* A tree is read as it was written, goes on, and is read in no other way. */
static void
test_text (void)
{
  for (guint size = 0; size < LEAVES; size++) {
    g_autofree char *text = postern_merkle_tree_print (&trees[size]), *longer = g_strconcat (text, " ", NULL), *shorter = g_strndup (text, MAX (1, strlen (text)) - 1);
    PosternMerkleTree tree = { 0 };
    PosternMerkleHash root;

    g_assert_true (postern_merkle_tree_read (&tree, size, text));
    postern_merkle_tree_append (&tree, &leaves[size]);
    postern_merkle_tree_get_root (&tree, &root);
    g_assert_true (postern_merkle_hash_equal (&root, &roots[size + 1]));
    g_assert_false (postern_merkle_tree_read (&tree, size, longer));
    g_assert_true (size == 0 || !postern_merkle_tree_read (&tree, size, shorter));
    g_assert_false (postern_merkle_tree_read (&tree, size + LEAVES * 64, text));
  }
  g_assert_false (postern_merkle_tree_read (&trees[0], -1, ""));
  g_assert_false (postern_merkle_tree_read (&trees[0], G_MAXINT64, ""));
}

static void
test_hash_text (void)
{
  g_autofree char *text = postern_merkle_hash_print (&roots[5]), *padded = g_strconcat (text, "=", NULL);
  PosternMerkleHash hash;

  g_assert_cmpuint (strlen (text), ==, POSTERN_MERKLE_TEXT);
  g_assert_true (postern_merkle_hash_read (text, -1, &hash));
  g_assert_true (postern_merkle_hash_equal (&hash, &roots[5]));
  g_assert_true (postern_merkle_hash_read (padded, POSTERN_MERKLE_TEXT, &hash));
  g_assert_false (postern_merkle_hash_read (padded, -1, &hash));
  g_assert_false (postern_merkle_hash_read (text, POSTERN_MERKLE_TEXT - 1, &hash));
  text[7] = '+';
  g_assert_false (postern_merkle_hash_read (text, -1, &hash));
}

static void
test_pair (void)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  PosternMerkleHash link = leaves[0];
  g_autofree char *hex = NULL;

  g_checksum_update (checksum, leaves[0].bytes, POSTERN_MERKLE_BYTES);
  g_checksum_update (checksum, leaves[1].bytes, POSTERN_MERKLE_BYTES);
  postern_merkle_hash_pair (&link, &leaves[1], &link);
  hex = to_hex (&link);
  g_assert_cmpstr (hex, ==, g_checksum_get_string (checksum));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  set_up ();
  g_test_add_func ("/merkle/roots", test_roots);
  g_test_add_func ("/merkle/known-proofs", test_known_proofs);
  g_test_add_func ("/merkle/paths", test_paths);
  g_test_add_func ("/merkle/consistency", test_consistency);
  g_test_add_func ("/merkle/text", test_text);
  g_test_add_func ("/merkle/hash-text", test_hash_text);
  g_test_add_func ("/merkle/pair", test_pair);
  return g_test_run ();
}
