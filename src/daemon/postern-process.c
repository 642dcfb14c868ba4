/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process.h"

#include "postern-control.h"
#include "postern-error.h"
#include "postern-listener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void
postern_process_free (PosternProcess *self)
{
  if (!self)
    return;
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->control >= 0)
    close (self->control);
  g_free (self->failure);
  g_free (self->wants_reload);
  g_free (self);
}

/* A file in memory: the settings hold secrets, and an environment can be read. */
static int
write_config (GBytes *config)
{
  gsize size;
  const char *data = g_bytes_get_data (config, &size);
  int fd = memfd_create ("postern-config", MFD_CLOEXEC);
  if (fd >= 0 && write (fd, data, size) == (gssize) size && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static char **
make_environment (GPtrArray *listeners, int control, int config, gboolean first)
{
  g_autofree char *sockets = postern_listener_describe (listeners);
  g_autofree char *control_text = g_strdup_printf ("%d", control), *config_text = g_strdup_printf ("%d", config);
  char **environment = g_get_environ ();
  environment = g_environ_setenv (environment, POSTERN_CONTROL_SOCKETS_ENV, sockets, TRUE);
  environment = g_environ_setenv (environment, POSTERN_CONTROL_FD_ENV, control_text, TRUE);
  environment = g_environ_setenv (environment, POSTERN_CONTROL_CONFIG_ENV, config_text, TRUE);
  return g_environ_setenv (environment, POSTERN_CONTROL_FIRST_ENV, first ? "1" : "0", TRUE);
}

static void G_GNUC_NORETURN
become_worker (const char *program, char **environment, GPtrArray *listeners, int control, int config)
{
  char *const arguments[] = { (char *) "postern-worker", NULL };
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  /* Everything else is closed by exec. */
  for (guint i = 0; i < listeners->len; i++)
    fcntl (((PosternListener *) listeners->pdata[i])->fd, F_SETFD, 0);
  fcntl (control, F_SETFD, 0);
  fcntl (config, F_SETFD, 0);
  execve (program, arguments, environment);
  g_autofree char *why = g_strdup_printf ("failed cannot run %s: %s", program, g_strerror (errno));
  postern_control_say (control, why);
  _exit (71);
}

static PosternProcess *
process_new (pid_t pid, int control)
{
  PosternProcess *self = g_new0 (PosternProcess, 1);
  self->pid = pid;
  self->control = control;
  self->accepts = TRUE;
  self->started_at = self->heard_at = g_get_monotonic_time ();
  return self;
}

PosternProcess *
postern_process_spawn (const char *program, GPtrArray *listeners, GBytes *config, gboolean first, GError **error)
{
  int lines[2] = { -1, -1 };
  int memory = write_config (config);
  pid_t pid = -1;
  if (memory >= 0 && postern_control_pair (lines)) {
    g_auto (GStrv) environment = make_environment (listeners, lines[1], memory, first);
    pid = fork ();
    if (pid == 0)
      become_worker (program, environment, listeners, lines[1], memory);
  }
  int code = errno;
  if (memory >= 0)
    close (memory);
  if (lines[1] >= 0)
    close (lines[1]);
  if (pid > 0)
    return process_new (pid, lines[0]);
  if (lines[0] >= 0)
    close (lines[0]);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "cannot start a worker: %s; free memory or processes", g_strerror (code));
  return NULL;
}

gboolean
postern_process_listen (PosternProcess *self)
{
  gboolean closed = FALSE;
  char *text;
  while ((text = postern_control_read (self->control, &closed))) {
    self->heard_at = g_get_monotonic_time ();
    if (g_str_equal (text, "ready") && self->state == POSTERN_PROCESS_STARTING)
      self->state = POSTERN_PROCESS_READY;
    if (g_str_has_prefix (text, "reload ")) {
      g_free (self->wants_reload);
      self->wants_reload = g_strdup (text + strlen ("reload "));
    }
    if (g_str_equal (text, "draining"))
      self->accepts = FALSE;
    if (g_str_has_prefix (text, "failed ")) {
      g_free (self->failure);
      self->failure = g_strdup (text + strlen ("failed "));
    }
    g_free (text);
  }
  return !closed;
}

void
postern_process_drain (PosternProcess *self)
{
  if (self->state == POSTERN_PROCESS_DRAINING)
    return;
  self->state = POSTERN_PROCESS_DRAINING;
  self->drained_at = g_get_monotonic_time ();
  kill (self->pid, SIGTERM);
}

void
postern_process_kill (PosternProcess *self, const char *why)
{
  g_free (self->failure);
  self->failure = g_strdup (why);
  kill (self->pid, SIGKILL);
}

char *
postern_process_describe (PosternProcess *self, int status)
{
  if (self->failure)
    return g_strdup (self->failure);
  if (WIFSIGNALED (status))
    return g_strdup_printf ("it was ended by signal %d (%s)", WTERMSIG (status), strsignal (WTERMSIG (status)));
  return g_strdup_printf ("it ended with exit code %d", WEXITSTATUS (status));
}
