/* SPDX-License-Identifier: Apache-2.0 */
/* `attack-routes FILE` lists the routes that a worker with this configuration would serve, from its own tables and from
 * the plugins that it would load: a line each, "METHOD PATTERN BODY-BYTES FLAG…", where a flag is csrf, cors or admin. The
 * tables of the tests are held against it. */
#include "postern-api.h"
#include "postern-config.h"
#include "postern-flow-engine.h"
#include "postern-plugins.h"
#include "postern-protocol.h"
#include "postern-server-private.h"

static void
print_routes (const PosternRoute *route)
{
  for (; route && route->method; route++)
    g_print ("%s %s %zu%s%s%s\n", route->method, route->pattern, route->body_max, route->flags & POSTERN_ROUTE_CSRF ? " csrf" : "",
             route->flags & POSTERN_ROUTE_CORS ? " cors" : "", route->flags & POSTERN_ROUTE_ADMIN ? " admin" : "");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfig) config = postern_config_load (argv[1], NULL, &error);
  g_autoptr (PosternRegistry) registry = config ? postern_plugins_load (config) : NULL;
  g_autoptr (GPtrArray) protocols = registry ? postern_registry_list (registry, POSTERN_TYPE_PROTOCOL) : NULL;

  if (!protocols)
    g_error ("%s", error->message);
  print_routes (postern_server_routes_common);
  print_routes (postern_server_routes_assets);
  print_routes (postern_api_get_routes ());
  print_routes (postern_flow_engine_get_routes ());
  for (guint i = 0; i < protocols->len; i++)
    print_routes (postern_protocol_get_routes (protocols->pdata[i]));
  return 0;
}
