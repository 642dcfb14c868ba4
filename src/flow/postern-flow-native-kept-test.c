/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native-fixture.h"

/* What an application that shows the pages itself keeps once somebody is in, as a browser keeps cookies. */

/* (transfer full): the id of the one that is an application's */
static char *
dup_native_session (const char *user_id)
{
  g_autoptr (GPtrArray) sessions = list_sessions (user_id);

  for (guint i = 0; i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    if (g_strcmp0 (session->application_id, APP_FIRST) == 0)
      return g_strdup (session->id);
  }
  g_assert_not_reached ();
}

static gboolean
add_second_application (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, APP_FIRST, error);

  g_free (application->id);
  application->id = g_strdup ("app_second");
  return postern_application_store_insert (txn, application, error);
}

/* As a browser's cookies do: the session serves again, its secret changes when it rises, and an old one is worth nothing. */
static void
test_kept (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.20");
  g_autofree char *user_id = user_make_with_password ("ida@native.example", TRUE);
  g_autofree char *first = NULL;
  g_autoptr (GPtrArray) sessions = NULL;

  program_sign_in (program, "ida@native.example", PASSWORD);
  first = g_strdup (program->kept);
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE), first);
  program_assert_answer (program, "amr=pwd&acr=1&scope=openid+email&fresh=0");
  g_assert_cmpstr (program->kept, ==, first);
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_SELECT_ACCOUNT), first);
  program_assert_page (program, "choose-account");
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN), first);
  program_answer (program, "identifier=ida@native.example&password=" PASSWORD);
  program_assert_answer (program, "fresh=1");
  g_assert_cmpstr (program->kept, !=, first);
  sessions = list_sessions (user_id);
  g_assert_cmpuint (sessions->len, ==, 1);
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE), first);
  program_assert_answer (program, "error=login_required");
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE), program->kept);
  program_assert_answer (program, "fresh=0");
}

/* RFC 9470: what is missing is asked, and nothing that was shown before. */
static void
test_step_up (void)
{
  static const char *const wanted[] = { "2", NULL };
  g_auto (Person) jan = person_make ("jan@native.example", FALSE);
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.21");
  g_autofree char *body = NULL;
  PosternFlow *flow = application_flow (APP_FIRST, 0);

  policy_set (RULE ("optional"));
  program_sign_in (program, jan.email, PASSWORD);
  fixture_write (house_store, put_seed, &jan);
  settle ();
  flow->acr_values = g_strdupv ((char **) wanted);
  program_begin_with (program, flow, program->kept);
  program_assert_page (program, "totp");
  body = g_strdup_printf ("code=%06u", postern_totp_compute (jan.seed, sizeof jan.seed, now ()));
  program_answer (program, body);
  program_assert_answer (program, "amr=pwd+otp+mfa&acr=2");
  policy_set ("{}");
}

/* It is its application's: no other one's, no browser's; and a browser's cookies are not its. */
static void
test_kept_by_one (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.22");
  g_autoptr (Program) other = program_new ("app_second", "192.0.2.22");
  g_autoptr (Browser) browser = browser_new ("192.0.2.22");
  g_autoptr (Browser) owner = browser_new ("192.0.2.23");
  g_autofree char *user_id = user_make_with_password ("kim@native.example", TRUE);
  g_autofree char *cookies = NULL;
  const char *dot;

  program_sign_in (program, "kim@native.example", PASSWORD);
  fixture_write (house_store, add_second_application, NULL);
  program_begin_with (other, application_flow ("app_second", POSTERN_FLOW_PROMPT_NONE), program->kept);
  program_assert_answer (other, "error=login_required");
  dot = strchr (program->kept, '.');
  g_hash_table_replace (browser->cookies, g_strdup ("session"), g_strndup (program->kept, (gsize) (dot - program->kept)));
  g_hash_table_replace (browser->cookies, g_strdup ("device"), g_strdup (dot + 1));
  assert_signed_out (browser);
  browser_get (browser, "/account");
  browser_follow (browser);
  assert_page (browser, "identifier");
  browser_begin (owner, application_flow (APP_FIRST, 0));
  browser_sign_in (owner, "kim@native.example", PASSWORD);
  cookies = g_strdup_printf ("%s.%s", (char *) g_hash_table_lookup (owner->cookies, "session"), (char *) g_hash_table_lookup (owner->cookies, "device"));
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE), cookies);
  program_assert_answer (program, "error=login_required");
}

/* Whoever owns the device gets in while strangers guess; the account page has it under the application's name, and ends it. */
static void
test_device_and_account (void)
{
  g_autoptr (Program) program = program_new (APP_FIRST, "192.0.2.24");
  g_autoptr (Program) stranger = program_new (APP_FIRST, "198.51.100.24");
  g_autoptr (Browser) browser = browser_new ("192.0.2.24");
  g_autofree char *user_id = user_make_with_password ("lea@native.example", TRUE);
  g_autoptr (GVariant) sessions = NULL;
  g_autofree char *text = NULL;
  g_autofree char *session_id = NULL;
  g_autofree char *body = NULL;

  program_sign_in (program, "lea@native.example", PASSWORD);
  browser_get (browser, "/account");
  browser_follow (browser);
  browser_sign_in (browser, "lea@native.example", PASSWORD);
  browser_get (browser, "/account");
  assert_page (browser, "account");
  sessions = postern_json_get (postern_response_get_model (browser->last), "sessions");
  g_assert_cmpuint (g_variant_n_children (sessions), ==, 2);
  text = g_variant_print (sessions, FALSE);
  g_assert_nonnull (strstr (text, "'device': <'Ours'>"));

  for (guint n = 0; n < 12; n++)
    program_sign_in (stranger, "lea@native.example", "guess");
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN), program->kept);
  program_answer (program, "identifier=lea@native.example&password=" PASSWORD);
  program_assert_answer (program, "fresh=1");

  session_id = dup_native_session (user_id);
  body = g_strdup_printf ("action=end-session:%s", session_id);
  browser_post (browser, "/account", body);
  program_begin_with (program, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE), program->kept);
  program_assert_answer (program, "error=login_required");
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/native-kept/kept", test_kept },
    { "/native-kept/step-up", test_step_up },
    { "/native-kept/kept-by-one", test_kept_by_one },
    { "/native-kept/device-and-account", test_device_and_account },
    { NULL },
  };

  return house_run (argc, argv, &(House){ .has_messenger = TRUE }, tests);
}
