/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-store-private.h"
#include "postern-user-search.h"

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
  return postern_user_store_check (txn, user, error) &&
         postern_record_write (txn, &postern_records_user, user, POSTERN_SQL_INSERT (postern_records_user, ""), error) > 0;
}

gboolean
postern_user_store_insert_many (PosternTxn *txn, GPtrArray *users, GError **error)
{
  return postern_record_insert_many (txn, &postern_records_user, users, POSTERN_SQL_INSERT (postern_records_user, ""), error);
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

/* --- lists ------------------------------------------------------------------------------------------------------------ */

#define BEGINS(column) column " >= ?5 AND " column " < ?6"
#define STATE "(?4 <> 0 OR disabled_at = 0)"
#define ANY_BEGINS "(" BEGINS ("username") " OR " BEGINS ("email") " OR " BEGINS ("phone") ")"
#define PAGE "WHERE id > ?1 AND id < ?2"
#define ORDER " ORDER BY id LIMIT ?3"
#define SELECT(where) POSTERN_SQL_SELECT (postern_records_user, PAGE where ORDER)

/* So many, and no more, are looked at one by one to find those who match: they are beside each other. */
#define MANY 2000

static gboolean
are_few (PosternTxn *txn, const PosternValue *values, gboolean disabled, gboolean *few, GError **error)
{
  static const char *const sql[] = { "SELECT COUNT (*) FROM (SELECT 1 FROM users WHERE id > ?1 AND id < ?2 LIMIT ?3) AS ids",
                                     "SELECT COUNT (*) FROM (SELECT 1 FROM users WHERE id > ?1 AND id < ?2 AND disabled_at > 0 LIMIT ?3) AS ids" };
  PosternValue all[] = { values[0], values[1], POSTERN_INT (MANY) };
  gint64 count;

  if (!postern_txn_read_int64 (txn, &count, 0, sql[disabled], all, G_N_ELEMENTS (all), error))
    return FALSE;
  *few = count < MANY;
  return TRUE;
}

/*
 * By the indices of names, unless the rest of the filter leaves few: then those are read by id. A list keeps to the order in which it began: the kind of
 * @after says which. @values: ?1 to ?4
 */
static GPtrArray *
list_matches (PosternTxn *txn, const PosternUserFilter *filter, const PosternValue *values, const char *after, char **next, GError **error)
{
  g_autofree char *end = g_strconcat (filter->search, "\xf4\x8f\xbf\xbf", NULL);
  PosternValue all[] = { values[0], values[1], values[2], values[3], POSTERN_TEXT (filter->search), POSTERN_TEXT (end) };
  gboolean by_id = after != NULL && !postern_user_search_is_mark (after);

  if (after == NULL && !are_few (txn, values, filter->disabled == 1, &by_id, error))
    return NULL;
  if (!by_id)
    return postern_user_search_list (txn, filter, after, (guint) values[2].number, next, error);
  if (filter->disabled == 1)
    return postern_record_list (txn, &postern_records_user, SELECT (" AND disabled_at > 0 AND " ANY_BEGINS), all, G_N_ELEMENTS (all), error);
  return postern_record_list (txn, &postern_records_user, SELECT (" AND " STATE " AND " ANY_BEGINS), all, G_N_ELEMENTS (all), error);
}

static GPtrArray *
list (PosternTxn *txn, const PosternUserFilter *filter, const PosternValue *values, const char *after, char **next, GError **error)
{
  if (filter->search != NULL && *filter->search != '\0')
    return list_matches (txn, filter, values, after, next, error);
  if (filter->disabled == 1)
    return postern_record_list (txn, &postern_records_user, SELECT (" AND disabled_at > 0"), values, 3, error);
  return filter->disabled == 0 ? postern_record_list (txn, &postern_records_user, SELECT (" AND disabled_at = 0"), values, 3, error)
                               : postern_record_list (txn, &postern_records_user, SELECT (""), values, 3, error);
}

GPtrArray *
postern_user_store_list (PosternTxn *txn, const PosternUserFilter *filter, const char *after, guint limit, char **next, GError **error)
{
  static const PosternUserFilter none = POSTERN_USER_FILTER_INIT;
  const PosternUserFilter *wanted = filter ? filter : &none;
  g_autofree char *first = wanted->created_after ? postern_id_get_first ("usr", wanted->created_after) : NULL;
  g_autofree char *last = wanted->created_before ? postern_id_get_first ("usr", wanted->created_before) : NULL;
  PosternValue values[] = { POSTERN_TEXT (g_strcmp0 (first, after) > 0 ? first : after ? after : ""), POSTERN_TEXT (last ? last : "usr`"), POSTERN_INT (limit), POSTERN_INT (wanted->disabled) };
  g_autofree char *mark = NULL;
  GPtrArray *users = list (txn, wanted, values, after, &mark, error);

  if (users != NULL && mark == NULL && users->len == limit && !postern_user_search_is_mark (after))
    mark = g_strdup (((PosternUser *) users->pdata[limit - 1])->id);
  if (next != NULL)
    *next = g_steal_pointer (&mark);
  return users;
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
  return postern_user_store_has_other_administrator (txn, "", has, error);
}

gboolean
postern_user_store_has_other_administrator (PosternTxn *txn, const char *id, gboolean *has, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };
  gint64 found = 0;

  if (!postern_txn_read_int64 (txn, &found, 0, "SELECT 1 FROM users WHERE administrator = 1 AND disabled_at = 0 AND id <> ?1 LIMIT 1", values,
                               G_N_ELEMENTS (values), error))
    return FALSE;
  *has = found != 0;
  return TRUE;
}

GPtrArray *
postern_user_store_list_owners (PosternTxn *txn, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_user,
                              POSTERN_SQL_SELECT (postern_records_user, "WHERE administrator = 1 AND disabled_at = 0 AND email_verified = 1 ORDER BY id LIMIT ?1"),
                              values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_user_store_list_holders (PosternTxn *txn, const char *organization_id, const char *scope, guint limit, GError **error)
{
#define HOLDERS                                                                                                                      \
  "FROM role_management_permissions p JOIN roles r ON r.id = p.role_id AND r.kind = 'organization' AND r.organization_id IN ('', ?1) " \
  "JOIN role_assignments a ON a.role_id = p.role_id AND a.organization_id = ?1 "
  static const char where[] = "WHERE id IN (SELECT a.subject_id " HOLDERS "WHERE p.scope = ?2 UNION SELECT g.user_id " HOLDERS
                              "JOIN organization_group_members g ON g.group_id = a.subject_id WHERE p.scope = ?2) "
                              "AND disabled_at = 0 AND email_verified = 1 ORDER BY id LIMIT ?3";
#undef HOLDERS
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (scope), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_user, POSTERN_SQL_SELECT (postern_records_user, where), values, G_N_ELEMENTS (values), error);
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
