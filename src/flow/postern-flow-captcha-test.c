/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-captcha-pow.h"
#include "postern-flow-captcha.h"
#include "postern-flow-native-fixture.h"

/* The captcha, as whoever would get round it sees it: without an answer, with a wrong one, an old one, another flow's, many at once. */

#define POLICY "{\"second_factor\":\"off\",\"risk_new_device\":\"off\",\"guesses_per_address\":100000}"
#define FEW_FROM_AN_ADDRESS "{\"second_factor\":\"off\",\"risk_new_device\":\"off\",\"guesses_per_address\":10}"
#define FREE 6 /* of ten guesses; then more than half are used up */
#define ADDRESS "198.51.100.1"
#define DIFFICULTY 8 /* bits */

/* --- a captcha that asks somebody else, who does what the test says --------------------------------------------------------------- */

#define TEST_TYPE_CAPTCHA (test_captcha_get_type ())
G_DECLARE_FINAL_TYPE (TestCaptcha, test_captcha, TEST, CAPTCHA, PosternCaptcha)

struct _TestCaptcha {
  PosternCaptcha parent_instance;
};

G_DEFINE_FINAL_TYPE (TestCaptcha, test_captcha, POSTERN_TYPE_CAPTCHA)

static gint test_captcha_calls;

static GVariant *
test_captcha_describe (PosternCaptcha *self)
{
  return g_variant_ref_sink (g_variant_new_parsed ("{'field': <'other'>, 'script': <'https://c.example/api.js'>, 'widget': <'c'>, 'site_key': <'k'>,"
                                                   "'policy': <\"script-src https://c.example 'unsafe-inline'; frame-src https://c.example https://*.d.example; default-src https://evil.example\">}"));
}

static gboolean
test_captcha_verify (PosternCaptcha *self, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
  g_atomic_int_inc (&test_captcha_calls);
  if (g_str_equal (answer, "right"))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, g_str_equal (answer, "wrong") ? POSTERN_ERROR_ACCESS_DENIED : POSTERN_ERROR_UNREACHABLE, "as the test says");
  return FALSE;
}

static void
test_captcha_class_init (TestCaptchaClass *klass)
{
  POSTERN_CAPTCHA_CLASS (klass)->describe = test_captcha_describe;
  POSTERN_CAPTCHA_CLASS (klass)->verify = test_captcha_verify;
  POSTERN_CAPTCHA_CLASS (klass)->remote = TRUE;
}

static void
test_captcha_init (TestCaptcha *self)
{
}

static void
open_with (GType type, const char *values)
{
  house_close ();
  house_open ();
  policy_set (POLICY);
  if (type != G_TYPE_NONE)
    house_adopt (type, "captcha", "Captcha", g_variant_new_parsed (values));
}

static void
open_with_pow (void)
{
  open_with (POSTERN_TYPE_CAPTCHA_POW, "@a{ss} {'difficulty': '" G_STRINGIFY (DIFFICULTY) "', 'lifetime': '900'}");
}

static void
open_with_remote (const char *when_unreachable)
{
  g_autofree char *values = g_strdup_printf ("@a{ss} {'when-unreachable': '%s'}", when_unreachable);

  open_with (TEST_TYPE_CAPTCHA, values);
}

/* --- a browser -------------------------------------------------------------------------------------------------------------------- */

static void
go_to_password (Browser *browser, const char *email)
{
  g_autofree char *who = g_strdup_printf ("action=continue&identifier=%s", email);

  browser_begin_anew (browser, application_flow (APP_FIRST, 0));
  browser_submit (browser, who);
  assert_page (browser, "password");
}

static void
guess (Browser *browser, const char *password, const char *answer)
{
  g_autofree char *body = g_strdup_printf ("action=continue&password=%s%s%s", password, answer ? "&captcha=" : "", answer ? answer : "");

  browser_submit (browser, body);
}

/* (nullable) (transfer full) */
static GVariant *
dup_captcha (Browser *browser)
{
  return g_variant_lookup_value (postern_response_get_model (browser->last), "captcha", G_VARIANT_TYPE_VARDICT);
}

static gboolean
is_asked (Browser *browser)
{
  g_autoptr (GVariant) captcha = dup_captcha (browser);

  return captcha != NULL;
}

/* Until a captcha is asked for with the next guess. */
static Browser *
use_up (const char *email, const char *address)
{
  Browser *browser = browser_new (address);

  go_to_password (browser, email);
  for (guint i = 0; i < FREE; i++) {
    g_assert_false (is_asked (browser));
    guess (browser, "guess", NULL);
    assert_page (browser, "password");
  }
  g_assert_true (is_asked (browser));
  return browser;
}

/* How many bits of work @answer proves. */
static guint
count_bits (const char *challenge, const char *answer)
{
  g_autofree char *text = g_strconcat (challenge, ".", answer, NULL);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *head = g_strndup (sum, 8);
  guint32 word = (guint32) g_ascii_strtoull (head, NULL, 16);

  return word ? (guint) __builtin_clz (word) : 32;
}

/* A number that proves at least @least bits of work for the page's challenge, and fewer than @most. (transfer full) */
static char *
solve (Browser *browser, guint least, guint most)
{
  g_autoptr (GVariant) captcha = dup_captcha (browser);
  const char *challenge = postern_json_get_string (captcha, "challenge");

  for (guint n = 0;; n++) {
    g_autofree char *answer = g_strdup_printf ("%u", n);
    guint bits = count_bits (challenge, answer);

    if (bits >= least && bits < most)
      return g_steal_pointer (&answer);
  }
}

static char *
solve_well (Browser *browser)
{
  return solve (browser, DIFFICULTY, 33);
}

static gboolean
is_solved_by (Browser *browser, const char *answer)
{
  g_autoptr (GVariant) captcha = dup_captcha (browser);

  return count_bits (postern_json_get_string (captcha, "challenge"), answer) >= DIFFICULTY;
}

/* What solved another challenge solves one in 256 by chance: then another one is asked for. */
static void
guess_with_stale (Browser *browser, const char *password, const char *answer)
{
  while (is_solved_by (browser, answer))
    guess (browser, "guess", "x");
  guess (browser, password, answer);
}

static gboolean
read_failed (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_audit_store_list (txn, NULL, 10000, error);

  *(guint *) data = 0;
  for (guint i = 0; entries && i < entries->len; i++)
    *(guint *) data += g_str_equal (((PosternAudit *) entries->pdata[i])->event, "sign-in.failed");
  return entries != NULL;
}

/* How many secrets were looked at, and wrong. */
static guint
count_looked_at (void)
{
  guint count = 0;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_failed, &count, NULL));
  return count;
}

/* --- tests ------------------------------------------------------------------------------------------------------------------------- */

/* Without an answer, or with a wrong one, not even the right password is looked at; it costs no guess either. */
static void
test_before_the_secret (void)
{
  g_autofree char *user = user_make_with_password ("anna@captcha.example", TRUE);
  g_autoptr (Browser) browser = NULL;
  g_autofree char *answer = NULL;
  guint before;

  open_with_pow ();
  browser = use_up ("anna@captcha.example", ADDRESS);
  before = count_looked_at ();
  for (guint i = 0; i < 15; i++) {
    guess (browser, PASSWORD, i % 3 == 0 ? NULL : i % 3 == 1 ? "" : "x");
    assert_page (browser, "password");
    g_assert_true (is_asked (browser));
    g_assert_cmpuint (postern_response_get_status (browser->last), ==, 200);
    g_assert_null (browser_model (browser, "error_field"));
    g_assert_nonnull (browser_model (browser, "error_message"));
  }
  g_assert_cmpuint (count_looked_at (), ==, before);
  answer = solve_well (browser);
  guess (browser, PASSWORD, answer);
  assert_answer (browser, "fresh=1");
}

/* The limit stays: with an answer to each, there are as many guesses as before. */
static void
test_limit (void)
{
  g_autofree char *user = user_make_with_password ("lina@captcha.example", TRUE);
  g_autoptr (Browser) browser = NULL;

  open_with_pow ();
  browser = use_up ("lina@captcha.example", ADDRESS);
  for (guint i = FREE; i < 10; i++) {
    g_autofree char *answer = solve_well (browser);

    guess (browser, "guess", answer);
    g_assert_cmpstr (browser_model (browser, "error_field"), ==, "password");
    g_assert_true (is_asked (browser));
  }
  {
    g_autofree char *answer = solve_well (browser);

    guess (browser, PASSWORD, answer);
  }
  assert_page (browser, "password");
  g_assert_cmpuint (postern_response_get_status (browser->last), ==, 429);
}

/* Whoever has a name asked for that nobody has sees the same. */
static void
test_nobody (void)
{
  static const char *const names[] = { "nele@captcha.example", "nobody@captcha.example" };
  g_autofree char *user = user_make_with_password (names[0], TRUE);
  GString *seen[2] = { g_string_new (NULL), g_string_new (NULL) };

  open_with_pow ();
  for (guint who = 0; who < 2; who++) {
    g_autoptr (Browser) browser = browser_new (ADDRESS);

    go_to_password (browser, names[who]);
    for (guint i = 0; i < 20; i++) {
      g_autofree char *answer = is_asked (browser) && i % 2 ? solve_well (browser) : NULL;

      guess (browser, "guess", answer);
      g_string_append_printf (seen[who], "%u %d %s\n", postern_response_get_status (browser->last), is_asked (browser), browser_model (browser, "error_message"));
    }
  }
  g_assert_cmpstr (seen[0]->str, ==, seen[1]->str);
  g_assert_nonnull (strstr (seen[0]->str, "429"));
  for (guint who = 0; who < 2; who++)
    g_string_free (seen[who], TRUE);
}

/* An answer is good for one guess, and for the flow that it was given to; and less work is none. */
static void
test_answers (void)
{
  g_autofree char *user = user_make_with_password ("rita@captcha.example", TRUE);
  g_autofree char *answer = NULL, *less = NULL, *others = NULL;
  g_autoptr (Browser) browser = NULL;
  g_autoptr (Browser) other = browser_new ("198.51.100.2");
  guint before;

  open_with_pow ();
  browser = use_up ("rita@captcha.example", ADDRESS);
  go_to_password (other, "rita@captcha.example");
  guess (other, "guess", NULL);
  g_assert_true (is_asked (other));
  less = solve (browser, 7, 8);
  before = count_looked_at ();
  guess (browser, PASSWORD, less);
  assert_page (browser, "password");
  others = solve_well (other);
  guess_with_stale (browser, PASSWORD, others);
  assert_page (browser, "password");
  g_assert_cmpuint (count_looked_at (), ==, before);
  answer = solve_well (browser);
  guess (browser, "guess", answer);
  g_assert_cmpuint (count_looked_at (), ==, before + 1);
  guess_with_stale (browser, "guess", answer); /* once more */
  g_assert_cmpuint (count_looked_at (), ==, before + 1);
}

/* A page that was answered wrong is answered: it asks anew. */
static void
test_one_answer_a_page (void)
{
  g_autofree char *user = user_make_with_password ("olga@captcha.example", TRUE);
  g_autofree char *answer = NULL;
  g_autoptr (Browser) browser = NULL;
  guint before;

  open_with_pow ();
  browser = use_up ("olga@captcha.example", ADDRESS);
  answer = solve_well (browser);
  before = count_looked_at ();
  guess (browser, "guess", "1e3");
  guess_with_stale (browser, "guess", answer);
  g_assert_cmpuint (count_looked_at (), ==, before);
}

typedef struct {
  Browser *browser;
  const char *url, *body;
} Mob;

static gpointer
run_mob (gpointer data)
{
  Mob *mob = data;
  g_autoptr (PosternRequest) request = browser_request (mob->browser, "POST", mob->url, mob->body);
  g_autoptr (PosternResponse) response = browser_route (request);

  g_assert_cmpuint (postern_response_get_status (response), ==, 303);
  return NULL;
}

static void
test_at_once (void)
{
  g_autofree char *user = user_make_with_password ("mara@captcha.example", TRUE);
  g_autoptr (Browser) browser = NULL;
  g_autofree char *answer = NULL, *body = NULL;
  PosternGuard guard = { user };
  GThread *threads[200];
  Mob mob;
  guint before, retry_after;

  /* Each answer that is not taken leaves another question behind, which the old answer must not happen to fit: one of 2^20 does. */
  open_with (POSTERN_TYPE_CAPTCHA_POW, "@a{ss} {'difficulty': '20', 'lifetime': '900'}");
  browser = use_up ("mara@captcha.example", ADDRESS);
  policy_set ("{\"second_factor\":\"off\",\"risk_new_device\":\"off\",\"guesses_per_account\":1000,\"guesses_per_address\":100000}");
  for (guint i = FREE; i < 501; i++) /* so many that two hundred more are no lockout */
    g_assert_true (postern_guard_take (house_tenant, &guard, now (), &retry_after, NULL));
  answer = solve (browser, 20, 33);
  body = g_strdup_printf ("action=continue&password=guess&captcha=%s", answer);
  before = count_looked_at ();
  mob = (Mob){ browser, browser->flow, body };
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("mob", run_mob, &mob);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count_looked_at (), ==, before + 1);
}

/* --- others' ------------------------------------------------------------------------------------------------------------------------ */

static void
guess_remotely (Browser *browser, const char *password, const char *answer)
{
  g_autofree char *body = g_strdup_printf ("action=continue&password=%s&other=%s", password, answer);

  browser_submit (browser, body);
}

static void
note_source (const char *directive, const char *source, gpointer data)
{
  g_string_append_printf (data, "%s %s;", directive, source);
}

static void
test_remote (void)
{
  g_autofree char *user = user_make_with_password ("rolf@captcha.example", TRUE);
  g_autoptr (GString) sources = g_string_new (NULL);
  g_autofree char *huge = g_strnfill (200 * 1024, 'a');
  g_autoptr (Browser) browser = NULL;

  open_with_remote ("refuse");
  browser = use_up ("rolf@captcha.example", ADDRESS);
  postern_response_foreach_source (browser->last, note_source, sources);
  g_assert_cmpstr (sources->str, ==, "script-src https://c.example;frame-src https://c.example;frame-src https://*.d.example;");
  g_atomic_int_set (&test_captcha_calls, 0);
  guess_remotely (browser, PASSWORD, huge);
  assert_page (browser, "password");
  g_assert_cmpint (g_atomic_int_get (&test_captcha_calls), ==, 0);
  guess_remotely (browser, PASSWORD, "wrong");
  assert_page (browser, "password");
  guess_remotely (browser, PASSWORD, "unreachable");
  assert_page (browser, "password");
  guess_remotely (browser, PASSWORD, "right");
  assert_answer (browser, "fresh=1");
  g_assert_cmpint (g_atomic_int_get (&test_captcha_calls), ==, 3);
}

/* Nobody waits for one that is down; what comes of it is the operator's to say. */
static void
test_unreachable (void)
{
  g_autofree char *user = user_make_with_password ("ute@captcha.example", TRUE);
  g_autoptr (Browser) browser = NULL;

  open_with_remote ("refuse");
  browser = use_up ("ute@captcha.example", ADDRESS);
  g_atomic_int_set (&test_captcha_calls, 0);
  for (guint i = 0; i < 12; i++) {
    guess_remotely (browser, PASSWORD, "unreachable");
    assert_page (browser, "password");
  }
  g_assert_cmpint (g_atomic_int_get (&test_captcha_calls), <, 10);
  open_with_remote ("allow");
  guess_remotely (browser, PASSWORD, "wrong");
  assert_page (browser, "password");
  guess_remotely (browser, PASSWORD, "unreachable");
  assert_answer (browser, "fresh=1");
}

/* --- other pages ----------------------------------------------------------------------------------------------------------------- */

static void
test_sign_up (void)
{
  g_autoptr (Browser) browser = browser_new ("198.51.100.77");
  g_autofree char *answer = NULL, *body = NULL;

  open_with_pow ();
  policy_set (FEW_FROM_AN_ADDRESS);
  go_to_password (browser, "whoever@captcha.example");
  for (guint i = 0; i < FREE; i++)
    guess (browser, "guess", NULL);
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  assert_page (browser, "sign-up");
  browser_submit (browser, "action=continue&identifier=new@captcha.example&name=N&password=" PASSWORD);
  assert_page (browser, "sign-up");
  g_assert_true (is_asked (browser));
  g_assert_cmpstr (browser_model (browser, "identifier"), ==, "new@captcha.example");
  answer = solve_well (browser);
  body = g_strdup_printf ("action=continue&identifier=new@captcha.example&name=N&password=" PASSWORD "&captcha=%s", answer);
  browser_submit (browser, body);
  g_assert_cmpstr (browser_page (browser), !=, "sign-up");
}

/* No codes are sent for a stranger either, whoever has the address; an answer sends one. */
static void
test_sending (void)
{
  g_autofree char *user = user_make_with_password ("sina@captcha.example", TRUE);
  g_autoptr (Browser) browser = browser_new ("198.51.100.81");
  g_autofree char *answer = NULL, *body = NULL;

  open_with_pow ();
  policy_set (FEW_FROM_AN_ADDRESS);
  go_to_password (browser, "somebody@captcha.example");
  for (guint i = 0; i < FREE; i++)
    guess (browser, "guess", NULL);
  go_to_password (browser, "sina@captcha.example");
  browser_submit (browser, "action=factor:code");
  for (guint i = 0; i < 3; i++) {
    assert_page (browser, "code");
    g_assert_true (is_asked (browser));
    g_assert_nonnull (browser_model (browser, "error_message"));
    browser_submit (browser, i ? "action=resend&captcha=x" : "action=resend");
  }
  g_assert_cmpuint (post_count ("sina@captcha.example", "magic-link", NULL), ==, 0);
  answer = solve_well (browser);
  body = g_strdup_printf ("action=resend&captcha=%s", answer);
  browser_submit (browser, body);
  assert_page (browser, "code");
  g_assert_false (is_asked (browser)); /* what was answered is over */
  g_assert_null (browser_model (browser, "error_message"));
  g_assert_cmpuint (post_count ("sina@captcha.example", "magic-link", NULL), ==, 1);
}

static void
test_second_factor (void)
{
  g_auto (Person) tina = person_make ("tina@captcha.example", TRUE);
  g_autoptr (Browser) browser = NULL;
  g_autofree char *answer = NULL, *more = NULL;

  settle ();
  open_with_pow ();
  policy_set ("{\"risk_new_device\":\"off\",\"guesses_per_address\":100000}");
  browser = browser_to_totp ("198.51.100.78", tina.email);
  for (guint i = 0; i < FREE; i++)
    browser_submit (browser, "action=continue&code=000000");
  g_assert_true (is_asked (browser));
  enter_code_of (browser, &tina, 0, NULL);
  assert_page (browser, "totp");
  answer = solve_well (browser);
  more = g_strconcat ("&captcha=", answer, NULL);
  enter_code_of (browser, &tina, 0, more);
  assert_answer (browser, "acr=2");
}

/* A right guess asks nothing of the next page. */
static void
test_next_page (void)
{
  g_auto (Person) paul = person_make ("paul@captcha.example", TRUE);
  g_autoptr (Browser) browser = NULL;
  g_autofree char *answer = NULL;

  open_with_pow ();
  policy_set ("{\"risk_new_device\":\"off\",\"guesses_per_address\":100000}");
  browser = use_up (paul.email, ADDRESS);
  answer = solve_well (browser);
  guess (browser, PASSWORD, answer);
  assert_page (browser, "totp");
  g_assert_false (is_asked (browser));
}

/* An application that shows the pages itself has no page for it. */
static void
test_native (void)
{
  g_autofree char *user = user_make_with_password ("nina@captcha.example", TRUE);
  g_autoptr (Program) program = program_new (APP_FIRST, "198.51.100.79");

  open_with_pow ();
  for (guint i = 0; i < FREE; i++) {
    program_begin (program, 0);
    program_answer (program, "action=continue&identifier=nina@captcha.example&password=guess");
    g_assert_null (postern_response_get_header (program->last, "Location"));
  }
  program_begin (program, 0);
  program_answer (program, "action=continue&identifier=nina@captcha.example&password=" PASSWORD);
  g_assert_nonnull (postern_response_get_header (program->last, "Location"));
  g_assert_nonnull (strstr (postern_response_get_header (program->last, "Location"), "error=redirect_to_web"));
}

/* Where none is set up, the person is told instead; where the policy wants none, none is asked for. */
static void
test_none (void)
{
  g_autofree char *user = user_make_with_password ("nora@captcha.example", TRUE);
  g_autoptr (Browser) browser = browser_new (ADDRESS);
  g_autoptr (Browser) other = browser_new ("198.51.100.80");

  open_with (G_TYPE_NONE, NULL);
  go_to_password (browser, "nora@captcha.example");
  for (guint i = 0; i < FREE + 1; i++)
    guess (browser, "guess", NULL);
  guess (browser, PASSWORD, NULL);
  assert_answer (browser, "fresh=1");
  g_assert_cmpuint (post_count ("nora@captcha.example", "new-sign-in", NULL), ==, 1);
  open_with_pow ();
  policy_set ("{\"second_factor\":\"off\",\"risk_new_device\":\"off\",\"risk_many_failures\":\"off\"}");
  go_to_password (other, "nobody2@captcha.example");
  for (guint i = 0; i < FREE + 2; i++)
    guess (other, "guess", NULL);
  g_assert_false (is_asked (other));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/flow/captcha/before-the-secret", test_before_the_secret },
    { "/flow/captcha/limit", test_limit },
    { "/flow/captcha/nobody", test_nobody },
    { "/flow/captcha/answers", test_answers },
    { "/flow/captcha/one-answer-a-page", test_one_answer_a_page },
    { "/flow/captcha/at-once", test_at_once },
    { "/flow/captcha/remote", test_remote },
    { "/flow/captcha/unreachable", test_unreachable },
    { "/flow/captcha/sign-up", test_sign_up },
    { "/flow/captcha/sending", test_sending },
    { "/flow/captcha/second-factor", test_second_factor },
    { "/flow/captcha/next-page", test_next_page },
    { "/flow/captcha/native", test_native },
    { "/flow/captcha/none", test_none },
    { NULL },
  };

  return house_run (argc, argv, &(House){ TRUE, POLICY }, tests);
}
