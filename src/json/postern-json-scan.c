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
  gsize values, values_max;
  GError **error;
} Scan;

static GVariant *scan_value (Scan *scan);

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
  g_string_append_c (decoded, to[found - from]);
  scan->at++;
  return TRUE;
}

/* Runs without an escape are copied at once: most strings are one run. (transfer full) (nullable) */
static char *
scan_string (Scan *scan)
{
  g_autoptr (GString) decoded = NULL;
  const char *run;

  if (peek (scan) != '"')
    return fail (scan, "a string was expected"), NULL;
  run = ++scan->at;
  while (scan->at < scan->end) {
    guchar byte = (guchar) *scan->at;
    if (byte < 0x20)
      return fail (scan, "a control character stands in a string"), NULL;
    if (byte == '"') {
      gsize length = (gsize) (scan->at++ - run);
      if (!decoded)
        return g_strndup (run, length);
      g_string_append_len (decoded, run, (gssize) length);
      return g_string_free (g_steal_pointer (&decoded), FALSE);
    }
    scan->at++;
    if (byte != '\\')
      continue;
    if (!decoded)
      decoded = g_string_sized_new (64);
    g_string_append_len (decoded, run, scan->at - 1 - run);
    if (!scan_escape (scan, decoded))
      return NULL;
    run = scan->at;
  }
  return fail (scan, "a string does not end"), NULL;
}

static gsize
scan_digits (Scan *scan)
{
  const char *first = scan->at;

  while (g_ascii_isdigit (peek (scan)))
    scan->at++;
  return (gsize) (scan->at - first);
}

static GVariant *
read_number (Scan *scan, const char *first, gboolean integral)
{
  char text[MAX_NUMBER_LENGTH + 1];
  gsize length = (gsize) (scan->at - first);
  gint64 integer = 0;
  double real;

  if (length > MAX_NUMBER_LENGTH)
    return fail (scan, "a number is too long"), NULL;
  memcpy (text, first, length);
  text[length] = '\0';
  if (integral && !g_ascii_string_to_signed (text, 10, -MAX_EXACT, MAX_EXACT, &integer, NULL))
    return fail (scan, "an integer is beyond 2^53"), NULL;
  if (integral)
    return g_variant_new_int64 (integer);
  real = g_ascii_strtod (text, NULL);
  return isfinite (real) ? g_variant_new_double (real) : (fail (scan, "a number is out of range"), NULL);
}

static GVariant *
scan_number (Scan *scan)
{
  const char *first = scan->at;
  gboolean integral = TRUE;

  if (peek (scan) == '-')
    scan->at++;
  if (peek (scan) == '0')
    scan->at++;
  else if (scan_digits (scan) == 0)
    return fail (scan, "a value was expected"), NULL;
  if (peek (scan) == '.') {
    integral = FALSE;
    scan->at++;
    if (scan_digits (scan) == 0)
      return fail (scan, "digits must follow the point"), NULL;
  }
  if (peek (scan) == 'e' || peek (scan) == 'E') {
    integral = FALSE;
    scan->at++;
    if (peek (scan) == '+' || peek (scan) == '-')
      scan->at++;
    if (scan_digits (scan) == 0)
      return fail (scan, "digits must follow the exponent"), NULL;
  }
  return read_number (scan, first, integral);
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

static void
unref_floating (gpointer data)
{
  g_variant_unref (g_variant_ref_sink (data));
}

/* A few names are compared faster than a table is made. */
#define FEW 16

static gboolean
is_new_name (GPtrArray *names, GHashTable **table, char *name)
{
  if (names->len < FEW) {
    for (guint i = 0; i < names->len; i++)
      if (g_str_equal (names->pdata[i], name))
        return FALSE;
    return TRUE;
  }
  if (!*table) {
    *table = g_hash_table_new (g_str_hash, g_str_equal);
    for (guint i = 0; i < names->len; i++)
      g_hash_table_add (*table, names->pdata[i]);
  }
  return g_hash_table_add (*table, name);
}

static gboolean
count_value (Scan *scan)
{
  return ++scan->values <= scan->values_max || fail_size (scan, "it has too many values");
}

/* A string, which most members are, is written without a GVariant for it. */
static gboolean
scan_member_value (Scan *scan, PosternJsonObject *object, const char *name)
{
  g_autofree char *text = NULL;
  GVariant *value;

  skip_space (scan);
  if (peek (scan) == '"') {
    text = count_value (scan) ? scan_string (scan) : NULL;
    postern_json_object_add_string (object, name, text);
    return text != NULL;
  }
  value = scan_value (scan);
  postern_json_object_add (object, name, value);
  return value != NULL;
}

static gboolean
scan_member (Scan *scan, PosternJsonObject *object, GPtrArray *names, GHashTable **table)
{
  char *name;

  skip_space (scan);
  name = scan_string (scan);
  if (!name)
    return FALSE;
  if (!is_new_name (names, table, name)) {
    g_free (name);
    return fail (scan, "a member stands twice");
  }
  g_ptr_array_add (names, name);
  if (names->len > POSTERN_JSON_MAX_MEMBERS)
    return fail_size (scan, "an object has too many members");
  skip_space (scan);
  if (peek (scan) != ':')
    return fail (scan, "a colon was expected");
  scan->at++;
  return scan_member_value (scan, object, name);
}

/* Whether the container goes on; @more (out): behind a comma. */
static gboolean
scan_joint (Scan *scan, char end, gboolean *more, const char *what)
{
  char next;

  skip_space (scan);
  next = peek (scan);
  if (next != ',' && next != end)
    return fail (scan, what);
  scan->at++;
  *more = next == ',';
  return TRUE;
}

static GVariant *
scan_object (Scan *scan)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) table = NULL;
  gboolean more;

  scan->at++;
  skip_space (scan);
  more = peek (scan) != '}';
  scan->at += !more;
  while (more)
    if (!scan_member (scan, &object, names, &table) || !scan_joint (scan, '}', &more, "a comma or the object's end was expected"))
      return NULL;
  return postern_json_object_end (&object);
}

static GVariant *
scan_array (Scan *scan)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (unref_floating);
  GVariant *array;
  gboolean more;

  scan->at++;
  skip_space (scan);
  more = peek (scan) != ']';
  scan->at += !more;
  while (more) {
    GVariant *value = scan_value (scan);
    if (!value)
      return NULL;
    g_ptr_array_add (values, g_variant_new_variant (value));
    if (!scan_joint (scan, ']', &more, "a comma or the array's end was expected"))
      return NULL;
  }
  array = g_variant_new_array (G_VARIANT_TYPE_VARIANT, (GVariant *const *) values->pdata, values->len);
  g_ptr_array_set_free_func (values, NULL); /* it has sunk them */
  return array;
}

static GVariant *
scan_container (Scan *scan, GVariant *(*inside) (Scan *scan))
{
  GVariant *container;

  if (scan->depth == POSTERN_JSON_MAX_DEPTH)
    return fail_size (scan, "it is nested too deeply"), NULL;
  scan->depth++;
  container = inside (scan);
  scan->depth--;
  return container;
}

static GVariant *
scan_text (Scan *scan)
{
  char *text = scan_string (scan);

  return text ? g_variant_new_take_string (text) : NULL;
}

/* Recursion is bounded by POSTERN_JSON_MAX_DEPTH. Returns: (transfer floating) (nullable) */
static GVariant *
scan_value (Scan *scan)
{
  skip_space (scan);
  if (!count_value (scan))
    return NULL;
  switch (peek (scan)) {
  case '{':
    return scan_container (scan, scan_object);
  case '[':
    return scan_container (scan, scan_array);
  case '"':
    return scan_text (scan);
  case 't':
    return scan_word (scan, "true") ? g_variant_new_boolean (TRUE) : NULL;
  case 'f':
    return scan_word (scan, "false") ? g_variant_new_boolean (FALSE) : NULL;
  case 'n':
    return scan_word (scan, "null") ? g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL) : NULL;
  default:
    return scan_number (scan);
  }
}

GVariant *
postern_json_scan (const char *text, gsize length, gsize values_max, GError **error)
{
  Scan scan = { .start = text, .at = text, .end = text + length, .values_max = values_max, .error = error };
  GVariant *value = scan_value (&scan);
  g_autoptr (GVariant) document = value ? g_variant_ref_sink (value) : NULL;

  if (!document)
    return NULL;
  skip_space (&scan);
  if (scan.at != scan.end)
    return fail (&scan, "something stands behind the document"), NULL;
  return g_steal_pointer (&document);
}
