/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-sink.h"

G_MODULE_EXPORT GType postern_plugin_query_type (void);

GType
postern_plugin_query_type (void)
{
  return POSTERN_TYPE_PROCESS_SINK;
}
