/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-ids.h"

#include "postern-factor-passkey.h"

typedef struct {
  const char *user_id;
  GString *ids;
  guint count;
} Listing;

static gboolean
list (PosternTxn *txn, gpointer user_data, GError **error)
{
  Listing *self = user_data;
  g_autoptr (GPtrArray) credentials = postern_credential_store_list (txn, self->user_id, error);

  self->count = 0;
  g_string_truncate (self->ids, 0);
  for (guint i = 0; credentials && i < credentials->len; i++) {
    PosternCredential *credential = credentials->pdata[i];

    if (g_str_equal (credential->kind, POSTERN_PASSKEY_KIND))
      g_string_append_printf (self->ids, "%s%s", self->count++ > 0 ? " " : "", credential->value);
  }
  return credentials != NULL;
}

char *
postern_passkey_ids_dup (PosternFlowContext *context, const char *user_id, guint *count, GError **error)
{
  Listing listing = { user_id, g_string_new (NULL) };
  gboolean good = postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, list, &listing, error);

  if (count)
    *count = listing.count;
  return g_string_free (listing.ids, !good);
}
