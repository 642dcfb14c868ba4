/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A tenant's own look: one colour and one picture. Both are computed or checked so that a page stays readable and inert. */

#define POSTERN_BRAND_LOGO_MAX (24 * 1024) /* bytes: the first view fits in 40 KB with it */

/**
 * postern_brand_make_css: @accent: "#rrggbb"; @dark: for pages that are.
 *
 * The custom properties that follow from the colour: buttons have it as it is, with black or white words,
 * whichever reads better (at least 4.5:1); links and the focus ring have it darker or lighter, until they keep 4.5:1 on the
 * card (WCAG 2.2, 1.4.3 and 1.4.11).
 *
 * Returns: (transfer full) (nullable): a style sheet; NULL when it is not a colour
 */
char *postern_brand_make_css (const char *accent, gboolean dark);

/** PosternBrandPalette: an organization's colours for one theme: each "#rrggbb"; (nullable): as the tenant's pages have it. */
typedef struct {
  const char *accent;
  const char *page, *card; /* what the card lies on; the card */
  gboolean whole;          /* the sheet says both, and what links are like on them, also where they stay: one before it sets them otherwise */
} PosternBrandPalette;
/**
 * postern_brand_make_palette_css: as postern_brand_make_css(), and links are made for the surfaces of @palette; where it has none, for any that could be.
 * @prefix: what members are called beyond "page_color" and "card_color": "" or "dark_"
 * Returns: (transfer full) (nullable): a style sheet, "" where nothing is set; NULL with INVALID_REQUEST "MEMBER: why": it is no colour, or words could not be read on it
 */
char *postern_brand_make_palette_css (const PosternBrandPalette *palette, gboolean dark, const char *prefix, GError **error);

/** PosternBrandColors: the same colours by themselves, each as "#rrggbb", for what knows no custom properties. */
typedef struct {
  char accent[8], on_accent[8], link[8], dark_link[8];
} PosternBrandColors;
/** postern_brand_get_colors: FALSE when @accent is not a colour */
gboolean postern_brand_get_colors (const char *accent, PosternBrandColors *colors);

/**
 * postern_brand_check_logo: whether @bytes are a picture that a page may show: PNG, JPEG, WebP, or an SVG of shapes only
 * (no script, no event handler, nothing loaded from elsewhere, no document type).
 *
 * Returns: (nullable): the name under which it is an asset, like "logo.svg"; NULL with POSTERN_ERROR_CONFIG
 */
const char *postern_brand_check_logo (GBytes *bytes, GError **error);

G_END_DECLS
