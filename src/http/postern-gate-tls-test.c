/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-error.h"
#include "postern-gate-tls.h"
#include "postern-server.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BIG 3000000

typedef struct {
  char *folder, *certificate, *key;
  PosternServer *server;
  int listener, port;
} Fixture;

static PosternResponse *
hello (PosternRequest *request, gpointer user_data)
{
  return postern_response_new (200, "text/plain", postern_request_get_body (request));
}

static PosternResponse *
big (PosternRequest *request, gpointer user_data)
{
  char *text = g_strnfill (BIG, 'x');
  g_autoptr (GBytes) body = g_bytes_new_take (text, BIG);

  return postern_response_new (200, "text/plain", body);
}

static const PosternRoute routes[] = {
  { "POST", "/echo", hello, hello, 200000 },
  { "GET", "/big", big },
  { NULL },
};

static void
write_pem (const char *certificate_path, const char *key_path)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  FILE *file;

  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), 0);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 3600);
  X509_set_pubkey (certificate, key);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (certificate), "CN", MBSTRING_ASC, (const guchar *) "localhost", -1, -1, 0);
  X509_set_issuer_name (certificate, X509_get_subject_name (certificate));
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  file = g_fopen (certificate_path, "w");
  g_assert_true (PEM_write_X509 (file, certificate));
  fclose (file);
  file = g_fopen (key_path, "w");
  g_assert_true (PEM_write_PrivateKey (file, key, NULL, NULL, 0, NULL, NULL));
  fclose (file);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  PosternServerOptions options = { .io_threads = 1, .no_access_log = TRUE };

  self->folder = g_dir_make_tmp ("postern-tls-XXXXXX", NULL);
  self->certificate = g_build_filename (self->folder, "certificate.pem", NULL);
  self->key = g_build_filename (self->folder, "key.pem", NULL);
  write_pem (self->certificate, self->key);
  self->server = postern_server_new ("https://localhost", &options, NULL);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (self->listener, 64), ==, 0);
  getsockname (self->listener, (struct sockaddr *) &address, &length);
  self->port = ntohs (address.sin_port);
  postern_server_add_routes (self->server, routes, NULL);
  postern_server_add_socket (self->server, self->listener, POSTERN_SOCKET_PUBLIC);
  g_assert_true (postern_server_set_tls (self->server, self->certificate, self->key, NULL));
  g_assert_true (postern_server_start (self->server, NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_object_unref (self->server);
  close (self->listener);
  g_unlink (self->certificate);
  g_unlink (self->key);
  g_rmdir (self->folder);
  g_free (self->certificate);
  g_free (self->key);
  g_free (self->folder);
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

/* Everything that comes for @text; NULL when the handshake fails. @highest: version the client speaks at most; 0: any */
static char *
ask (Fixture *self, const char *text, int highest)
{
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());
  SSL *ssl;
  GString *out = g_string_new (NULL);
  int fd = dial (self);
  char buffer[8192];
  int n;
  gboolean spoken;

  SSL_CTX_set_cipher_list (context, "DEFAULT:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version (context, highest);
  SSL_CTX_set_alpn_protos (context, (const guchar *) "\x02h2\x08http/1.1", 12);
  ssl = SSL_new (context);
  SSL_set_fd (ssl, fd);
  spoken = SSL_connect (ssl) == 1;
  if (spoken) {
    const guchar *protocol;
    unsigned int length;
    SSL_get0_alpn_selected (ssl, &protocol, &length);
    g_assert_cmpmem (protocol, length, "http/1.1", 8);
    g_assert_cmpint (SSL_write (ssl, text, (int) strlen (text)), ==, strlen (text));
    while ((n = SSL_read (ssl, buffer, sizeof buffer)) > 0)
      g_string_append_len (out, buffer, n);
  }
  SSL_free (ssl);
  SSL_CTX_free (context);
  close (fd);
  return g_string_free (out, !spoken);
}

#define HEAD "Host: localhost\r\nConnection: close\r\n"

static void
test_answers (Fixture *self, gconstpointer data)
{
  g_autofree char *body = g_strnfill (100000, 'y'); /* several records */
  g_autofree char *post = g_strdup_printf ("POST /echo HTTP/1.1\r\n" HEAD "Content-Length: 100000\r\n\r\n%s", body);
  static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++) {
    g_autofree char *echo = ask (self, post, versions[i]);
    g_autofree char *large = ask (self, "GET /big HTTP/1.1\r\n" HEAD "\r\n", versions[i]);
    g_autofree char *bad = ask (self, "GET /big HTTP/1.1\n" HEAD "\n", versions[i]);
    g_assert_nonnull (echo);
    g_assert_true (g_str_has_prefix (echo, "HTTP/1.1 200 OK\r\n"));
    g_assert_true (g_str_has_suffix (echo, body));
    g_assert_cmpuint (strlen (strstr (large, "\r\n\r\n")), ==, BIG + 4);
    g_assert_true (g_str_has_prefix (bad, "HTTP/1.1 400 "));
  }
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *old = ask (self, "GET /big HTTP/1.1\r\n" HEAD "\r\n", TLS1_1_VERSION);
  g_autofree char *after = NULL;
  char byte;
  int fd = dial (self);

  g_assert_null (old);
  /* Plain HTTP on a TLS port, and somebody who leaves in the handshake, end without harm. */
  g_assert_cmpint (send (fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), ==, 18);
  while (recv (fd, &byte, 1, 0) > 0)
    continue;
  close (fd);
  fd = dial (self);
  g_assert_cmpint (send (fd, "\x16\x03\x01", 3, MSG_NOSIGNAL), ==, 3);
  close (fd);
  after = ask (self, "POST /echo HTTP/1.1\r\n" HEAD "\r\n", 0);
  g_assert_true (g_str_has_prefix (after, "HTTP/1.1 200 OK\r\n"));
}

static void
test_files (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (postern_gate_tls_new ("/nonexistent", self->key, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (postern_gate_tls_new (self->certificate, self->certificate, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_test_add ("/gate-tls/answers", Fixture, NULL, set_up, test_answers, tear_down);
  g_test_add ("/gate-tls/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/gate-tls/files", Fixture, NULL, set_up, test_files, tear_down);
  return g_test_run ();
}
