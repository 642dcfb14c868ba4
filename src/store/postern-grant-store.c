/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-json.h"
#include "postern-record.h"
#include "postern-redeem.h"

gboolean
postern_grant_store_insert (PosternTxn *txn, PosternGrant *grant, GError **error)
{
  grant->key = postern_id_get_key (grant->id);
  g_free (grant->organization_id);
  grant->organization_id = g_strdup (grant->data ? postern_json_get_string (grant->data, "organization_id") : NULL);
  return postern_record_write (txn, &postern_records_grant, grant, POSTERN_SQL_INSERT (postern_records_grant, ""), error)
         > 0;
}

PosternGrant *
postern_grant_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_grant,
                              POSTERN_SQL_SELECT (postern_records_grant, "WHERE key = ?1 AND id = ?2"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_grant_store_redeem_code (PosternTxn *txn, const char *id, const char *code_hash, gint64 now, GError **error)
{
  static const PosternRedeem redeem = {
    .what = "code",
    .mark = "UPDATE grants SET code_used_at = ?4 WHERE key = ?1 AND id = ?2 AND code_hash = ?3 AND code_used_at = 0 AND code_expires_at > ?4 "
            "AND revoked_at = 0",
    .look = "SELECT code_used_at FROM grants WHERE key = ?1 AND id = ?2 AND code_hash = ?3",
  };
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id), POSTERN_TEXT (code_hash), POSTERN_INT (now) };

  return postern_redeem (txn, &redeem, values, G_N_ELEMENTS (values), error);
}

/* The first revocation's time stays. */
gboolean
postern_grant_store_revoke (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  static const char sql[] = "UPDATE grants SET revoked_at = CASE revoked_at WHEN 0 THEN ?3 ELSE revoked_at END WHERE key = ?1 AND id = ?2";
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id), POSTERN_INT (now) };

  return postern_txn_run_one (txn, "grant", sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_grant_store_revoke_all (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now,
                                GError **error)
{
  PosternValue values[] = { POSTERN_INT (now), POSTERN_TEXT (user_id ? user_id : application_id),
                            POSTERN_TEXT (application_id) };

  g_return_val_if_fail (user_id != NULL || application_id != NULL, FALSE);
  if (user_id != NULL && application_id != NULL)
    return postern_txn_run (
        txn, "UPDATE grants SET revoked_at = ?1 WHERE user_id = ?2 AND application_id = ?3 AND revoked_at = 0", values, 3,
        error);
  if (user_id != NULL)
    return postern_txn_run (txn, "UPDATE grants SET revoked_at = ?1 WHERE user_id = ?2 AND revoked_at = 0", values, 2,
                            error);
  return postern_txn_run (txn, "UPDATE grants SET revoked_at = ?1 WHERE application_id = ?2 AND revoked_at = 0", values, 2,
                          error);
}

gboolean
postern_grant_store_revoke_offline (PosternTxn *txn, const char *user_id, const char *but_of, gint64 now, GError **error)
{
  static const char sql[] = "UPDATE grants SET revoked_at = ?1 WHERE user_id = ?2 AND offline = 1 AND revoked_at = 0 AND (session_id IS NULL OR session_id <> ?3)";
  PosternValue values[] = { POSTERN_INT (now), POSTERN_TEXT (user_id), POSTERN_TEXT (but_of ? but_of : "") };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

/* The column is filled for whoever does not know of it yet: ../../data/migrations/sqlite/lasting/032-organization-of-grants.sql. */
gboolean
postern_grant_store_revoke_for_organization (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error)
{
#define OF_ORGANIZATION "UPDATE grants SET revoked_at = ?1 WHERE organization_id = ?2 AND revoked_at = 0"
  PosternValue values[] = { POSTERN_INT (now), POSTERN_TEXT (organization_id), POSTERN_TEXT (user_id) };

  if (user_id == NULL)
    return postern_txn_run (txn, OF_ORGANIZATION, values, 2, error);
  return postern_txn_run (txn, OF_ORGANIZATION " AND user_id = ?3", values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_grant_store_list (PosternTxn *txn, const char *user_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_KEY (after), POSTERN_INT (limit) };

  return postern_record_list (
      txn, &postern_records_grant,
      POSTERN_SQL_SELECT (postern_records_grant, "WHERE user_id = ?1 AND key > ?2 ORDER BY key LIMIT ?3"), values,
      G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_grant_store_list_for_application (PosternTxn *txn, const char *application_id, const char *user_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (application_id), POSTERN_KEY (after), POSTERN_INT (limit), POSTERN_TEXT (user_id) };

  if (user_id == NULL)
    return postern_record_list (txn, &postern_records_grant, POSTERN_SQL_SELECT (postern_records_grant, "WHERE application_id = ?1 AND key > ?2 ORDER BY key LIMIT ?3"), values, 3, error);
  return postern_record_list (txn, &postern_records_grant,
                              POSTERN_SQL_SELECT (postern_records_grant, "WHERE application_id = ?1 AND user_id = ?4 AND key > ?2 ORDER BY key LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_grant_store_has_living (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, gboolean *has, GError **error)
{
  static const char sql[] = "SELECT 1 FROM grants WHERE user_id = ?1 AND application_id = ?2 AND revoked_at = 0 AND (expires_at = 0 OR expires_at > ?3) LIMIT 1";
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_TEXT (application_id), POSTERN_INT (now) };
  gint64 found = 0;

  if (!postern_txn_read_int64 (txn, &found, 0, sql, values, G_N_ELEMENTS (values), error))
    return FALSE;
  *has = found == 1;
  return TRUE;
}

GPtrArray *
postern_grant_store_list_for_session (PosternTxn *txn, PosternSession *session, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (session->user_id), POSTERN_TEXT (session->id) };

  return postern_record_list (txn, &postern_records_grant,
                              POSTERN_SQL_SELECT (postern_records_grant, "WHERE user_id = ?1 AND session_id = ?2 ORDER BY key"),
                              values, G_N_ELEMENTS (values), error);
}
