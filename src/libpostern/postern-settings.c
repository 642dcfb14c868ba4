/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-settings.h"

#include <string.h>

struct _PosternSettings {
  GObject parent_instance;
  GHashTable *values; /* (element-type utf8 utf8) */
  char **secret_names;
};

G_DEFINE_FINAL_TYPE (PosternSettings, postern_settings, G_TYPE_OBJECT)

static void
wipe_secrets (PosternSettings *self)
{
  for (char **name = self->secret_names; name && *name; name++) {
    char *value = g_hash_table_lookup (self->values, *name);
    if (value)
      explicit_bzero (value, strlen (value));
  }
}

static void
postern_settings_finalize (GObject *object)
{
  PosternSettings *self = POSTERN_SETTINGS (object);

  wipe_secrets (self);
  g_hash_table_unref (self->values);
  g_strfreev (self->secret_names);
  G_OBJECT_CLASS (postern_settings_parent_class)->finalize (object);
}

static void
postern_settings_class_init (PosternSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_settings_finalize;
}

static void
postern_settings_init (PosternSettings *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* The values are copied, so that wiping them at the end touches nobody else's memory. */
PosternSettings *
postern_settings_new (GVariant *values, const char *const *secret_names)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (values);
  PosternSettings *self = g_object_new (POSTERN_TYPE_SETTINGS, NULL);
  GVariantIter iter;
  const char *name, *value;

  self->secret_names = g_strdupv ((char **) secret_names);
  g_variant_iter_init (&iter, owned);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    g_hash_table_insert (self->values, g_strdup (name), g_strdup (value));
  return self;
}

const char *
postern_settings_get_string (PosternSettings *self, const char *name)
{
  g_return_val_if_fail (POSTERN_IS_SETTINGS (self), NULL);
  return g_hash_table_lookup (self->values, name);
}

char **
postern_settings_dup_strv (PosternSettings *self, const char *name)
{
  const char *value = postern_settings_get_string (self, name);
  g_autoptr (GStrvBuilder) builder = NULL;
  g_auto (GStrv) parts = NULL;

  if (!value)
    return NULL;
  builder = g_strv_builder_new ();
  parts = g_strsplit_set (value, " ;\t\n", -1);
  for (char **part = parts; *part; part++)
    if (**part)
      g_strv_builder_add (builder, *part);
  return g_strv_builder_end (builder);
}

gboolean
postern_settings_get_boolean (PosternSettings *self, const char *name)
{
  static const char *yes[] = { "true", "yes", "on", "1", NULL };
  const char *value = postern_settings_get_string (self, name);

  return value && g_strv_contains (yes, value);
}

gint64
postern_settings_get_int64 (PosternSettings *self, const char *name)
{
  const char *value = postern_settings_get_string (self, name);
  gint64 number = 0;

  return value && g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, &number, NULL) ? number : 0;
}
