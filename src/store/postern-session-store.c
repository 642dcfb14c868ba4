/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

#define STALE "the session has ended; sign in again"

gboolean
postern_session_store_insert (PosternTxn *txn, PosternSession *session, GError **error)
{
  session->key = postern_id_get_key (session->id);
  return postern_record_insert (txn, &postern_records_session, session, POSTERN_SQL_INSERT (postern_records_session, ""), error);
}

PosternSession *
postern_session_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (id), POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_session,
                              POSTERN_SQL_SELECT (postern_records_session, "WHERE key = ?1 AND id = ?2"), values,
                              G_N_ELEMENTS (values), error);
}

PosternSession *
postern_session_store_find (PosternTxn *txn, const char *secret, GError **error)
{
  g_autofree char *id = postern_secret_dup_id (secret, "ses");
  g_autofree char *hash = postern_secret_hash (secret);
  g_autoptr (PosternSession) session = postern_session_store_get (txn, id ? id : "", error);

  if (session != NULL && !postern_secret_equal (session->secret_hash, hash))
    {
      postern_session_unref (g_steal_pointer (&session));
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such session");
    }
  return g_steal_pointer (&session);
}

/* TRUE if the one session was alive and changed; STALE otherwise */
static gboolean
change_alive (PosternTxn *txn, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  gint64 changed = postern_txn_execute (txn, sql, values, n_values, error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, STALE);
  return changed > 0;
}

gboolean
postern_session_store_raise (PosternTxn *txn, PosternSession *session, GError **error)
{
  static const char sql[] = "UPDATE sessions SET secret_hash = ?2, amr = ?3, acr = ?4, auth_time = ?5, used_at = ?6, "
                            "idle_expires_at = ?7, expires_at = ?8, device_hash = ?9, factors = ?11, user_agent = ?12, remote_address = ?13 "
                            "WHERE key = ?10 AND id = ?1 AND ended_at = 0 AND expires_at > ?6 AND idle_expires_at > ?6";
  PosternValue values[] = { POSTERN_TEXT (session->id),       POSTERN_TEXT (session->secret_hash),
                            POSTERN_TEXT (session->amr),      POSTERN_TEXT (session->acr),
                            POSTERN_INT (session->auth_time), POSTERN_INT (session->used_at),
                            POSTERN_INT (session->idle_expires_at), POSTERN_INT (session->expires_at),
                            POSTERN_TEXT (session->device_hash), POSTERN_KEY (session->id),
                            POSTERN_TEXT (session->factors), POSTERN_TEXT (session->user_agent),
                            POSTERN_TEXT (session->remote_address) };

  return change_alive (txn, sql, values, G_N_ELEMENTS (values), error);
}

/* Never brings a session back: one that ended or lapsed stays so. */
gboolean
postern_session_store_touch (PosternTxn *txn, const char *id, gint64 used_at, gint64 idle_expires_at, GError **error)
{
  static const char sql[] = "UPDATE sessions SET used_at = ?2, idle_expires_at = ?3 "
                            "WHERE key = ?4 AND id = ?1 AND ended_at = 0 AND expires_at > ?2 AND idle_expires_at > ?2";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_INT (used_at), POSTERN_INT (idle_expires_at), POSTERN_KEY (id) };

  return change_alive (txn, sql, values, G_N_ELEMENTS (values), error);
}

/* Ending what has ended is no error and moves no time: two sign-outs at once both succeed. */
gboolean
postern_session_store_end (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  static const char end[] = "UPDATE sessions SET ended_at = CASE ended_at WHEN 0 THEN ?2 ELSE ended_at END WHERE key = ?3 AND id = ?1";
  static const char revoke[] = "UPDATE grants SET revoked_at = ?2 WHERE user_id = (SELECT user_id FROM sessions WHERE key = ?3 AND id = ?1) "
                               "AND session_id = ?1 AND offline = 0 AND revoked_at = 0";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_INT (now), POSTERN_KEY (id) };

  return postern_txn_run_one (txn, "session", end, values, G_N_ELEMENTS (values), error)
         && postern_txn_run (txn, revoke, values, G_N_ELEMENTS (values), error);
}

#define ALIVE "(?3 = 0 OR (ended_at = 0 AND expires_at > ?3 AND idle_expires_at > ?3))"

GPtrArray *
postern_session_store_list (PosternTxn *txn, const char *user_id, gboolean alive_only, const char *after, guint limit,
                            GError **error)
{
  PosternValue values[] = { POSTERN_KEY (after), POSTERN_INT (limit),
                            POSTERN_INT (alive_only ? g_get_real_time () / G_USEC_PER_SEC : 0), POSTERN_TEXT (user_id) };

  if (user_id == NULL)
    return postern_record_list (
        txn, &postern_records_session,
        POSTERN_SQL_SELECT (postern_records_session, "WHERE key > ?1 AND " ALIVE " ORDER BY key LIMIT ?2"), values, 3,
        error);
  return postern_record_list (
      txn, &postern_records_session,
      POSTERN_SQL_SELECT (postern_records_session, "WHERE user_id = ?4 AND key > ?1 AND " ALIVE " ORDER BY key LIMIT ?2"),
      values, 4, error);
}

GPtrArray *
postern_session_store_list_latest (PosternTxn *txn, const char *user_id, gboolean alive_only, const char *before, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_INT (limit), POSTERN_INT (alive_only ? g_get_real_time () / G_USEC_PER_SEC : 0),
                            POSTERN_INT (before ? postern_id_get_key (before) : G_MAXINT64) };

  return postern_record_list (txn, &postern_records_session,
                              POSTERN_SQL_SELECT (postern_records_session, "WHERE user_id = ?1 AND key < ?4 AND " ALIVE " ORDER BY key DESC LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}
