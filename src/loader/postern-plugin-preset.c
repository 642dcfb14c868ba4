/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-plugin-preset.h"

#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-plugin-values.h"

static gboolean
fail (PosternConfigFile *file, const char *group, const char *key, GError **error, const char *format, ...) G_GNUC_PRINTF (5, 6);

static gboolean
fail (PosternConfigFile *file, const char *group, const char *key, GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:%u: %s", file->path, postern_config_file_find_line (file, group, key), what);
  return FALSE;
}

static PosternSettingInfo *
find_setting (PosternPluginInfo *info, const char *name)
{
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    if (g_str_equal (setting->name, name))
      return setting;
  }
  return NULL;
}

static gboolean
check_base (PosternPluginInfo *self, PosternPluginInfo *base, PosternConfigFile *file, GError **error)
{
  if (!base)
    return fail (file, "Plugin", "Base", error, "there is no usable plugin '%s'; correct Base, or install the plugin", self->base);
  if (base->base)
    return fail (file, "Plugin", "Base", error, "%s has no module of its own; write its own Base, %s", base->id, base->base);
  if (!g_str_equal (base->kind, self->kind))
    return fail (file, "Plugin", "Kind", error, "%s is a %s; write Kind=%s", base->id, base->kind, base->kind);
  return TRUE;
}

static gboolean
fail_secret (PosternConfigFile *file, const char *group, const char *key, GError **error)
{
  return fail (file, group, key, error, "it is a secret, and everybody can read this file; keep it in the instance's file");
}

static void
inherit (char **text, const char *theirs)
{
  if (!*text)
    *text = g_strdup (theirs);
}

/* What kind of value it is, and whether the code can do without, is for the base to say; what people read about it, and that more is asked of them, for this file. */
static gboolean
inherit_setting (PosternSettingInfo *setting, PosternPluginInfo *base, PosternConfigFile *file, GError **error)
{
  static const char *const fixed[] = { "Type", "Secret", "Choices" };
  g_autofree char *group = g_strconcat ("Setting ", setting->name, NULL);
  PosternSettingInfo *theirs = find_setting (base, setting->name);

  if (!theirs)
    return fail (file, group, NULL, error, "%s has no setting '%s'; remove the group", base->id, setting->name);
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (g_key_file_has_key (file->keys, group, fixed[i], NULL))
      return fail (file, group, fixed[i], error, "that is for %s to say; remove the line", base->id);
  g_free (setting->type);
  setting->type = g_strdup (theirs->type);
  setting->secret = theirs->secret;
  setting->choices = g_strdupv (theirs->choices);
  if (theirs->required && !setting->required && g_key_file_has_key (file->keys, group, "Required", NULL))
    return fail (file, group, "Required", error, "%s needs it; remove the line", base->id);
  if (theirs->secret && setting->default_value)
    return fail_secret (file, group, "Default", error);
  setting->required = setting->required || theirs->required;
  inherit (&setting->default_value, theirs->default_value);
  inherit (&setting->label, theirs->label);
  inherit (&setting->help, theirs->help);
  return TRUE;
}

/* (nullable): the value that [Preset] gives */
static char *
read_preset (PosternSettingInfo *setting, PosternConfigFile *file, GError **error)
{
  g_autoptr (GError) unreadable = NULL;
  g_autofree char *value = g_key_file_get_string (file->keys, "Preset", setting->name, &unreadable); /* what could be read of it is returned all the same */
  const char *fault;

  if (unreadable) {
    fail (file, "Preset", setting->name, error, "the value has stray backslashes; write \\\\ for one");
    return NULL;
  }
  if (setting->secret) {
    fail_secret (file, "Preset", setting->name, error);
    return NULL;
  }
  fault = postern_plugin_values_find_fault (setting, value);
  if (fault) {
    fail (file, "Preset", setting->name, error, "%s has a bad value: %s", setting->name, fault);
    return NULL;
  }
  return g_steal_pointer (&value);
}

static gboolean
take_presets (PosternPluginInfo *self, PosternPluginInfo *base, PosternConfigFile *file, GHashTable *fixed, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file->keys, "Preset", NULL, NULL);

  for (guint i = 0; keys && keys[i]; i++) {
    PosternSettingInfo *setting = find_setting (base, keys[i]), *own = find_setting (self, keys[i]);
    g_autofree char *value = NULL;
    if (!setting)
      return fail (file, "Preset", keys[i], error, "%s has no setting '%s'; remove the line", base->id, keys[i]);
    value = read_preset (setting, file, error);
    if (!value)
      return FALSE;
    if (own) {
      g_free (own->default_value);
      own->default_value = g_steal_pointer (&value);
    } else {
      g_hash_table_insert (fixed, g_strdup (keys[i]), g_steal_pointer (&value));
    }
  }
  return TRUE;
}

/* What is neither preset nor asked for is what the base takes when nobody says anything; its own facts stay its own. */
static gboolean
fill_up (PosternPluginInfo *self, PosternPluginInfo *base, PosternConfigFile *file, GHashTable *fixed, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  const char *name, *fact;
  GVariantIter iter;

  if (base->fixed) {
    g_variant_iter_init (&iter, base->fixed);
    while (g_variant_iter_next (&iter, "{&s&s}", &name, &fact))
      g_variant_builder_add (&builder, "{ss}", name, fact);
  }
  for (guint i = 0; i < base->settings->len; i++) {
    PosternSettingInfo *setting = base->settings->pdata[i];
    const char *value = g_hash_table_lookup (fixed, setting->name);
    if (find_setting (self, setting->name))
      continue;
    if (!value)
      value = setting->default_value;
    if (setting->required && (!value || !*value))
      return fail (file, "Preset", NULL, error, "%s needs the setting %s; give it here, or add [Setting %s]", base->id, setting->name, setting->name);
    if (value && *value)
      g_variant_builder_add (&builder, "{ss}", setting->name, value);
  }
  self->fixed = g_variant_ref_sink (g_variant_builder_end (&builder));
  return TRUE;
}

gboolean
postern_plugin_preset_derive (PosternPluginInfo *self, PosternPluginInfo *base, GError **error)
{
  g_autoptr (PosternConfigFile) file = postern_config_file_load (self->file, error);
  g_autoptr (GHashTable) fixed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!file || !check_base (self, base, file, error))
    return FALSE;
  for (guint i = 0; i < self->settings->len; i++)
    if (!inherit_setting (self->settings->pdata[i], base, file, error))
      return FALSE;
  if (!take_presets (self, base, file, fixed, error) || !fill_up (self, base, file, fixed, error))
    return FALSE;
  self->module_file = g_strdup (base->module_file);
  return TRUE;
}
