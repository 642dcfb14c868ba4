/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-run.h"

#include "postern-request-private.h"

static const PosternApiResource *const resources[] = {
  &postern_api_status,
  &postern_api_tenants,
  &postern_api_users,
  &postern_api_user_data,
  &postern_api_user_export,
  &postern_api_imports,
  &postern_api_factor_reset,
  &postern_api_lockout,
  &postern_api_applications,
  &postern_api_resources,
  &postern_api_claims_hooks,
  &postern_api_roles,
  &postern_api_role_assignments,
  &postern_api_role_holders,
  &postern_api_organizations,
  &postern_api_members,
  &postern_api_groups,
  &postern_api_domains,
  &postern_api_invitations,
  &postern_api_branding,
  &postern_api_sessions,
  &postern_api_grants,
  &postern_api_consents,
  &postern_api_keys,
  &postern_api_policy,
  &postern_api_connectors,
  &postern_api_messages,
  &postern_api_webhooks,
  &postern_api_sinks,
  &postern_api_changes,
  &postern_api_audit,
  &postern_api_document,
  NULL,
};

const PosternApiResource *const *
postern_api_get_resources (void)
{
  return resources;
}

/* --- routes: made of the rows once; which row a request means, its route says ----------------------------------------- */

typedef struct {
  PosternRoute *routes, *public_routes;
  const PosternApiRow **rows; /* in the same order */
} Table;

static PosternResponse *handle (PosternRequest *request, gpointer api);

static PosternRoute
make_route (const PosternApiRow *row, PosternRouteFlags flags)
{
  const char *method = postern_api_row_get_method (row);
  g_autofree char *pattern = g_strconcat ("/api/v1", row->path, NULL);

  return (PosternRoute){ method, g_intern_string (pattern), handle, NULL, g_str_equal (method, "GET") ? 0 : postern_api_row_get_body_max (row), flags };
}

static gpointer
make_table (gpointer unused)
{
  g_autoptr (GArray) routes = g_array_new (TRUE, TRUE, sizeof (PosternRoute)), public_routes = g_array_new (TRUE, TRUE, sizeof (PosternRoute));
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  Table *table = g_new0 (Table, 1);

  for (const PosternApiResource *const *resource = resources; *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      {
        PosternRoute route = make_route (row, POSTERN_ROUTE_ADMIN), public_route = make_route (row, POSTERN_ROUTE_DEFAULT);

        g_array_append_val (routes, route);
        g_array_append_val (public_routes, public_route);
        g_ptr_array_add (rows, (gpointer) row);
      }
  table->routes = (PosternRoute *) g_array_free (g_steal_pointer (&routes), FALSE);
  table->public_routes = (PosternRoute *) g_array_free (g_steal_pointer (&public_routes), FALSE);
  table->rows = (const PosternApiRow **) g_ptr_array_free (g_steal_pointer (&rows), FALSE);
  return table;
}

static const Table *
get_table (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_table, NULL);
}

static PosternResponse *
handle (PosternRequest *request, gpointer api)
{
  const Table *table = get_table ();
  const PosternRoute *route = postern_request_get_route (request);
  gboolean local = (route->flags & POSTERN_ROUTE_ADMIN) != 0;

  return postern_api_run (api, table->rows[route - (local ? table->routes : table->public_routes)], request, local);
}

const PosternRoute *
postern_api_get_routes (void)
{
  return get_table ()->routes;
}

const PosternRoute *
postern_api_get_public_routes (void)
{
  return get_table ()->public_routes;
}

/* --- set up ------------------------------------------------------------------------------------------------------------ */

PosternApi *
postern_api_new (PosternTenant *tenant)
{
  PosternApi *self = g_new0 (PosternApi, 1);

  self->tenant = g_object_ref (tenant);
  self->instances = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
postern_api_free (PosternApi *self)
{
  g_object_unref (self->tenant);
  g_clear_pointer (&self->geoip, postern_geoip_unref);
  g_ptr_array_unref (self->instances);
  g_ptr_array_unref (self->problems);
  g_free (self);
}

void
postern_api_set_instances (PosternApi *self, GPtrArray *instances, GPtrArray *problems)
{
  for (guint i = 0; i < instances->len; i++)
    {
      g_ptr_array_add (self->instances, g_object_ref (instances->pdata[i]));
      if (self->factor == NULL && POSTERN_IS_FACTOR (instances->pdata[i]) && POSTERN_FACTOR_GET_CLASS (instances->pdata[i])->make_value)
        self->factor = instances->pdata[i];
    }
  for (guint i = 0; i < problems->len; i++)
    g_ptr_array_add (self->problems, g_strdup (problems->pdata[i]));
}

void
postern_api_set_book (PosternApi *self, PosternInstanceBook *book)
{
  self->book = book;
}

void
postern_api_set_geoip (PosternApi *self, PosternGeoip *geoip)
{
  self->geoip = geoip ? postern_geoip_ref (geoip) : NULL;
}

void
postern_api_set_phrases (PosternApi *self, PosternApiKnowsPhrase knows, gpointer user_data)
{
  self->knows_phrase = knows;
  self->phrases_data = user_data;
}

void
postern_api_set_sessions (PosternApi *self, const PosternApiSessions *sessions, gpointer user_data)
{
  self->sessions = sessions;
  self->sessions_data = user_data;
}

void
postern_api_set_bearer (PosternApi *self, PosternApiAdmit admit, gpointer user_data)
{
  self->admit = admit;
  self->admit_data = user_data;
}

void
postern_api_set_tenants (PosternApi *self, const PosternApiTenants *tenants, gpointer user_data)
{
  self->tenants = tenants;
  self->tenants_data = user_data;
}
