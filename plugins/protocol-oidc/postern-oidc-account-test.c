/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-sign-in.h"

#include <string.h>

/* The account API through its own routes, as the application of somebody signed in calls it. */

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

static void
person_clear (Person *self)
{
  g_free (self->user_id);
  g_free (self->session_id);
  g_free (self->cookie);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

static gboolean
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

static gboolean
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
static void
sign_in (Person *self, gint64 age)
{
  self->auth_time = g_get_real_time () / G_USEC_PER_SEC - age;
  postern_oidc_world_write (world, insert_session, self);
}

static Person
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

static gboolean
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

static gboolean
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

static char *
give (const Person *person, const char *kind)
{
  Has has = { person->user_id, kind, NULL };

  postern_oidc_world_write (world, g_str_equal (kind, "identity") ? insert_identity : insert_credential, &has);
  return has.id;
}

static gboolean
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
static GVariant *
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

static char *
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
static PosternResponse *
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

static GVariant *
get (const char *target, const char *token)
{
  g_autoptr (PosternResponse) response = call ("GET", target, NULL, NULL, token);

  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  return postern_oidc_world_json (response);
}

static void
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
static void
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

static GVariant *
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

static guint
count (GVariant *list)
{
  g_autoptr (GVariant) items = postern_json_get (list, "items");

  return g_variant_n_children (items);
}

/* --- who is let in ------------------------------------------------------------------------------------------------------------ */

static void
assert_challenge (const Row *row, const char *token, guint status, const char *challenge)
{
  g_autoptr (PosternResponse) response = call (row->method, row->pattern, NULL, row->body, token);
  const char *header = postern_response_get_header (response, "WWW-Authenticate");

  g_test_message ("%s %s: %u %s", row->method, row->pattern, postern_response_get_status (response), header ? header : "");
  g_assert_cmpuint (postern_response_get_status (response), ==, status);
  g_assert_nonnull (header);
  g_assert_nonnull (strstr (header, challenge));
}

static void
test_rows (void)
{
  guint n = 0;

  for (const PosternRoute *route = postern_protocol_get_routes (world->oidc); route->method; route++)
    n += g_str_has_prefix (route->pattern, "/api/account");
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (rows)); /* each of them is tried below */
}

static void
test_refused (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *service_secret = NULL;
  g_autofree char *service = postern_oidc_world_add_application (world, "service", "{'scope':'account:read account:write'}", &service_secret);
  g_autofree char *basic = postern_oidc_world_basic (service, service_secret);
  g_autoptr (GVariant) machine = postern_oidc_world_token (world, "grant_type=client_credentials&scope=account:read%20account:write", basic, NULL);
  g_autoptr (GVariant) elsewhere = get_tokens_of (app, app_secret, &person, "account:read account:write read", "https://api.example");
  g_autoptr (GVariant) tokens = get_tokens_of (app, app_secret, &person, BOTH " offline_access", NULL);
  g_autofree char *read = get_token (&person, READ);
  g_autofree char *write = get_token (&person, WRITE);
  g_autofree char *query = g_strconcat ("?access_token=", postern_oidc_world_get (tokens, "access_token"), NULL);

  g_assert_cmpstr (postern_oidc_world_get (machine, "scope"), ==, "account:read account:write");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gboolean reads = g_str_equal (rows[i].method, "GET");
    g_autofree char *target = g_strconcat (rows[i].pattern, query, NULL);
    Row in_query = { rows[i].method, target, rows[i].body, FALSE };

    assert_challenge (&rows[i], NULL, 401, "Bearer");
    assert_challenge (&rows[i], "nonsense", 401, "invalid_token");
    assert_challenge (&in_query, NULL, 400, "invalid_request");
    assert_challenge (&rows[i], postern_oidc_world_get (tokens, "id_token"), 401, "invalid_token");
    assert_challenge (&rows[i], postern_oidc_world_get (tokens, "refresh_token"), 401, "invalid_token");
    assert_challenge (&rows[i], postern_oidc_world_get (machine, "access_token"), 401, "invalid_token");   /* nobody's */
    assert_challenge (&rows[i], postern_oidc_world_get (elsewhere, "access_token"), 401, "invalid_token"); /* for another resource */
    assert_challenge (&rows[i], reads ? write : read, 403, reads ? "scope=\"account:read\"" : "scope=\"account:write\"");
  }
}

/* No application has the scopes unless it is registered with them. */
static void
test_not_allowed (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, world->other, PAIRS ("scope", BOTH));
  g_autofree char *auth = postern_oidc_world_basic (world->other, world->other_secret);
  g_autofree char *body = g_strdup_printf ("grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, code);
  g_autoptr (GVariant) tokens = postern_oidc_world_token (world, body, auth, NULL);

  assert_challenge (&rows[0], postern_oidc_world_get (tokens, "access_token"), 403, "insufficient_scope");
  g_assert_cmpstr (postern_oidc_world_get (tokens, "scope"), ==, "openid");
}

static void
test_stale (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *stale = NULL;

  sign_in (&person, 300);
  stale = get_token (&person, BOTH);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].fresh)
      assert_challenge (&rows[i], stale, 401, "error=\"insufficient_user_authentication\", max_age=\"300\"");
    else {
      g_autoptr (PosternResponse) response = call (rows[i].method, rows[i].pattern, NULL, rows[i].body, stale);

      g_assert_cmpuint (postern_response_get_status (response), <, 300);
    }
  }
}

static void
assert_dead (const char *token)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_challenge (&rows[i], token, 401, "invalid_token");
}

static void
test_ended (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *offline = get_token (&person, BOTH " offline_access");
  Has disabled = { person.user_id, "disabled", NULL };
  g_autoptr (GVariant) profile = NULL;

  g_assert_true (postern_flow_engine_end_session (world->engine, world->tenant, person.session_id, NULL));
  assert_dead (token);
  profile = get ("/profile", offline);
  g_assert_cmpstr (postern_oidc_world_get (profile, "id"), ==, person.user_id);
  done ("PATCH", "/profile", NULL, "{\"name\":\"Away\"}", offline);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) /* the sign-in is young enough, but it is over */
    if (rows[i].fresh)
      assert_challenge (&rows[i], offline, 401, "insufficient_user_authentication");
  assert_challenge (&(Row){ "DELETE", "/deletion", NULL, FALSE }, offline, 401, "insufficient_user_authentication");
  postern_oidc_world_write (world, change_user, &disabled);
  assert_dead (offline);
}

/* --- profile and preferences -------------------------------------------------------------------------------------------------- */

static void
test_profile (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autoptr (GVariant) before = get ("/profile", token);
  g_autoptr (GVariant) after = NULL;

  g_assert_cmpstr (postern_oidc_world_get (before, "name"), ==, "Bo");
  g_assert_cmpint (postern_json_get_int64 (before, "created_at", 0), ==, 1700000000);
  g_assert_null (postern_json_get_string (before, "locale")); /* of the preferences */
  done ("PATCH", "/profile", NULL, "{\"name\":\" Bo Example \",\"given_name\":\"Bo\",\"family_name\":\"Example\"}", token);
  done ("PATCH", "/profile", NULL, "{\"family_name\":null}", token);
  after = get ("/profile", token);
  g_assert_cmpstr (postern_oidc_world_get (after, "name"), ==, "Bo Example");
  g_assert_cmpstr (postern_oidc_world_get (after, "given_name"), ==, "Bo");
  g_assert_null (postern_json_get_string (after, "family_name"));
}

static void
test_profile_wrong (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  static const struct {
    const char *body, *field;
  } wrong[] = {
    { "", NULL }, { "{}", NULL }, { "[]", NULL }, { "name=Bo", NULL }, { "{\"name\":\"A\",\"name\":\"B\"}", NULL },
    { "{\"email\":\"other@example.org\"}", "email" }, { "{\"administrator\":true}", "administrator" }, { "{\"locale\":\"de\"}", "locale" },
    { "{\"name\":7}", "name" }, { "{\"name\":[\"A\"]}", "name" }, { "{\"name\":null}", "name" }, { "{\"name\":\"\"}", "name" },
    { "{\"name\":\"\\u202eevil\"}", "name" }, { "{\"given_name\":\"a\\nb\"}", "given_name" },
  };
  g_autoptr (GVariant) profile = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_test_message ("%s", wrong[i].body);
    refused (call ("PATCH", "/profile", NULL, wrong[i].body, token), 400, "invalid_request", wrong[i].field);
  }
  profile = get ("/profile", token);
  g_assert_cmpstr (postern_oidc_world_get (profile, "name"), ==, "Bo");
}

static void
test_preferences (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autoptr (GVariant) before = get ("/preferences", token);
  g_autoptr (GVariant) after = NULL;

  g_assert_cmpstr (postern_oidc_world_get (before, "language"), ==, "de");
  g_assert_cmpstr (postern_oidc_world_get (before, "appearance"), ==, "system");
  done ("PATCH", "/preferences", NULL, "{\"appearance\":\"dark\"}", token);
  done ("PATCH", "/preferences", NULL, "{\"language\":\"pt-BR\"}", token);
  after = get ("/preferences", token);
  g_assert_cmpstr (postern_oidc_world_get (after, "language"), ==, "pt-BR");
  g_assert_cmpstr (postern_oidc_world_get (after, "appearance"), ==, "dark");
  refused (call ("PATCH", "/preferences", NULL, "{\"language\":\"de;q=1\"}", token), 400, "invalid_request", "language");
  refused (call ("PATCH", "/preferences", NULL, "{\"language\":null}", token), 400, "invalid_request", "language");
  refused (call ("PATCH", "/preferences", NULL, "{\"appearance\":\"dark; Path=/\"}", token), 400, "invalid_request", "appearance");
  refused (call ("PATCH", "/preferences", NULL, "{\"theme\":\"dark\"}", token), 400, "invalid_request", "theme");
  done ("PATCH", "/preferences", NULL, "{\"appearance\":\"system\"}", token);
}

/* --- sign-in methods ---------------------------------------------------------------------------------------------------------- */

static void
test_methods (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *password = give (&person, "password");
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *identity = give (&person, "identity");
  g_autofree char *token = get_token (&person, BOTH);
  g_autoptr (GVariant) list = get ("/sign-in-methods?redirect_uri=https%3A%2F%2Fapp.example%2Fcallback", token);
  g_autoptr (GVariant) key = find_item (list, "id", passkey);
  g_autoptr (GVariant) linked = find_item (list, "id", identity);
  g_autoptr (GVariant) urls = postern_json_get (list, "change_urls");
  g_autoptr (GVariant) plain = get ("/sign-in-methods", token);
  g_autoptr (GVariant) plain_urls = postern_json_get (plain, "change_urls");
  g_autofree char *printed = postern_json_print (list);
  g_autofree char *url = g_strdup_printf (POSTERN_OIDC_WORLD_ISSUER "/account/change/change-password?client_id=%s&redirect_uri=https%%3A%%2F%%2Fapp.example%%2Fcallback", app);

  g_assert_cmpuint (count (list), ==, 3);
  g_assert_cmpstr (postern_oidc_world_get (key, "type"), ==, "passkey");
  g_assert_cmpstr (postern_oidc_world_get (key, "name"), ==, "A key");
  g_assert_cmpstr (postern_oidc_world_get (key, "aaguid"), ==, "adce0002-35bc-c60a-648b-0b25f1f05503");
  g_assert_cmpint (postern_json_get_int64 (key, "used_at", 0), ==, 1700000002);
  g_assert_cmpstr (postern_oidc_world_get (linked, "connector"), ==, "corp");
  g_assert_cmpstr (postern_oidc_world_get (urls, "password"), ==, url);
  g_assert_cmpstr (postern_oidc_world_get (plain_urls, "password"), ==, POSTERN_OIDC_WORLD_ISSUER "/account/change/change-password");
  g_assert_null (strstr (printed, "secret"));
  g_assert_null (strstr (printed, "of the key"));
  refused (call ("GET", "/sign-in-methods?redirect_uri=https%3A%2F%2Fevil.example%2F", NULL, NULL, token), 400, "invalid_request", "redirect_uri");
}

static void
test_rename (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) stranger = make_person ();
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *password = give (&stranger, "password");
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) key = NULL;

  refused (call ("PATCH", "/sign-in-methods/{method}", passkey, "{\"name\":\"Mine\"}", strange), 404, "not_found", NULL);
  refused (call ("PATCH", "/sign-in-methods/{method}", password, "{\"name\":\"Mine\"}", strange), 404, "not_found", NULL); /* has no name */
  refused (call ("PATCH", "/sign-in-methods/{method}", passkey, "{\"name\":\"\\u0007\"}", token), 400, "invalid_request", "name");
  refused (call ("PATCH", "/sign-in-methods/{method}", passkey, "{\"key\":\"mine\"}", token), 400, "invalid_request", "key");
  done ("PATCH", "/sign-in-methods/{method}", passkey, "{\"name\":\"Key ring\"}", token);
  list = get ("/sign-in-methods", token);
  key = find_item (list, "id", passkey);
  g_assert_cmpstr (postern_oidc_world_get (key, "name"), ==, "Key ring");
  g_assert_cmpstr (postern_oidc_world_get (key, "aaguid"), ==, "adce0002-35bc-c60a-648b-0b25f1f05503");
}

/* What is somebody else's is answered to a byte as what is not there. */
static void
assert_foreign (const char *target, const char *foreign, const char *unknown, const char *token)
{
  g_autoptr (PosternResponse) one = call ("DELETE", target, foreign, NULL, token);
  g_autoptr (PosternResponse) other = call ("DELETE", target, unknown, NULL, token);

  g_assert_true (g_bytes_equal (postern_response_get_body (one), postern_response_get_body (other)));
  refused (g_object_ref (one), 404, "not_found", NULL);
}

static void
test_remove (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) elsewhere = { g_strdup (person.user_id) };
  g_auto (Person) stranger = make_person ();
  g_autofree char *password = give (&person, "password");
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *codes = give (&person, "recovery-code");
  g_autofree char *identity = give (&person, "identity");
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autofree char *other = NULL;
  g_autoptr (GVariant) left = NULL;

  sign_in (&elsewhere, 5);
  other = get_token (&elsewhere, BOTH);
  assert_foreign ("/sign-in-methods/{method}", passkey, "crd_00000000000000000000000000", strange);
  assert_foreign ("/sign-in-methods/{method}", identity, "idn_00000000000000000000000000", strange);
  refused (call ("DELETE", "/sign-in-methods/{method}", "phonebook", NULL, token), 404, "not_found", NULL);
  refused (call ("DELETE", "/sign-in-methods/{method}", "phone", NULL, token), 404, "not_found", NULL); /* has none */
  refused (call ("DELETE", "/sign-in-methods/{method}", codes, NULL, token), 400, "invalid_request", NULL); /* only replaced */
  done ("DELETE", "/sign-in-methods/{method}", passkey, NULL, token);
  assert_challenge (&rows[0], other, 401, "invalid_token"); /* signed out everywhere else */
  done ("DELETE", "/sign-in-methods/{method}", identity, NULL, token);
  refused (call ("DELETE", "/sign-in-methods/{method}", password, NULL, token), 409, "conflict", NULL); /* the last way in */
  left = get ("/sign-in-methods", token);
  g_assert_cmpuint (count (left), ==, 2);
}

/* --- sessions, applications, activity ------------------------------------------------------------------------------------------ */

static void
test_sessions (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) second = { g_strdup (person.user_id) };
  g_auto (Person) third = { g_strdup (person.user_id) };
  g_auto (Person) stranger = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autofree char *stale = NULL;
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) own = NULL;
  g_autoptr (GVariant) left = NULL;

  sign_in (&second, 5);
  sign_in (&third, 500);
  stale = get_token (&third, BOTH);
  list = get ("/sessions", token);
  own = find_item (list, "id", person.session_id);
  g_assert_cmpuint (count (list), ==, 3);
  g_assert_true (postern_json_get_boolean (own, "current", FALSE));
  g_assert_cmpstr (postern_oidc_world_get (own, "device"), ==, "Firefox on Linux");
  g_assert_cmpstr (postern_oidc_world_get (own, "remote_address"), ==, "192.0.2.7");
  assert_foreign ("/sessions/{session}", person.session_id, "ses_00000000000000000000000000", strange);
  done ("DELETE", "/sessions/{session}", second.session_id, NULL, token);
  refused (call ("DELETE", "/sessions/{session}", person.session_id, NULL, stale), 401, "insufficient_user_authentication", NULL);
  done ("DELETE", "/sessions/{session}", third.session_id, NULL, stale); /* its own: to leave asks for nothing */
  assert_challenge (&rows[0], stale, 401, "invalid_token");
  sign_in (&second, 5);
  done ("DELETE", "/sessions", NULL, NULL, token);
  left = get ("/sessions", token);
  g_assert_cmpuint (count (left), ==, 1);
}

static void
test_applications (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) stranger = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *again = get_token (&person, BOTH);
  g_autofree char *strange = get_token (&stranger, BOTH);
  g_autoptr (GVariant) elsewhere = get_tokens_of (world->web, world->web_secret, &person, "openid email", NULL);
  g_autoptr (GVariant) list = get ("/applications", token);
  g_autoptr (GVariant) web = find_item (list, "id", world->web);
  g_auto (GStrv) scopes = postern_json_dup_strv (web, "scopes", FALSE);

  g_assert_cmpuint (count (list), ==, 2); /* one line each */
  g_assert_cmpstr (postern_oidc_world_get (web, "name"), ==, "Example");
  g_assert_cmpstr (scopes[1], ==, "email");
  assert_foreign ("/applications/{application}", world->web, "app_00000000000000000000000000", strange);
  done ("DELETE", "/applications/{application}", world->web, NULL, token);
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (elsewhere, "access_token"), world->web, world->web_secret));
  refused (call ("DELETE", "/applications/{application}", world->web, NULL, token), 404, "not_found", NULL);
  done ("DELETE", "/applications/{application}", app, NULL, token); /* even itself */
  assert_dead (token);
  assert_dead (again);
}

static void
test_activity (void)
{
  g_auto (Person) person = make_person ();
  g_auto (Person) stranger = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *next = NULL;
  guint found = 0, pages = 0, signed_in = 0;

  for (guint i = 0; i < 5; i++)
    done ("PATCH", "/profile", NULL, "{\"name\":\"Bo\"}", token);
  sign_in (&stranger, 0);
  do {
    g_autofree char *target = g_strdup_printf ("/activity?limit=2%s%s", next ? "&after=" : "", next ? next : "");
    g_autoptr (GVariant) page = get (target, token);
    g_autoptr (GVariant) began = find_item (page, "event", "sign-in.succeeded");

    g_assert_cmpuint (count (page), <=, 2);
    found += count (page);
    signed_in += began != NULL;
    g_free (next);
    next = g_strdup (postern_json_get_string (page, "next"));
  } while (next && ++pages < 10);
  g_assert_cmpuint (found, ==, 6); /* five changes and the sign-in, each once */
  g_assert_cmpuint (signed_in, ==, 1);
  refused (call ("GET", "/activity?after=usr_00000000000000000000000000", NULL, NULL, token), 400, "invalid_request", "after");
  refused (call ("GET", "/activity?limit=0", NULL, NULL, token), 400, "invalid_request", "limit");
  refused (call ("GET", "/activity?limit=501", NULL, NULL, token), 400, "invalid_request", "limit");
}

/* --- data and deletion ---------------------------------------------------------------------------------------------------------- */

static void
test_data (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *passkey = give (&person, "passkey");
  g_autofree char *token = get_token (&person, READ);
  g_autoptr (GVariant) data = get ("/data", token);
  g_autofree char *printed = postern_json_print (data);

  g_assert_nonnull (strstr (printed, person.user_id));
  g_assert_nonnull (strstr (printed, "A key"));
  g_assert_null (strstr (printed, "a secret of"));
  g_assert_null (strstr (printed, "of the key"));
}

static void
test_deletion (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  g_autofree char *offline = get_token (&person, BOTH " offline_access");
  g_autofree char *later = NULL;
  g_autoptr (PosternResponse) response = call ("POST", "/deletion", NULL, NULL, token);
  g_autoptr (GVariant) answer = postern_oidc_world_json (response);
  gint64 deletes_at = postern_json_get_int64 (answer, "deletes_at", 0);
  g_autoptr (GVariant) waits = NULL;
  g_autoptr (GVariant) kept = NULL;

  g_assert_cmpuint (postern_response_get_status (response), ==, 202);
  g_assert_cmpint (deletes_at, >, g_get_real_time () / G_USEC_PER_SEC + 3600);
  assert_dead (token);
  assert_dead (offline);
  sign_in (&person, 1000); /* to keep it, who signed in is enough */
  later = get_token (&person, BOTH);
  waits = get ("/profile", later);
  g_assert_cmpint (postern_json_get_int64 (waits, "deletes_at", 0), ==, deletes_at);
  done ("DELETE", "/deletion", NULL, NULL, later);
  done ("DELETE", "/deletion", NULL, NULL, later);
  kept = get ("/profile", later);
  g_assert_cmpint (postern_json_get_int64 (kept, "deletes_at", 0), ==, 0);
}

static void
test_deletion_administrator (void)
{
  g_auto (Person) person = make_person ();
  g_autofree char *token = get_token (&person, BOTH);
  Has administrator = { person.user_id, "administrator", NULL };
  g_autoptr (GVariant) profile = NULL;

  postern_oidc_world_write (world, change_user, &administrator);
  refused (call ("POST", "/deletion", NULL, NULL, token), 403, "access_denied", NULL);
  profile = get ("/profile", token);
  g_assert_cmpint (postern_json_get_int64 (profile, "deletes_at", 0), ==, 0);
}

static void
add_factor (const char *type)
{
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0));
  g_autoptr (GError) error = NULL;

  postern_registry_add_instance (world->registry, type, type, settings, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  add_factor ("password");
  app = postern_oidc_world_add_application (world, "web", APPLICATION, &app_secret);
  g_test_add_func ("/oidc-account/rows", test_rows);
  g_test_add_func ("/oidc-account/refused", test_refused);
  g_test_add_func ("/oidc-account/not-allowed", test_not_allowed);
  g_test_add_func ("/oidc-account/stale", test_stale);
  g_test_add_func ("/oidc-account/ended", test_ended);
  g_test_add_func ("/oidc-account/profile", test_profile);
  g_test_add_func ("/oidc-account/profile-wrong", test_profile_wrong);
  g_test_add_func ("/oidc-account/preferences", test_preferences);
  g_test_add_func ("/oidc-account/methods", test_methods);
  g_test_add_func ("/oidc-account/rename", test_rename);
  g_test_add_func ("/oidc-account/remove", test_remove);
  g_test_add_func ("/oidc-account/sessions", test_sessions);
  g_test_add_func ("/oidc-account/applications", test_applications);
  g_test_add_func ("/oidc-account/activity", test_activity);
  g_test_add_func ("/oidc-account/data", test_data);
  g_test_add_func ("/oidc-account/deletion", test_deletion);
  g_test_add_func ("/oidc-account/deletion-administrator", test_deletion_administrator);
  status = g_test_run ();
  g_free (app);
  g_free (app_secret);
  postern_oidc_world_free (world);
  return status;
}
