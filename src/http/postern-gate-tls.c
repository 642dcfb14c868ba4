/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-tls.h"
#include "postern-error.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>

struct _PosternGateTls {
  SSL_CTX *context;
};

/* The functions take a PosternGateTlsSession where OpenSSL has its SSL: it is one, under a name of ours. */
static SSL *
ssl_of (PosternGateTlsSession *session)
{
  return (SSL *) session;
}

/* We speak HTTP/1.1; a client that offers only something else goes on without a choice and finds out. */
static int
choose_protocol (SSL *ssl, const guchar **out, guchar *out_length, const guchar *offered, unsigned int length, void *data)
{
  static const guchar ours[] = "\x08http/1.1";
  guchar *chosen = NULL;

  if (SSL_select_next_proto (&chosen, out_length, ours, sizeof ours - 1, offered, length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *
make_context (void)
{
  static const guchar name[] = "postern";
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());

  if (!context)
    return NULL;
  SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list (context, "ECDHE+AESGCM:ECDHE+CHACHA20"); /* of TLS 1.2: forward secret and authenticated only */
  SSL_CTX_set_options (context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  /* A write that could not be finished is tried again from wherever the bytes lie then; idle connections keep no buffers. */
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context (context, name, sizeof name - 1);
  SSL_CTX_set_alpn_select_cb (context, choose_protocol, NULL);
  return context;
}

static gboolean
load (PosternGateTls *self, const char *certificate_path, const char *key_path, GError **error)
{
  const char *what = NULL;
  char reason[256];

  ERR_clear_error ();
  self->context = make_context ();
  if (!self->context)
    what = "TLS cannot be set up";
  else if (SSL_CTX_use_certificate_chain_file (self->context, certificate_path) != 1)
    what = "the certificate cannot be read; give a PEM file with the chain";
  else if (SSL_CTX_use_PrivateKey_file (self->context, key_path, SSL_FILETYPE_PEM) != 1)
    what = "the key cannot be read, or is not the certificate's; give a PEM file without a password";
  if (!what)
    return TRUE;
  ERR_error_string_n (ERR_peek_last_error (), reason, sizeof reason);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "“%s”, “%s”: %s (%s)", certificate_path, key_path, what, reason);
  return FALSE;
}

PosternGateTls *
postern_gate_tls_new (const char *certificate_path, const char *key_path, GError **error)
{
  g_autoptr (PosternGateTls) self = g_new0 (PosternGateTls, 1);

  if (!load (self, certificate_path, key_path, error))
    return NULL;
  signal (SIGPIPE, SIG_IGN); /* OpenSSL writes to sockets with write() */
  return g_steal_pointer (&self);
}

void
postern_gate_tls_free (PosternGateTls *self)
{
  SSL_CTX_free (self->context);
  g_free (self);
}

PosternGateTlsSession *
postern_gate_tls_accept (PosternGateTls *self, int fd)
{
  SSL *ssl = SSL_new (self->context);

  if (ssl && SSL_set_fd (ssl, fd) == 1) {
    SSL_set_accept_state (ssl);
    return (PosternGateTlsSession *) ssl;
  }
  SSL_free (ssl);
  return NULL;
}

static gssize
result_of (SSL *ssl, int n)
{
  switch (SSL_get_error (ssl, n)) {
  case SSL_ERROR_ZERO_RETURN:
    return 0;
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    errno = EAGAIN;
    return -1;
  default:
    errno = ECONNRESET;
    return -1;
  }
}

gssize
postern_gate_tls_read (PosternGateTlsSession *session, char *data, gsize length)
{
  SSL *ssl = ssl_of (session);
  int n;

  ERR_clear_error ();
  n = SSL_read (ssl, data, (int) MIN (length, G_MAXINT));
  return n > 0 ? n : result_of (ssl, n);
}

gssize
postern_gate_tls_write (PosternGateTlsSession *session, const char *data, gsize length)
{
  SSL *ssl = ssl_of (session);
  int n;

  ERR_clear_error ();
  n = SSL_write (ssl, data, (int) MIN (length, G_MAXINT));
  return n > 0 ? n : result_of (ssl, n);
}

void
postern_gate_tls_end (PosternGateTlsSession *session)
{
  ERR_clear_error ();
  if (SSL_is_init_finished (ssl_of (session)))
    SSL_shutdown (ssl_of (session));
  ERR_clear_error ();
}

void
postern_gate_tls_session_free (PosternGateTlsSession *session)
{
  SSL_free (ssl_of (session));
}
