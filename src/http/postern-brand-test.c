/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-brand.h"
#include "postern-error.h"

#include <math.h>
#include <string.h>

/* The ratio of WCAG 2.2, written a second time and from whole bytes, so that a slip in the one does not hide in the other. */
static double
luminance (guint color)
{
  const double weights[] = { 0.0722, 0.7152, 0.2126 };
  double sum = 0;

  for (guint i = 0; i < 3; i++) {
    double channel = (color >> (8 * i) & 0xff) / 255.0;
    sum += weights[i] * (channel <= 0.04045 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4));
  }
  return sum;
}

static double
contrast (guint a, guint b)
{
  double one = luminance (a), other = luminance (b);

  return (fmax (one, other) + 0.05) / (fmin (one, other) + 0.05);
}

static guint
get_color (const char *css, const char *property)
{
  g_autofree char *name = g_strconcat ("--", property, ":#", NULL);
  const char *at = strstr (css, name);

  g_assert_nonnull (at);
  return (guint) g_ascii_strtoull (at + strlen (name), NULL, 16);
}

static void
check_theme (const char *css, guint accent, guint card, guint page)
{
  g_assert_cmphex (get_color (css, "accent"), ==, accent);
  g_assert_cmpfloat (contrast (get_color (css, "on-accent"), accent), >=, 4.5);
  g_assert_cmpfloat (contrast (get_color (css, "link"), card), >=, 4.5);
  g_assert_cmpfloat (contrast (get_color (css, "link"), page), >=, 4.5);
  g_assert_cmphex (get_color (css, "press"), ==, 0xffffff - get_color (css, "on-accent") == 0 ? 0 : 0xffffff);
}

/* Every colour, in steps: whatever a company has chosen, its pages can be read. */
static void
test_every_color (void)
{
  for (guint red = 0; red < 256; red += 17)
    for (guint green = 0; green < 256; green += 17)
      for (guint blue = 0; blue < 256; blue += 17) {
        guint accent = red << 16 | green << 8 | blue;
        g_autofree char *text = g_strdup_printf ("#%06x", accent);
        g_autofree char *css = postern_brand_make_css (text, FALSE);
        g_autofree char *dark = postern_brand_make_css (text, TRUE);
        check_theme (css, accent, 0xffffff, 0xf4f5f8);
        check_theme (dark, accent, 0x16181e, 0x0d0f13);
      }
}

/* A colour that can be read is not touched. */
static void
test_readable_color (void)
{
  g_autofree char *css = postern_brand_make_css ("#3350D4", FALSE);

  g_assert_true (g_str_has_prefix (css, ":root{--accent:#3350d4;--on-accent:#ffffff;--press:#000000;--link:#3350d4;}"));
}

static void
test_bad_colors (void)
{
  const char *bad[] = { "", "#", "3350d4", "#3350d", "#3350d44", "#3350dg", "#+350d4", "#-00001", "# 3350d", "red", "#fff;}a{", "rgb(1,2,3)" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (postern_brand_make_css (bad[i], FALSE));
}

/* Whatever surface is taken, links are read on it, and what the pages themselves write, too; what is not is named. */
static void
test_surfaces (void)
{
  guint taken = 0;

  for (guint dark = 0; dark < 2; dark++)
    for (guint red = 0; red < 256; red += 51)
      for (guint green = 0; green < 256; green += 51)
        for (guint blue = 0; blue < 256; blue += 51) {
          guint surface = red << 16 | green << 8 | blue, muted = dark ? 0xa3a9b8 : 0x575d6c, edge = dark ? 0x737a8b : 0x858b99;
          g_autofree char *text = g_strdup_printf ("#%06x", surface);
          PosternBrandPalette palette = { "#8a2be2", text, text }, plain = { NULL, text, text };
          g_autoptr (GError) error = NULL;
          g_autofree char *css = postern_brand_make_palette_css (&palette, dark, dark ? "dark_" : "", &error);
          g_autofree char *without = postern_brand_make_palette_css (&plain, dark, dark ? "dark_" : "", NULL);

          if (css == NULL) {
            g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
            g_assert_true (g_str_has_prefix (error->message, dark ? "dark_card_color: " : "card_color: "));
            continue;
          }
          taken++;
          g_assert_cmphex (get_color (css, "card"), ==, surface);
          g_assert_cmpfloat (contrast (get_color (css, "link"), surface), >=, 4.5);
          g_assert_cmpfloat (contrast (get_color (without, "link"), surface), >=, 4.5);
          g_assert_cmpfloat (contrast (muted, surface), >=, 4.5);
          g_assert_cmpfloat (contrast (edge, surface), >=, 3);
        }
  g_assert_cmpuint (taken, >, 2);
}

/* The sheet of a light page counts where it is dark, too: what it sets is set anew there. Links of the tenant's colour are none that were made for the surface. */
static void
test_both_themes (void)
{
  const PosternBrandPalette light = { NULL, "#eef4ee", NULL, FALSE }, dark = { NULL, NULL, NULL, TRUE }, nothing = { NULL, NULL, NULL, FALSE }, both = { "#8a2be2", NULL, "#10201a", TRUE };
  g_autofree char *by_day = postern_brand_make_palette_css (&light, FALSE, "", NULL), *by_night = postern_brand_make_palette_css (&dark, TRUE, "dark_", NULL);
  g_autofree char *none = postern_brand_make_palette_css (&nothing, TRUE, "dark_", NULL), *mixed = postern_brand_make_palette_css (&both, TRUE, "dark_", NULL);

  g_assert_cmphex (get_color (by_day, "page"), ==, 0xeef4ee);
  g_assert_cmphex (get_color (by_day, "card"), ==, 0xffffff);
  g_assert_cmphex (get_color (by_day, "link"), ==, 0x2e49c4);
  g_assert_cmphex (get_color (by_night, "page"), ==, 0x0d0f13);
  g_assert_cmphex (get_color (by_night, "card"), ==, 0x16181e);
  g_assert_cmphex (get_color (by_night, "link"), ==, 0xb3c0ff);
  g_assert_cmphex (get_color (mixed, "page"), ==, 0x0d0f13);
  g_assert_cmphex (get_color (mixed, "card"), ==, 0x10201a);
  g_assert_cmpstr (none, ==, "");
}

/* An organization's colour is on whatever surfaces its tenant has: links are read on the darkest, or by night the lightest, that one may have. */
static void
test_any_surface (void)
{
  static const struct {
    gboolean dark;
    guint surface, none; /* the last that is taken; the first that is not */
  } cases[] = { { FALSE, 0xf1f1f1, 0xf0f0f0 }, { TRUE, 0x313131, 0x323232 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *last = g_strdup_printf ("#%06x", cases[i].surface), *first = g_strdup_printf ("#%06x", cases[i].none);
    PosternBrandPalette good = { NULL, last, last, FALSE }, bad = { NULL, first, first, FALSE };
    g_autofree char *taken = postern_brand_make_palette_css (&good, cases[i].dark, "", NULL), *refused = postern_brand_make_palette_css (&bad, cases[i].dark, "", NULL);

    g_assert_nonnull (taken);
    g_assert_null (refused);
    for (guint accent = 0; accent <= 0xffffff; accent += 0x10f0f) {
      g_autofree char *text = g_strdup_printf ("#%06x", accent);
      PosternBrandPalette palette = { text, NULL, NULL, FALSE };
      g_autofree char *css = postern_brand_make_palette_css (&palette, cases[i].dark, "", NULL);

      g_assert_cmpfloat (contrast (get_color (css, "link"), cases[i].surface), >=, 4.5);
    }
  }
}

static void
test_bad_surfaces (void)
{
  static const struct {
    PosternBrandPalette palette;
    gboolean dark;
    const char *begins;
  } cases[] = {
    { { NULL, "#777777", NULL }, FALSE, "page_color: is too dark" },
    { { NULL, NULL, "#000000" }, FALSE, "card_color: is too dark" },
    { { NULL, NULL, "#ffffff" }, TRUE, "dark_card_color: is too light" },
    { { NULL, "white", NULL }, FALSE, "page_color: must be a colour" },
    { { "red;}*{display:none", NULL, NULL }, FALSE, "accent_color: must be a colour" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_brand_make_palette_css (&cases[i].palette, cases[i].dark, cases[i].dark ? "dark_" : "", &error));
    g_assert_true (g_str_has_prefix (error->message, cases[i].begins));
  }
}

#define SVG(inner) "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">" inner "</svg>"

static const char *
check (const char *data, gsize length, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, length);

  return postern_brand_check_logo (bytes, error);
}

static void
test_pictures (void)
{
  const char *fine[] = {
    SVG ("<path d=\"M0 0h9\"/>"),
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- drawn -->" SVG ("<style>.a{fill:url(#g)}</style><use href=\"#a\"/>"),
    SVG ("<defs><linearGradient id=\"g\"/></defs><g fill=\"url( '#g')\"><title>Firm &amp; Co</title></g>"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (fine); i++)
    g_assert_cmpstr (check (fine[i], strlen (fine[i]), NULL), ==, "logo.svg");
  g_assert_cmpstr (check ("\x89PNG\r\n\x1a\n....", 12, NULL), ==, "logo.png");
  g_assert_cmpstr (check ("\xff\xd8\xff\xe0", 4, NULL), ==, "logo.jpg");
  g_assert_cmpstr (check ("RIFF....WEBPVP8 ", 16, NULL), ==, "logo.webp");
}

static void
test_bad_pictures (void)
{
  const char *bad[] = {
    "", "GIF89a", "hello", "<html/>", "<p><svg/></p>", "<svg>",
    SVG ("<script>alert(1)</script>"),
    SVG ("<x:script xmlns:x=\"http://www.w3.org/2000/svg\">alert(1)</x:script>"),
    SVG ("<g onload=\"alert(1)\"/>"),
    SVG ("<g ONCLICK=\"alert(1)\"/>"),
    SVG ("<a href=\"#x\"/>"),
    SVG ("<use href=\"https://evil.example/a.svg#x\"/>"),
    SVG ("<use xlink:href=\"data:image/svg+xml,x\"/>"),
    SVG ("<image href=\"#x\"/>"),
    SVG ("<foreignObject/>"),
    SVG ("<animate attributeName=\"href\" values=\"javascript:alert(1)\"/>"),
    SVG ("<g fill=\"url(https://evil.example/p)\"/>"),
    SVG ("<g style=\"background:URL( //evil.example/p)\"/>"),
    SVG ("<g style=\"background:u\\72l(//evil.example/p)\"/>"),
    SVG ("<style>@import '//evil.example/a.css';</style>"),
    SVG ("<style>.a{fill:url(//evil.example)}</style>"),
    SVG ("<style>@im<!-- -->port '//evil.example/a.css';</style>"),
    SVG ("<style>.a{fill:u/**/rl(//evil.example)}</style>"),
    SVG ("<style>.a{mask:image-set('//evil.example/p' 1x)}</style>"),
    SVG ("<g style=\"mask:src('//evil.example/p')\"/>"),
    SVG ("<style>.a{fill:u<g/>rl(https:/<g/>/evil.example/p)}</style>"), /* what is in an element between is left out of a style sheet */
    SVG ("<g mask=\"IMAGE-SET('//evil.example/p' 1x)\"/>"),
    SVG ("<g fill=\"src('//evil.example/p')\"/>"),
    SVG ("<x:meta xmlns:x=\"http://www.w3.org/1999/xhtml\" http-equiv=\"refresh\" content=\"0;url=https://evil.example/\"/>"), /* who is sent to the picture goes on to there */
    SVG ("<form xmlns=\"http://www.w3.org/1999/xhtml\" action=\"https://evil.example/\"/>"),
    SVG ("<g xmlns:x=\"http://www.w3.org/1999&#x2f;xhtml\"><x:meta http-equiv=\"refresh\" content=\"0;url=//evil.example\"/></g>"),
    SVG ("<m:math xmlns:m=\"http://www.w3.org/1998/Math/MathML\"/>"),
    SVG ("<style><![CDATA[.a{fill:url(//evil.example)}]]></style>"),
    "<!DOCTYPE svg [<!ENTITY a \"b\">]>" SVG ("&a;"),
    "<?xml-stylesheet href=\"//evil.example/a.css\"?>" SVG (""),
  };
  g_autofree char *large = g_strnfill (POSTERN_BRAND_LOGO_MAX + 1, ' ');

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_test_message ("%s", bad[i]);
    g_assert_null (check (bad[i], strlen (bad[i]), &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
  g_assert_null (check (large, strlen (large), NULL));
}

/* Ten that each show the one before ten times are ten thousand million for the browser to draw. */
static void
test_bomb (void)
{
  g_autoptr (GString) svg = g_string_new ("<svg xmlns=\"http://www.w3.org/2000/svg\"><defs><g id=\"a0\"><path d=\"M0 0h9\"/></g>");
  g_autoptr (GError) error = NULL;

  for (guint level = 1; level <= 10; level++) {
    g_string_append_printf (svg, "<g id=\"a%u\">", level);
    for (guint i = 0; i < 10; i++)
      g_string_append_printf (svg, "<use href=\"#a%u\"/>", level - 1);
    g_string_append (svg, "</g>");
  }
  g_string_append (svg, "</defs><use href=\"#a10\"/></svg>");
  g_assert_null (check (svg->str, svg->len, &error));
  g_assert_nonnull (strstr (error->message, "use"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brand/every-color", test_every_color);
  g_test_add_func ("/brand/readable-color", test_readable_color);
  g_test_add_func ("/brand/bad-colors", test_bad_colors);
  g_test_add_func ("/brand/surfaces", test_surfaces);
  g_test_add_func ("/brand/both-themes", test_both_themes);
  g_test_add_func ("/brand/any-surface", test_any_surface);
  g_test_add_func ("/brand/bad-surfaces", test_bad_surfaces);
  g_test_add_func ("/brand/pictures", test_pictures);
  g_test_add_func ("/brand/bad-pictures", test_bad_pictures);
  g_test_add_func ("/brand/bomb", test_bomb);
  return g_test_run ();
}
