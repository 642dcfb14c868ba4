/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-cbor.h"
#include "postern-step.h"

G_BEGIN_DECLS

/** PosternPasskeyInput: bytes that a form or a row holds as base64url. */
typedef struct {
  GBytes *bytes; /* (nullable): it was none */
} PosternPasskeyInput;

/** postern_passkey_input_read: @text: (nullable). What is none, or longer than @max_bytes, is nothing: no check takes that. Returns: valid until self is cleared */
PosternPasskeyBytes postern_passkey_input_read (PosternPasskeyInput *self, const char *text, gsize max_bytes);
void postern_passkey_input_clear (PosternPasskeyInput *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternPasskeyInput, postern_passkey_input_clear)

G_END_DECLS
