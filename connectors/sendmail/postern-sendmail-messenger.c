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
fail_message (PosternMessage *message, GSubprocess *process, char *said)
{
  int status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;

  postern_message_fail (message, g_error_new (POSTERN_ERROR, (gint) get_code (process), "sendmail ended with %d: %s", status,
                                              *g_strchomp (said) ? said : "it said nothing"));
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

/* Gives it the mail, and keeps the beginning of its complaint. Whether it read that is its own affair: its exit status alone counts. */
static void
converse (GSubprocess *process, GBytes *bytes, char said[SAID_MAX + 1], GCancellable *cancellable)
{
  GOutputStream *in = g_subprocess_get_stdin_pipe (process);
  GInputStream *complaint = g_subprocess_get_stderr_pipe (process);
  gsize length = 0;

  g_output_stream_write_all (in, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, cancellable, NULL);
  g_output_stream_close (in, NULL, NULL);
  g_input_stream_read_all (complaint, said, SAID_MAX, &length, cancellable, NULL);
  g_input_stream_close (complaint, NULL, NULL); /* one that complains without end is not listened to any longer */
  said[length] = '\0';
}

static gboolean
send_bytes (PosternSendmailMessenger *self, PosternMessage *message, GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSubprocess) process = spawn (self, message, error);
  char said[SAID_MAX + 1];

  if (!process)
    return FALSE;
  converse (process, bytes, said, cancellable);
  if (!g_subprocess_wait (process, cancellable, error)) {
    g_subprocess_force_exit (process);
    return FALSE;
  }
  if (g_subprocess_get_successful (process))
    return TRUE;
  fail_message (message, process, said);
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
