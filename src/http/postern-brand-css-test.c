/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-brand-css.h"

#include "postern-error.h"

#include <string.h>

static void
test_fine (void)
{
  static const struct {
    const char *text, *clean;
  } cases[] = {
    { "", "" },
    { " \n\t", "" },
    { ".button{}", ".button{}\n" },
    { " .button , .input\n{ border-radius : 0 ; }", ".button,.input{border-radius:0;}\n" },
    { "h1{font-size:1.75rem;font-weight:800;letter-spacing:.5px}", NULL },
    { "h1{font-size:1.75rem;font-weight:800;letter-spacing:0.5px}", "h1{font-size:1.75rem;font-weight:800;letter-spacing:0.5px;}\n" },
    { "body { font-family: \"Firm Sans\", Georgia, serif }", NULL },
    { "body { font-family: \"Firm Sans\", serif; line-height: 1.6 }", "body{font-family:\"Firm Sans\",serif;line-height:1.6;}\n" },
    { ".card{border-radius:4px 8px 0 12px}", ".card{border-radius:4px 8px 0 12px;}\n" },
    { "label{text-transform:uppercase}", "label{text-transform:uppercase;}\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *clean = postern_brand_css_clean (cases[i].text, NULL);

    g_assert_cmpstr (clean, ==, cases[i].clean);
  }
}

/* What loads, hides, moves, covers, speaks, breaks out or is only not known. */
static void
test_bad (void)
{
  static const char *const bad[] = {
    "body{background:url(https://evil.example/p)}", "body{background-image:url(x)}", "@import url(x);", "@import \"x\";", "@media print{.card{border-radius:0}}", "@font-face{font-family:\"x\"}",
    "body{font-family:url(x)}", "body{font-family:\"x\\\"}", "body{font-family:\"</style>\"}", "body{font-family:\"a\nb\"}", "body{font-family:'x'}", "body{font-family:}", "body{font-family:,}",
    "body{color:#fff}", "body{display:none}", ".button{opacity:0}", ".card{position:fixed}", ".card{transform:none}", "h1{content:\"x\"}", "h1{visibility:hidden}", "h1{clip-path:none}",
    "h1{font-size:13px}", "h1{font-size:0}", "h1{font-size:49px}", "h1{font-size:200%}", "h1{font-size:2vw}", "h1{font-size:1e3px}", "h1{font-size:-1px}", "h1{font-size:+20px}", "h1{font-size:20}",
    "h1{font-size:calc(20px)}", "h1{font-size:var(--x)}", "h1{--accent:#fff}", "h1{font-size:20px!important}", "h1{font-size:20px 20px}", "h1{font-size:00020px}", "h1{font-size:20.px}",
    ".input{border-style:none}", ".input{border-width:0}", "h1{font-weight:100}", "h1{font-weight:bolder}", "h1{line-height:1}", "h1{line-height:3}", "h1{line-height:20px}", "h1{text-align:left}",
    "*{font-size:20px}", ".wrong{font-size:20px}", "#submit{font-size:20px}", "a{font-size:20px}", "h1 b{font-size:20px}", "h1>b{}", "h1:hover{}", "h1::before{}", "h1[x]{}", ".button.main{}", "H1{}",
    "h1", "h1{", "h1{font-size", "h1{font-size:", "h1{font-size:20px", "h1{}}", "{}", "h1,{}", ",h1{}", "h1{;}", "h1{font-size:20px;;}", "}", ";", "h1{font-size 20px}",
    "/* x */", "h1{/**/}", "<!--", "h1\\31{}", "\\68 1{}", "h1{font-size:20px}<script>", "h\xc3\xa9{}", "\xef\xbb\xbfh1{}", "h1{font-s\\69ze:20px}",
    "body{font-size:.875em}", "body{font-size:0.875em}", "h1{letter-spacing:0.1em}", ".card{margin-block:4em}", ".card{border-radius:1em}", /* of each other: many small steps are a large one */
    "h1{font-family:\"Wingdings 3\"}", "h1{font-family:\"Zapf Dingbats\"}", "h1{font-family:\"WEBDINGS\",serif}", "h1{font-family:\"Symbol\"}", "h1{font-family:serif,\"Marlett\"}",
    "h1{font-family:\"Adobe Blank\"}", "h1{font-family:\"FontAwesome Icons\"}", "h1{font-family:\"Noto Color Emoji\"}", /* words that nobody reads */
    "h1{border-radius:1px 1px 1px 1px 1px}", "h1{border-radius:65px}", ".card{margin-block:99px}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *clean = postern_brand_css_clean (bad[i], &error);

    if (clean)
      g_error ("“%s” became “%s”", bad[i], clean);
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
    g_assert_true (g_str_has_prefix (error->message, "css: line 1: ") || strchr (bad[i], '\n'));
  }
}

/* The most and the least that it takes, which tests/pages shows what comes of. */
static void
test_extremes (void)
{
  static const char *const names[] = { "most.css", "least.css" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "tests", "pages", "brand", names[i], NULL), *text = NULL, *clean = NULL;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    clean = postern_brand_css_clean (text, NULL);
    g_assert_cmpstr (clean, ==, text);
  }
}

static void
test_large (void)
{
  g_autofree char *blank = g_strnfill (POSTERN_BRAND_CSS_MAX, ' '), *too_large = g_strconcat (blank, " ", NULL), *clean = postern_brand_css_clean (blank, NULL);
  g_autofree char *long_word = g_strnfill (200, 'a');
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (clean, ==, "");
  g_assert_null (postern_brand_css_clean (too_large, NULL));
  g_assert_null (postern_brand_css_clean (long_word, NULL));
  for (guint i = 0; i < 65; i++)
    g_string_append (many, "h1{}\n");
  g_assert_null (postern_brand_css_clean (many->str, &error));
  g_assert_nonnull (strstr (error->message, "line 65:"));
}

/* Whatever comes, what is written has no byte of another meaning, and is read again as it is. */
static void
test_any (void)
{
  static const char *const pieces[] = { "h1", ".button", "{", "}", ":", ";", ",", " ", "\n", "font-size", "font-family", "border-radius", "20px", "1.5rem", "0", "serif", "\"Firm Sans\"", "\"", "url(",
                                        ")", "@import", "\\", "/*", "*/", "<", "!important", "--x", "\xc3\xa9", "line-height", "1.5", "normal", "bold" };
  guint understood = 0;

  for (guint i = 0; i < 100000; i++) {
    g_autoptr (GString) text = g_string_new (g_test_rand_bit () ? "h1{" : NULL);
    g_autofree char *clean = NULL, *again = NULL;

    for (gint n = g_test_rand_int_range (0, 8); n > 0; n--)
      g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
    if (g_test_rand_bit ())
      g_string_append_c (text, '}');
    clean = postern_brand_css_clean (text->str, NULL);
    if (clean == NULL)
      continue;
    understood++;
    g_assert_null (strpbrk (clean, "()@\\<>!/*'&"));
    again = postern_brand_css_clean (clean, NULL);
    g_assert_cmpstr (again, ==, clean);
  }
  g_assert_cmpuint (understood, >, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand-css/fine", test_fine);
  g_test_add_func ("/brand-css/bad", test_bad);
  g_test_add_func ("/brand-css/extremes", test_extremes);
  g_test_add_func ("/brand-css/large", test_large);
  g_test_add_func ("/brand-css/any", test_any);
  return g_test_run ();
}
