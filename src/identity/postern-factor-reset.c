/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-reset.h"

#define KIND "factor-reset" /* of a credential that is none: it goes with the others wherever all of them go; used_at is when it is due */

static const char *const kinds[] = { "totp", "passkey", "recovery-code" };

gboolean
postern_factor_reset_request (PosternTxn *txn, PosternPolicy *policy, const char *user_id, gint64 now, gint64 *due_at, GError **error)
{
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  *due_at = now + policy->factor_reset_delay;
  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (user_id);
  credential->kind = g_strdup (KIND);
  credential->value = g_strdup ("");
  credential->created_at = credential->updated_at = now;
  credential->used_at = *due_at;
  return postern_factor_reset_cancel (txn, user_id, error) && postern_credential_store_put (txn, credential, error);
}

gboolean
postern_factor_reset_cancel (PosternTxn *txn, const char *user_id, GError **error)
{
  return postern_credential_store_delete_kind (txn, user_id, KIND, error);
}

gint64
postern_factor_reset_get_due (GPtrArray *credentials)
{
  for (guint i = 0; i < credentials->len; i++) {
    PosternCredential *credential = credentials->pdata[i];

    if (g_strcmp0 (credential->kind, KIND) == 0)
      return credential->used_at;
  }
  return 0;
}

gboolean
postern_factor_reset_apply (PosternTxn *txn, const char *user_id, gint64 now, GError **error)
{
  if (!postern_credential_store_consume (txn, user_id, KIND, now, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!postern_credential_store_delete_kind (txn, user_id, kinds[i], error))
      return FALSE;
  return postern_device_store_forget (txn, user_id, error);
}
