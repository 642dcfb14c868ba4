/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-authenticator.h"
#include "postern-error.h"

GVariant *
postern_connector_refresh_tokens (PosternConnector *self, GVariant *tokens, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (POSTERN_IS_CONNECTOR (self) && tokens, NULL);
  if (POSTERN_CONNECTOR_GET_CLASS (self)->refresh_tokens)
    return POSTERN_CONNECTOR_GET_CLASS (self)->refresh_tokens (self, tokens, cancellable, error);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "“%s” does not refresh tokens", postern_instance_get_id (POSTERN_INSTANCE (self)));
  return NULL;
}
