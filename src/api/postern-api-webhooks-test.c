/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-audit-log.h"
#include "postern-webhook-signature.h"

#define HOOK "{\"url\":\"https://hooks.example/in\",\"events\":[\"user.*\"],\"description\":\"CRM\"}"

/* (transfer full): /webhooks/ID and @more behind it */
static char *
make_path (const char *more)
{
  g_autofree char *id = make ("/webhooks", HOOK, "id");

  return g_strconcat ("/webhooks/", id, more, NULL);
}

static void
test_life (void)
{
  g_autoptr (GVariant) made = call ("POST", "/webhooks", NULL, HOOK, 201), shown = NULL, changed = NULL, off = NULL;
  g_autofree char *path = g_strconcat ("/webhooks/", postern_json_get_string (made, "id"), NULL);

  g_assert_true (postern_webhook_signature_is_secret (postern_json_get_string (made, "secret")));
  shown = call ("GET", path, NULL, NULL, 200);
  g_assert_null (postern_json_get_string (shown, "secret"));
  g_assert_true (postern_json_get_boolean (shown, "enabled", FALSE));
  changed = call ("PATCH", path, NULL, "{\"events\":[\"*\"],\"description\":null}", 200);
  g_assert_null (postern_json_get_string (changed, "description"));
  g_assert_null (postern_json_get_string (changed, "secret"));
  off = call ("PATCH", path, NULL, "{\"enabled\":false}", 200);
  g_assert_false (postern_json_get_boolean (off, "enabled", TRUE));
  g_assert_cmpuint (count_items ("/webhooks", NULL), ==, 1);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  refuses ("GET", path, NULL, 404, "");
  refuses ("PATCH", path, "{\"enabled\":true}", 404, "");
}

/* By an own id: how far it is and its secret stay, and the tag is of what is set, not of what runs. */
static void
test_put (void)
{
  const char *path = "/webhooks/whk_01m8hqyz49encaned8h3htdtw5";
  g_autoptr (PosternResponse) before = NULL, after = NULL, done = NULL, stale = NULL, polled = NULL;
  g_autoptr (GVariant) made = call ("PUT", path, NULL, HOOK, 200), again = NULL, off = NULL, shown = NULL;

  g_assert_true (postern_webhook_signature_is_secret (postern_json_get_string (made, "secret")));
  again = call ("PUT", path, NULL, "{\"url\":\"https://hooks.example/other\",\"events\":[\"user.*\"],\"enabled\":false}", 200);
  g_assert_true (postern_json_get_string (again, "secret") == NULL && postern_json_get_string (again, "description") == NULL);
  off = call ("PUT", path, NULL, HOOK, 200);
  g_assert_true (postern_json_get_boolean (off, "enabled", FALSE));
  refuses ("PUT", "/webhooks/mine", HOOK, 400, "id: must be whk_");
  before = send_with ("GET", path, NULL, NULL, NULL);
  g_variant_unref (call ("POST", "/webhooks/whk_01m8hqyz49encaned8h3htdtw5/replay", NULL, "{\"from\":\"0\"}", 200));
  after = send_with ("GET", path, NULL, NULL, NULL);
  polled = send_with ("GET", path, NULL, "If-None-Match", postern_response_get_header (before, "ETag"));
  g_assert_cmpuint (postern_response_get_status (polled), ==, 200); /* who looks how far it is sees it */
  shown = read_body (after);
  if (postern_json_get_int64 (shown, "updated_at", 0) == postern_json_get_int64 (off, "updated_at", 0))
    g_assert_cmpstr (postern_response_get_header (before, "ETag"), ==, postern_response_get_header (after, "ETag"));
  done = send_with ("PUT", path, HOOK, "If-Match", postern_response_get_header (after, "ETag"));
  g_assert_cmpuint (postern_response_get_status (done), ==, 200);
  stale = send_with ("PUT", path, HOOK, "If-Match", "\"0123456789abcdef0123456789abcdef\"");
  g_assert_cmpuint (postern_response_get_status (stale), ==, 412);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
}

static void
test_refused (void)
{
  static const char *const bad[] = { "{\"url\":\"http://hooks.example/\",\"events\":[\"*\"]}", "{\"url\":\"https://u:p@hooks.example/\",\"events\":[\"*\"]}",
                                     "{\"url\":\"https://hooks.example/\",\"events\":[\"user.creatd\"]}", "{\"url\":\"https://hooks.example/\",\"events\":[]}", "{\"events\":[\"*\"]}",
                                     "{\"url\":\"https://hooks.example/\",\"events\":[\"*\"],\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}",
                                     "{\"url\":\"https://hooks.example/\",\"events\":[\"*\"],\"position\":0}", NULL };

  for (guint i = 0; bad[i] != NULL; i++)
    refuses ("POST", "/webhooks", bad[i], 400, "");
  refuses ("POST", "/webhooks/whk_none/rotate", "{}", 404, "");
  refuses ("POST", "/webhooks/whk_none/test", NULL, 404, "");
  refuses ("GET", "/webhooks/whk_none/attempts", NULL, 404, "");
}

static void
test_most (void)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < 50; i++)
    g_ptr_array_add (paths, make_path (NULL));
  refuses ("POST", "/webhooks", HOOK, 409, "");
  for (guint i = 0; i < paths->len; i++)
    g_assert_null (call ("DELETE", paths->pdata[i], NULL, NULL, 204));
}

static void
test_rotate (void)
{
  g_autoptr (GVariant) made = call ("POST", "/webhooks", NULL, HOOK, 201), rotated = NULL, at_once = NULL;
  g_autofree char *path = g_strconcat ("/webhooks/", postern_json_get_string (made, "id"), NULL), *rotate = g_strconcat (path, "/rotate", NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (PosternAudit) entry = NULL;
  g_autofree char *data = NULL;

  rotated = call ("POST", rotate, NULL, "{\"overlap\":3600}", 200);
  g_assert_cmpstr (postern_json_get_string (rotated, "secret"), !=, postern_json_get_string (made, "secret"));
  g_assert_cmpint (postern_json_get_int64 (rotated, "old_secret_until", 0), >=, now + 3600);
  refuses ("POST", rotate, "{\"overlap\":9999999}", 400, "");
  entry = find_entry ("webhook.secret-rotated", NULL);
  data = postern_json_print (entry->data);
  g_assert_null (strstr (data, "whsec_"));
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
}

static void
test_replay (void)
{
  g_autofree char *path = make_path (NULL), *replay = g_strconcat (path, "/replay", NULL);
  g_autoptr (GVariant) shown = NULL, from_time = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  postern_audit_log_sequence (store, POSTERN_AUDIT_REACH_ALL, g_get_real_time () / G_USEC_PER_SEC, &n, &error);
  g_assert_no_error (error);
  shown = call ("GET", path, NULL, NULL, 200);
  g_assert_cmpint (postern_json_get_int64 (shown, "behind", 0), >, 0);
  again = call ("POST", replay, NULL, "{\"from\":\"1\"}", 200);
  g_assert_cmpint (postern_json_get_int64 (again, "position", 0), ==, 1);
  from_time = call ("POST", replay, NULL, "{\"from\":\"2020-01-01T00:00:00Z\"}", 200);
  g_assert_cmpint (postern_json_get_int64 (from_time, "position", -1), ==, 0);
  refuses ("POST", replay, "{\"from\":\"999999\"}", 400, "behind the end");
  refuses ("POST", replay, "{\"from\":\"-1\"}", 400, "");
  refuses ("POST", replay, "{\"from\":\"yesterday\"}", 400, "");
  refuses ("POST", replay, "{}", 400, "");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
}

/* The guarded client says no, and the webhook's own place in the log stays. */
static void
test_test (void)
{
  static const char *const forbidden[] = { "https://127.0.0.1:1/", "https://169.254.169.254/latest/meta-data", "https://[::1]:1/", "https://localhost:1/", "https://10.1.2.3/", NULL };

  for (guint i = 0; forbidden[i] != NULL; i++) {
    g_autofree char *body = g_strdup_printf ("{\"url\":\"%s\",\"events\":[\"*\"]}", forbidden[i]), *id = make ("/webhooks", body, "id");
    g_autofree char *path = g_strconcat ("/webhooks/", id, NULL), *test = g_strconcat (path, "/test", NULL);
    g_autoptr (GVariant) attempt = call ("POST", test, NULL, NULL, 200);
    g_autoptr (PosternAudit) entry = find_entry ("webhook.tested", NULL);

    g_assert_cmpint (postern_json_get_int64 (attempt, "status", -1), ==, 0);
    g_assert_cmpint (postern_json_get_int64 (attempt, "number", 0), ==, -1);
    if (strstr (postern_json_get_string (attempt, "error"), "public") == NULL && strstr (postern_json_get_string (attempt, "error"), "private") == NULL)
      g_error ("%s: %s", forbidden[i], postern_json_get_string (attempt, "error"));
    g_assert_cmpstr (entry->target, ==, id);
    g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  }
}

static void
test_events (void)
{
  g_autoptr (GVariant) answer = call ("GET", "/events", NULL, NULL, 200);
  g_autofree char *text = postern_json_print (answer);

  g_assert_nonnull (strstr (text, "\"webhook.created\""));
  g_assert_cmpuint (count_items ("/events", NULL), >, 50);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-webhooks/life", test_life }, { "/api-webhooks/put", test_put },     { "/api-webhooks/refused", test_refused }, { "/api-webhooks/most", test_most }, { "/api-webhooks/rotate", test_rotate },
    { "/api-webhooks/replay", test_replay }, { "/api-webhooks/test", test_test },       { "/api-webhooks/events", test_events }, { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
