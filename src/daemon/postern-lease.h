/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-store.h"

G_BEGIN_DECLS

/**
 * PosternLease: of all workers on all nodes that serve a tenant, one does its periodic work: the one whose name is in the database. A thread of its own
 * renews that every few seconds, however long a piece of the work takes; who ends lets go of it, and what a dead one held is another's within 15 seconds.
 *
 * Nobody compares clocks of two nodes: a lease has lapsed for whoever has looked at it for so long, by their own clock, without seeing it renewed.
 *
 * It is kept with what is short-lived, so that no write of it is waited for until it is on the disk. What a power cut, or a PostgreSQL that takes over from one
 * that died, may take is the last renewal, or the row: then another one may have it while who held it does not know for RENEW_MS, so two may be at work for
 * a moment, as with two releases side by side. Each piece of the work is made for that: numbers of the audit log, its cut and a webhook's place are each one
 * conditional statement that says what it stood on; nodes of the tree and heads come out the same; keys are rotated under a lease of their own, in the
 * place that lasts; purging twice is purging once; a webhook gets an event twice, under the same id.
 */
typedef struct _PosternLease PosternLease;

/** postern_lease_start: a reference to @store is taken. */
PosternLease *postern_lease_start (PosternStore *store, const char *name);
/** postern_lease_is_held: whether it is ours, and nobody else can think that it is theirs. Costs no look at the database. Thread-safe */
gboolean postern_lease_is_held (PosternLease *self);
/** postern_lease_stop: lets go of it, so that another one has it at once; by then its work must have ended. */
void postern_lease_stop (PosternLease *self);

G_END_DECLS
