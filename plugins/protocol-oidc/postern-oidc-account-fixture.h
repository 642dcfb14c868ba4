/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-world.h"

#include "postern-sign-in.h"

#include <string.h>

/* The account API through its own routes, as the application of somebody signed in calls it; for its tests. */

static PosternOidcWorld *world;
static char *app, *app_secret; /* with both scopes */

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define READ "openid account:read"
#define WRITE "openid account:write"
#define BOTH READ " account:write"
#define APPLICATION "{'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code','refresh_token'],'id_token_signed_response_alg':'ES256'," \
  "'resources':['https://api.example'],'scope':'openid offline_access read account:read account:write'}"

/* --- people, and what they have ---------------------------------------------------------------------------------------------- */

typedef struct {
  char *user_id, *session_id;
  char *cookie;
  gint64 auth_time;
} Person;

static inline void
person_clear (Person *self)
{
  g_free (self->user_id);
  g_free (self->session_id);
  g_free (self->cookie);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

static inline gboolean
insert_session (PosternTxn *txn, gpointer data, GError **error)
{
  Person *self = data;
  const char *const amr[] = { "pwd", NULL };
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (world->tenant);
  g_autoptr (PosternSession) session = NULL;

  g_clear_pointer (&self->cookie, g_free);
  session = postern_sign_in_new_session (policy, self->user_id, amr, g_get_real_time () / G_USEC_PER_SEC, &self->cookie);
  session->auth_time = self->auth_time;
  session->user_agent = g_strdup ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
  session->remote_address = g_strdup ("192.0.2.7");
  g_free (self->session_id);
  self->session_id = g_strdup (session->id);
  return postern_session_store_insert (txn, session, error);
}

static inline gboolean
insert_person (PosternTxn *txn, gpointer data, GError **error)
{
  Person *self = data;
  g_autoptr (PosternUser) user = postern_user_new ();

  g_free (self->user_id);
  self->user_id = postern_id_new ("usr");
  user->id = g_strdup (self->user_id);
  user->username = g_strdup (self->user_id + 4);
  user->profile = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'Bo'>, 'locale': <'de'>, 'picture': <'https://b.example/p.png'>}"));
  user->created_at = user->updated_at = 1700000000;
  return postern_user_store_insert (txn, user, error);
}

/* Signs in again, @age seconds ago. */
static inline void
sign_in (Person *self, gint64 age)
{
  self->auth_time = g_get_real_time () / G_USEC_PER_SEC - age;
  postern_oidc_world_write (world, insert_session, self);
}

static inline Person
make_person (void)
{
  Person self = { NULL };

  postern_oidc_world_write (world, insert_person, &self);
  sign_in (&self, 5);
  return self;
}

typedef struct {
  const char *user_id, *kind;
  char *id;
} Has;

static inline gboolean
insert_credential (PosternTxn *txn, gpointer data, GError **error)
{
  Has *self = data;
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  g_free (self->id);
  self->id = postern_id_new ("crd");
  credential->id = g_strdup (self->id);
  credential->user_id = g_strdup (self->user_id);
  credential->kind = g_strdup (self->kind);
  credential->value = g_strconcat ("a secret of ", self->id, NULL);
  credential->created_at = 1700000001;
  credential->used_at = 1700000002;
  if (g_str_equal (self->kind, "passkey"))
    credential->data = g_variant_ref_sink (g_variant_new_parsed ("{'name': <'A key'>, 'aaguid': <'adce0002-35bc-c60a-648b-0b25f1f05503'>, 'key': <'of the key'>}"));
  return postern_credential_store_put (txn, credential, error);
}

static inline gboolean
insert_identity (PosternTxn *txn, gpointer data, GError **error)
{
  Has *self = data;
  g_autoptr (PosternIdentity) identity = postern_identity_new ();

  g_free (self->id);
  self->id = postern_id_new ("idn");
  identity->id = g_strdup (self->id);
  identity->user_id = g_strdup (self->user_id);
  identity->connector = g_strdup ("corp");
  identity->subject = g_strdup (self->id);
  return postern_identity_store_insert (txn, identity, error);
}

static inline char *
give (const Person *person, const char *kind)
{
  Has has = { person->user_id, kind, NULL };

  postern_oidc_world_write (world, g_str_equal (kind, "identity") ? insert_identity : insert_credential, &has);
  return has.id;
}

static inline gboolean
change_user (PosternTxn *txn, gpointer data, GError **error)
{
  Has *self = data;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, self->user_id, error);

  user->administrator = g_str_equal (self->kind, "administrator");
  user->disabled_at = g_str_equal (self->kind, "disabled") ? 1700000000 : 0;
  return postern_user_store_update (txn, user, error);
}

/* --- tokens, and calls -------------------------------------------------------------------------------------------------------- */

/* What @scope brings the application @id for @person. */
static inline GVariant *
get_tokens_of (const char *id, const char *secret, const Person *person, const char *scope, const char *resource)
{
  g_autofree char *own = world->cookie;
  g_autofree char *code = NULL;
  g_autofree char *auth = postern_oidc_world_basic (id, secret);
  g_autofree char *body = NULL;
  guint status;
  GVariant *tokens;

  world->cookie = g_strdup (person->cookie);
  code = postern_oidc_world_get_code (world, id, resource ? PAIRS ("scope", scope, "resource", resource) : PAIRS ("scope", scope));
  g_free (world->cookie);
  world->cookie = g_steal_pointer (&own);
  body = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, code);
  tokens = postern_oidc_world_token (world, body, auth, &status);
  g_assert_cmpuint (status, ==, 200);
  return tokens;
}

static inline char *
get_token (const Person *person, const char *scope)
{
  g_autoptr (GVariant) tokens = get_tokens_of (app, app_secret, person, scope, NULL);

  return g_strdup (postern_oidc_world_get (tokens, "access_token"));
}

typedef struct {
  const char *method, *pattern; /* below /api/account */
  const char *body;             /* (nullable) */
  gboolean fresh;               /* it asks for a sign-in of a moment ago */
} Row;

static const Row rows[] = {
  { "GET", "/profile", NULL, FALSE },
  { "PATCH", "/profile", "{\"name\":\"Bo\"}", FALSE },
  { "GET", "/preferences", NULL, FALSE },
  { "PATCH", "/preferences", "{\"language\":\"de\"}", FALSE },
  { "GET", "/sign-in-methods", NULL, FALSE },
  { "PATCH", "/sign-in-methods/{method}", "{\"name\":\"Mine\"}", TRUE },
  { "DELETE", "/sign-in-methods/{method}", NULL, TRUE },
  { "GET", "/sessions", NULL, FALSE },
  { "DELETE", "/sessions", NULL, TRUE },
  { "DELETE", "/sessions/{session}", NULL, TRUE },
  { "GET", "/applications", NULL, FALSE },
  { "DELETE", "/applications/{application}", NULL, TRUE },
  { "GET", "/activity", NULL, FALSE },
  { "GET", "/data", NULL, TRUE },
  { "POST", "/deletion", NULL, TRUE },
  { "DELETE", "/deletion", NULL, FALSE },
};

static const PosternRoute *
find_route (const char *method, const char *pattern)
{
  g_autofree char *whole = g_strconcat ("/api/account", pattern, NULL);

  for (const PosternRoute *route = postern_protocol_get_routes (world->oidc); route->method; route++)
    if (g_str_equal (route->method, method) && g_str_equal (route->pattern, whole))
      return route;
  g_error ("No route for %s %s", method, whole);
}

/* @target: the pattern, with a query perhaps; @id: (nullable): in place of its capture; @token: (nullable) */
static inline PosternResponse *
call (const char *method, const char *target, const char *id, const char *body, const char *token)
{
  g_auto (GStrv) parts = g_strsplit (target, "?", 2);
  g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);
  g_autoptr (PosternRequest) request = postern_request_new (method, parts[0], parts[1]);
  const char *begin = strchr (parts[0], '{');
  g_autofree char *name = begin ? g_strndup (begin + 1, strlen (begin) - 2) : NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (body ? body : "", body ? strlen (body) : 0);
  PosternResponse *response;

  postern_request_set_id (request, "req");
  postern_request_set_public_url (request, POSTERN_OIDC_WORLD_ISSUER);
  postern_request_set_remote_address (request, "192.0.2.1");
  postern_request_set_body (request, bytes);
  if (token)
    postern_request_add_header (request, "Authorization", bearer);
  if (name)
    postern_request_set_capture (request, name, id ? id : "nobody");
  response = find_route (method, parts[0])->handler (request, world->oidc);
  g_assert_cmpstr (postern_response_get_header (response, "Cache-Control"), ==, "no-store");
  return response;
}

static inline GVariant *
get (const char *target, const char *token)
{
  g_autoptr (PosternResponse) response = call ("GET", target, NULL, NULL, token);

  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  return postern_oidc_world_json (response);
}

static inline void
done (const char *method, const char *target, const char *id, const char *body, const char *token)
{
  g_autoptr (PosternResponse) response = call (method, target, id, body, token);

  if (postern_response_get_status (response) >= 400) {
    g_autoptr (GVariant) problem = postern_oidc_world_json (response);
    g_autofree char *text = postern_json_print (problem);

    g_error ("%s %s: %s", method, target, text);
  }
  g_assert_cmpuint (postern_response_get_status (response), ==, 204);
}

/* @field: (nullable): what the problem must name */
static inline void
refused (PosternResponse *answer, guint status, const char *error, const char *field)
{
  g_autoptr (PosternResponse) response = answer;
  g_autoptr (GVariant) problem = postern_oidc_world_json (response);

  g_assert_cmpstr (postern_json_get_string (problem, "error"), ==, error);
  g_assert_cmpuint (postern_response_get_status (response), ==, status);
  g_assert_cmpint (postern_json_get_int64 (problem, "status", 0), ==, status);
  g_assert_cmpstr (postern_response_get_content_type (response), ==, "application/problem+json");
  g_assert_cmpstr (postern_json_get_string (problem, "field"), ==, field);
  if (field)
    g_assert_true (g_str_has_prefix (postern_oidc_world_get (problem, "detail"), field));
}

static inline GVariant *
find_item (GVariant *list, const char *name, const char *value)
{
  g_autoptr (GVariant) items = postern_json_get (list, "items");

  for (gsize i = 0; i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) boxed = g_variant_get_child_value (items, i);
    g_autoptr (GVariant) item = g_variant_get_variant (boxed);

    if (g_strcmp0 (postern_json_get_string (item, name), value) == 0)
      return g_steal_pointer (&item);
  }
  return NULL;
}

static inline guint
count (GVariant *list)
{
  g_autoptr (GVariant) items = postern_json_get (list, "items");

  return g_variant_n_children (items);
}

static inline void
assert_challenge (const Row *row, const char *token, guint status, const char *challenge)
{
  g_autoptr (PosternResponse) response = call (row->method, row->pattern, NULL, row->body, token);
  const char *header = postern_response_get_header (response, "WWW-Authenticate");

  g_test_message ("%s %s: %u %s", row->method, row->pattern, postern_response_get_status (response), header ? header : "");
  g_assert_cmpuint (postern_response_get_status (response), ==, status);
  g_assert_nonnull (header);
  g_assert_nonnull (strstr (header, challenge));
}

static inline void
assert_dead (const char *token)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_challenge (&rows[i], token, 401, "invalid_token");
}

/* --- a whole test -------------------------------------------------------------------------------------------------------------- */

static inline void
add_factor (const char *type)
{
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0));
  g_autoptr (GError) error = NULL;

  postern_registry_add_instance (world->registry, type, type, settings, &error);
  g_assert_no_error (error);
}

typedef struct {
  const char *path;
  void (*run) (void);
} AccountTest;

static inline int
run_account_tests (int argc, char **argv, const AccountTest *tests, guint n)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  add_factor ("password");
  app = postern_oidc_world_add_application (world, "web", APPLICATION, &app_secret);
  for (guint i = 0; i < n; i++)
    g_test_add_func (tests[i].path, tests[i].run);
  status = g_test_run ();
  g_free (app);
  g_free (app_secret);
  postern_oidc_world_free (world);
  return status;
}
