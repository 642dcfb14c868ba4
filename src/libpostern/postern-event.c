/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-event.h"

#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

struct _PosternEvent {
  GObject parent_instance;
  char *name;
  gint64 time;
  GVariant *data;
};

G_DEFINE_FINAL_TYPE (PosternEvent, postern_event, G_TYPE_OBJECT)

static void
postern_event_finalize (GObject *object)
{
  PosternEvent *self = POSTERN_EVENT (object);

  g_free (self->name);
  g_clear_pointer (&self->data, g_variant_unref);
  G_OBJECT_CLASS (postern_event_parent_class)->finalize (object);
}

static void
postern_event_class_init (PosternEventClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_event_finalize;
}

static void
postern_event_init (PosternEvent *self)
{
}

PosternEvent *
postern_event_new (const char *name, gint64 time, GVariant *data)
{
  PosternEvent *self = g_object_new (POSTERN_TYPE_EVENT, NULL);

  self->name = g_strdup (name);
  self->time = time;
  self->data = g_variant_ref_sink (data ? data : g_variant_new ("a{sv}", NULL));
  return self;
}

const char *
postern_event_get_name (PosternEvent *self)
{
  return self->name;
}

gint64
postern_event_get_time (PosternEvent *self)
{
  return self->time;
}

GVariant *
postern_event_get_data (PosternEvent *self)
{
  return self->data;
}

gboolean
postern_event_name_matches (const char *name, const char *pattern)
{
  gsize length = strlen (pattern);

  if (g_str_equal (pattern, "*"))
    return TRUE;
  return length > 2 && g_str_has_suffix (pattern, ".*") ? strncmp (pattern, name, length - 1) == 0 : g_str_equal (pattern, name);
}

static gboolean
is_pattern (const char *pattern)
{
  gsize length = strspn (pattern, "abcdefghijklmnopqrstuvwxyz0123456789-.");

  if (g_str_equal (pattern, "*"))
    return TRUE;
  if (!g_ascii_islower (*pattern))
    return FALSE;
  return pattern[length] ? pattern[length - 1] == '.' && g_str_equal (pattern + length, "*") : pattern[length - 1] != '.';
}

char **
postern_event_dup_patterns (PosternSettings *settings, const char *name, GError **error)
{
  static const char *const all[] = { "*", NULL };
  g_auto (GStrv) patterns = postern_settings_dup_strv (settings, name);

  if (!patterns)
    return g_strdupv ((char **) all);
  for (guint i = 0; patterns[i] || i == 0; i++)
    if (!patterns[i] || !is_pattern (patterns[i])) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s holds “%.60s”; write names of events (user.created), groups of them (user.*) or * for all", name, patterns[i] ? patterns[i] : "");
      return NULL;
    }
  return g_steal_pointer (&patterns);
}

gboolean
postern_event_is_one_of (PosternEvent *self, const char *const *patterns)
{
  for (guint i = 0; patterns[i]; i++)
    if (postern_event_name_matches (self->name, patterns[i]))
      return TRUE;
  return FALSE;
}

gboolean
postern_event_is_warning (PosternEvent *self)
{
  static const char *const endings[] = { ".failed", ".refused", ".reused", ".missed", ".lost", ".switched-off" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (self->name, endings[i]))
      return TRUE;
  return FALSE;
}

char *
postern_event_dup_timestamp (PosternEvent *self)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (self->time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) exact = g_date_time_add (seconds, self->time % G_USEC_PER_SEC);

  return g_date_time_format (exact, "%Y-%m-%dT%H:%M:%S.%fZ");
}

char *
postern_event_print (PosternEvent *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) whole = NULL;
  g_autofree char *time = postern_event_dup_timestamp (self);

  postern_json_object_add (&object, "data", self->data);
  postern_json_object_add_string (&object, "timestamp", time);
  postern_json_object_add_string (&object, "type", self->name);
  whole = g_variant_ref_sink (postern_json_object_end (&object));
  return postern_json_print (whole);
}
