/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-claims-hook.h"
#include "postern-http-client.h"
#include "postern-receiver-fixture.h"
#include "postern-seal.h"
#include "postern-webhook-signature.h"

#include <string.h>

/* An operator's server that is asked what tokens say: that it can know who asks, and that it can do no harm, whatever it answers. */

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static PosternOidcWorld *world;

/* --- the server ------------------------------------------------------------------------------------------------------------------ */

static FixtureReceiver *hook;

#define OK(body) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body

static void
start (void)
{
  g_autoptr (GError) error = NULL;

  hook = fixture_receiver_new (NULL);
  g_assert_true (postern_http_client_configure (postern_http_client_get_default (), PAIRS (hook->place), NULL, &error));
}

/* --- set up ---------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *owner_id, *url, *on_failure;
} Setting;

static gboolean
set_hook (PosternTxn *txn, gpointer data, GError **error)
{
  const Setting *self = data;
  PosternClaimsHook record = { (char *) self->owner_id, (char *) self->url, NULL, 300, (char *) self->on_failure, 1, 1 };
  gboolean done = self->url ? postern_claims_hook_put (txn, &record, SECRET, error) : postern_claims_hook_store_delete (txn, self->owner_id, NULL, error);

  g_free (record.secret);
  return done;
}

/* Of a new application: one that a test has had fail too often is left alone for a while. (transfer full): its id */
static char *
add_shop (const char *url, const char *on_failure, char **secret)
{
  char *id = postern_oidc_world_add_application (world, "web", "{'require_pkce':false,'redirect_uris':['https://app.example/callback'],'scope':'openid email','claims_map':[{'claim':'plan','value':'gold'}]}", secret);
  Setting setting = { id, url, on_failure };

  postern_oidc_world_write (world, set_hook, &setting);
  return id;
}

/* (transfer full): what the token endpoint answers */
static GVariant *
sign_in (const char *id, const char *secret, guint *status)
{
  g_autofree char *code = postern_oidc_world_get_code (world, id, PAIRS ("scope", "openid email", "code_challenge", "-", "code_challenge_method", "-"));
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback", code);
  g_autofree char *basic = postern_oidc_world_basic (id, secret);

  return postern_oidc_world_token (world, body, basic, status);
}

/* --- tests ------------------------------------------------------------------------------------------------------------------------ */

static void
check_question (const char *shop)
{
  guint last = fixture_receiver_count (hook) - 1;
  g_autofree char *id = fixture_receiver_dup_header (hook, last, "webhook-id"), *timestamp = fixture_receiver_dup_header (hook, last, "webhook-timestamp");
  g_autofree char *signature = fixture_receiver_dup_header (hook, last, "webhook-signature"), *body = fixture_receiver_dup_body (hook, last);
  g_autofree char *expected = postern_webhook_signature_make (SECRET, id, g_ascii_strtoll (timestamp, NULL, 10), body, strlen (body));
  g_autoptr (GVariant) question = postern_json_parse_object (body, -1, 0, NULL), data = postern_json_get (question, "data"), said = postern_json_get (data, "claims");

  g_assert_cmpstr (signature, ==, expected);
  g_assert_cmpint (ABS (g_ascii_strtoll (timestamp, NULL, 10) - g_get_real_time () / G_USEC_PER_SEC), <, 60);
  g_assert_cmpstr (postern_json_get_string (question, "type"), ==, "token.claims");
  g_assert_cmpstr (postern_json_get_string (data, "user_id"), ==, world->user_id);
  g_assert_cmpstr (postern_json_get_string (data, "application_id"), ==, shop);
  g_assert_cmpstr (postern_json_get_string (data, "audience"), ==, shop);
  g_assert_cmpstr (postern_json_get_string (said, "plan"), ==, "gold");
  g_assert_cmpstr (postern_json_get_string (said, "email"), ==, "alice@example.com");
}

/* It is asked with what the token says already, and its word is in the ID token and in userinfo. */
static void
test_asked (void)
{
  g_autofree char *secret = NULL, *shop = add_shop (hook->url, "refuse", &secret), *bearer = NULL;
  g_autoptr (GVariant) tokens = NULL, claims = NULL, told = NULL;
  g_autoptr (PosternResponse) userinfo = NULL;
  guint status;

  fixture_receiver_set_answer (hook, OK ("{\"claims\":{\"level\":\"seven\"}}"));
  tokens = sign_in (shop, secret, &status);
  g_assert_cmpuint (status, ==, 200);
  claims = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
  g_assert_cmpstr (postern_json_get_string (claims, "level"), ==, "seven");
  g_assert_cmpstr (postern_json_get_string (claims, "plan"), ==, "gold");
  check_question (shop);
  bearer = g_strconcat ("Bearer ", postern_oidc_world_get (tokens, "access_token"), NULL);
  userinfo = postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, bearer, FALSE);
  told = postern_oidc_world_json (userinfo);
  g_assert_cmpstr (postern_json_get_string (told, "level"), ==, "seven");
}

static const char *const bad_answers[] = {
  NULL,
  OK ("{\"claims\":{\"level\":\"seven\",\"sub\":\"usr_root\"}}"),
  OK ("{\"claims\":{\"level\":\"seven\",\"plan\":\"free\"}}"),
  "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Type: application/jsonp\r\nConnection: close\r\n\r\n{\"claims\":{\"level\":\"seven\"}}",
  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{\"claims\":{\"level\":\"seven\"}}",
  "nonsense\r\n\r\n",
};

/* Refused by default, or without what it would have said; never with any of it. */
static void
test_no_good_answer (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_answers); i++) {
    g_autofree char *secret = NULL, *strict = add_shop (hook->url, "refuse", &secret), *mild_secret = NULL, *mild = add_shop (hook->url, "without", &mild_secret);
    g_autoptr (GVariant) refused = NULL, tokens = NULL, claims = NULL;
    guint status;

    g_test_message ("answer %u", i);
    fixture_receiver_set_answer (hook, bad_answers[i]);
    refused = sign_in (strict, secret, &status);
    g_assert_cmpuint (status, ==, 503);
    g_assert_false (g_variant_lookup (refused, "id_token", "*", NULL));
    tokens = sign_in (mild, mild_secret, &status);
    g_assert_cmpuint (status, ==, 200);
    claims = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
    g_assert_cmpstr (postern_json_get_string (claims, "plan"), ==, "gold");
    g_assert_null (postern_json_get_string (claims, "level"));
    g_assert_cmpstr (postern_json_get_string (claims, "sub"), ==, world->user_id);
  }
}

/* Addresses within are not asked unless the server's configuration allows them. */
static void
test_not_asked (void)
{
  static const char *const urls[] = { "https://127.0.0.1:1/", "https://169.254.169.254/latest/meta-data", "https://localhost/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://2130706433/" };
  guint before = fixture_receiver_count (hook);

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autofree char *secret = NULL, *shop = add_shop (urls[i], "refuse", &secret);
    guint status;
    g_autoptr (GVariant) refused = sign_in (shop, secret, &status);

    g_assert_cmpuint (status, ==, 503);
  }
  g_assert_cmpuint (fixture_receiver_count (hook), ==, before);
}

/* One that fails and fails is left alone, and nobody waits for it; another that takes its place is asked at once. */
static void
test_rests (void)
{
  g_autofree char *secret = NULL, *shop = add_shop (hook->url, "without", &secret), *other = g_strconcat (hook->url, "/mended", NULL);
  Setting mended = { shop, other, "refuse" };
  g_autoptr (GVariant) last = NULL;
  guint before = fixture_receiver_count (hook), status;

  fixture_receiver_set_answer (hook, "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  for (guint i = 0; i < 8; i++) {
    g_autoptr (GVariant) tokens = sign_in (shop, secret, &status);

    g_assert_cmpuint (status, ==, 200);
  }
  g_assert_cmpuint (fixture_receiver_count (hook) - before, ==, 5);
  postern_oidc_world_write (world, set_hook, &mended);
  fixture_receiver_set_answer (hook, OK ("{\"claims\":{}}"));
  last = sign_in (shop, secret, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (fixture_receiver_count (hook) - before, ==, 6);
}

/* What is taken away is asked no more, at once. */
static void
test_taken_away (void)
{
  g_autofree char *secret = NULL, *shop = add_shop (hook->url, "refuse", &secret);
  Setting none = { shop, NULL, NULL };
  g_autoptr (GVariant) tokens = NULL;
  guint before, status;

  postern_oidc_world_write (world, set_hook, &none);
  before = fixture_receiver_count (hook);
  tokens = sign_in (shop, secret, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (fixture_receiver_count (hook), ==, before);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  start ();
  g_test_add_func ("/oidc-claims-hook/asked", test_asked);
  g_test_add_func ("/oidc-claims-hook/no-good-answer", test_no_good_answer);
  g_test_add_func ("/oidc-claims-hook/not-asked", test_not_asked);
  g_test_add_func ("/oidc-claims-hook/rests", test_rests);
  g_test_add_func ("/oidc-claims-hook/taken-away", test_taken_away);
  result = g_test_run ();
  fixture_receiver_free (hook);
  postern_oidc_world_free (world);
  return result;
}
