/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-plugins.h"

#include "postern-config-table.h"
#include "postern-error.h"
#include "postern-protocol.h"

/* What the server's own settings say about a plugin: group = its Id, key = its setting. */
static GVariant *
collect_values (PosternConfig *config, PosternPluginInfo *info)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    g_autofree char *name = g_strconcat (info->id, ".", setting->name, NULL);
    const char *value = postern_config_table_find (name) >= 0 ? postern_config_get_string (config, name) : NULL;
    if (value)
      g_variant_builder_add (&builder, "{ss}", setting->name, value);
  }
  return g_variant_builder_end (&builder);
}

static gboolean
needs_settings (PosternPluginInfo *info)
{
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    if (setting->required && !setting->default_value)
      return TRUE;
  }
  return FALSE;
}

/* The default tenant's, or a region's. */
static gboolean
is_used (PosternConfig *config, const char *database)
{
  GPtrArray *stores = postern_config_get_stores (config);
  for (guint i = 0; i < stores->len; i++)
    if (g_str_equal (database, postern_config_store_get_type (stores->pdata[i])))
      return TRUE;
  return g_strcmp0 (database, postern_config_get_string (config, "database.type")) == 0;
}

static gboolean
is_wanted (PosternPluginInfo *info, PosternConfig *config)
{
  static const char *const kinds[] = { "factor", "protocol", "sink", NULL };
  if (g_str_equal (info->kind, "database"))
    return is_used (config, info->id);
  return g_strv_contains (kinds, info->kind) && !needs_settings (info);
}

static void
log_problems (PosternRegistry *registry, guint first)
{
  GPtrArray *problems = postern_registry_get_problems (registry);
  for (guint i = first; i < problems->len; i++)
    g_warning ("left out: %s", (char *) problems->pdata[i]);
}

PosternRegistry *
postern_plugins_load (PosternConfig *config)
{
  PosternRegistry *registry = postern_registry_new (postern_config_get_strv (config, "paths.plugins"));
  postern_registry_scan (registry);
  GPtrArray *infos = postern_registry_get_infos (registry);
  for (guint i = 0; i < infos->len; i++) {
    PosternPluginInfo *info = infos->pdata[i];
    if (is_wanted (info, config))
      postern_registry_want (registry, info->id, info->id, collect_values (config, info));
  }
  postern_registry_load_instances (registry, postern_config_get_strv (config, "paths.connectors"));
  log_problems (registry, 0);
  return registry;
}

/* Those that cannot be found again by their id, such as the demonstration, are for the default tenant alone. */
static void
add_protocols (PosternRegistry *self, PosternRegistry *parent, PosternConfig *config)
{
  g_autoptr (GPtrArray) protocols = postern_registry_list (parent, POSTERN_TYPE_PROTOCOL);
  for (guint i = 0; i < protocols->len; i++) {
    const char *type = postern_instance_get_type_id (protocols->pdata[i]), *id = postern_instance_get_id (protocols->pdata[i]);
    PosternPluginInfo *info = postern_registry_find_info (self, type);
    g_autoptr (GError) error = NULL;
    if (POSTERN_PROTOCOL_GET_CLASS (protocols->pdata[i])->default_tenant_only)
      continue;
    if (!postern_registry_add_instance (self, type, id, collect_values (config, info), &error))
      postern_registry_add_failure (self, id, error->message);
  }
}

PosternRegistry *
postern_plugins_load_for_tenant (PosternRegistry *parent, PosternConfig *config, const char *slug)
{
  PosternRegistry *self = postern_registry_new_for_tenant (parent, slug);
  add_protocols (self, parent, config);
  return self;
}

PosternInstanceBook *
postern_plugins_open_book (PosternRegistry *registry, PosternConfig *config, PosternStore *store, GError **error)
{
  static const char *const none[] = { NULL };
  guint told = postern_registry_get_problems (registry)->len;
  g_autoptr (PosternInstanceBook) book = postern_instance_book_new (registry, config ? postern_config_get_strv (config, "paths.connectors") : none);
  if (!postern_instance_book_start (book, store, error))
    return NULL;
  log_problems (registry, told);
  return g_steal_pointer (&book);
}

PosternDatabase *
postern_plugins_find_database (PosternRegistry *registry, PosternRegistry *parent, const char *type, GError **error)
{
  g_autoptr (GPtrArray) list = postern_registry_list (parent, POSTERN_TYPE_DATABASE);
  for (guint i = 0; i < list->len; i++) {
    if (g_strcmp0 (postern_instance_get_type_id (list->pdata[i]), type) != 0)
      continue;
    if (registry == parent)
      return list->pdata[i]; /* the registry keeps it */
    return (PosternDatabase *) postern_registry_add_instance (registry, type, postern_instance_get_id (list->pdata[i]), NULL, error);
  }
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "there is no usable database plugin '%s'; install it, or correct database.type", type ? type : "");
  return NULL;
}
