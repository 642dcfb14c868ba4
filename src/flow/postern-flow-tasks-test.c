/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

/* An application sends a person to change something, and has them back: nobody else has, and nowhere else. */

#define LINK "/account/change/change-password?client_id=" APP_FIRST "&redirect_uri="
#define REGISTERED "https://app.example/cb"

static void
change_password (Browser *browser)
{
  const char *action = browser_model (browser, "action");
  g_autofree char *url = g_strdup (action + strlen (ISSUER));

  assert_page (browser, "change-password");
  browser_post (browser, url, "action=continue&current_password=" PASSWORD "&password=" NEW_PASSWORD);
}

static void
test_back (void)
{
  g_autofree char *id = user_make_with_password ("back@example.org", TRUE);
  g_autoptr (Browser) browser = browser_enter ("192.0.2.1", "back@example.org");

  browser_get (browser, LINK "https%3A%2F%2Fapp.example%2Fcb");
  browser_follow (browser);
  g_assert_cmpstr (browser_model (browser, "back_url"), ==, REGISTERED);
  change_password (browser);
  assert_page (browser, REGISTERED);
}

/* Who is not signed in, or was long ago, does that first. */
static void
test_back_after_sign_in (void)
{
  g_autofree char *id = user_make_with_password ("back-late@example.org", TRUE);
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autofree char *code = NULL;

  browser_get (browser, "/account/change/email?client_id=" APP_FIRST "&redirect_uri=" REGISTERED);
  browser_follow (browser);
  browser_sign_in (browser, "back-late@example.org", PASSWORD);
  assert_page (browser, "address");
  browser_submit (browser, "action=continue&address=back-new@example.org");
  code = post_get ("back-new@example.org", "code");
  browser_enter_code (browser, code);
  assert_page (browser, REGISTERED);
}

static gboolean
switch_off (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, APP_THIRD, error);

  if (application == NULL)
    return FALSE;
  application->enabled = FALSE;
  application->updated_at++;
  return postern_application_store_update (txn, application, error);
}

/* An open redirector lends a phisher our name. */
static void
test_open_redirect (void)
{
  static const char *const wrong[] = {
    LINK "https://evil.example/",
    LINK "//evil.example/",
    LINK "/",
    LINK,
    LINK "https://app.example/cb/",
    LINK "https://app.example/cb?x=1",
    LINK "https://app.example/cb%23x",
    LINK "https://APP.example/cb",
    LINK "http://app.example/cb",
    LINK "https://app.example:443/cb",
    LINK "https://app.example@evil.example/cb",
    LINK "https://app.example/cb%0d%0aX:%20y",
    LINK "javascript:alert(1)",
    LINK REGISTERED "&redirect_uri=https://evil.example/",
    "/account/change/change-password?redirect_uri=" REGISTERED,
    "/account/change/change-password?client_id=" APP_FIRST,
    "/account/change/change-password?client_id=app_nobody&redirect_uri=" REGISTERED,
    "/account/change/change-password?client_id=" APP_THIRD "&redirect_uri=" REGISTERED, /* switched off */
    "/account/change/link?target=away&client_id=" APP_FIRST "&redirect_uri=" REGISTERED,
  };
  g_autofree char *id = user_make_with_password ("lured@example.org", TRUE);
  g_autoptr (Browser) owner = browser_enter ("192.0.2.1", "lured@example.org");
  g_autoptr (Browser) stranger = browser_new ("192.0.2.2");

  fixture_write (house_store, switch_off, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    Browser *browsers[] = { owner, stranger };

    for (guint n = 0; n < G_N_ELEMENTS (browsers); n++) {
      g_test_message ("%s", wrong[i]);
      browser_get (browsers[n], wrong[i]);
      g_assert_cmpuint (postern_response_get_status (browsers[n]->last), >=, 400);
      g_assert_null (postern_response_get_header (browsers[n]->last, "Location"));
    }
  }
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/tasks/back", test_back },
    { "/tasks/back-after-sign-in", test_back_after_sign_in },
    { "/tasks/open-redirect", test_open_redirect },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE }, tests);
}
