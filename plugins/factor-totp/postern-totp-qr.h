/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_totp_qr_dup_path: @text as a QR code: the `d` of an SVG path over a square of @size units, a quiet zone of four included.
 * Returns: (transfer full) (nullable): NULL where this server was built without libqrencode, or @text is too long
 */
char *postern_totp_qr_dup_path (const char *text, guint *size);

G_END_DECLS
