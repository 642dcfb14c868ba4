/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-txn.h"

#define REVISION "tenants"  /* the setting */
#define MOVE "tenant-move:" /* the setting of each that moves */
#define DOMAINS "tenant-domains" /* the setting: that there was a domain */

/* Who keeps what the directory says compares one row instead of all. */
static gboolean
note_change (PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) revision = g_variant_ref_sink (g_variant_new_take_string (postern_id_new ("rev")));

  return postern_setting_store_put (txn, REVISION, revision, g_get_real_time () / G_USEC_PER_SEC, error);
}

gboolean
postern_tenant_store_dup_revision (PosternTxn *txn, char **revision, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) value = postern_setting_store_get (txn, REVISION, &local);

  *revision = value ? g_variant_dup_string (value, NULL) : NULL;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
postern_tenant_store_insert (PosternTxn *txn, PosternTenantRecord *tenant, GError **error)
{
  return postern_record_write (txn, &postern_records_tenant_record, tenant, POSTERN_SQL_INSERT (postern_records_tenant_record, ""), error) > 0 &&
         note_change (txn, error);
}

gboolean
postern_tenant_store_update (PosternTxn *txn, PosternTenantRecord *tenant, GError **error)
{
  gint64 changed = postern_record_write (txn, &postern_records_tenant_record, tenant, POSTERN_SQL_UPDATE (postern_records_tenant_record), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such tenant");
  return changed > 0 && note_change (txn, error);
}

PosternTenantRecord *
postern_tenant_store_get (PosternTxn *txn, const char *slug, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (slug) };

  return postern_record_read (txn, &postern_records_tenant_record, POSTERN_SQL_SELECT (postern_records_tenant_record, "WHERE slug = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_tenant_store_list (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_tenant_record,
                              POSTERN_SQL_SELECT (postern_records_tenant_record, "WHERE slug > ?1 ORDER BY slug LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_tenant_store_list_living (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_tenant_record,
                              POSTERN_SQL_SELECT (postern_records_tenant_record, "WHERE slug > ?1 AND state <> 'deleted' ORDER BY slug LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_tenant_store_set_due (PosternTxn *txn, const char *slug, gint64 due_at, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (slug), POSTERN_INT (due_at) };

  return postern_txn_run (txn, "UPDATE tenants SET due_at = ?2 WHERE slug = ?1 AND state <> 'deleted'", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_tenant_store_find_move (PosternTxn *txn, const char *slug, GVariant **move, GError **error)
{
  g_autofree char *name = g_strconcat (MOVE, slug, NULL);
  g_autoptr (GError) local = NULL;

  *move = postern_setting_store_get (txn, name, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
postern_tenant_store_set_move (PosternTxn *txn, const char *slug, GVariant *move, GError **error)
{
  g_autofree char *name = g_strconcat (MOVE, slug, NULL);

  return move ? postern_setting_store_put (txn, name, move, g_get_real_time () / G_USEC_PER_SEC, error) : postern_setting_store_delete (txn, name, error);
}

gboolean
postern_tenant_store_delete (PosternTxn *txn, const char *slug, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (slug) };

  return postern_txn_run (txn, "DELETE FROM tenant_domains WHERE slug = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_txn_run_one (txn, "tenant", "DELETE FROM tenants WHERE slug = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_tenant_store_set_move (txn, slug, NULL, error) && note_change (txn, error);
}

/* For ever: what was a tenant's domain is known to people, and may still lead here when no tenant has one any more. */
static gboolean
note_domains (PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) yes = g_variant_ref_sink (g_variant_new_boolean (TRUE));

  return postern_setting_store_put (txn, DOMAINS, yes, g_get_real_time () / G_USEC_PER_SEC, error);
}

gboolean
postern_tenant_store_insert_domain (PosternTxn *txn, const char *slug, const char *domain, GError **error)
{
  static const char sql[] = "INSERT INTO tenant_domains (domain, slug, position) VALUES (?1, ?2, "
                            "(SELECT COALESCE (MAX (position), 0) + 1 FROM tenant_domains WHERE slug = ?2))";
  PosternValue values[] = { POSTERN_TEXT (domain), POSTERN_TEXT (slug) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error) && note_domains (txn, error) && note_change (txn, error);
}

gboolean
postern_tenant_store_read_had_domains (PosternTxn *txn, gboolean *had, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GVariant) value = postern_setting_store_get (txn, DOMAINS, &local);

  *had = value != NULL;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
postern_tenant_store_delete_domain (PosternTxn *txn, const char *slug, const char *domain, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (domain), POSTERN_TEXT (slug) };

  return postern_txn_run_one (txn, "domain", "DELETE FROM tenant_domains WHERE domain = ?1 AND slug = ?2", values, G_N_ELEMENTS (values), error) &&
         note_change (txn, error);
}

GPtrArray *
postern_tenant_store_list_domains (PosternTxn *txn, const char *slug, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (slug) };

  if (slug == NULL)
    return postern_record_list (txn, &postern_records_tenant_domain, POSTERN_SQL_SELECT (postern_records_tenant_domain, "ORDER BY slug, position"), NULL, 0,
                                error);
  return postern_record_list (txn, &postern_records_tenant_domain,
                              POSTERN_SQL_SELECT (postern_records_tenant_domain, "WHERE slug = ?1 ORDER BY position"), values, G_N_ELEMENTS (values), error);
}
