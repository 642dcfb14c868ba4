/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-consent.h"

#include "postern-error.h"

gboolean
postern_consent_take_back_all (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, GError **error)
{
  return postern_grant_store_revoke_all (txn, user_id, application_id, now, error) && postern_consent_store_delete (txn, user_id, application_id, error);
}

gboolean
postern_consent_take_back (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, char **scope, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *remembered = postern_consent_store_get (txn, user_id, application_id, &failure);
  gboolean has = remembered != NULL;

  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  if (!has && !postern_grant_store_has_living (txn, user_id, application_id, now, &has, error))
    return FALSE;
  if (!has) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This application has no access");
    return FALSE;
  }
  *scope = g_steal_pointer (&remembered);
  return postern_consent_take_back_all (txn, user_id, application_id, now, error);
}
