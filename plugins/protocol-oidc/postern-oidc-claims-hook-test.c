/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-claims-hook.h"
#include "postern-http-client.h"
#include "postern-seal.h"
#include "postern-webhook-signature.h"

#include <string.h>

/* An operator's server that is asked what tokens say: that it can know who asks, and that it can do no harm, whatever it answers. */

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static PosternOidcWorld *world;

/* --- the server: it answers what it is told to, once a connection ---------------------------------------------------------------- */

static struct {
  GSocketListener *listener;
  GThread *thread;
  char *url;
  GMutex mutex;
  const char *answer; /* NULL: it waits for longer than anybody else */
  char *head, *body;  /* of the last question */
  guint n;
} hook;

static char *
read_request (GInputStream *in)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL)) > 0) {
    const char *end, *length;

    g_string_append_len (text, buffer, n);
    end = strstr (text->str, "\r\n\r\n");
    length = end ? strcasestr (text->str, "content-length:") : NULL;
    if (length && strlen (end + 4) >= g_ascii_strtoull (length + strlen ("content-length:"), NULL, 10))
      break;
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
take_request (const char *text)
{
  const char *end = strstr (text, "\r\n\r\n");

  g_free (hook.head);
  g_free (hook.body);
  hook.head = end ? g_strndup (text, (gsize) (end - text)) : g_strdup ("");
  hook.body = g_strdup (end ? end + 4 : "");
  hook.n++;
}

static gpointer
serve (gpointer data)
{
  for (;;) {
    g_autoptr (GSocketConnection) connection = g_socket_listener_accept (hook.listener, NULL, NULL, NULL);
    g_autofree char *text = connection ? read_request (g_io_stream_get_input_stream (G_IO_STREAM (connection))) : NULL;
    const char *answer;

    if (text == NULL || g_str_has_prefix (text, "QUIT"))
      return NULL;
    g_mutex_lock (&hook.mutex);
    take_request (text);
    answer = hook.answer;
    g_mutex_unlock (&hook.mutex);
    if (answer)
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer, strlen (answer), NULL, NULL, NULL);
    else
      g_free (read_request (g_io_stream_get_input_stream (G_IO_STREAM (connection)))); /* until the asker has had enough */
  }
}

#define OK(body) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body

static void
answer_with (const char *answer)
{
  g_mutex_lock (&hook.mutex);
  hook.answer = answer;
  g_mutex_unlock (&hook.mutex);
}

static void
start (void)
{
  g_autofree char *allow = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port;

  hook.listener = g_socket_listener_new ();
  port = g_socket_listener_add_any_inet_port (hook.listener, NULL, &error);
  g_assert_no_error (error);
  allow = g_strdup_printf ("127.0.0.1:%u", port);
  hook.url = g_strdup_printf ("http://%s/claims", allow);
  g_assert_true (postern_http_client_configure (postern_http_client_get_default (), PAIRS (allow), NULL, &error));
  hook.thread = g_thread_new ("hook", serve, NULL);
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

/* (transfer full) (nullable): of the head of the last question */
static char *
dup_header (const char *name)
{
  g_auto (GStrv) lines = g_strsplit (hook.head, "\r\n", -1);

  for (char **line = lines; *line; line++)
    if (g_ascii_strncasecmp (*line, name, strlen (name)) == 0 && (*line)[strlen (name)] == ':')
      return g_strstrip (g_strdup (*line + strlen (name) + 1));
  return NULL;
}

/* --- tests ------------------------------------------------------------------------------------------------------------------------ */

static void
check_question (const char *shop)
{
  g_autofree char *id = dup_header ("webhook-id"), *timestamp = dup_header ("webhook-timestamp"), *signature = dup_header ("webhook-signature");
  g_autofree char *expected = postern_webhook_signature_make (SECRET, id, g_ascii_strtoll (timestamp, NULL, 10), hook.body, strlen (hook.body));
  g_autoptr (GVariant) question = postern_json_parse_object (hook.body, -1, 0, NULL), data = postern_json_get (question, "data"), said = postern_json_get (data, "claims");

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
  g_autofree char *secret = NULL, *shop = add_shop (hook.url, "refuse", &secret), *bearer = NULL;
  g_autoptr (GVariant) tokens = NULL, claims = NULL, told = NULL;
  g_autoptr (PosternResponse) userinfo = NULL;
  guint status;

  answer_with (OK ("{\"claims\":{\"level\":\"seven\"}}"));
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
  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{\"claims\":{\"level\":\"seven\"}}",
  "nonsense\r\n\r\n",
};

/* Refused by default, or without what it would have said; never with any of it. */
static void
test_no_good_answer (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_answers); i++) {
    g_autofree char *secret = NULL, *strict = add_shop (hook.url, "refuse", &secret), *mild_secret = NULL, *mild = add_shop (hook.url, "without", &mild_secret);
    g_autoptr (GVariant) refused = NULL, tokens = NULL, claims = NULL;
    guint status;

    g_test_message ("answer %u", i);
    answer_with (bad_answers[i]);
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
  static const char *const urls[] = { "http://127.0.0.1:1/", "http://169.254.169.254/latest/meta-data", "http://localhost/", "https://[::1]/", "http://10.0.0.1/" };
  guint before = hook.n;

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autofree char *secret = NULL, *shop = add_shop (urls[i], "refuse", &secret);
    guint status;
    g_autoptr (GVariant) refused = sign_in (shop, secret, &status);

    g_assert_cmpuint (status, ==, 503);
  }
  g_assert_cmpuint (hook.n, ==, before);
}

/* One that fails and fails is left alone, and nobody waits for it. */
static void
test_rests (void)
{
  g_autofree char *secret = NULL, *shop = add_shop (hook.url, "without", &secret);
  guint before = hook.n, status;

  answer_with ("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  for (guint i = 0; i < 8; i++) {
    g_autoptr (GVariant) tokens = sign_in (shop, secret, &status);

    g_assert_cmpuint (status, ==, 200);
  }
  g_assert_cmpuint (hook.n - before, ==, 5);
}

/* What is taken away is asked no more, at once. */
static void
test_taken_away (void)
{
  g_autofree char *secret = NULL, *shop = add_shop (hook.url, "refuse", &secret);
  Setting none = { shop, NULL, NULL };
  g_autoptr (GVariant) tokens = NULL;
  guint before, status;

  postern_oidc_world_write (world, set_hook, &none);
  before = hook.n;
  tokens = sign_in (shop, secret, &status);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpuint (hook.n, ==, before);
}

static void
stop (void)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *address = g_strndup (hook.url + strlen ("http://"), strcspn (hook.url + strlen ("http://"), "/"));
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (client, address, 0, NULL, NULL);

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "QUIT", 4, NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  g_thread_join (hook.thread);
  g_clear_object (&hook.listener);
  g_free (hook.url);
  g_free (hook.head);
  g_free (hook.body);
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
  stop ();
  postern_oidc_world_free (world);
  return result;
}
