/* SPDX-License-Identifier: Apache-2.0 */
#include "bench-store.h"

#include <gmodule.h>

void
bench_store_must (gboolean done, GError *error)
{
  if (!done)
    g_error ("%s", error ? error->message : "failed");
}

PosternStore *
bench_store_open (const char *module_file, const char *location)
{
  GModule *module = g_module_open (module_file, G_MODULE_BIND_LOCAL);
  GType (*query_type) (void);
  g_autoptr (PosternDatabase) database = NULL;
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  g_autoptr (GError) error = NULL;
  PosternStore *opened;

  if (module == NULL || !g_module_symbol (module, "postern_plugin_query_type", (gpointer *) &query_type))
    g_error ("%s: %s", module_file, g_module_error ());
  g_module_make_resident (module);
  database = g_object_new (query_type (), NULL);
  opened = postern_store_open (database, key, location, "default", &error);
  bench_store_must (opened != NULL, error);
  return opened;
}
