/* SPDX-License-Identifier: Apache-2.0 */
#include "bench-store.h"

#include <gmodule.h>
#include <stdlib.h>

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

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 *one = a, *other = b;

  return (*one > *other) - (*one < *other);
}

gboolean
bench_store_report (const char *what, gint64 *times, gsize n, gboolean promised)
{
  gboolean late;
  double p95;

  qsort (times, n, sizeof times[0], compare_times);
  p95 = (double) times[n * 95 / 100] / 1000;
  late = promised && p95 >= BENCH_STORE_PROMISED_MS;
  g_print ("%-42s %8.2f ms, half of them %.2f%s\n", what, p95, (double) times[n / 2] / 1000, late ? "   missed" : "");
  return !late;
}
