/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-mime.h"

#include <string.h>

#define LINE 76        /* bytes, without CRLF */
#define WORD_BYTES 42  /* of text in an encoded word, which is 75 long at most: =?UTF-8?B? 56 ?= */
#define PLAIN_HEADER 60 /* up to here a plain text needs no folding behind any header's name */

/* --- headers ----------------------------------------------------------------------------------------------------- */

static gboolean
is_plain (const char *text)
{
  for (const char *p = text; *p; p++)
    if (*p < ' ' || *p > '~')
      return FALSE;
  return strlen (text) <= PLAIN_HEADER && strstr (text, "=?") == NULL;
}

/* As much of @text as one word takes, in whole characters. */
static gsize
measure_word (const char *text)
{
  const char *end = text;

  while (*end && (gsize) (g_utf8_next_char (end) - text) <= WORD_BYTES)
    end = g_utf8_next_char (end);
  return (gsize) (end - text);
}

static char *
encode (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p;) {
    gsize length = measure_word (p);
    g_autofree char *encoded = g_base64_encode ((const guchar *) p, length);
    g_string_append_printf (out, "%s=?UTF-8?B?%s?=", p == text ? "" : "\r\n ", encoded);
    p += length;
  }
  return g_string_free (out, FALSE);
}

char *
postern_mime_encode_words (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return is_plain (valid) ? g_steal_pointer (&valid) : encode (valid);
}

/* A name in front of an address: plain words, or encoded ones; so no quoting has to be got right. */
static char *
encode_name (const char *name)
{
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -";
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  return is_plain (valid) && strspn (valid, plain) == strlen (valid) ? g_steal_pointer (&valid) : encode (valid);
}

char *
postern_mime_format_mailbox (const char *name, const char *address)
{
  g_autofree char *encoded = name && *name ? encode_name (name) : NULL;
  GString *out;

  if (!encoded)
    return g_strdup (address);
  out = g_string_new (encoded);
  g_string_replace (out, "\r\n ", " ", 0);
  g_string_append_printf (out, " <%s>", address);
  return g_string_free (out, FALSE);
}

/* RFC 5322's dot-atom, which is what mail is sent to in practice; whatever could end a header or begin another address is not in it. */
char *
postern_mime_dup_address (const char *address)
{
  static const char atom[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.";
  const char *at = address ? strchr (address, '@') : NULL;
  g_autofree char *domain = at && at != address && g_utf8_validate (address, -1, NULL) ? g_hostname_to_ascii (at + 1) : NULL;

  if (!domain || !*domain || strspn (address, atom) != (gsize) (at - address) || strspn (domain, atom) != strlen (domain) || strlen (domain) > 253)
    return NULL;
  return g_strdup_printf ("%.*s@%s", (int) (at - address), address, domain);
}

/* Not strftime(), whose names follow the locale. */
static char *
format_date (GDateTime *date)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week (date) - 1], g_date_time_get_day_of_month (date),
                          months[g_date_time_get_month (date) - 1], g_date_time_get_year (date), g_date_time_get_hour (date),
                          g_date_time_get_minute (date), g_date_time_get_second (date));
}

static void
append_headers (GString *out, PosternMessage *message, const char *from, const char *to)
{
  const char *name = postern_message_get_sender_name (message), *id = postern_message_get_id (message), *subject = postern_message_get_subject (message);
  g_autofree char *encoded_name = name && *name ? encode_name (name) : NULL;
  g_autofree char *encoded_subject = postern_mime_encode_words (subject ? subject : "");
  g_autofree char *unique = id ? g_strdup (id) : g_uuid_string_random ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = format_date (now);

  if (encoded_name)
    g_string_append_printf (out, "From: %s\r\n <%s>\r\n", encoded_name, from);
  else
    g_string_append_printf (out, "From: <%s>\r\n", from);
  g_string_append_printf (out, "To: <%s>\r\nSubject: %s\r\nDate: %s\r\n", to, encoded_subject, date);
  g_string_append_printf (out, "Message-ID: <%s%s>\r\n", unique, strchr (from, '@'));
  g_string_append (out, "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
}

/* --- bodies ------------------------------------------------------------------------------------------------------ */

static gboolean
is_line_end (const char *p)
{
  return *p == '\n' || (*p == '\r' && p[1] == '\n');
}

/* A blank may not end a line, and a dot or "From " at its beginning is safer encoded. */
static gboolean
needs_quoting (const char *p, guint column)
{
  if (*p == ' ' || *p == '\t')
    return p[1] == '\0' || is_line_end (p + 1);
  return *p < '!' || *p > '~' || *p == '=' || (column == 0 && (*p == '.' || *p == 'F'));
}

void
postern_mime_append_quoted (GString *out, const char *text)
{
  guint column = 0;

  for (const char *p = text; *p; p++) {
    gboolean quoted = needs_quoting (p, column);
    if (is_line_end (p)) {
      p += *p == '\r';
      g_string_append (out, "\r\n");
      column = 0;
      continue;
    }
    if (column + (quoted ? 3 : 1) > LINE - 1) {
      g_string_append (out, "=\r\n");
      column = 0;
      quoted = needs_quoting (p, column);
    }
    if (quoted)
      g_string_append_printf (out, "=%02X", (guchar) *p);
    else
      g_string_append_c (out, *p);
    column += quoted ? 3 : 1;
  }
  g_string_append (out, "\r\n");
}

void
postern_mime_append_base64 (GString *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *canonical = g_strjoinv ("\r\n", lines);
  g_autofree char *encoded = g_base64_encode ((const guchar *) canonical, strlen (canonical));

  for (const char *p = encoded; *p; p += strnlen (p, LINE))
    g_string_append_printf (out, "%.*s\r\n", LINE, p);
}

/* Quoted-printable stays readable and small where most is ASCII; elsewhere base64 is the smaller. */
static void
append_part (GString *out, const char *type, const char *text)
{
  gsize length = strlen (text), high = 0;
  gboolean base64;

  for (const char *p = text; *p; p++)
    high += (guchar) *p >= 0x80;
  base64 = high > length / 6;
  g_string_append_printf (out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n", type, base64 ? "base64" : "quoted-printable");
  if (base64)
    postern_mime_append_base64 (out, text);
  else
    postern_mime_append_quoted (out, text);
}

static void
append_body (GString *out, PosternMessage *message)
{
  const char *text = postern_message_get_text (message), *html = postern_message_get_html (message);
  g_autofree char *boundary = NULL;
  g_autofree char *unique = NULL;

  if (!html) {
    append_part (out, "text/plain", text ? text : "");
    return;
  }
  unique = g_uuid_string_random ();
  boundary = g_strconcat ("=_", unique, NULL); /* "=_" stands in neither encoding */
  g_string_append_printf (out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", boundary, boundary);
  append_part (out, "text/plain", text ? text : "");
  g_string_append_printf (out, "\r\n--%s\r\n", boundary);
  append_part (out, "text/html", html);
  g_string_append_printf (out, "\r\n--%s--\r\n", boundary);
}

GBytes *
postern_mime_format (PosternMessage *message, GError **error)
{
  g_autofree char *from = postern_mime_dup_address (postern_message_get_sender_address (message));
  g_autofree char *to = postern_mime_dup_address (postern_message_get_recipient (message));
  GString *out;

  if (!from || !to) {
    g_set_error_literal (error, POSTERN_ERROR, from ? POSTERN_ERROR_INVALID_REQUEST : POSTERN_ERROR_CONFIG,
                         from ? "mail servers do not take an address like the recipient's" : "messages.from-address is no address that mail can come from; correct it");
    return NULL;
  }
  out = g_string_sized_new (8192);
  append_headers (out, message, from, to);
  append_body (out, message);
  return g_string_free_to_bytes (out);
}
