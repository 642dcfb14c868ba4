/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-input.h"

#include "postern-api-condition.h"

#include <string.h>

/* The body's type is checked where a body comes: a form that a foreign page sends is none of ours. */
static gboolean
check_content_type (PosternApiCall *call, GError **error)
{
  const char *type = postern_request_get_header (call->request, "Content-Type");
  gsize length = type ? strcspn (type, "; ") : 0;

  if (type == NULL || (length == strlen ("application/json") && g_ascii_strncasecmp (type, "application/json", length) == 0))
    return TRUE;
  g_set_error_literal (error, POSTERN_API_ERROR, POSTERN_API_ERROR_UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
  return FALSE;
}

/* Levels of objects and arrays in @text, which was read as JSON: a walk over what became of it takes longer than all the rest of a request. */
static guint
get_depth (const char *text, gsize length)
{
  guint depth = 0, deepest = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (quoted && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        quoted = !quoted;
      else if (!quoted && (text[i] == '{' || text[i] == '['))
        {
          depth++;
          deepest = MAX (deepest, depth);
        }
      else if (!quoted && (text[i] == '}' || text[i] == ']'))
        depth--;
    }
  return deepest;
}

static gboolean
read_body (PosternApiCall *call, GError **error)
{
  GBytes *bytes = postern_request_get_body (call->request);
  g_autoptr (GError) failure = NULL;

  if (g_bytes_get_size (bytes) == 0)
    {
      call->body = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
      return TRUE;
    }
  if (!check_content_type (call, error))
    return FALSE;
  call->body = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                          (gssize) postern_api_row_get_body_max (call->row), &failure);
  if (call->body == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the body is no JSON object: %s", failure->message);
  else if (get_depth (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) > POSTERN_API_DEPTH_MAX)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the body is nested too deeply");
  else
    return TRUE;
  return FALSE;
}

/* The first of the faults, as words: "settings.host: must be a string". */
static gboolean
tell_first_fault (PosternApiCall *call, GError **error)
{
  const PosternApiFault *fault = call->faults->pdata[0];
  g_autofree char *name = g_strdup (fault->parameter ? fault->parameter : fault->pointer);

  return postern_api_call_invalid (error, g_strdelimit (*name == '/' ? name + 1 : name, "/", '.'), fault->detail);
}

static const PosternApiSchema nothing = { "Nothing", (const PosternApiMember[]){ { NULL } } };

static gboolean
check_body (PosternApiCall *call, GError **error)
{
  const PosternApiSchema *schema = call->row->body ? call->row->body : &nothing;

  if (!read_body (call, error))
    return FALSE;
  return postern_api_schema_check (schema, postern_api_row_get_purpose (call->row), call->body, call->faults) || tell_first_fault (call, error);
}

/* No id and no name of anything is longer: nobody needs to look for it. */
static gboolean
check_captures (PosternApiCall *call, GError **error)
{
  for (const char *open = strchr (call->row->path, '{'); open != NULL; open = strchr (open + 1, '{'))
    {
      g_autofree char *name = g_strndup (open + 1, strcspn (open + 1, "}"));
      const char *value = postern_request_get_capture (call->request, name);

      if (g_utf8_strlen (value, -1) <= POSTERN_API_CAPTURE_MAX)
        continue;
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is nothing of an id as long as that");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_query (PosternApiCall *call, GError **error)
{
  const PosternApiMember *tables[POSTERN_API_ROW_TABLES];

  postern_api_row_get_query (call->row, tables);
  call->query = postern_api_schema_read_query (tables, postern_request_get_query_string (call->request), call->faults);
  if (call->query == NULL)
    return tell_first_fault (call, error);
  call->after = postern_json_get_string (call->query, "after");
  call->limit = (guint) postern_json_get_int64 (call->query, "limit", POSTERN_API_LIMIT);
  return TRUE;
}

gboolean
postern_api_input_read (PosternApiCall *call, GError **error)
{
  return check_captures (call, error) && postern_api_condition_read (call, error) && read_query (call, error) && check_body (call, error);
}
