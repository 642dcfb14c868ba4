/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pages-private.h"

#include "postern-error.h"
#include "postern-json.h"
#include "postern-languages.h"
#include "postern-template.h"

#include <string.h>

#define RETRY_IN_MINUTES 120 /* seconds from which a person is told minutes */

/* What all pages see beside their model. Its strings are borrowed, for as long as one page is rendered. */
typedef struct {
  PosternValue all, members[18], invalid, look[4];
  char *assets;
  PosternLook *own; /* (nullable) */
} Globals;

static PosternValue *
add_member (Globals *self, const char *name, PosternValueKind kind)
{
  PosternValue *member = &self->members[self->all.n_items++];

  g_assert (self->all.n_items <= G_N_ELEMENTS (self->members));
  postern_value_set_name (member, name);
  member->kind = kind;
  return member;
}

static void
add_text (Globals *self, const char *name, const char *text)
{
  if (text)
    add_member (self, name, POSTERN_VALUE_STRING)->text = text;
}

/* What follows from the page's own words: which input is marked, and a long wait in minutes. */
static void
add_derived (Globals *self, PosternValue *model)
{
  PosternValue *wait = postern_value_find (model, "retry_after", strlen ("retry_after"));
  gint64 seconds = wait && wait->kind == POSTERN_VALUE_NUMBER ? wait->number : 0;
  const char *field = postern_value_get_string (model, "error_field");

  if (field && *field) {
    PosternValue *invalid = add_member (self, "invalid", POSTERN_VALUE_DICTIONARY);
    postern_value_set_name (&self->invalid, field);
    self->invalid.kind = POSTERN_VALUE_BOOLEAN;
    self->invalid.number = TRUE;
    invalid->items = &self->invalid;
    invalid->n_items = 1;
  }
  if (seconds >= RETRY_IN_MINUTES)
    add_member (self, "retry_minutes", POSTERN_VALUE_NUMBER)->number = seconds / 60 + (seconds % 60 != 0);
}

/* The tenant's, without an organization's. */
static void
add_look_text (Globals *self, const char *language)
{
  const char *text = postern_json_get_string (self->own->texts, language);

  add_text (self, "brand_text", text ? text : postern_json_get_string (self->own->texts, "en"));
}

/* What an organization says where a sign-in begins: in the page's language, else in English, else nothing. */
static void
add_brand_text (Globals *self, PosternValue *model, const char *language)
{
  PosternValue *brand = postern_value_find (model, "brand", strlen ("brand"));
  PosternValue *texts = brand && brand->kind == POSTERN_VALUE_DICTIONARY ? postern_value_find (brand, "texts", strlen ("texts")) : NULL;
  const char *text = NULL;

  if (brand == NULL && self->own && self->own->texts) {
    add_look_text (self, language);
    return;
  }
  if (texts && texts->kind == POSTERN_VALUE_DICTIONARY)
    text = postern_value_get_string (texts, language);
  if (texts && texts->kind == POSTERN_VALUE_DICTIONARY && text == NULL)
    text = postern_value_get_string (texts, "en");
  add_text (self, "brand_text", text);
}

/* The path of an absolute URL: "" or "/sub/path". */
static const char *
path_of (const char *url)
{
  const char *host = url ? strstr (url, "://") : NULL;
  const char *path = host ? strchr (host + 3, '/') : NULL;

  return path ? path : "";
}

static void
add_languages (Globals *self, PosternValue *list)
{
  PosternValue *member = add_member (self, "languages", POSTERN_VALUE_LIST);

  member->items = list->items;
  member->n_items = list->n_items;
}

/* @asked: (nullable): the cookie's word; it is not trusted. */
static void
add_appearance (Globals *self, const char *asked)
{
  gboolean light = g_strcmp0 (asked, "light") == 0, dark = g_strcmp0 (asked, "dark") == 0;

  add_text (self, "color_scheme", light ? "light" : dark ? "dark" : "light dark");
  add_text (self, "dark_media", light ? NULL : dark ? "all" : "(prefers-color-scheme: dark)");
}

/* Files of the tenant's own; "" for what there is not, or a page would look further. */
static void
add_look (Globals *self)
{
  const struct { const char *name, *file; } files[] = {
    { "logo", self->own->logo }, { "light", self->own->light }, { "dark", self->own->dark }, { "style", self->own->style },
  };
  PosternValue *look = add_member (self, "look", POSTERN_VALUE_DICTIONARY);

  look->items = self->look;
  look->n_items = G_N_ELEMENTS (files);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    postern_value_set_name (&self->look[i], files[i].name);
    self->look[i].kind = POSTERN_VALUE_STRING;
    self->look[i].text = files[i].file ? files[i].file : "";
  }
}

static void
make_globals (Globals *self, PosternPages *pages, PosternValue *model, PosternRequest *request, const char *language)
{
  const char *base = path_of (request ? postern_request_get_public_url (request) : NULL);
  PosternValue *languages = g_hash_table_lookup (pages->language_lists, language);

  self->all.kind = POSTERN_VALUE_DICTIONARY;
  self->all.items = self->members;
  self->assets = g_strconcat (base, "/assets/", postern_assets_get_version (pages->assets), NULL);
  add_text (self, "lang", language);
  add_text (self, "dir", postern_languages_is_right_to_left (language) ? "rtl" : "ltr");
  add_text (self, "base", base);
  add_text (self, "assets", self->assets);
  add_text (self, "request_id", request ? postern_request_get_id (request) : NULL);
  add_text (self, "tenant_name", self->own && self->own->name ? self->own->name : pages->tenant_name);
  if (self->own)
    add_look (self);
  add_text (self, "logo", pages->logo);
  add_text (self, "brand_sheet", pages->accent_color ? POSTERN_PAGES_BRAND_SHEET : NULL);
  add_text (self, "dark_brand_sheet", pages->accent_color ? POSTERN_PAGES_DARK_BRAND_SHEET : NULL);
  add_appearance (self, request ? postern_request_get_cookie (request, POSTERN_PAGES_APPEARANCE_COOKIE) : NULL);
  if (languages)
    add_languages (self, languages);
  add_derived (self, model);
  add_brand_text (self, model, language);
}

GBytes *
postern_pages_render (PosternPages *self, const char *template_name, GVariant *model, PosternRequest *request, const char *csrf, GError **error)
{
  PosternTemplate *template = g_hash_table_lookup (self->templates, template_name);
  g_auto (PosternValue) values = { 0 };
  g_autoptr (GString) out = g_string_sized_new (8192);
  g_autoptr (PosternLook) own = postern_pages_dup_look (self);
  Globals globals = { .own = own };
  PosternTemplateContext context = { .templates = self->templates, .globals = &globals.all };
  const char *language;
  gboolean done;

  if (!template) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "There is no page template “%s”", template_name);
    return NULL;
  }
  postern_value_init (&values, model);
  language = postern_pages_find_language (self, &values, request);
  context.phrases = g_hash_table_lookup (self->phrases, language);
  context.own_words = own ? postern_look_get_words (own, language) : NULL;
  context.right_to_left = postern_languages_is_right_to_left (language);
  make_globals (&globals, self, &values, request, language);
  add_text (&globals, "csrf", csrf);
  done = postern_template_render (template, &values, &context, out, error);
  g_free (globals.assets);
  return done ? g_string_free_to_bytes (g_steal_pointer (&out)) : NULL;
}
