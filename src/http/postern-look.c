/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-look.h"

#include "postern-json.h"

static GHashTable *
read_words (GVariant *words)
{
  GHashTable *made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantIter iter;
  const char *english;
  GVariant *value;

  g_variant_iter_init (&iter, words);
  while (g_variant_iter_loop (&iter, "{&sv}", &english, &value))
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      g_hash_table_insert (made, g_strdup (english), g_variant_dup_string (value, NULL));
  return made;
}

static void
read_phrases (PosternLook *self)
{
  g_autoptr (GVariant) phrases = postern_json_get (self->branding, "phrases");
  GVariantIter iter;
  const char *tag;
  GVariant *value;

  if (phrases == NULL || !g_variant_is_of_type (phrases, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_iter_init (&iter, phrases);
  while (g_variant_iter_loop (&iter, "{&sv}", &tag, &value))
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
      g_hash_table_insert (self->phrases, g_strdup (tag), read_words (value));
}

PosternLook *
postern_look_new (GVariant *branding)
{
  PosternLook *self = g_atomic_rc_box_new0 (PosternLook);

  self->branding = g_variant_ref (branding);
  self->name = postern_json_get_string (branding, "name");
  self->accent_color = postern_json_get_string (branding, "accent_color");
  self->logo = postern_json_get_string (branding, "logo");
  self->light = postern_json_get_string (branding, "light");
  self->dark = postern_json_get_string (branding, "dark");
  self->style = postern_json_get_string (branding, "style");
  self->texts = postern_json_get (branding, "texts");
  self->phrases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  read_phrases (self);
  return self;
}

PosternLook *
postern_look_ref (PosternLook *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  PosternLook *self = data;

  g_clear_pointer (&self->texts, g_variant_unref);
  g_hash_table_unref (self->phrases);
  g_variant_unref (self->branding);
}

void
postern_look_unref (PosternLook *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

GHashTable *
postern_look_get_words (PosternLook *self, const char *language)
{
  return g_hash_table_lookup (self->phrases, language);
}
