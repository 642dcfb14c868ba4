/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-erase.h"

static gboolean
forget_invitation (PosternTxn *txn, const char *id, const PosternAuditBy *by, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new_by ("invitation.forgotten", by, id);

  return postern_invitation_store_delete (txn, id, error) && postern_audit_store_forget (txn, id, error) && postern_audit_store_append (txn, audit, error);
}

/* To an address that nobody proved to be theirs, somebody else may have been invited. */
static gboolean
forget_invitations (PosternTxn *txn, const PosternUser *user, const PosternAuditBy *by, GError **error)
{
  g_autoptr (GPtrArray) ids = NULL;

  if (user->email == NULL || !user->email_verified)
    return TRUE;
  ids = postern_invitation_store_list_for_address (txn, user->email, error);
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (!forget_invitation (txn, ids->pdata[i], by, error))
      return FALSE;
  return ids != NULL;
}

gboolean
postern_user_erase (PosternTxn *txn, const PosternUser *user, const PosternAuditBy *by, GError **error)
{
  return postern_user_store_delete (txn, user->id, error) && forget_invitations (txn, user, by, error) && postern_audit_store_forget (txn, user->id, error);
}
