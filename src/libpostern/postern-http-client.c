/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client.h"
#include "postern-error.h"
#include "postern-http-client-answer.h"
#include "postern-http-client-idle.h"
#include "postern-http-client-origins.h"
#include "postern-http-client-target.h"

#include <string.h>

/* From asking to the last byte, however the bytes drip. The test, which includes this file, sets a shorter one. */
#ifndef TOTAL_MS
# define TOTAL_MS 10000
#endif
#ifndef IDLE_MS
# define IDLE_MS 4000 /* of a connection that is kept: some servers close theirs after five seconds */
#endif
#define HANDSHAKE_MS (TOTAL_MS / 2)
#define MOST_DIALS 6      /* to one origin at once: of the ten threads that GIO begins with, some are left to the others */
#define CONNECT_SECONDS 5 /* an address; a host has several, and one may be dead */
#define DEFAULT_MAX_BYTES (1024 * 1024)

/*
 * A question is asked on the asker's own thread, which is all that is held by whatever a provider sends. The only thread here is
 * the clock that cuts calls short. But GIO looks names up and shakes hands on a few threads that the whole process shares: so one
 * origin has only some of these at a time, and a handshake has half of a call's time.
 */
struct _PosternHttpClient {
  GObject parent_instance;
  PosternHttpClientGuard *guard;
  GTlsDatabase *extra_ca; /* (nullable) */
  PosternHttpClientOrigins *origins;
  PosternHttpClientIdle *idle;

  GMutex mutex; /* for starting the clock */
  GThread *clock;
  GMainContext *context;
  GMainLoop *loop;
};

G_DEFINE_FINAL_TYPE (PosternHttpClient, postern_http_client, G_TYPE_OBJECT)

/* One question. */
typedef struct {
  PosternHttpClient *client;
  const char *method, *content_type;
  GUri *uri;
  GVariant *headers; /* (nullable) */
  GBytes *body;      /* (nullable) */
  gboolean is_repeatable; /* it may arrive twice: so it may go over a connection that the other side has perhaps just closed */
  GCancellable *cancellable; /* ours: cut by the clock, and by the asker's own */
  GSource *timer;            /* the clock's */
  gint64 deadline;           /* monotonic */
} Call;

/* --- the clock ---------------------------------------------------------------------------------------------------- */

static gpointer
run_clock (gpointer data)
{
  PosternHttpClient *self = data;

  g_main_loop_run (self->loop);
  return NULL;
}

/* It starts with the first request: a server without connectors never pays for it. */
static void
ensure_clock (PosternHttpClient *self)
{
  g_mutex_lock (&self->mutex);
  if (!self->clock)
    self->clock = g_thread_new ("postern-http", run_clock, self);
  g_mutex_unlock (&self->mutex);
}

static gboolean
quit_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_late (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static GSource *
start_timer (Call *call)
{
  GSource *timer;

  call->deadline = g_get_monotonic_time () + TOTAL_MS * G_TIME_SPAN_MILLISECOND; /* first: who is cut short then is late */
  timer = g_timeout_source_new (TOTAL_MS);
  g_source_set_callback (timer, on_late, g_object_ref (call->cancellable), g_object_unref);
  g_source_attach (timer, call->client->context);
  return timer;
}

/* --- the way there ------------------------------------------------------------------------------------------------ */

/* The system's authorities said no; those of the operator's file are asked too, the name in the certificate included. */
static gboolean
on_accept_certificate (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  PosternHttpClient *self = data;
  GSocketConnectable *identity = g_tls_client_connection_get_server_identity (G_TLS_CLIENT_CONNECTION (connection));

  return self->extra_ca && g_tls_database_verify_chain (self->extra_ca, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, identity,
                                                        NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, NULL) == 0;
}

/* The clock is told of the shorter time, and then of the longer one again. */
static gboolean
shake_hands (Call *call, GTlsConnection *tls, GError **error)
{
  gint64 end = MIN (call->deadline, g_get_monotonic_time () + HANDSHAKE_MS * G_TIME_SPAN_MILLISECOND);
  g_autoptr (GError) local = NULL;

  g_source_set_ready_time (call->timer, end);
  g_tls_connection_handshake (tls, call->cancellable, &local);
  g_source_set_ready_time (call->timer, call->deadline);
  if (local && g_get_monotonic_time () >= end)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no end of the handshake in half of the time");
  else if (local)
    g_propagate_error (error, g_error_copy (local));
  return local == NULL;
}

/* No protocol but the one that is read here is offered. */
static GIOStream *
secure (Call *call, GSocketConnection *connection, GSocketConnectable *target, GError **error)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  g_autoptr (GIOStream) tls = g_tls_client_connection_new (G_IO_STREAM (connection), target, error);

  if (!tls)
    return NULL;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), call->client);
  return shake_hands (call, G_TLS_CONNECTION (tls), error) ? g_steal_pointer (&tls) : NULL;
}

static GIOStream *
dial (Call *call, GError **error)
{
  gboolean plain = g_str_equal (g_uri_get_scheme (call->uri), "http");
  g_autoptr (GSocketClient) dialler = g_socket_client_new ();
  g_autoptr (PosternHttpClientTarget) target =
    postern_http_client_target_new (call->client->guard, g_uri_get_host (call->uri), (guint16) g_uri_get_port (call->uri), plain);
  g_autoptr (GSocketConnection) connection = NULL;

  g_socket_client_set_enable_proxy (dialler, FALSE);
  g_socket_client_set_timeout (dialler, CONNECT_SECONDS);
  connection = g_socket_client_connect (dialler, G_SOCKET_CONNECTABLE (target), call->cancellable, error);
  if (!connection)
    return NULL;
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 0); /* from here on the clock alone decides */
  return plain ? G_IO_STREAM (g_steal_pointer (&connection)) : secure (call, connection, G_SOCKET_CONNECTABLE (target), error);
}

/* (transfer full) */
static char *
dup_origin (Call *call)
{
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (call->uri), -1);

  return g_strdup_printf ("%s:%d", host, g_uri_get_port (call->uri));
}

/* In its turn with the others of the same origin. */
static GIOStream *
reach (Call *call, GError **error)
{
  PosternHttpClientOrigins *origins = call->client->origins;
  g_autofree char *origin = dup_origin (call);
  GIOStream *stream;

  if (!postern_http_client_origins_enter (origins, origin, call->cancellable, error))
    return NULL;
  stream = dial (call, error);
  postern_http_client_origins_leave (origins, origin);
  return stream;
}

/* --- the question ------------------------------------------------------------------------------------------------- */

static void
append_host (GString *out, GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  gboolean is_v6 = strchr (host, ':') != NULL;
  gint usual = g_str_equal (g_uri_get_scheme (uri), "http") ? 80 : 443;

  g_string_append_printf (out, is_v6 ? "[%s]" : "%s", host);
  if (g_uri_get_port (uri) != usual)
    g_string_append_printf (out, ":%d", g_uri_get_port (uri));
}

/* At least as many bytes as the question has: a text that grows leaves copies of itself behind, and this one carries secrets. */
static gsize
measure (Call *call)
{
  const char *query = g_uri_get_query (call->uri), *name, *value;
  gsize size = 256 + strlen (call->method) + strlen (g_uri_get_path (call->uri)) + strlen (g_uri_get_host (call->uri)) + (query ? strlen (query) : 0);
  GVariantIter iter;

  size += (call->content_type ? strlen (call->content_type) : 0) + (call->body ? g_bytes_get_size (call->body) : 0);
  g_variant_iter_init (&iter, call->headers);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    size += strlen (name) + strlen (value) + strlen (": \r\n");
  return size;
}

static GString *
write_question (Call *call)
{
  GString *out = g_string_sized_new (measure (call));
  const char *query = g_uri_get_query (call->uri), *name, *value;
  gsize length = 0;
  gconstpointer body = call->body ? g_bytes_get_data (call->body, &length) : NULL;
  GVariantIter iter;

  g_string_append_printf (out, "%s %s%s%s HTTP/1.1\r\nHost: ", call->method, g_uri_get_path (call->uri), query ? "?" : "", query ? query : "");
  append_host (out, call->uri);
  g_string_append_printf (out, "\r\n%sUser-Agent: Postern\r\n", call->is_repeatable ? "" : "Connection: close\r\n");
  g_variant_iter_init (&iter, call->headers);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    g_string_append_printf (out, "%s: %s\r\n", name, value);
  if (call->body && call->content_type)
    g_string_append_printf (out, "Content-Type: %s\r\n", call->content_type);
  if (call->body || g_str_equal (call->method, "POST"))
    g_string_append_printf (out, "Content-Length: %zu\r\n", length);
  g_string_append (out, "\r\n");
  g_string_append_len (out, body, (gssize) length);
  return out;
}

/* What was asked is often asked with a secret, or by way of one: its copy does not outlive the asking. */
static gboolean
put_question (Call *call, GOutputStream *stream, GError **error)
{
  GString *question = write_question (call);
  gboolean done = g_output_stream_write_all (stream, question->str, question->len, NULL, call->cancellable, error);

  explicit_bzero (question->str, question->len);
  g_string_free (question, TRUE);
  return done;
}

/* @stream: (transfer full). @place: (nullable): where it is kept for the next question, if it may be */
static gboolean
converse_over (Call *call, GIOStream *stream, const char *place, gint64 made_at, PosternHttpClientAnswer *answer, GError **error)
{
  g_autoptr (GIOStream) owned = stream;
  gboolean done = put_question (call, g_io_stream_get_output_stream (stream), error) &&
                  postern_http_client_answer_read (answer, g_io_stream_get_input_stream (stream), call->cancellable, error);

  if (done && place && answer->keeps)
    postern_http_client_idle_put (call->client->idle, place, g_steal_pointer (&owned), made_at);
  return done;
}

static gboolean
converse_anew (Call *call, const char *place, PosternHttpClientAnswer *answer, GError **error)
{
  gint64 now = g_get_monotonic_time ();
  GIOStream *stream = reach (call, error);

  return stream && converse_over (call, stream, place, now, answer, error);
}

/* One that was kept may have been closed a moment ago: where nothing of an answer came, the question is put once more, over one of its own. */
static gboolean
converse (Call *call, PosternHttpClientAnswer *answer, GError **error)
{
  g_autofree char *origin = dup_origin (call), *place = g_strdup_printf ("%s://%s", g_uri_get_scheme (call->uri), origin);
  g_autoptr (GError) local = NULL;
  GIOStream *kept;
  gint64 made_at;

  if (!call->is_repeatable)
    return converse_anew (call, NULL, answer, error);
  kept = postern_http_client_idle_take (call->client->idle, place, &made_at);
  if (kept && converse_over (call, kept, place, made_at, answer, &local))
    return TRUE;
  if (!local || (!answer->begun && !g_cancellable_is_cancelled (call->cancellable)))
    return converse_anew (call, place, answer, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- what is refused before any name is looked up ------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, why);
  return FALSE;
}

/* These say where an answer begins and ends, and are ours to set. */
static const char *const own_headers[] = { "host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade", "expect", NULL };

static gboolean
is_printable (const char *text, const char *besides)
{
  for (; *text; text++)
    if (((guchar) *text <= ' ' || *text == 0x7f) && !strchr (besides, *text))
      return FALSE;
  return TRUE;
}

static gboolean
check_header (const char *name, const char *value, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (!*name || !is_printable (name, "") || strpbrk (name, ":()<>@,;\\\"/[]?={}"))
    return refuse (error, "A request header's name is not well-formed");
  if (!is_printable (value, " \t"))
    return refuse (error, "A request header has a line break or another control character in it");
  return g_strv_contains (own_headers, lower) ? refuse (error, "A request header is the client's own to set") : TRUE;
}

static gboolean
check_headers (GVariant *headers, GError **error)
{
  GVariantIter iter;
  const char *name, *value;

  g_variant_iter_init (&iter, headers);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!check_header (name, value, error))
      return FALSE;
  return TRUE;
}

/* A URL is ASCII; a blank or a line break in it would become one of the request line. */
static GUri *
read_url (PosternHttpClient *self, const char *url, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GUri) uri = NULL;

  if (!is_printable (url, "") || !g_str_is_ascii (url) || strpbrk (url, "\\\"<>^`{|}")) {
    refuse (error, "Not a URL to ask: it has a character in it that must be percent-encoded");
    return NULL;
  }
  uri = g_uri_parse (url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, &local);
  if (!uri) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "Not a URL to ask: %s", local->message);
    return NULL;
  }
  return postern_http_client_guard_check_url (self->guard, uri, error) ? g_steal_pointer (&uri) : NULL;
}

/* --- the object ----------------------------------------------------------------------------------------------------- */

static void
postern_http_client_finalize (GObject *object)
{
  PosternHttpClient *self = POSTERN_HTTP_CLIENT (object);

  if (self->clock) {
    g_autoptr (GSource) source = g_idle_source_new ();
    g_source_set_callback (source, quit_loop, self->loop, NULL);
    g_source_attach (source, self->context);
    g_thread_join (self->clock);
  }
  postern_http_client_idle_free (self->idle);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_object (&self->extra_ca);
  g_clear_pointer (&self->guard, postern_http_client_guard_free);
  g_clear_pointer (&self->origins, postern_http_client_origins_free);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (postern_http_client_parent_class)->finalize (object);
}

static void
postern_http_client_class_init (PosternHttpClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_http_client_finalize;
}

static void
postern_http_client_init (PosternHttpClient *self)
{
  g_mutex_init (&self->mutex);
  self->guard = postern_http_client_guard_new (NULL, NULL);
  self->origins = postern_http_client_origins_new (MOST_DIALS);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->idle = postern_http_client_idle_new (self->context, IDLE_MS);
}

PosternHttpClient *
postern_http_client_get_default (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) g_object_new (POSTERN_TYPE_HTTP_CLIENT, NULL));
  return (PosternHttpClient *) once;
}

gboolean
postern_http_client_configure (PosternHttpClient *self, const char *const *allow, const char *ca_file, GError **error)
{
  g_autoptr (PosternHttpClientGuard) guard = postern_http_client_guard_new (allow, error);
  g_autoptr (GTlsDatabase) extra = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self->clock == NULL, FALSE);
  if (!guard)
    return FALSE;
  if (ca_file && !(extra = g_tls_file_database_new (ca_file, &local))) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "Certificates of %s cannot be used: %s", ca_file, local->message);
    return FALSE;
  }
  postern_http_client_guard_free (self->guard);
  self->guard = g_steal_pointer (&guard);
  g_set_object (&self->extra_ca, extra);
  return TRUE;
}

GCancellable *
postern_http_client_limit (PosternHttpClient *self, guint milliseconds, GCancellable *asker)
{
  GCancellable *limit = g_cancellable_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (milliseconds);

  ensure_clock (self);
  g_source_set_callback (timer, on_late, g_object_ref (limit), g_object_unref); /* it fires in any case, and is gone then */
  g_source_attach (timer, self->context);
  if (asker)
    g_signal_connect_object (asker, "cancelled", G_CALLBACK (g_cancellable_cancel), limit, G_CONNECT_SWAPPED);
  if (asker && g_cancellable_is_cancelled (asker))
    g_cancellable_cancel (limit);
  return limit;
}

static void
on_asker_cancelled (GCancellable *asker, gpointer ours)
{
  g_cancellable_cancel (ours);
}

/* What went wrong, and whose fault it is: nobody there, or somebody who does not keep to the rules. */
static void
explain (Call *call, const GError *failure, GError **error)
{
  gboolean late = g_get_monotonic_time () >= call->deadline;
  gboolean theirs = !late && (failure->domain == POSTERN_ERROR || failure->domain == G_TLS_ERROR);
  g_autofree char *where = g_uri_to_string_partial (call->uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT); /* there could be a secret */

  g_set_error (error, POSTERN_ERROR, theirs ? POSTERN_ERROR_PROVIDER : POSTERN_ERROR_UNREACHABLE, "%s %s: %s", call->method, where,
               late ? "no complete answer within 10 seconds" : failure->message);
}

static gboolean
run (Call *call, PosternHttpClientAnswer *answer, GCancellable *asker, GError **error)
{
  g_autoptr (GCancellable) cancellable = call->cancellable = g_cancellable_new ();
  g_autoptr (GSource) timer = call->timer = start_timer (call);
  g_autoptr (GError) failure = NULL;
  gulong handler = asker ? g_cancellable_connect (asker, G_CALLBACK (on_asker_cancelled), g_object_ref (cancellable), g_object_unref) : 0;
  gboolean done = converse (call, answer, &failure);

  if (handler)
    g_cancellable_disconnect (asker, handler);
  g_source_destroy (timer);
  if (!done)
    explain (call, failure, error);
  return done;
}

gboolean
postern_http_client_check_url (PosternHttpClient *self, const char *url, GError **error)
{
  g_autoptr (GUri) uri = read_url (self, url, error);

  return uri != NULL;
}

/* @call: all but its URL. What else there is: as of postern_http_client_send() */
static GBytes *
send_call (Call *call, const char *url, gsize max_bytes, guint *status, GVariant **reply_headers, GCancellable *asker, GError **error)
{
  g_autoptr (GUri) uri = call->uri = read_url (call->client, url, error);
  g_auto (PosternHttpClientAnswer) answer = { .is_head = g_str_equal (call->method, "HEAD"), .max_bytes = max_bytes ? MIN (max_bytes, G_MAXINT) : DEFAULT_MAX_BYTES };

  if (!uri || !check_headers (call->headers, error) || (call->content_type && !check_header ("x", call->content_type, error)))
    return NULL;
  ensure_clock (call->client);
  if (!run (call, &answer, asker, error))
    return NULL;
  if (status)
    *status = answer.status;
  if (reply_headers)
    *reply_headers = g_steal_pointer (&answer.headers);
  return g_byte_array_free_to_bytes (g_steal_pointer (&answer.body));
}

GBytes *
postern_http_client_send (PosternHttpClient *self, const char *method, const char *url, GVariant *headers, const char *content_type,
                          GBytes *body, gsize max_bytes, guint *status, GVariant **reply_headers, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) owned_headers = g_variant_ref_sink (headers ? headers : g_variant_new ("a{ss}", NULL));
  Call call = { .client = self, .method = method, .content_type = content_type, .headers = owned_headers, .body = body };

  return send_call (&call, url, max_bytes, status, reply_headers, cancellable, error);
}

GBytes *
postern_http_client_send_repeatable (PosternHttpClient *self, const char *url, GVariant *headers, const char *content_type, GBytes *body,
                                     gsize max_bytes, guint *status, GVariant **reply_headers, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) owned_headers = g_variant_ref_sink (headers ? headers : g_variant_new ("a{ss}", NULL));
  Call call = { .client = self, .method = "POST", .content_type = content_type, .headers = owned_headers, .body = body, .is_repeatable = TRUE };

  return send_call (&call, url, max_bytes, status, reply_headers, cancellable, error);
}
