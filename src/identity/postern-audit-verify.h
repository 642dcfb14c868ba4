/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"

G_BEGIN_DECLS

/**
 * PosternAuditVerify: reads an exported audit log line by line and says what is wrong with it. It needs no server, and trusts
 * nothing in the file that is not signed. The lines, each a JSON object written as here, without a space:
 *
 *     {"audit_log":1,"iss":"…","keys":{…}}                            the first one; `keys` is a JWK set
 *     {"cut":"JWS"}                                                    what came before was cut off, and that was signed
 *     {"start":{"chain":"…","nodes":"…","tree_size":N}}                it begins there because no more was asked for
 *     {"seq":N,"leaf":"…","chain":"…","entry":{…}}                     an entry; its bytes are what is hashed. Before it, where they are kept:
 *                                                                      "address":{…},"personal":{…}, which the entry has the hashes of
 *     {"head":"JWS"}                                                   the tree of all before was signed; also the last line
 *
 * Hashes are base64url without padding. Not thread-safe.
 */
typedef struct _PosternAuditVerify PosternAuditVerify;

/* bytes; a longer one is none of ours: what an entry says is JSON of POSTERN_JSON_MAX_BYTES at most, and so is what is personal of it */
#define POSTERN_AUDIT_VERIFY_MAX_LINE (2 * 1024 * 1024 + 4096)
#define POSTERN_AUDIT_VERIFY_MAX_FINDINGS 100 /* what is said; all are counted */

/**
 * postern_audit_verify_new: @keys: (nullable): whose signatures count; NULL: the ones that the file names itself, which proves only
 * that it is of one piece. @head: (nullable): a JWS that somebody kept: the file must begin with that log
 */
PosternAuditVerify *postern_audit_verify_new (PosternJwkSet *keys, const char *head);
void postern_audit_verify_free (PosternAuditVerify *self);
/** postern_audit_verify_line: the next one, without its line feed */
void postern_audit_verify_line (PosternAuditVerify *self, const char *line, gsize length);

/** PosternAuditVerdict: what was found; borrowed from its reader. */
typedef struct {
  GPtrArray *findings; /* (element-type utf8): in words, in the order of the file */
  guint64 n_findings;
  gint64 from, to;     /* the entries that were read: numbers from @from up to, without, @to */
  gint64 proven;       /* up to, without, this number they are those that were signed */
  gint64 cut;          /* so many were cut off before, and that was signed; 0 for none */
  gboolean tells_of_cut; /* an entry of the file says so as well: who made it up has no such entry */
  guint64 n_heads;
  guint64 n_forgotten; /* addresses and personal parts that are not there any more, because their person was deleted */
  const char *issuer;  /* (nullable) */
  gboolean has_own_keys; /* the signatures are by keys that the file names itself */
  gboolean has_seen_head; /* the head that was given was reached, and is one of this log */
} PosternAuditVerdict;

/** postern_audit_verify_end: what is said only once there is no more: it is cut short, a head was not reached. */
const PosternAuditVerdict *postern_audit_verify_end (PosternAuditVerify *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternAuditVerify, postern_audit_verify_free)

G_END_DECLS
