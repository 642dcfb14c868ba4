/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-brand-css.h"
#include "postern-brand.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is kept has no byte that begins anything but rules, and is understood again as it stands. */
static void
check_sheet (const char *text)
{
  g_autofree char *clean = postern_brand_css_clean (text, NULL), *again = NULL;
  int depth = 0;

  if (!clean)
    return;
  if (strpbrk (clean, "()@\\<>!/*'&#[]+~|=^$%_"))
    g_error ("“%s” became “%s”", text, clean);
  for (const char *at = clean; *at; at++) {
    depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
    if (depth < 0 || depth > 1 || *at & 0x80)
      g_error ("“%s” became “%s”", text, clean);
  }
  again = strlen (clean) <= POSTERN_BRAND_CSS_MAX ? postern_brand_css_clean (clean, NULL) : g_strdup (clean);
  if (depth != 0 || g_strcmp0 (again, clean) != 0)
    g_error ("“%s” became “%s”, and that “%s”", text, clean, again);
}

/* A colour, by the way in which one is written into a sheet. */
static void
check_palette (const char *text)
{
  const PosternBrandPalette palette = { text, text, text, TRUE };

  for (unsigned dark = 0; dark < 2; dark++) {
    g_autofree char *css = postern_brand_make_palette_css (&palette, (gboolean) dark, "", NULL);

    if (css && strspn (css, ":root{-acegiklnprs#0123456789abdf;}") != strlen (css))
      g_error ("“%s” became “%s”", text, css);
  }
}

/* What an organization sends of its look: a style sheet, a colour, a logo. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  check_sheet (text);
  check_palette (text);
  postern_brand_check_logo (bytes, NULL);
  return 0;
}
