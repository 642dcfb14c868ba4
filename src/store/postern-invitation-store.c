/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-redeem.h"

gboolean
postern_invitation_store_insert (PosternTxn *txn, PosternInvitation *invitation, GError **error)
{
  return postern_record_write (txn, &postern_records_invitation, invitation, POSTERN_SQL_INSERT (postern_records_invitation, ""), error) > 0;
}

PosternInvitation *
postern_invitation_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_invitation, POSTERN_SQL_SELECT (postern_records_invitation, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_invitation_store_list (PosternTxn *txn, const char *organization_id, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_invitation,
                              POSTERN_SQL_SELECT (postern_records_invitation, "WHERE organization_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_invitation_store_list_for_address (PosternTxn *txn, const char *email, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_auto (PosternCursor) cursor = { 0 };
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (email) };

  if (!postern_txn_query (txn, &cursor, "SELECT id FROM invitations WHERE email = ?1 ORDER BY id", values, G_N_ELEMENTS (values), error))
    return NULL;
  while (postern_txn_next (&cursor, &failure))
    g_ptr_array_add (ids, g_strdup (postern_txn_get_text (&cursor, 0)));
  if (failure == NULL)
    return g_steal_pointer (&ids);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

gboolean
postern_invitation_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run_one (txn, "invitation", "DELETE FROM invitations WHERE id = ?1", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_invitation_store_redeem (PosternTxn *txn, const char *id, const char *secret_hash, gint64 now, GError **error)
{
  static const PosternRedeem redeem = {
    .what = "invitation",
    .mark = "UPDATE invitations SET used_at = ?3 WHERE id = ?1 AND secret_hash = ?2 AND used_at = 0 AND revoked_at = 0 AND expires_at > ?3",
    .look = "SELECT used_at FROM invitations WHERE id = ?1 AND secret_hash = ?2",
  };
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (secret_hash), POSTERN_INT (now) };

  return postern_redeem (txn, &redeem, values, G_N_ELEMENTS (values), error);
}

/* TRUE if the one invitation was still open and changed */
static gboolean
change_open (PosternTxn *txn, const char *sql, const PosternValue *values, guint n_values, GError **error)
{
  gint64 changed = postern_txn_execute (txn, sql, values, n_values, error);

  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "the invitation was used or revoked before, or there is none");
  return changed > 0;
}

gboolean
postern_invitation_store_revoke (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  static const char sql[] = "UPDATE invitations SET revoked_at = ?2 WHERE id = ?1 AND used_at = 0 AND revoked_at = 0";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_INT (now) };

  return change_open (txn, sql, values, G_N_ELEMENTS (values), error);
}

gboolean
postern_invitation_store_revoke_open (PosternTxn *txn, const char *organization_id, const char *email, gint64 now, GError **error)
{
  static const char sql[] = "UPDATE invitations SET revoked_at = ?3 WHERE organization_id = ?1 AND email = ?2 AND used_at = 0 AND revoked_at = 0";
  PosternValue values[] = { POSTERN_TEXT (organization_id), POSTERN_TEXT (email), POSTERN_INT (now) };

  return postern_txn_run (txn, sql, values, G_N_ELEMENTS (values), error);
}

/* An address that is not proved may be somebody else's, whose invitation stays. */
gboolean
postern_invitation_store_revoke_for (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error)
{
#define OPEN_FOR "UPDATE invitations SET revoked_at = ?2 WHERE used_at = 0 AND revoked_at = 0 AND " \
  "email = (SELECT email FROM users WHERE id = ?1 AND email_verified <> 0) AND organization_id "
  PosternValue values[] = { POSTERN_TEXT (user_id), POSTERN_INT (now), POSTERN_TEXT (organization_id) };

  if (organization_id == NULL)
    return postern_txn_run (txn, OPEN_FOR "IN (SELECT organization_id FROM organization_members WHERE user_id = ?1)", values, 2, error);
  return postern_txn_run (txn, OPEN_FOR "= ?3", values, G_N_ELEMENTS (values), error);
}

gboolean
postern_invitation_store_renew (PosternTxn *txn, const char *id, const char *secret_hash, gint64 expires_at, GError **error)
{
  static const char sql[] = "UPDATE invitations SET secret_hash = ?2, expires_at = ?3 WHERE id = ?1 AND used_at = 0 AND revoked_at = 0";
  PosternValue values[] = { POSTERN_TEXT (id), POSTERN_TEXT (secret_hash), POSTERN_INT (expires_at) };

  return change_open (txn, sql, values, G_N_ELEMENTS (values), error);
}
