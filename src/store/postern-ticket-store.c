/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"

gboolean
postern_ticket_store_insert (PosternTxn *txn, PosternTicket *ticket, GError **error)
{
  return postern_record_write (txn, &postern_records_ticket, ticket, POSTERN_SQL_INSERT (postern_records_ticket, ""), error)
         > 0;
}

PosternTicket *
postern_ticket_store_get (PosternTxn *txn, const char *hash, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (hash) };

  return postern_record_read (txn, &postern_records_ticket,
                              POSTERN_SQL_SELECT (postern_records_ticket, "WHERE hash = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

/* Unknown, used, expired and of another kind are one answer: nobody who holds a link learns more from it. */
PosternTicket *
postern_ticket_store_redeem (PosternTxn *txn, const char *hash, const char *kind, gint64 now, GError **error)
{
  static const char mark[] = "used_at = ?3 WHERE hash = ?1 AND kind = ?2 AND used_at = 0 AND expires_at > ?3";
  g_autoptr (GError) failure = NULL;
  PosternValue values[] = { POSTERN_TEXT (hash), POSTERN_TEXT (kind), POSTERN_INT (now) };
  PosternTicket *ticket = postern_record_read (txn, &postern_records_ticket,
                                               POSTERN_SQL_RETURNING (postern_records_ticket, mark), values,
                                               G_N_ELEMENTS (values), &failure);

  if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "this was used before or has expired");
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ticket;
}
