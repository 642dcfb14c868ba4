/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include <string.h>

/* For tests of what is sent to other servers: one on 127.0.0.1 that keeps what comes, and answers what it is told to. */

#define FIXTURE_ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"

typedef struct _FixtureReceiver FixtureReceiver;
struct _FixtureReceiver {
  GSocketListener *listener;
  GCancellable *cancellable;
  GThread *thread;
  GThreadPool *pool;
  char *place, *url; /* "127.0.0.1:PORT"; of something there, plain http */
  GMutex mutex;
  GPtrArray *requests; /* (element-type utf8): head and body, as they came */
  guint connections;
  const char *answer; /* as it is sent; (nullable): it never answers */
  guint answers_each; /* on one connection; 0: as many as are asked for */
  gboolean drops;     /* of a connection that has given as many, what comes then, too, without an answer; else it is closed at once */
  void (*on_request) (FixtureReceiver *self, gpointer user_data); /* (nullable): before the answer, in a thread of its own */
  gpointer user_data;
};

static inline gboolean
fixture_receiver_is_whole (const char *text)
{
  const char *end = strstr (text, "\r\n\r\n"), *length = end ? strcasestr (text, "\r\ncontent-length:") : NULL;
  gsize expected = length && length < end ? (gsize) g_ascii_strtoull (length + strlen ("\r\ncontent-length:"), NULL, 10) : 0;

  return end && strlen (end + strlen ("\r\n\r\n")) >= expected;
}

/* (nullable): nothing came any more */
static inline char *
fixture_receiver_read (FixtureReceiver *self, GInputStream *stream)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char bytes[4096];
  gssize n;

  while (!fixture_receiver_is_whole (text->str) && (n = g_input_stream_read (stream, bytes, sizeof bytes, self->cancellable, NULL)) > 0)
    g_string_append_len (text, bytes, n);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* @nth: on this connection, from 0 on. Returns: whether another one may follow */
static inline gboolean
fixture_receiver_take (FixtureReceiver *self, GIOStream *stream, guint nth)
{
  gboolean is_over = self->answers_each > 0 && nth >= self->answers_each;
  char *request = is_over && !self->drops ? NULL : fixture_receiver_read (self, g_io_stream_get_input_stream (stream));
  gboolean closes = request && strcasestr (request, "\r\nconnection: close\r\n");
  const char *answer;
  char rest;

  if (request == NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->requests, request);
  g_mutex_unlock (&self->mutex);
  if (is_over)
    return FALSE;
  if (self->on_request)
    self->on_request (self, self->user_data);
  g_mutex_lock (&self->mutex);
  answer = self->answer;
  g_mutex_unlock (&self->mutex);
  if (answer)
    return g_output_stream_write_all (g_io_stream_get_output_stream (stream), answer, strlen (answer), NULL, NULL, NULL) && !closes;
  g_input_stream_read (g_io_stream_get_input_stream (stream), &rest, 1, self->cancellable, NULL); /* until the other side has had enough */
  return FALSE;
}

static inline void
fixture_receiver_serve (gpointer data, gpointer user_data)
{
  g_autoptr (GIOStream) stream = data;

  for (guint i = 0; fixture_receiver_take (user_data, stream, i); i++)
    ;
}

static inline gpointer
fixture_receiver_run (gpointer data)
{
  FixtureReceiver *self = data;
  GSocketConnection *connection;

  while ((connection = g_socket_listener_accept (self->listener, NULL, self->cancellable, NULL))) {
    g_mutex_lock (&self->mutex);
    self->connections++;
    g_mutex_unlock (&self->mutex);
    g_thread_pool_push (self->pool, connection, NULL);
  }
  return NULL;
}

static inline FixtureReceiver *
fixture_receiver_new (const char *answer)
{
  FixtureReceiver *self = g_new0 (FixtureReceiver, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0), given = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  self->answer = answer;
  self->requests = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  g_socket_listener_add_address (self->listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &given, &error);
  g_assert_no_error (error);
  self->place = g_strdup_printf ("127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (given)));
  self->url = g_strdup_printf ("http://%s/in", self->place);
  self->pool = g_thread_pool_new (fixture_receiver_serve, self, -1, FALSE, NULL);
  self->thread = g_thread_new ("receiver", fixture_receiver_run, self);
  return self;
}

static inline void
fixture_receiver_free (FixtureReceiver *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->requests);
  g_mutex_clear (&self->mutex);
  g_free (self->place);
  g_free (self->url);
  g_free (self);
}

static inline void
fixture_receiver_set_answer (FixtureReceiver *self, const char *answer)
{
  g_mutex_lock (&self->mutex);
  self->answer = answer;
  g_mutex_unlock (&self->mutex);
}

/** fixture_receiver_count: how many requests have come */
static inline guint
fixture_receiver_count (FixtureReceiver *self)
{
  g_mutex_lock (&self->mutex);
  guint n = self->requests->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

/** fixture_receiver_dup_request: the one that came as no. @index; (transfer full) */
static inline char *
fixture_receiver_dup_request (FixtureReceiver *self, guint index)
{
  g_mutex_lock (&self->mutex);
  char *request = g_strdup (self->requests->pdata[index]);
  g_mutex_unlock (&self->mutex);
  return request;
}

/** fixture_receiver_dup_body: (transfer full) */
static inline char *
fixture_receiver_dup_body (FixtureReceiver *self, guint index)
{
  g_autofree char *request = fixture_receiver_dup_request (self, index);

  return g_strdup (strstr (request, "\r\n\r\n") + strlen ("\r\n\r\n"));
}

/** fixture_receiver_dup_header: (transfer full) (nullable): its value, or that it was not sent */
static inline char *
fixture_receiver_dup_header (FixtureReceiver *self, guint index, const char *name)
{
  g_autofree char *request = fixture_receiver_dup_request (self, index), *begin = g_strdup_printf ("\r\n%s:", name);
  const char *found = strcasestr (request, begin), *value = found ? found + strlen (begin) : NULL;

  return value && found < strstr (request, "\r\n\r\n") ? g_strstrip (g_strndup (value, strcspn (value, "\r"))) : NULL;
}
