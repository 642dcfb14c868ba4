/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-message-templates.h"

#include <glib/gstdio.h>
#include <string.h>

#include "postern-error.h"
#include "postern-json.h"

#define MODEL                                                                                                          \
  "{\"organization_name\":\"A<b>\\r\\nBcc: x\",\"code\":\"314159\",\"link\":\"https://id.example/l?a=1&b=2\",\"minutes\":10,\"application_name\":\"A<b>\\r\\nBcc: x\",\"notice\":\"Your account\"}"

static PosternMessageTemplates *
make (const char *first, gboolean translated)
{
  g_autofree char *own = g_test_build_filename (G_TEST_DIST, "data", "templates", NULL);
  const char *const folders[] = { first ? first : own, own, NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *locale = translated ? g_test_build_filename (G_TEST_BUILT, "po", NULL) : NULL;
  g_autoptr (PosternPages) pages = postern_pages_new (folders, NULL, locale, &error);
  PosternMessageTemplates *self;

  g_assert_no_error (error);
  postern_pages_set_tenant_name (pages, "Example & Sons");
  self = postern_message_templates_new (folders, pages, "https://id.example/sub", &error);
  g_assert_no_error (error);
  return self;
}

static PosternMessage *
render (PosternMessageTemplates *self, const char *channel, const char *name, const char *language)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) model = postern_json_parse_object (MODEL, -1, 0, &error);
  PosternMessage *message = postern_message_templates_render (self, channel, "ada@example.com", name, language, model, &error);

  g_assert_no_error (error);
  return message;
}

static const char *const languages[] = { NULL, "ar", "de", "es", "fr", "hi", "it", "ja", "ko", "nl", "pl", "pt-BR", "tr", "uk", "zh-Hans", "zh-Hant" };

/* (transfer full) (element-type utf8): the names of the templates of @channel, "mail" or "sms" */
static GPtrArray *
list_templates (const char *channel)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "data", "templates", channel, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *file;

  while ((file = g_dir_read_name (dir)))
    if (*file != '_' && g_str_has_suffix (file, ".txt"))
      g_ptr_array_add (names, g_strndup (file, strlen (file) - strlen (".txt")));
  g_assert_cmpuint (names->len, >=, 6);
  return names;
}

/* Each template of ours says something, and a value cannot get out of its place: in HTML none is markup, in a subject no line ends. */
static void
test_all (void)
{
  g_autoptr (PosternMessageTemplates) self = make (NULL, TRUE);
  g_autoptr (GPtrArray) mails = list_templates ("mail");
  g_autoptr (GPtrArray) texts = list_templates ("sms");

  for (guint i = 0; i < mails->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (languages); k++) {
      g_autoptr (PosternMessage) mail = render (self, "email", mails->pdata[i], languages[k]);
      g_assert_null (strpbrk (postern_message_get_subject (mail), "\r\n"));
      g_assert_cmpuint (strlen (postern_message_get_subject (mail)), >, 6);
      g_assert_null (strstr (postern_message_get_text (mail), "\nBcc"));
      g_assert_null (strstr (postern_message_get_html (mail), "A<b>"));
      g_assert_nonnull (strstr (postern_message_get_html (mail), "Example &amp; Sons"));
      g_assert_nonnull (strstr (postern_message_get_text (mail), "Example & Sons"));
      g_assert_null (strstr (postern_message_get_html (mail), "{{"));
    }
  for (guint i = 0; i < texts->len; i++)
    for (guint k = 0; k < G_N_ELEMENTS (languages); k++) {
      g_autoptr (PosternMessage) sms = render (self, "sms", texts->pdata[i], languages[k]);
      g_assert_cmpuint (strlen (postern_message_get_text (sms)), >, 4);
      g_assert_null (strstr (postern_message_get_text (sms), "{{"));
    }
}

/* Who cannot get in any more is not sent to a page that would not open. */
static void
test_no_link (void)
{
  g_autoptr (PosternMessageTemplates) self = make (NULL, TRUE);
  static const char *const kinds[] = { "{'notice': <'Gone'>}", "{'notice': <'Gone'>, 'link': <'https://id.example/account'>}" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed (kinds[i]));
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternMessage) mail = postern_message_templates_render (self, "email", "ada@example.com", "security-notice", NULL, model, &error);
    const char *texts[] = { postern_message_get_text (mail), postern_message_get_html (mail) };

    for (guint k = 0; k < G_N_ELEMENTS (texts); k++) {
      g_assert_cmpint (strstr (texts[k], "ask the people who run") == NULL, ==, i == 1);
      g_assert_cmpint (strstr (texts[k], "look at your account now") == NULL, ==, i == 0);
      g_assert_cmpint (strstr (texts[k], "/account") == NULL, ==, i == 0);
    }
  }
}

/* An organization's mail wears its name and colour, and what it called itself is text. Who sends is still the tenant. */
static void
test_brand (void)
{
  static const struct {
    const char *brand, *seen, *unseen;
  } rows[] = {
    { "{'name': <'<b>Acme'>, 'accent_color': <'#0b6e4f'>}", "&lt;b&gt;Acme</span>", "<img" },
    { "{'name': <'Acme'>, 'accent_color': <'#0b6e4f'>}", "background:#0b6e4f", "background:#3350d4" },
    { "{'name': <'Acme'>, 'logo': <'0123.png'>}", "src=\"https://id.example/sub/brand/0123.png\" alt=\"Acme\"", "<b>" },
    { "{'name': <'Acme'>, 'logo': <'0123.svg'>}", "Acme</span>", "0123.svg" }, /* which mail programs do not show */
    { "{'logo': <'0123.png'>}", "Sons</span>", "0123.png" },
  };
  g_autoptr (PosternMessageTemplates) self = make (NULL, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = g_strdup_printf ("{'organization_name': <'Acme'>, 'link': <'https://id.example/x'>, 'days': <int64 7>, 'brand': <%s>}", rows[i].brand);
    g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed (text));
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternMessage) mail = postern_message_templates_render (self, "email", "ada@example.com", "invitation", NULL, model, &error);
    const char *html = postern_message_get_html (mail);

    g_assert_no_error (error);
    g_assert_nonnull (strstr (html, rows[i].seen));
    g_assert_null (strstr (html, rows[i].unseen));
    g_assert_nonnull (strstr (html, "Sent by Example &amp; Sons"));
  }
}

static void
test_languages (void)
{
  g_autoptr (PosternMessageTemplates) self = make (NULL, TRUE);
  const struct {
    const char *asked, *root, *subject;
  } rows[] = {
    { "tlh", "lang=\"en\" dir=\"ltr\"", "A test from Example & Sons" },
    { "de-AT", "lang=\"de\" dir=\"ltr\"", "Ein Test von Example & Sons" },
    { "ar", "lang=\"ar\" dir=\"rtl\"", NULL },
    { "hi-IN", "lang=\"hi\" dir=\"ltr\"", NULL },
    { "zh-CN", "lang=\"zh-Hans\" dir=\"ltr\"", NULL },
    { "zh-TW", "lang=\"zh-Hant\" dir=\"ltr\"", NULL },
    { "pl", "lang=\"pl\" dir=\"ltr\"", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PosternMessage) mail = render (self, "email", "test", rows[i].asked);
    if (rows[i].subject)
      g_assert_cmpstr (postern_message_get_subject (mail), ==, rows[i].subject);
    else
      g_assert_cmpstr (postern_message_get_subject (mail), !=, rows[0].subject);
    g_assert_true (g_utf8_validate (postern_message_get_subject (mail), -1, NULL));
    g_assert_nonnull (strstr (postern_message_get_html (mail), rows[i].root));
  }
}

/* Each number its form: in Polish 1, 2 to 4 and 5, and again 22; in Ukrainian 21 is as 1. */
static void
test_plural (void)
{
  g_autoptr (PosternMessageTemplates) self = make (NULL, TRUE);
  const struct {
    const char *language;
    int minutes;
    const char *words;
  } rows[] = {
    { NULL, 1, "1 minute." },  { NULL, 10, "10 minutes." },  { "pl", 1, "1 minutę" },   { "pl", 3, "3 minuty" },      { "pl", 10, "10 minut." },
    { "pl", 22, "22 minuty" }, { "uk", 21, "21 хвилини." }, { "uk", 10, "10 хвилин." }, { "hi", 10, "10 मिनट" }, { "zh-Hant", 10, "10 分鐘" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new_parsed ("{'code': <'1'>, 'minutes': <%x>}", (gint64) rows[i].minutes));
    g_autoptr (GError) error = NULL;
    g_autoptr (PosternMessage) mail = postern_message_templates_render (self, "email", "ada@example.com", "code", rows[i].language, model, &error);
    g_assert_no_error (error);
    g_assert_nonnull (strstr (postern_message_get_text (mail), rows[i].words));
    g_assert_nonnull (strstr (postern_message_get_html (mail), rows[i].words));
  }
}

/* The last line is what browsers read a code from (WebOTP), bound to our host, whatever the code is for and in every language. */
static void
test_web_otp (void)
{
  g_autoptr (PosternMessageTemplates) self = make (NULL, TRUE);
  const char *names[] = { "code", "verify", "recover" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint k = 0; k < G_N_ELEMENTS (languages); k++) {
      g_autoptr (PosternMessage) sms = render (self, "sms", names[i], languages[k]);
      g_assert_true (g_str_has_suffix (postern_message_get_text (sms), "\n\n@id.example #314159"));
    }
}

static void
test_override (void)
{
  g_autofree char *folder = g_dir_make_tmp ("postern-mail-XXXXXX", NULL);
  g_autofree char *mail = g_build_filename (folder, "mail", NULL), *file = g_build_filename (mail, "test.txt", NULL);
  g_autoptr (PosternMessageTemplates) self = NULL;
  g_autoptr (PosternMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (mail, 0700), ==, 0);
  g_file_set_contents (file, "Mine {{code}}\n\nand theirs", -1, &error);
  g_assert_no_error (error);
  self = make (folder, FALSE);
  message = render (self, "email", "test", NULL);
  g_assert_cmpstr (postern_message_get_subject (message), ==, "Mine 314159");
  g_assert_cmpstr (postern_message_get_text (message), ==, "and theirs");
  g_assert_nonnull (strstr (postern_message_get_html (message), "It works")); /* each file by itself */
  g_remove (file);
  g_remove (mail);
  g_remove (folder);
}

static void
test_unknown (void)
{
  g_autoptr (PosternMessageTemplates) self = make (NULL, FALSE);
  g_autoptr (GVariant) model = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  const char *names[] = { "nobody", "../identifier", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (postern_message_templates_render (self, "email", "a@b", names[i], NULL, model, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-templates/all", test_all);
  g_test_add_func ("/message-templates/no-link", test_no_link);
  g_test_add_func ("/message-templates/brand", test_brand);
  g_test_add_func ("/message-templates/languages", test_languages);
  g_test_add_func ("/message-templates/plural", test_plural);
  g_test_add_func ("/message-templates/web-otp", test_web_otp);
  g_test_add_func ("/message-templates/override", test_override);
  g_test_add_func ("/message-templates/unknown", test_unknown);
  return g_test_run ();
}
