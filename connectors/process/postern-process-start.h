/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

#include "postern-process-program.h"

G_BEGIN_DECLS

/**
 * postern_process_start: the program that the settings of @instance name (program, arguments, options, secret, readable, timeout, calls, memory). It runs from the first
 * question on: whoever configures must not wait for it. @seconds: (out): how long it may take for an answer
 * Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_CONFIG
 */
PosternProcessProgram *postern_process_start (PosternInstance *instance, guint *seconds, GError **error);

G_END_DECLS
