/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

static void
expect (const char *path, const char *body, const char *key, guint status)
{
  g_autoptr (PosternResponse) response = send_with ("POST", path, body, key ? "Idempotency-Key" : NULL, key);

  if (postern_response_get_status (response) != status)
    g_error ("POST %s %s: %u", path, key, postern_response_get_status (response));
}

#define APPLICATION "{\"name\":\"Shop\",\"kind\":\"service\"}"

/* The same answer, with the secret that is shown once, and one application. */
static void
test_again (void)
{
  g_autoptr (PosternResponse) first = send_with ("POST", "/applications", APPLICATION, "Idempotency-Key", "one"), second = send_with ("POST", "/applications", APPLICATION, "Idempotency-Key", "one");
  GBytes *body = postern_response_get_body (first);

  g_assert_cmpuint (postern_response_get_status (first), ==, 201);
  g_assert_cmpuint (postern_response_get_status (second), ==, 201);
  g_assert_null (postern_response_get_header (first, "Idempotency-Replayed"));
  g_assert_cmpstr (postern_response_get_header (second, "Idempotency-Replayed"), ==, "true");
  g_assert_true (g_bytes_equal (body, postern_response_get_body (second)));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), "client_secret"));
  g_assert_cmpuint (count_items ("/applications", NULL), ==, 1);
}

static void
test_other_request (void)
{
  expect ("/applications", "{\"name\":\"Other\",\"kind\":\"service\"}", "one", 422);
  expect ("/users", APPLICATION, "one", 400); /* it is no request at all */
  expect ("/users", "{\"username\":\"ada\"}", "one", 422);
  expect ("/users", "{\"username\":\"ada\"}", "two", 201);
  expect ("/users", "{\"username\":\"ada\"}", "two", 201);
  expect ("/users", "{\"username\":\"ada\"}", "three", 409); /* what another key asks is asked anew */
  expect ("/users", "{\"username\":\"ada\"}", NULL, 409);
}

/* What was refused did nothing, so its key is free. */
static void
test_refused (void)
{
  expect ("/users", "{\"username\":\"a@b\"}", "four", 400);
  expect ("/users", "{\"username\":\"ab\"}", "four", 201);
}

static void
test_prepared (void)
{
  gsize before;

  expect ("/keys/rotate", "{\"alg\":\"ES256\"}", "rotate", 200);
  before = count_items ("/keys", NULL);
  expect ("/keys/rotate", "{\"alg\":\"ES256\"}", "rotate", 200);
  g_assert_cmpuint (count_items ("/keys", NULL), ==, before);
  expect ("/keys/rotate", "{\"alg\":\"ES256\"}", NULL, 200);
  g_assert_cmpuint (count_items ("/keys", NULL), >, before);
}

static void
test_no_answer (void)
{
  expect ("/grant-revocations", "{\"user\":\"ada\"}", "none", 204);
  expect ("/grant-revocations", "{\"user\":\"ada\"}", "none", 204);
}

static void
test_key (void)
{
  g_autofree char *longest = g_strnfill (255, 'k'), *longer = g_strnfill (256, 'k');

  expect ("/grant-revocations", "{\"user\":\"ada\"}", longest, 204);
  expect ("/grant-revocations", "{\"user\":\"ada\"}", longer, 400);
  expect ("/grant-revocations", "{\"user\":\"ada\"}", "", 400);
  expect ("/grant-revocations", "{\"user\":\"ada\"}", "a b", 400);
}

/* Somebody else's key of the same word is another one. */
static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error)
{
  bearer->subject = g_strdup (user_data);
  bearer->client_id = g_strdup (user_data);
  bearer->scopes = g_strsplit ("users:write grants:write", " ", -1);
  return TRUE;
}

static void
test_others (void)
{
  api_fixture_public = TRUE;
  postern_api_set_bearer (api, admit, (gpointer) "app_one");
  expect ("/users", "{\"username\":\"one\"}", "two", 201);
  postern_api_set_bearer (api, admit, (gpointer) "app_two");
  expect ("/users", "{\"username\":\"two\"}", "two", 201);
  expect ("/users", "{\"username\":\"one\"}", "two", 422);
  api_fixture_public = FALSE;
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-repeat/again", test_again },
    { "/api-repeat/other-request", test_other_request },
    { "/api-repeat/refused", test_refused },
    { "/api-repeat/prepared", test_prepared },
    { "/api-repeat/no-answer", test_no_answer },
    { "/api-repeat/key", test_key },
    { "/api-repeat/others", test_others },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
