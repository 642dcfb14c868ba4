/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Style sheets that customers write for the pages that their people see. What may stand in one is a list of selectors, of properties and of
 * values: shapes and letters. No colour, which could make words unreadable, nothing that hides, moves or covers anything, nothing that is
 * loaded; no function, at-rule, escape or comment is understood, and what is not understood is refused.
 */

#define POSTERN_BRAND_CSS_MAX 4096 /* bytes */

/**
 * postern_brand_css_clean: writes @text anew, of what was understood in it.
 *
 * Returns: (transfer full) (nullable): a style sheet; NULL with INVALID_REQUEST "css: line N: why"
 */
char *postern_brand_css_clean (const char *text, GError **error);


G_END_DECLS
