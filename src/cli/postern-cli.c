/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <locale.h>
#include <string.h>

#include "postern-build-tree.h"
#include "postern-build.h"

static const PosternCliNoun *const nouns[] = {
  &postern_cli_setup,
  &postern_cli_tenant,
  &postern_cli_user,
  &postern_cli_invitation,
  &postern_cli_branding,
  &postern_cli_organization,
  &postern_cli_member,
  &postern_cli_group,
  &postern_cli_domain,
  &postern_cli_app,
  &postern_cli_resource,
  &postern_cli_role,
  &postern_cli_connector,
  &postern_cli_key,
  &postern_cli_session,
  &postern_cli_config,
  &postern_cli_export,
  &postern_cli_apply,
  &postern_cli_token,
  &postern_cli_audit,
  &postern_cli_webhook,
  &postern_cli_sink,
  &postern_cli_message,
  &postern_cli_api,
  &postern_cli_db,
  &postern_cli_doctor,
  NULL,
};

static const PosternCliNoun *
find_noun (const char *name)
{
  for (guint i = 0; nouns[i] != NULL; i++)
    if (g_strcmp0 (nouns[i]->name, name) == 0)
      return nouns[i];
  return NULL;
}

static const PosternCliCommand *
find_command (const PosternCliNoun *noun, const char *verb)
{
  for (const PosternCliCommand *command = noun->commands; command->verb != NULL; command++)
    if (g_strcmp0 (command->verb, verb) == 0)
      return command;
  return NULL;
}

static gboolean
wants_help (char **arguments)
{
  for (; *arguments != NULL && !g_str_equal (*arguments, "--"); arguments++)
    if (g_str_equal (*arguments, "--help") || g_str_equal (*arguments, "-h"))
      return TRUE;
  return FALSE;
}

static PosternCliExit
usage (const char *what, const char *where)
{
  g_printerr ("postern: %s; see `postern%s%s --help`\n", what, *where ? " " : "", where);
  return POSTERN_CLI_USAGE;
}

static PosternCliExit
exit_of (const GError *error)
{
  if (error->domain == G_IO_ERROR || error->domain == G_RESOLVER_ERROR)
    return POSTERN_CLI_NO_SERVER;
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return POSTERN_CLI_NOT_FOUND;
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG))
    return POSTERN_CLI_CONFIG;
  return POSTERN_CLI_FAILED;
}

/* Line by line; a name of a file, or what a server says, does not speak to the terminal. (transfer full) */
static char *
dup_harmless (const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  g_auto (GStrv) lines = g_strsplit (valid, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      g_autofree char *raw = *line;

      *line = postern_cli_print_harmless (raw);
    }
  return g_strjoinv ("\n", lines);
}

static PosternCliExit
report (const GError *error)
{
  g_autofree char *message = dup_harmless (error->message);
  PosternCliExit code = exit_of (error);

  g_printerr ("postern: %s\n", message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_printerr ("postern: the admin socket is for root and the server's own user; run this as one of them\n");
  else if (code == POSTERN_CLI_NO_SERVER)
    g_printerr ("postern: no server answers there; start it (posternd), or name its settings with --config FILE or --data-dir DIR\n");
  return code;
}

static PosternCliExit
run (const PosternCliNoun *noun, const PosternCliCommand *command, PosternConfigOptions *options, char **arguments)
{
  PosternCliCall call = { .noun = noun, .command = command, .config_options = options };
  g_autoptr (GError) error = NULL;
  g_autofree char *where = g_strjoin (*command->verb ? " " : "", noun->name, command->verb, NULL);

  call.operands = g_ptr_array_new ();
  call.values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  if (!postern_cli_options_parse (&call, arguments, &error) || !postern_cli_options_build (&call, &error))
    call.exit = usage (error->message, where);
  else if (!(command->run != NULL ? command->run : postern_cli_call_run) (&call, &error))
    call.exit = report (error);
  postern_cli_call_clear (&call);
  return call.exit;
}

/* @arguments: behind the program's name, without the configuration's options */
static PosternCliExit
dispatch (char **arguments, PosternConfigOptions *options)
{
  const PosternCliNoun *noun;
  const PosternCliCommand *command;
  g_autofree char *what = NULL;

  if (arguments[0] == NULL || arguments[0][0] == '-')
    {
      if (arguments[0] != NULL && g_str_equal (arguments[0], "--version"))
        return g_print ("postern %s\n", POSTERN_VERSION), POSTERN_CLI_DONE;
      if (arguments[0] != NULL && !wants_help (arguments))
        return usage ((what = g_strdup_printf ("“%s” must stand behind a command", arguments[0])), "");
      postern_cli_print_help (nouns, NULL, NULL);
      return arguments[0] != NULL ? POSTERN_CLI_DONE : POSTERN_CLI_USAGE;
    }
  noun = find_noun (arguments[0]);
  if (noun == NULL)
    return usage ((what = g_strdup_printf ("there is no command “%s”", arguments[0])), "");
  command = find_command (noun, "");
  arguments++;
  if (command == NULL && arguments[0] != NULL && arguments[0][0] != '-')
    command = find_command (noun, *arguments++);
  if (wants_help (arguments))
    return postern_cli_print_help (nouns, noun, command), POSTERN_CLI_DONE;
  if (command != NULL)
    return run (noun, command, options, arguments);
  what = arguments[-1] != NULL && !g_str_equal (arguments[-1], noun->name) ? g_strdup_printf ("`postern %s` cannot “%s”", noun->name, arguments[-1])
                                                                          : g_strdup_printf ("`postern %s` needs a verb", noun->name);
  return usage (what, noun->name);
}

int
main (int argc, char **argv)
{
  g_autoptr (PosternConfigOptions) options = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  postern_build_tree_enter ("../daemon");
  options = postern_config_options_take (argv, &error);
  if (options == NULL)
    return usage (error->message, "");
  return dispatch (argv + 1, options);
}
