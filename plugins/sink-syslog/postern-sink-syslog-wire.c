/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-syslog-wire.h"

#include "postern-error.h"

#define CONNECT_SECONDS 10

/* After a cancellation GIO may say something else of a connection than that. */
static gboolean
fail (GError **error, const char *what, GError *cause, GCancellable *cancellable)
{
  if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, "the collector %s: %s", what, cause->message);
  g_error_free (cause);
  return FALSE;
}

static GIOStream *
connect_to (const PosternSinkSyslogPeer *peer, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address = g_network_address_new (peer->host, peer->port);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) tls = NULL;
  GError *failure = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, CONNECT_SECONDS);
  connection = g_socket_client_connect (client, address, cancellable, &failure);
  if (connection)
    tls = g_tls_client_connection_new (G_IO_STREAM (connection), address, &failure);
  if (tls) {
    g_tls_connection_set_database (G_TLS_CONNECTION (tls), peer->authorities);
    if (peer->certificate)
      g_tls_connection_set_certificate (G_TLS_CONNECTION (tls), peer->certificate);
  }
  if (tls && g_tls_connection_handshake (G_TLS_CONNECTION (tls), cancellable, &failure))
    return g_steal_pointer (&tls);
  fail (error, "cannot be reached", failure, cancellable);
  return NULL;
}

/* Whatever it says meanwhile is of no matter. */
static gboolean
read_to_end (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  char buffer[512];
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, cancellable, error)) > 0)
    ;
  return n == 0;
}

/* Many end the connection below TLS, without a word of it; which they do after they read ours. */
static gboolean
has_ended (const GError *failure)
{
  return g_error_matches (failure, G_TLS_ERROR, G_TLS_ERROR_EOF);
}

gboolean
postern_sink_syslog_wire_send (const PosternSinkSyslogPeer *peer, const GString *frames, GCancellable *cancellable, GError **error)
{
  g_autoptr (GIOStream) stream = connect_to (peer, cancellable, error);
  GOutputStream *out = stream ? g_io_stream_get_output_stream (stream) : NULL;
  GError *failure = NULL;
  gboolean sent;

  if (stream == NULL)
    return FALSE;
  sent = g_output_stream_write_all (out, frames->str, frames->len, NULL, cancellable, &failure) && g_output_stream_close (out, cancellable, &failure);
  if (!sent)
    return fail (error, "did not take it all", failure, cancellable);
  if (read_to_end (g_io_stream_get_input_stream (stream), cancellable, &failure))
    return TRUE;
  if (!has_ended (failure))
    return fail (error, "did not read to the end", failure, cancellable);
  g_error_free (failure);
  return TRUE;
}
