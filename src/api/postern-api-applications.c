/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-assigned.h"

#include "postern-management-roles.h"
#include "postern-seal.h"

static const PosternApiMember secret_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "Until when it is good." },
  { NULL },
};
static const PosternApiSchema secret_schema = { "ClientSecret", secret_members, "A client secret, without itself." };

static const char *const application_kinds[] = { "web", "spa", "native", "service", NULL };

static const PosternApiMember application_members[] = {
  { "client_id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "name", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "What people are shown.", 1, 200 },
  { "kind", POSTERN_API_STRING, POSTERN_API_ALWAYS, "Where it runs; web unless it is said.", .choices = application_kinds },
  { "enabled", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "Whether anybody can sign in to it; true unless it is said." },
  { "first_party", POSTERN_API_BOOLEAN, POSTERN_API_ALWAYS, "It is yours: people are not asked for their consent." },
  { "metadata", POSTERN_API_OBJECT, 0, "Members of RFC 7591 and OpenID Connect Registration: redirect_uris, scope …; merged, and null removes one." },
  POSTERN_API_ASSIGNED_MEMBER,
  { "secrets", POSTERN_API_ARRAY, POSTERN_API_OWN, "Its client secrets, without themselves.", .items = POSTERN_API_OBJECT, .schema = &secret_schema },
  { "client_secret", POSTERN_API_STRING, POSTERN_API_READ_ONLY | POSTERN_API_SECRET, "The new secret, shown this once." },
  { "created_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was made." },
  { "updated_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was changed last." },
  { NULL },
};
static const PosternApiSchema application_schema = { "Application", application_members, "What people sign in to, or what calls an API by itself." };

static const PosternApiMember new_secret_members[] = {
  { "expires_at", POSTERN_API_TIME, 0, "Until when it is good; for ever unless it is said." },
  { NULL },
};
static const PosternApiSchema new_secret = { "NewClientSecret", new_secret_members };

/* Of a secret all but its hash. */
static GVariant *
secrets_to_json (GVariant *secrets)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; secrets != NULL && i < g_variant_n_children (secrets); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (secrets, i);
      g_autoptr (GVariant) row = g_variant_get_variant (box);
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      postern_api_call_add_string (&dict, "id", postern_json_get_string (row, "id"));
      postern_api_call_add_time (&dict, "created_at", postern_json_get_int64 (row, "created_at", 0));
      postern_api_call_add_time (&dict, "expires_at", postern_json_get_int64 (row, "expires_at", 0));
      g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&list);
}

static GVariant *
to_json (gconstpointer record)
{
  const PosternApplication *application = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "client_id", application->id);
  postern_api_call_add_string (&dict, "name", application->name);
  postern_api_call_add_string (&dict, "kind", application->kind);
  g_variant_dict_insert (&dict, "enabled", "b", application->enabled);
  g_variant_dict_insert (&dict, "first_party", "b", application->first_party);
  if (application->metadata != NULL)
    g_variant_dict_insert_value (&dict, "metadata", application->metadata);
  g_variant_dict_insert_value (&dict, "secrets", secrets_to_json (application->secrets));
  postern_api_call_add_time (&dict, "created_at", application->created_at);
  postern_api_call_add_time (&dict, "updated_at", application->updated_at);
  return g_variant_dict_end (&dict);
}

/* @secret: (nullable): shown this once */
static gboolean
answer (PosternApiCall *call, PosternTxn *txn, PosternApplication *application, const char *secret, guint status, GError **error)
{
  g_autoptr (GVariant) plain = g_variant_ref_sink (to_json (application));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (plain);

  postern_api_call_add_string (&dict, "client_secret", secret);
  return postern_api_assigned_add (&dict, txn, application->id, "", error) && postern_api_call_set_result (call, status, g_variant_dict_end (&dict));
}

/* The rules name a member of the metadata as that calls it. */
static gboolean
validate (PosternApplication *application, GError **error)
{
  static const char *const own[] = { "name: ", "kind: ", "metadata", NULL };

  if (postern_application_validate (application, error))
    return TRUE;
  for (guint i = 0; error != NULL && own[i] != NULL; i++)
    if (g_str_has_prefix ((*error)->message, own[i]))
      return FALSE;
  g_prefix_error_literal (error, "metadata.");
  return FALSE;
}

static gboolean
read_application (PosternApiCall *call, PosternApplication *application, GError **error)
{
  postern_api_call_read_string (call, "name", &application->name);
  postern_api_call_read_string (call, "kind", &application->kind);
  postern_api_call_read_boolean (call, "enabled", &application->enabled);
  postern_api_call_read_boolean (call, "first_party", &application->first_party);
  postern_api_call_merge_object (call, "metadata", &application->metadata);
  application->updated_at = call->now;
  return validate (application, error);
}

static gboolean
needs_secret (PosternApplication *application, gboolean *needs, GError **error)
{
  g_autoptr (PosternClient) client = postern_client_new (application, error);

  *needs = client != NULL && g_str_has_prefix (client->token_endpoint_auth_method, "client_secret_");
  return client != NULL;
}

/*
 * An application that may ask for this API by itself acts with all that it may ask for: who makes it so, or could act in its place,
 * must hold that, too.
 */
static gboolean
may_touch (PosternApiCall *call, PosternApplication *application, GError **error)
{
  g_autoptr (PosternClient) client = postern_client_new (application, error);
  g_autofree char *resource = postern_management_roles_dup_indicator (postern_tenant_get_issuer (call->api->tenant));
  gboolean good = client != NULL;

  if (client == NULL || client->resources == NULL || !g_strv_contains ((const char *const *) client->resources, resource))
    return good;
  for (char **scope = client->scopes; good && *scope != NULL; scope++)
    good = !postern_management_roles_has (*scope) || postern_api_call_may (call, *scope, error);
  return good;
}

/* Which one, for the log: its id, never itself. */
static GVariant *
which_secret (const char *id)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "secret", id);
  return g_variant_dict_end (&dict);
}

/* (transfer full) (nullable): of the last one */
static char *
dup_secret_id (PosternApplication *application)
{
  gsize n = application->secrets != NULL ? g_variant_n_children (application->secrets) : 0;
  g_autoptr (GVariant) box = n > 0 ? g_variant_get_child_value (application->secrets, n - 1) : NULL;
  g_autoptr (GVariant) row = box != NULL ? g_variant_get_variant (box) : NULL;

  return row != NULL ? g_strdup (postern_json_get_string (row, "id")) : NULL;
}

static PosternApplication *
find (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return postern_application_store_get (txn, postern_request_get_capture (call->request, "id"), error);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) applications = postern_application_store_list (txn, call->after, call->limit, error);

  return applications != NULL && postern_api_call_set_page (call, applications, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = find (call, txn, error);

  return application != NULL && answer (call, txn, application, NULL, 200, error);
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_new ();
  char *secret = NULL;
  gboolean needs, done;

  application->id = postern_id_new ("app");
  application->kind = g_strdup ("web");
  application->enabled = TRUE;
  application->created_at = call->now;
  if (!read_application (call, application, error) || !may_touch (call, application, error) || !needs_secret (application, &needs, error))
    return FALSE;
  if (needs && (secret = postern_application_add_secret (application, call->now, 0, error)) == NULL)
    return FALSE;
  postern_api_call_audit (call, "application.created", application->id, postern_api_call_names_of_body (call));
  done = postern_application_store_insert (txn, application, error) && postern_api_assigned_take (call, txn, application->id, "", error) &&
         answer (call, txn, application, secret, 201, error);
  postern_secret_free (secret);
  return done;
}

static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = find (call, txn, error);

  if (application == NULL || !may_touch (call, application, error) || !read_application (call, application, error) || !may_touch (call, application, error)
      || !postern_application_store_update (txn, application, error) || !postern_api_assigned_take (call, txn, application->id, "", error))
    return FALSE;
  postern_api_call_audit (call, "application.changed", application->id, postern_api_call_names_of_body (call));
  return answer (call, txn, application, NULL, 200, error);
}

/*
 * One that comes to be under an id that was another's before must not find what people had granted that: grants of who is gone wait for
 * the purge. (transfer full) (nullable)
 */
static PosternApplication *
begin_anew (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_new ();

  application->id = g_strdup (postern_request_get_capture (call->request, "id"));
  application->created_at = call->now;
  if (!postern_application_id_is_valid (application->id))
    {
      postern_api_call_invalid (error, "client_id", POSTERN_APPLICATION_ID_RULE);
      return NULL;
    }
  return postern_grant_store_revoke_all (txn, NULL, application->id, call->now, error) ? g_steal_pointer (&application) : NULL;
}

/* (transfer full) (nullable): the one there is, where who calls may touch it, or a new one */
static PosternApplication *
find_or_begin (PosternApiCall *call, PosternTxn *txn, gboolean *is_new, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternApplication) application = find (call, txn, &failure);

  *is_new = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND);
  if (*is_new)
    return begin_anew (call, txn, error);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return application != NULL && may_touch (call, application, error) ? g_steal_pointer (&application) : NULL;
}

/* PUT: all but the secrets, which stay; a new one has none until one is added: what is sent again must not make another. */
static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gboolean is_new;
  g_autoptr (PosternApplication) application = find_or_begin (call, txn, &is_new, error);

  if (application == NULL)
    return FALSE;
  g_free (application->kind);
  application->kind = g_strdup ("web");
  application->enabled = TRUE;
  application->first_party = FALSE;
  g_clear_pointer (&application->metadata, g_variant_unref);
  if (!read_application (call, application, error) || !may_touch (call, application, error) ||
      !(is_new ? postern_application_store_insert : postern_application_store_update) (txn, application, error) ||
      !postern_api_assigned_take (call, txn, application->id, "", error))
    return FALSE;
  postern_api_call_audit (call, is_new ? "application.created" : "application.changed", application->id, postern_api_call_names_of_body (call));
  return answer (call, txn, application, NULL, 200, error);
}

static gboolean
delete (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = find (call, txn, error);

  if (application == NULL || !may_touch (call, application, error))
    return FALSE;
  postern_api_call_audit (call, "application.deleted", application->id, NULL);
  return postern_application_store_delete (txn, application->id, error);
}

/* The old secrets stay good until they are removed, so that an application can change over without a gap. */
static gboolean
add_secret (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = find (call, txn, error);
  g_autofree char *id = NULL;
  char *secret;
  gboolean done;

  if (application == NULL || !may_touch (call, application, error))
    return FALSE;
  secret = postern_application_add_secret (application, call->now, postern_json_get_int64 (call->body, "expires_at", 0), error);
  application->updated_at = call->now;
  done = secret != NULL && postern_application_store_update (txn, application, error);
  id = done ? dup_secret_id (application) : NULL;
  postern_api_call_audit (call, "application.secret-added", application->id, which_secret (id));
  done = done && answer (call, txn, application, secret, 201, error);
  postern_secret_free (secret);
  return done;
}

static gboolean
remove_secret (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternApplication) application = find (call, txn, error);

  if (application == NULL || !may_touch (call, application, error))
    return FALSE;
  if (!postern_application_remove_secret (application, postern_request_get_capture (call->request, "secret")))
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the application has no such secret");
      return FALSE;
    }
  application->updated_at = call->now;
  if (!postern_application_store_update (txn, application, error))
    return FALSE;
  postern_api_call_audit (call, "application.secret-removed", application->id, which_secret (postern_request_get_capture (call->request, "secret")));
  return answer (call, txn, application, NULL, 200, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/applications", "listApplications", "applications:read", "Lists applications", .answer = &application_schema, .work = list },
  { POSTERN_API_CREATE, "/applications", "createApplication", "applications:write", "Makes an application, and its client_secret where it needs one", &application_schema, &application_schema, .work = create, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, "/applications/{id}", "getApplication", "applications:read", "Shows an application", .answer = &application_schema, .work = show },
  { POSTERN_API_UPDATE, "/applications/{id}", "updateApplication", "applications:write", "Changes the members that are sent", &application_schema, &application_schema, .work = update, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_REPLACE, "/applications/{id}", "putApplication", "applications:write", "Makes an application of that client_id, without a secret, or replaces all but its secrets, and its roles where none are sent", &application_schema, &application_schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, "/applications/{id}", "deleteApplication", "applications:write", "Deletes an application, its grants and tokens", .work = delete },
  { POSTERN_API_CREATE, "/applications/{id}/secrets", "addClientSecret", "applications:write", "Makes a further client secret; the old ones stay good", &new_secret, &application_schema, .work = add_secret },
  { POSTERN_API_DELETE, "/applications/{id}/secrets/{secret}", "removeClientSecret", "applications:write", "Removes a client secret", .answer = &application_schema, .work = remove_secret },
  { .path = NULL },
};

const PosternApiResource postern_api_applications = { "Applications", "What people sign in to, and what calls APIs.", rows };
