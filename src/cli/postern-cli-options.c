/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include <stdio.h>
#include <string.h>

/* --- what was given --------------------------------------------------------------------------------------------- */

static const PosternCliOption output_option = { "output", POSTERN_CLI_STRING, NULL, "table|json", "How to print (also -o)" };
static const PosternCliOption url_option = { "url", POSTERN_CLI_STRING, NULL, "URL", "Public URL of a server elsewhere, in place of the local socket" };
static const PosternCliOption token_option = { "token-file", POSTERN_CLI_STRING, NULL, "FILE", "Access token for it, of the resource URL/api/v1" };
static const PosternCliOption tenant_option = { "tenant", POSTERN_CLI_STRING, NULL, "SLUG", "A tenant beside the default one" };
static const PosternCliOption limit_option = { "limit", POSTERN_CLI_INTEGER, NULL, "N", "Print the first N only" };

static const PosternCliOption *
find_option (const PosternCliCommand *command, const char *name, gsize length)
{
  for (const PosternCliOption *option = command->options; option != NULL && option->name != NULL; option++)
    if (strlen (option->name) == length && strncmp (option->name, name, length) == 0)
      return option;
  if (length == 6 && strncmp (name, "output", length) == 0)
    return &output_option;
  if (length == 3 && strncmp (name, "url", length) == 0)
    return &url_option;
  if (length == 10 && strncmp (name, "token-file", length) == 0)
    return &token_option;
  if (length == 6 && strncmp (name, "tenant", length) == 0)
    return &tenant_option;
  if (command->columns != NULL && length == 5 && strncmp (name, "limit", length) == 0)
    return &limit_option;
  return NULL;
}

static gboolean
keep (PosternCliCall *call, const PosternCliOption *option, char *value, GError **error)
{
  GPtrArray *values = g_hash_table_lookup (call->values, option->name);

  if (values == NULL)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (call->values, (gpointer) option->name, values);
    }
  if (values->len > 0 && option->kind != POSTERN_CLI_LIST)
    {
      g_free (value);
      return postern_cli_call_wrong (error, "--%s stands twice", option->name);
    }
  g_ptr_array_add (values, value);
  return TRUE;
}

/* @arguments: moves over what was used. "--name value", "--name=value", "--flag" */
static gboolean
take_option (PosternCliCall *call, char ***arguments, GError **error)
{
  const char *name = **arguments + 2;
  const char *value = strchr (name, '=');
  const PosternCliOption *option = find_option (call->command, name, value ? (gsize) (value - name) : strlen (name));
  gboolean flag = option != NULL && (option->kind == POSTERN_CLI_TRUE || option->kind == POSTERN_CLI_FALSE);

  if (option == NULL)
    return postern_cli_call_wrong (error, "there is no option “%s” here", **arguments);
  if (call->command->alone && (option == &tenant_option || option == &url_option || option == &token_option))
    return postern_cli_call_wrong (error, "--%s says which server is asked, and this command asks none", option->name);
  (*arguments)++;
  if (flag)
    return value == NULL ? keep (call, option, g_strdup (""), error) : postern_cli_call_wrong (error, "--%s takes no value", option->name);
  if (value != NULL)
    return keep (call, option, g_strdup (value + 1), error);
  if (**arguments == NULL)
    return postern_cli_call_wrong (error, "--%s needs %s", option->name, option->argument);
  return keep (call, option, g_strdup (*(*arguments)++), error);
}

/* "USER", "A B" are needed; "[…]" takes any number */
static gboolean
check_operands (PosternCliCall *call, GError **error)
{
  const char *names = call->command->operands ? call->command->operands : "";
  g_auto (GStrv) list = *names != '\0' ? g_strsplit (names, " ", -1) : g_new0 (char *, 1);
  guint needed = 0;
  gboolean open = FALSE;

  for (; list[needed] != NULL && list[needed][0] != '['; needed++)
    ;
  open = list[needed] != NULL;
  if (call->operands->len < needed)
    return postern_cli_call_wrong (error, "%s is missing", list[call->operands->len]);
  if (call->operands->len > needed && !open)
    return postern_cli_call_wrong (error, "“%s” is too much", (char *) call->operands->pdata[needed]);
  return TRUE;
}

gboolean
postern_cli_options_parse (PosternCliCall *call, char **arguments, GError **error)
{
  const char *output;
  gboolean options = TRUE;

  while (*arguments != NULL)
    {
      if (options && g_str_equal (*arguments, "--"))
        options = FALSE, arguments++;
      else if (options && g_str_equal (*arguments, "-o"))
        {
          if (arguments[1] == NULL)
            return postern_cli_call_wrong (error, "-o needs table or json");
          if (!keep (call, &output_option, g_strdup (arguments[1]), error))
            return FALSE;
          arguments += 2;
        }
      else if (options && g_str_has_prefix (*arguments, "--"))
        {
          if (!take_option (call, &arguments, error))
            return FALSE;
        }
      else if (options && **arguments == '-' && (*arguments)[1] != '\0')
        return postern_cli_call_wrong (error, "there is no option “%s”", *arguments);
      else
        g_ptr_array_add (call->operands, *arguments++);
    }
  output = postern_cli_call_get_value (call, "output");
  if (output != NULL && !g_str_equal (output, "table") && !g_str_equal (output, "json"))
    return postern_cli_call_wrong (error, "--output must be table or json, not “%s”", output);
  call->json = g_strcmp0 (output, "json") == 0;
  return check_operands (call, error);
}

/* --- what is sent ----------------------------------------------------------------------------------------------- */

static GVariant *
read_json (const char *name, const char *text, GError **error)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) failure = NULL;
  GVariant *value;

  if (*text == '@' && !g_file_get_contents (text + 1, &content, NULL, &failure))
    return postern_cli_call_wrong (error, "--%s: %s", name, failure->message), NULL;
  value = postern_json_parse (content ? content : text, -1, 0, &failure);
  if (value == NULL)
    postern_cli_call_wrong (error, "--%s: %s", name, failure->message);
  return value;
}

static GVariant *
read_file (const char *name, const char *path, gboolean text, GError **error)
{
  g_autofree char *content = NULL, *encoded = NULL;
  g_autoptr (GError) failure = NULL;
  gsize length;

  if (!g_file_get_contents (path, &content, &length, &failure))
    return postern_cli_call_wrong (error, "--%s: %s", name, failure->message), NULL;
  if (!text)
    encoded = g_base64_encode ((const guchar *) content, length);
  else if (!g_utf8_validate (content, (gssize) length, NULL))
    return postern_cli_call_wrong (error, "--%s: %s is not UTF-8", name, path), NULL;
  return g_variant_ref_sink (g_variant_new_string (text ? content : encoded));
}

/* What an empty word takes away. */
static GVariant *
read_or_unset (const PosternCliOption *option, const char *text, GError **error)
{
  gboolean bytes = option->kind == POSTERN_CLI_BYTES;

  if (*text == '\0')
    return g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  if (bytes || *text == '@')
    return read_file (option->name, bytes ? text : text + 1, !bytes, error);
  if (!g_utf8_validate (text, -1, NULL))
    return postern_cli_call_wrong (error, "--%s is not UTF-8", option->name), NULL;
  return g_variant_ref_sink (g_variant_new_string (text));
}

static GVariant *
read_secret (const char *name, const char *text, GError **error)
{
  char line[1024];

  if (!g_str_equal (text, "-"))
    return g_variant_ref_sink (g_variant_new_string (text));
  if (fgets (line, sizeof line, stdin) == NULL)
    return postern_cli_call_wrong (error, "--%s -: nothing came on standard input", name), NULL;
  line[strcspn (line, "\r\n")] = '\0';
  return g_variant_ref_sink (g_variant_new_string (line));
}

static GVariant *
read_value (const PosternCliOption *option, GPtrArray *values, GError **error)
{
  const char *text = values->pdata[0];
  gint64 number;

  switch (option->kind)
    {
    case POSTERN_CLI_TRUE:
    case POSTERN_CLI_FALSE:
      return g_variant_ref_sink (g_variant_new_boolean (option->kind == POSTERN_CLI_TRUE));
    case POSTERN_CLI_INTEGER:
      if (!g_ascii_string_to_signed (text, 10, -(G_GINT64_CONSTANT (1) << 53), G_GINT64_CONSTANT (1) << 53, &number, NULL))
        return postern_cli_call_wrong (error, "--%s needs a number, not “%s”", option->name, text), NULL;
      return g_variant_ref_sink (g_variant_new_int64 (number));
    case POSTERN_CLI_LIST:
      return g_variant_ref_sink (g_variant_new_strv ((const char *const *) values->pdata, values->len));
    case POSTERN_CLI_JSON:
      return read_json (option->name, text, error);
    case POSTERN_CLI_SECRET:
      return read_secret (option->name, text, error);
    case POSTERN_CLI_UNSET:
    case POSTERN_CLI_BYTES:
      return read_or_unset (option, text, error);
    case POSTERN_CLI_STRING:
    default:
      if (!g_utf8_validate (text, -1, NULL))
        return postern_cli_call_wrong (error, "--%s is not UTF-8", option->name), NULL;
      return g_variant_ref_sink (g_variant_new_string (text));
    }
}

static void
put_nested (GVariantDict *body, const char *member, GVariant *value)
{
  const char *dot = strchr (member, '.');
  g_autofree char *outer = g_strndup (member, dot ? (gsize) (dot - member) : 0);
  g_autoptr (GVariant) old = NULL;
  GVariantDict inner;

  if (dot == NULL)
    {
      g_variant_dict_insert_value (body, member, value);
      return;
    }
  old = g_variant_dict_lookup_value (body, outer, G_VARIANT_TYPE_VARDICT);
  g_variant_dict_init (&inner, old);
  g_variant_dict_insert_value (&inner, dot + 1, value);
  g_variant_dict_insert_value (body, outer, g_variant_dict_end (&inner));
}

static void
put_query (GString *query, const char *member, GVariant *value)
{
  const char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : "true";
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);

  g_string_append_printf (query, "%s%s=%s", query->len ? "&" : "", member, escaped);
}

/* Of an option that is no member of the body: whoever wants it finds it among the values. */
static gboolean
fetch_secret (const PosternCliOption *option, GPtrArray *values, GError **error)
{
  g_autoptr (GVariant) value = read_secret (option->name, values->pdata[0], error);

  if (value == NULL)
    return FALSE;
  g_ptr_array_set_size (values, 0);
  g_ptr_array_add (values, g_variant_dup_string (value, NULL));
  return TRUE;
}

gboolean
postern_cli_options_build (PosternCliCall *call, GError **error)
{
  GVariantDict body;
  g_autoptr (GString) query = g_string_new (NULL);
  gboolean good = TRUE;

  g_variant_dict_init (&body, NULL);
  for (const PosternCliOption *option = call->command->options; good && option != NULL && option->name != NULL; option++)
    {
      GPtrArray *values = g_hash_table_lookup (call->values, option->name);
      g_autoptr (GVariant) value = NULL;

      if (values != NULL && option->member == NULL && option->kind == POSTERN_CLI_SECRET)
        good = fetch_secret (option, values, error);
      if (values == NULL || option->member == NULL)
        continue;
      value = read_value (option, values, error);
      good = value != NULL;
      if (good && option->member[0] == '?')
        put_query (query, option->member + 1, value);
      else if (good)
        put_nested (&body, option->member, value);
    }
  call->body = g_variant_ref_sink (g_variant_dict_end (&body));
  call->query = g_string_free (g_steal_pointer (&query), FALSE);
  return good;
}
