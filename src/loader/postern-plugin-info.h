/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternSettingInfo: one declared setting, from a `[Setting NAME]` group of the `.plugin` file. */
typedef struct {
  char *name;
  char *type;          /* string, text, url, boolean, integer, list, choice, file */
  gboolean required, secret;
  char *default_value; /* (nullable) */
  char **choices;      /* (nullable) */
  char *label, *help;
} PosternSettingInfo;

/** PosternPluginInfo: a `.plugin` key file, vetted. Immutable. */
typedef struct {
  char *file;         /* the key file */
  char *module_file;  /* the .so beside it; of one with a Base that one's, once the registry has found it */
  char *base;         /* (nullable): the Id of the plugin whose module it is an own type of; postern-plugin-preset.h */
  char *id, *kind;    /* kind: connector, factor, messenger, captcha, sink, protocol, database */
  guint api;
  char *name, *description, *icon; /* icon: (nullable), absolute path of a file that is there */
  char *guide;                     /* (nullable): likewise: NAME.md beside NAME.plugin, what an operator should read of it */
  char **needs, **after;
  GPtrArray *settings; /* (element-type PosternSettingInfo): what an operator may fill in */
  GVariant *fixed;     /* (nullable): a{ss}: [Preset]: further settings, of which the key file itself gives the values */
  GHashTable *data;    /* (element-type utf8 utf8): the [Data] group, facts of a provider; a{s} */
} PosternPluginInfo;

/** postern_plugin_info_load: FALSE result is NULL with POSTERN_ERROR_CONFIG; owner, mode, Api, kind are checked here, before anything is opened. */
PosternPluginInfo *postern_plugin_info_load (const char *file, GError **error);
void postern_plugin_info_free (PosternPluginInfo *self);
/** postern_plugin_info_check_values: @values a{ss}; fills in defaults, resolves `NAME-file` and `NAME-credential`. Returns: (transfer full) (nullable): a{ss} */
GVariant *postern_plugin_info_check_values (PosternPluginInfo *self, GVariant *values, const char *origin, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPluginInfo, postern_plugin_info_free)

G_END_DECLS
