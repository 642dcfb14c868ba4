/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/**
 * PosternAuditKeeper: gives a tenant's audit entries their numbers and signs the log from time to time (postern-audit-log.h). For
 * whoever does the periodic work; two at once do no harm. Not thread-safe.
 */
typedef struct _PosternAuditKeeper PosternAuditKeeper;

PosternAuditKeeper *postern_audit_keeper_new (PosternTenant *tenant);
void postern_audit_keeper_free (PosternAuditKeeper *self);
/** postern_audit_keeper_turn: about once a second; where nothing was written it costs nothing. @now in seconds since 1970 */
gboolean postern_audit_keeper_turn (PosternAuditKeeper *self, gint64 now, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternAuditKeeper, postern_audit_keeper_free)

G_END_DECLS
