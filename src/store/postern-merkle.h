/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Merkle hash trees of RFC 6962 section 2.1 over SHA-256: the tree that certificate transparency has. Nothing here keeps
 * leaves: a tree is what is needed to let it grow, at most 64 hashes.
 */
#define POSTERN_MERKLE_BYTES 32
#define POSTERN_MERKLE_TEXT 43 /* letters of a hash in base64url without padding */
#define POSTERN_MERKLE_LEVELS 62 /* a tree has fewer than 2^62 leaves */
#define POSTERN_MERKLE_PATH_MAX (POSTERN_MERKLE_LEVELS + 1)

typedef struct {
  guint8 bytes[POSTERN_MERKLE_BYTES];
} PosternMerkleHash;

/** PosternMerkleTree: as far as it has grown: of each bit that is set in @size, the root of that many leaves. {0} is the empty one. */
typedef struct {
  gint64 size;
  PosternMerkleHash nodes[POSTERN_MERKLE_LEVELS];
} PosternMerkleTree;

/** PosternMerkleRange: the leaves from @from up to, without, @to. */
typedef struct {
  gint64 from, to;
} PosternMerkleRange;

/** postern_merkle_hash_leaf: SHA-256(0x00 ‖ @data) */
void postern_merkle_hash_leaf (gconstpointer data, gsize length, PosternMerkleHash *hash);
/** postern_merkle_hash_part: SHA-256(0x02 ‖ @data): of what is no leaf and no node */
void postern_merkle_hash_part (gconstpointer data, gsize length, PosternMerkleHash *hash);
/** postern_merkle_hash_pair: SHA-256(@left ‖ @right), of no tree: a chain's next link. @hash may be one of them. */
void postern_merkle_hash_pair (const PosternMerkleHash *left, const PosternMerkleHash *right, PosternMerkleHash *hash);
gboolean postern_merkle_hash_equal (const PosternMerkleHash *a, const PosternMerkleHash *b);
/** postern_merkle_hash_print: base64url without padding. (transfer full) */
char *postern_merkle_hash_print (const PosternMerkleHash *hash);
/** postern_merkle_hash_read: strict, @text of @length bytes (-1: up to its end) */
gboolean postern_merkle_hash_read (const char *text, gssize length, PosternMerkleHash *hash);

void postern_merkle_tree_append (PosternMerkleTree *self, const PosternMerkleHash *leaf);
/** postern_merkle_tree_append_root: the next 2^@level leaves at once, by the root of their tree; the tree's size must be a multiple of as many */
void postern_merkle_tree_append_root (PosternMerkleTree *self, guint level, const PosternMerkleHash *root);
void postern_merkle_tree_get_root (const PosternMerkleTree *self, PosternMerkleHash *root);
/** postern_merkle_tree_print: its hashes, the one of most leaves first, parted by spaces; with the size, all of the tree. (transfer full) */
char *postern_merkle_tree_print (const PosternMerkleTree *self);
/** postern_merkle_tree_read: of what postern_merkle_tree_print() wrote; FALSE when it is not of @size leaves */
gboolean postern_merkle_tree_read (PosternMerkleTree *self, gint64 size, const char *text);
/**
 * postern_merkle_tree_begin: @range's own tree, as far as it is known without leaves: by the tree of all that came before
 * @known->size, where that is not behind the leaf, or the end of the first tree, that @range is needed to prove. It goes on with
 * the leaf number range->from + self->size, if that is before range->to.
 */
void postern_merkle_tree_begin (PosternMerkleTree *self, const PosternMerkleRange *range, const PosternMerkleTree *known);

/* Proofs: which ranges' roots they are made of, in the proof's order (sections 2.1.1 and 2.1.2), and whether one holds. */
/** postern_merkle_get_path: that leaf @index is in a tree of @size. Returns: how many, at most POSTERN_MERKLE_PATH_MAX; 0 <= @index < @size */
guint postern_merkle_get_path (gint64 index, gint64 size, PosternMerkleRange *ranges);
/** postern_merkle_get_consistency: that a tree of @size begins with the one of @first. 0 < @first <= @size */
guint postern_merkle_get_consistency (gint64 first, gint64 size, PosternMerkleRange *ranges);
/** postern_merkle_check_path: whether @path proves that @leaf has the number @index in the tree of @size with @root */
gboolean postern_merkle_check_path (const PosternMerkleHash *leaf, gint64 index, gint64 size, const PosternMerkleHash *path, guint n_path, const PosternMerkleHash *root);
/** postern_merkle_check_consistency: whether @path proves that the tree of @size with @root begins with the one of @first with @first_root */
gboolean postern_merkle_check_consistency (gint64 first, const PosternMerkleHash *first_root, gint64 size, const PosternMerkleHash *root, const PosternMerkleHash *path, guint n_path);

G_END_DECLS
