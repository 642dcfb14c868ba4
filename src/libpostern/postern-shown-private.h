/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What may stand in a text that people are shown: the name of an application, an organization, a button. */

/** postern_shown_is_isolate: whether it begins or ends a piece of another direction (UAX #9, section 2.6): U+2066 to U+2069 */
static inline gboolean
postern_shown_is_isolate (gunichar c)
{
  return c >= 0x2066 && c <= 0x2069;
}

/**
 * postern_shown_is_character: no control character, no end of a line, and none that turns the direction of what stands around it, so that
 * "moc.elgoog" is read as another's name (UAX #9, section 2: U+202A to U+202E, and isolates). Marks that people need to write their own script,
 * such as U+200C and U+200F, are none of these.
 */
static inline gboolean
postern_shown_is_character (gunichar c)
{
  return !g_unichar_iscntrl (c) && c != 0x2028 && c != 0x2029 && !(c >= 0x202a && c <= 0x202e) && !postern_shown_is_isolate (c);
}

/** postern_shown_is_plain: whether all of @text, which is UTF-8, are such */
static inline gboolean
postern_shown_is_plain (const char *text)
{
  while (*text != '\0' && postern_shown_is_character (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return *text == '\0';
}

G_END_DECLS
