/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-stored.h"

#include <stdio.h>
#include <string.h>

#include "postern-instance-file.h"

#define INPUT_MAX (64 * 1024) /* bytes, as of a file that holds a secret */

/* (transfer full) (nullable) */
static char *
dup_path (PosternCliCall *call, GError **error)
{
  const char *id = postern_cli_call_get_operand (call, 0);

  if (postern_instance_file_id_is_valid (id))
    return g_strconcat ("/api/v1/connectors/", id, NULL);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST,
               "“%s” cannot be an instance's id: it is made of a-z, 0-9, - and _, begins with a letter or a digit, and has at most 64 of them", id);
  return NULL;
}

static gboolean
send (PosternCliCall *call, const char *method, GVariant *body, GError **error)
{
  g_autofree char *path = dup_path (call, error);
  g_autoptr (GVariant) sent = body ? g_variant_ref_sink (body) : NULL, answer = NULL;

  if (path == NULL || !postern_cli_call_api (call, method, path, sent, &answer, error))
    return FALSE;
  postern_cli_print_answer (call, answer);
  return TRUE;
}

/* All of standard input without the blanks at its end; one that is empty is none, for an empty value would take the setting away. */
static char *
dup_input (const char *name, GError **error)
{
  g_autofree char *text = g_malloc0 (INPUT_MAX + 1);
  size_t length = fread (text, 1, INPUT_MAX + 1, stdin);
  char *copy = NULL;

  if (length > INPUT_MAX)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "there is too much on standard input for %s: a value has at most %d bytes", name, INPUT_MAX);
  else if (memchr (text, '\0', length) != NULL || *g_strchomp (text) == '\0')
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "there is nothing on standard input for %s", name);
  else
    copy = g_strdup (text);
  explicit_bzero (text, INPUT_MAX + 1);
  return copy;
}

/* @value: "-" reads all of standard input, for a key has many lines; so only one of them can be "-", which @read tells. (transfer full) (nullable) */
static char *
dup_value (const char *name, const char *value, gboolean *read, GError **error)
{
  if (!g_str_equal (value, "-"))
    return g_strdup (value);
  if (*read)
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s=-: standard input is one value and was read already; give only one setting as -", name);
      return NULL;
    }
  *read = TRUE;
  return dup_input (name, error);
}

/* (floating) (nullable) */
static GVariant *
make_settings (PosternCliCall *call, GError **error)
{
  g_auto (GVariantDict) settings = G_VARIANT_DICT_INIT (NULL);
  gboolean read = FALSE;

  for (guint i = 1; i < call->operands->len; i++)
    {
      const char *value = NULL;
      g_autofree char *name = postern_cli_call_dup_pair (call, i, &value, error);
      char *text = name ? dup_value (name, value, &read, error) : NULL;

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
  g_autofree char *path = dup_path (call, error);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) local = NULL;

  if (path == NULL)
    return FALSE;
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
