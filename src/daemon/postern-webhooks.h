/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-lease.h"
#include "postern-tenant.h"
#include "postern-feed-queue.h"

G_BEGIN_DECLS

/**
 * PosternWebhooks: takes a tenant's webhooks forward in the log (src/identity/postern-webhook.h), by the threads that all tenants share, so that
 * one that is slow holds up nobody else. For whoever does the periodic work and has given the entries their
 * numbers; when two do it at once, events are sent twice, under the same id, and nothing else.
 */
typedef struct _PosternWebhooks PosternWebhooks;

/**
 * postern_webhooks_new: a reference to @tenant is taken. @lease: (nullable): nothing is begun while it is another's; it outlives this, as @queue does.
 * @tells: whether mails go out here: owners are told of one that is switched off, and who made it if they may still look at it
 */
PosternWebhooks *postern_webhooks_new (PosternTenant *tenant, PosternLease *lease, PosternFeedQueue *queue, gboolean tells);
/** postern_webhooks_free: cuts off what is being sent: it is sent again. What was passed over is noted. */
void postern_webhooks_free (PosternWebhooks *self);
/** postern_webhooks_turn: about once a second, from one thread: starts what is due, and waits for nothing. @now: seconds since 1970 */
gboolean postern_webhooks_turn (PosternWebhooks *self, gint64 now, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternWebhooks, postern_webhooks_free)

G_END_DECLS
