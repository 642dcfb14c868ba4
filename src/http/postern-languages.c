/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-languages.h"

#include <string.h>

#define MAX_RANGES 20

static const struct {
  const char *tag, *name;
  gboolean right_to_left;
} languages[] = {
  { "ar", "العربية", TRUE },        { "bg", "Български", FALSE }, { "cs", "Čeština", FALSE },    { "da", "Dansk", FALSE },
  { "de", "Deutsch", FALSE },       { "el", "Ελληνικά", FALSE },  { "en", "English", FALSE },    { "es", "Español", FALSE },
  { "et", "Eesti", FALSE },         { "fa", "فارسی", TRUE },      { "fi", "Suomi", FALSE },      { "fr", "Français", FALSE },
  { "he", "עברית", TRUE },          { "hi", "हिन्दी", FALSE },       { "hr", "Hrvatski", FALSE },   { "hu", "Magyar", FALSE },
  { "id", "Bahasa Indonesia", FALSE }, { "it", "Italiano", FALSE }, { "ja", "日本語", FALSE },     { "ko", "한국어", FALSE },
  { "lt", "Lietuvių", FALSE },      { "lv", "Latviešu", FALSE },  { "nb", "Norsk bokmål", FALSE }, { "nl", "Nederlands", FALSE },
  { "pl", "Polski", FALSE },        { "pt", "Português", FALSE }, { "pt-BR", "Português (Brasil)", FALSE }, { "ro", "Română", FALSE },
  { "ru", "Русский", FALSE },       { "sk", "Slovenčina", FALSE }, { "sl", "Slovenščina", FALSE }, { "sv", "Svenska", FALSE },
  { "th", "ไทย", FALSE },            { "tr", "Türkçe", FALSE },    { "uk", "Українська", FALSE }, { "ur", "اردو", TRUE },
  { "vi", "Tiếng Việt", FALSE },    { "zh", "中文", FALSE },        { "zh-Hans", "简体中文", FALSE }, { "zh-Hant", "繁體中文", FALSE },
};

const char *
postern_languages_get_name (const char *tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_ascii_strcasecmp (languages[i].tag, tag) == 0)
      return languages[i].name;
  return tag;
}

gboolean
postern_languages_is_right_to_left (const char *tag)
{
  gsize length = strcspn (tag, "-");

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (strlen (languages[i].tag) == length && g_ascii_strncasecmp (languages[i].tag, tag, length) == 0)
      return languages[i].right_to_left;
  return FALSE;
}

/* What browsers ask for, and what comes nearest to it: a region for the script that is written there (CLDR's likely subtags), and one
 * Portuguese for the other. */
static const struct {
  const char *asked, *near;
} likely[] = {
  { "zh", "zh-Hans" },    { "zh-CN", "zh-Hans" }, { "zh-SG", "zh-Hans" }, { "zh-TW", "zh-Hant" },
  { "zh-HK", "zh-Hant" }, { "zh-MO", "zh-Hant" }, { "pt", "pt-BR" },
};

static gboolean
is_tag (const char *tag, const char *range, gsize length)
{
  return strlen (tag) == length && g_ascii_strncasecmp (tag, range, length) == 0;
}

static const char *
find (const char *const *have, const char *range, gsize length)
{
  for (gsize i = 0; have[i]; i++)
    if (is_tag (have[i], range, length))
      return have[i];
  for (gsize i = 0; i < G_N_ELEMENTS (likely); i++)
    if (is_tag (likely[i].asked, range, length))
      return find (have, likely[i].near, strlen (likely[i].near));
  return NULL;
}

/* "de-CH-1996", "de-CH", "de"; a single letter before the cut goes with it (RFC 4647 section 3.4). */
static const char *
look_up (const char *const *have, const char *range)
{
  gsize length = strcspn (range, " ,;\t");

  while (length > 0) {
    const char *found = find (have, range, length);
    if (found)
      return found;
    while (length > 0 && range[length - 1] != '-')
      length--;
    length = length ? length - 1 : 0;
    if (length >= 2 && range[length - 2] == '-')
      length -= 2;
  }
  return NULL;
}

/* In thousandths; a weight that is not one counts as 1. */
static guint
weight_of (const char *range)
{
  gsize length = strcspn (range, ",");
  const char *q = g_strstr_len (range, (gssize) length, "q=");

  if (!q)
    return 1000;
  return (guint) (CLAMP (g_ascii_strtod (q + 2, NULL), 0.0, 1.0) * 1000.0);
}

const char *
postern_languages_choose (const char *const *have, const char *ranges)
{
  const char *best = NULL;
  guint best_weight = 0;

  for (guint i = 0; ranges && *ranges && i < MAX_RANGES; i++) {
    guint weight;
    const char *found;
    ranges += strspn (ranges, " ,\t");
    weight = weight_of (ranges);
    found = weight > best_weight ? look_up (have, ranges) : NULL;
    if (found) {
      best = found;
      best_weight = weight;
    }
    ranges += strchr (ranges, ',') ? strcspn (ranges, ",") : strcspn (ranges, " ");
  }
  return best;
}
