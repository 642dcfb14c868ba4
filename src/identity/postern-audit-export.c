/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-export.h"

#include "postern-audit-entry.h"
#include "postern-audit-log.h"
#include "postern-audit-part.h"
#include "postern-json.h"

#include <string.h>

/* --- the beginning -------------------------------------------------------------------------------------------------- */

static void
add_object (GPtrArray *lines, PosternJsonObject *object)
{
  g_ptr_array_add (lines, postern_json_print (postern_json_object_end (object)));
}

static void
add_first (GPtrArray *lines, const char *issuer, GVariant *keys)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_int64 (&object, "audit_log", 1);
  postern_json_object_add_string (&object, "iss", issuer);
  postern_json_object_add (&object, "keys", keys);
  add_object (lines, &object);
}

static void
add_statement (GPtrArray *lines, const char *name, const char *statement)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, name, statement);
  add_object (lines, &object);
}

static void
add_start (GPtrArray *lines, const PosternMerkleTree *tree, const PosternMerkleHash *chain)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT, start = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *nodes = postern_merkle_tree_print (tree), *text = postern_merkle_hash_print (chain);

  postern_json_object_add_string (&start, "chain", text);
  postern_json_object_add_string (&start, "nodes", nodes);
  postern_json_object_add_int64 (&start, "tree_size", tree->size);
  postern_json_object_add (&object, "start", postern_json_object_end (&start));
  add_object (lines, &object);
}

GPtrArray *
postern_audit_export_begin (PosternTxn *txn, PosternTenant *tenant, GVariant *keys, gint64 *from, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *statement = NULL;
  PosternMerkleTree tree;
  PosternMerkleHash chain;
  gint64 cut;

  add_first (lines, postern_tenant_get_issuer (tenant), keys);
  if (!postern_audit_log_get_cut (txn, &cut, &statement, error))
    return NULL;
  *from = MAX (*from, cut);
  if (statement != NULL)
    add_statement (lines, "cut", statement);
  if (*from == cut)
    return g_steal_pointer (&lines);
  if (!postern_audit_log_get_tree (txn, *from, &tree, &chain, error))
    return NULL;
  add_start (lines, &tree, &chain);
  return g_steal_pointer (&lines);
}

/* --- entries and heads ---------------------------------------------------------------------------------------------- */

static void
add_entry (GPtrArray *lines, const PosternAuditLink *link, const PosternAudit *entry)
{
  g_autofree char *text = entry ? postern_audit_entry_print (entry) : NULL, *address = entry ? postern_audit_part_print_address (entry) : NULL;
  g_autofree char *personal = entry ? postern_audit_part_print_personal (entry) : NULL;

  g_ptr_array_add (lines, g_strdup_printf ("{\"seq\":%" G_GINT64_FORMAT ",\"leaf\":\"%s\",\"chain\":\"%s\"%s%s%s%s,\"entry\":%s}", link->seq, link->leaf, link->chain,
                                           address ? ",\"address\":" : "", address ? address : "", personal ? ",\"personal\":" : "", personal ? personal : "",
                                           text ? text : "null"));
}

/* All three are in the order of their numbers; of the entries some may be gone. @next: (inout): moved to the first that is left where it is too much */
static GPtrArray *
merge (GPtrArray *links, GPtrArray *entries, GPtrArray *heads, gint64 to, gint64 *next)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  gsize bytes = 0;
  guint e = 0, h = 0;

  for (guint i = 0; i < links->len; i++) {
    PosternAuditLink *link = links->pdata[i];
    PosternAudit *entry = e < entries->len ? entries->pdata[e] : NULL;

    if (link->seq >= to)
      break;
    if (bytes >= POSTERN_AUDIT_EXPORT_BYTES) {
      *next = link->seq;
      break;
    }
    if (entry != NULL && entry->key != link->audit_key)
      entry = NULL;
    e += entry != NULL;
    add_entry (lines, link, entry);
    bytes += strlen (lines->pdata[lines->len - 1]);
    for (; h < heads->len && ((PosternAuditHead *) heads->pdata[h])->tree_size <= link->seq + 1; h++)
      add_statement (lines, "head", ((PosternAuditHead *) heads->pdata[h])->statement);
  }
  return lines;
}

GPtrArray *
postern_audit_export_list (PosternTxn *txn, gint64 from, gint64 to, gint64 *next, GError **error)
{
  guint limit = (guint) MIN (POSTERN_AUDIT_EXPORT_MAX, to - from);
  g_autoptr (GPtrArray) links = postern_audit_chain_store_list (txn, from, limit, error);
  g_autoptr (GPtrArray) entries = links ? postern_audit_chain_store_list_entries (txn, from, limit, error) : NULL;
  g_autoptr (GPtrArray) heads = entries ? postern_audit_chain_store_list_heads (txn, from, limit, error) : NULL;

  if (heads == NULL)
    return NULL;
  *next = links->len == limit ? from + limit : to;
  return merge (links, entries, heads, to, next);
}
