/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-event.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/**
 * postern_audit_event_new: an entry of the audit log as webhooks and sinks are sent it: all that it holds, and nothing else. @number: the entry's
 * Returns: (transfer full)
 */
PosternEvent *postern_audit_event_new (const PosternAudit *entry, gint64 number);

G_END_DECLS
