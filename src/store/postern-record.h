/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-records.h"
#include "postern-txn.h"

G_BEGIN_DECLS

/*
 * Private to this room: a record's columns as data. One table a record names each column, its kind and where it lies in
 * the struct; inserting, updating, reading and freeing follow that table, so that no column is copied by hand.
 */
typedef enum {
  POSTERN_FIELD_TEXT,    /* char * */
  POSTERN_FIELD_INT64,   /* gint64 */
  POSTERN_FIELD_BOOLEAN, /* gboolean, kept as 0 or 1 */
  POSTERN_FIELD_OBJECT,  /* GVariant a{sv}, kept as JSON text; NULL is {} */
  POSTERN_FIELD_ARRAY,   /* GVariant av, kept as JSON text; NULL is [] */
  POSTERN_FIELD_VARIANT  /* any GVariant, kept as JSON text; NULL stays NULL */
} PosternFieldKind;

typedef struct {
  const char *name;
  PosternFieldKind kind;
  gsize offset;
} PosternField;

/** PosternRecordType: the first field is the primary key. */
typedef struct {
  const char *table;
  const char *what; /* its name in an error */
  const PosternField *fields;
  guint n_fields;
  gsize size;
  GDestroyNotify free; /* postern_user_unref, … */
} PosternRecordType;

#define POSTERN_RECORD_MAX_FIELDS 24

extern const PosternRecordType postern_records_user, postern_records_credential, postern_records_identity, postern_records_application,
    postern_records_session, postern_records_grant, postern_records_consent, postern_records_refresh_token, postern_records_access_token, postern_records_key, postern_records_idempotency,
    postern_records_ticket, postern_records_import, postern_records_code, postern_records_audit, postern_records_outbox_entry, postern_records_instance_record,
    postern_records_organization, postern_records_member, postern_records_group, postern_records_domain, postern_records_invitation, postern_records_brand_file,
    postern_records_resource, postern_records_role, postern_records_assignment, postern_records_claims_hook, postern_records_tenant_record,
    postern_records_tenant_domain, postern_records_audit_link, postern_records_audit_tree, postern_records_audit_head, postern_records_webhook, postern_records_sink_place;

void postern_record_clear (const PosternRecordType *type, gpointer record);

/* The number that the next entry of the audit log gets. */
#define POSTERN_AUDIT_END "COALESCE ((SELECT size FROM audit_trees WHERE name = 'log'), 0)"

/* Each text is made once and kept, as the drivers want it. */
char *postern_record_sql_insert (const PosternRecordType *type, const char *tail);
char *postern_record_sql_update (const PosternRecordType *type);
char *postern_record_sql_select (const PosternRecordType *type, const char *tail);
/** "UPDATE table SET @tail RETURNING every column" */
char *postern_record_sql_returning (const PosternRecordType *type, const char *tail);

#define POSTERN_SQL_ONCE(make)                                                                                        \
  ({                                                                                                                  \
    static char *postern_sql;                                                                                         \
    if (g_once_init_enter (&postern_sql))                                                                             \
      g_once_init_leave (&postern_sql, (make));                                                                       \
    (const char *) postern_sql;                                                                                       \
  })
#define POSTERN_SQL_INSERT(type, tail) POSTERN_SQL_ONCE (postern_record_sql_insert (&(type), (tail)))
#define POSTERN_SQL_UPDATE(type) POSTERN_SQL_ONCE (postern_record_sql_update (&(type)))
#define POSTERN_SQL_SELECT(type, tail) POSTERN_SQL_ONCE (postern_record_sql_select (&(type), (tail)))
#define POSTERN_SQL_RETURNING(type, tail) POSTERN_SQL_ONCE (postern_record_sql_returning (&(type), (tail)))

/** postern_record_write: binds all fields of @record, in the table's order, to @sql and runs it. Returns: rows changed, -1 with @error */
gint64 postern_record_write (PosternTxn *txn, const PosternRecordType *type, gconstpointer record, const char *sql, GError **error);
/** postern_record_insert: @record by @sql of POSTERN_SQL_INSERT. As postern_txn_insert_many(): what cannot be kept fails the transaction, at the latest when it is committed. */
gboolean postern_record_insert (PosternTxn *txn, const PosternRecordType *type, gconstpointer record, const char *sql, GError **error);
/** postern_record_insert_many: (element-type @type): likewise */
gboolean postern_record_insert_many (PosternTxn *txn, const PosternRecordType *type, GPtrArray *records, const char *sql, GError **error);
/** postern_record_read: (transfer full) (nullable): the first row, NOT_FOUND when there is none */
gpointer postern_record_read (PosternTxn *txn, const PosternRecordType *type, const char *sql, const PosternValue *values, guint n_values, GError **error);
/** postern_record_list: (transfer full) (nullable): every row */
GPtrArray *postern_record_list (PosternTxn *txn, const PosternRecordType *type, const char *sql, const PosternValue *values, guint n_values, GError **error);

G_END_DECLS
