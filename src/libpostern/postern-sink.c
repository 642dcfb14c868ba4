/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink.h"

#include "postern-error.h"

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

gboolean
postern_sink_takes_log (PosternSink *self)
{
  g_return_val_if_fail (POSTERN_IS_SINK (self), FALSE);
  return POSTERN_SINK_GET_CLASS (self)->deliver != NULL;
}

gboolean
postern_sink_deliver (PosternSink *self, const char *tenant, GPtrArray *events, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (postern_sink_takes_log (self) && tenant && events && events->len > 0, FALSE);
  if (POSTERN_SINK_GET_CLASS (self)->deliver (self, tenant, events, cancellable, error))
    return TRUE;
  if (error && !*error)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "it did not say why");
  return FALSE;
}
