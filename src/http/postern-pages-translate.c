/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pages-private.h"

#include "postern-json.h"
#include "postern-languages.h"
#include "postern-template.h"

#include <string.h>

typedef struct {
  PosternTemplate *words; /* what fills in one phrase */
  PosternTemplateContext context;
} Translation;

static GVariant *translate (const Translation *self, GVariant *value);

static GVariant *
translate_phrase (const Translation *self, GVariant *object)
{
  g_auto (PosternValue) values = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  postern_value_init (&values, object);
  postern_template_render (self->words, &values, &self->context, out, NULL);
  return g_variant_new_string (out->str);
}

static GVariant *
translate_object (const Translation *self, GVariant *object)
{
  g_auto (PosternJsonObject) made = POSTERN_JSON_OBJECT_INIT;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (postern_json_get_string (object, POSTERN_RESPONSE_PHRASE))
    return translate_phrase (self, object);
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    postern_json_object_add (&made, name, translate (self, value));
  return postern_json_object_end (&made);
}

static GVariant *
translate_list (const Translation *self, GVariant *list)
{
  GVariantBuilder made = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *value;

  g_variant_iter_init (&iter, list);
  while (g_variant_iter_loop (&iter, "v", &value))
    g_variant_builder_add (&made, "v", translate (self, value));
  return g_variant_builder_end (&made);
}

/* (transfer floating), or @value itself */
static GVariant *
translate (const Translation *self, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    return translate_object (self, value);
  return g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) ? translate_list (self, value) : value;
}

GVariant *
postern_pages_translate (PosternPages *self, GVariant *model, PosternRequest *request)
{
  static const char words[] = "{{_@ " POSTERN_RESPONSE_PHRASE "}}";
  g_autoptr (PosternTemplate) template = postern_template_new ("phrase", words, strlen (words), NULL);
  g_autoptr (PosternLook) own = postern_pages_dup_look (self);
  Translation translation = { template, { .templates = self->templates, .plain = TRUE } };
  g_auto (PosternValue) values = { 0 };
  const char *language;

  postern_value_init (&values, model);
  language = postern_pages_find_language (self, &values, request);
  translation.context.phrases = g_hash_table_lookup (self->phrases, language);
  translation.context.own_words = own ? postern_look_get_words (own, language) : NULL;
  translation.context.right_to_left = postern_languages_is_right_to_left (language);
  return g_variant_ref_sink (translate (&translation, model));
}
