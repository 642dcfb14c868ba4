/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_store_random_fill: @length bytes that nobody can guess. A server without them must not go on: it ends the process. */
void postern_store_random_fill (guint8 *out, gsize length);

G_END_DECLS
