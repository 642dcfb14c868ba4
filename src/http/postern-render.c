/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-message-templates.h"

#include <stdio.h>
#include <string.h>

/* A page on standard output, for whoever writes templates: postern-render TEMPLATE MODEL.json --lang de; mail/TEMPLATE is a mail, its
 * HTML or with --text the rest, and sms/TEMPLATE a text message. Not installed. */

static char **template_dirs;
static char *language, *assets_dir, *locale_dir, *base_url, *accent_color, *logo, *asset, *appearance;

static gboolean as_text;

static const GOptionEntry options[] = {
  { "lang", 0, 0, G_OPTION_ARG_STRING, &language, "Language tag (en)", "TAG" },
  { "templates", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &template_dirs, "Folder of templates (data/templates); may be given again", "DIR" },
  { "assets", 0, 0, G_OPTION_ARG_FILENAME, &assets_dir, "Folder of assets", "DIR" },
  { "locale", 0, 0, G_OPTION_ARG_FILENAME, &locale_dir, "Folder with LANG/LC_MESSAGES/postern.mo", "DIR" },
  { "public-url", 0, 0, G_OPTION_ARG_STRING, &base_url, "Public URL (http://localhost:8080)", "URL" },
  { "accent-color", 0, 0, G_OPTION_ARG_STRING, &accent_color, "The tenant's colour", "#RRGGBB" },
  { "logo", 0, 0, G_OPTION_ARG_FILENAME, &logo, "The tenant's logo", "FILE" },
  { "appearance", 0, 0, G_OPTION_ARG_STRING, &appearance, "What the person has set", "light|dark" },
  { "text", 0, 0, G_OPTION_ARG_NONE, &as_text, "Of a mail: subject and text", NULL },
  { "asset", 0, 0, G_OPTION_ARG_STRING, &asset, "Show this asset instead of a page", "NAME" },
  { 0 },
};

static const char *const *
get_folders (void)
{
  static const char *const usual[] = { "data/templates", NULL };

  return template_dirs ? (const char *const *) template_dirs : usual;
}

static const char *
get_public_url (void)
{
  return base_url ? base_url : "http://localhost:8080";
}

static PosternPages *
make_pages (GError **error)
{
  g_autoptr (PosternPages) pages = postern_pages_new (get_folders (), assets_dir, locale_dir, error);

  if (!pages || (accent_color && !postern_pages_set_accent_color (pages, accent_color, error)) || (logo && !postern_pages_set_logo (pages, logo, error)))
    return NULL;
  return g_steal_pointer (&pages);
}

/* Not g_print(), which would put the terminal's charset in place of UTF-8. */
static gboolean
put (GBytes *bytes, GError **error)
{
  if (fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stdout) == g_bytes_get_size (bytes))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write the page");
  return FALSE;
}

static gboolean
show_asset (GError **error)
{
  g_autoptr (PosternPages) pages = make_pages (error);
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/assets", NULL);
  g_autoptr (PosternResponse) response = NULL;

  if (!pages)
    return FALSE;
  postern_request_set_capture (request, "rest", asset);
  response = postern_assets_serve (postern_pages_get_assets (pages), request);
  return put (postern_response_get_body (response), error);
}

static GVariant *
read_model (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;

  return g_file_get_contents (path, &text, &length, error) ? postern_json_parse_object (text, (gssize) length, 0, error) : NULL;
}

static gboolean
show_message (const char *channel, const char *name, const char *model_path, GError **error)
{
  g_autoptr (PosternPages) pages = make_pages (error);
  g_autoptr (GVariant) model = pages ? read_model (model_path, error) : NULL;
  g_autoptr (PosternMessageTemplates) templates = model ? postern_message_templates_new (get_folders (), pages, get_public_url (), error) : NULL;
  g_autoptr (PosternMessage) message = templates ? postern_message_templates_render (templates, channel, "ada@example.com", name, language, model, error) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *all;

  if (!message)
    return FALSE;
  if (as_text && postern_message_get_subject (message))
    all = g_strconcat (postern_message_get_subject (message), "\n\n", postern_message_get_text (message), NULL);
  else
    all = g_strdup (postern_message_get_html (message) ? postern_message_get_html (message) : postern_message_get_text (message));
  bytes = g_bytes_new_take (all, strlen (all));
  return put (bytes, error);
}

static gboolean
show (const char *name, const char *model_path, GError **error)
{
  g_autoptr (PosternPages) pages = make_pages (error);
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/", NULL);
  g_autoptr (GVariant) model = pages ? read_model (model_path, error) : NULL;
  g_autoptr (GBytes) page = NULL;

  if (!model)
    return FALSE;
  postern_request_set_id (request, "req_example");
  postern_request_set_public_url (request, get_public_url ());
  postern_request_add_header (request, "Accept-Language", language ? language : "en");
  if (appearance) {
    g_autofree char *cookie = g_strconcat (POSTERN_PAGES_APPEARANCE_COOKIE "=", appearance, NULL);

    postern_request_add_header (request, "Cookie", cookie);
  }
  page = postern_pages_render (pages, name, model, request, "csrf-token", error);
  return page && put (page, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("TEMPLATE MODEL.json");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != (asset ? 1 : 3)) {
    g_printerr ("%s\n", error ? error->message : "Give the name of a template and a file with its model (JSON)");
    return 2;
  }
  if (asset                                   ? show_asset (&error)
      : g_str_has_prefix (argv[1], "mail/") ? show_message ("email", argv[1] + strlen ("mail/"), argv[2], &error)
      : g_str_has_prefix (argv[1], "sms/")  ? show_message ("sms", argv[1] + strlen ("sms/"), argv[2], &error)
                                              : show (argv[1], argv[2], &error))
    return 0;
  g_printerr ("postern-render: %s\n", error->message);
  return 1;
}
