/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-brand-css.h"

#include "postern-error.h"

#include <string.h>

#define RULES_MAX 64
#define VALUES_MAX 4
#define WORD_MAX 64 /* bytes */

static const char *const selectors[] = { "body", "h1", "label", ".brand", ".button", ".card", ".fine", ".input", ".lead", ".link", NULL };

typedef enum { LENGTH, NUMBER, WORD, FAMILY } Kind;

/* A length in px, or a number; a letter as small as 14 px can still be read, and a field keeps its rim. */
static const struct {
  const char *name;
  Kind kind;
  double min, max;
  guint most; /* values */
  const char *words; /* (nullable): that may stand instead */
} properties[] = {
  { "border-radius", LENGTH, 0, 64, VALUES_MAX, NULL },
  { "border-style", WORD, 0, 0, 1, "solid dashed dotted double" },
  { "border-width", LENGTH, 1, 8, VALUES_MAX, NULL },
  { "font-family", FAMILY, 0, 0, 8, NULL },
  { "font-size", LENGTH, 14, 48, 1, NULL },
  { "font-style", WORD, 0, 0, 1, "normal italic" },
  { "font-weight", NUMBER, 400, 900, 1, "normal bold" },
  { "letter-spacing", LENGTH, 0, 4, 1, "normal" },
  { "line-height", NUMBER, 1.2, 2, 1, NULL },
  { "margin-block", LENGTH, 0, 64, 2, NULL },
  { "text-align", WORD, 0, 0, 1, "start center end" },
  { "text-transform", WORD, 0, 0, 1, "none uppercase capitalize" },
};

static const struct {
  const char *name;
  double px;
} units[] = { { "px", 1 }, { "rem", 16 } }; /* no em: of an element within an element it is a share of a share, and keeps no limit */

/* --- reading ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *at;
  guint line;
  GString *out;
} Reader;

static gboolean
refuse (Reader *self, GError **error, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "css: line %u: %s", self->line, why);
  return FALSE;
}

/* Returns: whether there was any */
static gboolean
skip_space (Reader *self)
{
  const char *begun = self->at;

  for (; *self->at && strchr (" \t\r\n", *self->at); self->at++)
    self->line += *self->at == '\n';
  return self->at != begun;
}

static gboolean
take (Reader *self, char c)
{
  skip_space (self);
  if (*self->at != c)
    return FALSE;
  self->at++;
  return TRUE;
}

/* Small letters, digits, "-" and ".". FALSE: there is none, or it is long */
static gboolean
read_word (Reader *self, char word[WORD_MAX])
{
  gsize length;

  skip_space (self);
  length = strspn (self->at, "abcdefghijklmnopqrstuvwxyz0123456789-.");
  if (length == 0 || length >= WORD_MAX)
    return FALSE;
  memcpy (word, self->at, length);
  word[length] = '\0';
  self->at += length;
  return TRUE;
}

static gboolean
is_among (const char *word, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words ? words : "", " ", -1);

  return g_strv_contains ((const char *const *) list, word);
}

/* --- values ----------------------------------------------------------------------------------------------------------- */

/* Digits, and at most two behind the point: no sign, no exponent. @rest: (out): what follows */
static gboolean
parse_number (const char *word, double *number, const char **rest)
{
  gsize whole = strspn (word, "0123456789"), part = word[whole] == '.' ? strspn (word + whole + 1, "0123456789") : 0;
  gboolean has_point = word[whole] == '.';
  g_autofree char *text = g_strndup (word, whole + (has_point ? 1 + part : 0));

  if (whole == 0 || whole > 4 || part > 3 || (has_point && part == 0))
    return FALSE;
  *number = g_ascii_strtod (text, NULL);
  *rest = word + strlen (text);
  return TRUE;
}

static gboolean
is_value (guint property, const char *word)
{
  double number, factor = properties[property].kind == NUMBER ? 1 : 0;
  const char *unit;

  if (is_among (word, properties[property].words))
    return TRUE;
  if (properties[property].kind == WORD || !parse_number (word, &number, &unit) || (factor != 0 && *unit))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (units) && factor == 0; i++)
    if (g_str_equal (units[i].name, unit))
      factor = units[i].px;
  if (factor == 0 && (number != 0 || *unit)) /* a length needs no unit where it is nothing */
    return FALSE;
  return number * factor >= properties[property].min && number * factor <= properties[property].max;
}

static gboolean
read_values (Reader *self, guint property, GError **error)
{
  char word[WORD_MAX];
  guint count = 0;

  while (count <= properties[property].most && read_word (self, word)) {
    if (!is_value (property, word))
      return refuse (self, error, "this value may not stand here, or is too small or too large");
    g_string_append_printf (self->out, "%s%s", count++ > 0 ? " " : "", word);
  }
  return (count > 0 && count <= properties[property].most) || refuse (self, error, "a property has no value that is understood, or too many");
}

/* Fonts that many machines have and that show signs, or nothing, in place of letters. */
static gboolean
is_unreadable (const char *name)
{
  static const char *const parts[] = { "blank", "dings", "dingbat", "emoji", "glyph", "icon", "marlett", "symbol" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (lower, parts[i]))
      return TRUE;
  return FALSE;
}

/* "Names of letters, digits, blanks and hyphens", or a word such as serif. */
static gboolean
read_family (Reader *self, GError **error)
{
  char word[WORD_MAX];
  g_autofree char *name = NULL;
  gsize length;

  if (read_word (self, word)) {
    if (!is_among (word, "serif sans-serif monospace cursive system-ui ui-serif ui-sans-serif ui-monospace ui-rounded"))
      return refuse (self, error, "a font's name stands in \"…\", but for serif, sans-serif, monospace, cursive, system-ui and ui-…");
    g_string_append (self->out, word);
    return TRUE;
  }
  if (!take (self, '"'))
    return refuse (self, error, "a font's name stands in \"…\"");
  length = strspn (self->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -");
  if (length == 0 || length >= WORD_MAX || self->at[length] != '"')
    return refuse (self, error, "a font's name has letters, digits, blanks and hyphens alone");
  name = g_strndup (self->at, length);
  if (is_unreadable (name))
    return refuse (self, error, "this font has signs in place of letters");
  g_string_append_printf (self->out, "\"%s\"", name);
  self->at += length + 1;
  return TRUE;
}

static gboolean
read_families (Reader *self, guint property, GError **error)
{
  guint count = 0;

  do {
    if (count++ == properties[property].most)
      return refuse (self, error, "there are too many fonts");
    if (count > 1)
      g_string_append_c (self->out, ',');
    if (!read_family (self, error))
      return FALSE;
  } while (take (self, ','));
  return TRUE;
}

/* --- rules ------------------------------------------------------------------------------------------------------------ */

static gboolean
read_declaration (Reader *self, GError **error)
{
  char word[WORD_MAX];

  if (!read_word (self, word))
    return refuse (self, error, "a property, or }, must stand here");
  if (!take (self, ':'))
    return refuse (self, error, "a : must stand behind a property");
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    if (!g_str_equal (properties[i].name, word))
      continue;
    g_string_append_printf (self->out, "%s:", word);
    return properties[i].kind == FAMILY ? read_families (self, i, error) : read_values (self, i, error);
  }
  return refuse (self, error, "this property may not be set");
}

static gboolean
read_declarations (Reader *self, GError **error)
{
  while (!take (self, '}')) {
    if (!read_declaration (self, error))
      return FALSE;
    g_string_append_c (self->out, ';');
    skip_space (self);
    if (!take (self, ';') && *self->at != '}')
      return refuse (self, error, "a ; or } must stand behind a value");
  }
  g_string_append (self->out, "}\n");
  return TRUE;
}

static gboolean
read_rule (Reader *self, GError **error)
{
  char word[WORD_MAX];
  gboolean first = TRUE;

  do {
    if (!read_word (self, word) || !g_strv_contains (selectors, word))
      return refuse (self, error, "no selector that may stand here");
    g_string_append_printf (self->out, "%s%s", first ? "" : ",", word);
    first = FALSE;
  } while (take (self, ','));
  if (!take (self, '{'))
    return refuse (self, error, "a { must stand behind the selectors");
  g_string_append_c (self->out, '{');
  return read_declarations (self, error);
}

char *
postern_brand_css_clean (const char *text, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  Reader reader = { text, 1, out };
  guint rules = 0;

  if (strlen (text) > POSTERN_BRAND_CSS_MAX) {
    refuse (&reader, error, "the sheet is larger than 4 KiB");
    return NULL;
  }
  for (skip_space (&reader); *reader.at; skip_space (&reader)) {
    if (rules++ == RULES_MAX) {
      refuse (&reader, error, "there are too many rules");
      return NULL;
    }
    if (!read_rule (&reader, error))
      return NULL;
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
