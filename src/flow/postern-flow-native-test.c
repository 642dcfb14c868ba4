/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native-fixture.h"

/* An application that shows the pages itself: the same stages, and nothing of a browser's. */

/* What is made is a session like any other, but no browser has it. */
static void
test_password (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.1");
  g_autofree char *user_id = user_make_with_password ("ada@native.example", TRUE);
  g_autoptr (GPtrArray) sessions = NULL;

  program_sign_in (program, "ada@native.example", "wrong");
  program_assert_page (program, "password");
  program_answer (program, "password=" PASSWORD);
  program_assert_answer (program, "amr=pwd&acr=1&scope=openid+email&fresh=1");
  sessions = list_sessions (user_id);
  g_assert_cmpuint (sessions->len, ==, 1);
  g_assert_cmpstr (((PosternSession *) sessions->pdata[0])->user_agent, ==, "Tool/1.0");
}

/* Name and password in one answer, as the first page of a browser takes them from a password manager. */
static void
test_at_once (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.1");

  program_begin (program, 0);
  program_answer (program, "identifier=ada@native.example&password=" PASSWORD);
  program_assert_answer (program, "amr=pwd");
}

/* --- auth_session ------------------------------------------------------------------------------------------------------------ */

/* Each answers one page, once, of the application that got it. */
static void
test_auth_session (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.2");
  g_autoptr (Program) other = program_new (APP_THIRD, "192.0.2.2");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *bare = NULL;

  program_begin (program, 0);
  first = g_strdup (program->auth_session);
  g_assert_false (program_try (other, first, "identifier=ada@native.example"));
  program_answer (program, "identifier=ada@native.example"); /* and that has burnt nothing */
  program_assert_page (program, "password");
  second = g_strdup (program->auth_session);
  g_assert_cmpstr (first, !=, second);
  g_assert_false (program_try (program, first, "identifier=bea@native.example"));
  g_assert_false (program_try (program, first, "password=" PASSWORD));
  bare = g_strndup (second, strcspn (second, "."));
  g_assert_false (program_try (program, bare, "password=" PASSWORD));
  g_assert_false (program_try (program, "", "password=" PASSWORD));
  g_assert_false (program_try (program, "flw_01m8jqv8rrftbvx3j1vhe32qh1.x", "password=" PASSWORD));
  program_answer (program, "password=" PASSWORD);
  program_assert_answer (program, "amr=pwd");
  g_assert_false (program_try (program, second, "password=" PASSWORD)); /* nor once it is done */
}

typedef struct {
  Program *program;
  gint answered;
} Race;

static gpointer
run_race (gpointer data)
{
  Race *race = data;
  g_autoptr (PosternRequest) request = program_request (race->program, "identifier=ada@native.example");
  g_autoptr (PosternResponse) response = postern_flow_native_answer (house_engine, request, race->program->auth_session, APP_FIRST, NULL);
  const char *location = response ? postern_response_get_header (response, "Location") : NULL;

  g_assert_true (location == NULL || strstr (location, "error=invalid_session"));
  g_atomic_int_add (&race->answered, response && location == NULL);
  return NULL;
}

/* Of many at the same time one is answered. */
static void
test_race (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.3");
  Race race = { program, 0 };
  GThread *threads[8];

  program_begin (program, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("race", run_race, &race);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (race.answered, ==, 1);
}

static void
test_expiry (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.4");
  g_autofree char *id = NULL;

  program_begin (program, 0);
  id = g_strndup (program->auth_session, strcspn (program->auth_session, "."));
  flow_expire (id);
  g_assert_false (program_try (program, program->auth_session, "identifier=ada@native.example"));
}

/* --- browsers -------------------------------------------------------------------------------------------------------------------- */

/* A browser's cookies mean nothing here: neither its session nor its flow. */
static void
test_cookies_do_not_serve (void)
{
  g_autoptr (Browser) browser = browser_new ("192.0.2.5");
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.5");
  g_autofree char *user_id = user_make_with_password ("cleo@native.example", TRUE);
  g_autofree char *cookies = NULL;
  g_autofree char *guess = NULL;

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, "cleo@native.example", PASSWORD);
  assert_answer (browser, "fresh=1");
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  assert_page (browser, "password");
  cookies = g_strdup_printf ("session=%s; flow=%s; device=%s", (char *) g_hash_table_lookup (browser->cookies, "session"),
                             (char *) g_hash_table_lookup (browser->cookies, "flow"), (char *) g_hash_table_lookup (browser->cookies, "device"));
  program->cookies = cookies;
  program_begin (program, POSTERN_FLOW_PROMPT_NONE);
  program_assert_answer (program, "error=login_required");
  program_begin (program, POSTERN_FLOW_PROMPT_SELECT_ACCOUNT);
  program_assert_page (program, "identifier");
  guess = g_strdup_printf ("%s.%s", browser->flow + strlen ("/sign-in/"), (char *) g_hash_table_lookup (browser->cookies, "flow"));
  g_assert_false (program_try (program, guess, "identifier=cleo@native.example"));
}

/* Nor can a browser take such a flow over, with whatever it puts into its cookies. */
static void
test_no_page_of_it (void)
{
  static const char *const values[] = { "whole", "secret" };
  g_autoptr (Browser) browser = browser_new ("192.0.2.6");
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.6");
  const char *dot;

  program_begin (program, 0);
  program_answer (program, "identifier=ada@native.example");
  dot = strchr (program->auth_session, '.');
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree char *id = g_strndup (program->auth_session, (gsize) (dot - program->auth_session));
    g_autofree char *path = g_strconcat ("/sign-in/", id, NULL);

    g_hash_table_replace (browser->cookies, g_strdup ("flow"), g_strdup (i == 0 ? program->auth_session : dot + 1));
    browser_get (browser, path);
    assert_page (browser, "stale");
    browser_post (browser, path, "action=continue&password=" PASSWORD);
    assert_page (browser, "stale");
  }
  program_answer (program, "password=" PASSWORD);
  program_assert_answer (program, "amr=pwd");
}

/* The link of a message, opened in a browser: it only shows the code that is to be typed in the application. */
static void
test_code (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.7");
  g_autoptr (Browser) browser = browser_new ("192.0.2.7");
  g_autofree char *code = NULL;
  g_autofree char *link = NULL;
  g_autofree char *body = NULL;
  g_autoptr (GVariant) page = NULL;

  program_begin (program, 0);
  program_answer (program, "identifier=ada@native.example");
  program_answer (program, "action=factor:code");
  program_assert_page (program, "code");
  page = program_page (program);
  g_assert_cmpint (postern_json_get_int64 (page, "resend_after", 0), >, 0);
  link = post_get ("ada@native.example", "link");
  browser_get (browser, link + strlen (ISSUER));
  assert_page (browser, "code-elsewhere");
  code = post_get ("ada@native.example", "code");
  body = g_strconcat ("code=", code, NULL);
  program_answer (program, body);
  program_assert_answer (program, "amr=otp");
}

/* --- what only a browser can do ---------------------------------------------------------------------------------------------------- */

static void
assert_to_web (Program *program, const char *auth_session)
{
  program_assert_answer (program, "error=redirect_to_web");
  g_assert_false (program_try (program, auth_session, "identifier=ada@native.example")); /* and it is over */
}

static void
test_redirect_to_web (void)
{
  static const char *const answers[] = { "action=connector:away", "identifier=dora@corp.example" };
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.8");

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autofree char *auth_session = NULL;

    program_begin (program, 0);
    auth_session = g_strdup (program->auth_session);
    program_answer (program, answers[i]);
    assert_to_web (program, auth_session);
  }
  program_begin (program, POSTERN_FLOW_PROMPT_CONSENT);
  program_answer (program, "identifier=ada@native.example&password=" PASSWORD);
  assert_to_web (program, program->auth_session);
}

/* --- passkeys: a factor of which only the page is needed ---------------------------------------------------------------------------- */

#define TEST_TYPE_FACTOR (test_factor_get_type ())
G_DECLARE_FINAL_TYPE (TestFactor, test_factor, TEST, FACTOR, PosternFactor)

struct _TestFactor {
  PosternFactor parent_instance;
};

G_DEFINE_FINAL_TYPE (TestFactor, test_factor, POSTERN_TYPE_FACTOR)

static gboolean
test_factor_handle_step (PosternAuthenticator *self, PosternStep *step)
{
  postern_step_return_prompt (step, postern_prompt_new_page ("passkey", NULL));
  return TRUE;
}

static void
test_factor_class_init (TestFactorClass *klass)
{
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = test_factor_handle_step;
}

static void
test_factor_init (TestFactor *self)
{
}

static void
give_passkey (const char *user_id)
{
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (user_id);
  credential->kind = g_strdup ("passkey");
  credential->value = g_strdup (credential->id); /* nobody reads it, but no two are the same */
  fixture_write (house_store, credential_put, credential);
}

/* It is asked for in a browser; where there is another way, that comes first here, and the passkey is still there to be chosen. */
static void
test_passkey (void)
{
  g_auto (Person) mia = person_make ("mia@native.example", TRUE);
  g_autofree char *only = user_make_with_password ("ned@native.example", TRUE);
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.30");
  g_autoptr (Browser) browser = browser_new ("192.0.2.30");

  house_adopt (TEST_TYPE_FACTOR, "passkey", "Passkey", g_variant_new_parsed ("@a{ss} {}"));
  give_passkey (mia.id);
  give_passkey (only);
  policy_set (RULE ("required"));
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, mia.email, PASSWORD);
  assert_page (browser, "passkey");
  program_sign_in (program, mia.email, PASSWORD);
  program_assert_page (program, "totp");
  program_answer (program, "action=other-factor");
  program_assert_page (program, "second-factor");
  program_answer (program, "action=second:passkey");
  program_assert_answer (program, "error=redirect_to_web");
  program_sign_in (program, "ned@native.example", PASSWORD);
  program_assert_answer (program, "error=redirect_to_web");
  policy_set ("{}");
}

/* --- which applications -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *id;
  gboolean first_party, challenge;
} Change;

static gboolean
change_application (PosternTxn *txn, gpointer data, GError **error)
{
  Change *change = data;
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, change->id, error);

  if (application == NULL)
    return FALSE;
  application->first_party = change->first_party;
  g_clear_pointer (&application->metadata, g_variant_unref);
  application->metadata = g_variant_ref_sink (
    g_variant_new_parsed ("@a{sv} {'redirect_uris': <[<'https://app.example/cb'>]>, 'authorization_challenge': <%b>}", change->challenge));
  application->updated_at = g_get_real_time ();
  return postern_application_store_update (txn, application, error);
}

static void
allow (const char *id, gboolean first_party, gboolean challenge)
{
  Change change = { id, first_party, challenge };

  fixture_write (house_store, change_application, &change);
}

/* Off unless switched on, for ours only, and again at each answer. */
static void
test_applications (void)
{
  g_autoptr (Program) theirs = program_new (APP_THIRD, "192.0.2.9");
  g_autoptr (Program) ours = program_new (APP_FIRST, "192.0.2.9");
  static const Change changes[] = { { APP_FIRST, TRUE, FALSE }, { APP_FIRST, FALSE, TRUE } };

  program_begin (theirs, 0);
  program_assert_answer (theirs, "error=unauthorized_client");
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    program_begin (ours, 0);
    program_answer (ours, "identifier=ada@native.example");
    allow (APP_FIRST, changes[i].first_party, changes[i].challenge);
    program_answer (ours, "password=" PASSWORD);
    program_assert_answer (ours, "error=unauthorized_client");
    program_begin (ours, 0);
    program_assert_answer (ours, "error=unauthorized_client");
    allow (APP_FIRST, TRUE, TRUE);
  }
}

/* --- strangers ------------------------------------------------------------------------------------------------------------------------- */

/* The tries of both ways are counted together, and neither tells whether there is such a person. */
static void
test_lock_out (void)
{
  static const char *const names[] = { "eva@native.example", "nobody@native.example" };
  g_autofree char *user_id = user_make_with_password (names[0], TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (Program) program = program_new (APP_FIRST, i ? "198.51.100.3" : "198.51.100.4");
    g_autoptr (Browser) browser = browser_new ("203.0.113.9");
    g_autoptr (GVariant) page = NULL;
    g_autoptr (GVariant) error = NULL;

    for (guint n = 0; n < 10; n++) {
      program_sign_in (program, names[i], "guess");
      program_assert_page (program, "password");
      g_assert_null (postern_response_get_header (program->last, "Retry-After"));
    }
    program_answer (program, "password=" PASSWORD);
    page = program_page (program);
    error = postern_json_get (page, "error");
    g_assert_cmpint (postern_json_get_int64 (page, "retry_after", 0), >, 0);
    g_assert_nonnull (error);
    browser_begin (browser, application_flow (APP_FIRST, 0));
    browser_sign_in (browser, names[i], PASSWORD);
    g_assert_cmpuint (postern_response_get_status (browser->last), ==, 429);
  }
}

/* A second may end between sending and showing: then 29 are left, of whoever it is. */
static char *
describe_after (const char *email, const char *answer)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.10");
  g_autoptr (GVariant) page = NULL;
  g_autoptr (GString) text = NULL;

  program_name (program, email);
  program_answer (program, answer);
  page = program_page (program);
  text = g_variant_print_string (page, NULL, TRUE);
  g_string_replace (text, "'resend_after': <int64 29>", "'resend_after': <int64 30>", 0);
  return g_strdup (text->str);
}

static void
test_enumeration (void)
{
  static const char *const answers[] = { "password=guess", "action=factor:code", "action=recover" };
  g_autofree char *user_id = user_make_with_password ("fay0@native.example", TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autofree char *known = describe_after ("fay0@native.example", answers[i]);
    g_autofree char *unknown = describe_after ("nay0@native.example", answers[i]);
    g_auto (GStrv) parts = g_strsplit (unknown, "nay0", -1);
    g_autofree char *alike = g_strjoinv ("fay0", parts);

    g_assert_cmpstr (known, ==, alike);
  }
}

/* What the page does not ask is not taken, whoever sends it. */
static void
test_only_what_is_asked (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.11");
  g_autofree char *user_id = user_make_with_password ("gil@native.example", TRUE);

  program_begin (program, 0);
  program_answer (program, "identifier=gil@native.example&code=123456&user_id=x&link=y&current_password=z");
  program_assert_page (program, "password");
  program_answer (program, "identifier=ada@native.example&password=" PASSWORD); /* the name was asked before */
  program_assert_answer (program, user_id);
}

static void
test_sign_up (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.12");

  program_begin (program, 0);
  program_answer (program, "action=sign-up&identifier=hal@native.example");
  program_assert_page (program, "sign-up");
  program_answer (program, "identifier=hal@native.example&name=Hal&password=short");
  program_assert_page (program, "sign-up");
  program_answer (program, "identifier=hal@native.example&name=Hal&password=" PASSWORD);
  program_assert_page (program, "code");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/native/password", test_password },
    { "/native/at-once", test_at_once },
    { "/native/auth-session", test_auth_session },
    { "/native/race", test_race },
    { "/native/expiry", test_expiry },
    { "/native/cookies-do-not-serve", test_cookies_do_not_serve },
    { "/native/no-page-of-it", test_no_page_of_it },
    { "/native/code", test_code },
    { "/native/redirect-to-web", test_redirect_to_web },
    { "/native/applications", test_applications },
    { "/native/lock-out", test_lock_out },
    { "/native/enumeration", test_enumeration },
    { "/native/only-what-is-asked", test_only_what_is_asked },
    { "/native/sign-up", test_sign_up },
    { "/native/passkey", test_passkey },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE }, tests);
}
