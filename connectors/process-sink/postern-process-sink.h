/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternProcessSink: the audit log for a program in any language. */
#define POSTERN_TYPE_PROCESS_SINK (postern_process_sink_get_type ())
G_DECLARE_FINAL_TYPE (PosternProcessSink, postern_process_sink, POSTERN, PROCESS_SINK, PosternSink)

G_END_DECLS
