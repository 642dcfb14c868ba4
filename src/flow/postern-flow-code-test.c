/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-code-fixture.h"

#define ADA "ada@example.org"
#define MANY "\"codes_per_recipient\":1000,\"guesses_per_account\":1000" /* the limits have tests of their own */
#define NOT_IT(code) (g_str_equal (code, "000000") ? "000001" : "000000")

static void
test_sign_in (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.1");
  g_autofree char *id = user_make (ADA, TRUE, NULL);
  g_autofree char *code = NULL;
  g_autofree char *spaced = NULL;
  g_autofree char *user = g_strdup_printf ("user=%s", id);

  browser_ask_code (browser, "ADA@example.org");
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, ADA);
  g_assert_cmpuint (post_count (ADA, "magic-link", NULL), ==, 1);
  code = post_get (ADA, "code");
  browser_enter_code (browser, NOT_IT (code));
  assert_page (browser, "code");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "code");
  spaced = g_strdup_printf ("+%.3s+-+%s+", code, code + 3);
  browser_enter_code (browser, spaced);
  assert_answer (browser, "amr=otp&acr=1");
  assert_answer (browser, user);
  assert_answer (browser, "fresh=1");
}

/* Five tries, whatever is typed; then even the right one is not taken. */
static void
test_five_tries (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.2");
  g_autofree char *code = NULL;

  browser_ask_code (browser, ADA);
  code = post_get (ADA, "code");
  for (guint i = 0; i < 4; i++)
    browser_enter_code (browser, NOT_IT (code));
  browser_enter_code (browser, "nonsense");
  browser_enter_code (browser, code);
  assert_page (browser, "code");
  g_assert_nonnull (strstr (browser_model (browser, "error_message"), "does not work any more"));
  browser_wait (browser);
  browser_submit (browser, "action=resend");
  assert_page (browser, "code");
  g_assert_null (browser_model (browser, "error_message"));
  g_free (code);
  code = post_get (ADA, "code");
  browser_enter_code (browser, code);
  assert_answer (browser, "amr=otp");
}

/* Whoever is not there, or never showed that an address is theirs, gets the same pages and the same words, and nothing is sent. */
static void
test_nobody (void)
{
  static const char *const who[] = { "nobody@example.org", "unproved@example.org", "no-name", "off@example.org" };
  g_autoptr (Browser) known = browser_new ("192.0.2.3");
  g_autofree char *unproved = user_make ("unproved@example.org", FALSE, NULL);
  g_autofree char *wrong = NULL;
  g_autofree char *code = NULL;

  browser_ask_code (known, ADA);
  code = post_get (ADA, "code");
  browser_enter_code (known, NOT_IT (code));
  wrong = g_strdup (browser_model (known, "error_message"));
  for (guint i = 0; i < G_N_ELEMENTS (who); i++) {
    g_autoptr (Browser) browser = browser_new ("192.0.2.4");

    browser_ask_code (browser, who[i]);
    g_assert_null (browser_model (browser, "error_message"));
    g_assert_cmpstr (browser_model (browser, "identifier"), ==, who[i]);
    g_assert_cmpuint (g_variant_n_children (postern_response_get_model (browser->last)), ==,
                      g_variant_n_children (postern_response_get_model (known->last)) - 3 /* what was wrong, and when */);
    g_assert_cmpuint (post_count (who[i], NULL, NULL), ==, 0);
    browser_enter_code (browser, "000000");
    g_assert_cmpstr (browser_model (browser, "error_message"), ==, wrong);
    for (guint n = 0; n < 5; n++)
      browser_enter_code (browser, "000000");
    g_assert_nonnull (strstr (browser_model (browser, "error_message"), "does not work any more"));
  }
}

static void
test_nobody_is_told (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");
  g_autoptr (GVariant) model = NULL;

  policy_set ("{" MANY ",\"no_account_mail\":true}");
  browser_ask_code (browser, "stray@example.org");
  g_assert_cmpuint (post_count ("stray@example.org", "no-account", &model), ==, 1);
  g_assert_null (postern_json_get_string (model, "code"));
  policy_set ("{" MANY "}");
}

/* A link only shows a button, however often it is opened; the button works in the browser that asked, once. */
static void
test_link_here (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.6");
  g_autofree char *link = NULL;

  browser_ask_code (browser, ADA);
  link = post_get (ADA, "link");
  g_assert_true (g_str_has_prefix (link, ISSUER "/code/"));
  for (guint i = 0; i < 3; i++) {
    browser_get (browser, link + strlen (ISSUER));
    assert_page (browser, "code-link");
  }
  g_assert_cmpstr (browser_model (browser, "application_name"), ==, "Ours");
  g_assert_cmpstr (browser_model (browser, "token"), ==, link + strlen (ISSUER "/code/"));
  browser_enter_link (browser, link);
  assert_answer (browser, "amr=otp");
  browser_get (browser, link + strlen (ISSUER));
  assert_page (browser, "stale");
}

/* Elsewhere it signs nobody in: it shows the code, which is of use in the browser that asked and in no other. */
static void
test_link_elsewhere (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_autoptr (Browser) other = browser_new ("192.0.2.66");
  g_autofree char *link = NULL;
  g_autofree char *code = NULL;
  g_autofree char *body = NULL;

  browser_ask_code (browser, ADA);
  link = post_get (ADA, "link");
  code = post_get (ADA, "code");
  browser_get (other, link + strlen (ISSUER));
  assert_page (other, "code-elsewhere");
  g_assert_cmpint (strncmp (browser_model (other, "code"), code, 3), ==, 0);
  g_assert_cmpstr (browser_model (other, "code") + 4, ==, code + 3);
  g_assert_null (browser_model (other, "action"));
  g_assert_null (browser_model (other, "application_name"));
  body = g_strdup_printf ("action=continue&link=%s", link + strlen (ISSUER "/code/"));
  browser_post (other, browser->flow, body);
  assert_page (other, "stale");
  browser_ask_code (other, "nobody@example.org"); /* in a flow of its own, too */
  browser_submit (other, body);
  assert_page (other, "code");
  browser_enter_code (other, code);
  assert_page (other, "code");
  browser_get (browser, browser->flow);
  browser_enter_code (browser, code);
  assert_answer (browser, "amr=otp");
}

static void
test_links_of_nothing (void)
{
  static const char *const paths[] = { "/code/x", "/code/..", "/code/0123456789abcdefghjkmnpqrs0123456789abcdefghjkmnpqrst", "/code/00000000000000000000000000000000000000000000000000000" };
  g_autoptr (Browser) browser = browser_new ("192.0.2.8");

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    browser_get (browser, paths[i]);
    assert_page (browser, "stale");
  }
}

/* The newest wins, whichever browser asked for it. */
static void
test_newest (void)
{
  g_autoptr (Browser) first = browser_new ("192.0.2.9");
  g_autoptr (Browser) second = browser_new ("192.0.2.9");
  g_autofree char *old = NULL;
  g_autofree char *fresh = NULL;
  g_autofree char *link = NULL;

  browser_ask_code (first, ADA);
  old = post_get (ADA, "code");
  link = post_get (ADA, "link");
  browser_ask_code (second, ADA);
  fresh = post_get (ADA, "code");
  browser_enter_code (first, old);
  assert_page (first, "code");
  browser_enter_code (first, fresh);
  assert_page (first, "code");
  browser_get (first, link + strlen (ISSUER));
  assert_page (first, "stale");
  browser_enter_code (second, fresh);
  assert_answer (second, "amr=otp");
}

/* But not of a browser that she signed in from before: strangers ask for codes as often as they like, and she comes in. */
static void
test_newest_of_a_stranger (void)
{
  g_autoptr (Browser) own = browser_new ("192.0.2.14");
  g_autoptr (Browser) stranger = browser_new ("192.0.2.66");
  g_autofree char *id = user_make ("known@example.org", TRUE, NULL);
  g_autofree char *code = NULL;

  browser_ask_code (own, "known@example.org");
  browser_enter_newest (own, "known@example.org");
  assert_answer (own, "amr=otp");
  browser_ask_code (own, "known@example.org");
  code = post_get ("known@example.org", "code");
  browser_ask_code (stranger, "known@example.org");
  for (guint i = 0; i < 5; i++)
    browser_enter_code (stranger, "nonsense");
  browser_enter_code (own, code);
  assert_answer (own, "amr=otp");
}

static void
test_too_early (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.10");
  guint sent;

  browser_ask_code (browser, ADA);
  sent = post_count (ADA, NULL, NULL);
  g_assert_cmpint (postern_json_get_int64 (postern_response_get_model (browser->last), "wait", 0), >, 25);
  browser_submit (browser, "action=resend");
  assert_page (browser, "code");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 429);
  g_assert_nonnull (postern_response_get_header (browser->last, "Retry-After"));
  g_assert_cmpuint (post_count (ADA, NULL, NULL), ==, sent);
  browser_wait (browser);
  browser_submit (browser, "action=resend");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 200);
  g_assert_cmpuint (post_count (ADA, NULL, NULL), ==, sent + 1);
}

static void
test_limit (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.11");
  g_autofree char *id = user_make ("flood@example.org", TRUE, NULL);

  policy_set ("{\"codes_per_recipient\":2}");
  for (guint i = 0; i < 4; i++)
    browser_ask_code (browser, "flood@example.org");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 429);
  g_assert_cmpint (postern_json_get_int64 (postern_response_get_model (browser->last), "retry_after", 0), >, 3000);
  g_assert_cmpuint (post_count ("flood@example.org", NULL, NULL), ==, 2);
  browser_enter_code (browser, "000000"); /* nothing was sent to this flow */
  assert_page (browser, "code");
  policy_set ("{" MANY "}");
}

/* Policy and a messenger decide what is offered; who has only codes never sees a password. */
static void
test_policy (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.12");
  g_autofree char *code = NULL;

  policy_set ("{" MANY ",\"password_enabled\":false}");
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=" ADA);
  assert_page (browser, "code");
  g_assert_false (postern_json_get_boolean (postern_response_get_model (browser->last), "password", TRUE));
  browser_submit (browser, "action=factor:password"); /* not by a forged form either */
  assert_page (browser, "identifier");
  browser_submit (browser, "action=recover");
  assert_page (browser, "identifier");
  policy_set ("{" MANY ",\"email_code_enabled\":false}");
  browser_submit (browser, "action=continue&identifier=" ADA);
  assert_page (browser, "password");
  g_assert_false (postern_json_get_boolean (postern_response_get_model (browser->last), "code", TRUE));
  browser_submit (browser, "action=factor:code");
  assert_page (browser, "identifier");
  policy_set ("{" MANY "}");
  browser_ask_code (browser, ADA);
  browser_submit (browser, "action=factor:password");
  assert_page (browser, "password");
}

/* … also once the page is there: a form is worth what the policy says when it comes. */
static void
test_policy_of_the_form (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.15");
  g_autofree char *id = user_make_with_password ("late@example.org", TRUE);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=late@example.org");
  assert_page (browser, "password");
  policy_set ("{" MANY ",\"password_enabled\":false}");
  browser_submit (browser, "action=continue&password=" PASSWORD);
  assert_page (browser, "identifier");
  policy_set ("{" MANY "}");

  browser_ask_code (browser, "late@example.org");
  policy_set ("{" MANY ",\"email_code_enabled\":false}");
  browser_enter_newest (browser, "late@example.org");
  assert_page (browser, "identifier");
  policy_set ("{" MANY "}");

  browser_prove_recovery (browser, APP_FIRST, "late@example.org");
  policy_set ("{" MANY ",\"password_enabled\":false}");
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
  assert_page (browser, "identifier");
  policy_set ("{" MANY "}");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_sign_in (browser, "late@example.org", PASSWORD);
  assert_answer (browser, "amr=pwd");

  browser_sign_up_to_code (browser, "later@example.org", PASSWORD);
  policy_set ("{" MANY ",\"sign_up_enabled\":false}");
  browser_enter_newest (browser, "later@example.org");
  assert_page (browser, "identifier");
  policy_set ("{" MANY "}");
}

/* Who has an organization signs in there: no button and no form of the first page leads past it. */
static void
test_domain (void)
{
  static const char *const actions[] = { "action=continue&identifier=ada@corp.example", "action=factor:code", "action=factor:password", "action=recover",
                                         "action=factor:password&password=" PASSWORD };
  g_autoptr (Browser) browser = browser_new ("192.0.2.16");
  g_autofree char *id = user_make_with_password ("ada@corp.example", TRUE);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_post (browser, browser->flow, actions[0]); /* by a page that leads there, for as long as the provider is not known */
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++) {
    browser_post (browser, browser->flow, actions[i]);
    g_assert_true (g_str_has_prefix (browser_page (browser), "https://provider.example/authorize"));
  }
  g_assert_cmpuint (post_count ("ada@corp.example", NULL, NULL), ==, 0);
}

/* Where codes go out to numbers alone, an address makes no account. */
static void
test_sign_up_by_number_only (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.17");

  policy_set ("{" MANY ",\"password_enabled\":false,\"email_code_enabled\":false,\"sms_code_enabled\":true}");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  browser_submit (browser, "action=continue&identifier=only@example.org&name=Only");
  assert_page (browser, "sign-up");
  g_assert_cmpstr (browser_model (browser, "error_field"), ==, "identifier");
  g_assert_cmpuint (post_count ("only@example.org", NULL, NULL), ==, 0);
  browser_submit (browser, "action=continue&identifier=%2B4930777777&name=Only");
  assert_page (browser, "code");
  policy_set ("{" MANY "}");
}

static void
test_sms (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.13");
  g_autofree char *id = user_make (NULL, FALSE, "+4930123456");
  g_autofree char *abroad = user_make (NULL, FALSE, "+12125550100");
  g_autofree char *code = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, "action=continue&identifier=%2B4930123456");
  assert_page (browser, "password");
  g_assert_false (postern_json_get_boolean (postern_response_get_model (browser->last), "code", TRUE)); /* off until policy says so */
  policy_set ("{" MANY ",\"sms_code_enabled\":true}");
  browser_ask_code (browser, "+4930123456");
  g_assert_cmpuint (post_count ("+4930123456", "code", NULL), ==, 1);
  code = post_get ("+4930123456", "code");
  browser_enter_code (browser, code);
  assert_answer (browser, "amr=mca+sms&acr=1");
  browser_ask_code (browser, "+12125550100"); /* a country that is not named: said of the number, whosever it is */
  g_assert_nonnull (strstr (browser_model (browser, "error_message"), "country"));
  browser_ask_code (browser, "+12125550199");
  g_assert_nonnull (strstr (browser_model (browser, "error_message"), "country"));
  g_assert_cmpuint (post_count ("+12125550100", NULL, NULL), ==, 0);
  policy_set ("{" MANY "}");
}

static void
test_prefixes (void)
{
  static const char *const bad[] = { "49", "+", "+49x", "+049", "+1234567890123456", "+49 43" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (PosternInstance) instance = g_object_new (POSTERN_TYPE_FACTOR_CODE, NULL);
    g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'sms-prefixes': %s}", bad[i]), NULL);
    g_autoptr (GError) error = NULL;

    postern_instance_set_identity (instance, "code", "code", "Code", NULL, settings);
    g_assert_false (postern_instance_configure (instance, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow-code/sign-in", test_sign_in },
    { "/flow-code/five-tries", test_five_tries },
    { "/flow-code/nobody", test_nobody },
    { "/flow-code/nobody-is-told", test_nobody_is_told },
    { "/flow-code/link-here", test_link_here },
    { "/flow-code/link-elsewhere", test_link_elsewhere },
    { "/flow-code/links-of-nothing", test_links_of_nothing },
    { "/flow-code/newest", test_newest },
    { "/flow-code/newest-of-a-stranger", test_newest_of_a_stranger },
    { "/flow-code/too-early", test_too_early },
    { "/flow-code/limit", test_limit },
    { "/flow-code/policy", test_policy },
    { "/flow-code/policy-of-the-form", test_policy_of_the_form },
    { "/flow-code/domain", test_domain },
    { "/flow-code/sign-up-by-number-only", test_sign_up_by_number_only },
    { "/flow-code/sms", test_sms },
    { "/flow-code/prefixes", test_prefixes },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = "{" MANY "}" }, tests);
}
