/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternSinkSyslog: the audit log for a syslog collector. */
#define POSTERN_TYPE_SINK_SYSLOG (postern_sink_syslog_get_type ())
G_DECLARE_FINAL_TYPE (PosternSinkSyslog, postern_sink_syslog, POSTERN, SINK_SYSLOG, PosternSink)

G_END_DECLS
