/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-log.h"

#include "postern-audit-entry.h"
#include "postern-audit-key.h"
#include "postern-audit-nodes.h"
#include "postern-audit-statement.h"
#include "postern-error.h"

#define LOG "log"
#define CUT "cut"
#define BATCH 256 /* rows a transaction: short enough that no sign-in waits for it */
#define BEGIN -2
#define NEAR_SECONDS 5
#define FAR_SECONDS 120

/* --- the tree as it is kept ----------------------------------------------------------------------------------------- */

/* A row of the store, read. */
typedef struct {
  PosternMerkleTree tree;
  PosternMerkleHash chain;
  gint64 last_key;
} Grown;

static gboolean
read_grown (PosternTxn *txn, const char *name, Grown *grown, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternAuditTree) row = postern_audit_chain_store_get_tree (txn, name, &failure);

  memset (grown, 0, sizeof *grown);
  grown->last_key = -1;
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (row == NULL)
    return TRUE;
  grown->last_key = row->last_key;
  if (postern_merkle_tree_read (&grown->tree, row->size, row->nodes) && postern_merkle_hash_read (row->chain, -1, &grown->chain))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "the audit log's tree “%s” is damaged: it is not one of %" G_GINT64_FORMAT " entries", name, row->size);
  return FALSE;
}

static PosternAuditTree *
make_row (const char *name, const Grown *grown, gint64 now)
{
  PosternAuditTree *row = postern_audit_tree_new ();

  row->name = g_strdup (name);
  row->size = grown->tree.size;
  row->nodes = postern_merkle_tree_print (&grown->tree);
  row->chain = postern_merkle_hash_print (&grown->chain);
  row->last_key = grown->last_key;
  row->updated_at = now;
  return row;
}

/* --- giving numbers ------------------------------------------------------------------------------------------------- */

/* One batch. What it reads is put here, since a transaction may run twice. */
typedef struct {
  PosternAuditReach reach;
  gint64 after; /* the key of the last entry of the batch before; BEGIN in the first one */
  Grown grown;
  GPtrArray *entries; /* (nullable) */
  gint64 size;        /* before */
  PosternAuditTree *row;
  GPtrArray *links;
} Batch;

static gint64
first_key (const Batch *batch)
{
  gint64 seconds = batch->reach == POSTERN_AUDIT_REACH_NEAR ? NEAR_SECONDS : FAR_SECONDS;

  return batch->reach == POSTERN_AUDIT_REACH_ALL ? -1 : MAX (-1, batch->grown.last_key - postern_id_get_first_key (seconds));
}

/* Where there is nothing late, which is cheaper to count than to look for, it goes on behind the last one. */
static gboolean
find_start (PosternTxn *txn, Batch *batch, gint64 *start, GError **error)
{
  gint64 after = first_key (batch);
  gboolean complete = FALSE;

  *start = batch->after;
  if (batch->after != BEGIN)
    return TRUE;
  if (!postern_audit_chain_store_is_complete (txn, after + 1, batch->grown.last_key, &complete, error))
    return FALSE;
  *start = complete ? batch->grown.last_key : after;
  return TRUE;
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Batch *batch = user_data;
  gint64 start;

  g_clear_pointer (&batch->entries, g_ptr_array_unref);
  if (!read_grown (txn, LOG, &batch->grown, error) || !find_start (txn, batch, &start, error))
    return FALSE;
  batch->entries = postern_audit_chain_store_list_new (txn, start, BATCH, error);
  return batch->entries != NULL;
}

static void
append (Batch *batch, const PosternAudit *entry)
{
  PosternAuditLink *link = postern_audit_link_new ();
  g_autofree char *text = postern_audit_entry_print (entry);
  PosternMerkleHash leaf;

  postern_merkle_hash_leaf (text, strlen (text), &leaf);
  postern_merkle_hash_pair (&batch->grown.chain, &leaf, &batch->grown.chain);
  link->seq = batch->grown.tree.size;
  link->audit_key = entry->key;
  link->leaf = postern_merkle_hash_print (&leaf);
  link->chain = postern_merkle_hash_print (&batch->grown.chain);
  postern_merkle_tree_append (&batch->grown.tree, &leaf);
  batch->grown.last_key = MAX (batch->grown.last_key, entry->key);
  g_ptr_array_add (batch->links, link);
}

static gboolean
grow (PosternTxn *txn, gpointer user_data, GError **error)
{
  Batch *batch = user_data;

  return postern_audit_chain_store_grow (txn, batch->row, batch->size, batch->links, error);
}

/* Hashing is done between the two transactions: nobody waits for it. */
static gboolean
sequence_batch (PosternStore *store, Batch *batch, gint64 now, GError **error)
{
  if (!postern_store_read (store, POSTERN_KEEP_LASTING, look, batch, error))
    return FALSE;
  if (batch->entries->len == 0)
    return TRUE;
  batch->size = batch->grown.tree.size;
  for (guint i = 0; i < batch->entries->len; i++)
    append (batch, batch->entries->pdata[i]);
  batch->row = make_row (LOG, &batch->grown, now);
  return postern_store_write (store, POSTERN_KEEP_LASTING, grow, batch, error);
}

gboolean
postern_audit_log_sequence (PosternStore *store, PosternAuditReach reach, gint64 now, guint *n, GError **error)
{
  gint64 after = BEGIN;
  gboolean done, more;

  *n = 0;
  do {
    Batch batch = { .reach = reach, .after = after, .links = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_audit_link_unref) };

    done = sequence_batch (store, &batch, now, error);
    more = done && batch.entries->len == BATCH;
    *n += done ? batch.entries->len : 0;
    after = more ? ((PosternAudit *) batch.entries->pdata[BATCH - 1])->key : BEGIN;
    g_clear_pointer (&batch.entries, g_ptr_array_unref);
    g_clear_pointer (&batch.row, postern_audit_tree_unref);
    g_ptr_array_unref (batch.links);
  } while (more);
  return done;
}

/* --- signing -------------------------------------------------------------------------------------------------------- */

typedef struct {
  Grown grown;
  PosternAuditHead *head; /* (nullable) */
} Signing;

static gboolean
look_for_head (PosternTxn *txn, gpointer user_data, GError **error)
{
  Signing *signing = user_data;
  g_autoptr (GError) failure = NULL;

  g_clear_pointer (&signing->head, postern_audit_head_unref);
  if (!read_grown (txn, LOG, &signing->grown, error))
    return FALSE;
  signing->head = postern_audit_chain_store_get_head (txn, signing->grown.tree.size, FALSE, &failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
add_head (PosternTxn *txn, gpointer user_data, GError **error)
{
  Signing *signing = user_data;

  return postern_audit_chain_store_add_head (txn, signing->head, error);
}

static PosternAuditHead *
make_head (const char *issuer, const Grown *grown, PosternJwk *key, gint64 now, GError **error)
{
  g_autoptr (PosternAuditHead) head = postern_audit_head_new ();
  PosternAuditStatement statement = { .tree_size = grown->tree.size, .timestamp = now * 1000, .chain = grown->chain, .issuer = (char *) issuer };

  postern_merkle_tree_get_root (&grown->tree, &statement.root);
  head->tree_size = grown->tree.size;
  head->kid = g_strdup (postern_jwk_get_kid (key));
  head->created_at = now;
  head->statement = postern_audit_statement_sign (&statement, key, error);
  return head->statement ? g_steal_pointer (&head) : NULL;
}

PosternAuditHead *
postern_audit_log_sign (PosternTenant *tenant, gint64 now, GError **error)
{
  PosternStore *store = postern_tenant_get_store (tenant);
  Signing signing = { 0 };
  g_autoptr (PosternJwk) key = NULL;

  if (!postern_store_read (store, POSTERN_KEEP_LASTING, look_for_head, &signing, error) || signing.head != NULL)
    return signing.head;
  key = postern_audit_key_dup (store, error);
  signing.head = key ? make_head (postern_tenant_get_issuer (tenant), &signing.grown, key, now, error) : NULL;
  if (signing.head != NULL && !postern_store_write (store, POSTERN_KEEP_LASTING, add_head, &signing, error))
    g_clear_pointer (&signing.head, postern_audit_head_unref);
  return signing.head;
}

/* --- looking back --------------------------------------------------------------------------------------------------- */

static gboolean
check_is_kept (const Grown *cut, gint64 first, GError **error)
{
  if (first >= cut->tree.size)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the entries before %" G_GINT64_FORMAT " were cut off", cut->tree.size);
  return FALSE;
}

gboolean
postern_audit_log_get_cut (PosternTxn *txn, gint64 *size, char **statement, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternAuditTree) row = postern_audit_chain_store_get_tree (txn, CUT, &failure);

  *size = row ? row->size : 0;
  if (statement != NULL)
    *statement = row ? g_strdup (row->statement) : NULL;
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
postern_audit_log_get_tree (PosternTxn *txn, gint64 size, PosternMerkleTree *tree, PosternMerkleHash *chain, GError **error)
{
  g_autoptr (GPtrArray) links = NULL;
  Grown cut;

  if (!read_grown (txn, CUT, &cut, error) || !check_is_kept (&cut, size, error))
    return FALSE;
  *tree = cut.tree;
  *chain = cut.chain;
  if (size == cut.tree.size)
    return TRUE;
  links = postern_audit_chain_store_list (txn, size - 1, 1, error);
  return links != NULL && postern_audit_nodes_append (txn, tree, tree->size, size, error) && postern_merkle_hash_read (((PosternAuditLink *) links->pdata[0])->chain, -1, chain);
}

gboolean
postern_audit_log_fill_path (PosternTxn *txn, gint64 first, const PosternMerkleRange *ranges, guint n, PosternMerkleHash *path, GError **error)
{
  Grown cut;

  if (!read_grown (txn, CUT, &cut, error) || !check_is_kept (&cut, first, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    PosternMerkleTree tree;

    postern_merkle_tree_begin (&tree, &ranges[i], &cut.tree);
    if (!postern_audit_nodes_append (txn, &tree, ranges[i].from + tree.size, ranges[i].to, error))
      return FALSE;
    postern_merkle_tree_get_root (&tree, &path[i]);
  }
  return TRUE;
}
