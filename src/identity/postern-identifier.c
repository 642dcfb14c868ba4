/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identifier.h"

#include <string.h>

#define MAX_BYTES 254 /* RFC 5321 section 4.5.3.1.3, less the brackets */

static gboolean
has_strange_characters (const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char (p)) {
    GUnicodeType type = g_unichar_type (g_utf8_get_char (p));

    if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE || type == G_UNICODE_PRIVATE_USE ||
        type == G_UNICODE_UNASSIGNED || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
        type == G_UNICODE_SPACE_SEPARATOR)
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_sound_at (const char *text)
{
  const char *at = strchr (text, '@');

  return at == NULL || (at != text && at[1] != '\0' && strchr (at + 1, '@') == NULL);
}

/* Case folding can undo the normal form and the other way round, so both are done until nothing moves (Unicode 3.13, D146). */
static char *
fold (const char *text)
{
  g_autofree char *first = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  g_autofree char *folded = first ? g_utf8_casefold (first, -1) : NULL;

  return folded ? g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC) : NULL;
}

char *
postern_identifier_canonicalize (const char *typed)
{
  g_autofree char *folded = NULL;
  g_autofree char *stripped = NULL;

  /* The length first: NFKC can make eighteen characters of one. */
  if (typed == NULL || strlen (typed) > 4 * MAX_BYTES || !g_utf8_validate (typed, -1, NULL))
    return NULL;
  stripped = g_strstrip (g_strdup (typed));
  folded = fold (stripped);
  if (folded == NULL || *folded == '\0' || strlen (folded) > MAX_BYTES || has_strange_characters (folded) || !has_sound_at (folded))
    return NULL;
  return g_steal_pointer (&folded);
}

char *
postern_identifier_canonicalize_email (const char *typed)
{
  g_autofree char *identifier = postern_identifier_canonicalize (typed);

  return identifier && strchr (identifier, '@') ? g_steal_pointer (&identifier) : NULL;
}

gboolean
postern_identifier_is_phone (const char *canonical)
{
  gsize digits = *canonical == '+' ? strspn (canonical + 1, "0123456789") : 0;

  return digits >= 8 && digits <= 15 && canonical[1] != '0' && canonical[1 + digits] == '\0';
}
