/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternSinkSyslogPeer: whom frames are sent to. */
typedef struct {
  const char *host;
  guint16 port;
  GTlsDatabase *authorities;
  GTlsCertificate *certificate; /* (nullable): our own */
} PosternSinkSyslogPeer;

/**
 * postern_sink_syslog_wire_send: sends @frames over a connection of their own. Syslog has no receipt; so we say that we are done, and TRUE is that the other
 * side then read to the end and closed, too, as RFC 5425 section 4.4 has it do. Blocks.
 */
gboolean postern_sink_syslog_wire_send (const PosternSinkSyslogPeer *peer, const GString *frames, GCancellable *cancellable, GError **error);

G_END_DECLS
