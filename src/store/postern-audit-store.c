/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-stores.h"

#include "postern-audit-events.h"
#include "postern-audit-part.h"
#include "postern-json-member.h"
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

PosternAudit *
postern_audit_store_new_by (const char *event, const PosternAuditBy *by, const char *target)
{
  PosternAudit *audit = postern_audit_store_new (event, by->actor, target);

  audit->request_id = g_strdup (by->request_id);
  audit->remote_address = g_strdup (by->remote_address);
  return audit;
}

static gboolean
has_member (GVariant *object, const char *name)
{
  PosternJsonMember member;

  return object && postern_json_member_find (object, name, &member);
}

static const char *
find_unpromised (const PosternAuditEvent *row, GVariant *data)
{
  PosternJsonMembers members;
  PosternJsonMember member;

  if (data == NULL)
    return NULL;
  postern_json_member_begin (&members, data);
  while (postern_json_member_next (&members, &member))
    if (!postern_audit_events_has (row, member.name) && !g_str_equal (member.name, "client_id"))
      return member.name;
  return NULL;
}

/* What the row of its event says of an entry is kept here, whoever writes it: a programmer's error, and no reason to lose the entry. */
static void
check (const PosternAudit *audit)
{
  static const char *const changes[] = { "before", "after" };
  const PosternAuditEvent *row = postern_audit_events_find (audit->event);
  const char *name = row ? find_unpromised (row, audit->data) : NULL;

  if (row == NULL)
    g_critical ("The event “%s” is in no row of postern-audit-events.c: whoever reads the log does not know of it", audit->event);
  else if (name != NULL)
    g_critical ("An entry of “%s” says “%s”, which its row of postern-audit-events.c does not have", audit->event, name);
  for (guint i = 0; row != NULL && i < G_N_ELEMENTS (changes); i++)
    if (postern_audit_events_has (row, changes[i]) && !has_member (audit->data, changes[i]) && !has_member (audit->personal, changes[i]))
      g_critical ("An entry of “%s” lacks “%s”", audit->event, changes[i]);
  if (audit->request_id == NULL && g_strcmp0 (audit->actor, POSTERN_AUDIT_SERVER) != 0)
    g_critical ("An entry of “%s” does not say in which request", audit->event);
}

/* Of who is gone nothing is begun anew. */
static void
drop_parts_of_gone (PosternAudit *audit)
{
  const PosternAuditEvent *row = postern_audit_events_find (audit->event);

  if (row == NULL || !row->ends_person)
    return;
  g_clear_pointer (&audit->personal, g_variant_unref);
  if (g_strcmp0 (audit->actor, audit->target) == 0)
    g_clear_pointer (&audit->remote_address, g_free);
}

static void
make_ready (PosternAudit *audit)
{
  check (audit);
  drop_parts_of_gone (audit);
  postern_audit_part_seal (audit);
  if (audit->personal == NULL)
    g_clear_pointer (&audit->person, g_free);
  audit->key = postern_id_get_key (audit->id);
}

gboolean
postern_audit_store_append (PosternTxn *txn, PosternAudit *audit, GError **error)
{
  make_ready (audit);
  return postern_record_insert (txn, &postern_records_audit, audit, POSTERN_SQL_INSERT (postern_records_audit, ""), error);
}

gboolean
postern_audit_store_append_many (PosternTxn *txn, GPtrArray *audits, GError **error)
{
  for (guint i = 0; i < audits->len; i++)
    make_ready (audits->pdata[i]);
  return postern_record_insert_many (txn, &postern_records_audit, audits, POSTERN_SQL_INSERT (postern_records_audit, ""), error);
}

gboolean
postern_audit_store_forget (PosternTxn *txn, const char *id, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (id) };

  return postern_txn_run (txn, "UPDATE audit SET remote_address = NULL, address_salt = NULL WHERE actor = ?1 AND address_salt IS NOT NULL", values,
                          G_N_ELEMENTS (values), error) &&
         postern_txn_run (txn, "UPDATE audit SET personal = NULL WHERE person = ?1 AND personal IS NOT NULL", values, G_N_ELEMENTS (values), error);
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
#define REST " AND (?4 = '' OR event = ?4) AND (?5 = '' OR actor = ?5) AND (?6 = '' OR target = ?6) AND (?7 = '' OR (event > ?7 AND event < ?8))"
#define ANY "key > ?1 AND key < ?2"
#define IN_ORDER(where) (filter->newest_first ? POSTERN_SQL_SELECT (postern_records_audit, "WHERE " where " ORDER BY key DESC LIMIT ?3") : POSTERN_SQL_SELECT (postern_records_audit, "WHERE " where " ORDER BY key LIMIT ?3"))
#define FIND(column, number) IN_ORDER (column " = " number " AND " ANY REST)

GPtrArray *
postern_audit_store_find (PosternTxn *txn, const PosternAuditFilter *filter, const char *after, guint limit, GError **error)
{
  gint64 first = filter->from ? postern_id_get_first_key (filter->from) - 1 : -1, last = filter->to ? postern_id_get_first_key (filter->to) : G_MAXINT64;
  gint64 reached = postern_id_get_key (after); /* -1 for what is no id: then it is the first page */
  gint64 low = filter->newest_first ? first : MAX (first, reached), high = filter->newest_first && reached >= 0 ? MIN (last, reached) : last;
  g_autofree char *lowest = filter->kind ? g_strconcat (filter->kind, ".", NULL) : NULL, *highest = filter->kind ? g_strconcat (filter->kind, "/", NULL) : NULL;
  PosternValue values[] = { POSTERN_INT (low), POSTERN_INT (high), POSTERN_INT (limit), POSTERN_TEXT (filter->event ? filter->event : ""),
                            POSTERN_TEXT (filter->actor ? filter->actor : ""), POSTERN_TEXT (filter->target ? filter->target : ""), POSTERN_TEXT (lowest ? lowest : ""), POSTERN_TEXT (highest ? highest : "") };

  if (filter->target != NULL)
    return postern_record_list (txn, &postern_records_audit, FIND ("target", "?6"), values, G_N_ELEMENTS (values), error);
  if (filter->actor != NULL)
    return postern_record_list (txn, &postern_records_audit, FIND ("actor", "?5"), values, G_N_ELEMENTS (values), error);
  if (filter->event != NULL)
    return postern_record_list (txn, &postern_records_audit, FIND ("event", "?4"), values, G_N_ELEMENTS (values), error);
  return postern_record_list (txn, &postern_records_audit, IN_ORDER (ANY), values, 3, error);
}
