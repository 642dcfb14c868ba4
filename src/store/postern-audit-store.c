/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-audit-events.h"
#include "postern-record.h"

PosternAudit *
postern_audit_store_new (const char *event, const char *actor, const char *target)
{
  PosternAudit *audit = postern_audit_new ();

  audit->id = postern_id_new ("aud");
  audit->at = g_get_real_time ();
  audit->event = g_strdup (event);
  audit->actor = g_strdup (actor);
  audit->target = g_strdup (target);
  return audit;
}

gboolean
postern_audit_store_append (PosternTxn *txn, PosternAudit *audit, GError **error)
{
  if (postern_audit_events_find (audit->event) == NULL)
    g_critical ("The event “%s” is in no row of postern-audit-events.c: whoever reads the log does not know of it", audit->event);
  audit->key = postern_id_get_key (audit->id);
  return postern_record_write (txn, &postern_records_audit, audit, POSTERN_SQL_INSERT (postern_records_audit, ""), error)
         > 0;
}

/* What each sign-in and each token writes would hide all else. The index audit_of_person is of the same words. */
#define OF_PERSON "event <> 'sign-in.succeeded' AND event <> 'session.used' AND event <> 'session.ended' AND event <> 'token.issued'"

GPtrArray *
postern_audit_store_list_for (PosternTxn *txn, const char *actor, const char *before, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (actor), POSTERN_INT (limit), POSTERN_INT (before ? postern_id_get_key (before) : G_MAXINT64) };

  return postern_record_list (txn, &postern_records_audit,
                              POSTERN_SQL_SELECT (postern_records_audit, "WHERE actor = ?1 AND key < ?3 AND " OF_PERSON " ORDER BY key DESC LIMIT ?2"),
                              values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_audit_store_list (PosternTxn *txn, const char *after, guint limit, GError **error)
{
  PosternValue values[] = { POSTERN_KEY (after), POSTERN_INT (limit) };

  return postern_record_list (txn, &postern_records_audit,
                              POSTERN_SQL_SELECT (postern_records_audit, "WHERE key > ?1 ORDER BY key LIMIT ?2"), values,
                              G_N_ELEMENTS (values), error);
}

/* The index of the first word that is named narrows most: a target has few entries, an actor more, an event most. */
#define RANGE " AND key > ?1 AND key < ?2"
#define REST " AND (?4 = '' OR event = ?4) AND (?5 = '' OR actor = ?5) AND (?6 = '' OR target = ?6)"
#define FIND(column, number) POSTERN_SQL_SELECT (postern_records_audit, "WHERE " column " = " number RANGE REST " ORDER BY key LIMIT ?3")

GPtrArray *
postern_audit_store_find (PosternTxn *txn, const PosternAuditFilter *filter, const char *after, guint limit, GError **error)
{
  gint64 first = filter->from ? postern_id_get_first_key (filter->from) - 1 : -1, last = filter->to ? postern_id_get_first_key (filter->to) : G_MAXINT64;
  PosternValue values[] = { POSTERN_INT (MAX (first, postern_id_get_key (after))), POSTERN_INT (last), POSTERN_INT (limit), POSTERN_TEXT (filter->event ? filter->event : ""),
                            POSTERN_TEXT (filter->actor ? filter->actor : ""), POSTERN_TEXT (filter->target ? filter->target : "") };

  if (filter->target != NULL)
    return postern_record_list (txn, &postern_records_audit, FIND ("target", "?6"), values, G_N_ELEMENTS (values), error);
  if (filter->actor != NULL)
    return postern_record_list (txn, &postern_records_audit, FIND ("actor", "?5"), values, G_N_ELEMENTS (values), error);
  if (filter->event != NULL)
    return postern_record_list (txn, &postern_records_audit, FIND ("event", "?4"), values, G_N_ELEMENTS (values), error);
  return postern_record_list (txn, &postern_records_audit, POSTERN_SQL_SELECT (postern_records_audit, "WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3"), values, 3, error);
}
