/* SPDX-License-Identifier: Apache-2.0 */
/* `attack-routes FILE` opens the house as a worker with this configuration would, without sockets, and lists the routes that
 * it gives its server: a line each, "METHOD PATTERN BODY-BYTES FLAG…", where a flag is csrf, cors or admin. The tables of the
 * tests are held against it. The files of the daemon that are built into it call attack_routes_list() in place of
 * postern_server_add_routes(): meson.build says so. */
#include "postern-server-private.h"

void
attack_routes_list (PosternServer *server, const PosternRoute *route, gpointer user_data)
{
  for (; route->method; route++)
    g_print ("%s %s %zu%s%s%s\n", route->method, route->pattern, route->body_max, route->flags & POSTERN_ROUTE_CSRF ? " csrf" : "",
             route->flags & POSTERN_ROUTE_CORS ? " cors" : "", route->flags & POSTERN_ROUTE_ADMIN ? " admin" : "");
}

#include "postern-house.c"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfig) config = postern_config_load (argv[1], NULL, &error);
  PosternHouse *house = config ? postern_house_open (config, "", NULL, NULL, &error) : NULL;

  if (!house)
    g_error ("%s", error->message);
  attack_routes_list (NULL, postern_server_routes_common, NULL);
  attack_routes_list (NULL, postern_server_routes_assets, NULL);
  postern_house_close (house, 0);
  return 0;
}
