/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-sink-fixture.h"

/* A folder, an instance that writes there, and the file of the tenant `acme`. */
typedef struct {
  char *folder, *file, *other;
  PosternSink *sink;
} Place;

static void
place_set_up (Place *self, gconstpointer events)
{
  self->folder = g_dir_make_tmp ("postern-sink-XXXXXX", NULL);
  self->file = g_build_filename (self->folder, "acme.jsonl", NULL);
  self->other = g_build_filename (self->folder, "other", NULL);
  self->sink = postern_sink_fixture_new (POSTERN_TYPE_SINK_FILE, "log", g_variant_new_parsed ("{'folder': %s, 'events': %s}", self->folder, events ? (const char *) events : "*"), NULL);
}

static void
place_tear_down (Place *self, gconstpointer events)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (self->folder, name, NULL);
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_object_unref (self->sink);
  g_free (self->folder);
  g_free (self->file);
  g_free (self->other);
}

/* Asserts that @file has the entries @first to @last, each once, in order, in whole lines. */
static void
assert_numbers (const char *file, gint64 first, gint64 last)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (file, &text, &length, NULL));
  g_assert_true (length > 0 && text[length - 1] == '\n' && strlen (text) == length);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpint (g_strv_length (lines), ==, last - first + 2);
  for (gint64 number = first; number <= last; number++) {
    g_autoptr (GPtrArray) entry = postern_sink_fixture_entries (number, 1);
    g_autofree char *line = postern_event_print (entry->pdata[0]);
    g_assert_cmpstr (lines[number - first], ==, line);
  }
}

static void
append (const char *file, const char *text, gssize length)
{
  int fd = open (file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

  length = length < 0 ? (gssize) strlen (text) : length;
  g_assert_cmpint (write (fd, text, (gsize) length), ==, length);
  close (fd);
}

static void
test_lines (Place *self, gconstpointer unused)
{
  struct stat st;

  postern_sink_fixture_deliver (self->sink, "acme", 0, 3);
  assert_numbers (self->file, 0, 2);
  postern_sink_fixture_deliver (self->sink, "acme", 3, 100);
  assert_numbers (self->file, 0, 102);
  g_assert_cmpint (g_stat (self->file, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

/* What comes again, alone or with what follows it, does not stand there twice. */
static void
test_again (Place *self, gconstpointer unused)
{
  postern_sink_fixture_deliver (self->sink, "acme", 5, 3);
  postern_sink_fixture_deliver (self->sink, "acme", 5, 3);
  postern_sink_fixture_deliver (self->sink, "acme", 6, 5);
  assert_numbers (self->file, 5, 10);
}

/* A server died in the middle of a line, or the disk was full there. */
static void
test_torn (Place *self, gconstpointer unused)
{
  static const char *const parts[] = { "{", "{\"data\":{\"actor\":\"usr_admin\",\"number\":9", "\0\0\0\0\0\0\0\0" };

  append (self->file, parts[1], -1);
  postern_sink_fixture_deliver (self->sink, "acme", 0, 1);
  for (gint64 i = 0; i < (gint64) G_N_ELEMENTS (parts); i++) {
    append (self->file, parts[i], i == 2 ? 8 : -1);
    postern_sink_fixture_deliver (self->sink, "acme", i, 2);
    assert_numbers (self->file, 0, i + 1);
  }
}

static void
test_long (Place *self, gconstpointer unused)
{
  g_autofree char *text = g_strnfill (300 * 1024, 'x');
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  struct stat before, after;

  for (gint64 i = 0; i < 3; i++)
    g_ptr_array_add (entries, postern_sink_fixture_entry (i, "user.changed", text));
  for (guint i = 0; i < 2; i++) {
    postern_sink_deliver (self->sink, "acme", entries, NULL, &error);
    g_assert_no_error (error);
    g_stat (self->file, i == 0 ? &before : &after);
  }
  g_assert_cmpint (before.st_size, >, 3 * 300 * 1024);
  g_assert_cmpint (before.st_size, ==, after.st_size);
}

static void
test_rotated (Place *self, gconstpointer unused)
{
  postern_sink_fixture_deliver (self->sink, "acme", 0, 3);
  g_assert_cmpint (g_rename (self->file, self->other), ==, 0);
  postern_sink_fixture_deliver (self->sink, "acme", 3, 2);
  assert_numbers (self->other, 0, 2);
  assert_numbers (self->file, 3, 4);
}

/* Whatever stands there that is no log of ours is neither written to nor cut. */
static void
test_foreign (Place *self, gconstpointer unused)
{
  static const char *const texts[] = { "hello\n", "{\"number\":4}\n", "{\"data\":{}}\n", "{\"data\":[4]}\n", "{\"data\":{\"number\":\"4\"}}\nhalf", "\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *text = NULL;

    append (self->file, texts[i], -1);
    postern_sink_fixture_fails (self->sink, "acme", 5, 1, NULL, "acme.jsonl: there is a line in the file that is no entry");
    g_assert_true (g_file_get_contents (self->file, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, texts[i]);
    g_remove (self->file);
  }
}

/* Later ones stand there: an entry is not skipped unless it does, and nothing is written out of order. The database was restored from a copy, say. */
static void
test_ahead (Place *self, gconstpointer unused)
{
  g_autoptr (GPtrArray) other = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (other, postern_event_new ("user.created", POSTERN_SINK_FIXTURE_TIME, g_variant_new_parsed ("{'id': <'aud_other'>, 'number': <int64 7>}")));
  postern_sink_fixture_deliver (self->sink, "acme", 5, 5);
  postern_sink_fixture_fails (self->sink, "acme", 4, 10, NULL, "goes on to number 9, and number 4 is not aud_4 there");
  g_assert_false (postern_sink_deliver (self->sink, "acme", other, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  postern_sink_fixture_deliver (self->sink, "acme", 7, 1);
  assert_numbers (self->file, 5, 9);
}

static void
test_links (Place *self, gconstpointer unused)
{
  g_autofree char *text = NULL;

  append (self->other, "precious", -1);
  g_assert_cmpint (symlink (self->other, self->file), ==, 0);
  postern_sink_fixture_fails (self->sink, "acme", 0, 1, NULL, "cannot be opened");
  g_remove (self->file);
  g_assert_cmpint (link (self->other, self->file), ==, 0);
  postern_sink_fixture_fails (self->sink, "acme", 0, 1, NULL, "not of the server's user alone");
  g_remove (self->file);
  g_assert_cmpint (mkfifo (self->file, 0600), ==, 0);
  postern_sink_fixture_fails (self->sink, "acme", 0, 1, NULL, "no regular file");
  g_remove (self->file);
  append (self->file, "", -1);
  g_assert_cmpint (g_chmod (self->file, 0620), ==, 0);
  postern_sink_fixture_fails (self->sink, "acme", 0, 1, NULL, "others may write");
  g_assert_true (g_file_get_contents (self->other, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "precious");
}

static void
test_locked (Place *self, gconstpointer unused)
{
  int fd;

  postern_sink_fixture_deliver (self->sink, "acme", 0, 1);
  fd = open (self->file, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  postern_sink_fixture_fails (self->sink, "acme", 1, 1, NULL, "another process");
  close (fd);
  postern_sink_fixture_deliver (self->sink, "acme", 1, 1);
  assert_numbers (self->file, 0, 1);
}

/* A disk that is full in the middle of a line, for which a limit on files stands in; with room again nothing is missing. */
static void
test_full (Place *self, gconstpointer unused)
{
  struct rlimit before, tight;
  struct stat st;

  signal (SIGXFSZ, SIG_IGN);
  postern_sink_fixture_deliver (self->sink, "acme", 0, 2);
  g_stat (self->file, &st);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  tight = before;
  tight.rlim_cur = (rlim_t) st.st_size * 2 - 30;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &tight), ==, 0);
  postern_sink_fixture_fails (self->sink, "acme", 2, 3, NULL, "cannot be written");
  assert_numbers (self->file, 0, 1);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  postern_sink_fixture_deliver (self->sink, "acme", 2, 3);
  assert_numbers (self->file, 0, 4);
}

static void
test_cancelled (Place *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  postern_sink_fixture_fails (self->sink, "acme", 0, 1, cancellable, "cancelled");
  g_assert_false (g_file_test (self->file, G_FILE_TEST_EXISTS));
}

static void
test_chosen (Place *self, gconstpointer events)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (entries, postern_sink_fixture_entry (0, "token.issued", "passed over"));
  postern_sink_deliver (self->sink, "acme", entries, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (self->file, G_FILE_TEST_EXISTS));
  g_ptr_array_add (entries, postern_sink_fixture_entry (1, "sign-in.failed", "kept"));
  g_ptr_array_add (entries, postern_sink_fixture_entry (2, "role.created", "kept"));
  postern_sink_deliver (self->sink, "acme", entries, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (self->file, &text, NULL, NULL));
  g_assert_null (strstr (text, "passed over"));
  g_assert_nonnull (strstr (text, "\"number\":1,"));
  g_assert_nonnull (strstr (text, "\"number\":2,"));
}

static gpointer
deliver_often (gpointer data)
{
  PosternSink *sink = ((gpointer *) data)[0];
  const char *tenant = ((gpointer *) data)[1];

  for (gint64 i = 0; i < 20; i++)
    postern_sink_fixture_deliver (sink, tenant, i * 3, 4); /* the last one comes again with the next three */
  return NULL;
}

static void
test_tenants (Place *self, gconstpointer unused)
{
  static const char *const bad[] = { "", "..", "../acme", "a/b", ".instance" };
  gpointer jobs[2][2] = { { self->sink, (gpointer) "acme" }, { self->sink, (gpointer) "beta" } };
  GThread *threads[2];
  g_autofree char *file = g_build_filename (self->folder, "beta.jsonl", NULL);

  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("tenant", deliver_often, jobs[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  assert_numbers (self->file, 0, 60);
  assert_numbers (file, 0, 60);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    postern_sink_fixture_fails (self->sink, bad[i], 0, 1, NULL, "no file's name");
}

/* @folder refused, before anything is written there */
static void
assert_refused (const char *folder)
{
  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_FILE, g_variant_new_parsed ("{'folder': %s}", folder), "folder");
}

static void
test_folder (Place *self, gconstpointer unused)
{
  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_FILE, g_variant_new ("a{ss}", NULL), "folder");
  postern_sink_fixture_refuses (POSTERN_TYPE_SINK_FILE, g_variant_new_parsed ("{'folder': %s, 'events': 'user.* User'}", self->folder), "events");
  assert_refused ("logs");
  assert_refused ("/dev/null");
  assert_refused ("/nonexistent/logs");
  assert_refused (self->folder); /* the instance `log` has it */
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (g_chmod (self->folder, i == 0 ? 0770 : 0702), ==, 0);
    assert_refused (self->folder);
    postern_sink_fixture_fails (self->sink, "acme", 0, 1, NULL, "others may write there");
  }
  g_assert_cmpint (g_chmod (self->folder, 0750), ==, 0);
  postern_sink_fixture_deliver (self->sink, "acme", 0, 1);
}

#define ADD(path, test, data) g_test_add (path, Place, data, place_set_up, test, place_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/sink-file/lines", test_lines, NULL);
  ADD ("/sink-file/again", test_again, NULL);
  ADD ("/sink-file/torn", test_torn, NULL);
  ADD ("/sink-file/long", test_long, NULL);
  ADD ("/sink-file/rotated", test_rotated, NULL);
  ADD ("/sink-file/foreign", test_foreign, NULL);
  ADD ("/sink-file/ahead", test_ahead, NULL);
  ADD ("/sink-file/links", test_links, NULL);
  ADD ("/sink-file/locked", test_locked, NULL);
  ADD ("/sink-file/full", test_full, NULL);
  ADD ("/sink-file/cancelled", test_cancelled, NULL);
  ADD ("/sink-file/chosen", test_chosen, "sign-in.failed role.*");
  ADD ("/sink-file/tenants", test_tenants, NULL);
  ADD ("/sink-file/folder", test_folder, NULL);
  return g_test_run ();
}
