/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pages-private.h"

#include "postern-brand.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-languages.h"
#include "postern-phrases.h"
#include "postern-template.h"

#include <string.h>

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
  static const char *const names[] = { POSTERN_PAGES_BRAND_SHEET, POSTERN_PAGES_DARK_BRAND_SHEET };

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

/* In this order: the switcher, what it left behind, what the application asked, what the browser says. */
const char *
postern_pages_find_language (PosternPages *self, PosternValue *model, PosternRequest *request)
{
  const char *const *have = postern_pages_get_languages (self);
  const char *asked = NULL, *found = NULL;

  if (request && postern_request_get_query (request, "ui_locales", &asked, NULL))
    found = postern_languages_choose (have, asked);
  if (!found && request)
    found = postern_languages_choose (have, postern_request_get_cookie (request, POSTERN_PAGES_LANGUAGE_COOKIE));
  if (found)
    return found;
  return postern_pages_choose_language (self, postern_value_get_string (model, "ui_locales"), request ? postern_request_get_header (request, "Accept-Language") : NULL);
}
