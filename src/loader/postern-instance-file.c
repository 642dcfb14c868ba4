/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-instance-file.h"

#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-plugin-values.h"

#include <string.h>

#define GROUP "Instance"
#define ORDER_DEFAULT 100

void
postern_instance_file_free (PosternInstanceFile *self)
{
  if (!self)
    return;
  g_free (self->path);
  g_free (self->id);
  g_free (self->type);
  g_free (self->name);
  g_free (self->icon);
  g_strfreev (self->tenants);
  g_clear_pointer (&self->values, g_variant_unref);
  g_free (self);
}

PosternInstanceFile *
postern_instance_file_new (const char *type, const char *id, GVariant *values)
{
  PosternInstanceFile *self = g_new0 (PosternInstanceFile, 1);
  self->id = g_strdup (id);
  self->type = g_strdup (type);
  self->order = ORDER_DEFAULT;
  self->values = g_variant_ref_sink (values ? values : g_variant_new ("a{ss}", NULL));
  return self;
}

gboolean
postern_instance_file_names (char **tenants, const char *slug)
{
  return tenants && (g_strv_contains ((const char *const *) tenants, slug) || g_strv_contains ((const char *const *) tenants, "*"));
}

gboolean
postern_instance_file_serves (PosternInstanceFile *self, const char *slug)
{
  return self->tenants ? postern_instance_file_names (self->tenants, slug) : g_str_equal (slug, "default");
}

static gboolean
fail (PosternConfigFile *file, const char *key, const char *what, GError **error)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:%u: %s", file->path, postern_config_file_find_line (file, GROUP, key), what);
  return FALSE;
}

gboolean
postern_instance_file_id_is_valid (const char *id)
{
  gsize length = strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-_");
  return length > 0 && length <= 64 && !id[length] && g_ascii_isalnum (id[0]);
}

char *
postern_instance_file_dup_id (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  if (!g_str_has_suffix (name, ".conf"))
    return NULL;
  name[strlen (name) - strlen (".conf")] = '\0';
  return postern_instance_file_id_is_valid (name) ? g_steal_pointer (&name) : NULL;
}

gboolean
postern_instance_file_is_there (const char *id, const char *const *folders)
{
  g_autofree char *name = g_strconcat (id, ".conf", NULL);
  for (guint i = 0; folders[i]; i++) {
    g_autofree char *path = g_build_filename (folders[i], name, NULL);
    if (g_file_test (path, G_FILE_TEST_EXISTS))
      return TRUE;
  }
  return FALSE;
}

/* A key that stands twice is listed twice, each time with the last one's value. */
static void
take (char **field, char **text)
{
  g_free (*field);
  *field = g_steal_pointer (text);
}

static gboolean
read_values (PosternInstanceFile *self, PosternConfigFile *file, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file->keys, GROUP, NULL, NULL);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; keys[i]; i++) {
    g_autoptr (GError) local = NULL;
    g_autofree char *text = g_key_file_get_string (file->keys, GROUP, keys[i], &local);
    if (local)
      return fail (file, keys[i], "the value has stray backslashes; write \\\\ for one", error);
    if (g_str_equal (keys[i], "Type"))
      take (&self->type, &text);
    else if (g_str_equal (keys[i], "Name"))
      take (&self->name, &text);
    else if (g_str_equal (keys[i], "Icon"))
      take (&self->icon, &text);
    else if (g_str_equal (keys[i], "Tenants")) {
      g_strfreev (self->tenants);
      self->tenants = g_strsplit_set (g_strstrip (text), " \t,", -1);
    } else if (g_str_equal (keys[i], "Order"))
      self->order = (int) g_ascii_strtoll (text, NULL, 10);
    else
      g_variant_builder_add (&builder, "{ss}", keys[i], text);
  }
  self->values = g_variant_ref_sink (g_variant_builder_end (&builder));
  return TRUE;
}

PosternInstanceFile *
postern_instance_file_load (const char *path, GError **error)
{
  g_autoptr (PosternConfigFile) file = postern_config_file_load (path, error);
  if (!file)
    return NULL;
  g_autoptr (PosternInstanceFile) self = g_new0 (PosternInstanceFile, 1);
  self->path = g_strdup (path);
  self->order = ORDER_DEFAULT;
  self->id = postern_instance_file_dup_id (path);
  gsize n_groups = 0;
  g_auto (GStrv) groups = g_key_file_get_groups (file->keys, &n_groups);
  if (!self->id)
    fail (file, NULL, "the file's name is the instance's id, made of a-z, 0-9, - and _, and .conf; rename it", error);
  else if (n_groups != 1 || !g_str_equal (groups[0], GROUP))
    fail (file, NULL, "it has not the one group [" GROUP "]; begin it with that line and keep all in it", error);
  else if (read_values (self, file, error) && !self->type)
    fail (file, NULL, "Type is missing; write the Id of a plugin", error);
  return self->type && self->values ? g_steal_pointer (&self) : NULL;
}

char *
postern_instance_file_get_place (PosternInstanceFile *self, const char *key)
{
  if (!self->path)
    return g_strdup (self->id);
  g_autoptr (PosternConfigFile) file = postern_config_file_load (self->path, NULL);
  return g_strdup_printf ("%s:%u", self->path, file && key ? postern_config_file_find_line (file, GROUP, key) : 1);
}

static gboolean
check_readers (PosternInstanceFile *self, PosternPluginInfo *info, GError **error)
{
  g_autoptr (PosternConfigFile) file = self->path ? postern_config_file_load (self->path, NULL) : NULL;
  const char *value;
  for (guint i = 0; file && file->world_readable && i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    if (!setting->secret || !g_variant_lookup (self->values, setting->name, "&s", &value) || !*value)
      continue;
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s:%u: %s is a secret and everybody can read the file; run: chmod o-r %s",
                 self->path, postern_config_file_find_line (file, GROUP, setting->name), setting->name, self->path);
    return FALSE;
  }
  return TRUE;
}

GVariant *
postern_instance_file_check (PosternInstanceFile *self, PosternPluginInfo *info, GError **error)
{
  const char *culprit = NULL;
  if (!check_readers (self, info, error))
    return NULL;
  GVariant *values = postern_plugin_values_check (info, self->values, &culprit, error);
  if (!values) {
    g_autofree char *place = postern_instance_file_get_place (self, culprit);
    g_prefix_error (error, "%s: ", place);
  }
  return values;
}
