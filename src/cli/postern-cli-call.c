/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli.h"

#include "postern-slug-private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

gboolean
postern_cli_call_wrong (GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *why = NULL;

  va_start (arguments, format);
  why = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, why);
  return FALSE;
}

PosternConfig *
postern_cli_call_get_config (PosternCliCall *call, GError **error)
{
  if (call->config == NULL)
    call->config = postern_config_load (call->config_options->file, call->config_options->overrides, error);
  return call->config;
}

/* A token goes over TLS, or stays on this machine. */
static gboolean
is_safe (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL, *scheme = uri ? g_uri_get_scheme (uri) : NULL;

  return g_strcmp0 (scheme, "https") == 0 || (g_strcmp0 (scheme, "http") == 0 && (g_strcmp0 (host, "localhost") == 0 || g_strcmp0 (host, "127.0.0.1") == 0));
}

static PosternAdminClient *
open_remote (PosternCliCall *call, const char *url, GError **error)
{
  const char *file = postern_cli_call_get_value (call, "token-file");
  g_autofree char *token = NULL;

  if (file == NULL || !is_safe (url))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "--url needs https (or http://localhost) and --token-file");
      return NULL;
    }
  if (!g_file_get_contents (file, &token, NULL, error))
    return NULL;
  return postern_admin_client_new_for_url (url, g_strstrip (token));
}

static PosternAdminClient *
open_local (PosternCliCall *call, GError **error)
{
  PosternConfig *config = postern_cli_call_get_config (call, error);

  return config ? postern_admin_client_new (postern_config_get_string (config, "server.admin-socket")) : NULL;
}

/* (transfer full) (nullable): where the API of the tenant begins that is meant: "" for the default one's. What is told of others is no other's. */
static char *
dup_place (PosternCliCall *call, GError **error)
{
  const char *slug = postern_cli_call_get_value (call, "tenant");

  if (slug == NULL || g_str_equal (slug, "default"))
    return g_strdup ("");
  if (postern_slug_is_valid (slug) && call->noun != &postern_cli_tenant)
    return g_strconcat ("/t/", slug, NULL);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST,
                       call->noun == &postern_cli_tenant ? "tenants are the default tenant's to manage: leave --tenant out" : "--tenant needs a slug, as `postern tenant list` shows it");
  return NULL;
}

gboolean
postern_cli_call_api (PosternCliCall *call, const char *method, const char *path, GVariant *body, GVariant **answer, GError **error)
{
  const char *url = postern_cli_call_get_value (call, "url");
  g_autofree char *place = dup_place (call, error), *full = g_strconcat (place, path, NULL);
  g_autoptr (GError) failure = NULL;

  if (place == NULL)
    return FALSE;
  if (call->client == NULL)
    call->client = url != NULL ? open_remote (call, url, error) : open_local (call, error);
  if (call->client == NULL)
    return FALSE;
  if (postern_admin_client_call (call->client, method, full, body, answer, &failure))
    return TRUE;
  if (*place && (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED)))
    g_prefix_error (&failure, "tenant %s: ", place + strlen ("/t/")); /* perhaps there is none, or it is suspended */
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

const char *
postern_cli_call_get_value (PosternCliCall *call, const char *option)
{
  GPtrArray *values = g_hash_table_lookup (call->values, option);

  return values != NULL ? values->pdata[values->len - 1] : NULL;
}

gboolean
postern_cli_call_has (PosternCliCall *call, const char *option)
{
  return g_hash_table_contains (call->values, option);
}

const char *
postern_cli_call_get_operand (PosternCliCall *call, guint index)
{
  return index < call->operands->len ? call->operands->pdata[index] : NULL;
}

gboolean
postern_cli_call_confirm (PosternCliCall *call, const char *question, GError **error)
{
  char answer[16];

  if (postern_cli_call_has (call, "yes"))
    return TRUE;
  if (!isatty (STDIN_FILENO))
    return postern_cli_call_wrong (error, "%s Nobody is there to be asked: add --yes", question);
  g_printerr ("%s Type yes to go on: ", question);
  if (fgets (answer, sizeof answer, stdin) != NULL && g_str_equal (g_strstrip (answer), "yes"))
    return TRUE;
  return postern_cli_call_wrong (error, "nothing was done");
}

char *
postern_cli_call_dup_pair (PosternCliCall *call, guint index, const char **value, GError **error)
{
  const char *pair = call->operands->pdata[index];
  gsize length = strspn (pair, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");

  if (length == 0 || pair[length] != '=')
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "“%s” must be NAME=VALUE", pair);
      return NULL;
    }
  *value = pair + length + 1;
  return g_strndup (pair, length);
}

void
postern_cli_call_clear (PosternCliCall *call)
{
  g_clear_object (&call->config);
  g_clear_pointer (&call->client, postern_admin_client_free);
  g_clear_pointer (&call->operands, g_ptr_array_unref);
  g_clear_pointer (&call->values, g_hash_table_unref);
  g_clear_pointer (&call->body, g_variant_unref);
  g_clear_pointer (&call->query, g_free);
}

/* "/api/v1/users/{}" with the operands, percent-encoded */
static char *
make_path (PosternCliCall *call)
{
  g_autoptr (GString) path = g_string_new (NULL);
  guint n = 0;

  for (const char *at = call->command->path; *at != '\0'; at++)
    {
      if (at[0] == '{' && at[1] == '}')
        {
          g_autofree char *escaped = g_uri_escape_string (call->operands->pdata[n++], NULL, FALSE);

          g_string_append (path, escaped);
          at++;
        }
      else
        g_string_append_c (path, *at);
    }
  return g_string_free (g_steal_pointer (&path), FALSE);
}

/* Of the first page no size is said: a list that is always whole has no pages. */
static char *
make_page_path (PosternCliCall *call, const char *path, const char *after, gint64 left)
{
  g_autofree char *escaped = after ? g_uri_escape_string (after, NULL, FALSE) : NULL;
  g_autofree char *page = escaped ? g_strdup_printf ("after=%s&limit=%d", escaped, (int) CLAMP (left, 1, 500)) : g_strdup ("");
  gboolean filtered = *call->query != '\0';

  return g_strconcat (path, !escaped && !filtered ? "" : strchr (path, '?') ? "&" : "?", page, escaped && filtered ? "&" : "", call->query, NULL);
}

gboolean
postern_cli_call_list (PosternCliCall *call, const char *path, GVariant **answer, GError **error)
{
  const char *limit = postern_cli_call_get_value (call, "limit");
  gint64 left = G_MAXINT64;
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autofree char *after = NULL;
  GVariantDict whole;

  if (limit != NULL && !g_ascii_string_to_signed (limit, 10, 1, G_MAXINT64, &left, NULL))
    return postern_cli_call_wrong (error, "--limit needs a number of 1 or more, not “%s”", limit);
  do
    {
      g_autofree char *page_path = make_page_path (call, path, after, left);
      g_autoptr (GVariant) page = NULL, rows = NULL;

      if (!postern_cli_call_api (call, "GET", page_path, NULL, &page, error))
        return FALSE;
      rows = page ? postern_json_get (page, "items") : NULL;
      for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows) && left > 0; i++, left--)
        {
          g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

          g_variant_builder_add_value (&items, row);
        }
      g_free (after);
      after = page ? g_strdup (postern_json_get_string (page, "next")) : NULL;
      g_clear_pointer (answer, g_variant_unref);
      *answer = g_steal_pointer (&page);
    }
  while (after != NULL && left > 0);
  g_variant_dict_init (&whole, *answer);
  g_variant_dict_remove (&whole, "next");
  g_variant_dict_insert_value (&whole, "items", g_variant_builder_end (&items));
  g_clear_pointer (answer, g_variant_unref);
  *answer = g_variant_ref_sink (g_variant_dict_end (&whole));
  return TRUE;
}

gboolean
postern_cli_call_run (PosternCliCall *call, GError **error)
{
  g_autofree char *path = make_path (call), *asked = make_page_path (call, path, NULL, 0);
  g_autoptr (GVariant) answer = NULL;
  gboolean is_list = call->command->columns != NULL && g_str_equal (call->command->method, "GET");
  gboolean sends = g_str_equal (call->command->method, "POST") || g_str_equal (call->command->method, "PATCH") || g_str_equal (call->command->method, "PUT");

  if (is_list ? !postern_cli_call_list (call, path, &answer, error) : !postern_cli_call_api (call, call->command->method, asked, sends ? call->body : NULL, &answer, error))
    return FALSE;
  postern_cli_print_answer (call, answer);
  return TRUE;
}
