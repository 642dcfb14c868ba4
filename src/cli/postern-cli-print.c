/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <string.h>

/* --- values ----------------------------------------------------------------------------------------------------- */

static gboolean
is_time (const char *name)
{
  return g_str_has_suffix (name, "_at") || g_str_equal (name, "at") || g_str_equal (name, "auth_time");
}

static char *
join_strings (GVariant *value)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) child = g_variant_get_variant (box);

      if (!g_variant_is_of_type (child, G_VARIANT_TYPE_STRING))
        return NULL;
      g_string_append_printf (text, "%s%s", i ? " " : "", g_variant_get_string (child, NULL));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A terminal obeys control characters: what others typed (a name, a user agent) must not speak to it. */
char *
postern_cli_print_harmless (const char *text)
{
  GString *out = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

static char *
to_text (const char *name, GVariant *value)
{
  g_autofree char *joined = NULL;

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return g_strdup ("-");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return postern_cli_print_harmless (g_variant_get_string (value, NULL));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) && is_time (name))
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (g_variant_get_int64 (value));

      return time ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("-");
    }
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) && (joined = join_strings (value)) != NULL)
    return postern_cli_print_harmless (joined);
  joined = postern_json_print (value);
  return postern_cli_print_harmless (joined);
}

static char *
member_to_text (GVariant *object, const char *name)
{
  g_autoptr (GVariant) value = postern_json_get (object, name);

  return to_text (name, value);
}

/* --- tables ----------------------------------------------------------------------------------------------------- */

#define WIDTH_MAX 60

static GVariant *
get_row (GVariant *items, gsize index)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (items, index);

  return g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);
}

static void
print_padded (const char *text, glong width, gboolean last)
{
  glong length = g_utf8_strlen (text, -1);

  g_print ("%s%*s", text, last ? 0 : (int) MAX (width - length, 0) + 2, "");
}

void
postern_cli_print_list (GVariant *items, const char *columns)
{
  g_auto (GStrv) names = g_strsplit (columns, " ", -1);
  guint n_columns = g_strv_length (names);
  gsize n_rows = items ? g_variant_n_children (items) : 0;
  g_autofree glong *widths = g_new0 (glong, n_columns);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (guint c = 0; c < n_columns; c++)
    g_ptr_array_add (cells, g_ascii_strup (names[c], -1));
  for (gsize r = 0; r < n_rows; r++)
    {
      g_autoptr (GVariant) row = get_row (items, r);

      for (guint c = 0; c < n_columns; c++)
        g_ptr_array_add (cells, member_to_text (row, names[c]));
    }
  for (guint i = 0; i < cells->len; i++)
    widths[i % n_columns] = MAX (widths[i % n_columns], MIN (g_utf8_strlen (cells->pdata[i], -1), WIDTH_MAX));
  for (guint i = 0; i < cells->len; i++)
    {
      gboolean last = i % n_columns == n_columns - 1;

      print_padded (cells->pdata[i], widths[i % n_columns], last);
      if (last)
        g_print ("\n");
    }
}

/* What a thing is called stands first; the rest by the alphabet, since JSON objects have no order. */
static int
compare_members (gconstpointer a, gconstpointer b)
{
  static const char *const first[] = { "id", "client_id", "client_secret", "kid", "name", "username", "email", NULL };
  const char *names[2] = { *(char *const *) a, *(char *const *) b };
  int places[2];

  for (guint i = 0; i < 2; i++)
    for (places[i] = 0; first[places[i]] != NULL && !g_str_equal (first[places[i]], names[i]); places[i]++)
      ;
  return places[0] != places[1] ? places[0] - places[1] : strcmp (names[0], names[1]);
}

static void
print_object (GVariant *object)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GVariantIter iter;
  char *name;
  gsize width = 0;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    {
      g_ptr_array_add (names, name);
      width = MAX (width, strlen (name));
    }
  g_ptr_array_sort (names, compare_members);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *text = member_to_text (object, names->pdata[i]);

      g_print ("%-*s  %s\n", (int) width, (char *) names->pdata[i], text);
    }
}

static void
print_problems (GVariant *answer)
{
  g_auto (GStrv) problems = postern_json_dup_strv (answer, "problems", FALSE);

  for (char **problem = problems; problem != NULL && *problem != NULL; problem++)
    g_print ("problem: %s\n", *problem);
}

void
postern_cli_print_answer (PosternCliCall *call, GVariant *answer)
{
  g_autoptr (GVariant) items = answer ? postern_json_get (answer, "items") : NULL;

  if (call->json)
    {
      g_autofree char *text = answer ? postern_json_print (answer) : NULL;

      if (text != NULL)
        g_print ("%s\n", text);
      return;
    }
  if (answer == NULL)
    return;
  if (items == NULL)
    {
      print_object (answer);
      if (postern_json_get_string (answer, "client_secret") != NULL)
        g_print ("\nKeep the client_secret: it is shown only now.\n");
      return;
    }
  postern_cli_print_list (items, call->command->columns);
  print_problems (answer);
}

/* --- help ------------------------------------------------------------------------------------------------------- */

static void
print_options (const PosternCliCommand *command)
{
  g_print ("\nOptions:\n");
  for (const PosternCliOption *option = command->options; option != NULL && option->name != NULL; option++)
    {
      g_autofree char *left = g_strdup_printf ("--%s%s%s", option->name, option->argument ? " " : "", option->argument ? option->argument : "");

      g_print ("  %-34s %s%s\n", left, option->help, option->kind == POSTERN_CLI_LIST ? " (may be given more than once)" : "");
    }
  if (command->columns != NULL)
    g_print ("  %-34s %s\n", "--limit N", "Print the first N only");
  g_print ("  %-34s %s\n", "-o, --output table|json", "How to print");
  if (!command->alone)
    g_print ("  %-34s %s\n  %-34s %s\n  %-34s %s\n", "--tenant SLUG", "What is asked of the server is asked of this tenant, not of the default one", "--url URL",
             "A server elsewhere, by its public URL, in place of the local one", "--token-file FILE", "Access token for that, of the resource URL/api/v1");
}

static void
print_server_options (void)
{
  g_autofree char *text = postern_config_options_get_help ();

  g_print ("\nWhich server (its settings, as for posternd):\n%s", text);
}

static void
print_noun (const PosternCliNoun *noun)
{
  g_print ("Usage: postern %s VERB …\n\n%s\n\nVerbs:\n", noun->name, noun->help);
  for (const PosternCliCommand *command = noun->commands; command->verb != NULL; command++)
    {
      g_autofree char *left = g_strdup_printf ("%s%s%s", command->verb, command->operands ? " " : "", command->operands ? command->operands : "");

      g_print ("  %-34s %s\n", left, command->help);
    }
  g_print ("\n`postern %s VERB --help` tells more.\n", noun->name);
}

static void
print_all (const PosternCliNoun *const *nouns)
{
  g_print ("Usage: postern COMMAND [VERB] …\n\nManages a Postern server on this machine, over its local admin socket.\n\nCommands:\n");
  for (; *nouns != NULL; nouns++)
    g_print ("  %-12s %s\n", (*nouns)->name, (*nouns)->help);
  g_print ("\nBegin with `postern setup`. `postern COMMAND --help` tells more.\n"
           "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 no server, 5 differences (apply --dry-run), 78 wrong configuration.\n");
}

void
postern_cli_print_help (const PosternCliNoun *const *nouns, const PosternCliNoun *noun, const PosternCliCommand *command)
{
  if (noun == NULL)
    print_all (nouns);
  else if (command == NULL)
    print_noun (noun);
  else
    {
      g_print ("Usage: postern %s%s%s%s%s [OPTIONS]\n\n%s\n", noun->name, *command->verb ? " " : "", command->verb, command->operands ? " " : "",
               command->operands ? command->operands : "", command->help);
      print_options (command);
      print_server_options ();
    }
}
