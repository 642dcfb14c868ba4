/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-syslog.h"

#include <glib/gstdio.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "postern-certificate-fixture.h"
#include "postern-sink-fixture.h"

#define RSYSLOGD "/usr/sbin/rsyslogd"

/* --- a collector of our own ------------------------------------------------------------------------------------------ */

/* One that takes a connection at a time, and keeps what it read when the other side had ended. */
typedef struct {
  char *folder, *pem, *other; /* its certificate and key, which are ours, too; of another authority */
  GTlsCertificate *certificate;
  GSocketListener *listener;
  guint16 port;
  GThread *thread;
  GCancellable *cancellable;
  GMutex mutex;
  GString *got;
  gboolean trusted, cuts, hangs; /* the client's certificate was the right one; it closes at once; it reads, and never ends */
} Collector;

static char *
write_pem (const char *folder, const char *name)
{
  g_autofree char *text = postern_certificate_fixture_make (3600);
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static gboolean
on_accept (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  Collector *self = data;

  g_mutex_lock (&self->mutex);
  self->trusted = g_tls_certificate_is_same (certificate, self->certificate);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static void
serve_one (Collector *self, GSocketConnection *connection)
{
  g_autoptr (GIOStream) tls = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);
  char buffer[4096];
  gssize n;

  g_object_set (tls, "authentication-mode", G_TLS_AUTHENTICATION_REQUESTED, NULL);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_accept), self);
  if (self->cuts || !g_tls_connection_handshake (G_TLS_CONNECTION (tls), self->cancellable, NULL))
    return;
  while ((n = g_input_stream_read (g_io_stream_get_input_stream (tls), buffer, sizeof buffer, self->cancellable, NULL)) > 0) {
    g_mutex_lock (&self->mutex);
    g_string_append_len (self->got, buffer, n);
    g_mutex_unlock (&self->mutex);
  }
  while (self->hangs && !g_cancellable_is_cancelled (self->cancellable))
    g_usleep (10000);
  g_io_stream_close (tls, NULL, NULL);
}

static gpointer
serve (gpointer data)
{
  Collector *self = data;

  while (!g_cancellable_is_cancelled (self->cancellable)) {
    g_autoptr (GSocketConnection) connection = g_socket_listener_accept (self->listener, NULL, self->cancellable, NULL);
    if (connection)
      serve_one (self, connection);
  }
  return NULL;
}

static void
collector_set_up (Collector *self, gconstpointer unused)
{
  self->folder = g_dir_make_tmp ("postern-sink-XXXXXX", NULL);
  self->pem = write_pem (self->folder, "good.pem");
  self->other = write_pem (self->folder, "other.pem");
  self->certificate = g_tls_certificate_new_from_file (self->pem, NULL);
  self->listener = g_socket_listener_new ();
  self->port = g_socket_listener_add_any_inet_port (self->listener, NULL, NULL);
  self->cancellable = g_cancellable_new ();
  self->got = g_string_new (NULL);
  self->thread = g_thread_new ("collector", serve, self);
}

static void
collector_tear_down (Collector *self, gconstpointer unused)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_object_unref (self->certificate);
  g_string_free (self->got, TRUE);
  g_remove (self->pem);
  g_remove (self->other);
  g_rmdir (self->folder);
  g_free (self->pem);
  g_free (self->other);
  g_free (self->folder);
}

static PosternSink *
sink_new (const char *host, guint port, const char *authorities, const char *certificate)
{
  g_autofree char *number = g_strdup_printf ("%u", port);

  return postern_sink_fixture_new (POSTERN_TYPE_SINK_SYSLOG, "syslog",
                                   g_variant_new_parsed ("{'host': %s, 'port': %s, 'ca-bundle': %s, 'certificate': %s}", host, number, authorities, certificate), NULL);
}

/* The next frame of @at, which is moved on: its length, a space, and as many bytes (RFC 5425 section 4.3) */
static char *
take_frame (const char **at)
{
  char *end;
  guint64 length = g_ascii_strtoull (*at, &end, 10);
  const char *begin = end + 1;

  g_assert_true (**at >= '1' && **at <= '9' && *end == ' ' && strlen (begin) >= length);
  *at = begin + length;
  return g_strndup (begin, length);
}

static void
test_frames (Collector *self, gconstpointer unused)
{
  g_autoptr (PosternSink) sink = sink_new ("localhost", self->port, self->pem, self->pem);
  g_autofree char *first = NULL, *second = NULL, *expected = NULL;
  const char *at;

  postern_sink_fixture_deliver (sink, "acme", 7, 2);
  at = self->got->str; /* it read to the end, or we would still wait */
  first = take_frame (&at);
  second = take_frame (&at);
  expected = g_strdup_printf ("<85>1 2027-01-15T08:00:00.000007Z %s postern-audit - user.created [postern@32473 tenant=\"acme\" number=\"7\" id=\"aud_7\" actor=\"usr_admin\" target=\"usr_1\""
                              " request_id=\"req_1\" remote_address=\"192.0.2.1\"] {\"data\":{\"actor\":\"usr_admin\",\"data\":{\"text\":\"some\"},\"id\":\"aud_7\",\"number\":7,"
                              "\"remote_address\":\"192.0.2.1\",\"request_id\":\"req_1\",\"target\":\"usr_1\"},\"timestamp\":\"2027-01-15T08:00:00.000007Z\",\"type\":\"user.created\"}",
                              g_get_host_name ());
  g_assert_cmpstr (first, ==, expected);
  g_assert_nonnull (strstr (second, "number=\"8\""));
  g_assert_cmpint (*at, ==, '\0');
  g_assert_true (self->trusted);
}

/* A name that tries to end the structured data, and a line. */
static void
test_forged (Collector *self, gconstpointer unused)
{
  g_autoptr (PosternSink) sink = sink_new ("localhost", self->port, self->pem, "");
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  g_autofree char *only = NULL;
  const char *at;

  g_ptr_array_add (entries, postern_event_new ("sign-in.failed", 0, g_variant_new_parsed ("{'id': <'aud_1'>, 'number': <int64 1>, 'target': <'a\"] \\\\\\n<0>1 - - - - - -'>}")));
  g_assert_true (postern_sink_deliver (sink, "acme", entries, NULL, &error));
  g_assert_no_error (error);
  at = self->got->str;
  only = take_frame (&at);
  g_assert_cmpint (*at, ==, '\0');
  g_assert_true (g_str_has_prefix (only, "<84>1 "));
  g_assert_nonnull (strstr (only, " target=\"a\\\"\\] \\\\\n<0>1 - - - - - -\"] {"));
}

static void
test_strangers (Collector *self, gconstpointer unused)
{
  g_autoptr (PosternSink) other = sink_new ("localhost", self->port, self->other, ""), named = sink_new ("127.0.0.1", self->port, self->pem, "");

  postern_sink_fixture_fails (other, "acme", 0, 1, NULL, "cannot be reached");
  postern_sink_fixture_fails (named, "acme", 0, 1, NULL, "cannot be reached"); /* the certificate is for localhost */
  g_assert_cmpuint (self->got->len, ==, 0);
}

static void
test_cut_off (Collector *self, gconstpointer unused)
{
  g_autoptr (PosternSink) sink = sink_new ("localhost", self->port, self->pem, ""), nobody = sink_new ("localhost", 1, self->pem, "");

  postern_sink_fixture_fails (nobody, "acme", 0, 1, NULL, "cannot be reached");
  self->cuts = TRUE;
  postern_sink_fixture_fails (sink, "acme", 0, 1, NULL, "the collector");
}

/* Who read it all and does not say so is not taken to have it. */
static void
test_hangs (Collector *self, gconstpointer unused)
{
  g_autoptr (PosternSink) sink = sink_new ("localhost", self->port, self->pem, "");

  self->hangs = TRUE;
  postern_sink_fixture_stops (sink, "acme", 0, 1);
}

static void
test_settings (Collector *self, gconstpointer unused)
{
#define REFUSES(values, setting, ...) postern_sink_fixture_refuses (POSTERN_TYPE_SINK_SYSLOG, g_variant_new_parsed (values, __VA_ARGS__), setting)
  REFUSES ("{'ca-bundle': %s}", "host", self->pem);
  REFUSES ("{'host': 'logs.example:514', 'ca-bundle': %s}", "host", self->pem);
  REFUSES ("{'host': 'user@logs.example', 'ca-bundle': %s}", "host", self->pem);
  REFUSES ("{'host': 'logs.example', 'port': '0', 'ca-bundle': %s}", "port", self->pem);
  REFUSES ("{'host': 'logs.example', 'ca-bundle': %s}", "ca-bundle", "/nonexistent.pem");
  REFUSES ("{'host': 'logs.example', 'ca-bundle': %s, 'certificate': '/dev/null'}", "certificate", self->pem);
  REFUSES ("{'host': 'logs.example', 'ca-bundle': %s, 'events': 'Users'}", "events", self->pem);
#undef REFUSES
}

/* --- Debian's -------------------------------------------------------------------------------------------------------------- */

static const char settings[] = "global(DefaultNetstreamDriver=\"gtls\" DefaultNetstreamDriverCAFile=\"%1$s\" DefaultNetstreamDriverCertFile=\"%1$s\" DefaultNetstreamDriverKeyFile=\"%1$s\" workDirectory=\"%2$s\")\n"
                               "module(load=\"imtcp\" StreamDriver.Name=\"gtls\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"%3$s\")\n"
                               "input(type=\"imtcp\" port=\"0\" listenPortFileName=\"%2$s/port\" address=\"127.0.0.1\")\n"
                               "template(name=\"all\" type=\"string\" string=\"%%pri%% %%app-name%% %%msgid%% %%structured-data%% %%msg%%\\n\")\n"
                               "action(type=\"omfile\" file=\"%2$s/out\" template=\"all\")\n";

static char *
await_file (const char *path)
{
  char *text = NULL;

  for (guint i = 0; i < 200 && !(g_file_get_contents (path, &text, NULL, NULL) && *text); i++) {
    g_clear_pointer (&text, g_free);
    g_usleep (50000);
  }
  g_assert_nonnull (text);
  return text;
}

static void
check_rsyslog (Collector *self, const char *port, const char *certificate)
{
  g_autofree char *out = g_build_filename (self->folder, "out", NULL), *text = NULL;
  g_autoptr (PosternSink) sink = sink_new ("localhost", (guint) g_ascii_strtoull (port, NULL, 10), self->pem, certificate);
  g_auto (GStrv) lines = NULL;

  postern_sink_fixture_deliver (sink, "acme", 0, 100);
  for (guint i = 0; i < 200 && g_strv_length (lines ? lines : (char *[]){ NULL }) < 101; i++) {
    g_clear_pointer (&lines, g_strfreev);
    g_clear_pointer (&text, g_free);
    text = await_file (out);
    lines = g_strsplit (text, "\n", -1);
    g_usleep (10000);
  }
  g_assert_cmpuint (g_strv_length (lines), ==, 101);
  for (guint i = 0; i < 100; i++) {
    g_autofree char *begin = g_strdup_printf ("85 postern-audit user.created [postern@32473 tenant=\"acme\" number=\"%u\" id=\"aud_%u\" ", i, i);
    g_assert_true (g_str_has_prefix (lines[i], begin));
    g_assert_true (g_str_has_suffix (lines[i], "\"type\":\"user.created\"}"));
  }
}

/* Debian has its modules in a folder of the architecture. */
static gboolean
has_rsyslog (void)
{
  glob_t found;
  gboolean has = glob ("/usr/lib/*/rsyslog/lmnsd_gtls.so", 0, NULL, &found) == 0;

  globfree (&found);
  return has && g_file_test (RSYSLOGD, G_FILE_TEST_IS_EXECUTABLE);
}

/* @mode: which certificates it takes */
static void
test_rsyslog (Collector *self, gconstpointer mode)
{
  g_autofree char *file = g_build_filename (self->folder, "rsyslog.conf", NULL), *pid_file = g_build_filename (self->folder, "pid", NULL), *port_file = g_build_filename (self->folder, "port", NULL);
  g_autofree char *text = g_strdup_printf (settings, self->pem, self->folder, (const char *) mode), *port = NULL, *remove = g_strdup_printf ("rm -f '%s'/out '%s'/port '%s'/pid '%s'/rsyslog.conf", self->folder, self->folder, self->folder, self->folder);
  const char *const arguments[] = { RSYSLOGD, "-n", "-f", file, "-i", pid_file, NULL };
  GPid pid;

  if (!has_rsyslog ()) {
    g_test_skip ("rsyslog and rsyslog-gnutls are not here (tests/packages installs them, so tests/run asks them)");
    return;
  }
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  g_assert_true (g_spawn_async (NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));
  port = await_file (port_file);
  check_rsyslog (self, port, g_str_equal (mode, "anon") ? "" : self->pem);
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
  g_spawn_close_pid (pid);
  g_assert_cmpint (system (remove), ==, 0);
}

#define ADD(path, test, data) g_test_add (path, Collector, data, collector_set_up, test, collector_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  postern_certificate_fixture_leaks_unchecked = TRUE;
  ADD ("/sink-syslog/frames", test_frames, NULL);
  ADD ("/sink-syslog/forged", test_forged, NULL);
  ADD ("/sink-syslog/strangers", test_strangers, NULL);
  ADD ("/sink-syslog/cut-off", test_cut_off, NULL);
  ADD ("/sink-syslog/hangs", test_hangs, NULL);
  ADD ("/sink-syslog/settings", test_settings, NULL);
  ADD ("/sink-syslog/rsyslog", test_rsyslog, "x509/certvalid");
  ADD ("/sink-syslog/rsyslog-anybody", test_rsyslog, "anon");
  return g_test_run ();
}
