/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/**
 * PosternUserImport: one person who comes from elsewhere, read and checked before anything is written. Members of the record:
 * id (usr_…; else a new one), username, email, phone (one at least), email_verified, phone_verified, disabled, profile, data, password_hash, created_at
 * (seconds since 1970), external_id, identities ([{connector, subject}]).
 */
typedef struct {
  PosternUser *user;
  gboolean has_own_id;           /* the record says it; one that is made here is nobody's yet */
  PosternCredential *credential; /* (nullable) */
  GPtrArray *identities;         /* (element-type PosternIdentity) */
} PosternUserImport;
void postern_user_import_clear (PosternUserImport *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternUserImport, postern_user_import_clear)

/** PosternUserImportKnows: whether @hash is one that the factor of passwords can verify */
typedef gboolean (*PosternUserImportKnows) (gpointer factor, const char *hash);
/** PosternUserImportRules: @kind: (nullable): of the credential that a password is; without it no password is taken */
typedef struct {
  const char *kind;
  PosternUserImportKnows knows;
  gpointer factor;
  gint64 now; /* seconds since 1970 */
} PosternUserImportRules;

/** postern_user_import_read: @self: (out). INVALID_REQUEST "MEMBER: why" */
gboolean postern_user_import_read (PosternUserImport *self, GVariant *record, const PosternUserImportRules *rules, GError **error);
/** postern_user_import_check: CONFLICT when somebody is known by one of the names, addresses or identities already */
gboolean postern_user_import_check (const PosternUserImport *self, PosternTxn *txn, GError **error);
/** postern_user_import_store: after postern_user_import_check() in the same transaction */
gboolean postern_user_import_store (const PosternUserImport *self, PosternTxn *txn, GError **error);

G_END_DECLS
