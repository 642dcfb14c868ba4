/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"
#include "postern-merkle.h"

G_BEGIN_DECLS

/* What is signed of the audit log: a JWS (RFC 7515) of the key of postern-audit-key.h, over canonical JSON. */

#define POSTERN_AUDIT_HEAD_TYPE "audit-head"
#define POSTERN_AUDIT_CUT_TYPE "audit-cut"

/** PosternAuditStatement: what is signed: the log had so many entries, their tree this root, the last one this link of the chain. */
typedef struct {
  gint64 tree_size;
  gint64 timestamp; /* milliseconds since 1970 */
  PosternMerkleHash root, chain;
  PosternMerkleTree tree; /* of a cut: what is left of the entries that are gone; else {0} */
  gboolean is_cut;
  char *issuer;
  char *kid; /* of one that was read: of the key that signed it */
} PosternAuditStatement;

void postern_audit_statement_clear (PosternAuditStatement *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternAuditStatement, postern_audit_statement_clear)

/** postern_audit_statement_sign: Returns: (transfer full) (nullable): a JWS */
char *postern_audit_statement_sign (const PosternAuditStatement *self, PosternJwk *key, GError **error);
/** postern_audit_statement_read: checks the signature of @jws, which is of the type that @is_cut says; @self is to be cleared in any case */
gboolean postern_audit_statement_read (PosternAuditStatement *self, const char *jws, PosternJwkSet *keys, gboolean is_cut, GError **error);

G_END_DECLS
