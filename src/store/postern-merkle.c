/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-merkle.h"

#include <openssl/evp.h>
#include <string.h>

#include "postern-store-base64.h"

/* --- hashes ------------------------------------------------------------------------------------------------------- */

/* Asking for the digest by name each time costs more than the digest of a node. */
static const EVP_MD *
get_sha256 (void)
{
  static EVP_MD *digest;

  if (g_once_init_enter (&digest)) {
    EVP_MD *fetched = EVP_MD_fetch (NULL, "SHA256", NULL);

    if (fetched == NULL)
      g_error ("OpenSSL has no SHA-256; nothing can be proven");
    g_once_init_leave (&digest, fetched);
  }
  return digest;
}

static void
hash_bytes (gconstpointer data, gsize length, PosternMerkleHash *hash)
{
  if (EVP_Digest (data, length, hash->bytes, NULL, get_sha256 (), NULL) != 1)
    g_error ("OpenSSL could not hash");
}

static void
hash_with_prefix (guint8 prefix, gconstpointer data, gsize length, PosternMerkleHash *hash)
{
  g_autofree guint8 *whole = g_malloc (length + 1);

  whole[0] = prefix;
  if (length > 0)
    memcpy (whole + 1, data, length);
  hash_bytes (whole, length + 1, hash);
}

void
postern_merkle_hash_leaf (gconstpointer data, gsize length, PosternMerkleHash *hash)
{
  hash_with_prefix (0, data, length, hash);
}

void
postern_merkle_hash_part (gconstpointer data, gsize length, PosternMerkleHash *hash)
{
  hash_with_prefix (2, data, length, hash);
}

void
postern_merkle_hash_pair (const PosternMerkleHash *left, const PosternMerkleHash *right, PosternMerkleHash *hash)
{
  PosternMerkleHash both[2] = { *left, *right };

  hash_bytes (both, sizeof both, hash);
}

static void
hash_node (const PosternMerkleHash *left, const PosternMerkleHash *right, PosternMerkleHash *hash)
{
  guint8 whole[1 + 2 * POSTERN_MERKLE_BYTES] = { 1 };

  memcpy (whole + 1, left, POSTERN_MERKLE_BYTES);
  memcpy (whole + 1 + POSTERN_MERKLE_BYTES, right, POSTERN_MERKLE_BYTES);
  hash_bytes (whole, sizeof whole, hash);
}

gboolean
postern_merkle_hash_equal (const PosternMerkleHash *a, const PosternMerkleHash *b)
{
  return memcmp (a, b, sizeof *a) == 0; /* no secrets: nothing is told by the time */
}

char *
postern_merkle_hash_print (const PosternMerkleHash *hash)
{
  return postern_store_base64_encode (hash->bytes, sizeof hash->bytes);
}

gboolean
postern_merkle_hash_read (const char *text, gssize length, PosternMerkleHash *hash)
{
  char exact[POSTERN_MERKLE_TEXT + 1];
  gsize size = length < 0 ? strlen (text) : (gsize) length, n;
  g_autofree guint8 *bytes = NULL;

  if (size != POSTERN_MERKLE_TEXT)
    return FALSE;
  memcpy (exact, text, size);
  exact[size] = '\0';
  bytes = postern_store_base64_decode (exact, &n);
  if (bytes == NULL || n != sizeof hash->bytes)
    return FALSE;
  memcpy (hash->bytes, bytes, n);
  return TRUE;
}

/* --- trees ---------------------------------------------------------------------------------------------------------- */

void
postern_merkle_tree_append_root (PosternMerkleTree *self, guint level, const PosternMerkleHash *root)
{
  PosternMerkleHash hash = *root;
  guint at = level;

  for (; self->size >> at & 1; at++)
    hash_node (&self->nodes[at], &hash, &hash);
  self->nodes[at] = hash;
  self->size += (gint64) 1 << level;
}

void
postern_merkle_tree_append (PosternMerkleTree *self, const PosternMerkleHash *leaf)
{
  postern_merkle_tree_append_root (self, 0, leaf);
}

void
postern_merkle_tree_get_root (const PosternMerkleTree *self, PosternMerkleHash *root)
{
  gboolean begun = FALSE;

  hash_bytes ("", 0, root);
  for (guint level = 0; level < POSTERN_MERKLE_LEVELS; level++) {
    if (!(self->size >> level & 1))
      continue;
    if (begun)
      hash_node (&self->nodes[level], root, root);
    else
      *root = self->nodes[level];
    begun = TRUE;
  }
}

char *
postern_merkle_tree_print (const PosternMerkleTree *self)
{
  GString *text = g_string_new (NULL);

  for (int level = POSTERN_MERKLE_LEVELS - 1; level >= 0; level--)
    if (self->size >> level & 1) {
      g_autofree char *hash = postern_merkle_hash_print (&self->nodes[level]);

      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", hash);
    }
  return g_string_free (text, FALSE);
}

gboolean
postern_merkle_tree_read (PosternMerkleTree *self, gint64 size, const char *text)
{
  gsize left = strlen (text);
  gboolean begun = FALSE;

  if (size < 0 || size >> POSTERN_MERKLE_LEVELS != 0)
    return FALSE;
  self->size = size;
  for (int level = POSTERN_MERKLE_LEVELS - 1; level >= 0; level--) {
    if (!(size >> level & 1))
      continue;
    if (begun && (left == 0 || *text != ' '))
      return FALSE;
    text += begun;
    left -= begun;
    if (left < POSTERN_MERKLE_TEXT || !postern_merkle_hash_read (text, POSTERN_MERKLE_TEXT, &self->nodes[level]))
      return FALSE;
    text += POSTERN_MERKLE_TEXT;
    left -= POSTERN_MERKLE_TEXT;
    begun = TRUE;
  }
  return left == 0;
}

/* A range begins at a multiple of what it could grow to. So what is known of it are the lowest bits of how many are known; or, where
 * all of it is, one hash of the known ones, since it is the left neighbour of what came next. */
void
postern_merkle_tree_begin (PosternMerkleTree *self, const PosternMerkleRange *range, const PosternMerkleTree *known)
{
  *self = *known;
  self->size = MAX (0, MIN (known->size, range->to) - range->from);
}

/* --- proofs --------------------------------------------------------------------------------------------------------- */

/* The largest power of two smaller than @n, which is at least 2. */
static gint64
get_split (gint64 n)
{
  gint64 split = 1;

  while (split << 1 < n)
    split <<= 1;
  return split;
}

static guint
reverse (PosternMerkleRange *ranges, guint n)
{
  for (guint i = 0; i < n / 2; i++) {
    PosternMerkleRange first = ranges[i];

    ranges[i] = ranges[n - 1 - i];
    ranges[n - 1 - i] = first;
  }
  return n;
}

/* Down from the root: at each branch the other side is part of the proof, the last one first. */
guint
postern_merkle_get_path (gint64 index, gint64 size, PosternMerkleRange *ranges)
{
  PosternMerkleRange at = { 0, size };
  guint n = 0;

  while (at.to - at.from > 1) {
    gint64 middle = at.from + get_split (at.to - at.from);
    PosternMerkleRange left = { at.from, middle }, right = { middle, at.to };

    ranges[n++] = index < middle ? right : left;
    at = index < middle ? left : right;
  }
  return reverse (ranges, n);
}

/* Likewise, down to where the first tree ends; what ends there is named too, unless it is the whole first tree. */
guint
postern_merkle_get_consistency (gint64 first, gint64 size, PosternMerkleRange *ranges)
{
  PosternMerkleRange at = { 0, size };
  guint n = 0;

  while (at.to != first) {
    gint64 middle = at.from + get_split (at.to - at.from);
    PosternMerkleRange left = { at.from, middle }, right = { middle, at.to };

    ranges[n++] = first <= middle ? right : left;
    at = first <= middle ? left : right;
  }
  if (at.from > 0)
    ranges[n++] = at;
  return reverse (ranges, n);
}

/* RFC 9162 section 2.1.3.2: @at is the node's number on its level, @last the level's last one. */
gboolean
postern_merkle_check_path (const PosternMerkleHash *leaf, gint64 index, gint64 size, const PosternMerkleHash *path, guint n_path, const PosternMerkleHash *root)
{
  PosternMerkleHash hash = *leaf;
  gint64 at = index, last = size - 1;

  if (index < 0 || index >= size)
    return FALSE;
  for (guint i = 0; i < n_path; i++) {
    if (last == 0)
      return FALSE;
    if (at & 1 || at == last) {
      hash_node (&path[i], &hash, &hash);
      for (; !(at & 1) && at != 0; at >>= 1)
        last >>= 1;
    } else {
      hash_node (&hash, &path[i], &hash);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && postern_merkle_hash_equal (&hash, root);
}

/* Section 2.1.4.2. Both roots are made anew: of what stands left of the first tree's end, and of all. */
static gboolean
climb (gint64 at, gint64 last, const PosternMerkleHash *path, guint n_path, PosternMerkleHash hashes[2])
{
  for (guint i = 0; i < n_path; i++) {
    if (last == 0)
      return FALSE;
    if (at & 1 || at == last) {
      hash_node (&path[i], &hashes[0], &hashes[0]);
      hash_node (&path[i], &hashes[1], &hashes[1]);
      for (; !(at & 1) && at != 0; at >>= 1)
        last >>= 1;
    } else {
      hash_node (&hashes[1], &path[i], &hashes[1]);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0;
}

gboolean
postern_merkle_check_consistency (gint64 first, const PosternMerkleHash *first_root, gint64 size, const PosternMerkleHash *root, const PosternMerkleHash *path, guint n_path)
{
  gint64 at = first - 1, last = size - 1;
  gboolean is_whole = (first & (first - 1)) == 0; /* a power of two: its root is a node of the larger tree, and not sent */
  PosternMerkleHash hashes[2];

  if (first <= 0 || first > size)
    return FALSE;
  if (first == size)
    return n_path == 0 && postern_merkle_hash_equal (first_root, root);
  if (n_path == 0)
    return FALSE;
  for (; at & 1; at >>= 1)
    last >>= 1;
  hashes[0] = hashes[1] = is_whole ? *first_root : path[0];
  return climb (at, last, path + !is_whole, n_path - !is_whole, hashes) && postern_merkle_hash_equal (&hashes[0], first_root) && postern_merkle_hash_equal (&hashes[1], root);
}
