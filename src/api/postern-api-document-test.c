/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"
#include "postern-audit-events.h"
#include "postern-management-roles.h"
#include "postern-webhook.h"

/* "POINTER CODE\n" of each, in order */
static char *
list_errors (GVariant *problem)
{
  g_autoptr (GVariant) errors = postern_json_get (problem, "errors");
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; errors != NULL && i < g_variant_n_children (errors); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (errors, i);
      g_autoptr (GVariant) row = g_variant_get_variant (box);
      const char *pointer = postern_json_get_string (row, "pointer");

      g_assert_nonnull (postern_json_get_string (row, "detail"));
      g_string_append_printf (out, "%s %s\n", pointer ? pointer : postern_json_get_string (row, "parameter"), postern_json_get_string (row, "code"));
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
names (const char *method, const char *path, const char *query, const char *body, const char *errors)
{
  g_autoptr (GVariant) problem = call (method, path, query, body, 400);
  g_autofree char *found = list_errors (problem);

  g_assert_cmpstr (postern_json_get_string (problem, "type"), ==, "https://id.example/problems/invalid-request");
  g_assert_cmpint (postern_json_get_int64 (problem, "status", 0), ==, 400);
  g_assert_cmpstr (postern_json_get_string (problem, "instance"), ==, "req_test");
  g_assert_nonnull (postern_json_get_string (problem, "title"));
  g_assert_cmpstr (found, ==, errors);
}

/* Each member that is wrong is named, all at once, and each has its code. */
static void
test_problems (void)
{
  names ("POST", "/users", NULL, "{\"email\":7,\"admin\":true,\"data\":[],\"disabled\":null}", "/email wrong_type\n/admin unknown_member\n/data wrong_type\n/disabled wrong_type\n");
  names ("POST", "/users", NULL, "{\"id\":\"usr_mine\",\"created_at\":1}", "/id unknown_member\n/created_at unknown_member\n");
  names ("POST", "/users", NULL, "{\"a~/b\":1}", "/a~0~1b unknown_member\n");
  names ("POST", "/users", NULL, "{\"username\":\"a@b\"}", "/username invalid\n"); /* what no table can say */
  names ("POST", "/applications", NULL, "{\"kind\":\"toaster\"}", "/kind not_a_choice\n/name missing\n");
  names ("POST", "/applications", NULL, "{\"name\":\"\"}", "/name too_short\n");
  names ("POST", "/applications", NULL, "{\"name\":\"X\",\"metadata\":{\"redirect_uris\":[\"javascript:x\"]}}", "/metadata/redirect_uris invalid\n");
  names ("POST", "/messages", NULL, "{\"language\":7}", "/language wrong_type\n/recipient missing\n");
  names ("PUT", "/connectors/corp", NULL, "{\"type\":\"corp\",\"order\":1.5,\"settings\":{\"issuer\":\"https://corp.example\",\"client-secret\":\"x\"}}", "/order wrong_type\n");
  names ("PATCH", "/connectors/corp", NULL, "{\"order\":1000001}", "/order out_of_range\n");
  names ("POST", "/grant-revocations", NULL, "{}", "/user invalid\n");
  names ("GET", "/users", "limit=0", NULL, "limit out_of_range\n");
  names ("GET", "/users", "limit=x&serach=a", NULL, "limit wrong_type\nserach unknown_parameter\n");
  names ("GET", "/users", "search=a&search=b", NULL, "search repeated\n");
  names ("GET", "/grants", NULL, NULL, "user invalid\n");
  names ("GET", "/sessions", "all=1", NULL, "all wrong_type\n");
  names ("GET", "/policy", "after=x", NULL, "after unknown_parameter\n");
}

/* As many as are told at once, and no more. */
static void
test_many_faults (void)
{
  g_autoptr (GString) body = g_string_new ("{");
  g_autoptr (GVariant) problem = NULL, errors = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append_printf (body, "%s\"m%u\":1", i ? "," : "", i);
  g_string_append_c (body, '}');
  problem = call ("POST", "/users", NULL, body->str, 400);
  errors = postern_json_get (problem, "errors");
  g_assert_cmpuint (g_variant_n_children (errors), ==, POSTERN_API_FAULTS_MAX);
}

static void
test_other_problems (void)
{
  g_autofree char *name = g_strnfill (255, 'x'), *path = g_strconcat ("/connectors/", name, NULL);
  g_autoptr (GVariant) missing = call ("GET", "/users/nobody", NULL, NULL, 404), endless = call ("PUT", path, NULL, "{\"type\":\"corp\"}", 404);
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/api/v1/users", NULL);
  g_autoptr (GBytes) form = g_bytes_new_static ("email=a%40b.example", 19);
  const PosternRoute *route = postern_api_get_routes ();
  g_autoptr (PosternResponse) response = NULL;

  g_assert_true (g_str_has_suffix (postern_json_get_string (missing, "type"), "/problems/not-found"));
  g_assert_true (g_str_has_suffix (postern_json_get_string (endless, "type"), "/problems/not-found"));
  while (!g_str_equal (route->method, "POST") || !g_str_equal (route->pattern, "/api/v1/users"))
    route++;
  postern_request_set_route (request, route);
  postern_request_set_body (request, form);
  postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
  response = route->handler (request, api);
  g_assert_cmpuint (postern_response_get_status (response), ==, 415);
}

/* --- the document ------------------------------------------------------------------------------------------------- */

static GVariant *
resolve (GVariant *document, const char *reference)
{
  g_auto (GStrv) steps = g_strsplit (reference, "/", -1);
  g_autoptr (GVariant) at = g_variant_ref (document);

  g_assert_cmpstr (steps[0], ==, "#");
  for (guint i = 1; steps[i] != NULL; i++)
    {
      GVariant *below = postern_json_get (at, steps[i]);

      if (below == NULL)
        g_error ("%s leads nowhere", reference);
      g_variant_unref (at);
      at = below;
    }
  return g_steal_pointer (&at);
}

static void
check_references (GVariant *document, GVariant *value)
{
  GVariantIter iter;
  GVariant *child;
  const char *reference = g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (value, "$ref") : NULL;

  if (reference != NULL)
    g_variant_unref (resolve (document, reference));
  if (!g_variant_is_container (value) || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return;
  g_variant_iter_init (&iter, value);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      check_references (document, child);
      g_variant_unref (child);
    }
}

static void
test_document (void)
{
  g_autoptr (GVariant) document = call ("GET", "/openapi.json", NULL, NULL, 200);
  g_autoptr (GVariant) operation = resolve (document, "#/paths");

  g_assert_cmpstr (postern_json_get_string (document, "openapi"), ==, "3.1.0");
  check_references (document, document);
  for (const PosternRoute *route = postern_api_get_routes (); route->method != NULL; route++)
    {
      g_autoptr (GVariant) path = postern_json_get (operation, route->pattern + strlen ("/api/v1"));
      g_autofree char *method = g_ascii_strdown (route->method, -1);
      g_autoptr (GVariant) found = path ? postern_json_get (path, method) : NULL;

      g_assert_nonnull (found);
    }
}

static GVariant *
find_event (GVariant *webhooks, const char *name)
{
  g_autoptr (GVariant) item = postern_json_get (webhooks, name);

  g_assert_nonnull (item);
  return postern_json_get (item, "post");
}

/* Each event of the table has a place of its own, and so has the test. */
static void
test_webhooks (void)
{
  g_autoptr (GVariant) document = call ("GET", "/openapi.json", NULL, NULL, 200), webhooks = postern_json_get (document, "webhooks");
  g_autoptr (GHashTable) operations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariant) failed = find_event (webhooks, "sign-in.failed");
  g_autofree char *body = NULL;
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  g_assert_cmpuint (g_variant_n_children (webhooks), ==, n + 1);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GVariant) operation = find_event (webhooks, events[i].name);

      g_assert_true (g_hash_table_add (operations, g_strdup (postern_json_get_string (operation, "operationId"))));
      g_assert_cmpstr (postern_json_get_string (operation, "summary"), ==, events[i].when);
    }
  g_assert_cmpstr (postern_json_get_string (failed, "operationId"), ==, "onSignInFailed");
  body = postern_json_print (failed);
  g_assert_nonnull (strstr (body, "{\"const\":\"sign-in.failed\"}"));
  g_assert_nonnull (strstr (body, "\"#/components/schemas/WebhookEvent\""));
  g_variant_unref (find_event (webhooks, "webhook.test"));
}

static void
check_as_described (GVariant *document, const char *schema, GVariant *value)
{
  g_autofree char *place = g_strdup_printf ("#/components/schemas/%s", schema);
  g_autoptr (GVariant) described = resolve (document, place), properties = postern_json_get (described, "properties"), required = postern_json_get (described, "required");
  GVariantIter iter;
  const char *name;
  GVariant *child;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    g_assert_true (g_variant_lookup (properties, name, "*", NULL));
  g_variant_iter_init (&iter, required);
  while ((child = g_variant_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GVariant) inner = g_variant_is_of_type (child, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (child) : g_variant_ref (child);

      g_assert_true (g_variant_lookup (value, g_variant_get_string (inner, NULL), "*", NULL));
      g_variant_unref (child);
    }
}

/* What is really sent is as the document says: no member that it does not know, and none missing that it promises. */
static void
test_sent (void)
{
  g_autoptr (GVariant) document = call ("GET", "/openapi.json", NULL, NULL, 200), least = NULL, most = NULL, test = NULL, least_data = NULL, most_data = NULL, test_data = NULL;
  g_autoptr (PosternAudit) entry = postern_audit_store_new ("user.created", NULL, NULL);
  g_auto (PosternWebhookEvent) first = { 0 }, second = { 0 }, third = { 0 };

  postern_webhook_event_init (&first, entry, 7);
  entry->actor = g_strdup ("usr_1");
  entry->target = g_strdup ("usr_2");
  entry->remote_address = g_strdup ("192.0.2.7");
  entry->request_id = g_strdup ("req_1");
  entry->data = g_variant_ref_sink (g_variant_new_parsed ("{'members': <['email']>}"));
  entry->person = g_strdup ("usr_2");
  entry->personal = g_variant_ref_sink (g_variant_new_parsed ("{'after': <{'email': <'ada@example.org'>}>}"));
  postern_webhook_event_init (&second, entry, 7);
  postern_webhook_event_init_test (&third, "whk_1", g_get_real_time ());
  least = postern_json_parse_object (first.body, -1, 0, NULL);
  most = postern_json_parse_object (second.body, -1, 0, NULL);
  test = postern_json_parse_object (third.body, -1, 0, NULL);
  check_as_described (document, "WebhookEvent", least);
  check_as_described (document, "WebhookTest", test);
  check_as_described (document, "WebhookEventData", least_data = postern_json_get (least, "data"));
  check_as_described (document, "WebhookEventData", most_data = postern_json_get (most, "data"));
  check_as_described (document, "WebhookTestData", test_data = postern_json_get (test, "data"));
}

/* A row that names a permission which nobody can hold could never be used, and a permission that no row names means nothing. */
static void
test_rows (void)
{
  static const char *const asked_by_work[] = { "administrators:write", "users:export", NULL }; /* of whom, or of what, it concerns */
  g_autoptr (GHashTable) operations = g_hash_table_new (g_str_hash, g_str_equal), used = g_hash_table_new (g_str_hash, g_str_equal);

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      {
        g_assert_true (g_hash_table_add (operations, (gpointer) row->operation));
        g_assert_nonnull (row->work);
        g_assert_true (row->permission == NULL ? g_str_equal (row->path, "/openapi.json") || g_str_equal (row->path, "/audit/keys") : postern_management_roles_has (row->permission));
        if (row->permission == NULL)
          continue;
        g_hash_table_add (used, (gpointer) row->permission);
        if (!postern_api_row_is_read (row))
          g_assert_false (g_str_has_suffix (row->permission, ":read"));
      }
  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    {
      if (!g_strv_contains (asked_by_work, row->name))
        g_assert_true (g_hash_table_contains (used, row->name));
      g_assert_true (postern_management_roles_allows ("owner", row->name));
      if (!g_str_has_suffix (row->name, ":read"))
        g_assert_false (postern_management_roles_allows ("read-only", row->name));
      g_assert_false (postern_management_roles_allows ("nobody", row->name));
    }
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-document/problems", test_problems },
    { "/api-document/many-faults", test_many_faults },
    { "/api-document/other-problems", test_other_problems },
    { "/api-document/references", test_document },
    { "/api-document/rows", test_rows },
    { "/api-document/webhooks", test_webhooks },
    { "/api-document/sent", test_sent },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
