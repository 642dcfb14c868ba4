/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-nodes.h"

#include "postern-audit-log.h"
#include "postern-error.h"

#define STEP 8 /* levels between those that are kept */
#define TOP 24

/* --- reading -------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternMerkleTree *tree;
  guint level;
  gint64 next; /* the number of the node, or the leaf, that is to come */
} Reading;

/* One that is missing ends it, and so does one that cannot be read. */
static gboolean
append_node (gint64 number, const char *text, gpointer user_data)
{
  Reading *self = user_data;
  PosternMerkleHash hash;

  if (number != self->next || !postern_merkle_hash_read (text, -1, &hash))
    return FALSE;
  postern_merkle_tree_append_root (self->tree, self->level, &hash);
  self->next++;
  return TRUE;
}

/* Nodes of @level as far as they are there. @from: (inout): a leaf's number */
static gboolean
append_level (PosternTxn *txn, PosternMerkleTree *tree, guint level, gint64 *from, gint64 to, GError **error)
{
  Reading self = { tree, level, *from >> level };
  gboolean read = level > 0 ? postern_audit_chain_store_foreach_node (txn, level, *from >> level, to >> level, append_node, &self, error)
                            : postern_audit_chain_store_foreach_leaf (txn, *from, to, append_node, &self, error);

  *from = self.next << level;
  return read;
}

static gboolean
is_aligned (gint64 number, guint level)
{
  return (number & (((gint64) 1 << level) - 1)) == 0;
}

/* The highest level that may be kept, of which a whole node begins at @from and ends at @to at the latest. */
static guint
find_level (const PosternMerkleTree *tree, gint64 from, gint64 to, guint most)
{
  for (guint level = most; level > 0; level -= STEP)
    if (is_aligned (from, level) && is_aligned (tree->size, level) && to - from >= (gint64) 1 << level)
      return level;
  return 0;
}

/* Where a larger node could begin: so far those of @level are read. */
static gint64
find_end (gint64 from, gint64 to, guint level)
{
  gint64 span = (gint64) 1 << (level + STEP), end = (from / span + 1) * span;

  if (level == TOP || end > to)
    return level > 0 ? to & ~(((gint64) 1 << level) - 1) : to;
  return end;
}

gboolean
postern_audit_nodes_append (PosternTxn *txn, PosternMerkleTree *tree, gint64 from, gint64 to, GError **error)
{
  guint most = TOP;

  while (from < to) {
    guint level = find_level (tree, from, to, most);
    gint64 end = find_end (from, to, level), at = from;

    if (!append_level (txn, tree, level, &at, end, error))
      return FALSE;
    most = at == end ? TOP : level - STEP; /* what is missing is made of those below */
    if (at < end && level == 0) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the audit log has no whole row of entries from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, at, to - 1);
      return FALSE;
    }
    from = at;
  }
  return TRUE;
}

/* --- making --------------------------------------------------------------------------------------------------------- */

typedef struct {
  guint most;
  guint n;
  gboolean any;
  gint64 cut, size; /* of the log */
} Making;

static gboolean
look_at_log (PosternTxn *txn, Making *self, GError **error)
{
  self->n = 0; /* a transaction may run twice */
  self->any = FALSE;
  return postern_audit_log_get_cut (txn, &self->cut, NULL, error) && postern_audit_chain_store_get_end (txn, &self->size, error);
}

/* The next one of @level; -1 where the log is not long enough. Leaves may have been cut off: then none that begins before the cut is made. */
static gboolean
find_next (PosternTxn *txn, const Making *self, guint level, gint64 *next, GError **error)
{
  gint64 span = (gint64) 1 << level;

  if (!postern_audit_chain_store_get_next_node (txn, level, next, error))
    return FALSE;
  *next = MAX (*next, (self->cut + span - 1) / span);
  if ((*next + 1) * span > self->size)
    *next = -1;
  return TRUE;
}

/* Nearly always there is none, and then nothing is written. */
static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Making *self = user_data;
  gint64 next;

  if (!look_at_log (txn, self, error))
    return FALSE;
  for (guint level = STEP; level <= TOP; level += STEP) {
    if (!find_next (txn, self, level, &next, error))
      return FALSE;
    self->any = self->any || next >= 0;
  }
  return TRUE;
}

static gboolean
make_one (PosternTxn *txn, guint level, gint64 number, GError **error)
{
  PosternMerkleTree tree = { 0 };
  PosternMerkleHash root;
  g_autofree char *text = NULL;

  if (!postern_audit_nodes_append (txn, &tree, number << level, (number + 1) << level, error))
    return FALSE;
  postern_merkle_tree_get_root (&tree, &root);
  text = postern_merkle_hash_print (&root);
  return postern_audit_chain_store_add_node (txn, level, number, text, error);
}

static gboolean
make_level (PosternTxn *txn, Making *self, guint level, GError **error)
{
  gint64 next;

  for (; self->n < self->most; self->n++) {
    if (!find_next (txn, self, level, &next, error))
      return FALSE;
    if (next < 0)
      return TRUE;
    if (!make_one (txn, level, next, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
make (PosternTxn *txn, gpointer user_data, GError **error)
{
  Making *self = user_data;

  if (!look_at_log (txn, self, error))
    return FALSE;
  for (guint level = STEP; level <= TOP; level += STEP)
    if (!make_level (txn, self, level, error))
      return FALSE;
  return TRUE;
}

gboolean
postern_audit_nodes_make (PosternStore *store, guint most, guint *n, GError **error)
{
  Making self = { .most = most };

  *n = 0;
  if (!postern_store_read (store, POSTERN_KEEP_LASTING, look, &self, error))
    return FALSE;
  if (!self.any)
    return TRUE;
  if (!postern_store_write (store, POSTERN_KEEP_LASTING, make, &self, error))
    return FALSE;
  *n = self.n;
  return TRUE;
}

gboolean
postern_audit_nodes_drop (PosternTxn *txn, gint64 before, GError **error)
{
  for (guint level = STEP; level <= TOP; level += STEP)
    if (!postern_audit_chain_store_drop_nodes (txn, level, before >> level, error))
      return FALSE;
  return TRUE;
}
