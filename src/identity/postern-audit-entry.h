/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-records.h"

G_BEGIN_DECLS

/* What is hashed of an audit entry: bytes that must never change. */

/** postern_audit_entry_print: the canonical text (RFC 8785) of @entry; what it does not have is left out, `data` never. (transfer full) */
char *postern_audit_entry_print (const PosternAudit *entry);
/** postern_audit_entry_print_json: the same of an entry that came as JSON, a{sv}. (transfer full) */
char *postern_audit_entry_print_json (GVariant *entry);

G_END_DECLS
