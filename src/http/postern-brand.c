/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-brand.h"
#include "postern-error.h"

#include <math.h>
#include <string.h>

#define TEXT_CONTRAST 4.5 /* WCAG 2.2, 1.4.3 */
#define STEPS 64
#define USES_MAX 24 /* <use> elements of a logo */

typedef struct {
  double red, green, blue; /* sRGB, 0 to 1 */
} Color;

/* What links stand on, by theme: the surfaces of data/assets/postern.css, and where a link's colour moves to be read there. */
typedef struct {
  Color surfaces[2]; /* --card; --page */
  Color towards;
  Color link; /* where there is no accent; read on every surface that bears the words */
} Theme;

static const Theme themes[] = {
  { { { 1, 1, 1 }, { 0xf4 / 255.0, 0xf5 / 255.0, 0xf8 / 255.0 } }, { 0, 0, 0 }, { 0x2e / 255.0, 0x49 / 255.0, 0xc4 / 255.0 } },
  { { { 0x16 / 255.0, 0x18 / 255.0, 0x1e / 255.0 }, { 0x0d / 255.0, 0x0f / 255.0, 0x13 / 255.0 } }, { 1, 1, 1 }, { 0xb3 / 255.0, 0xc0 / 255.0, 1 } },
};

/* --- colours ------------------------------------------------------------------------------------------------------ */

static gboolean
parse (const char *text, Color *out)
{
  guint64 value;

  if (text[0] != '#' || strlen (text) != 7 || !g_ascii_string_to_unsigned (text + 1, 16, 0, 0xffffff, &value, NULL))
    return FALSE;
  *out = (Color) { (double) (value >> 16) / 255, (double) (value >> 8 & 0xff) / 255, (double) (value & 0xff) / 255 };
  return TRUE;
}

static double
linear (double channel)
{
  return channel <= 0.04045 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4);
}

/* Relative luminance and contrast ratio, as WCAG 2.2 defines them. */
static double
luminance (const Color *color)
{
  return 0.2126 * linear (color->red) + 0.7152 * linear (color->green) + 0.0722 * linear (color->blue);
}

static double
contrast (const Color *a, const Color *b)
{
  double one = luminance (a), other = luminance (b);

  return (MAX (one, other) + 0.05) / (MIN (one, other) + 0.05);
}

static Color
mix (const Color *a, const Color *b, double share)
{
  return (Color) { a->red + (b->red - a->red) * share, a->green + (b->green - a->green) * share, a->blue + (b->blue - a->blue) * share };
}

/* Rounded as it is written, because what counts is what the browser reads. */
static Color
rounded (const Color *color)
{
  return (Color) { round (color->red * 255) / 255, round (color->green * 255) / 255, round (color->blue * 255) / 255 };
}

static gboolean
is_readable (const Color *color, const Theme *theme)
{
  return contrast (color, &theme->surfaces[0]) >= TEXT_CONTRAST && contrast (color, &theme->surfaces[1]) >= TEXT_CONTRAST;
}

/* The least change that can be read on the theme's surfaces. */
static Color
make_link (const Color *accent, const Theme *theme)
{
  Color link = *accent;

  for (guint step = 1; step <= STEPS && !is_readable (&link, theme); step++) {
    Color mixed = mix (accent, &theme->towards, (double) step / STEPS);
    link = rounded (&mixed);
  }
  return link;
}

static void
write_color (const Color *color, char text[8])
{
  g_snprintf (text, 8, "#%02x%02x%02x", (guint) round (color->red * 255), (guint) round (color->green * 255), (guint) round (color->blue * 255));
}

static void
append (GString *css, const char *property, const Color *color)
{
  char text[8];

  write_color (color, text);
  g_string_append_printf (css, "--%s:%s;", property, text);
}

/* One of black and white always keeps 4.58:1. --press is what a button is mixed with under the pointer: away from its words. */
static void
append_theme (GString *css, const Color *accent, const Theme *theme)
{
  const Color black = { 0, 0, 0 }, white = { 1, 1, 1 };
  gboolean is_light = contrast (accent, &black) > contrast (accent, &white);
  Color link = make_link (accent, theme);

  g_string_append (css, ":root{");
  append (css, "accent", accent);
  append (css, "on-accent", is_light ? &black : &white);
  append (css, "press", is_light ? &white : &black);
  append (css, "link", &link);
  g_string_append_c (css, '}');
}

/* --- an organization's surfaces ------------------------------------------------------------------------------------- */

/* What is read on them, by theme: --text, --muted, --danger, --good of data/assets/postern.css and dark.css; and --edge, the rim of fields. */
static const struct {
  const char *words[4], *edge;
} inks[] = {
  { { "#15171c", "#575d6c", "#b1261d", "#17703d" }, "#858b99" },
  { { "#eceef3", "#a3a9b8", "#ff9d94", "#7fd6a0" }, "#737a8b" },
};

#define EDGE_CONTRAST 3.0 /* WCAG 2.2, 1.4.11 */

/* What bears them all is no darker than the one, or, where pages are dark, no lighter than the other: somebody else's surfaces are not known. */
static const Color limits[] = { { 0xf0 / 255.0, 0xf0 / 255.0, 0xf0 / 255.0 }, { 0x32 / 255.0, 0x32 / 255.0, 0x32 / 255.0 } };

static gboolean
refuse_color (GError **error, const char *prefix, const char *member, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s%s: %s", prefix, member, why);
  return FALSE;
}

static gboolean
can_bear (const Color *surface, const char *ink, double least)
{
  Color color;

  return parse (ink, &color) && contrast (surface, &color) >= least;
}

/* @text: (nullable): the surface stays what it is */
static gboolean
read_surface (const char *text, const char *prefix, const char *member, guint theme, Color *surface, GError **error)
{
  gboolean good = TRUE;

  if (text == NULL)
    return TRUE;
  if (!parse (text, surface))
    return refuse_color (error, prefix, member, "must be a colour such as #3350d4");
  for (guint i = 0; i < G_N_ELEMENTS (inks[theme].words); i++)
    good = good && can_bear (surface, inks[theme].words[i], TEXT_CONTRAST);
  if (!good)
    return refuse_color (error, prefix, member, theme ? "is too light: not all words could be read on it, at 4.5:1" : "is too dark: not all words could be read on it, at 4.5:1");
  return can_bear (surface, inks[theme].edge, EDGE_CONTRAST) || refuse_color (error, prefix, member, "would hide the rims of fields, which need 3:1");
}

/* The tenant's colour, which counts without an accent, has links for the tenant's own surfaces. */
static void
append_surfaces (GString *css, const Theme *theme, gboolean link)
{
  g_string_append (css, ":root{");
  append (css, "card", &theme->surfaces[0]);
  append (css, "page", &theme->surfaces[1]);
  if (link)
    append (css, "link", &theme->link);
  g_string_append_c (css, '}');
}

char *
postern_brand_make_palette_css (const PosternBrandPalette *palette, gboolean dark, const char *prefix, GError **error)
{
  g_autoptr (GString) css = g_string_new (NULL);
  guint which = dark ? 1 : 0;
  Theme theme = themes[which], any = { { limits[which], limits[which] }, theme.towards, theme.link };
  gboolean own = palette->card || palette->page || palette->whole;
  Color accent;

  if (!read_surface (palette->card, prefix, "card_color", which, &theme.surfaces[0], error) ||
      !read_surface (palette->page, prefix, "page_color", which, &theme.surfaces[1], error))
    return NULL;
  if (palette->accent && !parse (palette->accent, &accent)) {
    refuse_color (error, "", "accent_color", "must be a colour such as #3350d4");
    return NULL;
  }
  if (palette->accent)
    append_theme (css, &accent, own ? &theme : &any);
  if (own)
    append_surfaces (css, &theme, palette->accent == NULL);
  return g_string_free (g_steal_pointer (&css), FALSE);
}

/* --- a tenant's colour ------------------------------------------------------------------------------------------------ */

char *
postern_brand_make_css (const char *accent, gboolean dark)
{
  g_autoptr (GString) css = g_string_new (NULL);
  Color color;

  if (!parse (accent, &color))
    return NULL;
  append_theme (css, &color, &themes[dark ? 1 : 0]);
  g_string_append_c (css, '\n');
  return g_string_free (g_steal_pointer (&css), FALSE);
}

gboolean
postern_brand_get_colors (const char *accent, PosternBrandColors *colors)
{
  const Color black = { 0, 0, 0 }, white = { 1, 1, 1 };
  Color color, link, dark_link;

  if (!parse (accent, &color))
    return FALSE;
  link = make_link (&color, &themes[0]);
  dark_link = make_link (&color, &themes[1]);
  write_color (&color, colors->accent);
  write_color (contrast (&color, &black) > contrast (&color, &white) ? &black : &white, colors->on_accent);
  write_color (&link, colors->link);
  write_color (&dark_link, colors->dark_link);
  return TRUE;
}

/* --- pictures ------------------------------------------------------------------------------------------------------ */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the logo %s", what);
  return FALSE;
}

/* "url(#here)" stays in the document; whatever else a value names would be loaded. */
static gboolean
points_elsewhere (const char *text)
{
  static const char *const loading[] = { "@import", "javascript:", "image(", "image-set(", "cross-fade(", "src(", "\\" };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (loading); i++)
    if (strstr (lower, loading[i]))
      return TRUE;
  for (const char *at = lower; (at = strstr (at, "url(")) != NULL; at += strlen ("url("))
    if (at[strlen ("url(") + strspn (at + strlen ("url("), " \t\r\n'\"")] != '#')
      return TRUE;
  return FALSE;
}

/* In a style sheet there are more ways to name another file than url(), and a comment can cut any of them in two. */
static gboolean
styles_elsewhere (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);

  return points_elsewhere (text) || strstr (lower, "image") || strstr (lower, "//") || strstr (lower, "/*");
}

static const char *
local_name (const char *name)
{
  const char *colon = strrchr (name, ':');

  return colon ? colon + 1 : name;
}

/* Elements of a page keep their meaning in a picture that somebody opens by itself: one of HTML sends the reader elsewhere without a script. */
static gboolean
is_foreign (const char *name, const char *value)
{
  static const char *const spaces[] = { "http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML", NULL };

  return (g_str_equal (name, "xmlns") || g_str_has_prefix (name, "xmlns:")) && g_strv_contains (spaces, value);
}

static gboolean
is_active (const char *name, const char *value)
{
  const char *attribute = local_name (name);
  gboolean is_reference = g_str_equal (attribute, "href") || g_str_equal (attribute, "src");

  return g_ascii_strncasecmp (attribute, "on", 2) == 0 || (is_reference && value[0] != '#') || points_elsewhere (value) ||
         (g_str_equal (attribute, "style") && styles_elsewhere (value));
}

static gboolean
check_attributes (const char **names, const char **values, GError **error)
{
  for (guint i = 0; names[i]; i++) {
    if (is_foreign (names[i], values[i]))
      return refuse (error, "has elements of HTML or MathML; save it as a plain SVG");
    if (is_active (names[i], values[i]))
      return refuse (error, "runs or loads something; save it as a plain SVG");
  }
  return TRUE;
}

/* What one shows may show others: a few that each show the one before ten times keep a browser busy for hours. */
static gboolean
count_use (guint *uses, const char *name, GError **error)
{
  if (!g_str_equal (name, "use") || ++*uses <= USES_MAX)
    return TRUE;
  return refuse (error, "has too many <use> elements; save it as a plain SVG, without copies");
}

static void
on_element (GMarkupParseContext *context, const char *name, const char **names, const char **values, gpointer uses, GError **error)
{
  static const char *const active[] = { "script", "foreignObject", "iframe", "object", "embed", "audio", "video", "handler", "a", "image", "feImage", "set",
                                        "animate", "animateTransform", "animateMotion", "discard", "link", NULL };
  const GSList *outer = g_markup_parse_context_get_element_stack (context)->next;
  const char *own = local_name (name);

  if (outer == NULL && !g_str_equal (own, "svg"))
    refuse (error, "is neither PNG, JPEG, WebP nor SVG");
  else if (g_strv_contains (active, own))
    refuse (error, "has more than shapes; save it as a plain SVG, without scripts, links, animations and embedded pictures");
  else if (outer != NULL && g_str_equal (local_name (outer->data), "style")) /* a browser reads the text around it as one */
    refuse (error, "has an element in a style; save it as a plain SVG");
  else if (count_use (uses, own, error))
    check_attributes (names, values, error);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  const char *element = g_markup_parse_context_get_element (context);
  g_autofree char *copy = g_strndup (text, length);

  if (element && g_str_equal (local_name (element), "style") && styles_elsewhere (copy))
    refuse (error, "has a style that loads something; save it as a plain SVG");
}

/* The XML declaration does no harm, nor a comment but in a style; a document type can define entities, and CDATA can hide a style. */
static void
on_rest (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  const char *element = g_markup_parse_context_get_element (context);
  gboolean in_style = element && g_str_equal (local_name (element), "style");

  if ((in_style || !g_str_has_prefix (text, "<!--")) && !g_str_has_prefix (text, "<?xml "))
    refuse (error, "has a document type, CDATA, a processing instruction or a comment in a style; save it as a plain SVG");
}

static gboolean
check_svg (const char *text, gsize length, GError **error)
{
  static const GMarkupParser parser = { on_element, NULL, on_text, on_rest, NULL };
  guint uses = 0;
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &uses, NULL);
  g_autoptr (GError) local = NULL;

  if (g_markup_parse_context_parse (context, text, (gssize) length, &local) && g_markup_parse_context_end_parse (context, &local))
    return TRUE;
  if (local->domain == POSTERN_ERROR)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the logo is neither PNG, JPEG nor WebP, and not a sound SVG: %s", local->message);
  return FALSE;
}

const char *
postern_brand_check_logo (GBytes *bytes, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  if (length > POSTERN_BRAND_LOGO_MAX) {
    refuse (error, "is larger than 24 KiB, and everybody who signs in would wait for it; save it smaller or as SVG");
    return NULL;
  }
  if (length > 8 && memcmp (data, "\x89PNG\r\n\x1a\n", 8) == 0)
    return "logo.png";
  if (length > 3 && memcmp (data, "\xff\xd8\xff", 3) == 0)
    return "logo.jpg";
  if (length > 12 && memcmp (data, "RIFF", 4) == 0 && memcmp (data + 8, "WEBP", 4) == 0)
    return "logo.webp";
  if (length == 0)
    refuse (error, "is an empty file");
  return length > 0 && check_svg (data, length, error) ? "logo.svg" : NULL;
}
