/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-gate-reply.h"

G_BEGIN_DECLS

/**
 * PosternGateRelay: libsoup's place. Each I/O thread has one: a SoupServer without listeners in a main context of its own.
 * A vetted request and its answer go through it over a stream in memory, in one go, so that libsoup never waits for a
 * person, never sees an idle connection, and never reads a byte that the gate has not vetted.
 */
typedef struct _PosternGateRelay PosternGateRelay;

/** postern_gate_relay_new: made and used on one thread, and freed there. */
PosternGateRelay *postern_gate_relay_new (void);
void postern_gate_relay_free (PosternGateRelay *self);
/**
 * postern_gate_relay_run: appends to @out what goes to the client for @reply to @request, a whole head without body.
 * @close: whether the answer says `Connection: close`
 * Returns: FALSE when libsoup did not answer; the connection must then be closed
 */
gboolean postern_gate_relay_run (PosternGateRelay *self, const char *request, gsize length, const PosternGateReply *reply, gboolean close, GString *out);

G_END_DECLS
