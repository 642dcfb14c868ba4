/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-server.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* For tests: a real server on real sockets, spoken to in raw bytes; and routes that it is asked for. */
typedef struct {
  PosternServer *server;
  int listener, port;
  int management, management_port; /* where it tells how it is */
} Fixture;

static gint cancelled, held, release; /* atomic: what handlers tell the test, and it them */

static inline PosternResponse *
new_text (const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  return postern_response_new (200, "text/plain", body);
}

static inline PosternResponse *
hello (PosternRequest *request, gpointer user_data)
{
  return new_text ("hello");
}

static inline PosternResponse *
not_inline (PosternRequest *request, gpointer user_data)
{
  return NULL;
}

static inline PosternResponse *
echo (PosternRequest *request, gpointer user_data)
{
  return postern_response_new (200, "application/octet-stream", postern_request_get_body (request));
}

static inline PosternResponse *
who (PosternRequest *request, gpointer user_data)
{
  return new_text (postern_request_get_remote_address (request));
}

/* Holds its thread until it is cancelled or released. */
static inline PosternResponse *
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

static inline PosternResponse *
big (PosternRequest *request, gpointer user_data)
{
  g_autofree char *text = g_strnfill (3 * 1000 * 1000, 'x');

  return new_text (text);
}

static inline PosternResponse *
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
  { "GET", "/.well-known/name", hello },
  { "POST", "/echo", echo, NULL, 1000, POSTERN_ROUTE_CORS },
  { "POST", "/large", echo, NULL, 100000 },
  { "POST", "/form", echo, NULL, 1000, POSTERN_ROUTE_CSRF },
  { "GET", "/admin", hello, NULL, 0, POSTERN_ROUTE_ADMIN },
  { NULL },
};

static inline int
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

/* What is set before it runs, is set between prepare() and run(). */
static inline void
prepare (Fixture *self, const char *url, PosternServerOptions options)
{
  g_atomic_int_set (&cancelled, 0);
  g_atomic_int_set (&held, 0);
  g_atomic_int_set (&release, 0);
  options.io_threads = 2;
  options.no_access_log = TRUE;
  self->server = postern_server_new (url, &options, NULL);
  postern_server_add_routes (self->server, routes, NULL);
  self->listener = listen_on_port (&self->port);
  postern_server_add_socket (self->server, self->listener, POSTERN_SOCKET_PUBLIC);
  self->management = listen_on_port (&self->management_port);
  postern_server_add_socket (self->server, self->management, POSTERN_SOCKET_MANAGEMENT);
}

static inline void
run (Fixture *self)
{
  GError *error = NULL;

  g_assert_true (postern_server_start (self->server, &error));
  g_assert_no_error (error);
}

static inline void
start (Fixture *self, const char *url, PosternServerOptions options)
{
  prepare (self, url, options);
  run (self);
}

static inline void
stop (Fixture *self)
{
  g_object_unref (self->server);
  close (self->listener);
  close (self->management);
}

static inline int
dial_port (int port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval limit = { 20, 0 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return fd;
}

static inline int
dial (Fixture *self)
{
  return dial_port (self->port);
}

static inline void
say (int fd, const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
}

/* Everything until the other end closes. */
static inline char *
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
static inline char *
read_until (int fd, const char *end)
{
  GString *out = g_string_new (NULL);
  char byte;

  while (!strstr (out->str, end) && recv (fd, &byte, 1, 0) == 1)
    g_string_append_c (out, byte);
  return g_string_free (out, FALSE);
}

static inline char *
ask (Fixture *self, const char *text)
{
  int fd = dial (self);

  say (fd, text);
  return read_all (fd);
}

static inline guint
status_of (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.1 ") ? (guint) g_ascii_strtoull (answer + 9, NULL, 10) : 0;
}

#define HOST "Host: localhost\r\n"
#define CLOSE "Connection: close\r\n\r\n"

static inline void
wait_for (gint *counter, gint value)
{
  for (guint i = 0; i < 10000 && g_atomic_int_get (counter) != value; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (counter), ==, value);
}

/* Until the server says so of itself: @line is of its metrics, without their prefix. */
static inline void
wait_for_metric (Fixture *self, const char *line)
{
  g_autofree char *wanted = g_strconcat ("\npostern_", line, "\n", NULL);
  gboolean found = FALSE;

  for (guint i = 0; i < 5000 && !found; i++) {
    g_autofree char *answer = NULL;
    int fd = dial_port (self->management_port);
    say (fd, "GET /metrics HTTP/1.1\r\n" HOST CLOSE);
    answer = read_all (fd);
    found = strstr (answer, wanted) != NULL;
    if (!found)
      g_usleep (1000);
  }
  g_test_message ("%s", line);
  g_assert_true (found);
}
