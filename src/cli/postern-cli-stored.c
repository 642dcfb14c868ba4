/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
dup_path (PosternCliCall *call)
{
  g_autofree char *escaped = g_uri_escape_string (postern_cli_call_get_operand (call, 0), NULL, FALSE);

  return g_strconcat ("/api/v1/connectors/", escaped, NULL);
}

static gboolean
send (PosternCliCall *call, const char *method, GVariant *body, GError **error)
{
  g_autofree char *path = dup_path (call);
  g_autoptr (GVariant) sent = body ? g_variant_ref_sink (body) : NULL, answer = NULL;

  if (!postern_cli_call_api (call, method, path, sent, &answer, error))
    return FALSE;
  postern_cli_print_answer (call, answer);
  return TRUE;
}

/* @value: "-" reads a line, of which an end of the input is none: an empty value would take the setting away. (transfer full) (nullable) */
static char *
dup_value (const char *name, const char *value, GError **error)
{
  char *line = NULL;
  size_t size = 0;
  char *copy = NULL;

  if (!g_str_equal (value, "-"))
    return g_strdup (value);
  if (getline (&line, &size, stdin) > 0)
    copy = g_strchomp (g_strdup (line));
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "there is no line on standard input for %s", name);
  if (line != NULL)
    explicit_bzero (line, size);
  free (line);
  return copy;
}

/* (floating) (nullable) */
static GVariant *
make_settings (PosternCliCall *call, GError **error)
{
  g_auto (GVariantDict) settings = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 1; i < call->operands->len; i++)
    {
      const char *value = NULL;
      g_autofree char *name = postern_cli_call_dup_pair (call, i, &value, error);
      char *text = name ? dup_value (name, value, error) : NULL;

      if (text == NULL)
        return NULL;
      g_variant_dict_insert (&settings, name, "s", text);
      explicit_bzero (text, strlen (text));
      g_free (text);
    }
  return g_variant_dict_end (&settings);
}

/* Type and name as they were given, and the settings. (floating) (nullable) */
static GVariant *
make_body (PosternCliCall *call, GError **error)
{
  g_auto (GVariantDict) body = G_VARIANT_DICT_INIT (NULL);
  const char *type = postern_cli_call_get_value (call, "type"), *name = postern_cli_call_get_value (call, "name");
  GVariant *settings = make_settings (call, error);

  if (settings == NULL)
    return NULL;
  g_variant_dict_insert_value (&body, "settings", settings);
  if (type != NULL)
    g_variant_dict_insert (&body, "type", "s", type);
  if (name != NULL)
    g_variant_dict_insert (&body, "name", "s", name);
  return g_variant_dict_end (&body);
}

static gboolean
is_there (PosternCliCall *call, gboolean *there, GError **error)
{
  g_autofree char *path = dup_path (call);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) local = NULL;

  *there = postern_cli_call_api (call, "GET", path, NULL, &answer, &local);
  if (*there || g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
postern_cli_stored_create (PosternCliCall *call, GError **error)
{
  gboolean there = FALSE;
  GVariant *body;

  if (!postern_cli_call_has (call, "replace") && !is_there (call, &there, error))
    return FALSE;
  if (there)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there is an instance %s already; --replace writes over it", postern_cli_call_get_operand (call, 0));
      return FALSE;
    }
  body = make_body (call, error);
  return body != NULL && send (call, "PUT", body, error);
}

gboolean
postern_cli_stored_update (PosternCliCall *call, GError **error)
{
  GVariant *body = make_body (call, error);

  return body != NULL && send (call, "PATCH", body, error);
}

gboolean
postern_cli_stored_enable (PosternCliCall *call, GError **error)
{
  return send (call, "PATCH", g_variant_new_parsed ("{'enabled': <true>}"), error);
}

gboolean
postern_cli_stored_disable (PosternCliCall *call, GError **error)
{
  return send (call, "PATCH", g_variant_new_parsed ("{'enabled': <false>}"), error);
}

gboolean
postern_cli_stored_delete (PosternCliCall *call, GError **error)
{
  return send (call, "DELETE", NULL, error);
}
