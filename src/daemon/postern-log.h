/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_log_start: everything that is logged by GLib's structured logging goes to standard error from now on, as text,
 * as one JSON object a line, or as journal fields. Once, before there are threads.
 * @level: "error", "warning", "info" or "debug"; @format: "auto", "text", "json" or "journal" (settings log.level, log.format)
 */
void postern_log_start (const char *program, const char *level, const char *format);
/** postern_log_failure: what ends the program without being a programmer's error (so G_DEBUG=fatal-criticals does not abort on it). */
void postern_log_failure (const char *message);

G_END_DECLS
