/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native-fixture.h"

/* The matrix: no way in skips a required factor. */

#define STRICT "{\"profile\":\"strict\",\"codes_per_recipient\":1000}"

static char *
token_answer (PosternEntrance entrance, const char *user_id, const char *factors)
{
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/oidc/token", NULL);
  g_autoptr (PosternFlow) flow = postern_flow_new (entrance, "test");
  g_autoptr (PosternResponse) response = NULL;

  flow->application_id = g_strdup (APP_FIRST);
  flow->user_id = g_strdup (user_id);
  flow->factors = factors ? g_strsplit (factors, " ", -1) : NULL;
  flow->remote_address = g_strdup ("192.0.2.1");
  postern_request_set_id (request, "req_matrix");
  response = postern_flow_engine_run (house_engine, flow, request, NULL);
  return g_strdup (postern_response_get_header (response, "Location"));
}

/* By each entrance of a program: what was enough when the grant was made is not any more. */
static void
test_matrix_tokens (void)
{
  static const struct {
    const char *policy;
    gboolean devices; /* a remembered browser stands in for a factor */
  } rules[] = { { RULE ("required"), TRUE }, { STRICT, FALSE } };
  static const PosternEntrance entrances[] = { POSTERN_ENTRANCE_CODE, POSTERN_ENTRANCE_REFRESH, POSTERN_ENTRANCE_EXCHANGE, POSTERN_ENTRANCE_IMPERSONATION };
  static const struct {
    const char *factors;
    gboolean enough;
  } cases[] = { { NULL, FALSE }, { "password", FALSE }, { "connector", FALSE }, { "email-code", FALSE }, { "passkey", FALSE }, { "totp", FALSE },
                { "password email-code", FALSE }, { "password totp", TRUE }, { "connector recovery-code", TRUE }, { "password remembered-device", TRUE } };
  g_auto (Person) wim = person_make ("wim@second.example", TRUE);

  for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
    for (guint i = 0; i < G_N_ELEMENTS (entrances); i++)
      for (guint n = 0; n < G_N_ELEMENTS (cases); n++) {
        gboolean device = cases[n].factors && strstr (cases[n].factors, "remembered-device");
        gboolean may_ask = entrances[i] & (POSTERN_ENTRANCE_CODE | POSTERN_ENTRANCE_REFRESH); /* the application shows pages itself */
        const char *refusal = may_ask ? "error=insufficient_authorization" : "error=invalid_grant";
        gboolean enough = cases[n].enough && (rules[r].devices || !device);
        g_autofree char *before = token_answer (entrances[i], wim.id, cases[n].factors);
        g_autofree char *after = NULL;

        g_assert_nonnull (strstr (before, "user=usr_"));
        policy_set (rules[r].policy);
        after = token_answer (entrances[i], wim.id, cases[n].factors);
        policy_set (RULE ("optional"));
        if ((strstr (after, "user=usr_") != NULL) != enough || (strstr (after, refusal) != NULL) == enough)
          g_error ("entrance %u with %s under %s: %s", entrances[i], cases[n].factors ? cases[n].factors : "nothing", rules[r].policy, after);
      }
}

typedef void (*WayIn) (Browser *browser, Person *person);

static void
by_password (Browser *browser, Person *person)
{
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, person->email, PASSWORD);
}

static void
by_code (Browser *browser, Person *person)
{
  browser_ask_code (browser, person->email);
  browser_enter_newest (browser, person->email);
}

static void
by_provider (Browser *browser, Person *person)
{
  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_press_provider (browser, "matrix");
}

static void
by_sign_up (Browser *browser, Person *person)
{
  g_autofree char *email = g_strconcat ("new-", person->email, NULL);

  browser_sign_up_to_code (browser, email, PASSWORD);
  browser_enter_newest (browser, email);
}

static void
by_recovery (Browser *browser, Person *person)
{
  browser_ask_for (browser, APP_FIRST, person->email, "action=recover");
  browser_enter_newest (browser, person->email);
  browser_submit (browser, "action=continue&password=" NEW_PASSWORD);
}

static void
by_account (Browser *browser, Person *person)
{
  browser_get (browser, "/account");
  browser_follow (browser);
  browser_sign_in (browser, person->email, NEW_PASSWORD);
}

static void
by_task (Browser *browser, Person *person)
{
  browser_get (browser, "/account/password");
  browser_follow (browser);
  browser_sign_in (browser, person->email, NEW_PASSWORD);
}

/* In each browser the person ends before a page that asks for the factor, or has one set up; and nothing serves afterwards. */
static void
check_people (const char *policy, const char *domain)
{
  static const struct {
    const char *name;
    WayIn run;
  } ways[] = { { "password", by_password }, { "code", by_code },         { "provider", by_provider }, { "sign-up", by_sign_up },
               { "recovery", by_recovery }, { "account", by_account }, { "task", by_task } };
  static const gboolean has[] = { FALSE, TRUE };

  policy_set (policy);
  for (guint n = 0; n < G_N_ELEMENTS (has); n++) {
    g_autofree char *email = g_strdup_printf ("%s@%s", has[n] ? "with" : "without", domain);
    g_auto (Person) xia = person_make (email, has[n]);

    for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
      g_autoptr (Browser) browser = browser_new ("192.0.2.23");
      const char *page;

      if (has[n] && g_str_equal (ways[i].name, "sign-up"))
        continue;
      ways[i].run (browser, &xia);
      page = browser_page (browser);
      if (!g_str_equal (page, "totp") && !g_str_equal (page, "second-factor"))
        g_error ("by %s: %s", ways[i].name, page);
      assert_signed_out (browser);
    }
  }
  policy_set (RULE ("optional"));
}

/* --- an application that shows the pages itself --------------------------------------------------------------------------- */

typedef void (*NativeWayIn) (Program *program, Person *person);

static void
program_enter_newest (Program *program, const char *email)
{
  g_autofree char *code = post_get (email, "code");
  g_autofree char *body = g_strconcat ("code=", code, NULL);

  program_answer (program, body);
}

static void
native_password (Program *program, Person *person)
{
  program_sign_in (program, person->email, PASSWORD);
}

static void
native_code (Program *program, Person *person)
{
  program_name (program, person->email);
  program_answer (program, "action=factor:code");
  program_enter_newest (program, person->email);
}

static void
native_sign_up (Program *program, Person *person)
{
  program_begin (program, POSTERN_FLOW_PROMPT_CREATE);
  program_answer (program, "identifier=new@native.example&name=Somebody&password=" PASSWORD);
  program_enter_newest (program, "new@native.example");
}

static void
native_recovery (Program *program, Person *person)
{
  program_name (program, person->email);
  program_answer (program, "action=recover");
  program_enter_newest (program, person->email);
  program_assert_page (program, "new-password");
  program_answer (program, "password=" NEW_PASSWORD);
}

/* It ends before the same pages as a browser does; to answer them with something else leads nowhere, and no session is made. */
static void
test_matrix_native (void)
{
  static const struct {
    const char *name;
    NativeWayIn run;
  } ways[] = { { "password", native_password }, { "code", native_code }, { "sign-up", native_sign_up }, { "recovery", native_recovery } };
  static const char *const attempts[] = { "action=continue", "action=later", "code=000000", "action=other-factor", "action=second:nothing", "password=" PASSWORD };
  static const gboolean has[] = { FALSE, TRUE };

  policy_set ("{\"second_factor\":\"required\",\"codes_per_recipient\":1000,\"guesses_per_account\":1000}");
  for (guint n = 0; n < G_N_ELEMENTS (has); n++) {
    g_auto (Person) yva = person_make (has[n] ? "with@native.example" : "without@native.example", has[n]);
    g_autoptr (GPtrArray) sessions = NULL;

    for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
      g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.24");

      if (has[n] && g_str_equal (ways[i].name, "sign-up"))
        continue;
      ways[i].run (program, &yva);
      for (guint k = 0; k <= G_N_ELEMENTS (attempts); k++) {
        g_autoptr (GVariant) page = program_page (program);
        const char *name = postern_json_get_string (page, "name");

        if (g_strcmp0 (name, "totp") != 0 && g_strcmp0 (name, "second-factor") != 0)
          g_error ("by %s, attempt %u: %s", ways[i].name, k, name ? name : "no page");
        if (k < G_N_ELEMENTS (attempts))
          program_answer (program, attempts[k]);
      }
    }
    sessions = list_sessions (yva.id);
    g_assert_cmpuint (sessions->len, ==, 0);
  }
  policy_set (RULE ("optional"));
}

/* And with the factor it is in, as the tokens will say. */
static void
test_matrix_native_meets (void)
{
  g_auto (Person) zoe = person_make ("zoe@native.example", TRUE);
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.25");
  g_autofree char *body = NULL;

  policy_set (RULE ("required"));
  settle ();
  native_password (program, &zoe);
  program_assert_page (program, "totp");
  body = g_strdup_printf ("code=%06u", postern_totp_compute (zoe.seed, sizeof zoe.seed, now ()));
  program_answer (program, body);
  program_assert_answer (program, "amr=pwd+otp+mfa&acr=2");
  policy_set (RULE ("optional"));
}

static void
test_matrix_people (void)
{
  check_people ("{\"second_factor\":\"required\",\"codes_per_recipient\":1000,\"guesses_per_account\":1000}", "matrix.example");
}

static void
test_matrix_strict (void)
{
  check_people (STRICT, "strict.example");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/matrix/tokens", test_matrix_tokens },
    { "/matrix/people", test_matrix_people },
    { "/matrix/strict", test_matrix_strict },
    { "/matrix/native", test_matrix_native },
    { "/matrix/native-meets", test_matrix_native_meets },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE, .policy = RULE ("optional") }, tests);
}
