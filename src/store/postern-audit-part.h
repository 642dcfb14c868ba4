/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-records.h"

G_BEGIN_DECLS

/*
 * What an audit entry says of a person and can be forgotten without breaking the log: from where they came, and what of `before` and `after`
 * is personal. Both are kept beside the entry, which has a hash of each: its own hash, which the tree is made of, stays what it was when a
 * part is gone. A part has a salt of 128 bits, which goes with it; without it nobody can try all addresses until one has that hash.
 */

/** postern_audit_part_seal: gives @audit, which is about to be written, the salts and the hashes of its parts. */
void postern_audit_part_seal (PosternAudit *audit);
/** postern_audit_part_print_address: what address_hash is of: canonical JSON (RFC 8785). (transfer full) (nullable): it is gone, or there was none */
char *postern_audit_part_print_address (const PosternAudit *audit);
/** postern_audit_part_print_personal: what personal_hash is of, likewise. */
char *postern_audit_part_print_personal (const PosternAudit *audit);
/** postern_audit_part_hash: SHA-256(0x02 ‖ @text) in base64url. (transfer full) */
char *postern_audit_part_hash (const char *text, gsize length);
/** postern_audit_part_dup_personal: the personal part without its salt. (transfer full) (nullable) */
GVariant *postern_audit_part_dup_personal (const PosternAudit *audit);
/**
 * postern_audit_part_pick: of @from (nullable) the members that @to (nullable) has not, or has otherwise: what of a state a change did away with, or
 * the other way round brought. @func: (nullable): which members may be told at all. (transfer full): an a{sv}
 */
typedef gboolean (*PosternAuditMemberFunc) (const char *name, gpointer user_data);
GVariant *postern_audit_part_pick (GVariant *from, GVariant *to, PosternAuditMemberFunc func, gpointer user_data);

G_END_DECLS
