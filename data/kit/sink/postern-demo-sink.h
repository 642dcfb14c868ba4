/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <postern.h>

G_BEGIN_DECLS

#define POSTERN_TYPE_DEMO_SINK (postern_demo_sink_get_type ())
G_DECLARE_FINAL_TYPE (PosternDemoSink, postern_demo_sink, POSTERN, DEMO_SINK, PosternSink)

G_END_DECLS
