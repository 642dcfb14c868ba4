/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-merkle.h"

G_BEGIN_DECLS

/* An entry's line in an exported log, in its parts; nothing is copied, so it lives no longer than the text. */

/** PosternAuditText: bytes of the line; {NULL, 0}: not there */
typedef struct {
  const char *at;
  gsize length;
} PosternAuditText;

typedef struct {
  gint64 seq;
  PosternMerkleHash leaf, chain;
  PosternAuditText address, personal; /* what the entry has the hashes of; not there: forgotten, or there never was one */
  PosternAuditText entry;
} PosternAuditLine;

/** postern_audit_line_read: strict: a line that is written otherwise is none. Only the outlines of the objects are looked at. */
gboolean postern_audit_line_read (PosternAuditLine *self, const char *text, gsize length);
/**
 * postern_audit_line_find: the member @name of @entry, of its first level alone, as it is written: a string with its quotation marks.
 * What is no canonical JSON may have none.
 */
gboolean postern_audit_line_find (const PosternAuditText *entry, const char *name, PosternAuditText *value);
/** postern_audit_line_dup: the string that a member is, where it is one without escapes, as ids and hashes are. (transfer full) (nullable) */
char *postern_audit_line_dup (const PosternAuditText *entry, const char *name);

G_END_DECLS
