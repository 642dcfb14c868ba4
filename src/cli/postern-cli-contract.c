/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-contract.h"

#include <string.h>
#include <sys/wait.h>

#include "postern-contract.h"

#define BEGIN "# begin: "
#define SANITIZER_EXIT 23

typedef struct {
  char *check; /* that runs now */
  guint n_checks, n_failed;
  gboolean planned; /* all checks have been run */
} Report;

static GHashTable *
read_given (PosternCliCall *call, GError **error)
{
  g_autoptr (GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 1; i < call->operands->len; i++)
    {
      const char *value = NULL;
      char *name = postern_cli_call_dup_pair (call, i, &value, error);

      if (name == NULL)
        return NULL;
      g_hash_table_insert (given, name, g_strdup (value));
    }
  return g_steal_pointer (&given);
}

/* (transfer full) (nullable): the runtime that a module built with the address sanitizer wants to be loaded first */
static char *
find_sanitizer (const char *module_file)
{
  g_autoptr (GPtrArray) exports = g_ptr_array_new_with_free_func (g_free), needed = g_ptr_array_new_with_free_func (g_free), own = g_ptr_array_new_with_free_func (g_free);
  char *found = NULL;

  if (!postern_contract_elf_read (module_file, exports, needed))
    return NULL;
  postern_contract_elf_read ("/proc/self/exe", exports, own);
  for (guint i = 0; i < needed->len && found == NULL; i++)
    if (g_str_has_prefix (needed->pdata[i], "libasan.so"))
      found = g_strdup (needed->pdata[i]);
  for (guint i = 0; i < own->len; i++)
    if (g_str_has_prefix (own->pdata[i], "libasan.so"))
      g_clear_pointer (&found, g_free); /* this program brings it */
  return found;
}

/* Ours first: what the environment says goes before. */
static void
set_options (GSubprocessLauncher *launcher, const char *variable, const char *ours)
{
  g_autofree char *options = g_strconcat ("exitcode=" G_STRINGIFY (SANITIZER_EXIT) ":", ours, ":", g_getenv (variable), NULL);

  g_subprocess_launcher_setenv (launcher, variable, options, TRUE);
}

static GSubprocess *
start (PosternCliCall *call, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) line = g_ptr_array_new ();
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error), *sanitizer = find_sanitizer (postern_cli_call_get_operand (call, 0));

  if (program == NULL)
    return NULL;
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG"); /* what it would stop at is counted instead */
  set_options (launcher, "ASAN_OPTIONS", "detect_leaks=1:fast_unwind_on_malloc=0");
  set_options (launcher, "UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1"); /* by itself it only prints, and goes on */
  if (sanitizer != NULL)
    g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", sanitizer, TRUE);
  g_ptr_array_add (line, program);
  g_ptr_array_add (line, (gpointer) "connector");
  g_ptr_array_add (line, (gpointer) "test");
  g_ptr_array_add (line, (gpointer) "--here");
  for (guint i = 0; i < call->operands->len; i++)
    g_ptr_array_add (line, call->operands->pdata[i]);
  g_ptr_array_add (line, NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) line->pdata, error);
}

static void
take_line (Report *self, const char *line)
{
  if (g_str_has_prefix (line, BEGIN))
    {
      g_free (self->check);
      self->check = g_strdup (line + strlen (BEGIN));
      return;
    }
  if (g_str_has_prefix (line, "1.."))
    {
      self->planned = TRUE;
      return;
    }
  self->n_checks += g_str_has_prefix (line, "ok ") || g_str_has_prefix (line, "not ok ");
  self->n_failed += g_str_has_prefix (line, "not ok ");
  g_print ("%s\n", line);
}

/* The check in which the host died, if it did. */
static void
report_end (Report *self, GSubprocess *child)
{
  gboolean signalled = g_subprocess_get_if_signaled (child);
  int code = signalled ? g_subprocess_get_term_sig (child) : g_subprocess_get_exit_status (child);

  if (!signalled && self->planned && code == (int) (self->n_failed ? POSTERN_CLI_FAILED : POSTERN_CLI_DONE))
    return;
  self->n_failed++;
  g_print ("not ok %u - %s\n", ++self->n_checks, self->check ? self->check : "the host starts");
  if (signalled && code == SIGALRM)
    g_print ("# it does not come back; hand the step's cancellable to whatever blocks, and take no lock that is held meanwhile\n");
  else if (signalled)
    g_print ("# it ends the process (%s); run it under a debugger: postern connector test --here FILE\n", strsignal (code));
  else if (code == SANITIZER_EXIT)
    g_print ("# a sanitizer found a fault; its report, on the error stream, says where\n");
  else
    g_print ("# it ends the process (exit code %d); a plugin never calls exit()\n", code);
}

static gboolean
watch (PosternCliCall *call, GError **error)
{
  g_autoptr (GSubprocess) child = start (call, error);
  g_autoptr (GDataInputStream) out = child ? g_data_input_stream_new (g_subprocess_get_stdout_pipe (child)) : NULL;
  Report report = { NULL };
  char *line;

  if (child == NULL)
    return FALSE;
  while ((line = g_data_input_stream_read_line (out, NULL, NULL, NULL)) != NULL)
    {
      take_line (&report, line);
      g_free (line);
    }
  g_subprocess_wait (child, NULL, NULL);
  report_end (&report, child);
  g_print ("1..%u\n", report.n_checks);
  g_free (report.check);
  call->exit = report.n_failed == 0 ? POSTERN_CLI_DONE : POSTERN_CLI_FAILED;
  return TRUE;
}

gboolean
postern_cli_contract (PosternCliCall *call, GError **error)
{
  const char *module_file = postern_cli_call_get_operand (call, 0);
  g_autoptr (GHashTable) given = read_given (call, error);

  if (given == NULL)
    return FALSE;
  if (!g_file_test (module_file, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no file “%s”", module_file);
      return FALSE;
    }
  if (!postern_cli_call_has (call, "here"))
    return watch (call, error);
  call->exit = postern_contract_run (module_file, given) ? POSTERN_CLI_DONE : POSTERN_CLI_FAILED;
  return TRUE;
}
