/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternSinkFile: the audit log as JSON lines, one file a tenant. */
#define POSTERN_TYPE_SINK_FILE (postern_sink_file_get_type ())
G_DECLARE_FINAL_TYPE (PosternSinkFile, postern_sink_file, POSTERN, SINK_FILE, PosternSink)

G_END_DECLS
