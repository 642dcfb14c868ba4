/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-server-fixture.h"

#include <glib/gstdio.h>
#include <sys/un.h>

typedef struct {
  const char *text;
  guint status;
  const char *holds; /* (nullable) */
} Row;

static const Row rows[] = {
  { "GET /hello HTTP/1.1\r\n" HOST CLOSE, 200, "\r\n\r\nhello" },
  { "GET /thread HTTP/1.1\r\n" HOST CLOSE, 200, "\r\n\r\nhello" },
  { "GET /maybe HTTP/1.1\r\n" HOST CLOSE, 200, "\r\n\r\nhello" },
  { "GET /hello HTTP/1.0\r\n\r\n", 200, "Connection: close" },
  { "HEAD /hello HTTP/1.1\r\n" HOST CLOSE, 200, "Content-Length: 5" },
  { "GET http://localhost/hello HTTP/1.1\r\n" HOST CLOSE, 200, "hello" },
  { "GET /nothing HTTP/1.1\r\n" HOST CLOSE, 404, "not_found" },
  { "POST /hello HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" CLOSE "abc", 405, "Allow: GET, HEAD, OPTIONS" },
  { "FROB /hello HTTP/1.1\r\n" HOST CLOSE, 405, "Allow: GET" },
  { "OPTIONS /echo HTTP/1.1\r\n" HOST CLOSE, 204, "Access-Control-Allow-Methods: POST" },
  { "OPTIONS * HTTP/1.1\r\n" HOST CLOSE, 404, NULL },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" CLOSE "abc", 200, "\r\n\r\nabc" },
  { "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n" CLOSE "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 200, "\r\n\r\nabc" },
  { "POST /echo HTTP/1.1\r\n" HOST CLOSE, 200, "Access-Control-Allow-Origin: *" },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n", 413, "Connection: close" },
  { "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, NULL },
  { "GET /hello HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na", 413, NULL },
  { "GET /hello HTTP/1.1\n" HOST "\n", 400, "Connection: close" },
  { "GET /hello HTTP/1.1\r\n\r\n", 400, NULL },
  { "GET /%00 HTTP/1.1\r\n" HOST "\r\n", 400, NULL },
  { "GET /a/../hello HTTP/1.1\r\n" HOST "\r\n", 400, NULL },
  { "GET /%2e%2e/hello HTTP/1.1\r\n" HOST "\r\n", 400, NULL },
  { "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL },
  { "GET /admin HTTP/1.1\r\n" HOST CLOSE, 404, NULL },
  { "GET /metrics HTTP/1.1\r\n" HOST CLOSE, 404, NULL },
  { "GET /livez HTTP/1.1\r\n" HOST CLOSE, 200, "ok" },
  { "GET /readyz HTTP/1.1\r\n" HOST CLOSE, 503, "not ready" },
  { "POST /form HTTP/1.1\r\n" HOST "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n" CLOSE "a=b", 410, NULL },
  { "GET /move HTTP/1.1\r\n" HOST CLOSE, 303, "Set-Cookie: a=b; Path=/; HttpOnly; SameSite=Lax\r\n" },
  { "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 1.2.3.4\r\n" CLOSE, 200, "127.0.0.1" },
  { "GET /hello HTTP/1.1\r\n" HOST CLOSE, 200, "X-Content-Type-Options: nosniff" },
  { "GET /hello HTTP/1.1\r\n" HOST CLOSE, 200, "frame-ancestors 'none'" },
  { "GET /hello HTTP/1.1\r\n" HOST CLOSE, 200, "Referrer-Policy: no-referrer" },
};

static void
test_rows (void)
{
  Fixture self = { 0 };

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *answer = ask (&self, rows[i].text);
    g_test_message ("%s → %s", rows[i].text, answer);
    g_assert_cmpuint (status_of (answer), ==, rows[i].status);
    if (rows[i].holds)
      g_assert_nonnull (strstr (answer, rows[i].holds));
  }
  stop (&self);
}

/* The same rows in drips of one byte, and an answer that the socket cannot take at once. */
static void
test_drips (void)
{
  Fixture self = { 0 };
  g_autofree char *large = NULL;

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    int fd = dial (&self);
    g_autofree char *answer = NULL;
    for (const char *c = rows[i].text; *c && send (fd, c, 1, MSG_NOSIGNAL) == 1; c++)
      if (i % 4 == 0)
        g_usleep (50);
    answer = read_all (fd);
    g_assert_cmpuint (status_of (answer), ==, rows[i].status);
  }
  large = ask (&self, "GET /big HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (strlen (strstr (large, "\r\n\r\n")), ==, 3000004);
  stop (&self);
}

static void
test_keep_alive (void)
{
  Fixture self = { 0 };
  int fd;
  g_autofree char *answer = NULL;
  g_autofree char *pipelined = NULL;
  g_autofree char *hello_again = NULL;
  guint count = 0;

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  fd = dial (&self);
  say (fd, "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  answer = read_until (fd, "\r\n\r\n");
  g_assert_cmpstr (answer, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  say (fd, "xyz");
  pipelined = read_until (fd, "xyz");
  g_assert_cmpuint (status_of (pipelined), ==, 200);
  g_assert_null (strstr (pipelined, "Connection: close"));
  say (fd, "GET /hello HTTP/1.1\r\n" HOST "\r\nGET /thread HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST CLOSE);
  hello_again = read_all (fd);
  for (const char *at = hello_again; (at = strstr (at, "\r\n\r\nhello")); at++)
    count++;
  g_assert_cmpuint (count, ==, 3);
  stop (&self);
}

/* Answers come in the order of the questions, whoever has given them. */
static void
test_pipelined (void)
{
  Fixture self = { 0 };
  g_autofree char *answers = NULL;
  const char *at;
  int fd;

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  fd = dial (&self);
  say (fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /who HTTP/1.1\r\n" HOST "\r\n"
           "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nxyzGET /big HTTP/1.1\r\n" HOST "\r\nGET /thread HTTP/1.1\r\n" HOST CLOSE);
  answers = read_all (fd);
  at = strstr (answers, "\r\n\r\nabcHTTP/1.1 200 ");
  g_assert_nonnull (at);
  at = strstr (at, "\r\n\r\n127.0.0.1HTTP/1.1 200 ");
  g_assert_nonnull (at);
  at = strstr (at, "\r\n\r\nxyzHTTP/1.1 200 ");
  g_assert_nonnull (at);
  at = strstr (at, "\r\n\r\nxxx");
  g_assert_nonnull (at);
  g_assert_true (g_str_has_suffix (at, "\r\n\r\nhello"));
  stop (&self);
}

static void
test_half_closed (void)
{
  Fixture self = { 0 };
  g_autofree char *answer = NULL;
  int fd;

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  fd = dial (&self);
  say (fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  shutdown (fd, SHUT_WR);
  answer = read_all (fd);
  g_assert_cmpuint (status_of (answer), ==, 200);
  stop (&self);
}

static void
test_below_a_path (void)
{
  Fixture self = { 0 };
  g_autofree char *inside = NULL, *outside = NULL, *moved = NULL, *inserted = NULL, *elsewhere = NULL;

  start (&self, "https://id.example/sub/path", (PosternServerOptions){ 0 });
  inside = ask (&self, "GET /sub/path/hello HTTP/1.1\r\n" HOST CLOSE);
  outside = ask (&self, "GET /hello HTTP/1.1\r\n" HOST CLOSE);
  moved = ask (&self, "GET /sub/path/move HTTP/1.1\r\n" HOST CLOSE);
  inserted = ask (&self, "GET /.well-known/name/sub/path HTTP/1.1\r\n" HOST CLOSE);
  elsewhere = ask (&self, "GET /.well-known/name/sub/other HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (status_of (inserted), ==, 200);
  g_assert_cmpuint (status_of (elsewhere), ==, 404);
  g_assert_cmpuint (status_of (inside), ==, 200);
  g_assert_nonnull (strstr (inside, "Strict-Transport-Security"));
  g_assert_cmpuint (status_of (outside), ==, 404);
  g_assert_nonnull (strstr (moved, "Location: /sub/path/hello\r\n"));
  g_assert_nonnull (strstr (moved, "Set-Cookie: __Host-a=b; Path=/; HttpOnly; SameSite=Lax; Secure\r\n"));
  stop (&self);
}

static void
test_trusted_proxy (void)
{
  static const char *const proxies[] = { "127.0.0.0/8", NULL };
  PosternServerOptions options = { .trusted_proxies = proxies, .rate = 1, .rate_burst = 2 };
  Fixture self = { 0 };
  g_autofree char *a = NULL, *b = NULL, *c = NULL, *other = NULL;

  start (&self, "http://localhost", options);
  a = ask (&self, "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.7\r\n" CLOSE);
  b = ask (&self, "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.7\r\n" CLOSE);
  for (guint i = 0; i < 100 && (!c || status_of (c) != 429); i++) { /* a slow machine earns one more a second */
    g_free (c);
    c = ask (&self, "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.7\r\n" CLOSE);
  }
  other = ask (&self, "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.8\r\n" CLOSE);
  g_assert_nonnull (strstr (a, "192.0.2.7"));
  g_assert_cmpuint (status_of (b), ==, 200);
  g_assert_cmpuint (status_of (c), ==, 429);
  g_assert_nonnull (strstr (c, "Retry-After"));
  g_assert_nonnull (strstr (other, "192.0.2.8"));
  stop (&self);
}

static char *
ask_local (const char *path, const char *text)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  say (fd, text);
  return read_all (fd);
}

static void
test_local_sockets (void)
{
  g_autofree char *folder = g_dir_make_tmp ("postern-server-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "admin", NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  PosternServerOptions options = { .io_threads = 1, .no_access_log = TRUE };
  g_autofree char *admin = NULL, *public = NULL, *metrics = NULL;
  Fixture self = { .server = postern_server_new ("http://localhost", &options, NULL) };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  self.listener = listen_on_port (&self.port);
  postern_server_add_routes (self.server, routes, NULL);
  postern_server_add_socket (self.server, fd, POSTERN_SOCKET_ADMIN);
  postern_server_add_socket (self.server, self.listener, POSTERN_SOCKET_MANAGEMENT);
  g_assert_true (postern_server_start (self.server, NULL));
  admin = ask_local (path, "GET /admin HTTP/1.1\r\n" HOST CLOSE);
  public = ask_local (path, "GET /hello HTTP/1.1\r\n" HOST CLOSE);
  metrics = ask (&self, "GET /metrics HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (status_of (admin), ==, 200);
  g_assert_cmpuint (status_of (public), ==, 404);
  g_assert_nonnull (strstr (metrics, "postern_http_requests_total{class=\"2xx\"} 1\n"));
  stop (&self);
  close (fd);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_dispatch (void)
{
  g_autoptr (PosternServer) server = postern_server_new ("http://localhost", NULL, NULL);
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/hello", NULL);
  g_autoptr (PosternRequest) lost = postern_request_new ("GET", "/lost", NULL);
  g_autoptr (PosternResponse) response = NULL, nothing = NULL;

  postern_server_add_routes (server, routes, NULL);
  response = postern_server_dispatch (server, request);
  nothing = postern_server_dispatch (server, lost);
  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  g_assert_cmpuint (postern_response_get_status (nothing), ==, 404);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/rows", test_rows);
  g_test_add_func ("/server/drips", test_drips);
  g_test_add_func ("/server/keep-alive", test_keep_alive);
  g_test_add_func ("/server/pipelined", test_pipelined);
  g_test_add_func ("/server/half-closed", test_half_closed);
  g_test_add_func ("/server/below-a-path", test_below_a_path);
  g_test_add_func ("/server/trusted-proxy", test_trusted_proxy);
  g_test_add_func ("/server/local-sockets", test_local_sockets);
  g_test_add_func ("/server/dispatch", test_dispatch);
  return g_test_run ();
}
