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
  GPtrArray *identities;         /* (element-type PosternIdentity) (nullable): with a problem */
  GError *problem;               /* (nullable): why it becomes no user: INVALID_REQUEST "MEMBER: why", or CONFLICT */
} PosternUserImport;
void postern_user_import_free (PosternUserImport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternUserImport, postern_user_import_free)

/** PosternUserImportKnows: whether @hash is one that the factor of passwords can verify */
typedef gboolean (*PosternUserImportKnows) (gpointer factor, const char *hash);
/** PosternUserImportRules: @kind: (nullable): of the credential that a password is; without it no password is taken */
typedef struct {
  const char *kind;
  PosternUserImportKnows knows;
  gpointer factor;
  gint64 now; /* seconds since 1970 */
} PosternUserImportRules;

/** postern_user_import_new: (transfer full): @record read; its problem says what is wrong with it */
PosternUserImport *postern_user_import_new (GVariant *record, const PosternUserImportRules *rules);

/* postern-user-import-batch.c: many of them (element-type PosternUserImport), in their order, in one transaction */

/**
 * postern_user_import_batch_check: gives those CONFLICT as their problem who are known by one of the names, addresses, ids or identities already, in the store or further up in @imports.
 * FALSE with @error only when the store cannot be asked
 */
gboolean postern_user_import_batch_check (GPtrArray *imports, PosternTxn *txn, GError **error);
/** postern_user_import_batch_store: those without a problem; after postern_user_import_batch_check() in the same transaction */
gboolean postern_user_import_batch_store (GPtrArray *imports, PosternTxn *txn, GError **error);

G_END_DECLS
