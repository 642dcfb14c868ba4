/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink.h"

G_DEFINE_ABSTRACT_TYPE (PosternSink, postern_sink, POSTERN_TYPE_INSTANCE)

static void
postern_sink_real_attach (PosternSink *self, PosternHub *hub)
{
}

static void
postern_sink_class_init (PosternSinkClass *klass)
{
  klass->attach = postern_sink_real_attach;
}

static void
postern_sink_init (PosternSink *self)
{
}

void
postern_sink_attach (PosternSink *self, PosternHub *hub)
{
  g_return_if_fail (POSTERN_IS_SINK (self) && POSTERN_IS_HUB (hub));
  POSTERN_SINK_GET_CLASS (self)->attach (self, hub);
}
