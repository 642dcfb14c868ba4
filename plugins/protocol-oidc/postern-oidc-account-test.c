/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-account-fixture.h"

/* --- who is let in ------------------------------------------------------------------------------------------------------------ */

static void
test_rows (void)
{
  guint n = 0;

  for (const PosternRoute *route = postern_protocol_get_routes (world->oidc); route->method; route++)
    n += g_str_has_prefix (route->pattern, "/api/account");
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (rows)); /* each of them is tried below */
}

static void
test_refused (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *service_secret = NULL;
  g_autofree char *service = postern_oidc_world_add_application (world, "service", "{'scope':'account:read account:write'}", &service_secret);
  g_autofree char *basic = postern_oidc_world_basic (service, service_secret);
  g_autoptr (GVariant) machine = postern_oidc_world_token (world, "grant_type=client_credentials&scope=account:read%20account:write", basic, NULL);
  g_autoptr (GVariant) elsewhere = get_tokens_of (app, app_secret, &person, "account:read account:write read", "https://api.example");
  g_autoptr (GVariant) tokens = get_tokens_of (app, app_secret, &person, BOTH " offline_access", NULL);
  g_autofree char *read = get_token (&person, READ);
  g_autofree char *write = get_token (&person, WRITE);
  g_autofree char *query = g_strconcat ("?access_token=", postern_oidc_world_get (tokens, "access_token"), NULL);

  g_assert_cmpstr (postern_oidc_world_get (machine, "scope"), ==, "account:read account:write");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gboolean reads = g_str_equal (rows[i].method, "GET");
    g_autofree char *target = g_strconcat (rows[i].pattern, query, NULL);
    Row in_query = { rows[i].method, target, rows[i].body, FALSE };

    assert_challenge (&rows[i], NULL, 401, "Bearer");
    assert_challenge (&rows[i], "nonsense", 401, "invalid_token");
    assert_challenge (&in_query, NULL, 400, "invalid_request");
    assert_challenge (&rows[i], postern_oidc_world_get (tokens, "id_token"), 401, "invalid_token");
    assert_challenge (&rows[i], postern_oidc_world_get (tokens, "refresh_token"), 401, "invalid_token");
    assert_challenge (&rows[i], postern_oidc_world_get (machine, "access_token"), 401, "invalid_token");   /* nobody's */
    assert_challenge (&rows[i], postern_oidc_world_get (elsewhere, "access_token"), 401, "invalid_token"); /* for another resource */
    assert_challenge (&rows[i], reads ? write : read, 403, reads ? "scope=\"account:read\"" : "scope=\"account:write\"");
  }
}

/* No application has the scopes unless it is registered with them. */
static void
test_not_allowed (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->other, PAIRS ("scope", BOTH));
  g_autofree char *auth = postern_oidc_world_basic (world->other, world->other_secret);
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, code);
  g_autoptr (GVariant) tokens = postern_oidc_world_token (world, body, auth, NULL);

  assert_challenge (&rows[0], postern_oidc_world_get (tokens, "access_token"), 403, "insufficient_scope");
  g_assert_cmpstr (postern_oidc_world_get (tokens, "scope"), ==, "openid");
}

static void
test_stale (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *stale = NULL;

  sign_in (&person, 300);
  stale = get_token (&person, BOTH);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].fresh)
      assert_challenge (&rows[i], stale, 401, "error=\"insufficient_user_authentication\", max_age=\"300\"");
    else {
      g_autoptr (PosternResponse) response = call (rows[i].method, rows[i].pattern, NULL, rows[i].body, stale);

      g_assert_cmpuint (postern_response_get_status (response), <, 300);
    }
  }
}

static void
test_ended (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *offline = get_token (&person, BOTH " offline_access");
  Has disabled = { person.user_id, "disabled", NULL };
  g_autoptr (GVariant) profile = NULL;

  g_assert_true (postern_flow_engine_end_session (world->engine, world->tenant, person.session_id, NULL, NULL));
  assert_dead (token);
  profile = get ("/profile", offline);
  g_assert_cmpstr (postern_oidc_world_get (profile, "id"), ==, person.user_id);
  done ("PATCH", "/profile", NULL, "{\"name\":\"Away\"}", offline);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) /* the sign-in is young enough, but it is over */
    if (rows[i].fresh)
      assert_challenge (&rows[i], offline, 401, "insufficient_user_authentication");
  assert_challenge (&(Row){ "DELETE", "/deletion", NULL, FALSE }, offline, 401, "insufficient_user_authentication");
  postern_oidc_world_write (world, change_user, &disabled);
  assert_dead (offline);
}

/* --- profile and preferences -------------------------------------------------------------------------------------------------- */

static void
test_profile (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autoptr (GVariant) before = get ("/profile", token);
  g_autoptr (GVariant) after = NULL;

  g_assert_cmpstr (postern_oidc_world_get (before, "name"), ==, "Bo");
  g_assert_cmpint (postern_json_get_int64 (before, "created_at", 0), ==, 1700000000);
  g_assert_null (postern_json_get_string (before, "locale")); /* of the preferences */
  done ("PATCH", "/profile", NULL, "{\"name\":\" Bo Example \",\"given_name\":\"Bo\",\"family_name\":\"Example\"}", token);
  done ("PATCH", "/profile", NULL, "{\"family_name\":null}", token);
  after = get ("/profile", token);
  g_assert_cmpstr (postern_oidc_world_get (after, "name"), ==, "Bo Example");
  g_assert_cmpstr (postern_oidc_world_get (after, "given_name"), ==, "Bo");
  g_assert_null (postern_json_get_string (after, "family_name"));
}

static void
test_profile_wrong (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  static const struct {
    const char *body, *field;
  } wrong[] = {
    { "", NULL }, { "{}", NULL }, { "[]", NULL }, { "name=Bo", NULL }, { "{\"name\":\"A\",\"name\":\"B\"}", NULL },
    { "{\"email\":\"other@example.org\"}", "email" }, { "{\"administrator\":true}", "administrator" }, { "{\"locale\":\"de\"}", "locale" },
    { "{\"name\":7}", "name" }, { "{\"name\":[\"A\"]}", "name" }, { "{\"name\":null}", "name" }, { "{\"name\":\"\"}", "name" },
    { "{\"name\":\"\\u202eevil\"}", "name" }, { "{\"given_name\":\"a\\nb\"}", "given_name" },
  };
  g_autoptr (GVariant) profile = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_test_message ("%s", wrong[i].body);
    refused (call ("PATCH", "/profile", NULL, wrong[i].body, token), 400, "invalid_request", wrong[i].field);
  }
  profile = get ("/profile", token);
  g_assert_cmpstr (postern_oidc_world_get (profile, "name"), ==, "Bo");
}

static void
test_preferences (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autoptr (GVariant) before = get ("/preferences", token);
  g_autoptr (GVariant) after = NULL;

  g_assert_cmpstr (postern_oidc_world_get (before, "language"), ==, "de");
  g_assert_cmpstr (postern_oidc_world_get (before, "appearance"), ==, "system");
  done ("PATCH", "/preferences", NULL, "{\"appearance\":\"dark\"}", token);
  done ("PATCH", "/preferences", NULL, "{\"language\":\"pt-BR\"}", token);
  after = get ("/preferences", token);
  g_assert_cmpstr (postern_oidc_world_get (after, "language"), ==, "pt-BR");
  g_assert_cmpstr (postern_oidc_world_get (after, "appearance"), ==, "dark");
  refused (call ("PATCH", "/preferences", NULL, "{\"language\":\"de;q=1\"}", token), 400, "invalid_request", "language");
  refused (call ("PATCH", "/preferences", NULL, "{\"language\":null}", token), 400, "invalid_request", "language");
  refused (call ("PATCH", "/preferences", NULL, "{\"appearance\":\"dark; Path=/\"}", token), 400, "invalid_request", "appearance");
  refused (call ("PATCH", "/preferences", NULL, "{\"theme\":\"dark\"}", token), 400, "invalid_request", "theme");
  done ("PATCH", "/preferences", NULL, "{\"appearance\":\"system\"}", token);
}

int
main (int argc, char **argv)
{
  static const AccountTest tests[] = {
    { "/oidc-account/rows", test_rows },
    { "/oidc-account/refused", test_refused },
    { "/oidc-account/not-allowed", test_not_allowed },
    { "/oidc-account/stale", test_stale },
    { "/oidc-account/ended", test_ended },
    { "/oidc-account/profile", test_profile },
    { "/oidc-account/profile-wrong", test_profile_wrong },
    { "/oidc-account/preferences", test_preferences },
  };

  return run_account_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
