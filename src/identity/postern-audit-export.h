/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/* The lines of an exported audit log: postern-audit-verify.h has their form, and reads them. */

#define POSTERN_AUDIT_EXPORT_MAX 500 /* entries at a time */
#define POSTERN_AUDIT_EXPORT_BYTES (4 * 1024 * 1024) /* of their lines, after which there are no more: who reads them has a limit, too */

/**
 * postern_audit_export_begin: the lines before the first entry.
 * @from: (inout): the number of the first entry that is wanted; the first that is kept when that is larger
 * Returns: (transfer full) (nullable) (element-type utf8)
 */
GPtrArray *postern_audit_export_begin (PosternTxn *txn, PosternTenant *tenant, GVariant *keys, gint64 *from, GError **error);

/**
 * postern_audit_export_list: the entries from number @from up to, without, @to, as many as go at a time, and the heads
 * behind them. An entry whose row is gone is `null`, so that it is seen.
 * @next: (out): the first that is left; @to at the end
 */
GPtrArray *postern_audit_export_list (PosternTxn *txn, gint64 from, gint64 to, gint64 *next, GError **error);

G_END_DECLS
