/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-record.h"

gboolean
postern_domain_store_insert (PosternTxn *txn, PosternDomain *domain, GError **error)
{
  return postern_record_write (txn, &postern_records_domain, domain, POSTERN_SQL_INSERT (postern_records_domain, ""), error) > 0;
}

gboolean
postern_domain_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "domain", "DELETE FROM organization_domains WHERE id = ?1", values, G_N_ELEMENTS (values), error);
}

PosternDomain *
postern_domain_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_domain, POSTERN_SQL_SELECT (postern_records_domain, "WHERE id = ?1"), values, G_N_ELEMENTS (values), error);
}

PosternDomain *
postern_domain_store_find (PosternTxn *txn, const char *organization_id, const char *name, GError **error)
{
  static const char by_id[] = "WHERE organization_id = ?1 AND id = ?2", by_name[] = "WHERE organization_id = ?1 AND domain = ?2";
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (name) };

  if (postern_id_is_valid (name, "dom"))
    return postern_record_read (txn, &postern_records_domain, POSTERN_SQL_SELECT (postern_records_domain, by_id), values, G_N_ELEMENTS (values), error);
  return postern_record_read (txn, &postern_records_domain, POSTERN_SQL_SELECT (postern_records_domain, by_name), values, G_N_ELEMENTS (values), error);
}

PosternDomain *
postern_domain_store_find_verified (PosternTxn *txn, const char *domain, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (domain) };

  return postern_record_read (txn, &postern_records_domain, POSTERN_SQL_SELECT (postern_records_domain, "WHERE domain = ?1 AND verified_at > 0"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_domain_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_domain,
                              POSTERN_SQL_SELECT (postern_records_domain, "WHERE organization_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_domain_store_list_due (PosternTxn *txn, gint64 until, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (until), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_domain,
                              POSTERN_SQL_SELECT (postern_records_domain, "WHERE verified_at > 0 AND checked_at <= ?1 ORDER BY checked_at LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_domain_store_settle (PosternTxn *txn, PosternDomain *domain, GError **error)
{
  static const char sql[] = "UPDATE organization_domains SET verified_at = ?2, checked_at = ?3, failed_at = ?4, silent_at = ?5 WHERE id = ?1";
  PosternValue values[] = { POSTERN_TEXT (domain->id), POSTERN_INT (domain->verified_at), POSTERN_INT (domain->checked_at), POSTERN_INT (domain->failed_at),
                           POSTERN_INT (domain->silent_at) };

  return postern_txn_run_one (txn, "domain", sql, values, G_N_ELEMENTS (values), error);
}
