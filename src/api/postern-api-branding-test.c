/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-organization.h"

/* What an organization may set of its pages, and what follows from it. */

#define PATH "/organizations/acme/branding"
#define PNG "iVBORw0KGgouLi4u" /* what a PNG begins with */

static char *
dup_string (const char *name)
{
  g_autoptr (GVariant) shown = call ("GET", PATH, NULL, NULL, 200);

  return g_strdup (postern_json_get_string (shown, name));
}

typedef struct {
  const char *kind;
  char *name, *text;
} File;

static gboolean
read_file (PosternTxn *txn, gpointer data, GError **error)
{
  File *self = data;
  g_autoptr (PosternOrganization) acme = postern_organization_store_find (txn, "acme", error);
  g_autoptr (PosternBrandFile) file = postern_brand_store_get (txn, acme->id, self->kind, NULL);
  gsize length;
  g_autofree guchar *bytes = file ? g_base64_decode (file->data, &length) : NULL;

  self->name = file ? g_strdup (file->name) : NULL;
  self->text = file ? g_strndup ((const char *) bytes, length) : NULL;
  return TRUE;
}

/* (transfer full) (nullable): what is kept of it */
static char *
dup_file (const char *kind)
{
  File self = { kind };

  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_file, &self, NULL));
  g_free (self.name);
  return self.text;
}

static void
change (const char *body)
{
  g_autoptr (GVariant) answer = call ("PATCH", PATH, NULL, body, 200);
}

static void
test_colors (void)
{
  g_autofree char *light = NULL, *dark = NULL, *kept = NULL, *gone = NULL, *still = NULL;

  change ("{\"accent_color\":\"#0b6e4f\",\"card_color\":\"#fffdf7\",\"name\":\"Acme Weather\"}");
  light = dup_file ("light");
  dark = dup_file ("dark");
  g_assert_nonnull (strstr (light, "--accent:#0b6e4f;"));
  g_assert_nonnull (strstr (light, "--card:#fffdf7;"));
  g_assert_nonnull (strstr (dark, "--card:#16181e;")); /* or the light one would be there, below light words */
  refuses ("PATCH", PATH, "{\"card_color\":\"#333333\"}", 400, "card_color");
  refuses ("PATCH", PATH, "{\"dark_page_color\":\"#ffffff\"}", 400, "dark_page_color");
  refuses ("PATCH", PATH, "{\"accent_color\":\"red\"}", 400, "accent_color");
  refuses ("PATCH", PATH, "{\"name\":\"\"}", 400, "name");
  kept = dup_string ("card_color");
  g_assert_cmpstr (kept, ==, "#fffdf7"); /* what was refused changed nothing */
  change ("{\"accent_color\":null,\"card_color\":null}");
  gone = dup_file ("light");
  g_assert_null (gone);
  still = dup_string ("name");
  g_assert_cmpstr (still, ==, "Acme Weather");
}

static void
test_logo (void)
{
  static const char evil[] = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
  g_autofree char *encoded = g_base64_encode ((const guchar *) evil, strlen (evil)), *body = g_strdup_printf ("{\"logo\":\"%s\"}", encoded), *url = NULL, *gone = NULL, *file = NULL;

  change ("{\"logo\":\"" PNG "\"}");
  url = dup_string ("logo_url");
  g_assert_true (g_str_has_prefix (url, "https://id.example/brand/") && g_str_has_suffix (url, ".png"));
  refuses ("PATCH", PATH, body, 400, "logo");
  refuses ("PATCH", PATH, "{\"logo\":\"not base64!\"}", 400, "logo");
  refuses ("PATCH", PATH, "{\"logo\":\"aGVsbG8=\"}", 400, "logo");
  change ("{\"logo\":null}");
  gone = dup_string ("logo_url");
  file = dup_file ("logo");
  g_assert_null (gone);
  g_assert_null (file);
}

static void
test_css (void)
{
  g_autofree char *css = NULL, *gone = NULL;

  change ("{\"css\":\" h1 { font-size : 30px } \"}");
  css = dup_string ("css");
  g_assert_cmpstr (css, ==, "h1{font-size:30px;}\n");
  refuses ("PATCH", PATH, "{\"css\":\"body{background:url(https://evil.example/p)}\"}", 400, "line 1");
  refuses ("PATCH", PATH, "{\"css\":\"h1{}\\n.card{display:none}\"}", 400, "line 2");
  change ("{\"css\":null}");
  gone = dup_file ("style");
  g_assert_null (gone);
}

static void
test_texts (void)
{
  g_autoptr (GVariant) shown = NULL, texts = NULL;

  change ("{\"texts\":{\"en\":\"Trouble? Call 555\",\"de\":\"Probleme?\"}}");
  shown = call ("GET", PATH, NULL, NULL, 200);
  texts = postern_json_get (shown, "texts");
  g_assert_cmpstr (postern_json_get_string (texts, "de"), ==, "Probleme?");
  refuses ("PATCH", PATH, "{\"texts\":{\"en\":\"two\\nlines\"}}", 400, "texts");
  refuses ("PATCH", PATH, "{\"texts\":{\"en\":1}}", 400, "texts");
  for (gunichar c = 0x2028; c <= 0x206f; c++) {
    char letter[7] = "";
    g_autofree char *body = NULL;
    gboolean turns = (c <= 0x202e) || (c >= 0x2066 && c <= 0x2069); /* what follows is read in another direction, as another's words */

    g_unichar_to_utf8 (c, letter);
    body = g_strdup_printf ("{\"texts\":{\"en\":\"Sign in at %smoc.elgoog\"}}", letter);
    if (turns)
      refuses ("PATCH", PATH, body, 400, "texts");
  }
  refuses ("PATCH", PATH, "{\"texts\":{\"en\":\"\\u2066a\\u2069\\u2069\"}}", 400, "texts");
  refuses ("PATCH", PATH, "{\"name\":\"\\u202emoc.elgoog\"}", 400, "name");
  change ("{\"texts\":{\"ar\":\"\\u2066555\\u2069 \\u200fهل\"}}"); /* ended where it began, and what is written in the script itself */
  refuses ("PATCH", PATH, "{\"texts\":{\"<b>\":\"x\"}}", 400, "texts");
  change ("{\"texts\":null}");
}

/* --- the tenant's own --------------------------------------------------------------------------------------------------- */

#define OWN "/branding"

static gboolean
find_file (PosternTxn *txn, gpointer data, GError **error)
{
  PosternBrandFile **file = data;

  *file = postern_brand_store_find (txn, (const char *) *file, error);
  return *file != NULL;
}

/* Whether anything is served by the name @url ends with. */
static gboolean
is_served (const char *url)
{
  gpointer found = (gpointer) (strrchr (url, '/') + 1);
  gboolean done = postern_store_read (store, POSTERN_KEEP_LASTING, find_file, &found, NULL);

  if (done)
    postern_brand_file_unref (found);
  return done;
}

static void
test_own (void)
{
  g_autoptr (GVariant) nothing = call ("GET", OWN, NULL, NULL, 200), shown = NULL, branding = NULL, again = NULL, gone = NULL;
  g_autofree char *theirs = NULL;

  g_assert_cmpuint (g_variant_n_children (nothing), ==, 0);
  shown = call ("PATCH", OWN, NULL, "{\"name\":\"Acme Group\",\"logo\":\"" PNG "\",\"accent_color\":\"#0b6e4f\",\"css\":\"h1{font-size:30px}\",\"texts\":{\"en\":\"Hello\"}}", 200);
  g_assert_cmpstr (postern_json_get_string (shown, "css"), ==, "h1{font-size:30px;}\n");
  g_assert_true (is_served (postern_json_get_string (shown, "logo_url")));
  theirs = dup_string ("name");
  g_assert_cmpstr (theirs, !=, "Acme Group"); /* an organization's is another one */
  branding = postern_tenant_dup_branding (tenant);
  again = postern_tenant_dup_branding (tenant);
  g_assert_true (branding == again);
  g_assert_cmpstr (postern_json_get_string (branding, "name"), ==, "Acme Group");
  g_assert_nonnull (postern_json_get_string (branding, "light"));
  refuses ("PATCH", OWN, "{\"card_color\":\"#333333\"}", 400, "card_color");
  refuses ("PATCH", OWN, "{\"css\":\"body{background:url(x)}\"}", 400, "line 1");
  gone = call ("PATCH", OWN, NULL, "{\"name\":null,\"logo\":null,\"accent_color\":null,\"css\":null,\"texts\":null}", 200);
  g_assert_cmpuint (g_variant_n_children (gone), ==, 0);
  g_assert_false (is_served (postern_json_get_string (shown, "logo_url")));
  g_assert_null (postern_tenant_dup_branding (tenant));
}

/* (transfer full): what tells whether it was changed */
static char *
dup_tag (const char *path, const char *query)
{
  g_autofree char *full = g_strconcat ("/api/v1", path, NULL);
  g_autoptr (PosternResponse) response = api_fixture_dispatch (api, "GET", full, query, NULL);

  return g_strdup (postern_response_get_header (response, "ETag"));
}

/* All of it is sent and got back: the picture by who asks for it, under one tag. What is not sent is gone. */
static void
check_whole (const char *path)
{
  g_autoptr (GVariant) made = call ("PUT", path, NULL, "{\"name\":\"Acme Group\",\"logo\":\"" PNG "\",\"accent_color\":\"#0b6e4f\",\"css\":\"h1{font-size:30px}\"}", 200);
  g_autoptr (GVariant) whole = call ("GET", path, "logo=true", NULL, 200), less = NULL, nothing = NULL;
  g_autofree char *tag = dup_tag (path, NULL), *same = dup_tag (path, "logo=true"), *other = NULL;

  g_assert_null (postern_json_get_string (made, "logo"));
  g_assert_cmpstr (postern_json_get_string (whole, "logo"), ==, PNG);
  g_assert_cmpstr (tag, ==, same);
  refuses ("PUT", path, "{\"name\":\"Other\",\"card_color\":\"#333333\"}", 400, "card_color");
  refuses ("PUT", path, "{\"name\":\"Other\",\"logo_url\":\"https://evil.example/\"}", 400, "logo_url");
  g_assert_true (is_served (postern_json_get_string (made, "logo_url"))); /* what was refused changed nothing */
  less = call ("PUT", path, NULL, "{\"name\":\"Acme Group\",\"logo\":\"iVBORw0KGgouLi4vLg==\"}", 200);
  other = dup_tag (path, NULL);
  g_assert_cmpstr (tag, !=, other);
  g_assert_cmpuint (g_variant_n_children (less), ==, 2);
  g_assert_false (is_served (postern_json_get_string (made, "logo_url")));
  nothing = call ("PUT", path, NULL, "{}", 200);
  g_assert_cmpuint (g_variant_n_children (nothing), ==, 0);
  g_assert_false (is_served (postern_json_get_string (less, "logo_url")));
}

static void
test_whole (void)
{
  check_whole (PATH);
  check_whole (OWN);
}

/* (transfer full): {@member: {a language: @value, …}}, one language more than may be */
static char *
dup_many_languages (const char *member, const char *value)
{
  g_autoptr (GString) body = g_string_new (NULL);

  g_string_append_printf (body, "{\"%s\":{", member);
  for (guint i = 0; i < 33; i++)
    g_string_append_printf (body, "%s\"a%c-%c%c\":%s", i ? "," : "", 'a' + i % 26, 'A' + i / 26, 'A' + i % 26, value);
  return g_strconcat (body->str, "}}", NULL);
}

static void
test_many_languages (void)
{
  g_autofree char *texts = dup_many_languages ("texts", "\"x\""), *phrases = dup_many_languages ("phrases", "{}");

  refuses ("PATCH", PATH, texts, 400, "texts: must be in at most 32 languages");
  refuses ("PATCH", OWN, texts, 400, "texts: must be in at most 32 languages");
  refuses ("PATCH", OWN, phrases, 400, "phrases: must be in at most 32 languages");
}

/* As much as may be set of each member goes in one request. */
static void
test_most (void)
{
  guchar bytes[24 * 1024] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  g_autofree char *logo = g_base64_encode (bytes, sizeof bytes);
  g_autoptr (GString) body = g_string_new (NULL), text = g_string_new (NULL);
  g_autoptr (GVariant) shown = NULL, gone = NULL;

  for (guint i = 0; i < 300; i++)
    g_string_append (text, "😀");
  g_string_printf (body, "{\"logo\":\"%s\",\"texts\":{", logo);
  for (guint i = 0; i < 32; i++)
    g_string_append_printf (body, "%s\"x%c\":\"%s\"", i ? "," : "", i < 26 ? 'a' + i : '0' + i - 26, text->str);
  g_string_append (body, "}}");
  shown = call ("PUT", PATH, NULL, body->str, 200);
  gone = call ("PUT", PATH, NULL, "{}", 200);
}

static gboolean
knows (const char *words, gpointer data)
{
  return g_str_equal (words, "Sign in") || g_str_equal (words, "Sign in to {application_name}");
}

static void
test_phrases (void)
{
  static const struct {
    const char *phrases, *why;
  } bad[] = {
    { "{\"en\":{\"Sign in!\":\"Come in\"}}", "no page says" },
    { "{\"en\":{\"Sign in\":\"\"}}", "at most 500" },
    { "{\"en\":{\"Sign in\":\"two\\nlines\"}}", "one line" },
    { "{\"en\":{\"Sign in\":7}}", "one line" },
    { "{\"en\":{\"Sign in\":\"\\u202eni ngiS\"}}", "one direction" },
    { "{\"en\":{\"Sign in\":\"Hello {name}\"}}", "fill in" },
    { "{\"en\":{\"Sign in to {application_name}\":\"Hello {tenant_name}\"}}", "fill in" },
    { "{\"<b>\":{\"Sign in\":\"Come in\"}}", "tag" },
    { "{\"en\":\"Come in\"}", "object" },
  };
  g_autoptr (GVariant) shown = NULL, phrases = NULL, english = NULL;
  g_autoptr (GString) many = g_string_new ("{\"phrases\":{\"en\":{");

  postern_api_set_phrases (api, knows, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *body = g_strdup_printf ("{\"phrases\":%s}", bad[i].phrases);

    refuses ("PATCH", OWN, body, 400, bad[i].why);
  }
  shown = call ("PATCH", OWN, NULL, "{\"phrases\":{\"en\":{\"Sign in to {application_name}\":\"Welcome to {application_name} { \"}}}", 200);
  phrases = postern_json_get (shown, "phrases");
  english = postern_json_get (phrases, "en");
  g_assert_cmpstr (postern_json_get_string (english, "Sign in to {application_name}"), ==, "Welcome to {application_name} { ");
  postern_api_set_phrases (api, NULL, NULL);
  for (guint i = 0; i <= 100; i++)
    g_string_append_printf (many, "%s\"Words %u\":\"Others\"", i ? "," : "", i);
  g_string_append (many, "}}}");
  refuses ("PATCH", OWN, many->str, 400, "at most 100");
  refuses ("PATCH", PATH, "{\"phrases\":{}}", 400, "phrases"); /* an organization has none */
}

static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_make ("Acme", "acme", 1, error);

  return organization && postern_organization_store_insert (txn, organization, error);
}

static void
set_up (void)
{
  fixture_write (store, fill, NULL);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-branding/colors", test_colors }, { "/api-branding/logo", test_logo }, { "/api-branding/css", test_css }, { "/api-branding/texts", test_texts },
    { "/api-branding/own", test_own }, { "/api-branding/phrases", test_phrases },
    { "/api-branding/whole", test_whole },   { "/api-branding/many-languages", test_many_languages }, { NULL, NULL },
    { "/api-branding/whole", test_whole },   { "/api-branding/most", test_most }, { NULL, NULL },
  };

  return house_run (argc, argv, set_up, tests);
}
