/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-routes.h"

#define GET(path, handler) { "GET", "/api/v1" path, handler, NULL, 0, POSTERN_ROUTE_ADMIN }
#define SEND(method, path, handler) { method, "/api/v1" path, handler, NULL, POSTERN_API_BODY_MAX, POSTERN_ROUTE_ADMIN }

/* clang-format off */
static const PosternRoute routes[] = {
  GET ("/status", postern_api_status_show),
  GET ("/doctor", postern_api_status_doctor),
  SEND ("POST", "/setup", postern_api_status_setup),

  GET ("/users", postern_api_users_list),
  SEND ("POST", "/users", postern_api_users_create),
  GET ("/users/{id}", postern_api_users_show),
  SEND ("PATCH", "/users/{id}", postern_api_users_update),
  SEND ("DELETE", "/users/{id}", postern_api_users_delete),
  SEND ("DELETE", "/users/{id}/identities/{identity}", postern_api_users_unlink_identity),
  SEND ("POST", "/users/{id}/factor-reset", postern_api_factor_reset_request_reset),
  SEND ("DELETE", "/users/{id}/factor-reset", postern_api_factor_reset_cancel),

  GET ("/applications", postern_api_applications_list),
  SEND ("POST", "/applications", postern_api_applications_create),
  GET ("/applications/{id}", postern_api_applications_show),
  SEND ("PATCH", "/applications/{id}", postern_api_applications_update),
  SEND ("DELETE", "/applications/{id}", postern_api_applications_delete),
  SEND ("POST", "/applications/{id}/secrets", postern_api_applications_add_secret),
  SEND ("DELETE", "/applications/{id}/secrets/{secret}", postern_api_applications_remove_secret),

  GET ("/sessions", postern_api_sessions_list),
  GET ("/sessions/{id}", postern_api_sessions_show),
  SEND ("DELETE", "/sessions/{id}", postern_api_sessions_end),

  GET ("/grants", postern_api_grants_list),
  GET ("/grants/{id}", postern_api_grants_show),
  SEND ("DELETE", "/grants/{id}", postern_api_grants_revoke_one),
  SEND ("POST", "/grants/revoke", postern_api_grants_revoke_all),

  GET ("/keys", postern_api_keys_list),
  SEND ("POST", "/keys/rotate", postern_api_keys_rotate),

  GET ("/policy", postern_api_policy_show),
  SEND ("PATCH", "/policy", postern_api_policy_update),
  SEND ("PUT", "/policy", postern_api_policy_replace),

  GET ("/connectors", postern_api_connectors_list),
  GET ("/connectors/{id}", postern_api_connectors_show),
  SEND ("PUT", "/connectors/{id}", postern_api_connectors_put),
  SEND ("PATCH", "/connectors/{id}", postern_api_connectors_update),
  SEND ("DELETE", "/connectors/{id}", postern_api_connectors_delete),
  GET ("/connector-types", postern_api_connectors_types),

  GET ("/messages", postern_api_messages_list),
  SEND ("POST", "/messages", postern_api_messages_test),
  GET ("/messages/{id}", postern_api_messages_show),
  SEND ("POST", "/messages/{id}/retry", postern_api_messages_retry),
  GET ("/audit", postern_api_audit_list),
  { NULL }
};
/* clang-format on */

const PosternRoute *
postern_api_get_routes (void)
{
  return routes;
}

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
postern_api_set_sessions (PosternApi *self, const PosternApiSessions *sessions, gpointer user_data)
{
  self->sessions = sessions;
  self->sessions_data = user_data;
}
