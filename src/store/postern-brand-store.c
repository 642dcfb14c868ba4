/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"

gboolean
postern_brand_store_put (PosternTxn *txn, PosternBrandFile *file, GError **error)
{
  static const char tail[] = "ON CONFLICT (organization_id, kind) DO UPDATE SET name = excluded.name, data = excluded.data";

  return postern_record_write (txn, &postern_records_brand_file, file, POSTERN_SQL_INSERT (postern_records_brand_file, tail), error) >= 0;
}

gboolean
postern_brand_store_delete (PosternTxn *txn, const char *organization_id, const char *kind, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (kind) };

  return postern_txn_run (txn, "DELETE FROM organization_brand_files WHERE organization_id = ?1 AND kind = ?2", values, G_N_ELEMENTS (values), error);
}

PosternBrandFile *
postern_brand_store_get (PosternTxn *txn, const char *organization_id, const char *kind, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (kind) };

  return postern_record_read (txn, &postern_records_brand_file, POSTERN_SQL_SELECT (postern_records_brand_file, "WHERE organization_id = ?1 AND kind = ?2"),
                              values, G_N_ELEMENTS (values), error);
}

/* Two organizations may have the same picture: the one is as good as the other. */
PosternBrandFile *
postern_brand_store_find (PosternTxn *txn, const char *name, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (name) };

  return postern_record_read (txn, &postern_records_brand_file, POSTERN_SQL_SELECT (postern_records_brand_file, "WHERE name = ?1 ORDER BY organization_id LIMIT 1"),
                              values, G_N_ELEMENTS (values), error);
}
