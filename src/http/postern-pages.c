/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pages.h"
#include "postern-brand.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-languages.h"
#include "postern-phrases.h"
#include "postern-template.h"
#include "postern-value.h"

#include <string.h>

#define BRAND_SHEET "brand.css"
#define DARK_BRAND_SHEET "brand-dark.css"
#define RETRY_IN_MINUTES 120 /* seconds from which a person is told minutes */

struct _PosternPages {
  GObject parent_instance;
  GHashTable *templates; /* name → PosternTemplate */
  GHashTable *phrases;   /* tag → PosternPhrases; English has none */
  GPtrArray *languages;  /* tags, sorted, NULL at the end */
  GHashTable *language_lists; /* tag → PosternValue, read to its end */
  PosternAssets *assets;
  char *tenant_name;
  const char *logo; /* (nullable): the asset's name */
  char *accent_color; /* (nullable) */
  PosternPages *base; /* (nullable): of another tenant: whose assets, phrases and most templates they are */
  GPtrArray *own_templates; /* (nullable): those in `templates` that are not the base's */
  PosternPagesGetBranding get_branding; /* (nullable) */
  gpointer branding_data;
  GMutex lock; /* guards what follows */
  PosternLook *look; /* (nullable): of what the tenant's branding was, last time */
};

G_DEFINE_FINAL_TYPE (PosternPages, postern_pages, G_TYPE_OBJECT)

static void
free_value (gpointer value)
{
  postern_value_clear (value);
  g_free (value);
}

static void
postern_pages_finalize (GObject *object)
{
  PosternPages *self = POSTERN_PAGES (object);

  g_hash_table_unref (self->templates);
  g_clear_pointer (&self->own_templates, g_ptr_array_unref);
  g_hash_table_unref (self->phrases);
  g_ptr_array_unref (self->languages);
  g_hash_table_unref (self->language_lists);
  if (!self->base)
    g_clear_pointer (&self->assets, postern_assets_free);
  g_clear_object (&self->base);
  g_clear_pointer (&self->look, postern_look_unref);
  g_mutex_clear (&self->lock);
  g_free (self->tenant_name);
  g_free (self->accent_color);
  G_OBJECT_CLASS (postern_pages_parent_class)->finalize (object);
}

static void
postern_pages_class_init (PosternPagesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_pages_finalize;
}

static void
postern_pages_init (PosternPages *self)
{
  g_mutex_init (&self->lock);
  self->templates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) postern_template_free);
  self->phrases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) postern_phrases_free);
  self->languages = g_ptr_array_new_with_free_func (g_free);
  self->language_lists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
  self->tenant_name = g_strdup ("Postern");
}

static gboolean
read_template (PosternPages *self, const char *folder, const char *entry, GError **error)
{
  g_autofree char *path = g_build_filename (folder, entry, NULL);
  g_autofree char *name = g_strndup (entry, strlen (entry) - strlen (".html"));
  g_autofree char *text = NULL;
  PosternTemplate *template;
  gsize length;

  if (g_hash_table_contains (self->templates, name))
    return TRUE;
  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  template = postern_template_new (path, text, length, error);
  if (template)
    g_hash_table_insert (self->templates, g_steal_pointer (&name), template);
  return template != NULL;
}

/* A folder that is not there is fine: overrides and connectors' own pages are optional. */
static gboolean
read_templates (PosternPages *self, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;

  while (dir && (entry = g_dir_read_name (dir)))
    if (g_str_has_suffix (entry, ".html") && *entry != '.' && !read_template (self, folder, entry, error))
      return FALSE;
  return TRUE;
}

typedef struct {
  GHashTable *templates;
  const char *missing;
} PartCheck;

static void
check_part (gpointer name, gpointer user_data)
{
  PartCheck *check = user_data;

  if (!g_hash_table_contains (check->templates, name))
    check->missing = name;
}

static gboolean
check_parts (PosternPages *self, GError **error)
{
  PartCheck check = { self->templates, NULL };
  GHashTableIter iter;
  gpointer name, template;

  g_hash_table_iter_init (&iter, self->templates);
  while (g_hash_table_iter_next (&iter, &name, &template)) {
    postern_template_foreach_part (template, check_part, &check);
    if (!check.missing)
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "The template “%s” includes “%s”, and there is no such file", (char *) name, check.missing);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_catalogue (PosternPages *self, const char *path, const char *tag, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GBytes) bytes = NULL;
  PosternPhrases *phrases;
  char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  bytes = g_bytes_new_take (text, length);
  phrases = postern_phrases_new (bytes, &reason);
  if (!phrases) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "“%s”: %s; build it again with msgfmt", path, reason->message);
    return FALSE;
  }
  g_hash_table_insert (self->phrases, g_strdup (tag), phrases);
  return TRUE;
}

static int
compare_tags (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
read_locales (PosternPages *self, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = folder ? g_dir_open (folder, 0, NULL) : NULL;
  const char *entry;

  g_ptr_array_add (self->languages, g_strdup ("en"));
  while (dir && (entry = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (folder, entry, "LC_MESSAGES", "postern.mo", NULL);
    g_autofree char *tag = g_strdelimit (g_strdup (entry), "_", '-');
    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
      continue;
    if (!read_catalogue (self, path, tag, error))
      return FALSE;
    if (!g_str_equal (tag, "en"))
      g_ptr_array_add (self->languages, g_steal_pointer (&tag));
  }
  g_ptr_array_sort (self->languages, compare_tags);
  g_ptr_array_add (self->languages, NULL);
  return TRUE;
}

/* What each page offers of languages, made once for each: it is the largest part of what all pages see. */
static PosternValue *
list_languages (PosternPages *self, const char *language)
{
  PosternValue *value = g_new0 (PosternValue, 1);
  g_autoptr (GVariant) made = NULL;
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (const char *const *tag = postern_pages_get_languages (self); *tag; tag++) {
    g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

    postern_json_object_add_string (&entry, "code", *tag);
    postern_json_object_add_string (&entry, "name", postern_languages_get_name (*tag));
    postern_json_object_add_boolean (&entry, "current", g_str_equal (*tag, language));
    g_variant_builder_add_value (&list, postern_json_object_end (&entry));
  }
  made = g_variant_ref_sink (g_variant_builder_end (&list));
  postern_value_init (value, made);
  postern_value_read_all (value);
  return value;
}

static void
keep_language_lists (PosternPages *self)
{
  for (const char *const *tag = postern_pages_get_languages (self); *tag; tag++)
    g_hash_table_insert (self->language_lists, g_strdup (*tag), list_languages (self, *tag));
}

PosternPages *
postern_pages_new (const char *const *template_dirs, const char *assets_dir, const char *locale_dir, GError **error)
{
  g_autoptr (PosternPages) self = g_object_new (POSTERN_TYPE_PAGES, NULL);

  for (; *template_dirs; template_dirs++)
    if (!read_templates (self, *template_dirs, error))
      return NULL;
  if (!check_parts (self, error) || !read_locales (self, locale_dir, error))
    return NULL;
  keep_language_lists (self);
  self->assets = postern_assets_new (assets_dir, error);
  return self->assets ? g_steal_pointer (&self) : NULL;
}

/* What is not the tenant's own is the base's, and stays so: it owns it. */
static void
add_base_templates (PosternPages *self)
{
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name, template;

  self->own_templates = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_template_free);
  g_hash_table_iter_init (&iter, self->templates);
  while (g_hash_table_iter_next (&iter, &name, &template)) {
    g_hash_table_iter_steal (&iter);
    g_ptr_array_add (self->own_templates, template);
    g_hash_table_insert (all, name, template);
  }
  g_hash_table_iter_init (&iter, self->base->templates);
  while (g_hash_table_iter_next (&iter, &name, &template))
    if (!g_hash_table_contains (all, name))
      g_hash_table_insert (all, g_strdup (name), template);
  g_hash_table_unref (self->templates);
  self->templates = all;
}

static void
share (PosternPages *self, PosternPages *base)
{
  g_hash_table_unref (self->phrases);
  g_ptr_array_unref (self->languages);
  g_hash_table_unref (self->language_lists);
  self->base = g_object_ref (base);
  self->phrases = g_hash_table_ref (base->phrases);
  self->languages = g_ptr_array_ref (base->languages);
  self->language_lists = g_hash_table_ref (base->language_lists);
  self->assets = base->assets;
}

PosternPages *
postern_pages_new_for_tenant (PosternPages *base, const char *slug, const char *name, const char *const *template_dirs, GError **error)
{
  g_autoptr (PosternPages) self = g_object_new (POSTERN_TYPE_PAGES, NULL);

  share (self, base);
  postern_pages_set_tenant_name (self, name);
  for (; *template_dirs; template_dirs++) {
    g_autofree char *folder = g_build_filename (*template_dirs, POSTERN_PAGES_TENANTS, slug, NULL);

    if (!read_templates (self, folder, error))
      return NULL;
  }
  if (g_hash_table_size (self->templates) > 0)
    add_base_templates (self);
  else {
    g_hash_table_unref (self->templates);
    self->templates = g_hash_table_ref (base->templates);
  }
  return check_parts (self, error) ? g_steal_pointer (&self) : NULL;
}

static void
set_string (char **field, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*field);
  *field = copy;
}

void
postern_pages_set_tenant_name (PosternPages *self, const char *name)
{
  set_string (&self->tenant_name, name);
}

gboolean
postern_pages_set_accent_color (PosternPages *self, const char *color, GError **error)
{
  static const char *const names[] = { BRAND_SHEET, DARK_BRAND_SHEET };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    char *css = postern_brand_make_css (color, i);
    g_autoptr (GBytes) bytes = css ? g_bytes_new_take (css, strlen (css)) : NULL;

    if (!css) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "“%s” is not a colour; write one like #3350d4", color);
      return FALSE;
    }
    postern_assets_add (self->assets, names[i], bytes);
  }
  set_string (&self->accent_color, color);
  return TRUE;
}

gboolean
postern_pages_set_logo (PosternPages *self, const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  char *data;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, error))
    return FALSE;
  bytes = g_bytes_new_take (data, length);
  self->logo = postern_brand_check_logo (bytes, error);
  if (!self->logo) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  postern_assets_add (self->assets, self->logo, bytes);
  return TRUE;
}

void
postern_pages_set_branding (PosternPages *self, PosternPagesGetBranding func, gpointer user_data)
{
  self->get_branding = func;
  self->branding_data = user_data;
}

PosternLook *
postern_pages_dup_look (PosternPages *self)
{
  g_autoptr (GVariant) branding = self->get_branding ? self->get_branding (self->branding_data) : NULL;
  g_autoptr (GMutexLocker) locker = branding ? g_mutex_locker_new (&self->lock) : NULL;

  if (!branding)
    return NULL;
  if (!self->look || self->look->branding != branding) {
    g_clear_pointer (&self->look, postern_look_unref);
    self->look = postern_look_new (branding);
  }
  return postern_look_ref (self->look);
}

void
postern_pages_get_look (PosternPages *self, PosternPagesLook *look)
{
  PosternLook *own = postern_pages_dup_look (self);
  gboolean logo = own && own->logo;

  *look = (PosternPagesLook) {
    .tenant_name = own && own->name ? own->name : self->tenant_name,
    .logo_folder = logo ? "/brand/" : "/assets/",
    .logo = logo ? own->logo : self->logo,
    .accent_color = own && own->accent_color ? own->accent_color : self->accent_color,
    .own = own,
  };
}

void
postern_pages_look_clear (PosternPagesLook *look)
{
  g_clear_pointer (&look->own, postern_look_unref);
}

/* English has no catalogue; every other one has all that is said. */
gboolean
postern_pages_knows_phrase (PosternPages *self, const char *words)
{
  GHashTableIter iter;
  gpointer phrases;

  g_hash_table_iter_init (&iter, self->phrases);
  while (g_hash_table_iter_next (&iter, NULL, &phrases))
    if (postern_phrases_look_up (phrases, words))
      return TRUE;
  return g_hash_table_size (self->phrases) == 0;
}

PosternPhrases *
postern_pages_find_phrases (PosternPages *self, const char *language)
{
  return g_hash_table_lookup (self->phrases, language);
}

gboolean
postern_pages_add_icon (PosternPages *self, const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_strconcat ("connectors/", base, NULL);
  g_autoptr (GBytes) bytes = NULL;
  const char *kind;
  char *data;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, error))
    return FALSE;
  bytes = g_bytes_new_take (data, length);
  kind = postern_brand_check_logo (bytes, error);
  if (kind && g_str_has_suffix (kind, ".svg") && g_str_has_suffix (name, ".svg")) {
    postern_assets_add (self->assets, name, bytes);
    return TRUE;
  }
  if (kind)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "it is not an SVG file named NAME.svg");
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

PosternAssets *
postern_pages_get_assets (PosternPages *self)
{
  return self->assets;
}

const char *const *
postern_pages_get_languages (PosternPages *self)
{
  return (const char *const *) self->languages->pdata;
}

const char *
postern_pages_choose_language (PosternPages *self, const char *ui_locales, const char *accept_language)
{
  const char *const *have = postern_pages_get_languages (self);
  const char *found = postern_languages_choose (have, ui_locales);

  if (!found)
    found = postern_languages_choose (have, accept_language);
  return found ? found : "en";
}

/* (nullable) */
static const char *
get_string (PosternValue *model, const char *name)
{
  PosternValue *value = postern_value_find (model, name, strlen (name));

  return value && value->kind == POSTERN_VALUE_STRING ? value->text : NULL;
}

/* The order stands in the header: the switcher, what it left behind, what the application asked, what the browser says. */
static const char *
language_of (PosternPages *self, PosternValue *model, PosternRequest *request)
{
  const char *const *have = postern_pages_get_languages (self);
  const char *asked = NULL, *found = NULL;

  if (request && postern_request_get_query (request, "ui_locales", &asked, NULL))
    found = postern_languages_choose (have, asked);
  if (!found && request)
    found = postern_languages_choose (have, postern_request_get_cookie (request, POSTERN_PAGES_LANGUAGE_COOKIE));
  if (found)
    return found;
  return postern_pages_choose_language (self, get_string (model, "ui_locales"), request ? postern_request_get_header (request, "Accept-Language") : NULL);
}

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
  const char *field = get_string (model, "error_field");

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
    text = get_string (texts, language);
  if (texts && texts->kind == POSTERN_VALUE_DICTIONARY && text == NULL)
    text = get_string (texts, "en");
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
  add_text (self, "brand_sheet", pages->accent_color ? BRAND_SHEET : NULL);
  add_text (self, "dark_brand_sheet", pages->accent_color ? DARK_BRAND_SHEET : NULL);
  add_appearance (self, request ? postern_request_get_cookie (request, POSTERN_PAGES_APPEARANCE_COOKIE) : NULL);
  if (languages)
    add_languages (self, languages);
  add_derived (self, model);
  add_brand_text (self, model, language);
}

/* --- a page that is JSON ---------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternTemplate *words; /* what fills in one phrase */
  PosternTemplateContext context;
} Translation;

static GVariant *translate (const Translation *self, GVariant *value);

static GVariant *
translate_phrase (const Translation *self, GVariant *object)
{
  g_auto (PosternValue) values = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  postern_value_init (&values, object);
  postern_template_render (self->words, &values, &self->context, out, NULL);
  return g_variant_new_string (out->str);
}

static GVariant *
translate_object (const Translation *self, GVariant *object)
{
  g_auto (PosternJsonObject) made = POSTERN_JSON_OBJECT_INIT;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (postern_json_get_string (object, POSTERN_RESPONSE_PHRASE))
    return translate_phrase (self, object);
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    postern_json_object_add (&made, name, translate (self, value));
  return postern_json_object_end (&made);
}

static GVariant *
translate_list (const Translation *self, GVariant *list)
{
  GVariantBuilder made = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *value;

  g_variant_iter_init (&iter, list);
  while (g_variant_iter_loop (&iter, "v", &value))
    g_variant_builder_add (&made, "v", translate (self, value));
  return g_variant_builder_end (&made);
}

/* (transfer floating), or @value itself */
static GVariant *
translate (const Translation *self, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return translate_object (self, value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) ? translate_list (self, value) : value;
}

GVariant *
postern_pages_translate (PosternPages *self, GVariant *model, PosternRequest *request)
{
  static const char words[] = "{{_@ " POSTERN_RESPONSE_PHRASE "}}";
  g_autoptr (PosternTemplate) template = postern_template_new ("phrase", words, strlen (words), NULL);
  g_autoptr (PosternLook) own = postern_pages_dup_look (self);
  Translation translation = { template, { .templates = self->templates, .plain = TRUE } };
  g_auto (PosternValue) values = { 0 };
  const char *language;

  postern_value_init (&values, model);
  language = language_of (self, &values, request);
  translation.context.phrases = g_hash_table_lookup (self->phrases, language);
  translation.context.own_words = own ? postern_look_get_words (own, language) : NULL;
  translation.context.right_to_left = postern_languages_is_right_to_left (language);
  return g_variant_ref_sink (translate (&translation, model));
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
  language = language_of (self, &values, request);
  context.phrases = g_hash_table_lookup (self->phrases, language);
  context.own_words = own ? postern_look_get_words (own, language) : NULL;
  context.right_to_left = postern_languages_is_right_to_left (language);
  make_globals (&globals, self, &values, request, language);
  add_text (&globals, "csrf", csrf);
  done = postern_template_render (template, &values, &context, out, error);
  g_free (globals.assets);
  return done ? g_string_free_to_bytes (g_steal_pointer (&out)) : NULL;
}
