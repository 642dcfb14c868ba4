/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-json.h"
#include "postern-store-private.h"
#include "postern-txn.h"

GVariant *
postern_setting_store_get (PosternTxn *txn, const char *name, GError **error)
{
  g_auto (PosternCursor) cursor = { 0 };
  PosternValue values[] = { POSTERN_TEXT (name) };

  if (!postern_txn_query (txn, &cursor, "SELECT value FROM settings WHERE name = ?1", values, G_N_ELEMENTS (values), error)
      || !postern_txn_next (&cursor, error))
    return NULL;
  return postern_json_parse (postern_txn_get_text (&cursor, 0), -1, 0, error);
}

gboolean
postern_setting_store_put (PosternTxn *txn, const char *name, GVariant *value, gint64 now, GError **error)
{
  static const char sql[] = "INSERT INTO settings (name, value, updated_at) VALUES (?1, ?2, ?3) "
                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
  g_autofree char *text = postern_json_print (value);
  PosternValue values[] = { POSTERN_TEXT (name), POSTERN_TEXT (text), POSTERN_INT (now) };

  postern_store_note_rule_change (txn->store);
  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_setting_store_delete (PosternTxn *txn, const char *name, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (name) };

  postern_store_note_rule_change (txn->store);
  return postern_txn_run (txn, "DELETE FROM settings WHERE name = ?1", values, G_N_ELEMENTS (values), error);
}
