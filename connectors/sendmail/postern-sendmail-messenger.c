/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sendmail-messenger.h"

#include <string.h>
#include <sysexits.h>

#include "postern-mime.h"

#define SAID_MAX 400 /* bytes of what the program complains of */

struct _PosternSendmailMessenger {
  PosternMessenger parent_instance;
  const char *program; /* borrowed from the settings */
};

G_DEFINE_FINAL_TYPE (PosternSendmailMessenger, postern_sendmail_messenger, POSTERN_TYPE_MESSENGER)

static gboolean
postern_sendmail_messenger_configure (PosternInstance *instance, GError **error)
{
  PosternSendmailMessenger *self = POSTERN_SENDMAIL_MESSENGER (instance);

  self->program = postern_settings_get_string (postern_instance_get_settings (instance), "program");
  if (self->program && g_file_test (self->program, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "program is nothing that can be run; install a mail server that brings sendmail, or correct the path");
  return FALSE;
}

/* Its exit status is one of sysexits.h. */
static PosternError
get_code (GSubprocess *process)
{
  switch (g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1) {
  case EX_NOUSER:
  case EX_NOHOST:
  case EX_DATAERR:
    return POSTERN_ERROR_INVALID_REQUEST;
  case EX_TEMPFAIL:
    return POSTERN_ERROR_TEMPORARILY_UNAVAILABLE;
  case EX_USAGE:
  case EX_NOPERM:
  case EX_CONFIG:
    return POSTERN_ERROR_CONFIG;
  default:
    return POSTERN_ERROR_UNREACHABLE;
  }
}

static void
fail_message (PosternMessage *message, GSubprocess *process, GBytes *complaint)
{
  gsize length = complaint ? MIN (g_bytes_get_size (complaint), SAID_MAX) : 0;
  g_autofree char *said = length ? g_strndup (g_bytes_get_data (complaint, NULL), length) : g_strdup ("it said nothing");
  int status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;

  postern_message_fail (message, g_error_new (POSTERN_ERROR, (gint) get_code (process), "sendmail ended with %d: %s", status, g_strchomp (said)));
}

/* Never through a shell; -i: a lone dot ends nothing; --: an address that begins with a dash is no option. */
static GSubprocess *
spawn (PosternSendmailMessenger *self, PosternMessage *message, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *from = postern_mime_dup_address (postern_message_get_sender_address (message));
  g_autofree char *to = postern_mime_dup_address (postern_message_get_recipient (message));
  const char *const arguments[] = { self->program, "-i", "-f", from, "--", to, NULL };
  char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  return g_subprocess_launcher_spawnv (launcher, arguments, error);
}

static gboolean
send_bytes (PosternSendmailMessenger *self, PosternMessage *message, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSubprocess) process = spawn (self, message, error);
  g_autoptr (GBytes) complaint = NULL;
  g_autoptr (GError) local = NULL;

  if (!process)
    return FALSE;
  /* A program that reads nothing to its end may still have taken it; its exit status alone counts. */
  g_subprocess_communicate (process, bytes, cancellable, NULL, &complaint, &local);
  if (g_cancellable_is_cancelled (cancellable)) {
    g_subprocess_force_exit (process);
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (!g_subprocess_wait (process, cancellable, error))
    return FALSE;
  if (g_subprocess_get_successful (process))
    return TRUE;
  fail_message (message, process, complaint);
  return FALSE;
}

/* sendmail speaks the line ends of its system. */
static GBytes *
with_local_line_ends (GBytes *bytes)
{
  GString *text = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));

  g_string_replace (text, "\r\n", "\n", 0);
  return g_string_free_to_bytes (text);
}

static gboolean
postern_sendmail_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (GBytes) mail = postern_mime_format (message, &error);
  g_autoptr (GBytes) bytes = mail ? with_local_line_ends (mail) : NULL;
  gboolean sent = bytes && send_bytes (POSTERN_SENDMAIL_MESSENGER (messenger), message, bytes, cancellable, &error);

  if (error && error->domain != POSTERN_ERROR) { /* it cannot be started, or was cut off */
    error->domain = POSTERN_ERROR;
    error->code = POSTERN_ERROR_UNREACHABLE;
  }
  if (error)
    postern_message_fail (message, error);
  else if (sent)
    postern_message_set_receipt (message, "handed to sendmail");
  return sent;
}

static void
postern_sendmail_messenger_class_init (PosternSendmailMessengerClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_sendmail_messenger_configure;
  POSTERN_MESSENGER_CLASS (klass)->deliver = postern_sendmail_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "email";
}

static void
postern_sendmail_messenger_init (PosternSendmailMessenger *self)
{
}
