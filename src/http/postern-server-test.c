/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-server.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A real server on a real socket, spoken to in raw bytes. */
typedef struct {
  PosternServer *server;
  int listener, port;
  char *path; /* (nullable): of a local socket */
} Fixture;

static gint cancelled, held, release; /* atomic: what handlers tell the test, and it them */

static PosternResponse *
new_text (const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  return postern_response_new (200, "text/plain", body);
}

static PosternResponse *
hello (PosternRequest *request, gpointer user_data)
{
  return new_text ("hello");
}

static PosternResponse *
not_inline (PosternRequest *request, gpointer user_data)
{
  return NULL;
}

static PosternResponse *
echo (PosternRequest *request, gpointer user_data)
{
  return postern_response_new (200, "application/octet-stream", postern_request_get_body (request));
}

static PosternResponse *
who (PosternRequest *request, gpointer user_data)
{
  return new_text (postern_request_get_remote_address (request));
}

/* Holds its thread until it is cancelled or released. */
static PosternResponse *
hold (PosternRequest *request, gpointer user_data)
{
  GCancellable *cancellable = postern_request_get_cancellable (request);

  g_atomic_int_inc (&held);
  while (!g_cancellable_is_cancelled (cancellable) && !g_atomic_int_get (&release))
    g_usleep (1000);
  if (g_cancellable_is_cancelled (cancellable))
    g_atomic_int_inc (&cancelled);
  return new_text ("held");
}

static PosternResponse *
big (PosternRequest *request, gpointer user_data)
{
  g_autofree char *text = g_strnfill (3 * 1000 * 1000, 'x');

  return new_text (text);
}

static PosternResponse *
move (PosternRequest *request, gpointer user_data)
{
  PosternResponse *response = postern_response_new_redirect ("/hello");

  postern_response_set_cookie (response, "a", "b", -1);
  return response;
}

static const PosternRoute routes[] = {
  { "GET", "/hello", hello, hello },
  { "GET", "/thread", hello },
  { "GET", "/maybe", hello, not_inline },
  { "GET", "/who", who, who },
  { "GET", "/hold", hold },
  { "GET", "/big", big },
  { "GET", "/move", move },
  { "GET", "/.well-known/name/{rest...}", hello },
  { "POST", "/echo", echo, NULL, 1000, POSTERN_ROUTE_CORS },
  { "POST", "/large", echo, NULL, 100000 },
  { "POST", "/form", echo, NULL, 1000, POSTERN_ROUTE_CSRF },
  { "GET", "/admin", hello, NULL, 0, POSTERN_ROUTE_ADMIN },
  { NULL },
};

static int
listen_on_port (int *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 4096), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);
  return fd;
}

static void
start (Fixture *self, const char *url, PosternServerOptions options)
{
  GError *error = NULL;

  g_atomic_int_set (&cancelled, 0);
  g_atomic_int_set (&held, 0);
  g_atomic_int_set (&release, 0);
  options.io_threads = 2;
  options.no_access_log = TRUE;
  self->server = postern_server_new (url, &options, NULL);
  postern_server_add_routes (self->server, routes, NULL);
  self->listener = listen_on_port (&self->port);
  postern_server_add_socket (self->server, self->listener, POSTERN_SOCKET_PUBLIC);
  g_assert_true (postern_server_start (self->server, &error));
  g_assert_no_error (error);
}

static void
stop (Fixture *self)
{
  g_object_unref (self->server);
  close (self->listener);
}

static int
dial (Fixture *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) self->port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval limit = { 20, 0 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return fd;
}

static void
say (int fd, const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
}

/* Everything until the other end closes. */
static char *
read_all (int fd)
{
  GString *out = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (out, buffer, n);
  close (fd);
  return g_string_free (out, FALSE);
}

/* Until @end has come. */
static char *
read_until (int fd, const char *end)
{
  GString *out = g_string_new (NULL);
  char byte;

  while (!strstr (out->str, end) && recv (fd, &byte, 1, 0) == 1)
    g_string_append_c (out, byte);
  return g_string_free (out, FALSE);
}

static char *
ask (Fixture *self, const char *text)
{
  int fd = dial (self);

  say (fd, text);
  return read_all (fd);
}

static guint
status_of (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.1 ") ? (guint) g_ascii_strtoull (answer + 9, NULL, 10) : 0;
}

#define HOST "Host: localhost\r\n"
#define CLOSE "Connection: close\r\n\r\n"

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
test_timeouts (void)
{
  PosternServerOptions options = { .head_timeout = 100, .body_timeout = 100, .idle_timeout = 100, .handler_timeout = 100 };
  Fixture self = { 0 };
  g_autofree char *head = NULL, *body = NULL, *idle = NULL, *silent = NULL, *slow = NULL;
  int fd;

  start (&self, "http://localhost", options);
  head = ask (&self, "GET /hello HTT");
  g_assert_cmpuint (status_of (head), ==, 408);
  body = ask (&self, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\na");
  g_assert_cmpuint (status_of (body), ==, 408);
  silent = ask (&self, "");
  g_assert_cmpstr (silent, ==, "");
  fd = dial (&self);
  say (fd, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  idle = read_all (fd);
  g_assert_cmpuint (status_of (idle), ==, 200);
  slow = ask (&self, "GET /hold HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (status_of (slow), ==, 200);
  g_assert_cmpint (g_atomic_int_get (&cancelled), ==, 1);
  stop (&self);
}

static void
wait_for (gint *counter, gint value)
{
  for (guint i = 0; i < 10000 && g_atomic_int_get (counter) != value; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (counter), ==, value);
}

static void
test_client_leaves (void)
{
  Fixture self = { 0 };
  int fd;

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  fd = dial (&self);
  say (fd, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
  wait_for (&held, 1);
  close (fd);
  wait_for (&cancelled, 1);
  stop (&self);
}

static void
test_overload (void)
{
  PosternServerOptions options = { .handler_threads = 1, .handler_queue = 1 };
  Fixture self = { 0 };
  g_autofree char *refused = NULL, *first = NULL, *second = NULL;
  int a, b;

  start (&self, "http://localhost", options);
  a = dial (&self);
  say (a, "GET /hold HTTP/1.1\r\n" HOST CLOSE);
  wait_for (&held, 1);
  b = dial (&self);
  say (b, "GET /hold HTTP/1.1\r\n" HOST CLOSE);
  g_usleep (50000);
  refused = ask (&self, "GET /thread HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (status_of (refused), ==, 503);
  g_assert_nonnull (strstr (refused, "Retry-After: 1"));
  g_atomic_int_set (&release, 1);
  first = read_all (a);
  second = read_all (b);
  g_assert_cmpuint (status_of (first), ==, 200);
  g_assert_cmpuint (status_of (second), ==, 200);
  stop (&self);
}

/* Whatever hangs, and however much waits for it, what needs no handler is answered, and time goes on. */
static void
test_hang (void)
{
  PosternServerOptions options = { .handler_threads = 4, .handler_queue = 8, .idle_timeout = 200 };
  Fixture self = { 0 };
  int fds[12];
  g_autofree char *refused = NULL, *silent = NULL;

  start (&self, "http://localhost", options);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    fds[i] = dial (&self);
    say (fds[i], "GET /hold HTTP/1.1\r\n" HOST CLOSE);
  }
  wait_for (&held, 4);
  for (guint i = 0; i < 100; i++) {
    g_autofree char *answer = ask (&self, "GET /hello HTTP/1.1\r\n" HOST "\r\nPOST /none HTTP/1.1\r\n" HOST CLOSE);
    g_assert_cmpuint (status_of (answer), ==, 200);
    g_assert_nonnull (strstr (answer, "HTTP/1.1 404 "));
  }
  refused = ask (&self, "GET /thread HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (status_of (refused), ==, 503);
  silent = ask (&self, "GET /hello HTTP/1.1\r\n" HOST "\r\n"); /* until its time is over */
  g_assert_cmpuint (status_of (silent), ==, 200);
  g_assert_cmpint (g_atomic_int_get (&held), ==, 4);
  g_atomic_int_set (&release, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    g_autofree char *answer = read_all (fds[i]);
    g_assert_cmpuint (status_of (answer), ==, 200);
  }
  g_assert_cmpint (g_atomic_int_get (&held), ==, 12);
  stop (&self);
}

/* Who leaves while he waits for a handler never gets one; and a stop waits for those that run, after telling them. */
static void
test_stop (void)
{
  PosternServerOptions options = { .handler_threads = 2 };
  Fixture self = { 0 };
  int fds[4];

  start (&self, "http://localhost", options);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    fds[i] = dial (&self);
    say (fds[i], "GET /hold HTTP/1.1\r\n" HOST "\r\n");
    wait_for (&held, i < 2 ? (gint) i + 1 : 2);
  }
  close (fds[2]);
  g_usleep (50000);
  close (fds[0]);
  wait_for (&held, 3); /* the fourth's */
  wait_for (&cancelled, 1);
  stop (&self);
  g_assert_cmpint (g_atomic_int_get (&held), ==, 3);
  g_assert_cmpint (g_atomic_int_get (&cancelled), ==, 3);
  close (fds[1]);
  close (fds[3]);
}

static gpointer
drain (gpointer data)
{
  postern_server_drain (data, 10000);
  return NULL;
}

/* An idle connection's next request is answered and told to close; what is under way or waits is finished; then all is over, early. */
static void
test_drain (void)
{
  Fixture self = { 0 };
  g_autofree char *first = NULL, *last = NULL, *busy = NULL, *waiting = NULL;
  gint64 began = g_get_monotonic_time ();
  GThread *thread;
  int idle, fd, next;

  start (&self, "http://localhost", (PosternServerOptions){ .handler_threads = 1 });
  idle = dial (&self);
  say (idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  first = read_until (idle, "\r\n\r\nhello");
  fd = dial (&self);
  say (fd, "GET /hold HTTP/1.1\r\n" HOST "\r\n");
  wait_for (&held, 1);
  next = dial (&self);
  say (next, "GET /thread HTTP/1.1\r\n" HOST "\r\n");
  thread = g_thread_new ("drain", drain, self.server);
  g_usleep (100000);
  say (idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
  last = read_all (idle);
  g_assert_cmpuint (status_of (last), ==, 200);
  g_assert_nonnull (strstr (last, "Connection: close"));
  g_atomic_int_set (&release, 1);
  busy = read_all (fd);
  g_assert_cmpuint (status_of (busy), ==, 200);
  g_assert_nonnull (strstr (busy, "Connection: close"));
  waiting = read_all (next);
  g_assert_cmpuint (status_of (waiting), ==, 200);
  g_assert_nonnull (strstr (waiting, "Connection: close"));
  g_thread_join (thread);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  stop (&self);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir))
    count++;
  return count;
}

/* What libsoup's server loses: a descriptor for each client that leaves while it is idle. */
static void
test_descriptors (void)
{
  Fixture self = { 0 };
  guint before;

  start (&self, "http://localhost", (PosternServerOptions){ 0 });
  for (guint i = 0; i < 4; i++) { /* so that each thread has come up and opened its own */
    g_autofree char *answer = ask (&self, "GET /hello HTTP/1.1\r\n" HOST CLOSE);
    g_assert_cmpuint (status_of (answer), ==, 200);
  }
  g_usleep (100000);
  before = count_descriptors ();
  for (guint round = 0; round < 20; round++) {
    int fds[50];
    for (guint i = 0; i < 50; i++) {
      g_autofree char *answer = NULL;
      fds[i] = dial (&self);
      say (fds[i], "GET /hello HTTP/1.1\r\n" HOST "\r\n");
      answer = read_until (fds[i], "\r\n\r\nhello");
    }
    for (guint i = 0; i < 50; i++)
      close (fds[i]);
  }
  for (guint i = 0; i < 1000 && count_descriptors () > before; i++)
    g_usleep (1000);
  g_assert_cmpuint (count_descriptors (), ==, before);
  stop (&self);
}

/* One of many clients: asks a little, and leaves in one way or another, often before the answer. */
static gpointer
come_and_go (gpointer data)
{
  static const char *const texts[] = {
    "GET /hello HTTP/1.1\r\n" HOST "\r\n",
    "GET /thread HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\nGET /thread HTTP/1.1\r\n" HOST "\r\n",
    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nab",
    "GET /big HTTP/1.1\r\n" HOST "\r\n",
    "GET /maybe HTTP/1.1\r\n" HOST CLOSE,
  };
  const struct linger reset = { 1, 0 };
  char buffer[512];

  for (guint i = 0; i < 250; i++) {
    int fd = dial (data);
    say (fd, texts[i % G_N_ELEMENTS (texts)]);
    if (i % 3 == 0)
      g_assert_cmpint (i % G_N_ELEMENTS (texts) == 2 ? 1 : recv (fd, buffer, sizeof buffer, 0), >, 0);
    if (i % 7 == 0)
      setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close (fd);
  }
  return NULL;
}

/* A thousand connections that end in every way at every moment: nothing is lost, and nobody else is harmed. */
static void
test_churn (void)
{
  Fixture self = { 0 };
  GThread *threads[4];
  guint before;

  start (&self, "http://localhost", (PosternServerOptions){ .handler_threads = 3, .handler_queue = 1000 });
  before = count_descriptors ();
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("client", come_and_go, &self);
  for (guint i = 0; i < 50; i++) {
    g_autofree char *answer = ask (&self, "GET /thread HTTP/1.1\r\n" HOST CLOSE);
    g_assert_cmpuint (status_of (answer), ==, 200);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 5000 && count_descriptors () > before; i++)
    g_usleep (1000);
  g_assert_cmpuint (count_descriptors (), ==, before);
  stop (&self);
}

static void
test_limits (void)
{
  PosternServerOptions options = { .connections_per_address = 2 };
  Fixture self = { 0 };
  g_autofree char *third = NULL;
  char byte;
  int a, b, c;

  start (&self, "http://localhost", options);
  a = dial (&self);
  b = dial (&self);
  g_usleep (50000);
  c = dial (&self);
  g_assert_cmpint (recv (c, &byte, 1, 0), <=, 0);
  close (c);
  close (a);
  g_usleep (50000);
  third = ask (&self, "GET /hello HTTP/1.1\r\n" HOST CLOSE);
  g_assert_cmpuint (status_of (third), ==, 200);
  close (b);
  stop (&self);
}

/* Bodies that come slowly must not fill the memory: who comes with much when much is held is sent away, the small ones are not. */
static void
test_buffered (void)
{
  PosternServerOptions options = { .buffered = 100000 };
  Fixture self = { 0 };
  g_autofree char *part = g_strnfill (60000, 'x');
  g_autofree char *head = g_strconcat ("POST /large HTTP/1.1\r\n" HOST "Content-Length: 90000\r\n\r\n", part, NULL);
  g_autofree char *refused = NULL, *small = NULL, *after = NULL;
  int first, second;

  start (&self, "http://localhost", options);
  first = dial (&self);
  say (first, head);
  g_usleep (100000);
  second = dial (&self);
  say (second, head);
  refused = read_all (second);
  g_assert_cmpuint (status_of (refused), ==, 503);
  small = ask (&self, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" CLOSE "abc");
  g_assert_cmpuint (status_of (small), ==, 200);
  close (first);
  g_usleep (100000);
  second = dial (&self);
  say (second, head);
  say (second, part + 30000);
  shutdown (second, SHUT_WR);
  after = read_all (second);
  g_assert_cmpuint (status_of (after), ==, 200);
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
  c = ask (&self, "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.7\r\n" CLOSE);
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
  g_test_add_func ("/server/timeouts", test_timeouts);
  g_test_add_func ("/server/client-leaves", test_client_leaves);
  g_test_add_func ("/server/overload", test_overload);
  g_test_add_func ("/server/hang", test_hang);
  g_test_add_func ("/server/stop", test_stop);
  g_test_add_func ("/server/drain", test_drain);
  g_test_add_func ("/server/descriptors", test_descriptors);
  g_test_add_func ("/server/churn", test_churn);
  g_test_add_func ("/server/limits", test_limits);
  g_test_add_func ("/server/buffered", test_buffered);
  g_test_add_func ("/server/below-a-path", test_below_a_path);
  g_test_add_func ("/server/trusted-proxy", test_trusted_proxy);
  g_test_add_func ("/server/local-sockets", test_local_sockets);
  g_test_add_func ("/server/dispatch", test_dispatch);
  return g_test_run ();
}
