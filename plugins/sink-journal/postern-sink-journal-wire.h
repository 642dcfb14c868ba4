/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram an entry, or, of one that is too large for that, a sealed
 * descriptor. Not libsystemd's sd_journal_sendv(): it waits for a journal that is behind without end, so that no cancellable is heard, and knows no
 * journal but the first.
 */

/* Bytes: below the least room that systems give a socket (net.core.wmem_default), so that a datagram of it is never too long. */
#define POSTERN_SINK_JOURNAL_WIRE_DATAGRAM (64 * 1024)

/** postern_sink_journal_wire_add: a field; @name is of A-Z, 0-9 and _. Of a NULL @value nothing is added. Values may hold line feeds. */
void postern_sink_journal_wire_add (GString *entry, const char *name, const char *value);

/** postern_sink_journal_wire_connect: Returns: a descriptor, -1 with POSTERN_ERROR_UNREACHABLE */
int postern_sink_journal_wire_connect (const char *path, GError **error);

/** postern_sink_journal_wire_send: TRUE when the kernel has it for the journal; blocks while the journal is behind, until @cancellable (nullable) fires. */
gboolean postern_sink_journal_wire_send (int fd, const GString *entry, GCancellable *cancellable, GError **error);

G_END_DECLS
