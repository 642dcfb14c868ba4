/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-options.h"

#include "postern-config-table.h"
#include "postern-error.h"

#include <string.h>

void
postern_config_options_free (PosternConfigOptions *self)
{
  if (!self)
    return;
  g_free (self->file);
  g_clear_pointer (&self->overrides, g_variant_unref);
  g_free (self);
}

/* "--name VALUE" or "--name=VALUE"; *@used is how many words that were. (nullable) when it is not this option. */
static const char *
option_value (char **words, const char *name, guint *used)
{
  if (!g_str_has_prefix (words[0], "--") || !g_str_has_prefix (words[0] + 2, name))
    return NULL;
  const char *rest = words[0] + 2 + strlen (name);
  if (*rest == '=') {
    *used = 1;
    return rest + 1;
  }
  if (*rest)
    return NULL;
  *used = words[1] ? 2 : 1;
  return words[1] ? words[1] : "";
}

static gboolean
take_set (const char *value, GVariantBuilder *overrides, GError **error)
{
  const char *equals = strchr (value, '=');
  g_autofree char *name = equals ? g_strndup (value, (gsize) (equals - value)) : NULL;
  if (!name || postern_config_table_find (name) < 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "--set %s: there is no such setting; write --set GROUP.KEY=VALUE with a name of `postern config show`",
                 name ? name : value);
    return FALSE;
  }
  g_variant_builder_add (overrides, "{ss}", name, equals + 1);
  return TRUE;
}

/* How many words were taken: 0 when it is none of ours, -1 on error. */
static int
take_one (PosternConfigOptions *self, char **words, GVariantBuilder *overrides, GError **error)
{
  guint used = 0;
  const char *value = option_value (words, "config", &used);
  if (value) {
    g_free (self->file);
    self->file = g_strdup (value);
  } else if ((value = option_value (words, "set", &used))) {
    if (!take_set (value, overrides, error))
      return -1;
  }
  for (int i = 0; !value && postern_config_table[i].name; i++) {
    const PosternConfigKey *key = &postern_config_table[i];
    if (key->option && (value = option_value (words, key->option, &used)))
      g_variant_builder_add (overrides, "{ss}", key->name, value);
  }
  if (value && !*value) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: it needs a value; see --help", words[0]);
    return -1;
  }
  return (int) used;
}

PosternConfigOptions *
postern_config_options_take (char **argv, GError **error)
{
  g_autoptr (PosternConfigOptions) self = g_new0 (PosternConfigOptions, 1);
  g_auto (GVariantBuilder) overrides = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  guint kept = 1;
  for (guint i = 1; argv[0] && argv[i];) {
    int used = take_one (self, argv + i, &overrides, error);
    if (used < 0)
      return NULL;
    if (used == 0)
      argv[kept++] = argv[i++];
    i += (guint) used;
  }
  if (argv[0])
    argv[kept] = NULL;
  self->overrides = g_variant_ref_sink (g_variant_builder_end (&overrides));
  return g_steal_pointer (&self);
}

char *
postern_config_options_get_help (void)
{
  GString *text = g_string_new ("  --config FILE                     Read this file instead of " "postern.conf of the three folders\n");
  for (int i = 0; postern_config_table[i].name; i++) {
    const PosternConfigKey *key = &postern_config_table[i];
    if (key->option)
      g_string_append_printf (text, "  --%-31s %s\n", key->option, key->help);
  }
  g_string_append (text, "  --set GROUP.KEY=VALUE             Any setting of `postern config show`\n");
  return g_string_free (text, FALSE);
}
