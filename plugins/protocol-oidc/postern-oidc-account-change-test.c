/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-account-fixture.h"

/* --- sign-in methods ---------------------------------------------------------------------------------------------------------- */

static void
test_methods (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *password = give (&person, "password");
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *identity = give (&person, "identity");
  g_autofree char *token = get_token (&person, BOTH);
  g_autoptr (GVariant) list = get ("/sign-in-methods?redirect_uri=https%3A%2F%2Fapp.example%2Fcallback", token);
  g_autoptr (GVariant) key = find_item (list, "id", passkey);
  g_autoptr (GVariant) linked = find_item (list, "id", identity);
  g_autoptr (GVariant) urls = postern_json_get (list, "change_urls");
  g_autoptr (GVariant) plain = get ("/sign-in-methods", token);
  g_autoptr (GVariant) plain_urls = postern_json_get (plain, "change_urls");
  g_autofree char *printed = postern_json_print (list);
  g_autofree char *url = g_strdup_printf (POSTERN_OIDC_WORLD_ISSUER "/account/change/change-password?client_id=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback", app);

  g_assert_cmpuint (count (list), ==, 3);
  g_assert_cmpstr (postern_oidc_world_get (key, "type"), ==, "passkey");
  g_assert_cmpstr (postern_oidc_world_get (key, "name"), ==, "A key");
  g_assert_cmpstr (postern_oidc_world_get (key, "aaguid"), ==, "adce0002-35bc-c60a-648b-0b25f1f05503");
  g_assert_cmpint (postern_json_get_int64 (key, "used_at", 0), ==, 1700000002);
  g_assert_cmpstr (postern_oidc_world_get (linked, "connector"), ==, "corp");
  g_assert_cmpstr (postern_oidc_world_get (urls, "password"), ==, url);
  g_assert_cmpstr (postern_oidc_world_get (plain_urls, "password"), ==, POSTERN_OIDC_WORLD_ISSUER "/account/change/change-password");
  g_assert_null (strstr (printed, "secret"));
  g_assert_null (strstr (printed, "of the key"));
  refused (call ("GET", "/sign-in-methods?redirect_uri=https%3A%2F%2Fevil.example%2F", NULL, NULL, token), 400, "invalid_request", "redirect_uri");
}

static void
test_rename (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) stranger = make_person ();
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *password = give (&stranger, "password");
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) key = NULL;

  refused (call ("PATCH", "/sign-in-methods/{method}", passkey, "{\"name\":\"Mine\"}", strange), 404, "not_found", NULL);
  refused (call ("PATCH", "/sign-in-methods/{method}", password, "{\"name\":\"Mine\"}", strange), 404, "not_found", NULL); /* has no name */
  refused (call ("PATCH", "/sign-in-methods/{method}", passkey, "{\"name\":\"\\u0007\"}", token), 400, "invalid_request", "name");
  refused (call ("PATCH", "/sign-in-methods/{method}", passkey, "{\"key\":\"mine\"}", token), 400, "invalid_request", "key");
  done ("PATCH", "/sign-in-methods/{method}", passkey, "{\"name\":\"Key ring\"}", token);
  list = get ("/sign-in-methods", token);
  key = find_item (list, "id", passkey);
  g_assert_cmpstr (postern_oidc_world_get (key, "name"), ==, "Key ring");
  g_assert_cmpstr (postern_oidc_world_get (key, "aaguid"), ==, "adce0002-35bc-c60a-648b-0b25f1f05503");
}

/* What is somebody else's is answered to a byte as what is not there. */
static void
assert_foreign (const char *target, const char *foreign, const char *unknown, const char *token)
{
  g_autoptr (PosternResponse) one = call ("DELETE", target, foreign, NULL, token);
  g_autoptr (PosternResponse) other = call ("DELETE", target, unknown, NULL, token);

  g_assert_true (g_bytes_equal (postern_response_get_body (one), postern_response_get_body (other)));
  refused (g_object_ref (one), 404, "not_found", NULL);
}

static void
test_remove (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) elsewhere = { g_strdup (person.user_id) };
  g_auto (Person) stranger = make_person ();
  g_autofree char *password = give (&person, "password");
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *codes = give (&person, "recovery-code");
  g_autofree char *identity = give (&person, "identity");
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autofree char *other = NULL;
  g_autoptr (GVariant) left = NULL;

  sign_in (&elsewhere, 5);
  other = get_token (&elsewhere, BOTH);
  assert_foreign ("/sign-in-methods/{method}", passkey, "crd_00000000000000000000000000", strange);
  assert_foreign ("/sign-in-methods/{method}", identity, "idn_00000000000000000000000000", strange);
  refused (call ("DELETE", "/sign-in-methods/{method}", "phonebook", NULL, token), 404, "not_found", NULL);
  refused (call ("DELETE", "/sign-in-methods/{method}", "phone", NULL, token), 404, "not_found", NULL); /* has none */
  refused (call ("DELETE", "/sign-in-methods/{method}", codes, NULL, token), 400, "invalid_request", NULL); /* only replaced */
  done ("DELETE", "/sign-in-methods/{method}", passkey, NULL, token);
  assert_challenge (&rows[0], other, 401, "invalid_token"); /* signed out everywhere else */
  done ("DELETE", "/sign-in-methods/{method}", identity, NULL, token);
  refused (call ("DELETE", "/sign-in-methods/{method}", password, NULL, token), 409, "conflict", NULL); /* the last way in */
  left = get ("/sign-in-methods", token);
  g_assert_cmpuint (count (left), ==, 2);
}

/* --- sessions, applications, activity ------------------------------------------------------------------------------------------ */

static void
test_sessions (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) second = { g_strdup (person.user_id) };
  g_auto (Person) third = { g_strdup (person.user_id) };
  g_auto (Person) stranger = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autofree char *stale = NULL;
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) own = NULL;
  g_autoptr (GVariant) left = NULL;

  sign_in (&second, 5);
  sign_in (&third, 500);
  stale = get_token (&third, BOTH);
  list = get ("/sessions", token);
  own = find_item (list, "id", person.session_id);
  g_assert_cmpuint (count (list), ==, 3);
  g_assert_true (postern_json_get_boolean (own, "current", FALSE));
  g_assert_cmpstr (postern_oidc_world_get (own, "device"), ==, "Firefox on Linux");
  g_assert_cmpstr (postern_oidc_world_get (own, "remote_address"), ==, "192.0.2.7");
  assert_foreign ("/sessions/{session}", person.session_id, "ses_00000000000000000000000000", strange);
  done ("DELETE", "/sessions/{session}", second.session_id, NULL, token);
  refused (call ("DELETE", "/sessions/{session}", person.session_id, NULL, stale), 401, "insufficient_user_authentication", NULL);
  done ("DELETE", "/sessions/{session}", third.session_id, NULL, stale); /* its own: to leave asks for nothing */
  assert_challenge (&rows[0], stale, 401, "invalid_token");
  sign_in (&second, 5);
  done ("DELETE", "/sessions", NULL, NULL, token);
  left = get ("/sessions", token);
  g_assert_cmpuint (count (left), ==, 1);
}

/* Page by page each of them once, the newest first, whatever comes meanwhile. */
static void
test_many_sessions (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH), *next = NULL, *newest = NULL;
  guint found = 0, pages = 0;

  for (guint i = 0; i < 4; i++)
    sign_in (&person, 5);
  newest = g_strdup (person.session_id);
  do {
    g_autofree char *target = g_strdup_printf ("/sessions?limit=2%s%s", next ? "&after=" : "", next ? next : "");
    g_autoptr (GVariant) page = get (target, token), first = pages == 0 ? find_item (page, "id", newest) : NULL;

    g_assert_true (pages > 0 || first != NULL);
    found += count (page);
    g_free (next);
    next = g_strdup (postern_json_get_string (page, "next"));
    sign_in (&person, 5);
  } while (next && ++pages < 10);
  g_assert_cmpuint (found, ==, 5);
  refused (call ("GET", "/sessions?after=aud_00000000000000000000000000", NULL, NULL, token), 400, "invalid_request", "after");
  refused (call ("GET", "/sessions?limit=501", NULL, NULL, token), 400, "invalid_request", "limit");
}

static void
test_applications (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) stranger = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *again = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autoptr (GVariant) elsewhere = get_tokens_of (world->web, world->web_secret, &person, "openid email", NULL);
  g_autoptr (GVariant) list = get ("/applications", token);
  g_autoptr (GVariant) web = find_item (list, "id", world->web);
  g_auto (GStrv) scopes = postern_json_dup_strv (web, "scopes", FALSE);

  g_assert_cmpuint (count (list), ==, 2); /* one line each */
  g_assert_cmpstr (postern_oidc_world_get (web, "name"), ==, "Example");
  g_assert_cmpstr (scopes[1], ==, "email");
  assert_foreign ("/applications/{application}", world->web, "app_00000000000000000000000000", strange);
  done ("DELETE", "/applications/{application}", world->web, NULL, token);
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (elsewhere, "access_token"), world->web, world->web_secret));
  refused (call ("DELETE", "/applications/{application}", world->web, NULL, token), 404, "not_found", NULL);
  done ("DELETE", "/applications/{application}", app, NULL, token); /* even itself */
  assert_dead (token);
  assert_dead (again);
}

static void
test_activity (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) stranger = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *next = NULL;
  guint found = 0, pages = 0, signed_in = 0;

  for (guint i = 0; i < 5; i++)
    done ("PATCH", "/profile", NULL, "{\"name\":\"Bo\"}", token);
  sign_in (&stranger, 0);
  do {
    g_autofree char *target = g_strdup_printf ("/activity?limit=2%s%s", next ? "&after=" : "", next ? next : "");
    g_autoptr (GVariant) page = get (target, token);
    g_autoptr (GVariant) began = find_item (page, "event", "sign-in.succeeded");

    g_assert_cmpuint (count (page), <=, 2);
    found += count (page);
    signed_in += began != NULL;
    g_free (next);
    next = g_strdup (postern_json_get_string (page, "next"));
  } while (next && ++pages < 10);
  g_assert_cmpuint (found, ==, 6); /* five changes and the sign-in, each once */
  g_assert_cmpuint (signed_in, ==, 1);
  refused (call ("GET", "/activity?after=usr_00000000000000000000000000", NULL, NULL, token), 400, "invalid_request", "after");
  refused (call ("GET", "/activity?limit=0", NULL, NULL, token), 400, "invalid_request", "limit");
  refused (call ("GET", "/activity?limit=501", NULL, NULL, token), 400, "invalid_request", "limit");
}

/* --- data and deletion ---------------------------------------------------------------------------------------------------------- */

static void
test_data (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *token = get_token (&person, READ);
  g_autoptr (GVariant) data = get ("/data", token), later = NULL, passkeys = NULL;
  g_autofree char *printed = postern_json_print (data);

  g_assert_nonnull (strstr (printed, person.user_id));
  g_assert_nonnull (strstr (printed, "A key"));
  g_assert_null (strstr (printed, "a secret of"));
  g_assert_null (strstr (printed, "of the key"));
  later = get ("/data?after=activity:", token); /* a part that begins there */
  passkeys = postern_json_get (later, "credentials");
  g_assert_cmpuint (g_variant_n_children (passkeys), ==, 0);
  refused (call ("GET", "/data?after=sessions:x", NULL, NULL, token), 400, "invalid_request", "after");
}

static void
test_deletion (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *offline = get_token (&person, BOTH " offline_access");
  g_autofree char *later = NULL;
  g_autoptr (PosternResponse) response = call ("POST", "/deletion", NULL, NULL, token);
  g_autoptr (GVariant) answer = postern_oidc_world_json (response);
  gint64 deletes_at = postern_json_get_int64 (answer, "deletes_at", 0);
  g_autoptr (GVariant) waits = NULL;
  g_autoptr (GVariant) kept = NULL;

  g_assert_cmpuint (postern_response_get_status (response), ==, 202);
  g_assert_cmpint (deletes_at, >, g_get_real_time () / G_USEC_PER_SEC + 3600);
  assert_dead (token);
  assert_dead (offline);
  sign_in (&person, 1000); /* to keep it, who signed in is enough */
  later = get_token (&person, BOTH);
  waits = get ("/profile", later);
  g_assert_cmpint (postern_json_get_int64 (waits, "deletes_at", 0), ==, deletes_at);
  done ("DELETE", "/deletion", NULL, NULL, later);
  done ("DELETE", "/deletion", NULL, NULL, later);
  kept = get ("/profile", later);
  g_assert_cmpint (postern_json_get_int64 (kept, "deletes_at", 0), ==, 0);
}

static void
test_deletion_administrator (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  Has administrator = { person.user_id, "administrator", NULL };
  g_autoptr (GVariant) profile = NULL;

  postern_oidc_world_write (world, change_user, &administrator);
  refused (call ("POST", "/deletion", NULL, NULL, token), 403, "access_denied", NULL);
  profile = get ("/profile", token);
  g_assert_cmpint (postern_json_get_int64 (profile, "deletes_at", 0), ==, 0);
}

int
main (int argc, char **argv)
{
  static const AccountTest tests[] = {
    { "/oidc-account/methods", test_methods },
    { "/oidc-account/rename", test_rename },
    { "/oidc-account/remove", test_remove },
    { "/oidc-account/sessions", test_sessions },
    { "/oidc-account/many-sessions", test_many_sessions },
    { "/oidc-account/applications", test_applications },
    { "/oidc-account/activity", test_activity },
    { "/oidc-account/data", test_data },
    { "/oidc-account/deletion", test_deletion },
    { "/oidc-account/deletion-administrator", test_deletion_administrator },
  };

  return run_account_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
