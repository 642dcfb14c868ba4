/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-audit-statement.h"
#include "postern-stores.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/*
 * How the audit log gets shorter: it is cut at a head that was signed, and what was cut off is signed too, with what is left of
 * its tree. So what stands behind the cut is proven as before, and a log that begins there says how that came.
 */

/**
 * postern_audit_cut_make: cuts at the last head of whose entries all are older than @before, seconds since 1970. The rows are still
 * there; postern_audit_cut_sweep() takes them away.
 * @size: (out): so many entries are cut off now, by this and by earlier cuts
 * Returns: FALSE with CONFLICT when somebody else cuts at the same time
 */
gboolean postern_audit_cut_make (PosternTenant *tenant, gint64 before, gint64 now, gint64 *size, GError **error);

/** postern_audit_cut_sweep: takes away @rows of what was cut off, at most. @deleted: (out): how many */
gboolean postern_audit_cut_sweep (PosternStore *store, guint rows, gint64 *deleted, GError **error);

G_END_DECLS
