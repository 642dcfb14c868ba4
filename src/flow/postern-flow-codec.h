/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-private.h"

G_BEGIN_DECLS

/** postern_flow_codec_write: Returns: (transfer full): the flow as bytes; every field of its header but the transient ones. */
GBytes *postern_flow_codec_write (PosternFlow *flow);
/** postern_flow_codec_read: Returns: (transfer full) (nullable): NULL with POSTERN_ERROR_STALE for another version or anything unexpected. */
PosternFlow *postern_flow_codec_read (GBytes *bytes, GError **error);

G_END_DECLS
