/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-server-fixture.h"

static void
test_timeouts (void)
{
  PosternServerOptions options = { .head_timeout = 500, .body_timeout = 500, .idle_timeout = 500, .handler_timeout = 500 };
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
  wait_for_metric (&self, "handler_waiting 1");
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
  wait_for_metric (&self, "handler_waiting 8");
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
  for (guint i = 0; i < 20; i++) { /* whoever takes these has first been told that the third has left */
    g_autofree char *answer = ask (&self, "GET /hello HTTP/1.1\r\n" HOST CLOSE);
    g_assert_cmpuint (status_of (answer), ==, 200);
  }
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
  g_autofree char *first = NULL, *rest = NULL, *busy = NULL, *waiting = NULL;
  gboolean told = FALSE;
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
  wait_for_metric (&self, "handler_waiting 1");
  thread = g_thread_new ("drain", drain, self.server);
  for (guint i = 0; i < 10000 && !told; i++) { /* it may take a moment to begin */
    g_autofree char *last = NULL;
    say (idle, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    last = read_until (idle, "\r\n\r\nhello");
    g_assert_cmpuint (status_of (last), ==, 200);
    told = strstr (last, "Connection: close") != NULL;
  }
  g_assert_true (told);
  rest = read_all (idle);
  g_assert_cmpstr (rest, ==, "");
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

/* Who is turned away may not even come to ask. */
static char *
try_to_ask (Fixture *self)
{
  static const char text[] = "GET /hello HTTP/1.1\r\n" HOST CLOSE;
  int fd = dial (self);

  send (fd, text, strlen (text), MSG_NOSIGNAL);
  return read_all (fd);
}

static void
test_limits (void)
{
  PosternServerOptions options = { .connections_per_address = 2 };
  Fixture self = { 0 };
  g_autofree char *refused = NULL;
  gboolean served = FALSE;
  int fds[2];

  start (&self, "http://localhost", options);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++) {
    g_autofree char *answer = NULL;
    fds[i] = dial (&self);
    say (fds[i], "GET /hello HTTP/1.1\r\n" HOST "\r\n");
    answer = read_until (fds[i], "\r\n\r\nhello");
    g_assert_cmpuint (status_of (answer), ==, 200);
  }
  refused = try_to_ask (&self);
  g_assert_cmpstr (refused, ==, "");
  close (fds[0]);
  for (guint i = 0; i < 10000 && !served; i++) { /* it may take a moment to notice */
    g_autofree char *answer = try_to_ask (&self);
    served = status_of (answer) == 200;
    g_usleep (1000);
  }
  g_assert_true (served);
  close (fds[1]);
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
  wait_for_metric (&self, "http_buffered_bytes 60000");
  second = dial (&self);
  say (second, head);
  refused = read_all (second);
  g_assert_cmpuint (status_of (refused), ==, 503);
  small = ask (&self, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" CLOSE "abc");
  g_assert_cmpuint (status_of (small), ==, 200);
  close (first);
  wait_for_metric (&self, "http_buffered_bytes 0");
  second = dial (&self);
  say (second, head);
  say (second, part + 30000);
  shutdown (second, SHUT_WR);
  after = read_all (second);
  g_assert_cmpuint (status_of (after), ==, 200);
  stop (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-load/timeouts", test_timeouts);
  g_test_add_func ("/server-load/client-leaves", test_client_leaves);
  g_test_add_func ("/server-load/overload", test_overload);
  g_test_add_func ("/server-load/hang", test_hang);
  g_test_add_func ("/server-load/stop", test_stop);
  g_test_add_func ("/server-load/drain", test_drain);
  g_test_add_func ("/server-load/descriptors", test_descriptors);
  g_test_add_func ("/server-load/churn", test_churn);
  g_test_add_func ("/server-load/limits", test_limits);
  g_test_add_func ("/server-load/buffered", test_buffered);
  return g_test_run ();
}
