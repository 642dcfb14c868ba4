/* SPDX-License-Identifier: Apache-2.0 */
#define TOTAL_MS 800
#include "postern-http-client.c"

#include <glib/gstdio.h>
#include <libsoup/soup.h>

#include "postern-certificate-fixture.h"

/* --- a server that does what providers should not --------------------------------------------------------------- */

typedef struct {
  GMutex mutex;
  GCond cond;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GTlsCertificate *certificate;
  guint port; /* 0 until it listens */
} Hostile;

static gboolean
drip (gpointer data)
{
  SoupServerMessage *message = data;

  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, "x", 1);
  soup_server_message_unpause (message);
  return G_SOURCE_CONTINUE;
}

static gboolean
pour (gpointer data)
{
  static char block[65536];

  soup_message_body_append (soup_server_message_get_response_body (data), SOUP_MEMORY_STATIC, block, sizeof block);
  soup_server_message_unpause (data);
  return G_SOURCE_CONTINUE;
}

static void
destroy_source (SoupServerMessage *message, gpointer source)
{
  g_source_destroy (source);
}

static void
stream_by (SoupServerMessage *message, GSourceFunc func, guint interval)
{
  GSource *source = g_timeout_source_new (interval);

  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  soup_server_message_set_status (message, 200, NULL);
  g_source_set_callback (source, func, message, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_signal_connect_data (message, "finished", G_CALLBACK (destroy_source), source, (GClosureNotify) (void (*) (void)) g_source_unref, 0);
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autofree char *reply = NULL;

  if (g_str_equal (path, "/redirect")) {
    soup_server_message_set_redirect (message, 302, "/ok");
    return;
  }
  if (g_str_equal (path, "/drip") || g_str_equal (path, "/endless")) {
    stream_by (message, path[1] == 'd' ? drip : pour, path[1] == 'd' ? 50 : 1);
    return;
  }
  if (g_str_equal (path, "/silent")) {
    soup_server_message_pause (message);
    return;
  }
  soup_message_headers_append (soup_server_message_get_response_headers (message), "X-Twice", "a");
  soup_message_headers_append (soup_server_message_get_response_headers (message), "X-Twice", "b\xff");
  reply = g_strdup_printf ("%s %s %s %.*s", soup_server_message_get_method (message), path,
                           soup_message_headers_get_one (soup_server_message_get_request_headers (message), "X-Asked"),
                           (int) body->length, body->data ? body->data : "");
  soup_server_message_set_status (message, g_str_equal (path, "/missing") ? 404 : 200, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, reply, strlen (reply));
}

static guint
listen_on (SoupServer *server, SoupServerListenOptions options)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;
  guint port;

  soup_server_add_handler (server, NULL, on_request, NULL, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY | options, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

static gpointer
hostile_run (gpointer data)
{
  Hostile *self = data;
  g_autoptr (SoupServer) server = NULL;

  g_main_context_push_thread_default (self->context);
  server = g_object_new (SOUP_TYPE_SERVER, "tls-certificate", self->certificate, NULL);
  g_mutex_lock (&self->mutex);
  self->port = listen_on (server, self->certificate ? SOUP_SERVER_LISTEN_HTTPS : 0);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_main_loop_run (self->loop);
  soup_server_disconnect (server);
  g_clear_object (&server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}
static Hostile hostile;

static void
hostile_start (Hostile *self)
{
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("hostile", hostile_run, self);
  g_mutex_lock (&self->mutex);
  while (!self->port)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static gboolean
hostile_quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
hostile_stop (Hostile *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  /* From inside the loop: a quit that comes before the loop runs would be forgotten. */
  g_source_set_callback (source, hostile_quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_object (&self->certificate);
}

/* --- helpers ---------------------------------------------------------------------------------------------------- */

static PosternHttpClient *
client_new (const char *allow, const char *ca)
{
  PosternHttpClient *client = g_object_new (POSTERN_TYPE_HTTP_CLIENT, NULL);
  g_auto (GStrv) list = g_strsplit (allow, " ", -1);
  g_autoptr (GError) error = NULL;

  postern_http_client_configure (client, *allow ? (const char *const *) list : NULL, ca, &error);
  g_assert_no_error (error);
  return client;
}

static char *
ask (PosternHttpClient *client, const char *url, GError **error)
{
  g_autoptr (GBytes) body = postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 100000, NULL, NULL, NULL, error);

  return body ? g_strndup (g_bytes_get_size (body) ? g_bytes_get_data (body, NULL) : "", g_bytes_get_size (body)) : NULL;
}

/* Refused by a rule, or not reached in time. */
static void
assert_refused (PosternHttpClient *client, const char *url, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *body = ask (client, url, &error);

  g_test_message ("%s: %s", url, error ? error->message : body);
  g_assert_null (body);
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, POSTERN_ERROR);
  g_assert_true (error->code == POSTERN_ERROR_PROVIDER || error->code == POSTERN_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, why));
}

static char *
local_url (const char *scheme, const char *host, const char *path)
{
  return g_strdup_printf ("%s://%s:%u%s", scheme, host, hostile.port, path);
}

/* --- the tests -------------------------------------------------------------------------------------------------- */

static void
test_addresses (void)
{
  static const char *closed[] = {
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.192", "192.168.1.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    "2001::1", "2001:1ff::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
  };
  static const char *open[] = { "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "198.20.0.1", "168.63.129.17", "2001:200::1", "2606:4700::1111", "2a00:1450::1" };

  for (guint i = 0; i < G_N_ELEMENTS (closed); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (closed[i]);
    g_test_message ("%s", closed[i]);
    g_assert_false (postern_http_client_guard_is_public (address));
  }
  for (guint i = 0; i < G_N_ELEMENTS (open); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (open[i]);
    g_test_message ("%s", open[i]);
    g_assert_true (postern_http_client_guard_is_public (address));
  }
}

static void
test_allow_list (void)
{
  const char *list[] = { "example.org", "example.net:8443", "[::1]:80", "::2", "10.0.0.0/8", NULL };
  static const char *wrong[] = { "", "a:b", ":80", "host:0", "host:70000", "10.0.0.0/99", "x/8" };
  g_autoptr (PosternHttpClientGuard) guard = postern_http_client_guard_new (list, NULL);
  g_autoptr (GInetAddress) ten = g_inet_address_new_from_string ("10.9.9.9");
  g_autoptr (GInetAddress) eleven = g_inet_address_new_from_string ("11.9.9.9");

  g_assert_true (postern_http_client_guard_is_listed (guard, "EXAMPLE.org", 1));
  g_assert_true (postern_http_client_guard_is_listed (guard, "example.net", 8443));
  g_assert_false (postern_http_client_guard_is_listed (guard, "example.net", 443));
  g_assert_false (postern_http_client_guard_is_listed (guard, "sub.example.org", 443));
  g_assert_true (postern_http_client_guard_is_listed (guard, "::1", 80));
  g_assert_true (postern_http_client_guard_is_listed (guard, "::2", 443));
  g_assert_true (postern_http_client_guard_takes_address (guard, ten, TRUE));
  g_assert_false (postern_http_client_guard_takes_address (guard, eleven, TRUE));
  g_assert_true (postern_http_client_guard_takes_address (guard, eleven, FALSE));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    const char *one[] = { wrong[i], NULL };
    g_autoptr (GError) error = NULL;
    g_assert_null (postern_http_client_guard_new (one, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

/* What an attacker who may name a URL tries, with the server listening right there. */
static void
test_refused_targets (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("", NULL);
  static const char *hosts[] = { "127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++) {
    g_autofree char *url = local_url ("https", hosts[i], "/ok");
    assert_refused (client, url, "/ok: ");
  }
  assert_refused (client, "https://127.0.0.1:1/", "private or reserved");
  assert_refused (client, "https://localhost:1/", "private or reserved");
  assert_refused (client, "http://example.org/", "allow-list");
  assert_refused (client, "file:///etc/passwd", "https://");
  assert_refused (client, "https://user:word@example.org/", "user name");
  assert_refused (client, "https:///path", "");
  assert_refused (client, "nonsense", "Not a URL");
}

static void
test_listed (void)
{
  g_autoptr (PosternHttpClient) by_host = client_new ("localhost", NULL);
  g_autoptr (PosternHttpClient) by_prefix = client_new ("127.0.0.0/8", NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("a=b", 3);
  g_autoptr (GVariant) headers = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *url = local_url ("http", "localhost", "/ok");
  g_autofree char *missing = local_url ("http", "127.0.0.1", "/missing");
  g_autofree char *other = local_url ("http", "127.0.0.1", "/ok");
  g_autoptr (GBytes) reply = NULL;
  const char *twice;
  guint status = 0;

  for (guint i = 0; i < 3; i++) {
    g_clear_pointer (&reply, g_bytes_unref);
    g_clear_pointer (&headers, g_variant_unref);
    reply = postern_http_client_send (by_host, "POST", url, g_variant_new_parsed ("{'X-Asked': 'yes'}"), "text/plain", body, 0, &status, &headers, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply), "POST /ok yes a=b", 16);
  }
  g_assert_cmpuint (status, ==, 200);
  g_assert_true (g_variant_lookup (headers, "x-twice", "&s", &twice));
  g_assert_cmpstr (twice, ==, "a, b\xef\xbf\xbd");
  g_bytes_unref (postern_http_client_send (by_prefix, "GET", missing, NULL, NULL, NULL, 0, &status, NULL, NULL, NULL));
  g_assert_cmpuint (status, ==, 404);
  assert_refused (by_host, other, "allow-list");
  g_assert_null (postern_http_client_send (by_host, "GET", url, g_variant_new_parsed ("{'X-Asked': 'yes\\r\\nX: y'}"), NULL, NULL, 0, NULL, NULL, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER);
}

static void
test_hostile_answers (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("localhost", NULL);
  g_autofree char *redirect = local_url ("http", "localhost", "/redirect");
  g_autofree char *endless = local_url ("http", "localhost", "/endless");
  g_autofree char *slow = local_url ("http", "localhost", "/drip");
  g_autofree char *silent = local_url ("http", "localhost", "/silent");
  g_autofree char *ok = local_url ("http", "localhost", "/ok");
  gint64 begun;

  assert_refused (client, redirect, "redirect");
  assert_refused (client, endless, "larger");
  g_assert_null (postern_http_client_send (client, "GET", ok, NULL, NULL, NULL, 4, NULL, NULL, NULL, NULL));
  begun = g_get_monotonic_time ();
  assert_refused (client, slow, "no complete answer");
  assert_refused (client, silent, "no complete answer");
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 5 * G_TIME_SPAN_SECOND);
}

static void
serve_tls (const char *pem)
{
  g_autoptr (GError) error = NULL;

  hostile_stop (&hostile);
  hostile = (Hostile){ .certificate = g_tls_certificate_new_from_pem (pem, -1, &error) };
  g_assert_no_error (error);
  hostile_start (&hostile);
}

#define IN_VAIN 120
#define TRIES 3 /* each of a call's time; a busy machine may not have enough of it once */

typedef struct {
  PosternHttpClient *client;
  const char *url;
  gint enough; /* atomic */
} Vain;

static gpointer
ask_in_vain (gpointer data)
{
  Vain *vain = data;

  do {
    g_autoptr (GError) error = NULL;

    g_assert_null (ask (vain->client, vain->url, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
  } while (!g_atomic_int_get (&vain->enough));
  return NULL;
}

/* Who takes the connection and then says nothing of TLS holds it for half of a call's time; and however many calls do so, one after the
 * other, the handshakes of the others, @url's, go on. Behind them they would wait longer than a call may take. */
static void
assert_handshake_ends (PosternHttpClient *client, const char *url)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autofree char *silent = NULL;
  g_autofree char *body = NULL;
  Vain vain = { client, NULL, FALSE };
  GThread *askers[IN_VAIN];

  g_socket_listener_set_backlog (listener, 4000); /* the kernel takes the connections, and nobody else does */
  vain.url = silent = g_strdup_printf ("https://localhost:%u/", g_socket_listener_add_any_inet_port (listener, NULL, NULL));
  assert_refused (client, silent, "no end of the handshake");
  for (guint i = 0; i < IN_VAIN; i++)
    askers[i] = g_thread_new ("asker", ask_in_vain, &vain);
  g_usleep (HANDSHAKE_MS * 1000 / 4);
  for (guint i = 0; i < TRIES && body == NULL; i++)
    body = ask (client, url, NULL);
  g_atomic_int_set (&vain.enough, TRUE);
  for (guint i = 0; i < IN_VAIN; i++)
    g_thread_join (askers[i]);
  g_assert_nonnull (body);
}

static void
test_tls_inside (void)
{
  g_autofree char *pem = postern_certificate_fixture_make (3600);
  g_autofree char *old = postern_certificate_fixture_make (-60);
  g_autofree char *ca_file = NULL;
  int fd = g_file_open_tmp ("postern-ca-XXXXXX.pem", &ca_file, NULL);
  g_autoptr (PosternHttpClient) stranger = client_new ("localhost 127.0.0.1", NULL);
  g_autoptr (PosternHttpClient) trusting = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *named = NULL, *misnamed = NULL, *body = NULL;

  postern_certificate_fixture_leaks_unchecked = TRUE;
  g_close (fd, NULL);
  g_file_set_contents (ca_file, pem, -1, NULL);
  serve_tls (pem);
  trusting = client_new ("localhost 127.0.0.1", ca_file);
  named = local_url ("https", "localhost", "/ok");
  misnamed = local_url ("https", "127.0.0.1", "/ok");
  body = ask (trusting, named, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (body, "GET /ok"));
  assert_refused (stranger, named, "ertificate");
  assert_refused (trusting, misnamed, "ertificate");
  assert_handshake_ends (trusting, named);
  g_file_set_contents (ca_file, old, -1, NULL);
  serve_tls (old);
  g_clear_object (&trusting);
  g_clear_pointer (&named, g_free);
  trusting = client_new ("localhost", ca_file);
  named = local_url ("https", "localhost", "/ok");
  assert_refused (trusting, named, "ertificate");
  g_unlink (ca_file);
}

static void
test_tls (void)
{
  g_test_trap_subprocess ("/http-client/tls/subprocess/inside", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static gpointer
ask_often (gpointer data)
{
  g_autofree char *url = local_url ("http", "localhost", "/ok");

  for (guint i = 0; i < 50; i++) {
    g_autofree char *body = ask (data, url, NULL);
    g_assert_nonnull (body);
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("localhost", NULL);
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ask", ask_often, client);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (50000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("localhost", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *url = local_url ("http", "localhost", "/silent");
  gint64 begun = g_get_monotonic_time ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);

  g_assert_null (postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 0, NULL, NULL, cancellable, NULL));
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 600 * G_TIME_SPAN_MILLISECOND);
  g_thread_join (thread);
}

/* Sooner than any other call is cut; and an asker who has left before it began ends it at once. */
static void
test_limit (void)
{
  g_autoptr (PosternHttpClient) client = client_new ("localhost", NULL);
  g_autoptr (GCancellable) asker = g_cancellable_new (), limit = postern_http_client_limit (client, 100, asker), left = NULL;
  g_autofree char *url = local_url ("http", "localhost", "/silent");
  g_autoptr (GError) error = NULL;

  g_assert_null (postern_http_client_send (client, "GET", url, NULL, NULL, NULL, 0, NULL, NULL, limit, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
  g_assert_true (g_cancellable_is_cancelled (limit));
  g_assert_false (g_cancellable_is_cancelled (asker));
  g_cancellable_cancel (asker);
  left = postern_http_client_limit (client, 10000, asker);
  g_assert_true (g_cancellable_is_cancelled (left));
}

int
main (int argc, char **argv)
{
  int failures;

  g_test_init (&argc, &argv, NULL);
  hostile_start (&hostile);
  g_test_add_func ("/http-client/addresses", test_addresses);
  g_test_add_func ("/http-client/allow-list", test_allow_list);
  g_test_add_func ("/http-client/refused-targets", test_refused_targets);
  g_test_add_func ("/http-client/listed", test_listed);
  g_test_add_func ("/http-client/hostile-answers", test_hostile_answers);
  g_test_add_func ("/http-client/tls", test_tls);
  g_test_add_func ("/http-client/tls/subprocess/inside", test_tls_inside);
  g_test_add_func ("/http-client/threads", test_threads);
  g_test_add_func ("/http-client/cancel", test_cancel);
  g_test_add_func ("/http-client/limit", test_limit);
  failures = g_test_run ();
  hostile_stop (&hostile);
  return failures;
}
