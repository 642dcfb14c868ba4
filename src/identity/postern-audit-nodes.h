/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-merkle.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Of the log's hash tree some inner nodes are kept, so that a proof needs not read the leaves below: the roots of whole trees of 2^8, 2^16 and 2^24
 * entries. They follow behind the numbers; where one is not there yet, the level below it is read.
 */

/**
 * postern_audit_nodes_make: makes up to @most of those that can be made and are not there. @n: (out): how many
 * Returns: FALSE with @error
 */
gboolean postern_audit_nodes_make (PosternStore *store, guint most, guint *n, GError **error);
/**
 * postern_audit_nodes_append: lets @tree go on with the entries from number @from up to, without, @to. Where @tree has 2^k entries or more of its own,
 * @from - tree->size is a multiple of as many: a tree that RFC 6962 splits off is so.
 * Returns: FALSE with NOT_FOUND when they are not all there
 */
gboolean postern_audit_nodes_append (PosternTxn *txn, PosternMerkleTree *tree, gint64 from, gint64 to, GError **error);
/** postern_audit_nodes_drop: those that are of entries before number @before alone */
gboolean postern_audit_nodes_drop (PosternTxn *txn, gint64 before, GError **error);

G_END_DECLS
