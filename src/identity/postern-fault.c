/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-fault.h"

#include "postern-error.h"

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

gboolean
postern_fault_check_text (const char *member, const char *text, gint64 least, gint64 most, GError **error)
{
  if (text == NULL || g_utf8_strlen (text, -1) < least || g_utf8_strlen (text, -1) > most)
    return postern_fault (error, member, "must be a text of %d to %d characters", (int) least, (int) most);
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_iscntrl (g_utf8_get_char (text)))
      return postern_fault (error, member, "must not hold control characters");
  return TRUE;
}
