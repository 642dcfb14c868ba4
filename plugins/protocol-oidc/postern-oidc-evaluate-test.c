/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-world.h"

#include "postern-organization.h"
#include "postern-role.h"

#include <string.h>

/* AuthZEN: the same answers as tokens would give. */

#define ORDERS "https://orders.example"

static PosternOidcWorld *world;
static char *server, *server_secret, *org;

static PosternRole *
add_role (PosternTxn *txn, const char *name, const char *kind, GError **error)
{
  PosternRole *role = postern_role_new ();

  role->id = postern_id_new ("rol");
  role->name = g_strdup (name);
  role->kind = g_strdup (kind);
  role->organization_id = g_strdup ("");
  g_assert_true (postern_role_insert (txn, role, error));
  return role;
}

static gboolean
set_up_store (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternResource) orders = postern_resource_new ();
  g_autoptr (PosternRole) clerk = add_role (txn, "clerk", POSTERN_ROLE_TENANT, error), chief = add_role (txn, "chief", POSTERN_ROLE_ORGANIZATION, error);
  g_autoptr (PosternOrganization) organization = postern_organization_make ("A", NULL, 1, error);
  PosternAssignment of_clerk = { world->user_id, (char *) "", clerk->id, 1 }, of_job = { world->service, (char *) "", clerk->id, 1 };
  PosternAssignment of_chief = { world->user_id, organization->id, chief->id, 1 };
  gboolean changed;

  org = g_strdup (organization->id);
  orders->id = postern_id_new ("res");
  orders->indicator = g_strdup (ORDERS);
  orders->name = g_strdup ("Orders");
  orders->scopes = postern_json_parse ("[{\"name\":\"read\"},{\"name\":\"write\"}]", -1, 0, NULL);
  return postern_resource_insert (txn, orders, POSTERN_OIDC_WORLD_ISSUER, error) && postern_organization_store_insert (txn, organization, error) &&
         postern_organization_join (txn, org, world->user_id, POSTERN_MEMBER_INVITED, 1, NULL, error) &&
         postern_role_permit (txn, clerk, orders->id, "read", &changed, error) && postern_role_permit (txn, chief, orders->id, "write", &changed, error) &&
         postern_role_assign (txn, clerk, &of_clerk, &changed, error) && postern_role_assign (txn, clerk, &of_job, &changed, error) &&
         postern_role_assign (txn, chief, &of_chief, &changed, error);
}

/* @body: JSON with ' for "; @secret: (nullable): nobody says who asks. (transfer full) */
static PosternResponse *
ask (const char *path, const char *body, const char *id, const char *secret, const char *type)
{
  g_autofree char *text = g_strdelimit (g_strdup (body), "'", '"');
  g_autoptr (PosternRequest) request = postern_request_new ("POST", path, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autofree char *basic = secret ? postern_oidc_world_basic (id, secret) : NULL;

  postern_request_add_header (request, "Content-Type", type);
  if (basic)
    postern_request_add_header (request, "Authorization", basic);
  postern_request_set_body (request, bytes);
  for (const PosternRoute *route = postern_protocol_get_routes (world->oidc); route->method; route++)
    if (g_str_equal (route->pattern, path))
      return route->handler (request, world->oidc);
  g_assert_not_reached ();
}

static char *
tell (const char *path, const char *body)
{
  g_autoptr (PosternResponse) response = ask (path, body, server, server_secret, "application/json");
  GBytes *bytes = postern_response_get_body (response);

  return g_strdup_printf ("%u %.*s", postern_response_get_status (response), (int) g_bytes_get_size (bytes), (const char *) g_bytes_get_data (bytes, NULL));
}

#define QUESTION "{'subject':{'type':'%s','id':'%s'},'action':{'name':'%s'},'resource':{'type':'%s','id':'1'}%s}"
#define YES "200 {\"decision\":true}"
#define NO(reason) "200 {\"decision\":false,\"context\":{\"reason\":\"" reason "\"}}"

static void
test_decisions (void)
{
  g_autofree char *in_a = g_strdup_printf (",'context':{'organization_id':'%s'}", org);
  g_autofree char *nobody = postern_id_new ("usr");
  const struct { const char *type, *id, *action, *resource, *context, *expected; } cases[] = {
    { "user", world->user_id, "read", ORDERS, "", YES },
    { "user", world->user_id, "read", "Orders", "", YES },
    { "user", world->user_id, "write", ORDERS, "", NO ("not_permitted") },
    { "user", world->user_id, "write", ORDERS, in_a, YES },
    { "user", world->user_id, "read", ORDERS, in_a, YES },
    { "user", world->user_id, "read", ORDERS, ",'context':null", YES },
    { "user", world->user_id, "read", ORDERS, ",'context':{'organization_id':null,'ip':'192.0.2.1'}", YES },
    { "user", world->user_id, "read", ORDERS, ",'context':{'organization_id':'org_else'}", NO ("not_in_organization") },
    { "application", world->service, "read", ORDERS, "", YES },
    { "application", world->service, "write", ORDERS, in_a, NO ("not_permitted") },
    { "application", world->web, "read", ORDERS, "", NO ("not_permitted") },
    { "user", world->user_id, "burn", ORDERS, "", NO ("unknown_action") },
    { "user", world->user_id, "read", "https://else.example", "", NO ("unknown_resource") }, /* the record names it, nobody manages it */
    { "user", world->user_id, "read", "https://api.example", "", NO ("unknown_resource") },
    { "user", nobody, "read", ORDERS, "", NO ("unknown_subject") },
    { "application", world->user_id, "read", ORDERS, "", NO ("unknown_subject") },
    { "user", world->service, "read", ORDERS, "", NO ("unknown_subject") },
    { "robot", world->service, "read", ORDERS, "", NO ("unknown_subject") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *body = g_strdup_printf (QUESTION, cases[i].type, cases[i].id, cases[i].action, cases[i].resource, cases[i].context);
    g_autofree char *got = tell ("/access/v1/evaluation", body);

    g_test_message ("case %u", i);
    g_assert_cmpstr (got, ==, cases[i].expected);
  }
}

static void
test_other_applications_resource (void)
{
  g_autofree char *body = g_strdup_printf (QUESTION, "user", world->user_id, "read", ORDERS, "");
  g_autoptr (PosternResponse) response = ask ("/access/v1/evaluation", body, world->other, world->other_secret, "application/json");
  g_autoptr (GVariant) answer = postern_oidc_world_json (response);

  g_assert_false (postern_json_get_boolean (answer, "decision", TRUE));
}

#define SHARED "'subject':{'type':'user','id':'%s'},'resource':{'type':'" ORDERS "','id':'1'}"
#define READ "{'action':{'name':'read'}}"
#define WRITE "{'action':{'name':'write'}}"
#define T "{\"decision\":true}"
#define F "{\"decision\":false,\"context\":{\"reason\":\"not_permitted\"}}"

static void
test_many (void)
{
  static const struct { const char *rest, *expected; } cases[] = {
    { "'evaluations':[" READ "," WRITE "," READ "]", "200 {\"evaluations\":[" T "," F "," T "]}" },
    { "'evaluations':[" READ "," WRITE "," READ "],'options':{'evaluations_semantic':'execute_all'}", "200 {\"evaluations\":[" T "," F "," T "]}" },
    { "'evaluations':[" READ "," WRITE "," READ "],'options':{'evaluations_semantic':'deny_on_first_deny'}", "200 {\"evaluations\":[" T "," F "]}" },
    { "'evaluations':[" WRITE "," READ "," WRITE "],'options':{'evaluations_semantic':'permit_on_first_permit'}", "200 {\"evaluations\":[" F "," T "]}" },
    { "'action':{'name':'read'},'evaluations':[]", "200 " T },
    { "'action':{'name':'read'}", "200 " T },
    { "'action':{'name':'read'},'evaluations':[{}," WRITE "]", "200 {\"evaluations\":[" T "," F "]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *format = g_strconcat ("{" SHARED ",", cases[i].rest, "}", NULL);
    g_auto (GStrv) parts = g_strsplit (format, "%s", 2);
    g_autofree char *body = g_strjoinv (world->user_id, parts);
    g_autofree char *got = tell ("/access/v1/evaluations", body);

    g_assert_cmpstr (got, ==, cases[i].expected);
  }
}

static void
assert_refused (const char *path, const char *body)
{
  g_autoptr (PosternResponse) response = ask (path, body, server, server_secret, "application/json");

  postern_oidc_world_assert_error (response, 400, "invalid_request");
}

static void
test_malformed (void)
{
  static const char *const bodies[] = {
    "", "[]", "{", "{}", "{'subject':{'type':'user'},'action':{'name':'read'},'resource':{'type':'a','id':'1'}}",
    "{'subject':'x','action':{'name':'read'},'resource':{'type':'a','id':'1'}}", "{'subject':{'type':'user','id':'u'},'action':{'name':7},'resource':{'type':'a','id':'1'}}",
    "{'subject':{'type':'user','id':'u'},'action':{'name':'read'},'resource':{'type':'a'}}",
    "{'subject':{'type':'user','id':'u'},'action':{'name':'read'},'resource':['a'],'context':{}}",
  };
  static const char *const contexts[] = { /* the attack: without them it would be the question what the person may in the tenant */
    "7", "'acme'", "[]", "[{'organization_id':'acme'}]", "{'organization_id':7}", "{'organization_id':['acme']}", "{'organization_id':{'id':'acme'}}", "{'organization_id':''}", "{'organization_id':false}",
  };
  g_autofree char *huge = g_strnfill (600, 'a');
  g_autofree char *long_name = g_strdup_printf (QUESTION, "user", "u", huge, ORDERS, "");
  g_autoptr (GString) many = g_string_new ("{'evaluations':[{}");
  g_autoptr (PosternResponse) form = ask ("/access/v1/evaluation", "a=b", server, server_secret, "application/x-www-form-urlencoded");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused ("/access/v1/evaluation", bodies[i]);
  for (guint i = 0; i < G_N_ELEMENTS (contexts); i++) {
    g_autofree char *context = g_strdup_printf (",'context':%s", contexts[i]), *one = g_strdup_printf (QUESTION, "user", world->user_id, "read", ORDERS, context);
    g_autofree char *own = g_strdup_printf ("{'evaluations':[%s],'context':{'organization_id':'%s'}}", one, org);

    assert_refused ("/access/v1/evaluation", one);
    assert_refused ("/access/v1/evaluations", own);
  }
  assert_refused ("/access/v1/evaluation", long_name);
  assert_refused ("/access/v1/evaluations", "{'evaluations':7}");
  assert_refused ("/access/v1/evaluations", "{'evaluations':['x']}");
  assert_refused ("/access/v1/evaluations", "{'evaluations':[{}],'options':{'evaluations_semantic':'guess'}}");
  assert_refused ("/access/v1/evaluations", "{'evaluations':[{}],'options':{'evaluations_semantic':7}}");
  assert_refused ("/access/v1/evaluations", "{'evaluations':[{}],'options':7}");
  for (guint i = 0; i < 50; i++)
    g_string_append (many, ",{}");
  g_string_append (many, "]}");
  assert_refused ("/access/v1/evaluations", many->str);
  postern_oidc_world_assert_error (form, 400, "invalid_request");
}

static void
test_who_asks (void)
{
  g_autofree char *body = g_strdup_printf (QUESTION, "user", world->user_id, "read", ORDERS, "");
  g_autoptr (PosternResponse) none = ask ("/access/v1/evaluation", body, NULL, NULL, "application/json");
  g_autoptr (PosternResponse) wrong = ask ("/access/v1/evaluation", body, server, "wrong", "application/json");
  g_autoptr (PosternResponse) public = ask ("/access/v1/evaluation", body, world->spa, "", "application/json");

  postern_oidc_world_assert_error (none, 401, "invalid_client");
  postern_oidc_world_assert_error (wrong, 401, "invalid_client");
  postern_oidc_world_assert_error (public, 401, "invalid_client");
}

static void
test_metadata (void)
{
  g_autoptr (PosternResponse) response = postern_oidc_world_call (world, "GET", "/.well-known/authzen-configuration", NULL, NULL, FALSE);
  g_autoptr (GVariant) metadata = postern_oidc_world_json (response);

  g_assert_cmpstr (postern_json_get_string (metadata, "policy_decision_point"), ==, POSTERN_OIDC_WORLD_ISSUER);
  g_assert_cmpstr (postern_json_get_string (metadata, "access_evaluation_endpoint"), ==, POSTERN_OIDC_WORLD_ISSUER "/access/v1/evaluation");
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  world = postern_oidc_world_new ();
  postern_oidc_world_write (world, set_up_store, NULL);
  server = postern_oidc_world_add_application (world, "service", "{'resources':['" ORDERS "','https://else.example'],'scope':'x'}", &server_secret);
  g_test_add_func ("/oidc/evaluate/decisions", test_decisions);
  g_test_add_func ("/oidc/evaluate/other-applications-resource", test_other_applications_resource);
  g_test_add_func ("/oidc/evaluate/many", test_many);
  g_test_add_func ("/oidc/evaluate/malformed", test_malformed);
  g_test_add_func ("/oidc/evaluate/who-asks", test_who_asks);
  g_test_add_func ("/oidc/evaluate/metadata", test_metadata);
  status = g_test_run ();
  g_free (server);
  g_free (server_secret);
  g_free (org);
  postern_oidc_world_free (world);
  return status;
}
