/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-merkle.h"
#include "postern-stores.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/**
 * The audit log as a chain and a hash tree. An entry is written in the transaction of its change and gets its number a moment
 * later, from one that goes behind, as transparency logs do it: a head that each write had to move would make all sign-ins wait
 * for each other. So what is proven begins with that moment; before it an entry is a row like others.
 */

/** How far back entries without a number are looked for: a transaction may be committed after one that began later. */
typedef enum {
  POSTERN_AUDIT_REACH_NEAR, /* some seconds: each time */
  POSTERN_AUDIT_REACH_FAR,  /* two minutes, longer than any transaction lives: each minute */
  POSTERN_AUDIT_REACH_ALL   /* also those of a clock that was set back: each day */
} PosternAuditReach;

/**
 * postern_audit_log_sequence: gives numbers to all entries that have none, in the order of their keys.
 * @n: (out): to how many
 * Returns: FALSE with CONFLICT when somebody else does it at the same time
 */
gboolean postern_audit_log_sequence (PosternStore *store, PosternAuditReach reach, gint64 now, guint *n, GError **error);

/** postern_audit_log_sign: signs the tree as it stands, unless that was done. Returns: (transfer full) (nullable): the head of it */
PosternAuditHead *postern_audit_log_sign (PosternTenant *tenant, gint64 now, GError **error);

/**
 * postern_audit_log_get_cut: @size: (out): how many entries were cut off, 0 for none; @statement: (out) (optional) (nullable)
 * (transfer full): what was signed of that, a JWS
 */
gboolean postern_audit_log_get_cut (PosternTxn *txn, gint64 *size, char **statement, GError **error);

/**
 * postern_audit_log_get_tree: the tree of the first @size entries, and the link of the last.
 * Returns: FALSE with NOT_FOUND when there are not so many, or they are not kept any more
 */
gboolean postern_audit_log_get_tree (PosternTxn *txn, gint64 size, PosternMerkleTree *tree, PosternMerkleHash *chain, GError **error);

/** postern_audit_log_fill_path: the roots of @ranges, that prove something from entry number @first on; NOT_FOUND when that is not kept any more */
gboolean postern_audit_log_fill_path (PosternTxn *txn, gint64 first, const PosternMerkleRange *ranges, guint n, PosternMerkleHash *path, GError **error);

G_END_DECLS
