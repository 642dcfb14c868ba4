/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json-scan.h"
#include "postern-json.h"

#include <math.h>
#include <string.h>

/* The largest number that a double, and so every other JSON reader, still tells from its neighbours. */
#define MAX_EXACT (G_GINT64_CONSTANT (1) << 53)
#define MAX_NUMBER_LENGTH 64

typedef struct {
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  guint values;
  GError **error;
} Scan;

static gboolean scan_value (Scan *scan);

static gboolean
fail (Scan *scan, const char *what)
{
  g_set_error (scan->error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_INVALID, "JSON refused at byte %" G_GSIZE_FORMAT ": %s",
               (gsize) (scan->at - scan->start), what);
  return FALSE;
}

static gboolean
fail_size (Scan *scan, const char *what)
{
  g_set_error (scan->error, POSTERN_JSON_ERROR, POSTERN_JSON_ERROR_TOO_LARGE, "JSON refused at byte %" G_GSIZE_FORMAT ": %s",
               (gsize) (scan->at - scan->start), what);
  return FALSE;
}

static char
peek (Scan *scan)
{
  return scan->at < scan->end ? *scan->at : '\0';
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
    scan->at++;
}

/* Four hex digits; -1 when there are not four. */
static gint32
scan_hex4 (Scan *scan)
{
  gint32 unit = 0;

  if (scan->end - scan->at < 4)
    return -1;
  for (guint i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (scan->at[i]);
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  scan->at += 4;
  return unit;
}

static gboolean
scan_unicode_escape (Scan *scan, GString *decoded)
{
  gint32 unit = scan_hex4 (scan), low;

  if (unit < 0)
    return fail (scan, "\\u needs four hexadecimal digits");
  if (unit == 0)
    return fail (scan, "\\u0000 is not taken");
  if (unit >= 0xDC00 && unit <= 0xDFFF)
    return fail (scan, "a low surrogate stands alone");
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u')
      return fail (scan, "a high surrogate stands alone");
    scan->at += 2;
    low = scan_hex4 (scan);
    if (low < 0xDC00 || low > 0xDFFF)
      return fail (scan, "a high surrogate stands alone");
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  if (decoded)
    g_string_append_unichar (decoded, (gunichar) unit);
  return TRUE;
}

static gboolean
scan_escape (Scan *scan, GString *decoded)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char letter = peek (scan);
  const char *found = letter ? strchr (from, letter) : NULL;

  if (letter == 'u') {
    scan->at++;
    return scan_unicode_escape (scan, decoded);
  }
  if (!found)
    return fail (scan, "unknown escape");
  if (decoded)
    g_string_append_c (decoded, to[found - from]);
  scan->at++;
  return TRUE;
}

/* @decoded: (nullable): only names of members are decoded, because only they are compared. */
static gboolean
scan_string (Scan *scan, GString *decoded)
{
  if (peek (scan) != '"')
    return fail (scan, "a string was expected");
  scan->at++;
  while (scan->at < scan->end) {
    guchar byte = (guchar) *scan->at;
    if (byte < 0x20)
      return fail (scan, "a control character stands in a string");
    scan->at++;
    if (byte == '"')
      return TRUE;
    if (byte == '\\') {
      if (!scan_escape (scan, decoded))
        return FALSE;
    } else if (decoded) {
      g_string_append_c (decoded, (char) byte);
    }
  }
  return fail (scan, "a string does not end");
}

static gsize
scan_digits (Scan *scan)
{
  const char *first = scan->at;

  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return (gsize) (scan->at - first);
}

static gboolean
check_number (Scan *scan, const char *first, gboolean integral)
{
  char text[MAX_NUMBER_LENGTH + 1];
  gsize length = (gsize) (scan->at - first);
  gint64 integer = 0;

  if (length > MAX_NUMBER_LENGTH)
    return fail (scan, "a number is too long");
  memcpy (text, first, length);
  text[length] = '\0';
  if (integral && (!g_ascii_string_to_signed (text, 10, -MAX_EXACT, MAX_EXACT, &integer, NULL)))
    return fail (scan, "an integer is beyond 2^53");
  if (!integral && !isfinite (g_ascii_strtod (text, NULL)))
    return fail (scan, "a number is out of range");
  return TRUE;
}

static gboolean
scan_number (Scan *scan)
{
  const char *first = scan->at;
  gboolean integral = TRUE;

  if (peek (scan) == '-')
    scan->at++;
  if (peek (scan) == '0')
    scan->at++;
  else if (scan_digits (scan) == 0)
    return fail (scan, "a value was expected");
  if (peek (scan) == '.') {
    integral = FALSE;
    scan->at++;
    if (scan_digits (scan) == 0)
      return fail (scan, "digits must follow the point");
  }
  if (peek (scan) == 'e' || peek (scan) == 'E') {
    integral = FALSE;
    scan->at++;
    if (peek (scan) == '+' || peek (scan) == '-')
      scan->at++;
    if (scan_digits (scan) == 0)
      return fail (scan, "digits must follow the exponent");
  }
  return check_number (scan, first, integral);
}

static gboolean
scan_word (Scan *scan, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (scan->end - scan->at) < length || strncmp (scan->at, word, length) != 0)
    return fail (scan, "a value was expected");
  scan->at += length;
  return TRUE;
}

static gboolean
scan_member (Scan *scan, GHashTable *names)
{
  g_autoptr (GString) name = g_string_new (NULL);

  skip_space (scan);
  if (!scan_string (scan, name))
    return FALSE;
  if (!g_hash_table_add (names, g_string_free (g_steal_pointer (&name), FALSE)))
    return fail (scan, "a member stands twice");
  if (g_hash_table_size (names) > POSTERN_JSON_MAX_MEMBERS)
    return fail_size (scan, "an object has too many members");
  skip_space (scan);
  if (peek (scan) != ':')
    return fail (scan, "a colon was expected");
  scan->at++;
  return scan_value (scan);
}

static gboolean
scan_object (Scan *scan)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  scan->at++;
  skip_space (scan);
  if (peek (scan) == '}') {
    scan->at++;
    return TRUE;
  }
  while (scan_member (scan, names)) {
    char next;
    skip_space (scan);
    next = peek (scan);
    if (next != ',' && next != '}')
      return fail (scan, "a comma or the object's end was expected");
    scan->at++;
    if (next == '}')
      return TRUE;
  }
  return FALSE;
}

static gboolean
scan_array (Scan *scan)
{
  scan->at++;
  skip_space (scan);
  if (peek (scan) == ']') {
    scan->at++;
    return TRUE;
  }
  while (scan_value (scan)) {
    char next;
    skip_space (scan);
    next = peek (scan);
    if (next != ',' && next != ']')
      return fail (scan, "a comma or the array's end was expected");
    scan->at++;
    if (next == ']')
      return TRUE;
  }
  return FALSE;
}

static gboolean
scan_container (Scan *scan, gboolean (*inside) (Scan *scan))
{
  gboolean good;

  if (scan->depth == POSTERN_JSON_MAX_DEPTH)
    return fail_size (scan, "it is nested too deeply");
  scan->depth++;
  good = inside (scan);
  scan->depth--;
  return good;
}

static gboolean
scan_value (Scan *scan)
{
  skip_space (scan);
  if (++scan->values > POSTERN_JSON_MAX_VALUES)
    return fail_size (scan, "it has too many values");
  switch (peek (scan)) {
  case '{':
    return scan_container (scan, scan_object);
  case '[':
    return scan_container (scan, scan_array);
  case '"':
    return scan_string (scan, NULL);
  case 't':
    return scan_word (scan, "true");
  case 'f':
    return scan_word (scan, "false");
  case 'n':
    return scan_word (scan, "null");
  default:
    return scan_number (scan);
  }
}

gboolean
postern_json_scan (const char *text, gsize length, GError **error)
{
  Scan scan = { .start = text, .at = text, .end = text + length, .error = error };

  if (!scan_value (&scan))
    return FALSE;
  skip_space (&scan);
  return scan.at == scan.end || fail (&scan, "something stands behind the document");
}
