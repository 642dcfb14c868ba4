/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization-fixture.h"
#include "postern-invitation.h"

/* How pages look that are for an organization, and what they load. */

#define SHEET "0123456789abcdef0123456789abcdef01234567.css"
#define PICTURE "89abcdef0123456789abcdef0123456789abcdef.svg"

static Org plain = { "plain", "Plain", NULL, NULL }, branded = { "branded", "Branded", NULL, NULL };

static gboolean
put_file (PosternTxn *txn, const char *kind, const char *name, const char *data, GError **error)
{
  g_autoptr (PosternBrandFile) file = postern_brand_file_new ();

  file->organization_id = g_strdup (branded.id);
  file->kind = g_strdup (kind);
  file->name = g_strdup (name);
  file->data = g_base64_encode ((const guchar *) data, strlen (data));
  return postern_brand_store_put (txn, file, error);
}

static gboolean
dress (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternOrganization) found = postern_organization_store_find (txn, branded.id, error);

  g_clear_pointer (&found->branding, g_variant_unref);
  found->branding = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'Brand & Co'>, 'light': <'" SHEET "'>, 'logo': <'" PICTURE "'>, 'texts': <{'en': <'Hello'>}>}"));
  return postern_organization_store_update (txn, found, error) && put_file (txn, "light", SHEET, ":root{}", error) && put_file (txn, "logo", PICTURE, "<svg/>", error);
}

static void
prepare (void)
{
  fixture_write (house_store, org_put, &plain);
  fixture_write (house_store, org_put, &branded);
  fixture_write (house_store, dress, NULL);
}

/* (transfer full) (nullable): what the page wears */
static GVariant *
begin_for (Browser *browser, const char *organization)
{
  PosternFlow *flow = application_flow (APP_FIRST, 0);

  flow->organization = g_strdup (organization);
  browser_begin (browser, flow);
  return postern_json_get (postern_response_get_model (browser->last), "brand");
}

/* The one that is asked for; one without a look, none, unknown or switched off is one page. */
static void
test_asked (void)
{
  static const char *const others[] = { "plain", NULL, "nobody", "org_", "" };
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autoptr (GVariant) brand = begin_for (browser, "branded"), off = NULL;

  assert_page (browser, "identifier");
  g_assert_cmpstr (postern_json_get_string (brand, "name"), ==, "Brand & Co");
  g_assert_cmpstr (postern_json_get_string (brand, "light"), ==, SHEET);
  g_assert_cmpstr (postern_json_get_string (brand, "dark"), ==, ""); /* so that no page finds the tenant's */
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (GVariant) none = begin_for (browser, others[i]);

    g_assert_null (none);
  }
  fixture_write (house_store, org_switch, &branded);
  off = begin_for (browser, "branded");
  g_assert_null (off);
  fixture_write (house_store, org_switch, &branded);
}

/* From then on the pages of that flow wear it. */
static void
test_chosen (void)
{
  g_auto (Person) ada = person_make ("ada@brand.example", FALSE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.2", ada.email);
  g_autofree char *press = g_strdup_printf ("action=organization:%s", branded.id);
  PosternFlow *flow = application_flow (APP_THIRD, POSTERN_FLOW_PROMPT_CONSENT);
  g_autoptr (GVariant) before = NULL, after = NULL;

  join (ada.id, &plain);
  join (ada.id, &branded);
  g_strfreev (flow->scopes);
  flow->scopes = g_strsplit ("openid organization", " ", -1);
  browser_begin (browser, flow);
  assert_page (browser, "organization");
  before = postern_json_get (postern_response_get_model (browser->last), "brand");
  g_assert_null (before);
  browser_submit (browser, press);
  assert_page (browser, "consent");
  after = postern_json_get (postern_response_get_model (browser->last), "brand");
  g_assert_nonnull (after);
}

/* (transfer full) (nullable): what the mail wears that brings a code to @email, who signs in for the organization */
static GVariant *
ask_code (const char *email)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.4");
  g_autoptr (GVariant) page = begin_for (browser, "branded"), model = NULL;
  g_autofree char *body = g_strdup_printf ("action=continue&identifier=%s", email);

  browser_submit (browser, body);
  browser_submit (browser, "action=factor:code");
  assert_page (browser, "code");
  g_assert_cmpuint (post_count (email, NULL, &model), ==, 1);
  return postern_json_get (model, "brand");
}

/* It goes to members alone: whoever names an organization has nobody else written to in that name. */
static void
test_mails (void)
{
  g_autofree char *member = user_make ("member@brand.example", TRUE, NULL), *stranger = user_make ("stranger@brand.example", TRUE, NULL);
  g_autoptr (GVariant) brand = NULL, none = NULL;

  join (member, &branded);
  brand = ask_code ("member@brand.example");
  g_assert_cmpstr (postern_json_get_string (brand, "name"), ==, "Brand & Co");
  g_assert_cmpstr (postern_json_get_string (brand, "logo"), ==, PICTURE);
  none = ask_code ("stranger@brand.example");
  g_assert_null (none);
}

static guint
get (Browser *browser, const char *name)
{
  g_autofree char *path = g_strconcat ("/brand/", name, NULL);

  browser_get (browser, path);
  return postern_response_get_status (browser->last);
}

static void
test_files (void)
{
  static const char *const none[] = { "x", ".css", "0123456789abcdef0123456789abcdef01234568.css", "0123456789abcdef0123456789abcdef01234567", "0123456789abcdef0123456789abcdef01234567.html",
                                      "0123456789abcdef0123456789abcdef01234567.svg", "%.css" };
  g_autoptr (Browser) browser = browser_new ("192.0.2.3");

  g_assert_cmpuint (get (browser, SHEET), ==, 200);
  g_assert_cmpstr (postern_response_get_content_type (browser->last), ==, "text/css; charset=utf-8");
  g_assert_nonnull (strstr (postern_response_get_header (browser->last, "Cache-Control"), "immutable"));
  g_assert_cmpuint (g_bytes_get_size (postern_response_get_body (browser->last)), ==, strlen (":root{}"));
  g_assert_cmpuint (get (browser, PICTURE), ==, 200);
  g_assert_cmpstr (postern_response_get_content_type (browser->last), ==, "image/svg+xml");
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_cmpuint (get (browser, none[i]), ==, 404);
}

/* --- behind an invitation --------------------------------------------------------------------------------------------- */

typedef struct {
  char *id, *token;
} Invite;

static gboolean
invite_put (PosternTxn *txn, gpointer data, GError **error)
{
  Invite *self = data;
  g_autoptr (PosternInvitation) invitation = postern_invitation_new ();

  invitation->id = postern_id_new ("inv");
  invitation->organization_id = g_strdup (branded.id);
  invitation->email = g_strdup ("guest@brand.example");
  invitation->created_at = now ();
  invitation->expires_at = now () + 3600;
  self->id = g_strdup (invitation->id);
  return postern_invitation_insert (txn, invitation, &self->token, error);
}

static gboolean
invite_revoke (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_invitation_store_revoke (txn, ((Invite *) data)->id, now (), error);
}

static void
assert_brand (Browser *browser, const char *page, const char *name)
{
  g_autoptr (GVariant) brand = postern_json_get (postern_response_get_model (browser->last), "brand");

  assert_page (browser, page);
  g_assert_cmpstr (brand ? postern_json_get_string (brand, "name") : NULL, ==, name);
}

/* From the first page on, and on those of the sign-in; a link that is not good shows nobody's look, nor does the sign-in once it is revoked. */
static void
test_invited (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.9"), stranger = browser_new ("192.0.2.66");
  Invite it = { NULL, NULL };
  g_autofree char *link = NULL, *wrong = NULL, *press = NULL;

  fixture_write (house_store, invite_put, &it);
  link = g_strconcat ("/invitation/", it.token, NULL);
  wrong = g_strdup (link);
  wrong[strlen (wrong) - 1] ^= 1;
  press = g_strconcat ("action=continue&token=", it.token, NULL);
  browser_get (stranger, wrong);
  assert_brand (stranger, "invitation", NULL);
  browser_get (browser, link);
  assert_brand (browser, "invitation", "Brand & Co");
  browser_post (browser, "/invitation", press);
  browser_follow (browser);
  assert_brand (browser, "sign-up", "Brand & Co");
  browser_submit (browser, "action=sign-in");
  assert_brand (browser, "identifier", "Brand & Co");
  fixture_write (house_store, invite_revoke, &it);
  browser_get (browser, browser->flow);
  assert_brand (browser, "identifier", NULL);
  browser_get (browser, link);
  assert_brand (browser, "invitation", NULL);
  g_free (it.id);
  g_free (it.token);
}

int
main (int argc, char **argv)
{
  static const House house = { .has_messenger = TRUE, .policy = RULE ("off"), .prepare = prepare };
  static const HouseTest tests[] = {
    { "/flow/brand/asked", test_asked },
    { "/flow/brand/chosen", test_chosen },
    { "/flow/brand/mails", test_mails },
    { "/flow/brand/files", test_files },
    { "/flow/brand/invited", test_invited },
    { NULL },
  };
  int failed = house_run (argc, argv, &house, tests);

  g_free (plain.id);
  g_free (branded.id);
  return failed;
}
