/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** fuzz_jose_has: whether @name is in a token's header, whatever its value. */
static inline gboolean
fuzz_jose_has (GVariant *header, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (header, name, NULL);

  return value != NULL;
}

G_END_DECLS
