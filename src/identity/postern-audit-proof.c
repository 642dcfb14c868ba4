/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-proof.h"

#include "postern-audit-entry.h"
#include "postern-audit-log.h"
#include "postern-audit-part.h"
#include "postern-error.h"
#include "postern-json.h"

static GVariant *
path_to_json (const PosternMerkleHash *path, guint n)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < n; i++) {
    g_autofree char *text = postern_merkle_hash_print (&path[i]);

    g_variant_builder_add (&builder, "v", g_variant_new_string (text));
  }
  return g_variant_builder_end (&builder);
}

static PosternAuditHead *
get_head (PosternTxn *txn, gint64 size, gboolean exact, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternAuditHead) head = postern_audit_chain_store_get_head (txn, size, FALSE, &failure);

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (head == NULL || (exact && head->tree_size != size))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there is no signed head of the audit log of %" G_GINT64_FORMAT " entries: sign one, and try again", size);
  else
    return g_steal_pointer (&head);
  return NULL;
}

static void
add_text (PosternJsonObject *object, const char *name, char *text)
{
  g_autofree char *owned = text;
  g_autoptr (GVariant) value = owned ? postern_json_parse_object (owned, -1, 0, NULL) : NULL;

  if (value != NULL)
    postern_json_object_add (object, name, value);
}

/* The entry, and of its parts what is not forgotten. */
static gboolean
add_entry (PosternTxn *txn, PosternJsonObject *proof, gint64 seq, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_audit_chain_store_list_entries (txn, seq, 1, error);

  if (entries == NULL)
    return FALSE;
  if (entries->len == 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "entry %" G_GINT64_FORMAT " is not kept any more", seq);
    return FALSE;
  }
  add_text (proof, "address", postern_audit_part_print_address (entries->pdata[0]));
  add_text (proof, "entry", postern_audit_entry_print (entries->pdata[0]));
  add_text (proof, "personal", postern_audit_part_print_personal (entries->pdata[0]));
  return TRUE;
}

static PosternAuditLink *
find (PosternTxn *txn, const char *id, GError **error)
{
  g_autoptr (GError) failure = NULL;
  PosternAuditLink *link = postern_audit_chain_store_find (txn, id, &failure);

  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no audit entry “%s” that has a number", id);
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return link;
}

GVariant *
postern_audit_proof_make (PosternTxn *txn, const char *id, GError **error)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (PosternAuditLink) link = find (txn, id, error);
  g_autoptr (PosternAuditHead) head = link ? get_head (txn, link->seq + 1, FALSE, error) : NULL;
  PosternMerkleRange ranges[POSTERN_MERKLE_PATH_MAX];
  PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX];
  guint n;

  if (head == NULL || !add_entry (txn, &object, link->seq, error))
    return NULL;
  n = postern_merkle_get_path (link->seq, head->tree_size, ranges);
  if (!postern_audit_log_fill_path (txn, link->seq, ranges, n, path, error))
    return NULL;
  postern_json_object_add_string (&object, "head", head->statement);
  postern_json_object_add (&object, "path", path_to_json (path, n));
  postern_json_object_add_int64 (&object, "seq", link->seq);
  return g_variant_ref_sink (postern_json_object_end (&object));
}

GVariant *
postern_audit_proof_make_consistency (PosternTxn *txn, gint64 first, gint64 size, GError **error)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (PosternAuditHead) old = NULL, head = NULL;
  PosternMerkleRange ranges[POSTERN_MERKLE_PATH_MAX];
  PosternMerkleHash path[POSTERN_MERKLE_PATH_MAX];
  guint n;

  if (first <= 0 || first > size) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the first log must have an entry, and no more than the second");
    return NULL;
  }
  old = get_head (txn, first, TRUE, error);
  head = old ? get_head (txn, size, TRUE, error) : NULL;
  if (head == NULL)
    return NULL;
  n = postern_merkle_get_consistency (first, size, ranges);
  if (!postern_audit_log_fill_path (txn, first, ranges, n, path, error))
    return NULL;
  postern_json_object_add_string (&object, "first", old->statement);
  postern_json_object_add_string (&object, "head", head->statement);
  postern_json_object_add (&object, "path", path_to_json (path, n));
  return g_variant_ref_sink (postern_json_object_end (&object));
}
