/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-hub.h"
#include "postern-instance.h"

G_BEGIN_DECLS

/** PosternSink: an instance that listens on the hub (webhooks, journal, a third party's policy). */
#define POSTERN_TYPE_SINK (postern_sink_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternSink, postern_sink, POSTERN, SINK, PosternInstance)

struct _PosternSinkClass {
  PosternInstanceClass parent_class;
  /** attach: connects to @hub's signals; called once, while the worker starts. */
  void (*attach) (PosternSink *self, PosternHub *hub);
  gpointer padding[12];
};

POSTERN_API void postern_sink_attach (PosternSink *self, PosternHub *hub);

G_END_DECLS
