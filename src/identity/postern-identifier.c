/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-identifier.h"

#include <string.h>

#define MAX_BYTES 254 /* RFC 5321 section 4.5.3.1.3, less the brackets */

/* Letters and marks that nobody sees (Unicode's Default_Ignorable_Code_Point, as far as the types below leave them). */
static gboolean
is_unseen (gunichar c)
{
  static const gunichar ranges[][2] = { { 0x34f, 0x34f }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x3164, 0x3164 },
                                        { 0xfe00, 0xfe0f }, { 0xffa0, 0xffa0 }, { 0xe0100, 0xe01ef } };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (c >= ranges[i][0] && c <= ranges[i][1])
      return TRUE;
  return FALSE;
}

static gboolean
has_strange_characters (const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char (p)) {
    GUnicodeType type = g_unichar_type (g_utf8_get_char (p));

    if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE || type == G_UNICODE_PRIVATE_USE ||
        type == G_UNICODE_UNASSIGNED || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
        type == G_UNICODE_SPACE_SEPARATOR || is_unseen (g_utf8_get_char (p)))
      return TRUE;
  }
  return FALSE;
}

/*
 * Letters of which scripts may stand together: of one, or of those that are written together anyway (Unicode Technical Standard
 * 39, section 5.2, "highly restrictive"). "pаypal" with a Cyrillic a is nobody's name, but somebody's trap.
 */
typedef enum { LATIN = 1 << 0, HAN = 1 << 1, KANA = 1 << 2, HANGUL = 1 << 3, BOPOMOFO = 1 << 4 } Scripts;

static guint
script_of (GUnicodeScript script)
{
  switch (script) {
  case G_UNICODE_SCRIPT_LATIN:
    return LATIN;
  case G_UNICODE_SCRIPT_HAN:
    return HAN;
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
    return KANA;
  case G_UNICODE_SCRIPT_HANGUL:
    return HANGUL;
  case G_UNICODE_SCRIPT_BOPOMOFO:
    return BOPOMOFO;
  default:
    return 0;
  }
}

static gboolean
go_together (guint scripts)
{
  static const guint sets[] = { LATIN | HAN | KANA, LATIN | HAN | HANGUL, LATIN | HAN | BOPOMOFO };

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    if ((scripts & ~sets[i]) == 0)
      return TRUE;
  return FALSE;
}

/* @end: behind the part: the local part, or one label of the domain */
static gboolean
is_of_one_hand (const char *part, const char *end)
{
  GUnicodeScript other = G_UNICODE_SCRIPT_COMMON;
  guint known = 0;

  for (const char *p = part; p < end; p = g_utf8_next_char (p)) {
    GUnicodeScript script = g_unichar_get_script (g_utf8_get_char (p));
    guint bit = script_of (script);

    if (script == G_UNICODE_SCRIPT_COMMON || script == G_UNICODE_SCRIPT_INHERITED)
      continue;
    if (bit == 0 && other != G_UNICODE_SCRIPT_COMMON && other != script)
      return FALSE;
    known |= bit;
    other = bit == 0 ? script : other;
  }
  return other == G_UNICODE_SCRIPT_COMMON ? go_together (known) : known == 0;
}

static gboolean
is_readable (const char *text)
{
  const char *at = strchr (text, '@');
  const char *part = text;

  for (const char *p = text; ; p = g_utf8_next_char (p)) {
    if (*p != '\0' && p != at && !(at && p > at && *p == '.'))
      continue;
    if (!is_of_one_hand (part, p))
      return FALSE;
    if (*p == '\0')
      return TRUE;
    part = p + 1;
  }
}

/* Neither a second `@` nor the ways of writing one that only some programs read: quoted parts, comments, lists. */
static gboolean
has_sound_at (const char *text)
{
  const char *at = strchr (text, '@');

  return at == NULL || (at != text && at[1] != '\0' && strchr (at + 1, '@') == NULL && strpbrk (text, "<>,;:\"\\()[]") == NULL);
}

/* Case folding can undo the normal form and the other way round, so both are done until nothing moves (Unicode 3.13, D146). ASCII
 * is in normal form, and has its small letters. */
static char *
fold (const char *text)
{
  g_autofree char *first = NULL;
  g_autofree char *folded = NULL;

  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  first = g_utf8_normalize (text, -1, G_NORMALIZE_NFKC);
  folded = first ? g_utf8_casefold (first, -1) : NULL;
  return folded ? g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC) : NULL;
}

/*
 * What was one name is two since: sharp s and final sigma stood for other letters (RFC 3490), and are letters of their own (RFC 5891; Unicode Technical
 * Standard 46, section 2.3). Mail to such a domain goes to one or the other, as the program in between has it.
 */
static gboolean
is_of_two_minds (const char *domain)
{
  return strstr (domain, "\xc3\x9f") || strstr (domain, "\xe1\xba\x9e") || strstr (domain, "\xcf\x82");
}

/* A domain's labels as people read them: "xn--…" is the same name. (transfer full) (nullable): NULL when it is none */
static char *
spell_domain (char *folded)
{
  char *at = strchr (folded, '@');
  g_autofree char *spelled = at && strstr (at, "xn--") ? g_hostname_to_unicode (at + 1) : g_strdup (at ? at + 1 : NULL);
  g_autofree char *domain = spelled && !is_of_two_minds (spelled) ? fold (spelled) : NULL;
  g_autofree char *address = NULL;
  gsize length = domain ? strlen (domain) : 0;

  if (at == NULL)
    return g_strdup (folded);
  if (length > 0 && domain[length - 1] == '.') /* the root may be written or not */
    domain[length - 1] = '\0';
  *at = '\0';
  address = domain && *domain ? g_strconcat (folded, "@", domain, NULL) : NULL;
  *at = '@';
  return g_steal_pointer (&address);
}

/* A number as people write it, +49 (30) 12 34-56, is what remains without what only helps to read it. (transfer full) (nullable): no number */
static char *
dup_number (const char *folded)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = folded; *folded == '+' && *p; p++)
    if (strchr (" -()./", *p) == NULL)
      g_string_append_c (digits, *p);
  return postern_identifier_is_phone (digits->str) ? g_strdup (digits->str) : NULL;
}

char *
postern_identifier_canonicalize (const char *typed)
{
  g_autofree char *folded = NULL;
  g_autofree char *number = NULL;
  g_autofree char *spelled = NULL;
  g_autofree char *stripped = NULL;

  /* The length first: NFKC can make eighteen characters of one. */
  if (typed == NULL || strlen (typed) > 4 * MAX_BYTES || !g_utf8_validate (typed, -1, NULL))
    return NULL;
  stripped = g_strstrip (g_strdup (typed));
  if (strchr (stripped, '@') && is_of_two_minds (strchr (stripped, '@')))
    return NULL;
  folded = fold (stripped);
  number = folded ? dup_number (folded) : NULL;
  if (number)
    return g_steal_pointer (&number);
  if (folded == NULL || *folded == '\0' || strlen (folded) > MAX_BYTES || has_strange_characters (folded) || !has_sound_at (folded))
    return NULL;
  spelled = spell_domain (folded);
  if (spelled == NULL || strlen (spelled) > MAX_BYTES || has_strange_characters (spelled) || !has_sound_at (spelled) || !is_readable (spelled))
    return NULL;
  return g_steal_pointer (&spelled);
}

char *
postern_identifier_canonicalize_for (PosternPolicy *policy, const char *typed)
{
  char *identifier = postern_identifier_canonicalize (typed);
  char *at = identifier && policy->address_tags_ignored ? strchr (identifier, '@') : NULL;
  char *plus = at ? memchr (identifier, '+', (gsize) (at - identifier)) : NULL;

  if (plus && plus != identifier)
    memmove (plus, at, strlen (at) + 1);
  return identifier;
}

char *
postern_identifier_canonicalize_email (const char *typed)
{
  g_autofree char *identifier = postern_identifier_canonicalize (typed);

  return identifier && strchr (identifier, '@') ? g_steal_pointer (&identifier) : NULL;
}

/* Labels of letters, digits and hyphens, as they go over the wire (RFC 1035 section 2.3.1, RFC 5890), and more than one. */
static gboolean
is_host (const char *ascii)
{
  g_auto (GStrv) labels = g_strsplit (ascii, ".", -1);

  for (guint i = 0; labels[i]; i++) {
    gsize length = strlen (labels[i]);

    if (length == 0 || length > 63 || strspn (labels[i], "abcdefghijklmnopqrstuvwxyz0123456789-") != length || labels[i][0] == '-' || labels[i][length - 1] == '-')
      return FALSE;
  }
  return labels[0] && labels[1] && strlen (ascii) <= 253 && !g_hostname_is_ip_address (ascii);
}

char *
postern_identifier_canonicalize_domain (const char *typed)
{
  g_autofree char *stripped = typed ? g_strstrip (g_strdup (typed)) : NULL;
  g_autofree char *address = stripped && !strchr (stripped, '@') ? g_strconcat ("a@", stripped, NULL) : NULL;
  g_autofree char *canonical = address ? postern_identifier_canonicalize_email (address) : NULL;
  g_autofree char *ascii = canonical ? g_hostname_to_ascii (canonical + 2) : NULL;

  return ascii && is_host (ascii) ? g_strdup (canonical + 2) : NULL;
}

gboolean
postern_identifier_is_phone (const char *canonical)
{
  gsize digits = *canonical == '+' ? strspn (canonical + 1, "0123456789") : 0;

  return digits >= 8 && digits <= 15 && canonical[1] != '0' && canonical[1 + digits] == '\0';
}
