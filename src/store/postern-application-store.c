/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-error.h"
#include "postern-record.h"
#include "postern-store-private.h"
#include "postern-txn.h"

gboolean
postern_application_store_insert (PosternTxn *txn, PosternApplication *application, GError **error)
{
  postern_store_note_rule_change (txn->store);
  return postern_record_write (txn, &postern_records_application, application,
                               POSTERN_SQL_INSERT (postern_records_application, ""), error)
         > 0;
}

gboolean
postern_application_store_update (PosternTxn *txn, PosternApplication *application, GError **error)
{
  gint64 changed = postern_record_write (txn, &postern_records_application, application,
                                         POSTERN_SQL_UPDATE (postern_records_application), error);

  postern_store_note_rule_change (txn->store);
  if (changed == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such application");
  return changed > 0;
}

/* Its consents go by the table's own rule. Its grants are worth nothing without it, and the purge finds them: to look for them here
 * would keep everybody waiting who signs in. */
gboolean
postern_application_store_delete (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  postern_store_note_rule_change (txn->store);
  return postern_txn_run_one (txn, "application", "DELETE FROM applications WHERE id = ?1", values,
                              G_N_ELEMENTS (values), error)
         && postern_assignment_store_delete_subject (txn, id, NULL, error) && postern_claims_hook_store_delete (txn, id, NULL, error);
}

PosternApplication *
postern_application_store_get (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_record_read (txn, &postern_records_application,
                              POSTERN_SQL_SELECT (postern_records_application, "WHERE id = ?1"), values,
                              G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_application_store_list (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (after ? after : ""), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_application,
                              POSTERN_SQL_SELECT (postern_records_application, "WHERE id > ?1 ORDER BY id LIMIT ?2"),
                              values, G_N_ELEMENTS (values), error);
}
