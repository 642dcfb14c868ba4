/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-event.h"

G_BEGIN_DECLS

/** postern_sink_syslog_message_append: @event as one frame, with its length before it (RFC 5424; RFC 5425 section 4.3). @host: whose log it is: this machine */
void postern_sink_syslog_message_append (GString *frames, const char *host, const char *tenant, PosternEvent *event);

G_END_DECLS
