/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

static void
expect (const char *method, const char *path, const char *body, const char *name, const char *value, guint status)
{
  g_autoptr (PosternResponse) response = send_with (method, path, body, name, value);

  if (postern_response_get_status (response) != status)
    g_error ("%s %s, %s: %s: %u", method, path, name, value, postern_response_get_status (response));
}

/* (transfer full) */
static char *
get_tag (const char *path)
{
  g_autoptr (PosternResponse) response = send_with ("GET", path, NULL, NULL, NULL);

  g_assert_nonnull (postern_response_get_header (response, "ETag"));
  return g_strdup (postern_response_get_header (response, "ETag"));
}

static char *
make_user (const char *body)
{
  g_autofree char *id = make ("/users", body, "id");

  return g_strconcat ("/users/", id, NULL);
}

/* Who changes what another changed meanwhile is told, and nothing happens. */
static void
test_match (void)
{
  g_autofree char *path = make_user ("{\"username\":\"ada\"}"), *tag = get_tag (path), *again = get_tag (path), *changed = NULL, *list = NULL;
  g_autoptr (PosternResponse) response = NULL;

  g_assert_cmpstr (tag, ==, again);
  expect ("PATCH", path, "{\"name\":\"Ada\"}", "If-Match", "\"other\"", 412);
  g_clear_pointer (&again, g_free);
  again = get_tag (path);
  g_assert_cmpstr (tag, ==, again);
  response = send_with ("PATCH", path, "{\"name\":\"Ada\"}", "If-Match", tag);
  g_assert_cmpuint (postern_response_get_status (response), ==, 200);
  changed = get_tag (path);
  g_assert_cmpstr (changed, !=, tag);
  g_assert_cmpstr (postern_response_get_header (response, "ETag"), ==, changed);
  expect ("PATCH", path, "{\"name\":\"Eve\"}", "If-Match", tag, 412);
  expect ("DELETE", path, NULL, "If-Match", tag, 412);
  list = g_strdup_printf ("W/%s", changed);
  expect ("DELETE", path, NULL, "If-Match", list, 412); /* a weak tag says too little */
  g_free (list);
  list = g_strdup_printf ("%s, %s", tag, changed);
  expect ("DELETE", path, NULL, "If-Match", list, 204);
  expect ("DELETE", path, NULL, "If-Match", changed, 404);
  expect ("POST", "/grant-revocations", "{\"application\":\"app_none\"}", "If-Match", tag, 412); /* nothing is shown that it could be of */
  expect ("POST", "/grant-revocations", "{\"application\":\"app_none\"}", NULL, NULL, 204);
}

static void
test_none_match (void)
{
  static const char corp[] = "{\"type\":\"corp\",\"settings\":{\"issuer\":\"https://corp.example\",\"client-secret\":\"s\"}}";
  g_autofree char *path = make_user ("{\"username\":\"grace\"}"), *tag = get_tag (path), *weak = g_strconcat ("W/", tag, NULL);

  expect ("GET", path, NULL, "If-None-Match", "\"other\"", 200);
  expect ("GET", path, NULL, "If-None-Match", "\303\240", 400);
  expect ("DELETE", path, NULL, "If-None-Match", tag, 412);
  {
    g_autoptr (PosternResponse) same = send_with ("GET", path, NULL, "If-None-Match", weak);

    g_assert_cmpuint (postern_response_get_status (same), ==, 304);
    g_assert_cmpstr (postern_response_get_header (same, "ETag"), ==, tag);
    g_assert_true (postern_response_get_body (same) == NULL || g_bytes_get_size (postern_response_get_body (same)) == 0);
  }
  expect ("PUT", "/connectors/corp", corp, "If-Match", "*", 412); /* there is nothing yet */
  expect ("PUT", "/connectors/corp", corp, "If-None-Match", "*", 200);
  expect ("PUT", "/connectors/corp", corp, "If-None-Match", "*", 412);
  expect ("PUT", "/connectors/corp", corp, "If-Match", "*", 200);
  expect ("DELETE", "/connectors/corp", NULL, NULL, NULL, 204);
  expect ("DELETE", path, NULL, NULL, NULL, 204);
}

/* The session stays, and nobody is told that it ended. */
static guint ended;

static GPtrArray *
count_end (PosternTxn *txn, const char *session_id, const PosternAuditBy *by, GError **error)
{
  ended++;
  return g_ptr_array_new ();
}

static void
ignore (PosternTenant *of, GPtrArray *told, gpointer user_data)
{
}

static void
test_before_preparing (void)
{
  static const PosternApiSessions sessions = { count_end, NULL, ignore };
  g_autofree char *user = make ("/users", "{\"username\":\"joan\"}", "id"), *session = add_session (user);
  g_autofree char *path = g_strconcat ("/sessions/", session, NULL), *tag = get_tag (path);

  postern_api_set_sessions (api, &sessions, NULL);
  expect ("DELETE", path, NULL, "If-Match", "\"other\"", 412);
  g_assert_cmpuint (ended, ==, 0);
  expect ("DELETE", path, NULL, "If-Match", tag, 204);
  g_assert_cmpuint (ended, ==, 1);
  postern_api_set_sessions (api, NULL, NULL);
}

/* --- what the log says of a change -------------------------------------------------------------------------------- */

/* (transfer full): the newest entry of @event, printed */
static char *
get_last (const char *event)
{
  g_autoptr (PosternAudit) entry = find_entry (event, NULL);

  return postern_json_print (entry->data);
}

/* (transfer full) (nullable): what it says of the person, likewise */
static char *
get_last_personal (const char *event)
{
  g_autoptr (PosternAudit) entry = find_entry (event, NULL);

  return entry->personal ? postern_json_print (entry->personal) : NULL;
}

static void
test_log (void)
{
  g_autofree char *path = make_user ("{\"email\":\"log@example.org\",\"password\":\"long enough\"}"), *made = get_last ("user.created"), *changed = NULL;
  g_autofree char *made_of = get_last_personal ("user.created"), *changed_of = NULL;

  g_assert_nonnull (strstr (made, "\"after\":{"));
  g_assert_null (strstr (made, "log@example.org"));
  g_assert_nonnull (strstr (made_of, "\"email\":\"log@example.org\""));
  expect ("PATCH", path, "{\"email\":\"other@example.org\",\"email_verified\":true,\"password\":\"long enough, too\"}", NULL, NULL, 200);
  changed = get_last ("user.changed");
  changed_of = get_last_personal ("user.changed");
  g_assert_nonnull (strstr (changed_of, "\"before\":{\"email\":\"log@example.org\"}"));
  g_assert_nonnull (strstr (changed_of, "\"after\":{\"email\":\"other@example.org\"}"));
  g_assert_nonnull (strstr (changed, "\"before\":{\"email_verified\":false}"));
  g_assert_nonnull (strstr (changed, "\"after\":{\"email_verified\":true}"));
  g_assert_nonnull (strstr (changed, "\"password\"")); /* that it was sent … */
  g_assert_null (strstr (changed, "long enough"));     /* … and not what it is */
  g_assert_null (strstr (changed_of, "long enough"));
  g_assert_null (strstr (made_of, "long enough"));
  expect ("DELETE", path, NULL, NULL, NULL, 204);
  g_free (g_steal_pointer (&changed));
  changed = get_last ("user.deleted");
  g_assert_nonnull (strstr (changed, "\"before\":{"));
  g_assert_null (strstr (changed, "other@example.org"));
  g_assert_null (strstr (changed, "credentials"));
  g_assert_null (get_last_personal ("user.deleted"));
}

/* Whose data was looked at is found by the person's id, whatever the reader called them. */
static void
test_read_log (void)
{
  g_autofree char *id = make ("/users", "{\"email\":\"read@example.org\"}", "id"), *path = g_strconcat ("/users/", id, NULL);
  g_autoptr (PosternAudit) entry = NULL;

  expect ("GET", "/users/Read@Example.org", NULL, NULL, NULL, 200);
  entry = find_entry ("data.read", NULL);
  g_assert_cmpstr (entry->target, ==, id);
  expect ("DELETE", path, NULL, NULL, NULL, 204);
}

static void
test_link (void)
{
  g_autofree char *first = make_user ("{\"username\":\"link1\"}"), *second = make_user ("{\"username\":\"link2\"}");
  g_autoptr (PosternResponse) page = api_fixture_dispatch (api, "GET", "/api/v1/users", "limit=1&search=link", NULL);
  g_autoptr (PosternResponse) whole = api_fixture_dispatch (api, "GET", "/api/v1/users", "search=link", NULL);
  g_autofree char *wanted = g_strdup_printf ("<https://id.example/api/v1/users?after=%s&", first + strlen ("/users/"));
  const char *link = postern_response_get_header (page, "Link");

  g_assert_true (g_str_has_prefix (link, wanted));
  g_assert_nonnull (strstr (link, "limit=1"));
  g_assert_nonnull (strstr (link, "search=link"));
  g_assert_true (g_str_has_suffix (link, ">; rel=\"next\""));
  g_assert_null (postern_response_get_header (whole, "Link"));
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-condition/match", test_match },
    { "/api-condition/none-match", test_none_match },
    { "/api-condition/before-preparing", test_before_preparing },
    { "/api-condition/log", test_log },
    { "/api-condition/read-log", test_read_log },
    { "/api-condition/link", test_link },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
