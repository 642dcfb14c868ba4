/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-hub.h"
#include "postern-instance.h"

G_BEGIN_DECLS

/**
 * PosternSink:
 *
 * An instance that listens on the hub (webhooks, journal, a third party's policy).
 */
#define POSTERN_TYPE_SINK (postern_sink_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternSink, postern_sink, POSTERN, SINK, PosternInstance)

/**
 * PosternSinkClass::attach:
 *
 * Connects to the signals of @hub; called once, while the worker starts.
 */

/**
 * PosternSinkClass:
 * @parent_class: the base
 * @attach: connects to the hub
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternSinkClass {
  PosternInstanceClass parent_class;
  void (*attach) (PosternSink *self, PosternHub *hub);
  gpointer padding[12];
};

/**
 * postern_sink_attach:
 *
 * Calls the vfunc of that name; for the worker, once.
 */
POSTERN_API void postern_sink_attach (PosternSink *self, PosternHub *hub);

G_END_DECLS
