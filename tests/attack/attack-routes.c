/* SPDX-License-Identifier: Apache-2.0 */
/* `attack-routes FILE` opens the house as a worker with this configuration would, without sockets, and lists the routes that
 * it gives its server: a line each, "METHOD PATTERN BODY-BYTES FLAG…", where a flag is csrf, cors or admin. The tables of the
 * tests are held against it. */
#include "postern-server-private.h"

static void
list_routes (PosternServer *server, const PosternRoute *route, gpointer user_data)
{
  for (; route->method; route++)
    g_print ("%s %s %zu%s%s%s\n", route->method, route->pattern, route->body_max, route->flags & POSTERN_ROUTE_CSRF ? " csrf" : "",
             route->flags & POSTERN_ROUTE_CORS ? " cors" : "", route->flags & POSTERN_ROUTE_ADMIN ? " admin" : "");
}

#define postern_server_add_routes list_routes
#include "postern-house.c"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfig) config = postern_config_load (argv[1], NULL, &error);
  PosternHouse *house = config ? postern_house_open (config, "", NULL, NULL, &error) : NULL;

  if (!house)
    g_error ("%s", error->message);
  list_routes (NULL, postern_server_routes_common, NULL);
  list_routes (NULL, postern_server_routes_assets, NULL);
  postern_house_close (house, 0);
  return 0;
}
