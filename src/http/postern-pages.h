/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-assets.h"
#include "postern-look.h"
#include "postern-phrases.h"
#include "postern-request.h"
#include "postern-response.h"

G_BEGIN_DECLS

/** The cookie that remembers the language a person chose: its value is a tag. */
#define POSTERN_PAGES_LANGUAGE_COOKIE "postern-language"
/** The cookie that remembers how the pages shall look: "light" or "dark", whatever the device says. */
#define POSTERN_PAGES_APPEARANCE_COOKIE "postern-appearance"

/** Of a folder of templates, the one whose folders, by slug, have those of other tenants. */
#define POSTERN_PAGES_TENANTS "tenants"

/**
 * PosternPages: templates, phrases and assets, read once at start; turns a page response into bytes in the person's
 * language. Immutable, thread-safe.
 *
 * Templates are Mustache-like, without logic: `{{name}}` escapes; `{{a.b}}` walks; `{{#x}}…{{/x}}` runs for a true value, a
 * non-empty string, or once an element of an array; `{{^x}}…{{/x}}` for the opposite; `{{>part}}` includes a template.
 * `{{_ Words of {who}}}` is a phrase of po/: looked up in the request's language, then `{who}` is filled in from the model,
 * escaped; `{{n_ count|{count} device|{count} devices}}` takes the plural form. `{{_@ member}}` is for a member whose value is
 * itself an English phrase (an error, the title of a scope): looked up and filled in the same way. `{{_= member}}` is for words
 * that a plugin's file declares: looked up, nothing is filled in, and without a translation a `<bdi lang="en">` of their own, so
 * not for an attribute. There is no unescaped output.
 * `{{?x}}…{{/x}}` runs once when x is true or not empty and leaves the names as they are: for what stands round a list.
 * Blanks round a name or a phrase do not count; `{{! … }}` is a comment; `{{.}}` is the element itself, for arrays of strings.
 * A section over a dictionary (also an element of an array) looks names up there first, then outside. In a right-to-left
 * language what is filled into a phrase stands between U+2068 and U+2069, so that a Latin name does not turn the sentence over.
 *
 * Every page also sees: `lang`, `dir` (ltr, rtl), `base` (the public URL's path, "" at the root), `csrf`, `request_id`, `tenant_name`,
 * `assets` (prefix of versioned assets, no slash at its end), `languages` (array of {code, name, current}); `logo` and
 * `brand_sheet` with `dark_brand_sheet` (names of assets) when the tenant has its own; `color_scheme`, and `dark_media`: where the sheets for dark
 * count ("all" when the person wants it dark; absent when light); `look`, when the tenant was given one since ({logo, light, dark, style}, as `brand` has them), which
 * comes after. A page for an organization has `brand` in its model ({name, logo, light, dark,
 * style, texts}: names of files under `/brand/`, "" for none), which goes before the tenant's, and then sees `brand_text`, of `texts` in its language; without it, of the tenant's. From what the page itself says are derived: `invalid`, a
 * dictionary with the one member named by `error_field`, so that `{{#invalid.password}}` marks the input; and, from
 * `retry_after`, `retry_minutes` (rounded up) when it is 120 s or more.
 *
 * The language of a page: `ui_locales` of the request's own query (the language switcher), then the cookie that remembers
 * it (`postern-language`), then the model's `ui_locales`, then Accept-Language.
 */
#define POSTERN_TYPE_PAGES (postern_pages_get_type ())
G_DECLARE_FINAL_TYPE (PosternPages, postern_pages, POSTERN, PAGES, GObject)

/** postern_pages_new: @template_dirs: first one that has a file wins; @locale_dir: has LANG/LC_MESSAGES/postern.mo. */
PosternPages *postern_pages_new (const char *const *template_dirs, const char *assets_dir, const char *locale_dir, GError **error);
/**
 * postern_pages_new_for_tenant: those of another tenant of the same server: phrases and assets are @base's, name, colour and picture are not. Of each
 * of @template_dirs the folder `tenants/SLUG` goes before what @base has.
 * @name: what the pages call it
 */
PosternPages *postern_pages_new_for_tenant (PosternPages *base, const char *slug, const char *name, const char *const *template_dirs, GError **error);
/** PosternPagesGetBranding: what the tenant's branding is now, cheap to ask; the same object for as long as it is the same. (transfer full) (nullable): none */
typedef GVariant *(*PosternPagesGetBranding) (gpointer user_data);
/** postern_pages_set_branding: who knows what was set since the start; it goes before the three of the configuration. Before the first request, and with NULL after the last. */
void postern_pages_set_branding (PosternPages *self, PosternPagesGetBranding func, gpointer user_data);
/** postern_pages_dup_look: as of now. (transfer full) (nullable) */
PosternLook *postern_pages_dup_look (PosternPages *self);
/** postern_pages_knows_phrase: whether any page or message says @words, in English; TRUE too where no catalogue is installed to tell. */
gboolean postern_pages_knows_phrase (PosternPages *self, const char *words);
/** postern_pages_set_tenant_name: what the pages call us; before the first request. */
void postern_pages_set_tenant_name (PosternPages *self, const char *name);
/**
 * postern_pages_choose_language: the first of @ui_locales, then of Accept-Language, that we have (RFC 4647 lookup), else "en".
 * Returns: (transfer none)
 */
const char *postern_pages_choose_language (PosternPages *self, const char *ui_locales, const char *accept_language);
/** postern_pages_get_languages: (transfer none) (array zero-terminated=1): e.g. "ar", "de", "en", "ja" */
const char *const *postern_pages_get_languages (PosternPages *self);
/**
 * postern_pages_render: @template_name with @model (a{sv}).
 * @request: (nullable): gives language, request id and public URL
 * @csrf: (nullable)
 * Returns: (transfer full) (nullable): UTF-8
 */
GBytes *postern_pages_render (PosternPages *self, const char *template_name, GVariant *model, PosternRequest *request, const char *csrf, GError **error);
/** postern_pages_translate: @model as POSTERN_RESPONSE_JSON has it, its phrases in the language that a page would have. (transfer full) */
GVariant *postern_pages_translate (PosternPages *self, GVariant *model, PosternRequest *request);
/** postern_pages_set_accent_color: "#rrggbb", from which the colours of both themes follow (postern-brand.h); before the first request. */
gboolean postern_pages_set_accent_color (PosternPages *self, const char *color, GError **error);
/** postern_pages_set_logo: a PNG, JPEG, WebP or plain SVG file of at most 24 KiB, served as an asset; before the first request. */
gboolean postern_pages_set_logo (PosternPages *self, const char *path, GError **error);
/** postern_pages_add_icon: a connector's plain SVG file NAME.svg of at most 24 KiB, served as the asset connectors/NAME.svg; before the first request. */
gboolean postern_pages_add_icon (PosternPages *self, const char *path, GError **error);
/** postern_pages_get_assets: (transfer none) */
PosternAssets *postern_pages_get_assets (PosternPages *self);
/** PosternPagesLook: what a tenant set, as of now, for whatever is no page but shall look like one; borrowed, from `own` too. */
typedef struct {
  const char *tenant_name;
  const char *logo_folder, *logo, *accent_color; /* (nullable) but the folder: "/assets/" or "/brand/" */
  PosternLook *own;                              /* (nullable) */
} PosternPagesLook;
void postern_pages_get_look (PosternPages *self, PosternPagesLook *look);
void postern_pages_look_clear (PosternPagesLook *look);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternPagesLook, postern_pages_look_clear)
/** postern_pages_find_phrases: (transfer none) (nullable): English has none */
PosternPhrases *postern_pages_find_phrases (PosternPages *self, const char *language);

G_END_DECLS
