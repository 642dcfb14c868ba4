/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config.h"
#include "postern-control.h"
#include "postern-error.h"
#include "postern-house.h"
#include "postern-instance-book.h"
#include "postern-log.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_CONFIG 78 /* sysexits.h */

typedef struct {
  GMainLoop *loop;
  int control;
} Worker;

static PosternConfig *
read_config (GError **error)
{
  int fd = postern_control_take_fd (POSTERN_CONTROL_CONFIG_ENV);
  struct stat info;
  if (fd < 0 || fstat (fd, &info) != 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "postern-worker is started by posternd; start that");
    return NULL;
  }
  char *data = g_malloc ((gsize) info.st_size + 1);
  ssize_t length = pread (fd, data, (gsize) info.st_size, 0);
  close (fd);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, length > 0 ? (gsize) length : 0);
  PosternConfig *config = postern_config_new_from_bytes (bytes, error);
  explicit_bzero (data, (gsize) info.st_size);
  return config;
}

/*
 * Fewer heaps than glibc's eight a core: each keeps memory. Measured with 2 cores and 23 threads: as many requests a
 * second, 10 MB instead of 12 after a load. Stacks are left alone: only their touched pages count.
 */
static void
tune_memory (void)
{
  mallopt (M_ARENA_MAX, CLAMP ((int) g_get_num_processors (), 2, 8));
  mallopt (M_TRIM_THRESHOLD, 256 * 1024);
  mallopt (M_MMAP_THRESHOLD, 256 * 1024);
}

static gboolean
on_terminate (gpointer user_data)
{
  g_main_loop_quit (((Worker *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_alive (gpointer user_data)
{
  postern_control_say (((Worker *) user_data)->control, "alive");
  return G_SOURCE_CONTINUE;
}

/* The supervisor is gone: nobody would ever tell us to leave. */
static gboolean
on_control (int fd, GIOCondition condition, gpointer user_data)
{
  gboolean closed = FALSE;
  g_free (postern_control_read (fd, &closed));
  if (!closed)
    return G_SOURCE_CONTINUE;
  g_warning ("the supervisor is gone, so this worker leaves, too");
  g_main_loop_quit (((Worker *) user_data)->loop);
  return G_SOURCE_REMOVE;
}

static void
offer_setup (PosternHouse *house)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *link = postern_house_issue_setup_link (house, &error);
  if (link)
    g_message ("there is no administrator yet; make the first one within an hour at %s", link);
  else if (error)
    g_warning ("cannot make a set-up link: %s; try `postern setup`", error->message);
}

/* The supervisor does what it does on SIGHUP: no request is lost, and all workers change over. Each of them may say so; by the word it knows that it is the same. */
static void
on_changed (gpointer book, gpointer user_data)
{
  g_autofree char *state = postern_instance_book_dup_state (book), *text = g_strconcat ("reload ", state, NULL);
  postern_control_say (((Worker *) user_data)->control, text);
}

static void
serve (Worker *worker, PosternHouse *house)
{
  worker->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_terminate, worker);
  g_timeout_add_seconds (POSTERN_CONTROL_ALIVE_SECONDS, on_alive, worker);
  if (worker->control >= 0)
    g_unix_fd_add (worker->control, G_IO_IN | G_IO_HUP, on_control, worker);
  /* Before "ready", so that who waits for that has the link, too. */
  const char *first = g_getenv (POSTERN_CONTROL_FIRST_ENV);
  if (first && g_str_equal (first, "1"))
    offer_setup (house);
  postern_control_say (worker->control, "ready");
  malloc_trim (0);
  g_main_loop_run (worker->loop);
  g_main_loop_unref (worker->loop);
}

static int
fail (Worker *worker, const GError *error)
{
  g_autofree char *text = g_strconcat ("failed ", error->message, NULL);
  postern_control_say (worker->control, text);
  if (worker->control < 0)
    fprintf (stderr, "%s\n", error->message);
  return g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG) ? EXIT_CONFIG : 1;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  Worker worker = { .control = postern_control_take_fd (POSTERN_CONTROL_FD_ENV) };
  setlocale (LC_CTYPE, "C.UTF-8");
  tune_memory ();
  /* Both come to all processes of a terminal; the supervisor decides for us. */
  signal (SIGINT, SIG_IGN);
  signal (SIGHUP, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);
  g_autoptr (PosternConfig) config = read_config (&error);
  if (!config)
    return fail (&worker, error);
  postern_log_start ("postern-worker", postern_config_get_string (config, "log.level"), postern_config_get_string (config, "log.format"));
  const char *sockets = g_getenv (POSTERN_CONTROL_SOCKETS_ENV);
  PosternHouse *house = postern_house_open (config, sockets ? sockets : "", on_changed, &worker, &error);
  if (!house)
    return fail (&worker, error);
  serve (&worker, house);
  guint timeout = (guint) postern_config_get_int64 (config, "server.drain-timeout") * 1000;
  postern_house_stop_accepting (house, timeout);
  postern_control_say (worker.control, "draining");
  postern_house_close (house, timeout);
  return 0;
}
