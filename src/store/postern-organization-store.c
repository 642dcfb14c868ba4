/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

gboolean
postern_organization_store_insert (PosternTxn *txn, PosternOrganization *organization, GError **error)
{
  return postern_record_write (txn, &postern_records_organization, organization, POSTERN_SQL_INSERT (postern_records_organization, ""), error) > 0 &&
         postern_join_store_set (txn, organization, error);
}

gboolean
postern_organization_store_update (PosternTxn *txn, PosternOrganization *organization, GError **error)
{
  gint64 changed = postern_record_write (txn, &postern_records_organization, organization, POSTERN_SQL_UPDATE (postern_records_organization), error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such organization");
  return changed > 0 && postern_join_store_set (txn, organization, error);
}

gboolean
postern_organization_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "organization", "DELETE FROM organizations WHERE id = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_role_store_delete_organization (txn, id, error);
}

/* No slug looks like an id (postern-organization.h), so that at most one row is found. */
PosternOrganization *
postern_organization_store_find (PosternTxn *txn, const char *name, GError **error)
{
  static const char by_id[] = "WHERE id = ?1", by_slug[] = "WHERE slug = ?1";
  PosternValue values[] = { POSTERN_TEXT (name) };

  if (postern_id_is_valid (name, "org"))
    return postern_record_read (txn, &postern_records_organization, POSTERN_SQL_SELECT (postern_records_organization, by_id), values,
                                G_N_ELEMENTS (values), error);
  return postern_record_read (txn, &postern_records_organization, POSTERN_SQL_SELECT (postern_records_organization, by_slug), values,
                              G_N_ELEMENTS (values), error);
}

/* As of people, a search is for administrators, who page through it. */
GPtrArray *
postern_organization_store_list (PosternTxn *txn, const char *search, const char *after, guint limit, GError **error)
{
  g_autofree char *pattern = search != NULL && *search != '\0' ? postern_txn_dup_like_prefix (search) : NULL;
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit), POSTERN_TEXT (pattern) };

  if (pattern == NULL)
    return postern_record_list (txn, &postern_records_organization,
                                POSTERN_SQL_SELECT (postern_records_organization, "WHERE id > ?1 ORDER BY id LIMIT ?2"), values, 2, error);
  return postern_record_list (txn, &postern_records_organization,
                              POSTERN_SQL_SELECT (postern_records_organization, "WHERE id > ?1 AND (name LIKE ?3 ESCAPE '\\' OR slug LIKE ?3 ESCAPE '\\') "
                                                                                "ORDER BY id LIMIT ?2"),
                              values, 3, error);
}

GPtrArray *
postern_organization_store_list_for_user (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_organization,
                              POSTERN_SQL_SELECT (postern_records_organization, "WHERE disabled_at = 0 AND id IN (SELECT organization_id FROM organization_members "
                                                                                "WHERE user_id = ?1 AND organization_id > ?2) ORDER BY id LIMIT ?3"),
                              values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_organization_store_list_for_member (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_organization,
                              POSTERN_SQL_SELECT (postern_records_organization, "WHERE id IN (SELECT organization_id FROM organization_members "
                                                                                "WHERE user_id = ?1 AND organization_id > ?2 ORDER BY organization_id LIMIT ?3) ORDER BY id"),
                              values, G_N_ELEMENTS (values), error);
}

char *
postern_organization_store_get_choice (PosternTxn *txn, const char *session_id, const char *application_id, GError **error)
{
  static const char sql[] = "SELECT organization_id FROM organization_choices WHERE session_key = ?1 AND application_id = ?2";
  PosternValue values[] = { POSTERN_KEY (session_id), POSTERN_TEXT (application_id) };
  g_auto (PosternCursor) cursor = { 0 };

  if (!postern_txn_query (txn, &cursor, sql, values, G_N_ELEMENTS (values), error) || !postern_txn_next (&cursor, error))
    return NULL;
  return g_strdup (postern_txn_get_text (&cursor, 0));
}

gboolean
postern_organization_store_put_choice (PosternTxn *txn, const char *session_id, const char *application_id, const char *organization_id, GError **error)
{
  static const char sql[] = "INSERT INTO organization_choices (session_key, application_id, organization_id) VALUES (?1, ?2, ?3) "
                            "ON CONFLICT (session_key, application_id) DO UPDATE SET organization_id = excluded.organization_id "
                            "WHERE organization_choices.organization_id <> excluded.organization_id";
  PosternValue values[] = { POSTERN_KEY (session_id), POSTERN_TEXT (application_id), POSTERN_TEXT (organization_id) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_organization_store_forget_choices (PosternTxn *txn, const char *organization_id, const char *user_id, GError **error)
{
  static const char sql[] = "DELETE FROM organization_choices WHERE organization_id = ?1 AND session_key IN (SELECT key FROM sessions WHERE user_id = ?2)";
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (user_id) };

  if (user_id == NULL)
    return postern_txn_run (txn, "DELETE FROM organization_choices WHERE organization_id = ?1", values, 1, error);
  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}
