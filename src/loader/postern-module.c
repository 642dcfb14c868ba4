/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-module.h"

#include "postern-error.h"

#include <dlfcn.h>
#include <glib-object.h>

/* By name, because a protocol's base lives in a room above this one. It is registered once its module has been opened. */
static const struct {
  const char *kind, *base;
} bases[] = {
  { "connector", "PosternConnector" }, { "factor", "PosternFactor" }, { "messenger", "PosternMessenger" },
  { "captcha", "PosternCaptcha" }, { "sink", "PosternSink" }, { "protocol", "PosternProtocol" }, { "database", "PosternDatabase" },
};

static const char *
find_base (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (bases); i++)
    if (g_str_equal (bases[i].kind, kind))
      return bases[i].base;
  return "none";
}

GType
postern_module_open (PosternPluginInfo *info, GError **error)
{
  /* Never closed: a GType cannot be taken back. Its symbols stay its own. */
  void *handle = dlopen (info->module_file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!handle) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: it cannot be opened (%s); install what it misses, or remove it",
                 info->module_file, dlerror ());
    return G_TYPE_INVALID;
  }
  GType (*query) (void) = NULL;
  *(void **) &query = dlsym (handle, "postern_plugin_query_type");
  if (!query) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "%s: it has no function postern_plugin_query_type, so it is no plugin; remove it or rebuild it", info->module_file);
    return G_TYPE_INVALID;
  }
  GType type = query ();
  GType base = g_type_from_name (find_base (info->kind));
  if (type == G_TYPE_INVALID || base == G_TYPE_INVALID || !g_type_is_a (type, base) || G_TYPE_IS_ABSTRACT (type)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: its type %s is not a %s, which kind %s asks for; correct Kind or rebuild it",
                 info->module_file, type ? g_type_name (type) : "(none)", find_base (info->kind), info->kind);
    return G_TYPE_INVALID;
  }
  return type;
}
