/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-message-templates.h"

#include <string.h>

#include "postern-brand.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-languages.h"
#include "postern-template.h"

struct _PosternMessageTemplates {
  GHashTable *mail_html, *mail_text, *sms; /* name → PosternTemplate */
  PosternPages *pages;
  char *public_url, *host;
};

/* A folder that is not there is fine; the first one that has a file wins. */
static gboolean
read_folder (GHashTable *templates, const char *folder, const char *inner, const char *suffix, GError **error)
{
  g_autofree char *place = g_build_filename (folder, inner, NULL);
  g_autoptr (GDir) dir = g_dir_open (place, 0, NULL);
  const char *entry;

  while (dir && (entry = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (place, entry, NULL);
    g_autofree char *name = g_strndup (entry, strcspn (entry, "."));
    g_autofree char *text = NULL;
    PosternTemplate *template;
    gsize length;
    if (*entry == '.' || !g_str_has_suffix (entry, suffix) || g_hash_table_contains (templates, name))
      continue;
    if (!g_file_get_contents (path, &text, &length, error))
      return FALSE;
    template = postern_template_new (path, text, length, error);
    if (!template)
      return FALSE;
    g_hash_table_insert (templates, g_steal_pointer (&name), template);
  }
  return TRUE;
}

static GHashTable *
make_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) postern_template_free);
}

PosternMessageTemplates *
postern_message_templates_new (const char *const *template_dirs, PosternPages *pages, const char *public_url, GError **error)
{
  g_autoptr (PosternMessageTemplates) self = g_new0 (PosternMessageTemplates, 1);
  g_autoptr (GUri) uri = g_uri_parse (public_url, G_URI_FLAGS_NONE, error);

  self->mail_html = make_table ();
  self->mail_text = make_table ();
  self->sms = make_table ();
  if (!uri)
    return NULL;
  self->pages = g_object_ref (pages);
  self->public_url = g_strdup (public_url);
  self->host = g_strdup (g_uri_get_host (uri));
  for (; *template_dirs; template_dirs++)
    if (!read_folder (self->mail_html, *template_dirs, "mail", ".html", error) || !read_folder (self->mail_text, *template_dirs, "mail", ".txt", error) ||
        !read_folder (self->sms, *template_dirs, "sms", ".txt", error))
      return NULL;
  return g_steal_pointer (&self);
}

void
postern_message_templates_free (PosternMessageTemplates *self)
{
  g_hash_table_unref (self->mail_html);
  g_hash_table_unref (self->mail_text);
  g_hash_table_unref (self->sms);
  g_clear_object (&self->pages);
  g_free (self->public_url);
  g_free (self->host);
  g_free (self);
}

/* Mail programs show no SVG, and what is not on the web cannot be loaded. */
static char *
dup_logo_url (PosternMessageTemplates *self, const char *folder, const char *logo)
{
  if (!logo || g_str_has_suffix (logo, ".svg") || !g_str_has_prefix (self->public_url, "https:"))
    return NULL;
  return g_strconcat (self->public_url, folder, logo, NULL);
}

/* What a mail looks like: as the tenant, or as the organization that `brand` of its model is of (postern-organization-brand.h). */
typedef struct {
  const char *name, *accent_color; /* accent_color: (nullable) */
  char *logo_url;                  /* (nullable) */
} Look;

static Look
get_look (PosternMessageTemplates *self, const PosternPagesLook *tenant, GVariant *brand)
{
  const char *name = brand ? postern_json_get_string (brand, "name") : NULL, *color = brand ? postern_json_get_string (brand, "accent_color") : NULL;

  if (name == NULL)
    return (Look){ tenant->tenant_name, tenant->accent_color, dup_logo_url (self, tenant->logo_folder, tenant->logo) };
  return (Look){ name, color ? color : tenant->accent_color, dup_logo_url (self, "/brand/", postern_json_get_string (brand, "logo")) };
}

static GVariant *
make_globals (PosternMessageTemplates *self, const char *language, GVariant *model, const PosternPagesLook *tenant)
{
  g_auto (PosternJsonObject) globals = POSTERN_JSON_OBJECT_INIT;
  PosternBrandColors colors = { "#3350d4", "#ffffff", "#2e49c4", "#b3c0ff" };
  g_autoptr (GVariant) brand = postern_json_get (model, "brand");
  g_autofree char *logo_url = NULL;
  Look look = get_look (self, tenant, brand && g_variant_is_of_type (brand, G_VARIANT_TYPE_VARDICT) ? brand : NULL);

  logo_url = look.logo_url;
  if (look.accent_color)
    postern_brand_get_colors (look.accent_color, &colors);
  postern_json_object_add_string (&globals, "lang", language);
  postern_json_object_add_string (&globals, "dir", postern_languages_is_right_to_left (language) ? "rtl" : "ltr");
  postern_json_object_add_string (&globals, "tenant_name", tenant->tenant_name);
  postern_json_object_add_string (&globals, "brand_name", look.name);
  postern_json_object_add_string (&globals, "public_url", self->public_url);
  postern_json_object_add_string (&globals, "host", self->host);
  postern_json_object_add_string (&globals, "logo_url", logo_url);
  postern_json_object_add_string (&globals, "accent", colors.accent);
  postern_json_object_add_string (&globals, "on_accent", colors.on_accent);
  postern_json_object_add_string (&globals, "link_color", colors.link);
  postern_json_object_add_string (&globals, "dark_link_color", colors.dark_link);
  return g_variant_ref_sink (postern_json_object_end (&globals));
}

typedef struct {
  PosternValue model, globals;
  PosternTemplateContext context;
} Work;

static char *
render (Work *work, GHashTable *templates, const char *name, GError **error)
{
  PosternTemplate *template = g_hash_table_lookup (templates, name);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!template) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no message template “%s”", name);
    return NULL;
  }
  work->context.templates = templates;
  if (!postern_template_render (template, &work->model, &work->context, out, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static PosternMessage *
make_mail (PosternMessageTemplates *self, Work *work, const char *recipient, const char *name, GError **error)
{
  g_autofree char *html = NULL;
  g_autofree char *text = NULL;
  char *body;

  work->context.plain = TRUE;
  text = render (work, self->mail_text, name, error);
  work->context.plain = FALSE;
  html = text ? render (work, self->mail_html, name, error) : NULL;
  if (!html)
    return NULL;
  body = text + strcspn (text, "\n");
  if (*body)
    *body++ = '\0';
  return postern_message_new ("email", recipient, g_strstrip (text), body + strspn (body, "\n"), html);
}

static PosternMessage *
make_sms (PosternMessageTemplates *self, Work *work, const char *recipient, const char *name, GError **error)
{
  g_autofree char *text = NULL;

  work->context.plain = TRUE;
  text = render (work, self->sms, name, error);
  return text ? postern_message_new ("sms", recipient, NULL, g_strchomp (text), NULL) : NULL;
}

PosternMessage *
postern_message_templates_render (PosternMessageTemplates *self, const char *channel, const char *recipient, const char *name, const char *language,
                                  GVariant *model, GError **error)
{
  const char *tag = postern_pages_choose_language (self->pages, language, NULL);
  g_auto (PosternPagesLook) tenant = { NULL };
  g_autoptr (GVariant) globals = NULL;
  PosternMessage *message;
  Work work = { 0 };

  postern_pages_get_look (self->pages, &tenant);
  globals = make_globals (self, tag, model, &tenant);
  postern_value_init (&work.model, model);
  postern_value_init (&work.globals, globals);
  work.context.globals = &work.globals;
  work.context.phrases = postern_pages_find_phrases (self->pages, tag);
  work.context.own_words = tenant.own ? postern_look_get_words (tenant.own, tag) : NULL;
  work.context.right_to_left = postern_languages_is_right_to_left (tag);
  message = g_str_equal (channel, "sms") ? make_sms (self, &work, recipient, name, error) : make_mail (self, &work, recipient, name, error);
  postern_value_clear (&work.model);
  postern_value_clear (&work.globals);
  return message;
}
