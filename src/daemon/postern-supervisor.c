/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-supervisor.h"

#include "postern-control.h"
#include "postern-listener.h"
#include "postern-log.h"
#include "postern-notify.h"
#include "postern-process.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_SECONDS 2
#define STABLE_SECONDS 10     /* a worker that lived this long has not crashed while it started */
#define BACK_OFF_FIRST_MS 100 /* from the second crash in a row, doubled each time */
#define BACK_OFF_MAX_MS 10000
#define KILL_AFTER_DRAIN_SECONDS 5

struct _PosternSupervisor {
  GMainLoop *loop;
  char *program, *file;
  GVariant *overrides;
  GPtrArray *processes; /* PosternProcess, of all generations */

  PosternConfig *config; /* of the generation that serves */
  GPtrArray *listeners;
  guint generation; /* 0: none serves yet */
  const char *news; /* of that generation, to be told once it serves alone; (nullable) */

  PosternConfig *next_config; /* of the generation that starts; (nullable) */
  GPtrArray *next_listeners;
  guint next_generation; /* 0: none starts */
  gboolean reload_again;
  char *reloaded_for; /* (nullable): what a worker wanted it for, the last time */

  guint crashes;      /* in a row */
  guint respawn;      /* (source) */
  gboolean stopping;
  int exit_code;
};

static gboolean on_control (int fd, GIOCondition condition, gpointer user_data);
static void begin_reload (PosternSupervisor *self);

PosternSupervisor *
postern_supervisor_new (const char *program, const char *file, GVariant *overrides, PosternConfig *config, GPtrArray *listeners)
{
  PosternSupervisor *self = g_new0 (PosternSupervisor, 1);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->program = g_strdup (program);
  self->file = g_strdup (file);
  self->overrides = overrides ? g_variant_ref (overrides) : NULL;
  self->processes = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_process_free);
  self->next_config = g_object_ref (config);
  self->next_listeners = listeners;
  return self;
}

void
postern_supervisor_free (PosternSupervisor *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->processes);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_pointer (&self->next_listeners, g_ptr_array_unref);
  g_clear_object (&self->config);
  g_clear_object (&self->next_config);
  g_clear_pointer (&self->overrides, g_variant_unref);
  g_main_loop_unref (self->loop);
  g_free (self->program);
  g_free (self->file);
  g_free (self->reloaded_for);
  g_free (self);
}

static guint
count (PosternSupervisor *self, guint generation, gboolean ready_only)
{
  guint n = 0;
  for (guint i = 0; i < self->processes->len; i++) {
    PosternProcess *process = self->processes->pdata[i];
    if (process->generation == generation && process->state != POSTERN_PROCESS_DRAINING)
      n += !ready_only || process->state == POSTERN_PROCESS_READY;
  }
  return n;
}

static void
remove_socket_files (GPtrArray *listeners, GPtrArray *except)
{
  for (guint i = 0; listeners && i < listeners->len; i++) {
    PosternListener *listener = listeners->pdata[i];
    gboolean kept = FALSE;
    for (guint k = 0; except && k < except->len; k++)
      kept |= g_strcmp0 (((PosternListener *) except->pdata[k])->address, listener->address) == 0;
    if (!kept && listener->address && g_str_equal (listener->role, "admin"))
      unlink (listener->address);
  }
}

static gboolean
spawn (PosternSupervisor *self, guint generation, PosternConfig *config, GPtrArray *listeners, GError **error)
{
  g_autoptr (GBytes) bytes = postern_config_to_bytes (config);
  PosternProcess *process = postern_process_spawn (self->program, listeners, bytes, self->generation == 0 && self->processes->len == 0, error);
  if (!process)
    return FALSE;
  process->generation = generation;
  g_ptr_array_add (self->processes, process);
  process->source = g_unix_fd_add (process->control, G_IO_IN | G_IO_HUP, on_control, self);
  return TRUE;
}

static void
drain_all (PosternSupervisor *self, guint except_generation)
{
  for (guint i = 0; i < self->processes->len; i++) {
    PosternProcess *process = self->processes->pdata[i];
    if (process->generation != except_generation)
      postern_process_drain (process);
  }
}

static void
end_if_empty (PosternSupervisor *self)
{
  if (self->stopping && self->processes->len == 0)
    g_main_loop_quit (self->loop);
}

/* Not before nobody is answered by the old settings any more: they may have had a certificate, or a connector, that must go. */
static void
tell_news (PosternSupervisor *self)
{
  for (guint i = 0; i < self->processes->len; i++) {
    PosternProcess *process = self->processes->pdata[i];
    if (process->generation < self->generation && process->accepts)
      return;
  }
  if (!self->news || self->stopping)
    return;
  g_message ("%s: %s", self->news, postern_config_get_string (self->config, "server.public-url"));
  postern_notify_send ("READY=1\nSTATUS=Serving");
  self->news = NULL;
}

/* The next generation is complete: it serves from now on. */
static void
commit_generation (PosternSupervisor *self)
{
  self->news = self->generation == 0 ? "ready" : "reloaded";
  drain_all (self, self->next_generation);
  remove_socket_files (self->listeners, self->next_listeners);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_set_object (&self->config, self->next_config);
  g_clear_object (&self->next_config);
  self->listeners = g_steal_pointer (&self->next_listeners);
  self->generation = self->next_generation;
  self->next_generation = 0;
  self->crashes = 0;
  tell_news (self);
  if (self->reload_again && !self->stopping)
    begin_reload (self);
}

/* The next generation cannot start: the old one stays; without an old one this is the end. */
static void
abandon_generation (PosternSupervisor *self, const char *why, int exit_code)
{
  guint failed = self->next_generation;
  self->next_generation = 0;
  for (guint i = 0; i < self->processes->len; i++) {
    PosternProcess *process = self->processes->pdata[i];
    if (process->generation != failed)
      continue;
    process->state = POSTERN_PROCESS_DRAINING;
    process->drained_at = g_get_monotonic_time ();
    postern_process_kill (process, "another worker of its generation could not start");
  }
  remove_socket_files (self->next_listeners, self->listeners);
  g_clear_object (&self->next_config);
  g_clear_pointer (&self->next_listeners, g_ptr_array_unref);
  if (self->generation == 0) {
    g_autofree char *line = g_strconcat ("cannot start: ", why, NULL);
    postern_log_failure (line);
    self->exit_code = exit_code ? exit_code : 1;
    self->stopping = TRUE;
    return;
  }
  g_warning ("the reload failed and the old settings stay: %s", why);
  postern_notify_send ("READY=1\nSTATUS=Serving; the last reload failed");
  if (self->reload_again)
    begin_reload (self);
}

static void
start_generation (PosternSupervisor *self)
{
  gint64 wanted = postern_config_get_int64 (self->next_config, "server.workers");
  g_autoptr (GError) error = NULL;
  self->next_generation = self->generation + 1;
  for (gint64 i = 0; i < wanted; i++)
    if (!spawn (self, self->next_generation, self->next_config, self->next_listeners, &error)) {
      abandon_generation (self, error->message, 1);
      return;
    }
}

static void
begin_reload (PosternSupervisor *self)
{
  self->reload_again = self->next_generation != 0;
  if (self->stopping || self->reload_again)
    return;
  postern_notify_send_reloading ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfig) config = postern_config_load (self->file, self->overrides, &error);
  if (config && !g_str_equal (postern_config_get_string (config, "server.data-dir"), postern_config_get_string (self->config, "server.data-dir")))
    g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: server.data-dir cannot change while the server runs; restart it",
                 postern_config_get_origin (config, "server.data-dir"));
  GPtrArray *listeners = error ? NULL : postern_listener_open_all (config, self->listeners, &error);
  if (!listeners) {
    g_warning ("the reload failed and the old settings stay: %s", error->message);
    postern_notify_send ("READY=1\nSTATUS=Serving; the last reload failed");
    return;
  }
  self->next_config = g_steal_pointer (&config);
  self->next_listeners = listeners;
  start_generation (self);
}

/* All workers see what one has changed, and each wants the same reload. */
static void
obey (PosternSupervisor *self, PosternProcess *process)
{
  g_autofree char *wanted = g_steal_pointer (&process->wants_reload);
  if (!wanted || g_strcmp0 (wanted, self->reloaded_for) == 0)
    return;
  g_free (self->reloaded_for);
  self->reloaded_for = g_steal_pointer (&wanted);
  begin_reload (self);
}

static gboolean
on_respawn (gpointer user_data)
{
  PosternSupervisor *self = user_data;
  g_autoptr (GError) error = NULL;
  self->respawn = 0;
  gint64 wanted = postern_config_get_int64 (self->config, "server.workers");
  for (gint64 have = count (self, self->generation, FALSE); have < wanted && !self->stopping; have++)
    if (!spawn (self, self->generation, self->config, self->listeners, &error)) {
      g_warning ("%s", error->message);
      self->respawn = g_timeout_add (BACK_OFF_MAX_MS, on_respawn, self);
      break;
    }
  return G_SOURCE_REMOVE;
}

/* A worker that served has died. The first time another one starts at once; the sockets stay open, so nobody is refused. */
static void
replace (PosternSupervisor *self, PosternProcess *dead, const char *why)
{
  gint64 lived = (g_get_monotonic_time () - dead->started_at) / G_USEC_PER_SEC;
  self->crashes = lived >= STABLE_SECONDS ? 1 : self->crashes + 1;
  guint delay = self->crashes < 2 ? 0 : MIN ((guint) BACK_OFF_FIRST_MS << MIN (self->crashes - 2, 10u), (guint) BACK_OFF_MAX_MS);
  g_warning ("worker %d is gone after %" G_GINT64_FORMAT " s: %s; another one starts in %u ms", (int) dead->pid, lived, why, delay);
  if (self->respawn)
    return;
  if (delay == 0)
    on_respawn (self);
  else
    self->respawn = g_timeout_add (delay, on_respawn, self);
}

static void
on_death (PosternSupervisor *self, PosternProcess *process, int status)
{
  postern_process_listen (process); /* what it said last */
  g_autofree char *why = postern_process_describe (process, status);
  gboolean draining = process->state == POSTERN_PROCESS_DRAINING;
  guint index;
  if (g_ptr_array_find (self->processes, process, &index))
    g_ptr_array_steal_index_fast (self->processes, index);
  if (draining)
    g_debug ("worker %d has left: %s", (int) process->pid, why);
  else if (process->generation == self->next_generation)
    abandon_generation (self, why, WIFEXITED (status) ? WEXITSTATUS (status) : 1);
  else if (!self->stopping)
    replace (self, process, why);
  obey (self, process);
  postern_process_free (process);
  tell_news (self);
  end_if_empty (self);
}

static PosternProcess *
find (PosternSupervisor *self, pid_t pid, int control)
{
  for (guint i = 0; i < self->processes->len; i++) {
    PosternProcess *process = self->processes->pdata[i];
    if (process->pid == pid || (control >= 0 && process->control == control))
      return process;
  }
  return NULL;
}

static gboolean
on_control (int fd, GIOCondition condition, gpointer user_data)
{
  PosternSupervisor *self = user_data;
  PosternProcess *process = find (self, 0, fd);
  if (!process)
    return G_SOURCE_REMOVE;
  gboolean open = postern_process_listen (process);
  if (!open)
    process->source = 0;
  if (self->next_generation && process->generation == self->next_generation &&
      count (self, self->next_generation, TRUE) >= (guint) postern_config_get_int64 (self->next_config, "server.workers"))
    commit_generation (self);
  else
    tell_news (self);
  obey (self, process);
  return open ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
begin_stop (PosternSupervisor *self, int signal_number)
{
  if (self->stopping) {
    for (guint i = 0; i < self->processes->len; i++)
      postern_process_kill (self->processes->pdata[i], "the server was told twice to stop");
    return;
  }
  self->stopping = TRUE;
  g_message ("stopping on %s", strsignal (signal_number));
  postern_notify_send ("STOPPING=1");
  self->next_generation = 0;
  drain_all (self, 0);
  end_if_empty (self);
}

static void
reap (PosternSupervisor *self)
{
  int status;
  pid_t pid;
  while ((pid = waitpid (-1, &status, WNOHANG)) > 0) {
    PosternProcess *process = find (self, pid, -1);
    if (process)
      on_death (self, process, status);
  }
}

static gboolean
on_signal (int fd, GIOCondition condition, gpointer user_data)
{
  PosternSupervisor *self = user_data;
  struct signalfd_siginfo info;
  while (read (fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD)
      reap (self);
    else if (info.ssi_signo == SIGHUP)
      begin_reload (self);
    else
      begin_stop (self, (int) info.ssi_signo);
  }
  return G_SOURCE_CONTINUE;
}

static const char *
overdue (PosternSupervisor *self, PosternProcess *process, gint64 now)
{
  PosternConfig *config = process->generation == self->next_generation && self->next_config ? self->next_config : self->config;
  gint64 start = config ? postern_config_get_int64 (config, "server.start-timeout") : 60;
  gint64 hang = config ? postern_config_get_int64 (config, "server.hang-timeout") : 30;
  gint64 drain = (config ? postern_config_get_int64 (config, "server.drain-timeout") : 30) + KILL_AFTER_DRAIN_SECONDS;
  if (process->state == POSTERN_PROCESS_STARTING && now - process->started_at > start * G_USEC_PER_SEC)
    return "it was not ready in time (server.start-timeout)";
  if (process->state == POSTERN_PROCESS_READY && now - process->heard_at > hang * G_USEC_PER_SEC)
    return "it gave no sign of life (server.hang-timeout)";
  if (process->state == POSTERN_PROCESS_DRAINING && now - process->drained_at > drain * G_USEC_PER_SEC)
    return "it did not leave in time (server.drain-timeout)";
  return NULL;
}

static gboolean
on_tick (gpointer user_data)
{
  PosternSupervisor *self = user_data;
  gint64 now = g_get_monotonic_time ();
  for (guint i = 0; i < self->processes->len; i++) {
    PosternProcess *process = self->processes->pdata[i];
    const char *why = overdue (self, process, now);
    if (!why)
      continue;
    g_warning ("worker %d is killed: %s", (int) process->pid, why);
    postern_process_kill (process, why);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_watchdog (gpointer user_data)
{
  postern_notify_send ("WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

int
postern_supervisor_run (PosternSupervisor *self)
{
  sigset_t signals;
  sigemptyset (&signals);
  sigaddset (&signals, SIGHUP);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGCHLD);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  /* A descriptor, not g_unix_signal_add(): that one would start a thread. */
  int fd = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  guint sources[] = { g_unix_fd_add (fd, G_IO_IN, on_signal, self), g_timeout_add_seconds (TICK_SECONDS, on_tick, self),
                      postern_notify_get_watchdog () ? g_timeout_add (MAX (postern_notify_get_watchdog () / 2, 1), on_watchdog, self) : 0 };
  start_generation (self);
  end_if_empty (self);
  if (!self->stopping || self->processes->len > 0)
    g_main_loop_run (self->loop);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i])
      g_source_remove (sources[i]);
  g_clear_handle_id (&self->respawn, g_source_remove);
  close (fd);
  remove_socket_files (self->listeners, NULL);
  remove_socket_files (self->next_listeners, NULL);
  return self->exit_code;
}
