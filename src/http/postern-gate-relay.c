/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-relay.h"

#include <libsoup/soup.h>
#include <string.h>

#define TIDY_EVERY 256 /* runs between two looks for what libsoup may have put off */

struct _PosternGateRelay {
  GMainContext *context;
  SoupServer *server;
  GSocketAddress *nowhere; /* libsoup wants addresses; the real ones are the gate's business */
  const PosternGateReply *reply;
  gboolean close, finished;
  guint runs;
};

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  PosternGateRelay *self = user_data;

  self->finished = TRUE;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  PosternGateRelay *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const PosternGateReply *reply = self->reply;

  for (guint i = 0; i < reply->fields->len; i++) {
    PosternGateReplyField *field = &g_array_index (reply->fields, PosternGateReplyField, i);
    soup_message_headers_append (headers, field->name, field->value);
  }
  if (self->close)
    soup_message_headers_append (headers, "Connection", "close");
  soup_server_message_set_status (message, reply->status, NULL);
  if (reply->body && g_bytes_get_size (reply->body) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), reply->body);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), self);
}

PosternGateRelay *
postern_gate_relay_new (void)
{
  PosternGateRelay *self = g_new0 (PosternGateRelay, 1);

  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new (NULL, NULL);
  self->nowhere = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  return self;
}

void
postern_gate_relay_free (PosternGateRelay *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_object_unref (self->nowhere);
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_free (self);
}

gboolean
postern_gate_relay_run (PosternGateRelay *self, const char *request, gsize length, const PosternGateReply *reply, gboolean close, GString *out)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (request, (gssize) length, NULL);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GIOStream) stream = g_simple_io_stream_new (input, output);
  const char *data;
  gsize written;

  self->reply = reply;
  self->close = close;
  self->finished = FALSE;
  if (!soup_server_accept_iostream (self->server, stream, self->nowhere, self->nowhere, NULL))
    return FALSE;
  /* Behind the one request the stream ends, and so does libsoup's side. A stream in memory never makes libsoup wait, so
   * that all is done by now; each look at the context costs a system call. */
  if (!self->finished || ++self->runs % TIDY_EVERY == 0)
    while (g_main_context_iteration (self->context, FALSE))
      continue;
  data = g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (output));
  written = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (output));
  if (!self->finished || written == 0)
    return FALSE;
  g_string_append_len (out, data, (gssize) written);
  return TRUE;
}
