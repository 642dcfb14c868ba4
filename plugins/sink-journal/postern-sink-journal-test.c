/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-journal.h"

#include <fcntl.h>
#include <gio/gunixfdmessage.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-sink-fixture.h"

#define JOURNALD "/lib/systemd/systemd-journald"

/* --- a journal of our own, which takes nothing that the protocol does not have -------------------------------------------------- */

typedef struct {
  char *folder, *path;
  GSocket *socket;
  PosternSink *sink;
} Place;

static void
place_listen (Place *self)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);

  self->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_socket_set_blocking (self->socket, FALSE);
  g_assert_true (g_socket_bind (self->socket, address, FALSE, NULL));
}

static void
place_end (Place *self)
{
  g_clear_object (&self->socket);
  g_assert_cmpint (g_remove (self->path), ==, 0);
}

static void
place_set_up (Place *self, gconstpointer events)
{
  self->folder = g_dir_make_tmp ("postern-sink-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "socket", NULL);
  place_listen (self);
  self->sink = postern_sink_fixture_new (POSTERN_TYPE_SINK_JOURNAL, "journal", g_variant_new_parsed ("{'socket': %s, 'events': %s}", self->path, events ? (const char *) events : "*"), NULL);
}

static void
place_tear_down (Place *self, gconstpointer events)
{
  if (self->socket)
    place_end (self);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_object_unref (self->sink);
  g_free (self->folder);
  g_free (self->path);
}

/* The sealed file's, in place of what the datagram holds */
static GByteArray *
read_sealed (GUnixFDMessage *message)
{
  g_autofree int *fds = g_unix_fd_message_steal_fds (message, NULL);
  GByteArray *bytes = g_byte_array_new ();
  struct stat st;

  g_assert_cmpint (fcntl (fds[0], F_GET_SEALS), ==, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  g_assert_cmpint (fds[1], ==, -1);
  g_assert_cmpint (fstat (fds[0], &st), ==, 0);
  g_byte_array_set_size (bytes, (guint) st.st_size);
  g_assert_cmpint (pread (fds[0], bytes->data, bytes->len, 0), ==, st.st_size);
  close (fds[0]);
  return bytes;
}

/* The next datagram, or what it brings. (nullable): there is none */
static GByteArray *
receive (GSocket *socket)
{
  g_autofree char *buffer = g_malloc (G_MAXUINT16 * 4);
  GInputVector vector = { buffer, G_MAXUINT16 * 4 };
  GSocketControlMessage **messages = NULL;
  int n_messages = 0, flags = 0;
  gssize length = g_socket_receive_message (socket, NULL, &vector, 1, &messages, &n_messages, &flags, NULL, NULL);
  GByteArray *bytes = NULL;

  if (length > 0)
    bytes = g_byte_array_append (g_byte_array_new (), (const guint8 *) buffer, (guint) length);
  else if (n_messages == 1)
    bytes = read_sealed (G_UNIX_FD_MESSAGE (messages[0]));
  for (int i = 0; i < n_messages; i++)
    g_object_unref (messages[i]);
  g_free (messages);
  return bytes;
}

static gboolean
is_name (const char *name)
{
  gsize length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

  return length > 0 && length <= 64 && name[length] == '\0' && g_ascii_isupper (*name);
}

/* One field at @at; returns where the next one begins. */
static gsize
take_field (GHashTable *fields, const GByteArray *bytes, gsize at)
{
  const char *begin = (const char *) bytes->data + at, *feed = memchr (begin, '\n', bytes->len - at), *equals;
  g_autofree char *name = NULL;
  guint64 length;

  g_assert_nonnull (feed);
  equals = memchr (begin, '=', (gsize) (feed - begin));
  name = g_strndup (begin, (gsize) ((equals ? equals : feed) - begin));
  g_assert_true (is_name (name));
  if (equals) {
    g_assert_true (g_hash_table_insert (fields, g_steal_pointer (&name), g_strndup (equals + 1, (gsize) (feed - equals - 1))));
    return at + (gsize) (feed - begin) + 1;
  }
  g_assert_cmpuint (bytes->len - (gsize) (feed + 1 - (const char *) bytes->data), >, sizeof length);
  memcpy (&length, feed + 1, sizeof length);
  length = GUINT64_FROM_LE (length);
  at = (gsize) (feed + 1 - (const char *) bytes->data) + sizeof length;
  g_assert_cmpuint (bytes->len - at, >, length);
  g_assert_cmpint (bytes->data[at + length], ==, '\n');
  g_assert_true (g_hash_table_insert (fields, g_steal_pointer (&name), g_strndup ((const char *) bytes->data + at, length)));
  return at + length + 1;
}

/* (nullable): the next entry's fields */
static GHashTable *
read_entry (GSocket *socket)
{
  g_autoptr (GByteArray) bytes = receive (socket);
  GHashTable *fields = bytes ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) : NULL;

  for (gsize at = 0; fields && at < bytes->len;)
    at = take_field (fields, bytes, at);
  return fields;
}

static void
assert_fields (GHashTable *fields, const char *const *pairs)
{
  for (guint i = 0; pairs[i]; i += 2)
    g_assert_cmpstr (g_hash_table_lookup (fields, pairs[i]), ==, pairs[i + 1]);
}

static void
test_fields (Place *self, gconstpointer unused)
{
  static const char *const pairs[] = { "MESSAGE", "acme: user.created by usr_admin on usr_1 from 192.0.2.1",
                                       "PRIORITY", "5",
                                       "SYSLOG_IDENTIFIER", "postern-audit",
                                       "SYSLOG_FACILITY", "10",
                                       "POSTERN_TENANT", "acme",
                                       "POSTERN_EVENT", "user.created",
                                       "POSTERN_TIMESTAMP", "2027-01-15T08:00:00.000007Z",
                                       "POSTERN_NUMBER", "7",
                                       "POSTERN_ENTRY", "aud_7",
                                       "POSTERN_ACTOR", "usr_admin",
                                       "POSTERN_TARGET", "usr_1",
                                       "POSTERN_REQUEST_ID", "req_1",
                                       "POSTERN_REMOTE_ADDRESS", "192.0.2.1",
                                       "POSTERN_DATA", "{\"text\":\"some\"}",
                                       "POSTERN_PERSON", NULL,
                                       NULL };
  g_autoptr (GHashTable) first = NULL, second = NULL, third = NULL;

  postern_sink_fixture_deliver (self->sink, "acme", 7, 2);
  first = read_entry (self->socket);
  second = read_entry (self->socket);
  third = read_entry (self->socket);
  assert_fields (first, pairs);
  g_assert_cmpuint (g_hash_table_size (first), ==, 15);
  g_assert_cmpuint (strlen (g_hash_table_lookup (first, "MESSAGE_ID")), ==, 32);
  g_assert_cmpstr (g_hash_table_lookup (second, "POSTERN_NUMBER"), ==, "8");
  g_assert_null (third);
}

/* A name that tries to be a field of its own; what is personal; a failure. */
static PosternEvent *
make_forger (gint64 number)
{
  return postern_event_new ("sign-in.failed", POSTERN_SINK_FIXTURE_TIME,
                            g_variant_new_parsed ("{'id': <'aud_1'>, 'number': <%x>, 'target': <'x\\nMESSAGE_ID=00\\nPRIORITY=0'>, 'personal': <{'name': <'Ada'>}>}", number));
}

static void
assert_forged_nothing (GHashTable *fields)
{
  static const char *const pairs[] = { "MESSAGE", "acme: sign-in.failed on x\nMESSAGE_ID=00\nPRIORITY=0", "PRIORITY", "4", "POSTERN_TARGET", "x\nMESSAGE_ID=00\nPRIORITY=0", NULL };

  assert_fields (fields, pairs);
  g_assert_cmpuint (strlen (g_hash_table_lookup (fields, "MESSAGE_ID")), ==, 32);
  g_assert_false (g_hash_table_contains (fields, "POSTERN_PERSONAL"));
}

static void
deliver_one (PosternSink *sink, PosternEvent *event)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (entries, event);
  postern_sink_deliver (sink, "acme", entries, NULL, &error);
  g_assert_no_error (error);
}

static void
test_forged (Place *self, gconstpointer unused)
{
  g_autoptr (GHashTable) fields = NULL;

  deliver_one (self->sink, make_forger (1));
  fields = read_entry (self->socket);
  assert_forged_nothing (fields);
}

static void
test_large (Place *self, gconstpointer unused)
{
  static const gsize sizes[] = { 60 * 1024, 70 * 1024, 1024 * 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *text = g_strnfill (sizes[i], 'x');
    g_autoptr (GHashTable) fields = NULL;

    deliver_one (self->sink, postern_sink_fixture_entry (i, "user.changed", text));
    fields = read_entry (self->socket);
    g_assert_cmpuint (strlen (g_hash_table_lookup (fields, "POSTERN_DATA")), ==, sizes[i] + strlen ("{\"text\":\"\"}"));
  }
}

static void
test_chosen (Place *self, gconstpointer events)
{
  g_autoptr (GHashTable) fields = NULL, more = NULL;

  deliver_one (self->sink, postern_sink_fixture_entry (0, "user.created", "passed over"));
  deliver_one (self->sink, postern_sink_fixture_entry (1, "role.created", "kept"));
  fields = read_entry (self->socket);
  more = read_entry (self->socket);
  g_assert_cmpstr (g_hash_table_lookup (fields, "POSTERN_EVENT"), ==, "role.created");
  g_assert_null (more);
}

/* The journal is being restarted: it fails, and works again. */
static void
test_gone (Place *self, gconstpointer unused)
{
  g_autoptr (GHashTable) fields = NULL;

  place_end (self);
  postern_sink_fixture_fails (self->sink, "acme", 0, 1, NULL, "cannot be reached");
  place_listen (self);
  postern_sink_fixture_deliver (self->sink, "acme", 0, 1);
  fields = read_entry (self->socket);
  g_assert_cmpstr (g_hash_table_lookup (fields, "POSTERN_NUMBER"), ==, "0");
}

/* A journal that does not read: its queue fills up, and whoever waits can be called off. */
static void
test_behind (Place *self, gconstpointer unused)
{
  postern_sink_fixture_stops (self->sink, "acme", 0, 10000);
}

static void
test_settings (void)
{
  g_autofree char *endless = g_strnfill (200, 'x'), *path = g_strconcat ("/", endless, NULL);

  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_JOURNAL, g_variant_new ("a{ss}", NULL), "socket");
  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_JOURNAL, g_variant_new_parsed ("{'socket': 'journal'}"), "socket");
  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_JOURNAL, g_variant_new_parsed ("{'socket': %s}", path), "socket");
  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_JOURNAL, g_variant_new_parsed ("{'socket': '/run/x', 'events': 'user.created,role.*'}"), "events");
}

/* --- systemd's own ------------------------------------------------------------------------------------------------------------ */

/*
 * In a world of files of its own; then says what it keeps, a JSON object a line. $1: this program. What failed before ends it by `set -e`; that journald ends
 * by our signal, which wait calls a failure, is none.
 */
static const char script[] = "set -e\n"
                             "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log && mkdir -p /run/systemd /run/log/journal\n"
                             JOURNALD " postern >/dev/null 2>&1 & journald=$!\n"
                             "trap 'kill $journald; wait $journald || true' EXIT\n"
                             "for i in $(seq 200); do [ -S /run/systemd/journal.postern/socket ] && break; sleep 0.05; done\n"
                             "POSTERN_TEST_SOCKET=/run/systemd/journal.postern/socket \"$1\" -p /sink-journal/inside >/dev/null\n"
                             "journalctl --namespace=postern --sync\n"
                             "journalctl --namespace=postern --all --output=json SYSLOG_IDENTIFIER=postern-audit\n";

static void
test_inside (void)
{
  const char *path = g_getenv ("POSTERN_TEST_SOCKET");
  g_autofree char *text = g_strnfill (300 * 1024, 'x');
  g_autoptr (PosternSink) sink = NULL;

  sink = postern_sink_fixture_new (POSTERN_TYPE_SINK_JOURNAL, "journal", g_variant_new_parsed ("{'socket': %s}", path), NULL);
  postern_sink_fixture_deliver (sink, "acme", 0, 50);
  deliver_one (sink, make_forger (50));
  deliver_one (sink, postern_sink_fixture_entry (51, "user.changed", text));
}

static GHashTable *
read_line (const char *line)
{
  g_autoptr (GVariant) object = postern_json_parse_object (line, -1, 0, NULL);
  GHashTable *fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_assert_nonnull (object);
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      g_hash_table_insert (fields, g_strdup (name), g_variant_dup_string (value, NULL));
  return fields;
}

static void
check_kept (const char *out)
{
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 53);
  for (guint i = 0; i < 52; i++) {
    g_autoptr (GHashTable) fields = read_line (lines[i]);
    g_autofree char *number = g_strdup_printf ("%u", i);
    g_assert_cmpstr (g_hash_table_lookup (fields, "POSTERN_NUMBER"), ==, number);
    g_assert_cmpstr (g_hash_table_lookup (fields, "POSTERN_TENANT"), ==, "acme");
    if (i == 50)
      assert_forged_nothing (fields);
    if (i == 51)
      g_assert_cmpuint (strlen (g_hash_table_lookup (fields, "POSTERN_DATA")), >, 300 * 1024);
  }
}

static void
test_systemd (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL), *out = NULL, *err = NULL;
  const char *const root[] = { "unshare", "-m", "true", NULL };
  const char *const arguments[] = { "unshare", "-m", "sh", "-c", script, "sh", self, NULL };
  int status = -1;

  /* tests/packages installs both, so tests/run goes on; a mount namespace is the kernel's to give, and journald must not write over the machine's own journal */
  if (!g_file_test (JOURNALD, G_FILE_TEST_IS_EXECUTABLE) || !g_spawn_sync (NULL, (char **) root, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL) || status != 0) {
    g_test_skip ("there is no " JOURNALD " here, or no mount namespace to be had for it");
    return;
  }
  g_assert_true (g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, NULL));
  if (status != 0)
    g_error ("exit %d: %s", status, err);
  check_kept (out);
}

#define ADD(path, test, data) g_test_add (path, Place, data, place_set_up, test, place_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/sink-journal/fields", test_fields, NULL);
  ADD ("/sink-journal/forged", test_forged, NULL);
  ADD ("/sink-journal/large", test_large, NULL);
  ADD ("/sink-journal/chosen", test_chosen, "role.*");
  ADD ("/sink-journal/gone", test_gone, NULL);
  ADD ("/sink-journal/behind", test_behind, NULL);
  g_test_add_func ("/sink-journal/settings", test_settings);
  if (g_getenv ("POSTERN_TEST_SOCKET"))
    g_test_add_func ("/sink-journal/inside", test_inside);
  g_test_add_func ("/sink-journal/systemd", test_systemd);
  return g_test_run ();
}
