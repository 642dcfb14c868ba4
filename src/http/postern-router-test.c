/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-address.h"
#include "postern-cookie.h"
#include "postern-csrf.h"
#include "postern-error.h"
#include "postern-gate-peers.h"
#include "postern-router.h"
#include "postern-server-private.h"

#include <string.h>

static PosternResponse *
handler (PosternRequest *request, gpointer user_data)
{
  return postern_response_new (200, NULL, NULL);
}

static const PosternRoute table[] = {
  { "GET", "/", handler },
  { "GET", "/a", handler },
  { "POST", "/a", handler, NULL, 10, POSTERN_ROUTE_CORS },
  { "GET", "/a/{x}", handler },
  { "GET", "/a/fixed", handler },
  { "DELETE", "/a/{y}/b/{z}", handler },
  { "GET", "/files/{rest...}", handler },
  { NULL },
};

static const struct {
  const char *method, *path, *pattern, *captures;
  gboolean known; /* the path exists, with whatever method */
} rows[] = {
  { "GET", "/", "/", "", TRUE },
  { "GET", "/a", "/a", "", TRUE },
  { "HEAD", "/a", "/a", "", TRUE },
  { "PUT", "/a", NULL, "", TRUE },
  { "FROB", "/a", NULL, "", TRUE },
  { "GET", "/a/", NULL, "", FALSE },
  { "GET", "/a/b%20c", "/a/{x}", "x=b c;", TRUE },
  { "GET", "/a/fixed", "/a/fixed", "", TRUE },
  { "DELETE", "/a/1/b/2", "/a/{y}/b/{z}", "y=1;z=2;", TRUE },
  { "GET", "/a/1/b/2", NULL, "", TRUE },
  { "GET", "/files/x/y", "/files/{rest...}", "rest=x/y;", TRUE },
  { "GET", "/files", NULL, "", FALSE },
  { "GET", "/A", NULL, "", FALSE },
  { "GET", "//a", NULL, "", FALSE },
};

static void
test_match (void)
{
  g_autoptr (PosternRouter) router = postern_router_new ();

  for (const PosternRoute *route = table; route->method; route++)
    g_assert_true (postern_router_add (router, route, NULL));
  g_assert_false (postern_router_add (router, &table[0], NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (GStrv) segments = postern_router_decode (rows[i].path, strlen (rows[i].path));
    g_autoptr (GString) captures = g_string_new (NULL);
    PosternRouterMatch match;
    g_test_message ("%s %s", rows[i].method, rows[i].path);
    g_assert_nonnull (segments);
    postern_router_match (router, rows[i].method, segments, &match);
    g_assert_cmpstr (match.route ? match.route->pattern : NULL, ==, rows[i].pattern);
    g_assert_cmpint (match.allow != 0, ==, rows[i].known);
    for (guint c = 0; c < match.n_captures; c++)
      g_string_append_printf (captures, "%s=%s;", match.captures[c].name, match.captures[c].value);
    g_assert_cmpstr (captures->str, ==, rows[i].captures);
    postern_router_match_clear (&match);
  }
}

static void
test_patterns (void)
{
  static const PosternRoute broken[] = { { "FROB", "/", handler },  { "GET", "a", handler },           { "GET", "/{}", handler },
                                         { "GET", "/{x", handler }, { "GET", "/{r...}/x", handler }, { "GET", "/x{y}", handler } };
  g_autoptr (PosternRouter) router = postern_router_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    g_assert_false (postern_router_add (router, &broken[i], NULL));
}

static void
test_decode (void)
{
  static const char *const refused[] = { "", "a", "/%", "/%0", "/%00", "/%2f", "/%2F", "/%5c", "/..", "/a/../b", "/.", "/%2e%2e", "/%2E", "/%ff", "/%c0%af" };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_null (postern_router_decode (refused[i], strlen (refused[i])));
}

static void
test_cookies (void)
{
  g_autofree char *plain = postern_cookie_format ("a", "b", -1, FALSE, NULL);
  g_autofree char *secure = postern_cookie_format ("a", "b", 0, TRUE, NULL);
  g_autofree char *filtered = postern_cookie_filter ("__Host-a=1; a=2; __Secure-b=3;__Host-c=4; ", TRUE, NULL);
  g_autofree char *kept = postern_cookie_filter ("a=2", FALSE, NULL);

  g_assert_cmpstr (plain, ==, "a=b; Path=/; HttpOnly; SameSite=Lax");
  g_assert_cmpstr (secure, ==, "__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
  g_assert_cmpstr (filtered, ==, "a=1; c=4");
  g_assert_cmpstr (kept, ==, "a=2");
}

typedef struct {
  const char *cookie; /* "=" for the right one */
  const char *token;  /* "=" for the right one */
  const char *name, *value; /* a further field */
  gboolean passes;
} CsrfRow;

static const CsrfRow csrf_rows[] = {
  { "=", "=", NULL, NULL, TRUE },
  { "=", "=", "Sec-Fetch-Site", "same-origin", TRUE },
  { "=", "=", "Sec-Fetch-Site", "none", TRUE },
  { "=", "=", "Sec-Fetch-Site", "cross-site", FALSE },
  { "=", "=", "Sec-Fetch-Site", "same-site", FALSE },
  { "=", "=", "Origin", "https://id.example", TRUE },
  { "=", "=", "Origin", "null", TRUE },
  { "=", "=", "Origin", "https://id.example.evil", FALSE },
  { "=", "=", "Origin", "http://id.example", FALSE },
  { NULL, "=", NULL, NULL, FALSE },
  { "=", NULL, NULL, NULL, FALSE },
  { "=", "", NULL, NULL, FALSE },
  { "=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL, NULL, FALSE },
  { "AAAAAAAAAAAAAAAAAAAAAAAA", "=", NULL, NULL, FALSE },
  { "short", "=", NULL, NULL, FALSE },
};

static PosternRequest *
make_post (const CsrfRow *row, const char *nonce, const char *token)
{
  PosternRequest *request = postern_request_new ("POST", "/", NULL);
  const char *cookie_value = g_strcmp0 (row->cookie, "=") == 0 ? nonce : row->cookie;
  g_autofree char *cookie = g_strconcat (POSTERN_CSRF_COOKIE "=", cookie_value ? cookie_value : "", NULL);
  const char *field = g_strcmp0 (row->token, "=") == 0 ? token : row->token;
  g_autofree char *form = field ? g_strconcat ("csrf=", field, NULL) : g_strdup ("x=y");
  g_autoptr (GBytes) body = g_bytes_new (form, strlen (form));

  postern_request_set_public_url (request, "https://id.example/sub");
  postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
  if (row->cookie)
    postern_request_add_header (request, "Cookie", cookie);
  if (row->name)
    postern_request_add_header (request, row->name, row->value);
  postern_request_set_body (request, body);
  return request;
}

static void
test_csrf (void)
{
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef", 16);
  g_autoptr (PosternCsrf) csrf = postern_csrf_new (key);
  g_autoptr (PosternCsrf) successor = postern_csrf_new (key);
  g_autoptr (PosternCsrf) stranger = postern_csrf_new (NULL);
  g_autoptr (PosternRequest) get = postern_request_new ("GET", "/", NULL);
  g_autofree char *nonce = NULL;
  g_autofree char *token = postern_csrf_dup_token (csrf, get, &nonce);

  g_assert_nonnull (nonce);
  for (gsize i = 0; i < G_N_ELEMENTS (csrf_rows); i++) {
    g_autoptr (PosternRequest) post = make_post (&csrf_rows[i], nonce, token);
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (postern_csrf_check (csrf, post, &error), ==, csrf_rows[i].passes);
    g_assert_cmpint (postern_csrf_check (successor, post, NULL), ==, csrf_rows[i].passes);
    g_assert_false (postern_csrf_check (stranger, post, NULL));
  }
}

static void
test_forwarded (void)
{
  static const char *const proxies[] = { "10.0.0.0/8", "::1", NULL };
  static const struct {
    const char *peer, *forwarded_for, *forwarded, *expected;
  } cases[] = {
    { "192.0.2.9", "1.2.3.4", NULL, "192.0.2.9" },
    { "10.1.1.1", "1.2.3.4", NULL, "1.2.3.4" },
    { "10.1.1.1", "6.6.6.6, 1.2.3.4, 10.2.2.2", NULL, "1.2.3.4" },
    { "10.1.1.1", "1.2.3.4, nonsense", NULL, "10.1.1.1" },
    { "10.1.1.1", "10.3.3.3", NULL, "10.3.3.3" },
    { "10.1.1.1", "", NULL, "10.1.1.1" },
    { "10.1.1.1", ",,,", NULL, "10.1.1.1" },
    { "10.1.1.1", NULL, "for=1.2.3.4;proto=https", "1.2.3.4" },
    { "10.1.1.1", NULL, "for=\"[2001:db8::1]:99\", for=10.0.0.1", "2001:db8::1" },
    { "10.1.1.1", NULL, "proto=https;xfor=1.2.3.4", "10.1.1.1" },
    { "::1", "[2001:db8::2]:80", NULL, "2001:db8::2" },
    { "::1", "1.2.3.4:80", NULL, "1.2.3.4" },
  };
  g_autoptr (PosternAddressList) trusted = postern_address_list_new (proxies, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    PosternAddress address;
    char text[POSTERN_ADDRESS_TEXT];
    g_assert_true (postern_address_parse (&address, cases[i].peer));
    postern_address_resolve (trusted, &address, cases[i].forwarded_for, cases[i].forwarded);
    postern_address_format (&address, text);
    g_assert_cmpstr (text, ==, cases[i].expected);
  }
}

static void
test_networks (void)
{
  static const char *const broken[] = { "x", "10.0.0.0/33", "::/129", "10.0.0.0/8/8", "10.0.0.0/", "", "localhost" };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++) {
    const char *list[] = { broken[i], NULL };
    g_autoptr (GError) error = NULL;
    g_assert_null (postern_address_list_new (list, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

static void
test_peers (void)
{
  PosternGatePeers *peers = postern_gate_peers_new ();
  PosternAddress a, b, c;
  gint64 now = G_USEC_PER_SEC;
  guint paid = 0;

  postern_address_parse (&a, "2001:db8::1");
  postern_address_parse (&b, "2001:db8::2");
  postern_address_parse (&c, "192.0.2.1");
  g_assert_true (postern_gate_peers_enter (peers, &a, 2));
  g_assert_true (postern_gate_peers_enter (peers, &b, 2));
  g_assert_false (postern_gate_peers_enter (peers, &b, 2)); /* one household */
  g_assert_true (postern_gate_peers_enter (peers, &c, 2));
  postern_gate_peers_leave (peers, &a);
  g_assert_true (postern_gate_peers_enter (peers, &b, 2));
  for (guint i = 0; i < 100; i++)
    paid += postern_gate_peers_pay (peers, &c, 10, 20, now) == 0;
  g_assert_cmpuint (paid, ==, 20);
  g_assert_cmpuint (postern_gate_peers_pay (peers, &c, 10, 20, now + G_USEC_PER_SEC / 2), ==, 0);
  postern_gate_peers_free (peers);
}

/* The attack: more networks at once than are counted. When they are gone, whoever comes is counted again. */
static void
test_peers_flood (void)
{
  PosternGatePeers *peers = postern_gate_peers_new ();
  gint64 now = g_get_monotonic_time (), later = now + 61 * G_USEC_PER_SEC;
  PosternAddress network = { { 0x20, 0x01 } };

  for (guint i = 0; i < 200000; i++) {
    memcpy (network.bytes + 4, &i, sizeof i);
    g_assert_cmpuint (postern_gate_peers_pay (peers, &network, 1, 1, now), ==, 0);
  }
  g_assert_cmpuint (postern_gate_peers_pay (peers, &network, 1, 1, now), >, 0);
  network.bytes[2] = 1; /* one more: better not counted than all refused */
  g_assert_cmpuint (postern_gate_peers_pay (peers, &network, 1, 1, now), ==, 0);
  g_assert_cmpuint (postern_gate_peers_pay (peers, &network, 1, 1, now), ==, 0);
  g_assert_cmpuint (postern_gate_peers_pay (peers, &network, 1, 1, later), ==, 0);
  g_assert_cmpuint (postern_gate_peers_pay (peers, &network, 1, 1, later), >, 0);
  postern_gate_peers_free (peers);
}

/* What nobody knows may hold a code, and logs are read by many. */
static void
test_log (void)
{
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/oidc/reset/0123456789abcdef0123456789/short", NULL);
  g_autoptr (GString) line = g_string_new (NULL);
  PosternGateExchange exchange = { 0 };
  PosternServerCall call = { .exchange = &exchange, .request = request };

  postern_server_log_write (line, &call, 404, 0);
  g_assert_null (strstr (line->str, "0123456789abcdef"));
  g_assert_nonnull (strstr (line->str, "\"path\":\"/oidc/reset/…/short\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/router/match", test_match);
  g_test_add_func ("/router/patterns", test_patterns);
  g_test_add_func ("/router/decode", test_decode);
  g_test_add_func ("/cookie", test_cookies);
  g_test_add_func ("/csrf", test_csrf);
  g_test_add_func ("/address/forwarded", test_forwarded);
  g_test_add_func ("/address/networks", test_networks);
  g_test_add_func ("/peers", test_peers);
  g_test_add_func ("/peers/flood", test_peers_flood);
  g_test_add_func ("/log", test_log);
  return g_test_run ();
}
