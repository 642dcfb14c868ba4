/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-ids.h"

#include "postern-flow-passkey.h"

typedef struct {
  const char *user_id;
  char *ids;
  guint count;
} Listing;

static gboolean
list (PosternTxn *txn, gpointer user_data, GError **error)
{
  Listing *self = user_data;
  g_autoptr (GPtrArray) credentials = postern_credential_store_list (txn, self->user_id, error);

  g_clear_pointer (&self->ids, g_free);
  if (credentials)
    self->ids = postern_flow_passkey_dup_ids (credentials, &self->count);
  return credentials != NULL;
}

char *
postern_passkey_ids_dup (PosternFlowContext *context, const char *user_id, guint *count, GError **error)
{
  Listing listing = { user_id };

  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, list, &listing, error))
    g_clear_pointer (&listing.ids, g_free);
  if (count)
    *count = listing.count;
  return listing.ids;
}
