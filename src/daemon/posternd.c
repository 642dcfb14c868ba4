/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-build-tree.h"
#include "postern-build.h"
#include "postern-config-options.h"
#include "postern-config.h"
#include "postern-listener.h"
#include "postern-log.h"
#include "postern-notify.h"
#include "postern-supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXIT_USAGE 64  /* sysexits.h */
#define EXIT_CONFIG 78

static int
print_help (void)
{
  g_autofree char *options = postern_config_options_get_help ();
  printf ("Usage: posternd [OPTION…]\nThe Postern identity server. SIGHUP reloads it, SIGTERM ends it.\n\n%s"
          "  --version                         Say which version this is\n", options);
  return 0;
}

/* One line, as it stands: it names its place itself. */
static int
complain (int code, const char *message)
{
  fprintf (stderr, "%s\n", message);
  return code;
}

/* Beside this program in a build tree, else where it was installed. */
static char *
find_worker (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program ? g_path_get_dirname (program) : NULL;
  char *path = folder ? g_build_filename (folder, "postern-worker", NULL) : NULL;
  if (path && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    return path;
  g_free (path);
  return g_build_filename (POSTERN_LIBEXEC_DIR, "postern-worker", NULL);
}

/* Two servers in one folder would answer for each other. The lock goes with the process. */
static char *
lock_data_dir (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "posternd.lock", NULL);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return g_strdup_printf ("cannot make the data folder %s: %s; make it, or choose another with --data-dir", folder, g_strerror (errno));
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return g_strdup_printf ("cannot write in the data folder %s: %s; change its owner, or choose another with --data-dir", folder, g_strerror (errno));
  if (flock (fd, LOCK_EX | LOCK_NB) == 0) {
    if (ftruncate (fd, 0) == 0)
      dprintf (fd, "%d\n", (int) getpid ());
    return NULL;
  }
  char holder[16] = "";
  ssize_t length = read (fd, holder, sizeof holder - 1);
  holder[MAX (length, 0)] = '\0';
  close (fd);
  return g_strdup_printf ("another posternd (process %s) uses the data folder %s; stop it, or choose another with --data-dir", g_strstrip (holder), folder);
}

/* Each connection is a descriptor, and the usual soft limit is 1024. Workers inherit ours. */
static void
raise_limits (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static int
run (PosternConfigOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfig) config = postern_config_load (options->file, options->overrides, &error);
  if (!config)
    return complain (EXIT_CONFIG, error->message);
  postern_log_start ("posternd", postern_config_get_string (config, "log.level"), postern_config_get_string (config, "log.format"));
  postern_notify_start ();
  g_autoptr (GPtrArray) activated = postern_listener_take_activated ();
  g_autofree char *locked = lock_data_dir (postern_config_get_string (config, "server.data-dir"));
  if (locked)
    return complain (1, locked);
  GPtrArray *listeners = postern_listener_open_all (config, activated, &error);
  if (!listeners)
    return complain (1, error->message);
  g_ptr_array_set_size (activated, 0);
  raise_limits ();
  malloc_trim (0);
  g_autofree char *worker = find_worker ();
  g_autoptr (PosternSupervisor) supervisor = postern_supervisor_new (worker, options->file, options->overrides, config, listeners);
  return postern_supervisor_run (supervisor);
}

int
main (int argc, char **argv)
{
  setlocale (LC_CTYPE, "C.UTF-8");
  postern_build_tree_enter (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfigOptions) options = postern_config_options_take (argv, &error);
  if (!options)
    return complain (EXIT_CONFIG, error->message);
  if (argv[1] && g_str_equal (argv[1], "--help"))
    return print_help ();
  if (argv[1] && g_str_equal (argv[1], "--version"))
    return printf ("posternd " POSTERN_VERSION "\n") > 0 ? 0 : 1;
  if (argv[1]) {
    fprintf (stderr, "posternd: unknown option %s; posternd --help lists them all\n", argv[1]);
    return EXIT_USAGE;
  }
  return run (options);
}
