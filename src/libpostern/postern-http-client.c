/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client.h"
#include "postern-error.h"
#include "postern-http-client-target.h"

#include <libsoup/soup.h>
#include <string.h>

/* From asking to the last byte, however the bytes drip. The test, which includes this file, sets a shorter one. */
#ifndef TOTAL_MS
# define TOTAL_MS 10000
#endif
#define GRACE_MS 2000 /* what the asker waits beyond that before it stops believing the client thread */
#define DEFAULT_MAX_BYTES (1024 * 1024)
#define MAX_SESSIONS 64
#define READ_BYTES 16384

struct _PosternHttpClient {
  GObject parent_instance;
  PosternHttpClientGuard *guard;
  GTlsDatabase *extra_ca; /* (nullable) */

  GMutex mutex; /* for starting the thread */
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;

  /* client thread only */
  GHashTable *sessions; /* (element-type utf8 SoupSession) by origin */
  guint n_calls;        /* under way; the thread does not end before they have */
};

G_DEFINE_FINAL_TYPE (PosternHttpClient, postern_http_client, G_TYPE_OBJECT)

/* One question on its way. The asker and the client thread each hold a reference. */
typedef struct {
  PosternHttpClient *client; /* borrowed: it waits for its calls before it goes */
  char *method;
  GUri *uri;
  GVariant *headers;
  char *content_type;
  GBytes *body;
  gsize max_bytes;
  GCancellable *cancellable; /* ours: cut by the clock, and by the asker's own */

  /* client thread only */
  SoupSession *session;
  SoupMessage *message;
  GInputStream *stream;
  GSource *timer;
  GByteArray *received;

  GMutex mutex;
  GCond cond;
  gboolean done;
  gboolean late;
  guint status;
  GVariant *reply_headers;
  GError *error;
} Call;

static void
call_clear (Call *call)
{
  g_free (call->method);
  g_uri_unref (call->uri);
  g_clear_pointer (&call->headers, g_variant_unref);
  g_free (call->content_type);
  g_clear_pointer (&call->body, g_bytes_unref);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->received, g_byte_array_unref);
  g_clear_pointer (&call->reply_headers, g_variant_unref);
  g_clear_error (&call->error);
  g_mutex_clear (&call->mutex);
  g_cond_clear (&call->cond);
}

static void
call_unref (Call *call)
{
  g_atomic_rc_box_release_full (call, (GDestroyNotify) call_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_unref)

/* The last thing the client thread does with a call. @error: (transfer full) (nullable) */
static void
call_finish (Call *call, GError *error)
{
  g_source_destroy (call->timer);
  g_clear_pointer (&call->timer, g_source_unref);
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
  g_clear_object (&call->session);
  call->client->n_calls--;

  g_mutex_lock (&call->mutex);
  call->error = error;
  call->done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->mutex);
  call_unref (call);
}

static GError *
provider_error (Call *call, const char *what)
{
  return g_error_new (POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s %s://%s%s: %s", call->method, g_uri_get_scheme (call->uri),
                      g_uri_get_host (call->uri), g_uri_get_path (call->uri), what);
}

static void
call_fail (Call *call, const char *what)
{
  GError *error = provider_error (call, call->late ? "no complete answer within 10 seconds" : what);

  g_cancellable_cancel (call->cancellable);
  call_finish (call, error);
}

static gboolean
call_on_late (gpointer data)
{
  Call *call = data;

  call->late = TRUE;
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_REMOVE;
}

static void
call_on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize length = bytes ? g_bytes_get_size (bytes) : 0;

  if (!bytes)
    return call_fail (call, error->message);
  if (length == 0)
    return call_finish (call, NULL);
  if (length > call->max_bytes - call->received->len)
    return call_fail (call, "the answer is larger than allowed");
  g_byte_array_append (call->received, g_bytes_get_data (bytes, NULL), (guint) length);
  g_input_stream_read_bytes_async (call->stream, READ_BYTES, G_PRIORITY_DEFAULT, call->cancellable, call_on_read, call);
}

static void
collect_header (const char *name, const char *value, gpointer data)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  const char *before = g_hash_table_lookup (data, lower);
  char *joined = before ? g_strconcat (before, ", ", valid, NULL) : g_strdup (valid);

  g_hash_table_replace (data, g_utf8_make_valid (lower, -1), joined);
}

static GVariant *
variant_from_headers (SoupMessageHeaders *headers)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GHashTableIter iter;
  gpointer name, value;

  soup_message_headers_foreach (headers, collect_header, table);
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, value);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
is_redirect (guint status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void
call_on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  SoupMessageHeaders *headers;

  call->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (!call->stream)
    return call_fail (call, error->message);
  headers = soup_message_get_response_headers (call->message);
  call->status = soup_message_get_status (call->message);
  if (is_redirect (call->status))
    return call_fail (call, "it redirects, and redirects are not followed; give the final URL");
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > (goffset) call->max_bytes)
    return call_fail (call, "the answer is larger than allowed");
  call->reply_headers = variant_from_headers (headers);
  call->received = g_byte_array_new ();
  g_input_stream_read_bytes_async (call->stream, READ_BYTES, G_PRIORITY_DEFAULT, call->cancellable, call_on_read, call);
}

/* The system's authorities said no; those of the operator's file are asked too, the name in the certificate included. */
static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  Call *call = data;
  g_autoptr (GSocketConnectable) identity = g_network_address_new (g_uri_get_host (call->uri), (guint16) g_uri_get_port (call->uri));

  return call->client->extra_ca && g_tls_database_verify_chain (call->client->extra_ca, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                                                identity, NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, NULL) == 0;
}

/* A session an origin, because a session's way to connect is one for all it does. It keeps its connections alive. */
static SoupSession *
session_for (PosternHttpClient *self, GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  gboolean plain = g_str_equal (g_uri_get_scheme (uri), "http");
  g_autofree char *origin = g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (uri), host, g_uri_get_port (uri));
  SoupSession *session = g_hash_table_lookup (self->sessions, origin);
  g_autoptr (PosternHttpClientTarget) target = NULL;

  if (session)
    return session;
  if (g_hash_table_size (self->sessions) >= MAX_SESSIONS)
    g_hash_table_remove_all (self->sessions); /* calls under way hold their own */
  target = postern_http_client_target_new (self->guard, host, (guint16) g_uri_get_port (uri), plain);
  session = g_object_new (SOUP_TYPE_SESSION, "remote-connectable", target, "proxy-resolver", NULL, "timeout", TOTAL_MS / 1000,
                          "idle-timeout", 60, "max-conns", 32, "max-conns-per-host", 32, "user-agent", "Postern", NULL);
  /* Neither do we unpack (a small body must stay small) nor answer challenges behind the caller's back. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  g_hash_table_insert (self->sessions, g_steal_pointer (&origin), session);
  return session;
}

static void
fill_message (Call *call)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (call->message);
  GVariantIter iter;
  const char *name, *value;

  soup_message_add_flags (call->message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (call->message, "accept-certificate", G_CALLBACK (on_accept_certificate), call);
  if (call->headers) {
    g_variant_iter_init (&iter, call->headers);
    while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
      soup_message_headers_replace (headers, name, value);
  }
  if (call->body)
    soup_message_set_request_body_from_bytes (call->message, call->content_type, call->body);
}

static gboolean
call_start (gpointer data)
{
  Call *call = data;

  call->client->n_calls++;
  call->timer = g_timeout_source_new (TOTAL_MS);
  g_source_set_callback (call->timer, call_on_late, call, NULL);
  g_source_attach (call->timer, call->client->context);
  call->message = soup_message_new_from_uri (call->method, call->uri);
  fill_message (call);
  call->session = g_object_ref (session_for (call->client, call->uri));
  soup_session_send_async (call->session, call->message, G_PRIORITY_DEFAULT, call->cancellable, call_on_sent, call);
  return G_SOURCE_REMOVE;
}

static gpointer
run_thread (gpointer data)
{
  PosternHttpClient *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  while (self->n_calls > 0)
    g_main_context_iteration (self->context, TRUE);
  g_hash_table_remove_all (self->sessions);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* The thread starts with the first request: a server without connectors never pays for it. */
static void
ensure_thread (PosternHttpClient *self)
{
  g_mutex_lock (&self->mutex);
  if (!self->thread)
    self->thread = g_thread_new ("postern-http", run_thread, self);
  g_mutex_unlock (&self->mutex);
}

static gboolean
quit_loop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
postern_http_client_finalize (GObject *object)
{
  PosternHttpClient *self = POSTERN_HTTP_CLIENT (object);

  if (self->thread) {
    g_autoptr (GSource) source = g_idle_source_new ();
    g_source_set_callback (source, quit_loop, self->loop, NULL);
    g_source_attach (source, self->context);
    g_thread_join (self->thread);
  }
  g_hash_table_unref (self->sessions);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_clear_object (&self->extra_ca);
  g_clear_pointer (&self->guard, postern_http_client_guard_free);
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
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
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

  g_return_val_if_fail (self->thread == NULL, FALSE);
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

static gboolean
check_headers (GVariant *headers, GError **error)
{
  GVariantIter iter;
  const char *name, *value;

  if (!headers)
    return TRUE;
  g_variant_iter_init (&iter, headers);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value)) {
    if (*name && !strpbrk (name, "\r\n: ") && !strpbrk (value, "\r\n"))
      continue;
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "A request header has a line break in it");
    return FALSE;
  }
  return TRUE;
}

static GUri *
read_url (PosternHttpClient *self, const char *url, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, &local);

  if (!uri) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "Not a URL to ask: %s", local->message);
    return NULL;
  }
  return postern_http_client_guard_check_url (self->guard, uri, error) ? g_steal_pointer (&uri) : NULL;
}

static void
on_asker_cancelled (GCancellable *asker, gpointer ours)
{
  g_cancellable_cancel (ours);
}

/* Returns: FALSE when the client thread did not come back in time; the call then belongs to it alone. */
static gboolean
call_wait (Call *call, GCancellable *cancellable)
{
  gint64 end = g_get_monotonic_time () + (TOTAL_MS + GRACE_MS) * G_TIME_SPAN_MILLISECOND;
  gulong handler = 0;
  gboolean done;

  if (cancellable)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_asker_cancelled), g_object_ref (call->cancellable), g_object_unref);
  g_mutex_lock (&call->mutex);
  while (!call->done && g_cond_wait_until (&call->cond, &call->mutex, end))
    ;
  done = call->done;
  g_mutex_unlock (&call->mutex);
  if (handler)
    g_cancellable_disconnect (cancellable, handler);
  return done;
}

GBytes *
postern_http_client_send (PosternHttpClient *self, const char *method, const char *url, GVariant *headers, const char *content_type,
                          GBytes *body, gsize max_bytes, guint *status, GVariant **reply_headers, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) owned_headers = headers ? g_variant_ref_sink (headers) : NULL;
  g_autoptr (GUri) uri = read_url (self, url, error);
  g_autoptr (Call) call = NULL;

  if (!uri || !check_headers (owned_headers, error))
    return NULL;
  call = g_atomic_rc_box_new0 (Call);
  g_mutex_init (&call->mutex);
  g_cond_init (&call->cond);
  call->client = self;
  call->method = g_strdup (method);
  call->uri = g_steal_pointer (&uri);
  call->headers = g_steal_pointer (&owned_headers);
  call->content_type = g_strdup (content_type);
  call->body = body ? g_bytes_ref (body) : NULL;
  call->max_bytes = max_bytes ? max_bytes : DEFAULT_MAX_BYTES;
  call->cancellable = g_cancellable_new ();

  ensure_thread (self);
  g_main_context_invoke (self->context, call_start, g_atomic_rc_box_acquire (call));
  if (!call_wait (call, cancellable)) {
    g_propagate_error (error, provider_error (call, "no complete answer within 10 seconds"));
    return NULL;
  }
  if (call->error) {
    g_propagate_error (error, g_steal_pointer (&call->error));
    return NULL;
  }
  if (status)
    *status = call->status;
  if (reply_headers)
    *reply_headers = g_steal_pointer (&call->reply_headers);
  return g_byte_array_free_to_bytes (g_steal_pointer (&call->received));
}
