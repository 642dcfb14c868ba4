/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-setup.h"

#include "postern-error.h"
#include "postern-seal.h"

char *
postern_setup_issue (PosternTxn *txn, const char *public_url, gint64 now, GError **error)
{
  g_autoptr (PosternTicket) ticket = postern_ticket_new ();
  g_autofree char *secret = postern_secret_new ();
  gboolean has = FALSE;

  if (!postern_user_store_has_administrator (txn, &has, error))
    return NULL;
  if (has)
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT,
                           "there is an administrator already: sign in, or make another with `postern user create --administrator`");
      return NULL;
    }
  ticket->hash = postern_secret_hash (secret);
  ticket->kind = g_strdup (POSTERN_SETUP_KIND);
  ticket->created_at = now;
  ticket->expires_at = now + POSTERN_SETUP_LIFETIME;
  if (!postern_ticket_store_insert (txn, ticket, error))
    return NULL;
  return g_strconcat (public_url, POSTERN_SETUP_PATH, secret, NULL);
}
