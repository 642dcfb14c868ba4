/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Private to this room: base64url without padding (RFC 4648 section 5). This room may not use src/jose, which has one for tokens. */
char *postern_store_base64_encode (const guint8 *data, gsize length);
/** strict; Returns: (transfer full) (nullable): @length (out): bytes */
guint8 *postern_store_base64_decode (const char *text, gsize *length);

G_END_DECLS
