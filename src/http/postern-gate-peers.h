/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-address.h"

G_BEGIN_DECLS

/**
 * PosternGatePeers: what each address has open and how often it asks: connections are counted, requests pay from a
 * token bucket. One table behind one lock (held for a look-up), bounded: who did nothing for long is forgotten.
 */
typedef struct _PosternGatePeers PosternGatePeers;

PosternGatePeers *postern_gate_peers_new (void);
void postern_gate_peers_free (PosternGatePeers *self);
/** postern_gate_peers_enter: FALSE when @address has @max connections already; else it must leave once. */
gboolean postern_gate_peers_enter (PosternGatePeers *self, const PosternAddress *address, guint max);
void postern_gate_peers_leave (PosternGatePeers *self, const PosternAddress *address);
/** postern_gate_peers_pay: Returns 0, or the seconds to wait. @rate: a second; @now: monotonic µs */
guint postern_gate_peers_pay (PosternGatePeers *self, const PosternAddress *address, guint rate, guint burst, gint64 now);

G_END_DECLS
