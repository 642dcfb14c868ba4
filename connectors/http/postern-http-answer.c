/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-answer.h"

#include <string.h>

#include "postern-json.h"

#define XML_TEXT_MAX 400

/* (transfer full) (nullable) */
static GVariant *
step_into (GVariant *value, const char *name)
{
  g_autoptr (GVariant) box = NULL;
  guint64 index;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return postern_json_get (value, name);
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) || !g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT16, &index, NULL) || index >= g_variant_n_children (value))
    return NULL;
  box = g_variant_get_child_value (value, (gsize) index);
  return g_variant_get_variant (box);
}

static char *
dup_text (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
  return NULL;
}

static char *
dup_from_json (GBytes *body, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  g_autoptr (GVariant) value = postern_json_parse (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), 0, NULL);

  for (guint i = 0; value && names[i]; i++) {
    GVariant *inner = step_into (value, names[i]);
    g_variant_unref (value);
    value = inner;
  }
  return value ? dup_text (value) : NULL;
}

/* Only to show it: the first element of that name, without markup inside. */
static char *
dup_from_xml (GBytes *body, const char *tag)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  const char *start = strstr (text, tag);

  if (!start)
    return NULL;
  start += strlen (tag);
  return g_strndup (start, MIN (strcspn (start, "<"), XML_TEXT_MAX));
}

char *
postern_http_answer_dup (const PosternHttpAnswer *self, const char *path)
{
  char *value = NULL;

  if (g_str_has_prefix (path, "header:")) {
    g_variant_lookup (self->headers, path + strlen ("header:"), "s", &value);
    return value;
  }
  if (g_bytes_get_size (self->body) == 0)
    return NULL;
  return *path == '<' ? dup_from_xml (self->body, path) : dup_from_json (self->body, path);
}

static PosternError
get_code (guint status)
{
  if (status == 408 || status == 409 || status == 425) /* 409: the same message is under way there already */
    return POSTERN_ERROR_TEMPORARILY_UNAVAILABLE;
  if (status == 429)
    return POSTERN_ERROR_TOO_MANY_REQUESTS;
  if (status == 401 || status == 402 || status == 403 || status == 404 || status == 405)
    return POSTERN_ERROR_CONFIG;
  return status >= 400 && status < 500 ? POSTERN_ERROR_INVALID_REQUEST : POSTERN_ERROR_PROVIDER;
}

/* Some answer 200 to everything and say inside what they mean. */
static PosternError
get_inner_code (PosternSettings *settings, const char *found)
{
  g_auto (GStrv) later = postern_settings_dup_strv (settings, "retry-values");

  return later && found && g_strv_contains ((const char *const *) later, found) ? POSTERN_ERROR_TEMPORARILY_UNAVAILABLE : POSTERN_ERROR_INVALID_REQUEST;
}

GError *
postern_http_answer_judge (const PosternHttpAnswer *self, PosternSettings *settings)
{
  const char *success_path = postern_settings_get_string (settings, "success-path"), *error_path = postern_settings_get_string (settings, "error-path");
  g_autofree char *found = success_path ? postern_http_answer_dup (self, success_path) : NULL;
  gboolean fine = self->status >= 200 && self->status < 300;
  gboolean taken = fine && (!success_path || g_strcmp0 (found, postern_settings_get_string (settings, "success-value")) == 0);
  g_autofree char *why = taken || !error_path ? NULL : postern_http_answer_dup (self, error_path);

  if (taken)
    return NULL;
  return g_error_new (POSTERN_ERROR, (gint) (fine ? get_inner_code (settings, found) : get_code (self->status)), "%u%s%s %s", self->status,
                      found ? " " : "", found ? found : "", why ? why : "without a reason");
}
