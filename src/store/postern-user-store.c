/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

/*
 * One person's user name must not be another's e-mail address or phone number: a sign-in looks in all three, and whoever
 * could take a stranger's address as a name would catch that stranger's sign-ins. This look-up (by the indices) guards across the
 * columns; the unique rules of the table guard each one, whoever writes at the same time.
 */
gboolean
postern_user_store_check (PosternTxn *txn, const PosternUser *user, GError **error)
{
  static const char sql[] = "SELECT 1 FROM users WHERE username IN (?2, ?3, ?4) AND id <> ?1 UNION ALL "
                            "SELECT 1 FROM users WHERE email IN (?2, ?3, ?4) AND id <> ?1 UNION ALL "
                            "SELECT 1 FROM users WHERE phone IN (?2, ?3, ?4) AND id <> ?1 UNION ALL "
                            "SELECT 2 FROM users WHERE external_id = ?5 AND id <> ?1 LIMIT 1";
  PosternValue values[] = { POSTERN_TEXT (user->id), POSTERN_TEXT (user->username), POSTERN_TEXT (user->email),
                            POSTERN_TEXT (user->phone), POSTERN_TEXT (user->external_id) };
  gint64 taken;

  if (!postern_txn_read_int64 (txn, &taken, 0, sql, values, G_N_ELEMENTS (values), error))
    return FALSE;
  if (taken != 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT,
                         taken == 1 ? "another user already signs in with this user name, e-mail address or phone number" : "another user has this external_id already");
  return taken == 0;
}

gboolean
postern_user_store_insert (PosternTxn *txn, PosternUser *user, GError **error)
{
  return postern_user_store_check (txn, user, error)
         && postern_record_write (txn, &postern_records_user, user, POSTERN_SQL_INSERT (postern_records_user, ""), error) > 0;
}

gboolean
postern_user_store_update (PosternTxn *txn, PosternUser *user, GError **error)
{
  gint64 changed;

  if (!postern_user_store_check (txn, user, error))
    return FALSE;
  changed = postern_record_write (txn, &postern_records_user, user, POSTERN_SQL_UPDATE (postern_records_user), error);
  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such user");
  return changed > 0;
}

/* Credentials, identities, sessions, grants and what hangs on them go by the table's own rule (ON DELETE CASCADE). */
gboolean
postern_user_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "user", "DELETE FROM users WHERE id = ?1", values, G_N_ELEMENTS (values), error) &&
         postern_assignment_store_delete_subject (txn, id, NULL, error);
}

PosternUser *
postern_user_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_user, POSTERN_SQL_SELECT (postern_records_user, "WHERE id = ?1"),
                              values, G_N_ELEMENTS (values), error);
}

PosternUser *
postern_user_store_find (PosternTxn *txn, const char *identifier, GError **error)
{
  /* At most three look-ups by index, the first that finds ends it; postern_user_store_check() keeps them from disagreeing. */
  static const char where[] = "WHERE id = (SELECT id FROM users WHERE username = ?1 UNION ALL SELECT id FROM users WHERE email = ?1 "
                              "UNION ALL SELECT id FROM users WHERE phone = ?1 LIMIT 1)";
  PosternValue values[] = { POSTERN_TEXT (identifier) };

  return postern_record_read (txn, &postern_records_user, POSTERN_SQL_SELECT (postern_records_user, where), values,
                              G_N_ELEMENTS (values), error);
}

/* A search reads the table in its order: it is for administrators, who page through it, and not on anybody's way to sign in. */
GPtrArray *
postern_user_store_list (PosternTxn *txn, const char *search, const char *after, guint limit, GError **error)
{
  g_autofree char *pattern = search != NULL && *search != '\0' ? postern_txn_dup_like_prefix (search) : NULL;
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit), POSTERN_TEXT (pattern) };

  if (pattern == NULL)
    return postern_record_list (txn, &postern_records_user,
                                POSTERN_SQL_SELECT (postern_records_user, "WHERE id > ?1 ORDER BY id LIMIT ?2"), values,
                                2, error);
  return postern_record_list (
      txn, &postern_records_user,
      POSTERN_SQL_SELECT (postern_records_user, "WHERE id > ?1 AND (username LIKE ?3 ESCAPE '\\' OR email LIKE ?3 ESCAPE '\\' "
                                                "OR phone LIKE ?3 ESCAPE '\\') ORDER BY id LIMIT ?2"),
      values, 3, error);
}

gint64
postern_user_store_count (PosternTxn *txn, GError **error)
{
  gint64 count = -1;

  return postern_txn_read_int64 (txn, &count, 0, "SELECT COUNT (*) FROM users", NULL, 0, error) ? count : -1;
}

gboolean
postern_user_store_has_administrator (PosternTxn *txn, gboolean *has, GError **error)
{
  gint64 found = 0;

  if (!postern_txn_read_int64 (txn, &found, 0, "SELECT 1 FROM users WHERE administrator = 1 AND disabled_at = 0 LIMIT 1", NULL,
                               0, error))
    return FALSE;
  *has = found != 0;
  return TRUE;
}

GPtrArray *
postern_user_store_list_due (PosternTxn *txn, gint64 now, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (now), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_user,
                              POSTERN_SQL_SELECT (postern_records_user, "WHERE deletes_at > 0 AND deletes_at <= ?1 AND administrator = 0 ORDER BY deletes_at LIMIT ?2"),
                              values, G_N_ELEMENTS (values), error);
}

gboolean
postern_user_store_touch_sign_in (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_INT (now) };

  return postern_txn_run_one (txn, "user", "UPDATE users SET last_sign_in_at = ?2 WHERE id = ?1", values,
                              G_N_ELEMENTS (values), error);
}

gboolean
postern_user_store_end (PosternTxn *txn, const char *id, gint64 at, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_INT (at) };

  return postern_txn_run_one (txn, "user", "UPDATE users SET ended_at = ?2 WHERE id = ?1", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_user_store_get_standing (PosternTxn *txn, const char *id, PosternStanding *standing, GError **error)
{
  static const char sql[] = "SELECT disabled_at, ended_at FROM users WHERE id = ?1";
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (id) };

  if (!postern_txn_query (txn, &cursor, sql, values, G_N_ELEMENTS (values), error))
    return FALSE;
  if (postern_txn_next (&cursor, &failure))
    {
      *standing = (PosternStanding){ postern_txn_get_int64 (&cursor, 0), postern_txn_get_int64 (&cursor, 1) };
      return TRUE;
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such user");
  return FALSE;
}
