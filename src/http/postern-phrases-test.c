/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-languages.h"
#include "postern-phrases.h"
#include "postern-plural.h"

#include <string.h>

typedef struct {
  const char *words, *translation;
  gsize words_length, translation_length;
} Entry;

#define ENTRY(words, translation) { words, translation, sizeof (words) - 1, sizeof (translation) - 1 }
#define POLISH "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"

static const Entry polish[] = {
  ENTRY ("", "Content-Type: text/plain\nPlural-Forms: " POLISH "\n"),
  ENTRY ("Hello", "Cze\xc5\x9b\xc4\x87"),
  ENTRY ("one\0many", "jeden\0kilka\0wiele"),
  ENTRY ("untranslated", ""),
};

static void
put (GByteArray *out, guint32 value, gboolean swapped)
{
  value = swapped ? GUINT32_SWAP_LE_BE (value) : value;
  g_byte_array_append (out, (const guint8 *) &value, 4);
}

/* A catalogue as msgfmt writes it, without the hash table. */
static GBytes *
make_catalogue (const Entry *entries, guint32 n, gboolean swapped)
{
  GByteArray *out = g_byte_array_new ();
  guint32 at = 28 + 16 * n;
  const guint32 head[] = { 0x950412de, 0, n, 28, 28 + 8 * n, 0, 28 + 16 * n };

  for (guint32 i = 0; i < 7; i++)
    put (out, head[i], swapped);
  for (guint32 table = 0; table < 2; table++)
    for (guint32 i = 0; i < n; i++) {
      guint32 length = (guint32) (table ? entries[i].translation_length : entries[i].words_length);
      put (out, length, swapped);
      put (out, at, swapped);
      at += length + 1;
    }
  for (guint32 i = 0; i < n; i++)
    g_byte_array_append (out, (const guint8 *) entries[i].words, (guint) entries[i].words_length + 1);
  for (guint32 i = 0; i < n; i++)
    g_byte_array_append (out, (const guint8 *) entries[i].translation, (guint) entries[i].translation_length + 1);
  return g_byte_array_free_to_bytes (out);
}

static void
test_look_up (void)
{
  for (guint swapped = 0; swapped < 2; swapped++) {
    g_autoptr (GBytes) catalogue = make_catalogue (polish, G_N_ELEMENTS (polish), swapped);
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternPhrases) phrases = postern_phrases_new (catalogue, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (postern_phrases_look_up (phrases, "Hello"), ==, "Cze\xc5\x9b\xc4\x87");
    g_assert_null (postern_phrases_look_up (phrases, "untranslated"));
    g_assert_null (postern_phrases_look_up (phrases, "unknown"));
    g_assert_cmpstr (postern_phrases_look_up_plural (phrases, "one", 1), ==, "jeden");
    g_assert_cmpstr (postern_phrases_look_up_plural (phrases, "one", 3), ==, "kilka");
    g_assert_cmpstr (postern_phrases_look_up_plural (phrases, "one", 12), ==, "wiele");
    g_assert_cmpstr (postern_phrases_look_up_plural (phrases, "one", 22), ==, "kilka");
  }
}

static void
test_two_headers (void)
{
  static const Entry twice[] = {
    ENTRY ("", "Plural-Forms: " POLISH "\n"),
    ENTRY ("", "Plural-Forms: " POLISH "\n"),
  };
  g_autoptr (GBytes) catalogue = make_catalogue (twice, G_N_ELEMENTS (twice), FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (postern_phrases_new (catalogue, &error));
  g_assert_error (error, POSTERN_PHRASES_ERROR, POSTERN_PHRASES_ERROR_INVALID);
}

/* Every cut, and every single byte turned over, is either refused or read without leaving the file. */
static void
test_hostile (void)
{
  g_autoptr (GBytes) catalogue = make_catalogue (polish, G_N_ELEMENTS (polish), FALSE);
  gsize length;
  const guchar *data = g_bytes_get_data (catalogue, &length);

  for (gsize i = 0; i < length; i++) {
    g_autofree guchar *copy = g_memdup2 (data, length);
    g_autoptr (GBytes) cut = g_bytes_new (data, i);
    g_autoptr (GBytes) bent = NULL;
    g_autoptr (PosternPhrases) a = postern_phrases_new (cut, NULL);
    g_autoptr (PosternPhrases) b = NULL;
    copy[i] ^= 0xff;
    bent = g_bytes_new (copy, length);
    b = postern_phrases_new (bent, NULL);
    g_assert_null (a);
    if (b)
      postern_phrases_look_up_plural (b, "one", 7);
  }
}

static void
test_plural (void)
{
  static const struct {
    const char *line;
    gulong n;
    guint form;
  } rows[] = {
    { "nplurals=2; plural=(n != 1);", 1, 0 },
    { "nplurals=2; plural=(n != 1);", 0, 1 },
    { "nplurals=1; plural=0;", 7, 0 },
    { " nplurals = 2 ; plural = n > 1", 2, 1 },
    { "nplurals=2; plural=n/0;", 5, 0 },
    { "nplurals=2; plural=n%0+1;", 5, 1 },
    { "nplurals=2; plural=9;", 5, 0 },
    { "nplurals=2; plural=!n;", 0, 1 },
    { "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;", 11, 4 },
    { "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;", 102, 5 },
  };
  static const char *const broken[] = { "", "nplurals=0; plural=0;", "nplurals=2; plural=", "nplurals=2; plural=(n", "nplurals=2; plural=n n;",
                                        "nplurals=2; plural=system(1);", "nplurals=99; plural=0;", "nplurals=2; plural=99999999999;" };
  g_autoptr (GString) deep = g_string_new ("nplurals=2; plural=");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PosternPlural) plural = postern_plural_new (rows[i].line);
    g_assert_nonnull (plural);
    g_assert_cmpuint (postern_plural_choose (plural, rows[i].n), ==, rows[i].form);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_null (postern_plural_new (broken[i]));
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, i % 2 ? '(' : '!');
  g_assert_null (postern_plural_new (deep->str));
}

static void
test_languages (void)
{
  static const char *const have[] = { "ar", "de", "en", "pt-BR", "zh-Hans", "zh-Hant", NULL };
  static const struct {
    const char *ranges, *found;
  } rows[] = {
    { "de", "de" },          { "de-CH", "de" },      { "DE-ch-1996", "de" }, { "pt-PT", "pt-BR" },     { "pt-br", "pt-BR" },
    { "fr, de;q=0.5", "de" }, { "en;q=0.1, ar", "ar" }, { "de;q=0", NULL },   { "*", NULL },            { "fr ar en", "ar" },
    { "zh-TW, en", "zh-Hant" }, { "zh-cn", "zh-Hans" }, { "zh", "zh-Hans" }, { "zh-Hant-HK", "zh-Hant" }, { "zh-Latn", "zh-Hans" },
    { "", NULL },            { NULL, NULL },         { ",,;q=,", NULL },     { "de-x-private", "de" }, { "de-", "de" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (postern_languages_choose (have, rows[i].ranges), ==, rows[i].found);
  g_assert_true (postern_languages_is_right_to_left ("ar-EG"));
  g_assert_cmpstr (postern_languages_get_name ("de"), ==, "Deutsch");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phrases/look-up", test_look_up);
  g_test_add_func ("/phrases/two-headers", test_two_headers);
  g_test_add_func ("/phrases/hostile", test_hostile);
  g_test_add_func ("/phrases/plural", test_plural);
  g_test_add_func ("/phrases/languages", test_languages);
  return g_test_run ();
}
