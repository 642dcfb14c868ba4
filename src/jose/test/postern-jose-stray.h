/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include <string.h>

G_BEGIN_DECLS

/**
 * postern_jose_with_stray_bits: for tests: the same bytes in another spelling, with bits behind the last character's own; only
 * one spelling is taken.
 * @part: canonical base64url of a number of bytes that is no multiple of three
 * Returns: (transfer full)
 */
static inline char *
postern_jose_with_stray_bits (const char *part)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  char *changed = g_strdup (part);
  gsize last = strlen (part) - 1;

  changed[last] = alphabet[strchr (alphabet, part[last]) - alphabet + 1];

  return changed;
}

G_END_DECLS
