/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-module.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-object.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 10 /* for all modules of one child */

/* What the child tells of each module: its number, then how it went. A crash shows by the missing second half. */
static void
child_one (FILE *out, guint number, PosternPluginInfo *info)
{
  g_autoptr (GError) error = NULL;
  fprintf (out, "%u ", number);
  fflush (out);
  GType type = postern_module_open (info, &error);
  if (type != G_TYPE_INVALID)
    g_object_unref (g_object_new (type, NULL));
  if (error)
    g_strdelimit (error->message, "\n", ' ');
  fprintf (out, "%s\n", error ? error->message : "");
  fflush (out);
}

static void G_GNUC_NORETURN
child_main (int fd, GPtrArray *infos, guint first)
{
  struct rlimit none = { 0, 0 };
  FILE *out = fdopen (fd, "w");
  setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  signal (SIGALRM, SIG_DFL);
  alarm (SECONDS);
  for (guint i = first; out && i < infos->len; i++)
    child_one (out, i, infos->pdata[i]);
  _exit (0);
}

static char *
describe_death (PosternPluginInfo *info, int status)
{
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM)
    return g_strdup_printf ("%s: it did not finish its construction within %d seconds; remove it or rebuild it", info->module_file, SECONDS);
  if (WIFSIGNALED (status))
    return g_strdup_printf ("%s: it crashes while it is constructed (%s); remove it or rebuild it", info->module_file,
                            strsignal (WTERMSIG (status)));
  return g_strdup_printf ("%s: it ends the process while it is constructed (exit code %d); remove it or rebuild it", info->module_file,
                          WEXITSTATUS (status));
}

/* Reads one child's report. Returns: the number of the module after the last one that was tried */
static guint
read_report (FILE *in, GPtrArray *infos, guint first, GHashTable *bad, gboolean *complete)
{
  char *text = NULL;
  size_t size = 0;
  ssize_t length;
  guint next = first;
  *complete = TRUE;
  while ((length = getline (&text, &size, in)) > 0) {
    char *end = NULL;
    guint number = (guint) strtoul (text, &end, 10);
    if (number != next || number >= infos->len || !end || *end != ' ')
      break;
    *complete = text[length - 1] == '\n';
    next = number + 1;
    g_strchomp (end);
    if (*complete && end[0] && end[1])
      g_hash_table_insert (bad, infos->pdata[number], g_strdup (end + 1));
  }
  free (text);
  return next;
}

/* Returns: how far this child came; at least one further than @first */
static guint
probe_from (GPtrArray *infos, guint first, GHashTable *bad)
{
  int pipe_fds[2], status = 0;
  if (pipe2 (pipe_fds, O_CLOEXEC) != 0)
    g_error ("postern-module-probe: no pipe: %s", g_strerror (errno));
  fflush (NULL);
  pid_t pid = fork ();
  if (pid < 0)
    g_error ("postern-module-probe: cannot fork: %s", g_strerror (errno));
  if (pid == 0) {
    close (pipe_fds[0]);
    child_main (pipe_fds[1], infos, first);
  }
  close (pipe_fds[1]);

  gboolean complete;
  FILE *in = fdopen (pipe_fds[0], "r");
  guint next = read_report (in, infos, first, bad, &complete);
  fclose (in);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  /* Half a report means that the module ended the child, however politely: exit (0) would end the server, too. */
  if (next == first || !complete) {
    guint number = next == first ? first : next - 1;
    g_hash_table_insert (bad, infos->pdata[number], describe_death (infos->pdata[number], status));
    return number + 1;
  }
  return next;
}

GHashTable *
postern_module_probe (GPtrArray *infos)
{
  GHashTable *bad = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
  for (guint next = 0; next < infos->len;)
    next = probe_from (infos, next, bad);
  return bad;
}
