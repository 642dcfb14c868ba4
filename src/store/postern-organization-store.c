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

/*
 * A search as of people (postern-user-store.c): few matches are found by the indices; where many match, so does one of each few rows, and reading
 * the table in its order soon has a page full. A name counts in small letters, as far as ASCII goes.
 */
#define MANY 5000
#define BEGINS(column) column " >= ?3 AND " column " < ?4"
#define PAGE "WHERE id > ?1 AND "
#define ORDER " ORDER BY id LIMIT ?2"

static gboolean
count_matches (PosternTxn *txn, const char *from, const char *to, gint64 *count, GError **error)
{
  static const char sql[] = "SELECT COUNT (*) FROM (SELECT 1 FROM organizations WHERE folded_name >= ?1 AND folded_name < ?2 "
                            "UNION ALL SELECT 1 FROM organizations WHERE slug >= ?1 AND slug < ?2 LIMIT ?3) AS matches";
  PosternValue values[] = { POSTERN_TEXT (from), POSTERN_TEXT (to), POSTERN_INT (MANY) };

  return postern_txn_read_int64 (txn, count, 0, sql, values, G_N_ELEMENTS (values), error);
}

static GPtrArray *
list_matches (PosternTxn *txn, const char *search, const char *after, guint limit, GError **error)
{
  static const char by_index[] = PAGE "id IN (SELECT id FROM organizations WHERE " BEGINS ("folded_name") " UNION SELECT id FROM organizations WHERE " BEGINS ("slug") ")" ORDER;
  static const char in_order[] = PAGE "((" BEGINS ("folded_name") ") OR (" BEGINS ("slug") "))" ORDER;
  g_autofree char *from = g_ascii_strdown (search, -1), *to = g_strconcat (from, "\xf4\x8f\xbf\xbf", NULL);
  PosternValue values[] = { POSTERN_TEXT (after), POSTERN_INT (limit), POSTERN_TEXT (from), POSTERN_TEXT (to) };
  gint64 count;

  if (!count_matches (txn, from, to, &count, error))
    return NULL;
  if (count < MANY)
    return postern_record_list (txn, &postern_records_organization, POSTERN_SQL_SELECT (postern_records_organization, by_index), values, G_N_ELEMENTS (values), error);
  return postern_record_list (txn, &postern_records_organization, POSTERN_SQL_SELECT (postern_records_organization, in_order), values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_organization_store_list (PosternTxn *txn, const char *search, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  if (search != NULL && *search != '\0')
    return list_matches (txn, search, after ? after : "", limit, error);
  return postern_record_list (txn, &postern_records_organization, POSTERN_SQL_SELECT (postern_records_organization, "WHERE id > ?1 ORDER BY id LIMIT ?2"), values, 2, error);
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
