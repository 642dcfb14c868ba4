/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-record.h"
#include "postern-store-private.h"
#include "postern-txn.h"

gboolean
postern_resource_store_insert (PosternTxn *txn, PosternResource *resource, GError **error)
{
  postern_store_note_rule_change (txn->store);
  return postern_record_write (txn, &postern_records_resource, resource, POSTERN_SQL_INSERT (postern_records_resource, ""), error) > 0;
}

static gboolean
has_scope (PosternResource *resource, const char *name)
{
  for (gsize i = 0; resource->scopes && i < g_variant_n_children (resource->scopes); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (resource->scopes, i);
    g_autoptr (GVariant) scope = g_variant_get_variant (box);

    if (g_strcmp0 (postern_json_get_string (scope, "name"), name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Returns: (transfer full) (nullable) (element-type utf8): scopes that some role permits, and that are no longer there */
static GPtrArray *
list_stale (PosternTxn *txn, PosternResource *resource, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GPtrArray) stale = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (resource->id) };

  if (!postern_txn_query (txn, &cursor, "SELECT DISTINCT scope FROM role_permissions WHERE resource_id = ?1", values, G_N_ELEMENTS (values), error))
    return NULL;
  while (postern_txn_next (&cursor, &failure))
    if (!has_scope (resource, postern_txn_get_text (&cursor, 0)))
      g_ptr_array_add (stale, g_strdup (postern_txn_get_text (&cursor, 0)));
  if (failure == NULL)
    return g_steal_pointer (&stale);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static gboolean
drop_stale (PosternTxn *txn, PosternResource *resource, GError **error)
{
  g_autoptr (GPtrArray) stale = list_stale (txn, resource, error);

  for (guint i = 0; stale && i < stale->len; i++) {
    PosternValue values[] = { POSTERN_TEXT (resource->id), POSTERN_TEXT (stale->pdata[i]) };

    if (!postern_txn_run (txn, "DELETE FROM role_permissions WHERE resource_id = ?1 AND scope = ?2", values, G_N_ELEMENTS (values), error))
      return FALSE;
  }
  return stale != NULL;
}

gboolean
postern_resource_store_update (PosternTxn *txn, PosternResource *resource, GError **error)
{
  gint64 changed = postern_record_write (txn, &postern_records_resource, resource, POSTERN_SQL_UPDATE (postern_records_resource), error);

  postern_store_note_rule_change (txn->store);
  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such resource");
  return changed > 0 && drop_stale (txn, resource, error);
}

gboolean
postern_resource_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  postern_store_note_rule_change (txn->store);
  return postern_txn_run_one (txn, "resource", "DELETE FROM resources WHERE id = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_claims_hook_store_delete (txn, id, NULL, error);
}

PosternResource *
postern_resource_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_resource, POSTERN_SQL_SELECT (postern_records_resource, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

PosternResource *
postern_resource_store_find (PosternTxn *txn, const char *indicator, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (indicator) };

  return postern_record_read (txn, &postern_records_resource, POSTERN_SQL_SELECT (postern_records_resource, "WHERE indicator = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_resource_store_list (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_resource, POSTERN_SQL_SELECT (postern_records_resource, "WHERE id > ?1 ORDER BY id LIMIT ?2"),
                              values, G_N_ELEMENTS (values), error);
}
