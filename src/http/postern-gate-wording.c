/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-wording.h"

#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>

/* Once a second: wording a date costs more than all the rest. The names are English whatever the locale. */
static void
set_date (PosternGateWording *self, gint64 second)
{
  static const char days[] = "SunMonTueWedThuFriSat";
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  time_t now = (time_t) second;
  struct tm t;

  gmtime_r (&now, &t);
  g_snprintf (self->date, sizeof self->date, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon,
              t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
  self->second = second;
}

static void
add_number (GString *out, guint64 number)
{
  char digits[20];
  gsize at = sizeof digits;

  do
    digits[--at] = (char) ('0' + number % 10);
  while ((number /= 10));
  g_string_append_len (out, digits + at, (gssize) (sizeof digits - at));
}

/* A value that could end its line would let its author write fields of his own: it is left out, and said so. */
static void
add_field (GString *out, const PosternGateReplyField *field)
{
  if (strpbrk (field->value, "\r\n")) {
    g_critical ("The field %s of an answer holds a line end and is left out", field->name);
    return;
  }
  g_string_append (out, field->name);
  g_string_append_len (out, ": ", 2);
  g_string_append (out, field->value);
  g_string_append_len (out, "\r\n", 2);
}

/* RFC 9110 section 6.4.1 */
static gboolean
has_body (guint status)
{
  return status >= 200 && status != 204 && status != 304;
}

void
postern_gate_wording_write (PosternGateWording *self, const PosternGateReply *reply, gboolean without_body, gboolean close, GString *out)
{
  gint64 second = g_get_real_time () / G_USEC_PER_SEC;
  gsize length = 0;
  const char *body = reply->body ? g_bytes_get_data (reply->body, &length) : NULL;

  if (second != self->second)
    set_date (self, second);
  g_string_append (out, "HTTP/1.1 ");
  add_number (out, reply->status);
  g_string_append_c (out, ' ');
  g_string_append (out, soup_status_get_phrase (reply->status));
  g_string_append_len (out, "\r\n", 2);
  g_string_append (out, self->date);
  for (guint i = 0; i < reply->fields->len; i++)
    add_field (out, &g_array_index (reply->fields, PosternGateReplyField, i));
  if (close)
    g_string_append (out, "Connection: close\r\n");
  if (has_body (reply->status)) {
    g_string_append (out, "Content-Length: ");
    add_number (out, length);
    g_string_append_len (out, "\r\n", 2);
  }
  g_string_append_len (out, "\r\n", 2);
  if (!without_body && length > 0 && has_body (reply->status))
    g_string_append_len (out, body, (gssize) length);
}
