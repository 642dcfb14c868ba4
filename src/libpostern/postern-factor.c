/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-authenticator.h"
#include "postern-error.h"

char *
postern_factor_make_value (PosternFactor *self, const char *secret, const char *identifier, GCancellable *cancellable,
                           GError **error)
{
  PosternFactorClass *klass;

  g_return_val_if_fail (POSTERN_IS_FACTOR (self), NULL);
  klass = POSTERN_FACTOR_GET_CLASS (self);
  if (klass->make_value != NULL)
    return klass->make_value (self, secret, identifier, cancellable, error);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "“%s” keeps nothing that an administrator can set",
               postern_instance_get_id (POSTERN_INSTANCE (self)));
  return NULL;
}

gboolean
postern_factor_knows_value (PosternFactor *self, const char *value)
{
  PosternFactorClass *klass;

  g_return_val_if_fail (POSTERN_IS_FACTOR (self) && value != NULL, FALSE);
  klass = POSTERN_FACTOR_GET_CLASS (self);
  return klass->knows_value != NULL && klass->knows_value (self, value);
}
