/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-event.h"

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
