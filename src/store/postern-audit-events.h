/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternAuditEvent: one kind of thing that is written to the audit log, and told to sinks. All are in the table of
 * postern-audit-events.c; what is in no row of it is not to be written. data/guides/events.md is the same for readers.
 */
typedef struct {
  const char *name;    /* "sign-in.succeeded" */
  const char *when;    /* a sentence */
  const char *members; /* what its data may have, parted by spaces; "" for none. `before` and `after` it always has: where nothing was, or is, {} */
  gboolean ends_person; /* its target is a person who is gone: it says nothing personal of them */
} PosternAuditEvent;

/** postern_audit_events_get: all, in the order of their names; @n: (out): how many */
const PosternAuditEvent *postern_audit_events_get (guint *n);
/** postern_audit_events_find: (nullable) */
const PosternAuditEvent *postern_audit_events_find (const char *name);
/** postern_audit_events_has: whether the data of @event may have @member */
gboolean postern_audit_events_has (const PosternAuditEvent *event, const char *member);

G_END_DECLS
