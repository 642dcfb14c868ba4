/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include <string.h>

#include "postern-json.h"
#include "postern-record.h"
#include "postern-seal.h"
#include "postern-store-private.h"

#define TABLE "instances"
#define SEALED_COLUMN "secrets"
#define ON_CONFLICT                                                                                                   \
  "ON CONFLICT (id) DO UPDATE SET type = excluded.type, name = excluded.name, position = excluded.position, "        \
  "enabled = excluded.enabled, settings = excluded.settings, secrets = excluded.secrets, revision = excluded.revision, " \
  "updated_at = excluded.updated_at"

gboolean
postern_instance_store_put (PosternTxn *txn, PosternInstanceRecord *record, GVariant *secrets, GError **error)
{
  g_clear_pointer (&record->secrets, g_free);
  if (secrets != NULL && g_variant_n_children (secrets) > 0)
    {
      char *plain = postern_json_print (secrets);

      record->secrets = postern_seal (txn->store, TABLE, SEALED_COLUMN, record->id, plain, strlen (plain), error);
      postern_secret_free (plain);
      if (record->secrets == NULL)
        return FALSE;
    }
  return postern_record_write (txn, &postern_records_instance_record, record, POSTERN_SQL_INSERT (postern_records_instance_record, ON_CONFLICT), error) > 0;
}

PosternInstanceRecord *
postern_instance_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_instance_record, POSTERN_SQL_SELECT (postern_records_instance_record, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_instance_store_list (PosternTxn *txn, GError **error)
{
  return postern_record_list (txn, &postern_records_instance_record, POSTERN_SQL_SELECT (postern_records_instance_record, "ORDER BY id"), NULL, 0, error);
}

gboolean
postern_instance_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "instance", "DELETE FROM instances WHERE id = ?1", values, G_N_ELEMENTS (values), error);
}

GVariant *
postern_instance_store_dup_secrets (PosternTxn *txn, const PosternInstanceRecord *record, GError **error)
{
  char *plain;
  GVariant *secrets;

  if (record->secrets == NULL)
    return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  plain = postern_unseal (txn->store, TABLE, SEALED_COLUMN, record->id, record->secrets, NULL, error);
  secrets = plain ? postern_json_parse_object (plain, -1, 0, error) : NULL;
  postern_secret_free (plain);
  return secrets;
}
