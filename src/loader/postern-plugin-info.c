/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-plugin-info.h"

#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-plugin-values.h"

#include <string.h>

static const char *const kinds[] = { "connector", "factor", "messenger", "captcha", "sink", "protocol", "database", NULL };
static const char *const types[] = { "string", "text", "url", "boolean", "integer", "list", "choice", "file", NULL };
static const char *const plugin_keys[] = { "Id", "Kind", "Api", "Module", "Base", "Name", "Description", "Icon", "Needs", "After", NULL };
static const char *const setting_keys[] = { "Type", "Required", "Secret", "Default", "Choices", "Label", "Help", NULL };

static void
setting_free (gpointer data)
{
  PosternSettingInfo *setting = data;
  g_free (setting->name);
  g_free (setting->type);
  g_free (setting->default_value);
  g_strfreev (setting->choices);
  g_free (setting->label);
  g_free (setting->help);
  g_free (setting);
}

void
postern_plugin_info_free (PosternPluginInfo *self)
{
  if (!self)
    return;
  g_free (self->file);
  g_free (self->module_file);
  g_free (self->base);
  g_free (self->id);
  g_free (self->kind);
  g_free (self->name);
  g_free (self->description);
  g_free (self->icon);
  g_free (self->guide);
  g_strfreev (self->needs);
  g_strfreev (self->after);
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  g_clear_pointer (&self->data, g_hash_table_unref);
  g_clear_pointer (&self->fixed, g_variant_unref);
  g_free (self);
}

/* "FILE:LINE: what, what to do" */
static gboolean
fail (PosternConfigFile *file, const char *group, const char *key, const char *what, GError **error)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:%u: %s", file->path, postern_config_file_find_line (file, group, key), what);
  return FALSE;
}

/* An id also becomes a part of URLs and file names. */
static gboolean
is_id (const char *text)
{
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-_");
  return length > 0 && length <= 64 && text[length] == '\0' && g_ascii_isalnum (text[0]);
}

static gboolean
check_keys (PosternConfigFile *file, const char *group, const char *const *allowed, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file->keys, group, NULL, NULL);
  for (guint i = 0; keys && keys[i]; i++) {
    /* A translation, Name[de], belongs to its key. */
    g_autofree char *plain = g_strndup (keys[i], strcspn (keys[i], "["));
    g_autofree char *what = g_strdup_printf ("there is no key %s in [%s]; remove it", keys[i], group);
    if (!g_strv_contains (allowed, plain))
      return fail (file, group, keys[i], what, error);
  }
  return TRUE;
}

static gboolean
get_flag (PosternConfigFile *file, const char *group, const char *key, gboolean *flag, GError **error)
{
  g_autoptr (GError) local = NULL;
  *flag = g_key_file_get_boolean (file->keys, group, key, &local);
  if (local && !g_error_matches (local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND))
    return fail (file, group, key, "it is neither true nor false; write one of them", error);
  return TRUE;
}

static char *
get_text (PosternConfigFile *file, const char *group, const char *key)
{
  return g_key_file_get_string (file->keys, group, key, NULL);
}

static gboolean
read_setting (PosternPluginInfo *self, PosternConfigFile *file, const char *group, GError **error)
{
  PosternSettingInfo *setting = g_new0 (PosternSettingInfo, 1);
  g_ptr_array_add (self->settings, setting);
  setting->name = g_strdup (group + strlen ("Setting "));
  if (!is_id (setting->name))
    return fail (file, group, NULL, "a setting's name is made of a-z, 0-9, - and _; rename it", error);
  if (!check_keys (file, group, setting_keys, error))
    return FALSE;
  setting->type = get_text (file, group, "Type");
  if (!setting->type)
    setting->type = g_strdup ("string");
  if (!g_strv_contains (types, setting->type))
    return fail (file, group, "Type", "unknown type; write string, text, url, boolean, integer, list, choice or file", error);
  if (!get_flag (file, group, "Required", &setting->required, error) || !get_flag (file, group, "Secret", &setting->secret, error))
    return FALSE;
  setting->default_value = get_text (file, group, "Default");
  setting->choices = g_key_file_get_string_list (file->keys, group, "Choices", NULL, NULL);
  setting->label = g_key_file_get_locale_string (file->keys, group, "Label", "C", NULL);
  setting->help = g_key_file_get_locale_string (file->keys, group, "Help", "C", NULL);
  if (setting->secret && setting->default_value)
    return fail (file, group, "Default", "it is a secret, and everybody can read this file; keep it in the instance's file", error);
  if (g_str_equal (setting->type, "choice") && !setting->choices)
    return fail (file, group, "Type", "a choice needs Choices=one;two; add it", error);
  return TRUE;
}

static void
read_data (PosternPluginInfo *self, PosternConfigFile *file)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file->keys, "Data", NULL, NULL);
  for (guint i = 0; keys && keys[i]; i++)
    g_hash_table_insert (self->data, g_strdup (keys[i]), get_text (file, "Data", keys[i]));
}

/* Without a Base, [Preset] tells the plugin's own code what nobody else may: facts of its provider, such as endpoints. */
static gboolean
read_facts (PosternPluginInfo *self, PosternConfigFile *file, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file->keys, "Preset", NULL, NULL);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; keys && keys[i]; i++) {
    g_autofree char *group = g_strconcat ("Setting ", keys[i], NULL);
    g_autoptr (GError) unreadable = NULL;
    g_autofree char *value = g_key_file_get_string (file->keys, "Preset", keys[i], &unreadable);
    if (g_key_file_has_group (file->keys, group))
      return fail (file, "Preset", keys[i], "it is a setting, too; write its Default there, or remove one of them", error);
    if (unreadable)
      return fail (file, "Preset", keys[i], "the value has stray backslashes; write \\\\ for one", error);
    g_variant_builder_add (&builder, "{ss}", keys[i], value);
  }
  if (keys)
    self->fixed = g_variant_ref_sink (g_variant_builder_end (&builder));
  return TRUE;
}

static gboolean
read_groups (PosternPluginInfo *self, PosternConfigFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file->keys, NULL);
  for (guint i = 0; groups[i]; i++) {
    if (g_str_has_prefix (groups[i], "Setting ")) {
      if (!read_setting (self, file, groups[i], error))
        return FALSE;
    } else if (!g_str_equal (groups[i], "Plugin") && !g_str_equal (groups[i], "Data") && !g_str_equal (groups[i], "Preset")) {
      return fail (file, groups[i], NULL, "unknown group; write [Plugin], [Setting NAME], [Preset] or [Data]", error);
    }
  }
  read_data (self, file);
  return self->base || read_facts (self, file, error);
}

/* Everything that tells whether this file is for us. Nothing of the module was opened yet. */
static gboolean
read_identity (PosternPluginInfo *self, PosternConfigFile *file, GError **error)
{
  g_autoptr (GError) local = NULL;
  if (!g_key_file_has_group (file->keys, "Plugin"))
    return fail (file, "Plugin", NULL, "there is no group [Plugin]; this is not a plugin file", error);
  int api = g_key_file_get_integer (file->keys, "Plugin", "Api", &local);
  if (local || api != POSTERN_PLUGIN_API) {
    g_autofree char *what = g_strdup_printf ("it is made for plugin interface %d and this server has %d; install the build that fits", api, POSTERN_PLUGIN_API);
    return fail (file, "Plugin", "Api", local ? "Api is missing or not a number; write Api=" G_STRINGIFY (POSTERN_PLUGIN_API) : what, error);
  }
  self->api = (guint) api;
  self->id = get_text (file, "Plugin", "Id");
  if (!self->id || !is_id (self->id))
    return fail (file, "Plugin", "Id", "Id is missing or not made of a-z, 0-9, - and _; write one", error);
  self->kind = get_text (file, "Plugin", "Kind");
  if (!self->kind || !g_strv_contains (kinds, self->kind))
    return fail (file, "Plugin", "Kind", "unknown kind; write connector, factor, messenger, captcha, sink, protocol or database", error);
  return check_keys (file, "Plugin", plugin_keys, error);
}

static gboolean
read_module (PosternPluginInfo *self, PosternConfigFile *file, GError **error)
{
  g_autofree char *module = get_text (file, "Plugin", "Module");
  self->base = get_text (file, "Plugin", "Base");
  if (self->base)
    return module ? fail (file, "Plugin", "Module", "Base and Module exclude each other; remove one of them", error)
                  : is_id (self->base) || fail (file, "Plugin", "Base", "Base is not the Id of a plugin; write one", error);
  if (!module || !*module || strchr (module, '/') || module[0] == '.' || !g_str_has_suffix (module, ".so"))
    return fail (file, "Plugin", "Module", "Module is not the plain name of a .so file; write the name of one in this folder", error);
  g_autofree char *folder = g_path_get_dirname (file->path);
  self->module_file = g_build_filename (folder, module, NULL);
  return postern_config_file_check_owner (folder, error) && postern_config_file_check_owner (self->module_file, error);
}

static char **
get_list (PosternConfigFile *file, const char *key)
{
  char **list = g_key_file_get_string_list (file->keys, "Plugin", key, NULL, NULL);
  return list ? list : g_new0 (char *, 1);
}

/* (transfer full) (nullable): unless it is a file */
static char *
find_beside (const char *path, const char *name)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  g_autofree char *file = g_canonicalize_filename (name, absolute);
  return g_file_test (file, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&file) : NULL;
}

static char *
find_guide (const char *path)
{
  g_autofree char *own = g_path_get_basename (path);
  g_autofree char *name = g_str_has_suffix (own, ".plugin") ? g_strdup_printf ("%.*s.md", (int) (strlen (own) - strlen (".plugin")), own) : NULL;
  return name ? find_beside (path, name) : NULL;
}

PosternPluginInfo *
postern_plugin_info_load (const char *path, GError **error)
{
  g_autoptr (PosternConfigFile) file = postern_config_file_load (path, error);
  if (!file)
    return NULL;
  g_autoptr (PosternPluginInfo) self = g_new0 (PosternPluginInfo, 1);
  self->file = g_strdup (path);
  self->settings = g_ptr_array_new_with_free_func (setting_free);
  self->data = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!read_identity (self, file, error) || !read_module (self, file, error) || !read_groups (self, file, error))
    return NULL;

  g_autofree char *icon = get_text (file, "Plugin", "Icon");
  self->icon = icon ? find_beside (path, icon) : NULL;
  self->guide = find_guide (path);
  self->name = g_key_file_get_locale_string (file->keys, "Plugin", "Name", "C", NULL);
  if (!self->name)
    self->name = g_strdup (self->id);
  self->description = g_key_file_get_locale_string (file->keys, "Plugin", "Description", "C", NULL);
  self->needs = get_list (file, "Needs");
  self->after = get_list (file, "After");
  return g_steal_pointer (&self);
}

GVariant *
postern_plugin_info_check_values (PosternPluginInfo *self, GVariant *values, const char *origin, GError **error)
{
  GVariant *checked = postern_plugin_values_check (self, values, NULL, error);
  if (!checked)
    g_prefix_error (error, "%s: ", origin);
  return checked;
}
