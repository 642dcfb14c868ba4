/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-private.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE "done\n"

static gint released; /* atomic: handlers that may return */
static gsize lines = 1; /* of the log, an exchange */
static GCancellable *last_hurry; /* weak: of the exchange that was over last */

static guint
on_admit (PosternGateExchange *exchange, const PosternGateHead *head, gsize *body_max, gpointer user_data)
{
  *body_max = 0;
  return 0;
}

static PosternGateReply *
on_serve (PosternGateExchange *exchange, GBytes *body, gpointer user_data)
{
  return NULL;
}

/* Hangs until one more may return, or it is told to hurry. */
static PosternGateReply *
on_run (PosternGateExchange *exchange, gpointer user_data)
{
  gint left;

  do {
    g_usleep (1000);
    left = g_atomic_int_get (&released);
  } while (!g_cancellable_is_cancelled (exchange->cancellable) &&
           (left == 0 || !g_atomic_int_compare_and_exchange (&released, left, left - 1)));
  return postern_gate_reply_new (200, NULL);
}

static PosternGateReply *
on_overloaded (PosternGateExchange *exchange, gpointer user_data)
{
  return postern_gate_reply_new (503, NULL);
}

static void
on_done (PosternGateExchange *exchange, guint status, gsize bytes, gpointer user_data)
{
  for (gsize i = 0; i < lines; i++)
    g_string_append (exchange->log, LINE);
  g_set_weak_pointer (&last_hurry, exchange->cancellable);
}

static int
listen_and_dial (int *clients, guint n)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 4096), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  for (guint i = 0; i < n; i++) {
    clients[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint (connect (clients[i], (struct sockaddr *) &address, sizeof address), ==, 0);
  }
  return fd;
}

/* Asks, and waits until the gate has @waiting and @running requests. */
static void
ask (PosternGate *gate, int fd, guint waiting, guint running)
{
  static const char text[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  guint waits = 0, runs = 0;

  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
  for (guint i = 0; i < 10000 && (waits != waiting || runs != running); i++) {
    g_usleep (1000);
    postern_gate_get_load (gate, &waits, &runs);
  }
  g_assert_cmpuint (waits, ==, waiting);
  g_assert_cmpuint (runs, ==, running);
}

#define CLIENTS 200

typedef struct {
  PosternGate *gate;
  int log[2], clients[CLIENTS], listener;
} Fixture;

/* A gate of one handler at a time, whose clients were there before it. */
static void
start (Fixture *self)
{
  static const PosternGateHandler handler = { on_admit, on_serve, on_run, on_overloaded, on_done };
  PosternGateOptions options = {
    .io_threads = 1, .handler_threads = 1, .handler_queue = 1, .connections = CLIENTS, .connections_per_address = CLIENTS, .buffered = 1000, .requests = 8,
    .head_timeout = 60000, .body_timeout = 60000, .idle_timeout = 60000, .write_timeout = 60000, .serve_timeout = 60000,
  };

  g_atomic_int_set (&released, 0);
  g_assert_cmpint (pipe2 (self->log, O_CLOEXEC | O_DIRECT), ==, 0);
  options.log_fd = self->log[1];
  self->gate = postern_gate_new (&options, &handler, NULL);
  self->listener = listen_and_dial (self->clients, G_N_ELEMENTS (self->clients));
  postern_gate_add_listener (self->gate, self->listener, 0, FALSE, NULL);
  g_assert_true (postern_gate_start (self->gate, NULL));
}

static void
stop (Fixture *self)
{
  postern_gate_stop (self->gate);
  postern_gate_free (self->gate);
  for (guint i = 0; i < G_N_ELEMENTS (self->clients); i++)
    close (self->clients[i]);
  close (self->listener);
  close (self->log[0]);
  close (self->log[1]);
}

/* What is over is in the log, although the thread that was to write it has gone into the next handler, which hangs. */
static void
test_log (void)
{
  Fixture self;
  char text[64] = "";
  struct pollfd ready;

  start (&self);
  ask (self.gate, self.clients[0], 0, 1);
  ask (self.gate, self.clients[1], 1, 1);
  g_atomic_int_set (&released, 1);
  ready = (struct pollfd){ .fd = self.log[0], .events = POLLIN };
  g_assert_cmpint (poll (&ready, 1, 10000), ==, 1);
  g_assert_cmpint (read (self.log[0], text, sizeof text - 1), ==, strlen (LINE));
  g_assert_cmpstr (text, ==, LINE);
  stop (&self);
}

/* A pipe that keeps writes apart shows it: none ends within a line, however much there is to write. */
static void
test_whole_lines (void)
{
  Fixture self;
  char text[PIPE_BUF];
  gsize all = 0;

  start (&self);
  lines = 2 * PIPE_BUF / strlen (LINE);
  ask (self.gate, self.clients[0], 0, 1);
  g_atomic_int_set (&released, 1);
  while (all < lines * strlen (LINE)) {
    gssize n = read (self.log[0], text, sizeof text);
    g_assert_cmpint (n, >, 0);
    g_assert_cmpint (text[n - 1], ==, '\n');
    all += (gsize) n;
  }
  lines = 1;
  stop (&self);
}

/* Who still waits for a handler when the gate stops never gets one, and leaves nothing behind. */
static void
test_stop (void)
{
  Fixture self;

  start (&self);
  ask (self.gate, self.clients[0], 0, 1);
  ask (self.gate, self.clients[1], 1, 1);
  stop (&self);
  g_assert_null (last_hurry);
}

/* Whoever had come before a drain is taken, however many they are; only then it says that it is shut. */
static void
test_drain (void)
{
  Fixture self;
  PosternGateCounters *counters;

  start (&self);
  g_assert_false (postern_gate_is_shut (self.gate));
  postern_gate_drain (self.gate, 60000);
  counters = postern_gate_get_counters (self.gate);
  for (guint i = 0; i < 100000 && !postern_gate_is_shut (self.gate); i++)
    g_usleep (100);
  g_assert_true (postern_gate_is_shut (self.gate));
  g_assert_cmpint (g_atomic_int_get (&counters->accepted), ==, CLIENTS);
  stop (&self);
}

/* Who has sent no byte is not waited for, however long a head may take; who is being answered is. */
static void
test_drain_silent (void)
{
  Fixture self;
  PosternGateCounters *counters;
  char byte;

  start (&self);
  counters = postern_gate_get_counters (self.gate);
  ask (self.gate, self.clients[0], 0, 1);
  postern_gate_drain (self.gate, 50);
  for (guint i = 1; i < CLIENTS; i++) {
    struct pollfd gone = { .fd = self.clients[i], .events = POLLIN };
    g_assert_cmpint (poll (&gone, 1, 10000), ==, 1);
    g_assert_cmpint (read (self.clients[i], &byte, 1), <=, 0);
  }
  for (guint i = 0; i < 10000 && g_atomic_int_get (&counters->connections) > 1; i++) /* counted down after the client has seen it */
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&counters->connections), ==, 1);
  stop (&self);
}

#define DOORS 4
#define PLACES 10

/* Threads that accept at the same time take no more than there are places. */
static void
test_places (void)
{
  static const PosternGateHandler handler = { on_admit, on_serve, on_run, on_overloaded, on_done };
  PosternGateOptions options = {
    .io_threads = DOORS, .handler_threads = 1, .handler_queue = 1, .connections = PLACES, .connections_per_address = CLIENTS, .buffered = 1000, .requests = 8,
    .head_timeout = 60000, .body_timeout = 60000, .idle_timeout = 60000, .write_timeout = 60000, .serve_timeout = 60000, .log_fd = -1,
  };
  PosternGate *gate = postern_gate_new (&options, &handler, NULL);
  PosternGateCounters *counters = postern_gate_get_counters (gate);
  int listeners[DOORS], clients[CLIENTS];

  for (guint i = 0; i < DOORS; i++) {
    listeners[i] = listen_and_dial (clients + i * (CLIENTS / DOORS), CLIENTS / DOORS);
    postern_gate_add_listener (gate, listeners[i], 0, FALSE, NULL);
  }
  g_assert_true (postern_gate_start (gate, NULL));
  for (guint i = 0; i < 10000 && g_atomic_int_get (&counters->accepted) + g_atomic_int_get (&counters->turned_away) < CLIENTS; i++)
    g_usleep (1000);
  g_assert_cmpint (g_atomic_int_get (&counters->accepted), ==, PLACES);
  g_assert_cmpint (g_atomic_int_get (&counters->turned_away), ==, CLIENTS - PLACES);
  g_assert_cmpint (g_atomic_int_get (&counters->connections), ==, PLACES);
  postern_gate_stop (gate);
  postern_gate_free (gate);
  for (guint i = 0; i < CLIENTS; i++)
    close (clients[i]);
  for (guint i = 0; i < DOORS; i++)
    close (listeners[i]);
}

static PosternGateReply *
on_serve_at_once (PosternGateExchange *exchange, GBytes *body, gpointer user_data)
{
  return postern_gate_reply_new (204, NULL);
}

static PosternGateReply *
on_run_at_once (PosternGateExchange *exchange, gpointer user_data)
{
  return postern_gate_reply_new (204, NULL);
}

static void
on_done_unseen (PosternGateExchange *exchange, guint status, gsize bytes, gpointer user_data)
{
}

/* Of all our threads, those of the gate included. */
static void
use_cores (const cpu_set_t *cores)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir));)
    g_assert_cmpint (sched_setaffinity (atoi (name), sizeof *cores, cores), ==, 0);
}

static void
ask_and_read (int fd)
{
  static const char text[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  char answer[1024];

  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
  g_assert_cmpint (recv (fd, answer, sizeof answer, 0), >, 0);
}

static void
expect_on_the_wire (PosternGate *gate, int fd, guint wanted)
{
  guint polling = 0;

  for (guint i = 0; i < 50000 && polling != wanted; i++) {
    ask_and_read (fd);
    g_mutex_lock (&gate->mutex);
    polling = gate->polling;
    g_mutex_unlock (&gate->mutex);
  }
  g_assert_cmpuint (polling, ==, wanted);
}

/* No more threads than cores that we may use, as these become fewer and more. */
static void
test_cores (void)
{
  static const PosternGateHandler handler = { on_admit, on_serve_at_once, on_run, on_overloaded, on_done_unseen };
  PosternGateOptions options = {
    .handler_threads = 1, .handler_queue = 1, .connections = 1, .connections_per_address = 1, .buffered = 1000, .requests = G_MAXUINT,
    .head_timeout = 60000, .body_timeout = 60000, .idle_timeout = 60000, .write_timeout = 60000, .serve_timeout = 60000, .log_fd = -1,
  };
  PosternGate *gate = postern_gate_new (&options, &handler, NULL);
  cpu_set_t all, one;
  int client, listener = listen_and_dial (&client, 1), core = 0;

  g_assert_cmpint (sched_getaffinity (0, sizeof all, &all), ==, 0);
  while (!CPU_ISSET (core, &all))
    core++;
  CPU_ZERO (&one);
  CPU_SET (core, &one);
  postern_gate_add_listener (gate, listener, 0, FALSE, NULL);
  g_assert_true (postern_gate_start (gate, NULL));
  expect_on_the_wire (gate, client, (guint) CPU_COUNT (&all));
  use_cores (&one);
  expect_on_the_wire (gate, client, 1);
  use_cores (&all);
  expect_on_the_wire (gate, client, (guint) CPU_COUNT (&all));
  postern_gate_stop (gate);
  postern_gate_free (gate);
  close (client);
  close (listener);
}

#define WIDE 8 /* threads */

typedef struct {
  PosternGate *gate;
  int fd;
  guint kept, all; /* times that it looked */
} Asker;

static gpointer
ask_often (gpointer data)
{
  Asker *self = data;

  for (guint i = 0; i < 4000; i++) {
    ask_and_read (self->fd);
    if (i < 2000)
      continue;
    g_mutex_lock (&self->gate->mutex);
    self->kept += self->gate->keeps;
    self->all++;
    g_mutex_unlock (&self->gate->mutex);
  }
  return NULL;
}

/* Where each request needs a handler, who is on the wire stays, however many there are: else one is called and sent away with each. */
static void
test_keeps (void)
{
  static const PosternGateHandler handler = { on_admit, on_serve, on_run_at_once, on_overloaded, on_done_unseen };
  PosternGateOptions options = {
    .io_threads = WIDE, .handler_threads = WIDE, .handler_queue = WIDE, .connections = WIDE, .connections_per_address = WIDE, .buffered = 10000, .requests = G_MAXUINT,
    .head_timeout = 60000, .body_timeout = 60000, .idle_timeout = 60000, .write_timeout = 60000, .serve_timeout = 60000, .log_fd = -1,
  };
  PosternGate *gate = postern_gate_new (&options, &handler, NULL);
  int clients[WIDE], listener = listen_and_dial (clients, WIDE);
  GThread *threads[WIDE];
  Asker askers[WIDE] = { 0 };
  guint kept = 0, all = 0;

  postern_gate_add_listener (gate, listener, 0, FALSE, NULL);
  g_assert_true (postern_gate_start (gate, NULL));
  for (guint i = 0; i < WIDE; i++) {
    askers[i] = (Asker){ gate, clients[i] };
    threads[i] = g_thread_new ("asker", ask_often, &askers[i]);
  }
  for (guint i = 0; i < WIDE; i++) {
    g_thread_join (threads[i]);
    kept += askers[i].kept;
    all += askers[i].all;
    close (clients[i]);
  }
  g_test_message ("%u of %u", kept, all);
  g_assert_cmpuint (kept, >, all * 9 / 10);
  postern_gate_stop (gate);
  postern_gate_free (gate);
  close (listener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate-threads/log", test_log);
  g_test_add_func ("/gate-threads/whole-lines", test_whole_lines);
  g_test_add_func ("/gate-threads/stop", test_stop);
  g_test_add_func ("/gate-threads/drain", test_drain);
  g_test_add_func ("/gate-threads/drain-silent", test_drain_silent);
  g_test_add_func ("/gate-threads/places", test_places);
  g_test_add_func ("/gate-threads/cores", test_cores);
  g_test_add_func ("/gate-threads/keeps", test_keeps);
  return g_test_run ();
}
