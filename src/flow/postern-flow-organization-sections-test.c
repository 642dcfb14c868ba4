/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-page-fixture.h"

/* The other sections of the pages by which an organization is run: groups, domains, rules and look. */

static void
press (Browser *browser, const char *section, const char *part, const char *action, const char *value)
{
  g_autofree char *body = g_strconcat ("action=", action, value, NULL);

  page_post (browser, &acme, section, part, body);
}

/* Who sees nothing of an organization finds no section of it, nor can they send anything to one. */
static void
test_entry (void)
{
  static const char *const sections[] = { "groups", "roles", "domains", "sign-in", "look", "log" };
  g_autoptr (Browser) administrator = browser_enter ("192.0.2.1", acme.administrator), member = browser_enter ("192.0.2.2", acme.member);

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++) {
    g_autofree char *name = g_strconcat ("organization-", sections[i], NULL);

    page_get (administrator, &acme, sections[i], NULL);
    assert_page (administrator, name);
    page_get (administrator, &globex, sections[i], NULL);
    assert_status (administrator, 404);
    page_get (member, &acme, sections[i], NULL);
    assert_status (member, 403);
    if (g_str_equal (sections[i], "log"))
      continue; /* there is nothing to send */
    page_post (member, &acme, sections[i], NULL, "action=add&domain=x.example&name=x");
    assert_status (member, 403);
    page_post (administrator, &globex, sections[i], NULL, "action=add&domain=x.example&name=x");
    assert_status (administrator, 404);
  }
}

static void
test_groups (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.3", acme.administrator);
  g_autofree char *id = NULL;

  page_post (browser, &acme, "groups", NULL, "action=make&name=Sales");
  assert_done (browser, "organization-group");
  page_post (browser, &acme, "groups", NULL, "action=make&name=Sales");
  assert_refused (browser, "organization-groups");
  g_assert_cmpstr (browser_model (browser, "name"), ==, "Sales");
  page_get (browser, &acme, "groups", NULL);
  id = page_dup_id (browser, "grp");
  press (browser, "groups", id, "enter&user=", acme.member);
  assert_done (browser, "organization-group");
  g_assert_true (page_has (browser, acme.member));
  press (browser, "groups", id, "enter&user=", globex.member); /* who is no member is nobody */
  assert_refused (browser, "organization-group");
  g_assert_false (page_has (browser, globex.member_id));
  press (browser, "groups", id, "give&role=", strong_role);
  assert_refused (browser, "organization-group");
  g_assert_false (role_is_had (id, &acme.org, strong_role));
  press (browser, "groups", id, "give&role=", plain_role);
  assert_done (browser, "organization-group");
  g_assert_true (role_is_had (id, &acme.org, plain_role));
  press (browser, "groups", id, "take:", plain_role);
  g_assert_false (role_is_had (id, &acme.org, plain_role));
  press (browser, "groups", id, "leave:", acme.member_id);
  g_assert_false (page_has (browser, acme.member));
  press (browser, "groups", id, "delete", NULL);
  assert_done (browser, "organization-groups");
  g_assert_false (page_has (browser, id));
}

/* A group of another organization is one of nobody. */
static void
test_foreign_group (void)
{
  g_autoptr (Browser) theirs = browser_enter ("192.0.2.4", globex.administrator), browser = browser_enter ("192.0.2.5", acme.administrator);
  g_autofree char *id = NULL;

  page_post (theirs, &globex, "groups", NULL, "action=make&name=Theirs");
  page_get (theirs, &globex, "groups", NULL);
  id = page_dup_id (theirs, "grp");
  page_get (browser, &acme, "groups", id);
  assert_status (browser, 404);
  press (browser, "groups", id, "delete", NULL);
  press (browser, "groups", id, "give&role=", plain_role);
  press (browser, "groups", id, "enter&user=", acme.member);
  page_get (theirs, &globex, "groups", id);
  assert_page (theirs, "organization-group");
  g_assert_false (page_has (theirs, acme.member));
  g_assert_false (role_is_had (id, &globex.org, plain_role));
}

static void
test_domains (void)
{
  g_autoptr (Browser) theirs = browser_enter ("192.0.2.6", globex.administrator), browser = browser_enter ("192.0.2.7", acme.administrator);
  g_autofree char *id = NULL;

  page_post (browser, &acme, "domains", NULL, "action=add&domain=+Acme.Example+");
  assert_done (browser, "organization-domains");
  g_assert_true (page_has (browser, "\"acme.example\""));
  g_assert_true (page_has (browser, "record_value"));
  id = page_dup_id (browser, "dom");
  page_post (browser, &acme, "domains", NULL, "action=add&domain=acme.example");
  assert_refused (browser, "organization-domains");
  page_post (browser, &acme, "domains", NULL, "action=add&domain=no+domain");
  assert_refused (browser, "organization-domains");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "domain");
  g_assert_cmpstr (browser_model (browser, "domain"), ==, "no domain");
  page_post (theirs, &globex, "domains", NULL, "action=remove:acme.example");
  g_assert_nonnull (browser_model (theirs, "error_message"));
  press (browser, "domains", NULL, "remove:", id);
  assert_done (browser, "organization-domains");
  g_assert_false (page_has (browser, "\"acme.example\""));
}

typedef struct {
  const char *id;
  char *rules, *look;
} Kept;

static gboolean
read_kept (PosternTxn *txn, gpointer data, GError **error)
{
  Kept *self = data;
  g_autoptr (PosternOrganization) found = postern_organization_store_find (txn, self->id, error);

  g_clear_pointer (&self->rules, g_free);
  g_clear_pointer (&self->look, g_free);
  self->rules = found && found->sign_in_rules ? postern_json_print (found->sign_in_rules) : g_strdup ("{}");
  self->look = found && found->branding ? postern_json_print (found->branding) : g_strdup ("{}");
  return found != NULL;
}

static void
kept_clear (Kept *self)
{
  g_free (self->rules);
  g_free (self->look);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

static Kept
look_up (void)
{
  Kept self = { acme.org.id, NULL, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_kept, &self, NULL));
  return self;
}

/* What the page does not ask stays; all ways ticked are no rule. */
static void
test_rules (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.8", acme.administrator);
  g_auto (Kept) first = { NULL }, second = { NULL }, third = { NULL };

  acme.org.rules = "{'connectors': <['away']>}";
  fixture_write (house_store, org_set_rules, &acme.org);
  page_save (browser, &acme, "sign-in", NULL,
             "action=save&factor-password=1&factor-passkey=1&second_factor=optional&email_domains=acme.example%0D%0Aother.example&join_by_domain=1");
  assert_done (browser, "organization-sign-in");
  first = look_up ();
  g_assert_nonnull (strstr (first.rules, "\"connectors\":[\"away\"]"));
  g_assert_nonnull (strstr (first.rules, "\"factors\":[\"password\",\"passkey\"]"));
  g_assert_nonnull (strstr (first.rules, "\"second_factor\":\"optional\""));
  g_assert_nonnull (strstr (first.rules, "\"email_domains\":[\"acme.example\",\"other.example\"]"));
  g_assert_nonnull (strstr (first.rules, "\"join_by_domain\":true"));
  page_save (browser, &acme, "sign-in", NULL, "action=save&factor-password=1&email_domains=no+domain%21&second_factor=sometimes");
  assert_refused (browser, "organization-sign-in");
  second = look_up ();
  g_assert_cmpstr (first.rules, ==, second.rules);
  page_save (browser, &acme, "sign-in", NULL, "action=save&factor-password=1&factor-passkey=1&factor-email-code=1&factor-sms-code=1&second_factor=&email_domains=");
  assert_done (browser, "organization-sign-in");
  third = look_up ();
  g_assert_cmpstr (third.rules, ==, "{\"connectors\":[\"away\"]}");
  acme.org.rules = NULL;
  fixture_write (house_store, org_set_rules, &acme.org);
}

/* --- the look ---------------------------------------------------------------------------------------------------------- */

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8H0z\"/></svg>"
#define PNG "\x89PNG\r\n\x1a\n\0\0\0\0"

/* Looks at the page, and sends its form with a file. */
static void
save_picture (Browser *browser, const char *body, const char *data, gsize length)
{
  g_autofree char *path = page_path (&acme, "look", NULL), *whole = NULL;

  page_get (browser, &acme, "look", NULL);
  whole = page_add_state (browser, body);
  browser_post_file (browser, path, whole, "logo", data, length);
  browser_follow (browser);
}

static char *
dup_logo (void)
{
  g_auto (Kept) kept = look_up ();
  g_autoptr (GVariant) look = postern_json_parse_object (kept.look, -1, 0, NULL);

  return g_strdup (postern_json_get_string (look, "logo"));
}

static void
test_look (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.9", acme.administrator);
  g_autoptr (GVariant) brand = NULL;
  g_auto (Kept) first = { NULL }, second = { NULL };

  save_picture (browser, "action=save&name=Acme+Weather&accent_color=%230b6e4f&text=Hello&css=", SVG, strlen (SVG));
  assert_done (browser, "organization-look");
  brand = postern_json_get (postern_response_get_model (browser->last), "brand");
  g_assert_cmpstr (postern_json_get_string (brand, "name"), ==, "Acme Weather");
  g_assert_true (g_str_has_suffix (browser_model (browser, "logo_url"), ".svg"));
  first = look_up ();
  page_save (browser, &acme, "look", NULL, "action=save&name=Acme&page_color=red&css=body%7Bposition%3Afixed%7D");
  assert_refused (browser, "organization-look");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "page_color");
  g_assert_true (g_str_has_prefix (browser_model (browser, "error_message"), "Write the colour as #"));
  g_assert_null (browser_model (browser, "error_detail"));
  g_assert_true (page_has (browser, "position:fixed")); /* as it was typed */
  second = look_up ();
  g_assert_cmpstr (first.look, ==, second.look);
  page_save (browser, &acme, "look", NULL, "action=save&name=&no-logo=1");
  assert_done (browser, "organization-look");
  g_assert_null (browser_model (browser, "logo_url"));
}

/* A file counts before the box to remove what is there; without one that stays. What a file is, its bytes say: this page knows no name of it. */
static void
test_picture (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.14", acme.administrator);
  g_autofree char *first = NULL, *second = NULL;

  save_picture (browser, "action=save&name=&text=&css=&no-logo=1", PNG, sizeof PNG - 1);
  assert_done (browser, "organization-look");
  first = dup_logo ();
  g_assert_true (g_str_has_suffix (first, ".png"));
  page_save (browser, &acme, "look", NULL, "action=save&name=Acme&text=&css=");
  assert_done (browser, "organization-look");
  second = dup_logo ();
  g_assert_cmpstr (first, ==, second);
}

typedef struct {
  const char *data;
  gsize length;
  const char *begins; /* what people are told */
  gboolean detailed;  /* the API's own words are worth reading */
} WrongFile;

/* The reason stands at the field, in words; what was typed and ticked beside it stays, and so does the picture that is there. */
static void
test_wrong_picture (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.15", acme.administrator);
  g_autofree char *large = g_strnfill (24 * 1024 + 1, 'x'), *largest = g_strnfill (63 * 1024, 'x'), *before = NULL;
  const WrongFile files[] = {
    { "GIF89a", 6, "This is no picture", TRUE },
    { "<svg><script/></svg>", 20, "This is no picture", TRUE },
    { "", 0, "The file is empty", FALSE },
    { "x", 1, "This is no picture", TRUE },
    { large, strlen (large), "The file is larger than 24 KiB", FALSE },
    { largest, strlen (largest), "The file is larger than 24 KiB", FALSE }, /* about as much as the form takes */
  };

  save_picture (browser, "action=save&name=&text=&css=", PNG, sizeof PNG - 1);
  before = dup_logo ();
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *after = NULL;

    save_picture (browser, "action=save&name=Typed&text=&css=&no-logo=1", files[i].data, files[i].length);
    assert_refused (browser, "organization-look");
    g_assert_cmpstr (browser_model (browser, "error_field"), ==, "logo");
    g_test_message ("%s", browser_model (browser, "error_message"));
    g_assert_true (g_str_has_prefix (browser_model (browser, "error_message"), files[i].begins));
    g_assert_cmpint (browser_model (browser, "error_detail") != NULL, ==, files[i].detailed);
    g_assert_true (page_has (browser, "\"value\":\"Typed\""));
    g_assert_true (page_has (browser, "\"no_logo\":true"));
    g_assert_false (page_has (browser, "\"logo_again\":true"));
    after = dup_logo ();
    g_assert_cmpstr (before, ==, after);
  }
}

/* Where something else is refused, a file is gone with the form, and the page says so. */
static void
test_picture_again (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.16", acme.administrator);
  g_autofree char *before = dup_logo (), *after = NULL;

  save_picture (browser, "action=save&name=&page_color=red&text=&css=", SVG, strlen (SVG));
  assert_refused (browser, "organization-look");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "page_color");
  g_assert_true (page_has (browser, "\"logo_again\":true"));
  after = dup_logo ();
  g_assert_cmpstr (before, ==, after);
  page_save (browser, &acme, "look", NULL, "action=save&name=&page_color=red&text=&css=");
  g_assert_false (page_has (browser, "\"logo_again\":true"));
}

/* The API cannot say at the moment how pages look. */
static PosternResponse *
ask_blindly (PosternRequest *request, const char *user_id, const char *organization_id, gpointer api)
{
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_STORE, "not now");

  if (g_str_equal (postern_request_get_method (request), "GET") && g_str_has_suffix (postern_request_get_path (request), "/branding"))
    return postern_response_new_error (error);
  return house_ask (request, user_id, organization_id, api);
}

/* What the page does not show is read before it is saved: where that fails, nothing is, for the other languages' texts would be lost. */
static void
test_look_unread (void)
{
  g_autoptr (Browser) browser = browser_enter ("192.0.2.13", acme.administrator);
  g_autofree char *path = page_path (&acme, "look", NULL), *body = NULL;
  g_auto (Kept) first = { NULL }, second = { NULL };

  page_save (browser, &acme, "look", NULL, "action=save&name=Acme&text=Hello&css=");
  assert_done (browser, "organization-look");
  first = look_up ();
  body = page_add_state (browser, "action=save&name=Other&text=Good+day&css=");
  postern_runtime_set_management (house_runtime, ask_blindly, house_api);
  browser_post (browser, path, body);
  postern_runtime_set_management (house_runtime, house_ask, house_api);
  g_assert_cmpuint (postern_response_get_status (browser->last), >=, 500);
  second = look_up ();
  g_assert_cmpstr (first.look, ==, second.look);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/organization-sections/entry", test_entry },
    { "/flow/organization-sections/groups", test_groups },
    { "/flow/organization-sections/groups/foreign", test_foreign_group },
    { "/flow/organization-sections/domains", test_domains },
    { "/flow/organization-sections/rules", test_rules },
    { "/flow/organization-sections/look", test_look },
    { "/flow/organization-sections/picture", test_picture },
    { "/flow/organization-sections/picture/wrong", test_wrong_picture },
    { "/flow/organization-sections/picture/again", test_picture_again },
    { "/flow/organization-sections/look-unread", test_look_unread },
    { NULL },
  };

  return customers_run (argc, argv, tests);
}
