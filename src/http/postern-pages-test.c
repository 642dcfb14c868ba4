/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pages.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder, *assets;
} Fixture;

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *css = g_strnfill (2000, ' ');

  self->folder = g_dir_make_tmp ("postern-pages-XXXXXX", NULL);
  self->assets = g_build_filename (self->folder, "assets", NULL);
  g_mkdir (self->assets, 0700);
  write_file (self->folder, "page.html", "{{>_top}}<p>{{_@ error_message}}{{#invalid.password}} invalid{{/invalid.password}}{{#retry_minutes}} {{retry_minutes}}{{/retry_minutes}}</p>");
  write_file (self->folder, "_top.html", "<html lang=\"{{lang}}\" dir=\"{{dir}}\">{{base}} {{csrf}} {{request_id}} {{tenant_name}}");
  write_file (self->assets, "a.css", "a{}");
  write_file (self->assets, "long.css", css);
  write_file (self->assets, "secret.conf", "x");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  static const char *const files[] = { "page.html", "_top.html", "bad.html", "assets/a.css", "assets/long.css", "assets/secret.conf", "assets", NULL };

  for (const char *const *file = files; *file; file++) {
    g_autofree char *path = g_build_filename (self->folder, *file, NULL);
    g_remove (path);
  }
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->assets);
}

static PosternPages *
make_pages (Fixture *self, GError **error)
{
  const char *dirs[] = { "/nonexistent", self->folder, NULL };

  return postern_pages_new (dirs, self->assets, NULL, error);
}

/* --- what a tenant set ------------------------------------------------------------------------------------------------------------- */

static GVariant *
get_branding (gpointer branding)
{
  return g_variant_ref (branding);
}

static char *
show (PosternPages *pages, const char *template)
{
  g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed ("{'error_message': <'Try {again}'>, 'again': <'now'>}"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = postern_pages_render (pages, template, model, NULL, NULL, &error);

  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_shows (PosternPages *pages, const char *template, const char *words, const char *not)
{
  g_autofree char *page = show (pages, template);

  g_assert_nonnull (strstr (page, words));
  g_assert_null (strstr (page, not));
}

static void
test_look (Fixture *self, gconstpointer data)
{
  g_autoptr (GVariant) branding = g_variant_ref_sink (g_variant_new_parsed (
      "{'name': <'Acme & Sons'>, 'light': <'a.css'>, 'texts': <{'en': <'Hello'>}>, 'phrases': <{'en': <{'Try {again}': <'<b>Once more</b> {again}'>}>}>}"));
  g_autoptr (PosternPages) pages = make_pages (self, NULL);
  g_auto (PosternPagesLook) look = { NULL };

  write_file (self->folder, "bad.html", "{{#look}}{{light}}|{{logo}}|{{/look}} {{brand_text}}");
  g_clear_object (&pages);
  pages = make_pages (self, NULL);
  postern_pages_set_tenant_name (pages, "Default");
  assert_shows (pages, "page", "Default", "Acme");
  postern_pages_set_branding (pages, get_branding, branding);
  assert_shows (pages, "page", "Acme &amp; Sons", "Default");
  assert_shows (pages, "page", "&lt;b&gt;Once more&lt;/b&gt; now", "<b>"); /* words of a tenant are no markup */
  assert_shows (pages, "bad", "a.css|| Hello", "Default");
  postern_pages_get_look (pages, &look);
  g_assert_cmpstr (look.tenant_name, ==, "Acme & Sons");
  g_assert_cmpstr (look.logo_folder, ==, "/assets/");
  postern_pages_set_branding (pages, NULL, NULL);
  assert_shows (pages, "page", "Default", "Once more");
}

/* Another tenant has none of the first one's name, and templates of its own before all. */
static void
test_tenant (Fixture *self, gconstpointer data)
{
  g_autofree char *tenants = g_build_filename (self->folder, "tenants", NULL), *folder = g_build_filename (tenants, "acme", NULL), *file = g_build_filename (folder, "_top.html", NULL);
  const char *dirs[] = { "/nonexistent", self->folder, NULL };
  g_autoptr (PosternPages) base = make_pages (self, NULL), acme = NULL, other = NULL, bad = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  write_file (folder, "_top.html", "<html>Own of {{tenant_name}}");
  postern_pages_set_tenant_name (base, "Default");
  acme = postern_pages_new_for_tenant (base, "acme", "Acme", dirs, &error);
  other = postern_pages_new_for_tenant (base, "other", "Other", dirs, &error);
  g_assert_no_error (error);
  assert_shows (acme, "page", "Own of Acme", "Default"); /* a part of one, in a page of all */
  assert_shows (other, "page", "Other", "Own of");
  assert_shows (base, "page", "Default", "Own of");
  write_file (folder, "_top.html", "{{>missing}}");
  bad = postern_pages_new_for_tenant (base, "acme", "Acme", dirs, &error);
  g_assert_null (bad);
  g_assert_nonnull (error);
  g_remove (file);
  g_rmdir (folder);
  g_rmdir (tenants);
}

static void
test_render (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPages) pages = make_pages (self, &error);
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/", NULL);
  g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed ("{'error_message': <'No <b>'>, 'error_field': <'password'>, 'retry_after': <int64 150>}"));
  g_autoptr (GBytes) page = NULL;

  g_assert_no_error (error);
  postern_request_set_id (request, "req_1");
  postern_request_set_public_url (request, "https://id.example/sub");
  postern_pages_set_tenant_name (pages, "A&B");
  page = postern_pages_render (pages, "page", model, request, "tok", &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (page, NULL), g_bytes_get_size (page),
                   "<html lang=\"en\" dir=\"ltr\">/sub tok req_1 A&amp;B<p>No &lt;b&gt; invalid 3</p>", 77);
  g_assert_null (postern_pages_render (pages, "nothing", model, request, NULL, &error));
  g_assert_nonnull (error);
}

static void
test_bad_template (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_file (self->folder, "bad.html", "{{>missing}}");
  g_assert_null (make_pages (self, &error));
  g_assert_nonnull (strstr (error->message, "missing"));
}

static guint
get_asset (PosternAssets *assets, const char *rest, const char *known, const char **caching)
{
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/assets", NULL);
  g_autoptr (PosternResponse) response = NULL;

  postern_request_set_capture (request, "rest", rest);
  if (known)
    postern_request_add_header (request, "If-None-Match", known);
  response = postern_assets_serve (assets, request);
  if (caching)
    *caching = g_intern_string (postern_response_get_header (response, "Cache-Control"));
  return postern_response_get_status (response);
}

static void
test_assets (Fixture *self, gconstpointer data)
{
  g_autoptr (PosternPages) pages = make_pages (self, NULL);
  PosternAssets *assets = postern_pages_get_assets (pages);
  g_autofree char *versioned = g_strconcat (postern_assets_get_version (assets), "/a.css", NULL);
  const char *caching;

  g_assert_cmpuint (get_asset (assets, versioned, NULL, &caching), ==, 200);
  g_assert_cmpstr (caching, ==, "public, max-age=31536000, immutable");
  g_assert_cmpuint (get_asset (assets, "a.css", NULL, &caching), ==, 200);
  g_assert_cmpstr (caching, ==, "no-cache");
  g_assert_cmpuint (get_asset (assets, "0123456789ab/a.css", NULL, NULL), ==, 200);
  g_assert_cmpuint (get_asset (assets, "a.css", "*", NULL), ==, 304);
  g_assert_cmpuint (get_asset (assets, "secret.conf", NULL, NULL), ==, 404);
  g_assert_cmpuint (get_asset (assets, "../page.html", NULL, NULL), ==, 404);
}

/* Whether /assets/long.css comes packed for @accept; its tag in @etag. */
static gboolean
comes_packed (PosternAssets *assets, const char *accept, char **etag)
{
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/assets", NULL);
  g_autoptr (PosternResponse) response = NULL;
  gboolean packed;

  postern_request_set_capture (request, "rest", "long.css");
  if (accept)
    postern_request_add_header (request, "Accept-Encoding", accept);
  response = postern_assets_serve (assets, request);
  packed = g_strcmp0 (postern_response_get_header (response, "Content-Encoding"), "gzip") == 0;
  g_assert_cmpstr (postern_response_get_header (response, "Vary"), ==, "Accept-Encoding");
  g_assert_true (packed == (g_bytes_get_size (postern_response_get_body (response)) < 1000));
  g_free (*etag);
  *etag = g_strdup (postern_response_get_header (response, "ETag"));
  return packed;
}

static void
test_packed_assets (Fixture *self, gconstpointer data)
{
  g_autoptr (PosternPages) pages = make_pages (self, NULL);
  PosternAssets *assets = postern_pages_get_assets (pages);
  g_autofree char *plain = NULL, *packed = NULL;

  g_assert_false (comes_packed (assets, NULL, &plain));
  g_assert_false (comes_packed (assets, "br", &plain));
  g_assert_false (comes_packed (assets, "gzip;q=0, br", &plain));
  g_assert_false (comes_packed (assets, "gzipped", &plain));
  g_assert_true (comes_packed (assets, "br, GZIP ;q=0.5", &packed));
  g_assert_true (comes_packed (assets, "gzip, deflate", &packed));
  g_assert_cmpstr (plain, !=, packed);
}

/* A page that is JSON: its phrases are filled in wherever they stand, nothing is escaped, and the rest is as it was. */
static void
test_translate (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPages) pages = make_pages (self, &error);
  g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed (
    "{'a': <{'phrase': <'Hello {who} & {nobody}'>, 'who': <'<O\\'Neil>'>}>, 'b': <[<{'phrase': <'One'>}>, <'phrase'>, <int64 2>, <{'c': <{'phrase': <'Two'>}>}>]>, 'd': <['x']>}"));
  g_autoptr (GVariant) made = postern_pages_translate (pages, model, NULL);
  g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (
    "{'a': <'Hello <O\\'Neil> & '>, 'b': <[<'One'>, <'phrase'>, <int64 2>, <{'c': <'Two'>}>]>, 'd': <['x']>}"));
  g_autofree char *text = g_variant_print (made, TRUE);
  g_autofree char *wanted = g_variant_print (expected, TRUE);

  g_assert_cmpstr (text, ==, wanted);
}

/* The console: what our plugin files declare is in the person's language, what nobody translated is marked as English, and nothing is filled in. */
static void
test_declared (void)
{
  static const struct {
    const char *language, *words[4];
  } rows[] = {
    { "de", { ">Weiterer Header <", ">Ein Paar wie Idempotency-Key: {id}.<", "><bdi lang=\"en\">Flux {name}</bdi> <", "><bdi lang=\"en\">How much.</bdi><" } },
    { "ar",
      { ">ترويسة إضافية <", ">زوج مثل \xe2\x81\xa6Idempotency-Key: {id}\xe2\x81\xa9.<", "><bdi lang=\"en\">Flux {name}</bdi> <", "><bdi lang=\"en\">How much.</bdi><" } },
    { "en", { ">Further header <", ">A pair like Idempotency-Key: {id}.<", ">Flux {name} <", ">How much.<" } },
  };
  g_autofree char *templates = g_test_build_filename (G_TEST_DIST, "data", "templates", NULL), *locale = g_test_build_filename (G_TEST_BUILT, "po", NULL);
  const char *const folders[] = { templates, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPages) pages = postern_pages_new (folders, NULL, locale, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed (
      "{'ui_locales': <%s>, 'name': <'Corp'>, 'id': <'corp'>, 'form': <true>, 'fields': <["
      "<{'label': <'Further header'>, 'optional': <true>, 'hint': <true>, 'help': <'A pair like Idempotency-Key: {id}.'>}>,"
      "<{'label': <'Flux {name}'>, 'optional': <true>, 'hint': <true>, 'help': <'How much.'>}>]>}",
      rows[i].language));
    g_autoptr (GBytes) page = postern_pages_render (pages, "console-connector", model, NULL, NULL, &error);

    g_assert_no_error (error);
    for (guint k = 0; k < G_N_ELEMENTS (rows[i].words); k++)
      g_assert_nonnull (g_strstr_len (g_bytes_get_data (page, NULL), (gssize) g_bytes_get_size (page), rows[i].words[k]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pages/render", Fixture, NULL, set_up, test_render, tear_down);
  g_test_add ("/pages/translate", Fixture, NULL, set_up, test_translate, tear_down);
  g_test_add_func ("/pages/declared", test_declared);
  g_test_add ("/pages/bad-template", Fixture, NULL, set_up, test_bad_template, tear_down);
  g_test_add ("/pages/look", Fixture, NULL, set_up, test_look, tear_down);
  g_test_add ("/pages/tenant", Fixture, NULL, set_up, test_tenant, tear_down);
  g_test_add ("/pages/assets", Fixture, NULL, set_up, test_assets, tear_down);
  g_test_add ("/pages/packed-assets", Fixture, NULL, set_up, test_packed_assets, tear_down);
  return g_test_run ();
}
