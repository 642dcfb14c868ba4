/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-input.h"

#include "postern-jwk.h"

PosternPasskeyBytes
postern_passkey_input_read (PosternPasskeyInput *self, const char *text, gsize max_bytes)
{
  PosternPasskeyBytes bytes = { (const guint8 *) "", 0 };

  postern_passkey_input_clear (self);
  self->bytes = text ? postern_base64url_decode (text, -1, max_bytes) : NULL;
  if (self->bytes)
    bytes.data = g_bytes_get_data (self->bytes, &bytes.length);
  if (bytes.length == 0)
    bytes.data = (const guint8 *) "";
  return bytes;
}

void
postern_passkey_input_clear (PosternPasskeyInput *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
}
