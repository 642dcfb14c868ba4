/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The line between supervisor and worker: a pair of packet sockets, one short text a packet. The worker says "ready",
 * "alive" (every few seconds), "reload" (when somebody changed what workers are made of), "draining" (when it accepts no more) or "failed WHY"; its end closes when it dies. The other way nothing is said: orders are
 * signals (SIGTERM: drain), and a closed line means that the supervisor is gone.
 *
 * Across exec a worker learns what it got from its environment:
 */
#define POSTERN_CONTROL_FD_ENV "POSTERN_CONTROL_FD" /* this line */
#define POSTERN_CONTROL_CONFIG_ENV "POSTERN_CONFIG_FD" /* postern_config_to_bytes() in a memory file */
#define POSTERN_CONTROL_SOCKETS_ENV "POSTERN_SOCKETS" /* "public:3 management:4 admin:5" */
#define POSTERN_CONTROL_FIRST_ENV "POSTERN_FIRST" /* "1" in the first worker of a server */

#define POSTERN_CONTROL_ALIVE_SECONDS 2 /* how often a worker says so; setting server.hang-timeout is at least three times that */

/** postern_control_pair: @fds: (out): ours and the worker's; both close on exec. */
gboolean postern_control_pair (int fds[2]);
void postern_control_say (int fd, const char *text);
/** postern_control_read: (transfer full) (nullable): NULL when nothing is there; *@closed tells whether the other end is gone. */
char *postern_control_read (int fd, gboolean *closed);
/** postern_control_take_fd: the descriptor that environment variable @name names, closed on exec from now on; -1 when there is none. The variable goes. */
int postern_control_take_fd (const char *name);

G_END_DECLS
