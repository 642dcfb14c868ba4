/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-cut.h"

#include "postern-audit-key.h"
#include "postern-audit-log.h"
#include "postern-audit-nodes.h"
#include "postern-json.h"

#define CUT "cut"

/* What is read first, and then written; a transaction may run twice. */
typedef struct {
  gint64 before, now;
  gint64 old_size;
  gint64 size; /* of the new cut; the old one's when nothing is old enough */
  PosternMerkleTree tree;
  PosternMerkleHash chain;
  PosternAuditTree *row; /* (nullable) */
} Cut;

/* Returns: FALSE with @error; *@size is the old one's when no head is behind it */
static gboolean
find_size (PosternTxn *txn, Cut *cut, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternAuditHead) head = NULL;
  gint64 seq;

  if (!postern_audit_chain_store_find_first (txn, postern_id_get_first_key (cut->before), &seq, error))
    return FALSE;
  head = postern_audit_chain_store_get_head_up_to (txn, seq, &failure);
  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  cut->size = head ? MAX (cut->old_size, head->tree_size) : cut->old_size;
  return TRUE;
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Cut *cut = user_data;

  return postern_audit_log_get_cut (txn, &cut->old_size, NULL, error) && find_size (txn, cut, error) &&
         (cut->size == cut->old_size || postern_audit_log_get_tree (txn, cut->size, &cut->tree, &cut->chain, error));
}

static PosternAuditTree *
make_row (PosternTenant *tenant, const Cut *cut, PosternJwk *key, GError **error)
{
  g_autoptr (PosternAuditTree) row = postern_audit_tree_new ();
  PosternAuditStatement statement = {
    .tree_size = cut->size, .timestamp = cut->now * 1000, .chain = cut->chain, .tree = cut->tree, .is_cut = TRUE, .issuer = (char *) postern_tenant_get_issuer (tenant)
  };

  postern_merkle_tree_get_root (&cut->tree, &statement.root);
  row->name = g_strdup (CUT);
  row->size = cut->size;
  row->nodes = postern_merkle_tree_print (&cut->tree);
  row->chain = postern_merkle_hash_print (&cut->chain);
  row->last_key = -1;
  row->updated_at = cut->now;
  row->statement = postern_audit_statement_sign (&statement, key, error);
  return row->statement ? g_steal_pointer (&row) : NULL;
}

static gboolean
append_entry (PosternTxn *txn, const Cut *cut, GError **error)
{
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("audit.cut", POSTERN_AUDIT_SERVER, NULL);
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_int64 (&data, "before", cut->before);
  postern_json_object_add_int64 (&data, "tree_size", cut->size);
  entry->data = g_variant_ref_sink (postern_json_object_end (&data));
  return postern_audit_store_append (txn, entry, error);
}

static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Cut *cut = user_data;
  g_autoptr (GPtrArray) no_links = g_ptr_array_new ();

  return postern_audit_chain_store_grow (txn, cut->row, cut->old_size, no_links, error) && append_entry (txn, cut, error);
}

gboolean
postern_audit_cut_make (PosternTenant *tenant, gint64 before, gint64 now, gint64 *size, GError **error)
{
  PosternStore *store = postern_tenant_get_store (tenant);
  Cut cut = { .before = before, .now = now };
  g_autoptr (PosternJwk) key = NULL;
  gboolean done;

  if (!postern_store_read (store, POSTERN_KEEP_LASTING, look, &cut, error))
    return FALSE;
  *size = cut.size;
  if (cut.size == cut.old_size)
    return TRUE;
  key = postern_audit_key_dup (store, error);
  cut.row = key ? make_row (tenant, &cut, key, error) : NULL;
  done = cut.row != NULL && postern_store_write (store, POSTERN_KEEP_LASTING, put, &cut, error);
  g_clear_pointer (&cut.row, postern_audit_tree_unref);
  return done;
}

/* --- what was cut off ------------------------------------------------------------------------------------------------- */

typedef struct {
  guint rows;
  gint64 deleted;
} Sweep;

static gboolean
sweep (PosternTxn *txn, gpointer user_data, GError **error)
{
  Sweep *self = user_data;
  gint64 size;

  return postern_audit_log_get_cut (txn, &size, NULL, error) && postern_audit_chain_store_drop (txn, size, self->rows, &self->deleted, error) &&
         postern_audit_nodes_drop (txn, size, error);
}

gboolean
postern_audit_cut_sweep (PosternStore *store, guint rows, gint64 *deleted, GError **error)
{
  Sweep self = { rows, 0 };
  gboolean done = postern_store_write (store, POSTERN_KEEP_LASTING, sweep, &self, error);

  *deleted = done ? self.deleted : 0;
  return done;
}
