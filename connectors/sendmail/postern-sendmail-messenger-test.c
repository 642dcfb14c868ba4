/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sendmail-messenger.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static char *folder;

/* A program in place of sendmail: keeps its arguments and its input, then does @rest. */
static PosternMessenger *
messenger_new (const char *rest)
{
  g_autofree char *program = g_build_filename (folder, "sendmail", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nprintf '%%s\\n' \"$@\" > %s/arguments\ncat > %s/mail\n%s\n", folder, folder, rest);
  PosternInstance *instance = g_object_new (POSTERN_TYPE_SENDMAIL_MESSENGER, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'program': %s}", program), NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (program, script, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  postern_instance_set_identity (instance, "sendmail", "sendmail", NULL, NULL, settings);
  g_assert_true (postern_instance_configure (instance, NULL));
  return POSTERN_MESSENGER (instance);
}

static gboolean
deliver (const char *rest, const char *recipient, GCancellable *cancellable, GError **error)
{
  g_autoptr (PosternMessenger) messenger = messenger_new (rest);
  g_autoptr (PosternMessage) message = postern_message_new ("email", recipient, "s", "first\n.\nlast", "<p>t</p>");

  postern_message_set_sender (message, "postern@id.example", "Postern");
  return postern_messenger_send (messenger, message, cancellable, error);
}

static char *
read_file (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
test_sent (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *mail = NULL;

  g_assert_true (deliver ("exit 0", "-oQ/tmp@example.com", NULL, &error));
  g_assert_no_error (error);
  arguments = read_file ("arguments");
  mail = read_file ("mail");
  g_assert_cmpstr (arguments, ==, "-i\n-f\npostern@id.example\n--\n-oQ/tmp@example.com\n");
  g_assert_nonnull (strstr (mail, "To: <-oQ/tmp@example.com>\n"));
  g_assert_null (strchr (mail, '\r'));
}

static void
test_failures (void)
{
  const struct {
    const char *rest;
    int code;
  } rows[] = {
    { "echo nobody >&2; exit 67", POSTERN_ERROR_INVALID_REQUEST },
    { "exit 75", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE },
    { "exit 78", POSTERN_ERROR_CONFIG },
    { "exit 1", POSTERN_ERROR_UNREACHABLE },
    { "kill -9 $$", POSTERN_ERROR_UNREACHABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (deliver (rows[i].rest, "ada@example.com", NULL, &error));
    g_assert_error (error, POSTERN_ERROR, rows[i].code);
  }
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

/* Gone, and not only left behind. */
static void
assert_ended (void)
{
  g_autofree char *text = read_file ("pid");
  pid_t pid = (pid_t) g_ascii_strtoll (text, NULL, 10);

  g_assert_cmpint (pid, >, 1);
  for (guint i = 0; i < 1000 && kill (pid, 0) == 0; i++)
    g_usleep (10 * 1000);
  g_assert_cmpint (kill (pid, 0), <, 0);
}

/* With its ends of the pipes open, and after it let go of them. */
static void
test_hang (void)
{
  const char *const ways[] = { "exec sleep 60", "exec sleep 60 < /dev/null > /dev/null 2>&1" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GError) error = NULL;
    g_autofree char *rest = g_strdup_printf ("echo $$ > %s/pid; %s", folder, ways[i]);
    GThread *thread = g_thread_new ("cancels", cancel_soon, cancellable);
    gint64 begun = g_get_monotonic_time ();
    g_assert_false (deliver (rest, "ada@example.com", cancellable, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
    g_assert_cmpint (g_get_monotonic_time () - begun, <, 20 * G_USEC_PER_SEC);
    g_thread_join (thread);
    assert_ended ();
  }
}

/* Of one that complains without end, the beginning is kept; it is not listened to any longer. */
static void
test_flood (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (deliver ("exec yes flood >&2", "ada@example.com", NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

int
main (int argc, char **argv)
{
  const char *const names[] = { "sendmail", "arguments", "mail", "pid" };
  int failed;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("postern-sendmail-XXXXXX", NULL);
  g_test_add_func ("/sendmail/sent", test_sent);
  g_test_add_func ("/sendmail/failures", test_failures);
  g_test_add_func ("/sendmail/hang", test_hang);
  g_test_add_func ("/sendmail/flood", test_flood);
  failed = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);
    g_remove (path);
  }
  g_remove (folder);
  g_free (folder);
  return failed;
}
