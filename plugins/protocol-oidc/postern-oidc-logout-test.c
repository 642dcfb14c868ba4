/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-http-client.h"

#include <string.h>

/* RP-initiated and back-channel logout. */

static PosternOidcWorld *world;

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static PosternResponse *
logout (const char *query, gboolean with_cookie)
{
  g_autofree char *target = g_strconcat ("/oidc/logout?", query, NULL);

  return postern_oidc_world_call (world, "GET", target, NULL, NULL, with_cookie);
}

static void
expect_logout_page (const char *query, const char *template_name)
{
  g_autoptr (PosternResponse) response = logout (query, TRUE);

  g_assert_null (postern_response_get_header (response, "Location"));
  g_assert_cmpstr (postern_response_get_template (response), ==, template_name);
}

#define BYE "&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fbye"

static void
test_logout_refused (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autofree char *hint = g_strconcat ("id_token_hint=", postern_oidc_world_get (tokens, "id_token"), NULL);
  g_autofree char *unregistered = g_strconcat (hint, "&post_logout_redirect_uri=https%3A%2F%2Fevil.example", NULL);
  g_autofree char *longer = g_strconcat (hint, BYE "%3Fextra", NULL);
  g_autofree char *other = g_strconcat (hint, "&client_id=", world->other, BYE, NULL);
  g_autofree char *broken = g_strconcat (hint, "x" BYE, NULL);
  g_autofree char *access = g_strconcat ("id_token_hint=", postern_oidc_world_get (tokens, "access_token"), BYE, NULL);
  g_autofree char *twice = g_strconcat (hint, "&", hint, NULL);

  expect_logout_page (unregistered, "error");
  expect_logout_page (longer, "error");
  expect_logout_page (other, "error");
  expect_logout_page (broken, "error");
  expect_logout_page (access, "error");
  expect_logout_page (twice, "error");
  expect_logout_page ("client_id=app_00000000000000000000000000" BYE, "error");
  expect_logout_page ("", "sign-out");
  expect_logout_page ("state=x", "sign-out");
  expect_logout_page ("state=x" BYE, "sign-out"); /* nobody vouches for the URI: it is forgotten */
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret));
}

static void
test_logout_asks (void)
{
  g_autofree char *query = g_strconcat ("client_id=", world->web, BYE "&state=s%26", NULL);
  g_autoptr (PosternResponse) page = logout (query, TRUE);
  const char *action = postern_json_get_string (postern_response_get_model (page), "action");
  g_autoptr (PosternResponse) stranger = logout (query, FALSE);

  g_assert_cmpstr (postern_response_get_template (page), ==, "sign-out");
  g_assert_true (g_str_has_prefix (action, POSTERN_OIDC_WORLD_ISSUER "/oidc/logout/confirm?client_id="));
  g_assert_cmpuint (postern_response_get_form_targets (page)->len, ==, 1);
  g_assert_cmpstr (postern_json_get_string (postern_response_get_model (page), "identifier"), ==, "alice@example.com");
  /* Nobody is signed in: there is nothing to ask. */
  g_assert_cmpstr (postern_response_get_header (stranger, "Location"), ==, "https://app.example/bye?state=s%26");
  {
    g_autoptr (PosternResponse) cancelled = postern_oidc_world_call (world, "POST", action + strlen (POSTERN_OIDC_WORLD_ISSUER), "action=cancel", NULL, TRUE);
    g_assert_cmpstr (postern_response_get_header (cancelled, "Location"), ==, "/account");
  }
}

/* The attack: a hint of a session elsewhere, which anybody may have kept, ends the one that this browser has. It counts as none: the person is asked. */
static void
test_logout_other_session (void)
{
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL), claims = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "id_token"), NULL);
  g_autoptr (PosternJwk) key = postern_key_ring_dup_current (postern_tenant_get_key_ring (world->tenant), POSTERN_JOSE_ALG_ES256, NULL);
  g_auto (GVariantDict) other = G_VARIANT_DICT_INIT (claims);
  g_autofree char *hint = NULL, *query = NULL;

  g_variant_dict_insert (&other, "sid", "s", "ses_01m8hqyz49encaned8h3htdtw5");
  hint = postern_jwt_sign (key, POSTERN_JOSE_ALG_ES256, NULL, g_variant_dict_end (&other), NULL);
  g_assert_nonnull (hint);
  query = g_strconcat ("id_token_hint=", hint, BYE "&state=", NULL);
  expect_logout_page (query, "sign-out");
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret));
}

static void
test_logout_post (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "POST", "/oidc/logout", "state=x" BYE, NULL, FALSE);

  g_assert_cmpstr (postern_response_get_header (response, "Location"), ==, "/oidc/logout?state=x" BYE);
}

/* --- back-channel logout: a small application that listens ---------------------------------------------------------------- */

typedef struct {
  GSocketListener *listener;
  guint16 port;
  GThread *thread;
} Application;

/* Answers 500 to the first letter, so that the courier must come again. (transfer full): the form of the second */
static gpointer
listen_twice (gpointer data)
{
  Application *self = data;
  char *form = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GSocketConnection) connection = g_socket_listener_accept (self->listener, NULL, NULL, NULL);
    GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
    const char *answer = i == 0 ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    g_autoptr (GString) text = g_string_new (NULL);
    char buffer[4096];
    const char *body = NULL;

    while (!(body && strstr (text->str, "logout_token=") && strlen (body) > 300)) {
      gssize n = g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, NULL, NULL);
      if (n <= 0)
        break;
      g_string_append_len (text, buffer, n);
      body = strstr (text->str, "\r\n\r\n");
    }
    g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
    g_free (form);
    form = g_strdup (body ? body + 4 : "");
  }
  return form;
}

static char *
start_application (Application *self)
{
  g_autofree char *allow = NULL;
  g_autofree char *metadata = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_listener_new ();
  self->port = g_socket_listener_add_any_inet_port (self->listener, NULL, &error);
  g_assert_no_error (error);
  allow = g_strdup_printf ("127.0.0.1:%u", self->port);
  postern_http_client_configure (postern_http_client_get_default (), (const char *const[]){ allow, NULL }, NULL, &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("application", listen_twice, self);
  metadata = g_strdup_printf ("{'redirect_uris':['https://app.example/callback'],'backchannel_logout_uri':'http://%s/logout','id_token_signed_response_alg':'ES256'}", allow);
  return postern_oidc_world_add_application (world, "spa", metadata, NULL);
}

static void
check_logout_token (const char *form, const char *client_id)
{
  g_autoptr (GVariant) claims = NULL, events = NULL;

  g_assert_true (g_str_has_prefix (form, "logout_token="));
  claims = postern_oidc_world_verify (world, form + strlen ("logout_token="), "logout+jwt");
  events = postern_json_get (claims, "events");
  g_assert_cmpstr (postern_oidc_world_get (claims, "aud"), ==, client_id);
  g_assert_cmpstr (postern_oidc_world_get (claims, "sid"), ==, world->session_id);
  g_assert_cmpstr (postern_oidc_world_get (claims, "sub"), ==, world->user_id);
  g_assert_null (postern_json_get_string (claims, "nonce"));
  g_assert_true (g_variant_lookup (events, "http://schemas.openid.net/event/backchannel-logout", "*", NULL));
}

/* Ends the session for good: last. */
static void
test_logout (void)
{
  Application application;
  g_autofree char *listening = start_application (&application);
  g_autofree char *code = postern_oidc_world_get_code (world, listening, NULL);
  g_autofree char *form = NULL;
  g_autoptr (GVariant) tokens = postern_oidc_world_sign_in (world, NULL);
  g_autoptr (GVariant) offline = postern_oidc_world_sign_in (world, PAIRS ("scope", "openid offline_access"));
  g_autofree char *query = g_strconcat ("id_token_hint=", postern_oidc_world_get (tokens, "id_token"), BYE "%3Fa%3Db&state=s", NULL);
  g_autoptr (PosternResponse) response = logout (query, TRUE);
  g_autoptr (PosternResponse) after = NULL;

  g_assert_cmpstr (postern_response_get_header (response, "Location"), ==, "https://app.example/bye?a=b&state=s");
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), world->web, world->web_secret));
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "refresh_token"), world->web, world->web_secret));
  g_assert_true (postern_oidc_world_is_active (world, postern_oidc_world_get (offline, "refresh_token"), world->web, world->web_secret)); /* outlives the session */
  after = postern_oidc_world_authorize (world, world->web, PAIRS ("prompt", "none"));
  postern_oidc_world_assert_redirect_error (after, "login_required");
  form = g_thread_join (application.thread);
  check_logout_token (form, listening);
  g_object_unref (application.listener);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc/logout/refused", test_logout_refused);
  g_test_add_func ("/oidc/logout/asks", test_logout_asks);
  g_test_add_func ("/oidc/logout/other-session", test_logout_other_session);
  g_test_add_func ("/oidc/logout/post", test_logout_post);
  g_test_add_func ("/oidc/logout/ends", test_logout);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
