/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-hub.h"
#include "postern-instance.h"

G_BEGIN_DECLS

/**
 * PosternSink:
 *
 * An instance that is told what happens: by the hub, at once, on the thread where it happens, and maybe never (a third party's policy, a
 * counter); or from the audit log, each entry in its order and at least once, whatever fails meanwhile (files, the journal, a SIEM).
 */
#define POSTERN_TYPE_SINK (postern_sink_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternSink, postern_sink, POSTERN, SINK, PosternInstance)

/**
 * PosternSinkClass::attach:
 *
 * Connects to the signals of @hub; called once, while the worker starts. Handlers have the sink as their data (g_signal_connect_object()): when it
 * is switched off while the worker runs, those that have it are disconnected.
 */

/**
 * PosternSinkClass::deliver:
 * @tenant: whose log it is: the slug
 * @events: (element-type PosternEvent): entries of the audit log, the next ones in its order
 * @cancellable: (nullable): fires when half a minute is over, and when the server stops
 *
 * Takes entries to where they shall be kept. Their data are `id` and `number`, and, where the entry has them, `actor`, `target`, `person`,
 * `request_id`, `remote_address` (strings), `data` and `personal` (a{sv}); postern_event_print() writes an entry as webhooks get it.
 *
 * Each comes at least once, and none before those with smaller numbers: what was not taken comes again, a little later, with whatever follows
 * it, and so does what was being taken when a server died; `id` and `number` are the same then. Of a tenant one call is under way at a time,
 * on one node; those of several tenants are on several threads. May block, but ends soon after @cancellable fired.
 *
 * Returns: TRUE when all of @events are kept; FALSE with @error, which operators read, and all of them come again
 */

/**
 * PosternSinkClass:
 * @parent_class: the base
 * @attach: (nullable): connects to the hub
 * @deliver: (nullable): takes entries of the audit log; without it none come
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternSinkClass {
  PosternInstanceClass parent_class;
  void (*attach) (PosternSink *self, PosternHub *hub);
  gboolean (*deliver) (PosternSink *self, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error);
  gpointer padding[11];
};

/**
 * postern_sink_attach:
 *
 * Calls the vfunc of that name; for the worker, once.
 */
POSTERN_API void postern_sink_attach (PosternSink *self, PosternHub *hub);

/**
 * postern_sink_takes_log:
 *
 * Whether it takes entries of the audit log.
 *
 * Returns: TRUE if its type has `deliver`
 */
POSTERN_API gboolean postern_sink_takes_log (PosternSink *self);

/**
 * postern_sink_deliver:
 * @tenant: the slug
 * @events: (element-type PosternEvent): at least one
 * @cancellable: (nullable)
 *
 * Calls the vfunc of that name; for the worker, and tests. Any thread.
 *
 * Returns: FALSE with @error, always set, where they were not all taken
 */
POSTERN_API gboolean postern_sink_deliver (PosternSink *self, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error);

G_END_DECLS
