/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-fault.h"

#include "postern-error.h"
#include "postern-shown-private.h"

gboolean
postern_fault (GError **error, const char *member, const char *format, ...)
{
  g_autofree char *why = NULL;
  va_list arguments;

  va_start (arguments, format);
  why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", member, why);
  return FALSE;
}

static gboolean
check_length (const char *member, const char *text, gint64 least, gint64 most, GError **error)
{
  if (text == NULL || g_utf8_strlen (text, -1) < least || g_utf8_strlen (text, -1) > most)
    return postern_fault (error, member, "must be a text of %d to %d characters", (int) least, (int) most);
  return TRUE;
}

gboolean
postern_fault_check_text (const char *member, const char *text, gint64 least, gint64 most, GError **error)
{
  if (!check_length (member, text, least, most, error))
    return FALSE;
  return postern_shown_is_plain (text) || postern_fault (error, member, "must not hold control characters, nor such as break a line or turn the text around them");
}

gboolean
postern_fault_check_phrase (const char *member, const char *text, gint64 least, gint64 most, GError **error)
{
  gint64 open = 0;

  if (!check_length (member, text, least, most, error))
    return FALSE;
  for (; *text != '\0' && open >= 0; text = g_utf8_next_char (text)) {
    gunichar c = g_utf8_get_char (text);

    if (postern_shown_is_isolate (c))
      open += c == 0x2069 ? -1 : 1; /* the one that ends the latest */
    else if (!postern_shown_is_character (c))
      return postern_fault (error, member, "must not hold control characters, nor such as break a line or turn the text around them");
  }
  return open == 0 || postern_fault (error, member, "must end each piece of another direction that it begins (U+2066 to U+2068) by U+2069");
}
