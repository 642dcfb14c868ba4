/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-protocol.h"

G_DEFINE_ABSTRACT_TYPE (PosternProtocol, postern_protocol, POSTERN_TYPE_INSTANCE)

static void
postern_protocol_class_init (PosternProtocolClass *klass)
{
}

static void
postern_protocol_init (PosternProtocol *self)
{
}

gboolean
postern_protocol_start (PosternProtocol *self, PosternRuntime *runtime, PosternFlowEngine *engine, GError **error)
{
  PosternProtocolClass *klass = POSTERN_PROTOCOL_GET_CLASS (self);

  return klass->start == NULL || klass->start (self, runtime, engine, error);
}

/** postern_protocol_get_routes: (transfer none) (nullable): a protocol without routes has none. */
const PosternRoute *
postern_protocol_get_routes (PosternProtocol *self)
{
  PosternProtocolClass *klass = POSTERN_PROTOCOL_GET_CLASS (self);

  return klass->get_routes ? klass->get_routes (self) : NULL;
}

gboolean
postern_protocol_can_admit (PosternProtocol *self)
{
  return POSTERN_PROTOCOL_GET_CLASS (self)->admit != NULL;
}

gboolean
postern_protocol_admit (PosternProtocol *self, PosternRequest *request, const char *resource, PosternBearer *bearer, GError **error)
{
  return POSTERN_PROTOCOL_GET_CLASS (self)->admit (self, request, resource, bearer, error);
}
