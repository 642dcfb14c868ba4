/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-flow-scope-words.h"
#include "postern-organization.h"
#include "postern-role.h"

/* Tokens at a managed resource: each way of getting one, and introspection, follow the roles. */

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ORDERS "https://orders.example"
#define BOTH "openid orders:read orders:write"

static PosternOidcWorld *world;
static PosternResource *orders;
static PosternRole *clerk, *chief;
static char *shop, *shop_secret;     /* people sign in there */
static char *server, *server_secret; /* of the API: introspects */
static char *job, *job_secret;       /* acts for itself */

static gboolean
set_up_store (PosternTxn *txn, gpointer data, GError **error)
{
  gboolean changed;

  orders = postern_resource_new ();
  orders->id = postern_id_new ("res");
  orders->indicator = g_strdup (ORDERS);
  orders->name = g_strdup ("Orders");
  orders->scopes = postern_json_parse ("[{\"name\":\"orders:read\",\"description\":\"See your orders\"},{\"name\":\"orders:write\"}]", -1, 0, NULL);
  orders->settings = postern_json_parse_object ("{\"access_token_lifetime\":120,\"claims_map\":[{\"claim\":\"handle\",\"from\":\"user.username\"}]}", -1, 0, NULL);
  clerk = postern_role_new ();
  clerk->id = postern_id_new ("rol");
  clerk->name = g_strdup ("clerk");
  clerk->kind = g_strdup (POSTERN_ROLE_TENANT);
  clerk->organization_id = g_strdup ("");
  chief = postern_role_new ();
  chief->id = postern_id_new ("rol");
  chief->name = g_strdup ("chief");
  chief->kind = g_strdup (POSTERN_ROLE_TENANT);
  chief->organization_id = g_strdup ("");
  return postern_resource_insert (txn, orders, POSTERN_OIDC_WORLD_ISSUER, error) && postern_role_store_insert (txn, clerk, error) &&
         postern_role_store_insert (txn, chief, error) && postern_role_permit (txn, clerk, orders->id, "orders:read", &changed, error) &&
         postern_role_permit (txn, chief, orders->id, "orders:read", &changed, error) &&
         postern_role_permit (txn, chief, orders->id, "orders:write", &changed, error);
}

static void
set_up (void)
{
  world = postern_oidc_world_new ();
  postern_oidc_world_write (world, set_up_store, NULL);
  shop = postern_oidc_world_add_application (world, "web", "{'require_pkce':false,'redirect_uris':['https://app.example/callback'],'grant_types':['authorization_code','refresh_token'],"
    "'resources':['" ORDERS "','https://else.example'],'scope':'openid email offline_access orders:read orders:write','claims_map':[{'claim':'plan','value':'gold'},{'claim':'land','from':'profile.address.country'}]}", &shop_secret);
  server = postern_oidc_world_add_application (world, "service", "{'resources':['" ORDERS "'],'scope':'x'}", &server_secret);
  job = postern_oidc_world_add_application (world, "service", "{'resources':['" ORDERS "'],'scope':'orders:read orders:write other'}", &job_secret);
}

static void
tear_down (void)
{
  char *strings[] = { shop, shop_secret, server, server_secret, job, job_secret };

  postern_resource_unref (orders);
  postern_role_unref (clerk);
  postern_role_unref (chief);
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
  postern_oidc_world_free (world);
}

typedef struct {
  PosternRole *role;
  const char *subject;
  gboolean take;
} Change;

static gboolean
change (PosternTxn *txn, gpointer data, GError **error)
{
  Change *self = data;
  PosternAssignment assignment = { (char *) self->subject, (char *) "", self->role->id, 1 };
  gboolean changed;

  return self->take ? postern_assignment_store_delete (txn, &assignment, &changed, error) : postern_role_assign (txn, self->role, &assignment, &changed, error);
}

static void
give (PosternRole *role, const char *subject)
{
  postern_oidc_world_write (world, change, &(Change) { role, subject, FALSE });
}

static void
take (PosternRole *role, const char *subject)
{
  postern_oidc_world_write (world, change, &(Change) { role, subject, TRUE });
}

static GVariant *
redeem (const char *code, guint *status)
{
  g_autofree char *auth = postern_oidc_world_basic (shop, shop_secret);
  g_autofree char *body = g_strconcat ("grant_type=authorization_code&code=", code, "&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&code_verifier=" POSTERN_OIDC_WORLD_VERIFIER, NULL);

  return postern_oidc_world_token (world, body, auth, status);
}

static GVariant *
sign_in (const char *scope)
{
  g_autofree char *code = postern_oidc_world_get_code (world, shop, PAIRS ("scope", scope, "resource", ORDERS));

  return redeem (code, NULL);
}

static GVariant *
refresh (GVariant *tokens, const char *more, guint *status)
{
  g_autofree char *auth = postern_oidc_world_basic (shop, shop_secret);
  g_autofree char *body = g_strconcat ("grant_type=refresh_token&refresh_token=", postern_oidc_world_get (tokens, "refresh_token"), more, NULL);

  return postern_oidc_world_token (world, body, auth, status);
}

static char *
list (GVariant *claims, const char *name)
{
  g_auto (GStrv) values = postern_json_dup_strv (claims, name, TRUE);

  return values ? g_strjoinv (" ", values) : g_strdup ("-");
}

/* @expected: scope|audience|roles|permissions of an access token or of what introspection tells */
static void
assert_says (GVariant *claims, const char *expected)
{
  g_autofree char *audience = list (claims, "aud");
  g_autofree char *roles = list (claims, "roles");
  g_autofree char *permissions = list (claims, "permissions");
  g_autofree char *got = g_strjoin ("|", postern_json_get_string (claims, "scope"), audience, roles, permissions, NULL);

  g_assert_cmpstr (got, ==, expected);
}

static void
assert_token_says (GVariant *tokens, const char *expected)
{
  g_autoptr (GVariant) claims = postern_oidc_world_verify (world, postern_oidc_world_get (tokens, "access_token"), "at+jwt");

  assert_says (claims, expected);
  g_assert_cmpstr (postern_json_get_string (claims, "scope"), ==, postern_json_get_string (tokens, "scope"));
}

#define NOTHING "openid|" POSTERN_OIDC_WORLD_ISSUER "|-|-"
#define READS "openid orders:read|" ORDERS " " POSTERN_OIDC_WORLD_ISSUER "|clerk|orders:read"

/* --- people --- */

/* Who may nothing there still signs in; the token is not for the resource then. */
static void
test_without_role (void)
{
  g_autoptr (GVariant) tokens = sign_in (BOTH);
  g_autoptr (PosternResponse) response = postern_oidc_world_authorize (world, shop, PAIRS ("scope", "orders:read", "resource", ORDERS));

  assert_token_says (tokens, NOTHING);
  postern_oidc_world_assert_redirect_error (response, "access_denied");
}

static void
test_with_role (void)
{
  g_autoptr (GVariant) tokens = NULL;

  give (clerk, world->user_id);
  tokens = sign_in (BOTH);
  assert_token_says (tokens, READS);
  g_assert_cmpint (postern_json_get_int64 (tokens, "expires_in", 0), ==, 120); /* as the resource wants it */
  take (clerk, world->user_id);
}

/* A change is seen at the next token, both ways: the person allowed the application what it asked. */
static void
test_refresh_follows (void)
{
  g_autoptr (GVariant) first = NULL, more = NULL, none = NULL;

  give (clerk, world->user_id);
  first = sign_in (BOTH);
  give (chief, world->user_id);
  more = refresh (first, NULL, NULL);
  assert_token_says (more, BOTH "|" ORDERS " " POSTERN_OIDC_WORLD_ISSUER "|chief clerk|orders:read orders:write");
  take (chief, world->user_id);
  take (clerk, world->user_id);
  none = refresh (more, NULL, NULL);
  assert_token_says (none, NOTHING);
}

/* A token for this resource alone cannot be had; the refresh token is none the worse for it. */
static void
test_named_resource (void)
{
  g_autoptr (GVariant) first = NULL, named = NULL, refused = NULL, later = NULL;
  guint status;

  give (clerk, world->user_id);
  first = sign_in (BOTH);
  named = refresh (first, "&resource=https%3A%2F%2Forders.example", NULL);
  assert_token_says (named, "openid orders:read|" ORDERS "|clerk|orders:read");
  take (clerk, world->user_id);
  refused = refresh (named, "&resource=https%3A%2F%2Forders.example", &status);
  g_assert_cmpuint (status, ==, 400);
  g_assert_cmpstr (postern_json_get_string (refused, "error"), ==, "invalid_scope");
  later = refresh (named, NULL, NULL);
  assert_token_says (later, NOTHING);
}

/* The role goes between code and token. */
static void
test_lost_before_redemption (void)
{
  g_autofree char *code = NULL, *bare = NULL;
  g_autoptr (GVariant) tokens = NULL, refused = NULL;
  guint status;

  give (clerk, world->user_id);
  code = postern_oidc_world_get_code (world, shop, PAIRS ("scope", BOTH, "resource", ORDERS));
  bare = postern_oidc_world_get_code (world, shop, PAIRS ("scope", "orders:read", "resource", ORDERS));
  take (clerk, world->user_id);
  tokens = redeem (code, NULL);
  assert_token_says (tokens, NOTHING);
  refused = redeem (bare, &status);
  g_assert_cmpuint (status, ==, 400);
  g_assert_cmpstr (postern_json_get_string (refused, "error"), ==, "invalid_scope");
}

/* A managed resource's scope does not come in by naming another resource's place or none. */
static void
test_without_resource (void)
{
  g_autofree char *code = postern_oidc_world_get_code (world, shop, PAIRS ("scope", "openid orders:read"));
  g_autofree char *other_code = postern_oidc_world_get_code (world, shop, PAIRS ("scope", "openid orders:read", "resource", "https://else.example"));
  g_autoptr (GVariant) tokens = redeem (code, NULL);
  g_autoptr (GVariant) other = redeem (other_code, NULL);

  assert_token_says (tokens, NOTHING);
  assert_token_says (other, "openid orders:read|https://else.example " POSTERN_OIDC_WORLD_ISSUER "|-|-"); /* that one decides by itself */
}

/* --- a program that acts for an organization ------------------------------------------------------------------------------------- */

typedef struct {
  PosternOrganization *acme, *globex;
  PosternRole *picker; /* a template that gives orders:write, had in acme */
} Customers;

static gboolean
make_customers (PosternTxn *txn, gpointer data, GError **error)
{
  Customers *self = data;
  PosternAssignment assignment = { job, NULL, NULL, 1 };
  gboolean changed;

  self->acme = postern_organization_make ("Acme", "acme", 1, error);
  self->globex = postern_organization_make ("Globex", "globex", 1, error);
  self->picker = postern_role_new ();
  self->picker->id = postern_id_new ("rol");
  self->picker->name = g_strdup ("picker");
  self->picker->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
  self->picker->organization_id = g_strdup ("");
  assignment.organization_id = self->acme->id;
  assignment.role_id = self->picker->id;
  return postern_organization_store_insert (txn, self->acme, error) && postern_organization_store_insert (txn, self->globex, error) &&
         postern_role_store_insert (txn, self->picker, error) && postern_role_permit (txn, self->picker, orders->id, "orders:write", &changed, error) &&
         postern_role_assign (txn, self->picker, &assignment, &changed, error);
}

static gboolean
switch_off (PosternTxn *txn, gpointer data, GError **error)
{
  Customers *self = data;

  self->acme->disabled_at = self->acme->disabled_at ? 0 : 1;
  return postern_organization_store_update (txn, self->acme, error);
}

static gboolean
leave (PosternTxn *txn, gpointer data, GError **error)
{
  Customers *self = data;
  PosternAssignment assignment = { job, self->acme->id, self->picker->id, 0 };
  gboolean changed;

  return postern_assignment_store_delete (txn, &assignment, &changed, error);
}

#define FOR "grant_type=client_credentials&organization="

/* What its roles there give is in the token, as long as it has one. "None", "another's" and "switched off" are one answer. */
static void
test_program_of_organization (void)
{
  Customers customers = { NULL };
  g_autofree char *auth = postern_oidc_world_basic (job, job_secret), *long_name = g_strnfill (65, 'a'), *too_long = g_strconcat (FOR, long_name, NULL), *by_id = NULL;
  g_autoptr (GVariant) tokens = NULL, claims = NULL, again = NULL, told = NULL;
  g_autoptr (PosternResponse) inline_answer = NULL;
  const char *token;

  postern_oidc_world_write (world, make_customers, &customers);
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=orders:write", auth, 400, "invalid_scope"); /* of the tenant it has none */
  tokens = postern_oidc_world_token (world, FOR "acme", auth, NULL);
  token = postern_oidc_world_get (tokens, "access_token");
  claims = postern_oidc_world_verify (world, token, "at+jwt");
  g_assert_cmpstr (postern_json_get_string (claims, "organization_id"), ==, customers.acme->id);
  g_assert_cmpstr (postern_json_get_string (claims, "scope"), ==, "orders:write");
  by_id = g_strconcat (FOR, customers.acme->id, NULL);
  again = postern_oidc_world_token (world, by_id, auth, NULL);
  g_assert_cmpstr (postern_json_get_string (again, "scope"), ==, "orders:write");
  inline_answer = postern_oidc_world_call_inline (world, "POST", "/oidc/token", FOR "acme", auth);
  g_assert_null (inline_answer); /* it reads the store */
  told = postern_oidc_world_introspect (world, token, server, server_secret);
  g_assert_cmpstr (postern_json_get_string (told, "organization_id"), ==, customers.acme->id);
  postern_oidc_world_refused (world, FOR "globex", auth, 400, "invalid_target");
  postern_oidc_world_refused (world, FOR "none", auth, 400, "invalid_target");
  postern_oidc_world_refused (world, too_long, auth, 400, "invalid_request");
  postern_oidc_world_write (world, switch_off, &customers);
  g_assert_false (postern_oidc_world_is_active (world, token, server, server_secret));
  postern_oidc_world_refused (world, FOR "acme", auth, 400, "invalid_target");
  postern_oidc_world_write (world, switch_off, &customers);
  g_assert_true (postern_oidc_world_is_active (world, token, server, server_secret));
  postern_oidc_world_write (world, leave, &customers);
  g_assert_false (postern_oidc_world_is_active (world, token, server, server_secret));
  postern_oidc_world_refused (world, FOR "acme", auth, 400, "invalid_target");
  postern_organization_unref (customers.acme);
  postern_organization_unref (customers.globex);
  postern_role_unref (customers.picker);
}

/* --- claims by the maps of the application and of the resource --- */

static void
test_maps (void)
{
  g_autoptr (GVariant) with = NULL, without = NULL, id = NULL, access = NULL, plain = NULL, told = NULL;
  g_autofree char *bearer = NULL;
  g_autoptr (PosternResponse) userinfo = NULL;

  without = sign_in (BOTH); /* nothing may be had: the resource does not get its claims either */
  plain = postern_oidc_world_verify (world, postern_oidc_world_get (without, "access_token"), "at+jwt");
  g_assert_null (postern_json_get_string (plain, "handle"));
  give (clerk, world->user_id);
  with = sign_in (BOTH);
  id = postern_oidc_world_verify (world, postern_oidc_world_get (with, "id_token"), NULL);
  access = postern_oidc_world_verify (world, postern_oidc_world_get (with, "access_token"), "at+jwt");
  g_assert_cmpstr (postern_json_get_string (id, "plan"), ==, "gold");
  g_assert_cmpstr (postern_json_get_string (id, "land"), ==, "DE");
  g_assert_null (postern_json_get_string (id, "handle"));
  g_assert_cmpstr (postern_json_get_string (access, "handle"), ==, "alice");
  g_assert_null (postern_json_get_string (access, "plan"));
  bearer = g_strconcat ("Bearer ", postern_oidc_world_get (with, "access_token"), NULL);
  userinfo = postern_oidc_world_call (world, "GET", "/oidc/userinfo", NULL, bearer, FALSE);
  told = postern_oidc_world_json (userinfo);
  g_assert_cmpstr (postern_json_get_string (told, "plan"), ==, "gold");
  g_assert_null (postern_json_get_string (told, "handle"));
  take (clerk, world->user_id);
}

/* --- introspection --- */

static void
test_introspection_follows (void)
{
  g_autoptr (GVariant) tokens = NULL, told = NULL, less = NULL;
  const char *token;

  give (chief, world->user_id);
  tokens = sign_in (BOTH);
  token = postern_oidc_world_get (tokens, "access_token");
  told = postern_oidc_world_introspect (world, token, server, server_secret);
  assert_says (told, BOTH "|" ORDERS " " POSTERN_OIDC_WORLD_ISSUER "|chief|orders:read orders:write");
  give (clerk, world->user_id);
  take (chief, world->user_id);
  less = postern_oidc_world_introspect (world, token, server, server_secret);
  assert_says (less, READS);
  take (clerk, world->user_id);
  g_assert_false (postern_oidc_world_is_active (world, token, server, server_secret));
  g_assert_true (postern_oidc_world_is_active (world, token, shop, shop_secret)); /* it still says who signed in */
}

static void
test_introspection_of_programs (void)
{
  g_autofree char *auth = postern_oidc_world_basic (job, job_secret);
  g_autoptr (GVariant) tokens = NULL;
  const char *token;

  give (clerk, job);
  tokens = postern_oidc_world_token (world, "grant_type=client_credentials&scope=orders:read", auth, NULL);
  token = postern_oidc_world_get (tokens, "access_token");
  g_assert_true (postern_oidc_world_is_active (world, token, server, server_secret));
  take (clerk, job);
  g_assert_false (postern_oidc_world_is_active (world, token, server, server_secret));
  g_assert_false (postern_oidc_world_is_active (world, token, job, job_secret));
}

/* --- programs --- */

static void
test_client_credentials (void)
{
  g_autofree char *auth = postern_oidc_world_basic (job, job_secret);
  g_autoptr (GVariant) named = NULL, all = NULL;

  postern_oidc_world_refused (world, "grant_type=client_credentials", auth, 400, "invalid_scope");
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=orders:read", auth, 400, "invalid_scope");
  give (clerk, job);
  named = postern_oidc_world_token (world, "grant_type=client_credentials&scope=orders:read", auth, NULL);
  assert_token_says (named, "orders:read|" ORDERS "|clerk|orders:read");
  g_assert_cmpint (postern_json_get_int64 (named, "expires_in", 0), ==, 120);
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=orders:read+orders:write", auth, 400, "invalid_scope"); /* not held */
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=orders:read+other", auth, 400, "invalid_scope"); /* none of its */
  give (chief, job);
  all = postern_oidc_world_token (world, "grant_type=client_credentials", auth, NULL);
  assert_token_says (all, "orders:read orders:write|" ORDERS "|chief clerk|orders:read orders:write");
  take (chief, job);
  take (clerk, job);
  postern_oidc_world_refused (world, "grant_type=client_credentials", auth, 400, "invalid_scope");
}

/* The record is a ceiling: what it does not allow no role gives. */
static void
test_record_is_ceiling (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *narrow = postern_oidc_world_add_application (world, "service", "{'resources':['" ORDERS "'],'scope':'orders:read'}", &secret);
  g_autofree char *auth = postern_oidc_world_basic (narrow, secret);
  g_autoptr (GVariant) tokens = NULL;

  give (chief, narrow);
  tokens = postern_oidc_world_token (world, "grant_type=client_credentials", auth, NULL);
  assert_token_says (tokens, "orders:read|" ORDERS "|chief|orders:read");
  postern_oidc_world_refused (world, "grant_type=client_credentials&scope=orders:write", auth, 400, "invalid_scope");
}

/* Warm, it is answered where nothing may be read; and not by what was true before a change. */
static void
test_inline (void)
{
  g_autofree char *auth = postern_oidc_world_basic (job, job_secret);
  g_autoptr (GVariant) cold = NULL;
  g_autoptr (PosternResponse) warm = NULL, changed = NULL;

  give (clerk, job);
  cold = postern_oidc_world_token (world, "grant_type=client_credentials", auth, NULL);
  g_assert_nonnull (postern_json_get_string (cold, "access_token"));
  warm = postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials", auth);
  g_assert_cmpuint (postern_response_get_status (warm), ==, 200);
  take (clerk, job);
  changed = postern_oidc_world_call_inline (world, "POST", "/oidc/token", "grant_type=client_credentials", auth);
  g_assert_null (changed);
  postern_oidc_world_refused (world, "grant_type=client_credentials", auth, 400, "invalid_scope");
}

static void
test_opaque (void)
{
  g_autofree char *secret = NULL;
  g_autofree char *opaque = postern_oidc_world_add_application (world, "service", "{'resources':['" ORDERS "'],'scope':'orders:read','access_token_format':'opaque'}", &secret);
  g_autofree char *auth = postern_oidc_world_basic (opaque, secret);
  g_autoptr (GVariant) tokens = NULL, told = NULL;

  give (clerk, opaque);
  tokens = postern_oidc_world_token (world, "grant_type=client_credentials", auth, NULL);
  told = postern_oidc_world_introspect (world, postern_oidc_world_get (tokens, "access_token"), server, server_secret);
  assert_says (told, "orders:read|" ORDERS "|clerk|orders:read");
  take (clerk, opaque);
  g_assert_false (postern_oidc_world_is_active (world, postern_oidc_world_get (tokens, "access_token"), server, server_secret));
}

/* --- words --- */

static void
test_words (void)
{
  g_autoptr (PosternResourceBook) book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (world->tenant), NULL);
  g_autoptr (GVariant) rows = g_variant_ref_sink (postern_flow_scope_words_to_variant (book, PAIRS (ORDERS), PAIRS ("email", "orders:read", "orders:write")));
  g_autofree char *elsewhere = postern_flow_scope_words_dup_title (book, NULL, "orders:read");
  static const struct { const char *title, *text; } expected[] = {
    { "Your e-mail address", NULL }, { "See your orders", "Orders" }, { "orders:write", "Orders" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (rows, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);

    g_assert_cmpstr (postern_json_get_string (row, "title"), ==, expected[i].title);
    if (expected[i].text)
      g_assert_cmpstr (postern_json_get_string (row, "text"), ==, expected[i].text);
  }
  g_assert_cmpstr (elsewhere, ==, "orders:read");
}

/* What is about the person, what a managed resource has, what only one that nobody manages here can mean, and what nobody has. */
static void
test_allowed (void)
{
  g_autoptr (PosternResourceBook) book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (world->tenant), NULL);
  g_auto (GStrv) here = postern_flow_scope_words_dup_allowed (book, PAIRS (ORDERS), PAIRS ("email", "orders:read", "odd"));
  g_auto (GStrv) both = postern_flow_scope_words_dup_allowed (book, PAIRS (ORDERS, "https://other.example"), PAIRS ("email", "orders:read", "odd"));
  g_autofree char *here_text = g_strjoinv (" ", here), *both_text = g_strjoinv (" ", both);
  g_autoptr (GVariant) rows = g_variant_ref_sink (postern_flow_scope_words_to_variant (book, PAIRS (ORDERS, "https://other.example"), PAIRS ("email", "orders:read")));

  g_assert_cmpstr (here_text, ==, "email " ORDERS "#orders:read odd");
  g_assert_cmpstr (both_text, ==, "email " ORDERS "#orders:read https://other.example#orders:read https://other.example#odd");
  g_assert_cmpuint (g_variant_n_children (rows), ==, 3); /* at both, and the page says so */
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  set_up ();
  g_test_add_func ("/oidc/permission/without-role", test_without_role);
  g_test_add_func ("/oidc/permission/with-role", test_with_role);
  g_test_add_func ("/oidc/permission/refresh-follows", test_refresh_follows);
  g_test_add_func ("/oidc/permission/named-resource", test_named_resource);
  g_test_add_func ("/oidc/permission/lost-before-redemption", test_lost_before_redemption);
  g_test_add_func ("/oidc/permission/without-resource", test_without_resource);
  g_test_add_func ("/oidc/permission/introspection-follows", test_introspection_follows);
  g_test_add_func ("/oidc/permission/introspection-of-programs", test_introspection_of_programs);
  g_test_add_func ("/oidc/permission/client-credentials", test_client_credentials);
  g_test_add_func ("/oidc/permission/record-is-ceiling", test_record_is_ceiling);
  g_test_add_func ("/oidc/permission/inline", test_inline);
  g_test_add_func ("/oidc/permission/opaque", test_opaque);
  g_test_add_func ("/oidc/permission/program-of-organization", test_program_of_organization);
  g_test_add_func ("/oidc/permission/maps", test_maps);
  g_test_add_func ("/oidc/permission/words", test_words);
  g_test_add_func ("/oidc/permission/allowed", test_allowed);
  status = g_test_run ();
  tear_down ();
  return status;
}
