/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_notify_start: remembers $NOTIFY_SOCKET and $WATCHDOG_USEC (when it is meant for us) and takes them out of the
 * environment, so that workers do not speak for the service. Once.
 */
void postern_notify_start (void);
/** postern_notify_send: @state as sd_notify(3) takes it, e.g. "READY=1"; nothing happens outside systemd. */
void postern_notify_send (const char *state);
/** postern_notify_send_reloading: RELOADING=1 with the time that systemd 253 and later asks for. */
void postern_notify_send_reloading (void);
/** postern_notify_get_watchdog: milliseconds between two WATCHDOG=1 that we must not exceed; 0 when none is wanted. */
guint postern_notify_get_watchdog (void);

G_END_DECLS
