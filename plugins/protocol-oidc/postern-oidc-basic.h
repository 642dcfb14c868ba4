/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_oidc_basic_decode: `Authorization: Basic …` with both halves form-encoded before they were joined (RFC 6749 section 2.3.1).
 * Strict: padded base64, one header, valid escapes, UTF-8, no NUL, nothing empty.
 * @id: (out) (transfer full); @secret: (out) (transfer full): free with postern_secret_free()
 */
gboolean postern_oidc_basic_decode (const char *header, char **id, char **secret);

G_END_DECLS
