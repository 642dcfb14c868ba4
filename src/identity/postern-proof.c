/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-proof.h"

/* Account pre-hijacking (Sudhodanan and Paverd, 2022): whoever makes an account for an address before its owner does keeps no way in. */

static gboolean
drop_credentials (PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) credentials = postern_credential_store_list (txn, user_id, error);

  for (guint i = 0; credentials && i < credentials->len; i++)
    if (!postern_credential_store_delete (txn, ((PosternCredential *) g_ptr_array_index (credentials, i))->id, error))
      return FALSE;
  return credentials != NULL;
}

static gboolean
drop_identities (PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (GPtrArray) identities = postern_identity_store_list (txn, user_id, error);

  for (guint i = 0; identities && i < identities->len; i++)
    if (!postern_identity_store_delete (txn, ((PosternIdentity *) g_ptr_array_index (identities, i))->id, error))
      return FALSE;
  return identities != NULL;
}

gboolean
postern_proof_take_address (PosternTxn *txn, PosternUser *user, const char *address, gint64 now, GError **error)
{
  if (user->email_verified || g_strcmp0 (user->email, address) != 0)
    return TRUE;
  user->email_verified = TRUE;
  g_clear_pointer (&user->phone, g_free);
  user->phone_verified = FALSE;
  user->updated_at = now;
  return postern_user_store_update (txn, user, error) && drop_credentials (txn, user->id, error) &&
         drop_identities (txn, user->id, error) && postern_device_store_forget (txn, user->id, error);
}
