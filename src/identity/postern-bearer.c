/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-bearer.h"

void
postern_bearer_clear (PosternBearer *self)
{
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->client_id, g_free);
  g_clear_pointer (&self->organization_id, g_free);
  g_clear_pointer (&self->scopes, g_strfreev);
}

gboolean
postern_bearer_has_scope (const PosternBearer *self, const char *scope)
{
  return self->scopes != NULL && g_strv_contains ((const char *const *) self->scopes, scope);
}
