/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-pages.h"

#include <stdio.h>

/* A page on standard output, for whoever writes templates: postern-render TEMPLATE MODEL.json --lang de. Not installed. */

static char **template_dirs;
static char *language, *assets_dir, *locale_dir, *base_url;

static const GOptionEntry options[] = {
  { "lang", 0, 0, G_OPTION_ARG_STRING, &language, "Language tag (en)", "TAG" },
  { "templates", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &template_dirs, "Folder of templates (data/templates); may be given again", "DIR" },
  { "assets", 0, 0, G_OPTION_ARG_FILENAME, &assets_dir, "Folder of assets", "DIR" },
  { "locale", 0, 0, G_OPTION_ARG_FILENAME, &locale_dir, "Folder with LANG/LC_MESSAGES/postern.mo", "DIR" },
  { "public-url", 0, 0, G_OPTION_ARG_STRING, &base_url, "Public URL (http://localhost:8080)", "URL" },
  { 0 },
};

static gboolean
show (const char *name, const char *model_path, GError **error)
{
  const char *dirs[] = { "data/templates", NULL };
  g_autoptr (PosternPages) pages = postern_pages_new (template_dirs ? (const char *const *) template_dirs : dirs, assets_dir, locale_dir, error);
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/", NULL);
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GBytes) page = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!pages || !g_file_get_contents (model_path, &text, &length, error))
    return FALSE;
  model = postern_json_parse_object (text, (gssize) length, 0, error);
  if (!model)
    return FALSE;
  postern_request_set_id (request, "req_example");
  postern_request_set_public_url (request, base_url ? base_url : "http://localhost:8080");
  postern_request_add_header (request, "Accept-Language", language ? language : "en");
  page = postern_pages_render (pages, name, model, request, "csrf-token", error);
  if (!page)
    return FALSE;
  /* Not g_print(), which would put the terminal's charset in place of UTF-8. */
  if (fwrite (g_bytes_get_data (page, NULL), 1, g_bytes_get_size (page), stdout) == g_bytes_get_size (page))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write the page");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("TEMPLATE MODEL.json");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 3) {
    g_printerr ("%s\n", error ? error->message : "Give the name of a template and a file with its model (JSON)");
    return 2;
  }
  if (show (argv[1], argv[2], &error))
    return 0;
  g_printerr ("postern-render: %s\n", error->message);
  return 1;
}
