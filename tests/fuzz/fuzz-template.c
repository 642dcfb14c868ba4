/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-template.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any text either does not compile, or renders to escaped text without end or accident. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static GVariant *model;
  g_autoptr (PosternTemplate) template = postern_template_new ("f", (const char *) data, size, NULL);
  g_autoptr (GHashTable) templates = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (PosternValue) value = { 0 };
  PosternTemplateContext context = { templates, NULL, NULL, size % 2 };

  if (!model)
    model = g_variant_ref_sink (g_variant_new_parsed ("{'a': <'<x>'>, 'b': <[<{'c': <int64 3>}>, <{'c': <'y'>}>]>, 'd': <{'e': <true>}>, 'f': <['p', 'q']>}"));
  if (!template)
    return 0;
  g_hash_table_insert (templates, (gpointer) "f", template);
  postern_value_init (&value, model);
  if (postern_template_render (template, &value, &context, out, NULL) && !memchr (data, '<', size))
    g_assert (!strchr (out->str, '<'));
  return 0;
}
