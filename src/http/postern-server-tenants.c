/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-server-tenants.h"

#include "postern-error.h"
#include "postern-request-private.h"
#include "postern-server-private.h"

/* An API that asks is told what it wants to know: an error it might take for a disturbance, and let the token pass. */
static PosternResponse *
say_inactive (void)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "active", "b", FALSE);
  return postern_response_new_json (200, g_variant_dict_end (&dict));
}

/* The page is the server's own. Nothing is left in the browser: names that strangers think of would fill its cookies. */
static PosternResponse *
refuse (PosternServer *server, PosternRequest *request, const PosternRoute *route, const GError *error)
{
  if (route && (route->flags & POSTERN_ROUTE_INTROSPECTION) && g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED))
    return say_inactive ();
  postern_request_set_tenant (request, POSTERN_ANSWER_NOBODY);
  postern_request_set_public_url (request, server->public_url);
  return postern_answer_new_error (&server->answer, request, error);
}

/* What the server itself answers (/livez) it answers everywhere. */
static void
find_data (PosternServer *server, GObject *tenant, PosternRouterMatch *match)
{
  if (!match->route || match->user_data == server)
    return;
  match->user_data = server->tenants->get_data (tenant, match->user_data, server->tenants_data);
  if (match->user_data)
    return;
  match->route = NULL;
  match->allow = 0;
}

/*
 * Switched off, it still looks like itself to who came for it. Returns: whether the handler may be called: of a file by which that page looks.
 * @tenant: (out) (transfer full) (nullable)
 */
static gboolean
turn_away (PosternServer *server, PosternRequest *request, PosternRouterMatch *match, const GError *error, GObject **tenant, PosternResponse **answer)
{
  gboolean look = match->route && (match->route->flags & POSTERN_ROUTE_LOOK);
  g_autoptr (PosternResponse) page = look ? NULL : postern_answer_new_error (&server->answer, request, error);

  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED) && (look || postern_response_get_template (page)))
    *tenant = server->tenants->look_in (postern_request_get_tenant (request), server->tenants_data);
  if (*tenant && look) {
    find_data (server, *tenant, match);
    return TRUE;
  }
  *answer = *tenant ? g_steal_pointer (&page) : refuse (server, request, match->route, error);
  return FALSE;
}

/* 308 keeps the method. The path was decoded: what is said of it anew means the same, and ends no line. */
static PosternResponse *
send_on (PosternRequest *request, const char *url)
{
  const char *query = postern_request_get_query_string (request);
  g_autofree char *path = g_uri_escape_string (postern_request_get_path (request), G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);
  g_autofree char *location = g_strconcat (url, path, query ? "?" : NULL, query, NULL);
  PosternResponse *response = postern_response_new (308, NULL, NULL);

  postern_response_set_header (response, "Location", location);
  return response;
}

gboolean
postern_server_tenants_enter (PosternServer *server, PosternRequest *request, PosternRouterMatch *match, gboolean may_block, GObject **tenant,
                              PosternResponse **answer)
{
  const char *slug = postern_request_get_tenant (request), *url;
  g_autoptr (GError) error = NULL;

  *tenant = NULL;
  *answer = NULL;
  if (!slug || !server->tenants)
    return TRUE;
  *tenant = server->tenants->enter (slug, may_block, server->tenants_data, &error);
  if (error)
    return turn_away (server, request, match, error, tenant, answer);
  if (!*tenant)
    return FALSE;
  url = server->tenants->get_url (*tenant);
  if (match->route && (match->route->flags & POSTERN_ROUTE_ADMIN))
    postern_request_set_public_url (request, url);
  else if (g_strcmp0 (url, postern_request_get_public_url (request)) != 0)
    *answer = send_on (request, url);
  find_data (server, *tenant, match);
  return *answer == NULL;
}
