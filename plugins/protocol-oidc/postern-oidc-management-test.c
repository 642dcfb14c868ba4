/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-organization.h"
#include "postern-role.h"

#define RESOURCE POSTERN_OIDC_WORLD_ISSUER "/api/v1"
#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static PosternOidcWorld *world;

/* TRUE, or FALSE with the error; @bearer: (out) */
static gboolean
admit_header (const char *authorization, const char *resource, PosternBearer *bearer, GError **error)
{
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/api/v1/users", NULL);

  if (authorization)
    postern_request_add_header (request, "Authorization", authorization);
  return postern_protocol_admit (world->oidc, request, resource, bearer, error);
}

static void
refused (const char *token, int code)
{
  g_autofree char *header = g_strconcat ("Bearer ", token, NULL);
  g_auto (PosternBearer) bearer = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (admit_header (header, RESOURCE, &bearer, &error));
  g_assert_error (error, POSTERN_ERROR, code);
}

/* As @subject, by @client_id, with the scopes @scope and no others */
static void
admitted (const char *token, const char *subject, const char *client_id, const char *scope)
{
  g_autofree char *header = g_strconcat ("Bearer ", token, NULL), *scopes = NULL;
  g_auto (PosternBearer) bearer = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (admit_header (header, RESOURCE, &bearer, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (bearer.subject, ==, subject);
  g_assert_cmpstr (bearer.client_id, ==, client_id);
  scopes = g_strjoinv (" ", bearer.scopes);
  g_assert_cmpstr (scopes, ==, scope);
}

/* (transfer full): an access token of the application by itself */
static char *
get_own_token (PosternOidcWorld *of, const char *id, const char *secret, const char *body)
{
  g_autofree char *basic = postern_oidc_world_basic (id, secret);
  g_autoptr (GVariant) answer = postern_oidc_world_token (of, body, basic, NULL);

  return g_strdup (postern_oidc_world_get (answer, "access_token"));
}

#define MACHINE "{'scope':'users:read users:write','resources':['" RESOURCE "','https://api.example']}"
#define ASK_API "grant_type=client_credentials&scope=users:read%20users:write&resource=https%3A%2F%2Fid.example%2Fapi%2Fv1"
#define ASK_OTHER "grant_type=client_credentials&scope=users:read&resource=https%3A%2F%2Fapi.example"

typedef struct {
  const char *id, *metadata;
  gboolean enabled;
} Change;

static gboolean
change_application (PosternTxn *txn, gpointer data, GError **error)
{
  const Change *self = data;
  g_autoptr (PosternApplication) application = postern_application_store_get (txn, self->id, error);
  g_autofree char *text = g_strdelimit (g_strdup (self->metadata), "'", '"');

  g_clear_pointer (&application->metadata, g_variant_unref);
  application->metadata = postern_json_parse_object (text, -1, 0, error);
  application->enabled = self->enabled;
  return postern_application_store_update (txn, application, error);
}

typedef struct {
  const char *role, *subject_id;
  gboolean take;
} Giving;

static gboolean
give (PosternTxn *txn, gpointer data, GError **error)
{
  const Giving *self = data;
  g_autoptr (PosternRole) role = postern_role_get (txn, self->role, error);
  PosternAssignment assignment = { (char *) self->subject_id, (char *) "", role->id, 1 };
  gboolean changed;

return self->take ? postern_assignment_store_delete (txn, &assignment, &changed, error) : postern_role_assign (txn, role, &assignment, &changed, error);
}

static void
set_role (PosternOidcWorld *of, const char *role, const char *subject_id, gboolean has)
{
  Giving giving = { role, subject_id, !has };

  postern_oidc_world_write (of, give, &giving);
}

/* The application's record is a ceiling; roles say what there is below it, and each call asks them. */
static void
test_machine_role (void)
{
  g_autofree char *secret = NULL, *id = postern_oidc_world_add_application (world, "service", MACHINE, &secret);
  g_autofree char *basic = postern_oidc_world_basic (id, secret), *token = NULL;
  g_autoptr (GVariant) none = postern_oidc_world_token (world, ASK_API, basic, NULL);

  g_assert_cmpstr (postern_oidc_world_get (none, "error"), ==, "invalid_scope");
  set_role (world, "support", id, TRUE);
  token = get_own_token (world, id, secret, ASK_API);
  admitted (token, id, id, "users:read users:write");
  set_role (world, "read-only", id, TRUE);
  set_role (world, "support", id, FALSE);
  admitted (token, id, id, "users:read");
  set_role (world, "read-only", id, FALSE);
  refused (token, POSTERN_ERROR_ACCESS_DENIED);
}

/* (transfer full): its id */
static char *
add_machine (PosternOidcWorld *of, char **secret)
{
  char *id = postern_oidc_world_add_application (of, "service", MACHINE, secret);

  set_role (of, "support", id, TRUE);
  return id;
}

static void
test_machine (void)
{
  g_autofree char *secret = NULL, *id = add_machine (world, &secret);
  g_autofree char *token = get_own_token (world, id, secret, ASK_API), *other = get_own_token (world, id, secret, ASK_OTHER);
  g_autofree char *basic = postern_oidc_world_basic (id, secret), *revoke = g_strconcat ("token=", token, NULL);
  const Change less = { id, "{'scope':'users:read','resources':['" RESOURCE "']}", TRUE }, none = { id, "{'scope':'users:read','resources':['https://api.example']}", TRUE };
  const Change off = { id, MACHINE, FALSE }, on = { id, MACHINE, TRUE };
  g_autoptr (PosternResponse) revoked = NULL;

  admitted (token, id, id, "users:read users:write");
  refused (other, POSTERN_ERROR_INVALID_TOKEN); /* made for another resource */
  postern_oidc_world_write (world, change_application, (gpointer) &less);
  admitted (token, id, id, "users:read");
  postern_oidc_world_write (world, change_application, (gpointer) &none);
  refused (token, POSTERN_ERROR_INVALID_TOKEN);
  postern_oidc_world_write (world, change_application, (gpointer) &off);
  refused (token, POSTERN_ERROR_INVALID_TOKEN);
  postern_oidc_world_write (world, change_application, (gpointer) &on);
  admitted (token, id, id, "users:read users:write");
  revoked = postern_oidc_world_call (world, "POST", "/oidc/revoke", revoke, basic, FALSE);
  g_assert_cmpuint (postern_response_get_status (revoked), ==, 200);
  refused (token, POSTERN_ERROR_INVALID_TOKEN);
}

static gboolean
set_administrator (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, world->user_id, error);

  user->administrator = GPOINTER_TO_INT (data);
  return postern_user_store_update (txn, user, error);
}

static gboolean
revoke_all (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_grant_store_revoke_all (txn, world->user_id, NULL, 1, error);
}

/* A person has what their role gives when the token is made, and when it is used. */
static void
test_person (void)
{
  const Change allow = { world->web, "{'redirect_uris':['https://app.example/callback'],'id_token_signed_response_alg':'ES256','scope':'openid users:read keys:write','resources':['" RESOURCE "']}", TRUE };
  g_autoptr (GVariant) none = NULL, answer = NULL, plain = NULL;
  const char *token;

  postern_oidc_world_write (world, change_application, (gpointer) &allow);
  none = postern_oidc_world_sign_in (world, PAIRS ("resource", RESOURCE, "scope", "openid users:read"));
  postern_oidc_world_write (world, set_administrator, GINT_TO_POINTER (TRUE));
  refused (postern_oidc_world_get (none, "access_token"), POSTERN_ERROR_INVALID_TOKEN); /* it was never for the API */
  answer = postern_oidc_world_sign_in (world, PAIRS ("resource", RESOURCE, "scope", "openid users:read keys:write"));
  plain = postern_oidc_world_sign_in (world, PAIRS ("scope", "openid users:read"));
  token = postern_oidc_world_get (answer, "access_token");
  admitted (token, world->user_id, world->web, "users:read keys:write");
  refused (postern_oidc_world_get (plain, "access_token"), POSTERN_ERROR_INVALID_TOKEN); /* made for the person's own things */
  refused (postern_oidc_world_get (answer, "id_token"), POSTERN_ERROR_INVALID_TOKEN);
  postern_oidc_world_write (world, set_administrator, GINT_TO_POINTER (FALSE));
  refused (token, POSTERN_ERROR_ACCESS_DENIED);
  set_role (world, "read-only", world->user_id, TRUE);
  admitted (token, world->user_id, world->web, "users:read");
  postern_oidc_world_write (world, set_administrator, GINT_TO_POINTER (TRUE));
  postern_oidc_world_write (world, revoke_all, NULL);
  refused (token, POSTERN_ERROR_INVALID_TOKEN);
}

/* Of what is asked for a token has what the role gives. */
static void
test_person_role (void)
{
  g_autoptr (GVariant) answer = NULL;

  postern_oidc_world_write (world, set_administrator, GINT_TO_POINTER (FALSE));
  set_role (world, "read-only", world->user_id, TRUE);
  answer = postern_oidc_world_sign_in (world, PAIRS ("resource", RESOURCE, "scope", "openid users:read keys:write"));
  g_assert_cmpstr (postern_oidc_world_get (answer, "scope"), ==, "openid users:read");
  admitted (postern_oidc_world_get (answer, "access_token"), world->user_id, world->web, "users:read");
  set_role (world, "read-only", world->user_id, FALSE);
  refused (postern_oidc_world_get (answer, "access_token"), POSTERN_ERROR_ACCESS_DENIED);
}

typedef struct {
  char *organization_id, *role_id;
} Customer;

static gboolean
add_customer (PosternTxn *txn, gpointer data, GError **error)
{
  Customer *self = data;
  g_autoptr (PosternOrganization) acme = postern_organization_make ("Acme", "acme", 1, error);
  g_autoptr (PosternRole) role = postern_role_new ();
  PosternAssignment assignment = { world->user_id, acme->id, NULL, 1 };
  gboolean changed;

  role->id = postern_id_new ("rol");
  role->kind = g_strdup (POSTERN_ROLE_ORGANIZATION);
  role->organization_id = g_strdup ("");
  role->name = g_strdup ("administrator");
  assignment.role_id = role->id;
  self->organization_id = g_strdup (acme->id);
  self->role_id = g_strdup (role->id);
  return postern_organization_store_insert (txn, acme, error) && postern_organization_join (txn, acme->id, world->user_id, POSTERN_MEMBER_INVITED, 1, NULL, error) &&
         postern_role_insert (txn, role, error) && postern_role_permit (txn, role, POSTERN_RESOURCE_MANAGEMENT, "members:read", &changed, error) &&
         postern_role_assign (txn, role, &assignment, &changed, error);
}

static gboolean
put_out (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_organization_remove (txn, ((Customer *) data)->organization_id, world->user_id, 2, error);
}

static char *
get_organization (const char *token)
{
  g_autofree char *header = g_strconcat ("Bearer ", token, NULL);
  g_auto (PosternBearer) bearer = { NULL };

  g_assert_true (admit_header (header, RESOURCE, &bearer, NULL));
  return g_strdup (bearer.organization_id);
}

/* A customer's administrator: what the role gives is had in the organization, by a token that says so, and is gone with the membership. */
static void
test_delegated (void)
{
  const Change allow = { world->web, "{'redirect_uris':['https://app.example/callback'],'id_token_signed_response_alg':'ES256','scope':'openid members:read','resources':['" RESOURCE "']}", TRUE };
  g_autoptr (GVariant) inside = NULL, outside = NULL;
  g_autofree char *named = NULL;
  Customer customer = { NULL, NULL };
  const char *token;

  postern_oidc_world_write (world, set_administrator, GINT_TO_POINTER (FALSE));
  set_role (world, "read-only", world->user_id, FALSE);
  postern_oidc_world_write (world, change_application, (gpointer) &allow);
  postern_oidc_world_write (world, add_customer, &customer);
  outside = postern_oidc_world_sign_in (world, PAIRS ("resource", RESOURCE, "scope", "openid members:read"));
  refused (postern_oidc_world_get (outside, "access_token"), POSTERN_ERROR_INVALID_TOKEN); /* what is had in there is had nowhere else */
  inside = postern_oidc_world_sign_in (world, PAIRS ("resource", RESOURCE, "scope", "openid members:read", "organization", "acme"));
  token = postern_oidc_world_get (inside, "access_token");
  admitted (token, world->user_id, world->web, "members:read");
  named = get_organization (token);
  g_assert_cmpstr (named, ==, customer.organization_id);
  postern_oidc_world_write (world, put_out, &customer);
  refused (token, POSTERN_ERROR_INVALID_TOKEN);
  g_free (customer.organization_id);
  g_free (customer.role_id);
}

/* Another tenant's, however alike it looks: its keys are not ours. */
static void
test_foreign (void)
{
  PosternOidcWorld *foreign = postern_oidc_world_new ();
  g_autofree char *secret = NULL, *id = add_machine (foreign, &secret);
  g_autofree char *token = get_own_token (foreign, id, secret, ASK_API);

  refused (token, POSTERN_ERROR_INVALID_TOKEN);
  refused ("nonsense", POSTERN_ERROR_INVALID_TOKEN);
  refused ("", POSTERN_ERROR_INVALID_REQUEST);
  postern_oidc_world_free (foreign);
}

/* The attack: of our own keys and for the management API, but nobody's: its subject is neither who signed in for it nor its application. */
static void
test_nobody (void)
{
  g_autofree char *secret = NULL, *id = add_machine (world, &secret), *token = NULL;
  g_autofree char *own = get_own_token (world, id, secret, ASK_API);
  g_autoptr (GVariant) claims = postern_oidc_world_verify (world, own, "at+jwt");
  g_autoptr (PosternJwk) key = postern_key_ring_dup_current (postern_tenant_get_key_ring (world->tenant), POSTERN_JOSE_ALG_RS256, NULL);
  g_auto (GVariantDict) forged = G_VARIANT_DICT_INIT (claims);

  g_variant_dict_insert (&forged, "sub", "s", world->user_id);
  token = postern_jwt_sign (key, POSTERN_JOSE_ALG_RS256, "at+jwt", g_variant_dict_end (&forged), NULL);
  g_assert_nonnull (token);
  refused (token, POSTERN_ERROR_INVALID_TOKEN);
  admitted (own, id, id, "users:read users:write");
}

static void
test_none (void)
{
  g_auto (PosternBearer) bearer = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternRequest) query = postern_request_new ("GET", "/api/v1/users", "access_token=x");

  g_assert_false (admit_header (NULL, RESOURCE, &bearer, &error));
  g_assert_no_error (error);
  g_assert_false (admit_header ("Basic YTpi", RESOURCE, &bearer, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_clear_error (&error);
  g_assert_false (postern_protocol_admit (world->oidc, query, RESOURCE, &bearer, &error)); /* an address ends in logs */
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  g_test_add_func ("/oidc-management/none", test_none);
  g_test_add_func ("/oidc-management/nobody", test_nobody);
  g_test_add_func ("/oidc-management/machine", test_machine);
  g_test_add_func ("/oidc-management/machine-role", test_machine_role);
  g_test_add_func ("/oidc-management/person", test_person);
  g_test_add_func ("/oidc-management/person-role", test_person_role);
  g_test_add_func ("/oidc-management/delegated", test_delegated);
  g_test_add_func ("/oidc-management/foreign", test_foreign);
  result = g_test_run ();
  postern_oidc_world_free (world);
  return result;
}
