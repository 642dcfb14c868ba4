/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define POSTERN_SLUG_MAX 63

/**
 * postern_slug_is_valid: whether @text may be a tenant's slug: small letters, digits and inner dashes, for it stands in paths, in
 * the names of cookies and folders, and at the beginning of keys.
 */
static inline gboolean
postern_slug_is_valid (const char *text)
{
  gsize length = 0;

  for (; text[length]; length++)
    if (!g_ascii_islower (text[length]) && !g_ascii_isdigit (text[length]) && !(text[length] == '-' && length > 0))
      return FALSE;
  return length > 0 && length <= POSTERN_SLUG_MAX;
}

G_END_DECLS
