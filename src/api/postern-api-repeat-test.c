/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"
#include "postern-api-repeat.h"
#include "postern-api-run.h"

#include "postern-organization.h"

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

#define HASHED "{\"username\":\"cyd\",\"password\":\"long enough\"}"

static void
send_meanwhile (void)
{
  expect ("/users", HASHED, "race", 201);
}

/* Of two at once one is done, and the other is answered as it was. */
static void
test_race (void)
{
  api_fixture_meanwhile = send_meanwhile;
  expect ("/users", HASHED, "race", 201);
  g_assert_cmpuint (count_items ("/users", "username=cyd"), ==, 1);
}

/* A read sees nothing of another transaction that is not done, but a unique index does: that is the other one, with the same key, just committed. */
static gboolean
let_other_win (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternIdempotency) other = postern_idempotency_new ();

  other->hash = g_strdup (call->key_hash);
  other->request = g_strdup (call->request_hash);
  other->status = 204;
  other->created_at = call->now;
  other->expires_at = call->now + POSTERN_API_REPEAT_LIFETIME;
  postern_api_call_audit (call, "policy.changed", NULL, g_variant_new_parsed ("@a{sv} {'before': <@a{sv} {}>, 'after': <@a{sv} {}>}"));
  return postern_idempotency_store_insert (txn, other, NULL, error);
}

/* Between the look for a key and keeping it another server was quicker: what was done is taken back, and to ask again is to be answered as the other. */
static void
test_in_use (void)
{
  static const PosternApiRow row = { POSTERN_API_ACTION, "/race", "race", NULL, "Loses", .work = let_other_win };
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/api/v1/race", NULL);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (PosternResponse) response = NULL;
  g_autoptr (GVariant) problem = NULL;
  gsize before = count_items ("/audit", "event=policy.changed");

  postern_request_set_body (request, nothing);
  postern_request_set_id (request, "req_test");
  postern_request_add_header (request, "Idempotency-Key", "in-use");
  response = postern_api_run (api, &row, request, TRUE);
  problem = read_body (response);
  g_assert_cmpuint (postern_response_get_status (response), ==, 409);
  g_assert_true (g_str_has_suffix (postern_json_get_string (problem, "type"), "idempotency-key-in-use"));
  g_assert_cmpuint (count_items ("/audit", "event=policy.changed"), ==, before);
  expect ("/users", "{\"username\":\"late\"}", "in-use", 201); /* nothing was kept: here the other one was taken back with it */
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

/* A key of the same word is another one where anything of who asks is different: nobody is answered what somebody else was. */
typedef struct {
  const char *subject, *client_id, *organization_id;
} Asker;

static gboolean
admit (PosternRequest *request, const char *resource, PosternBearer *bearer, gpointer user_data, GError **error)
{
  const Asker *asker = user_data;

  bearer->subject = g_strdup (asker->subject);
  bearer->client_id = g_strdup (asker->client_id);
  bearer->organization_id = g_strdup (asker->organization_id);
  bearer->scopes = g_strsplit ("roles:write", " ", -1);
  return TRUE;
}

static gboolean
put_organizations (PosternTxn *txn, gpointer data, GError **error)
{
  char **ids = data;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (PosternOrganization) organization = postern_organization_make (i ? "Globex" : "Acme", NULL, 1, error);

    g_assert_true (postern_organization_store_insert (txn, organization, error));
    ids[i] = g_strdup (organization->id);
  }
  return TRUE;
}

static void
test_others (void)
{
  char *ids[2] = { NULL };
  Asker askers[] = {
    { "usr_one", "app_one", NULL }, { "usr_two", "app_one", NULL }, { "usr_one", "app_two", NULL },
    { "usr_one", "app_one", NULL }, { "usr_one", "app_one", NULL }, /* for each of the organizations */
    { "app_one", "usr_one", NULL }, { "usr_oneapp", "_one", NULL }, { "", "usr_oneapp_one", NULL }, /* the parts are not one word */
  };

  fixture_write (store, put_organizations, ids);
  askers[3].organization_id = ids[0];
  askers[4].organization_id = ids[1];
  api_fixture_public = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++) {
    g_autofree char *body = g_strdup_printf ("{\"name\":\"role%u\",\"kind\":\"organization\"%s%s%s}", i, askers[i].organization_id ? ",\"organization_id\":\"" : "",
                                             askers[i].organization_id ? askers[i].organization_id : "", askers[i].organization_id ? "\"" : "");

    postern_api_set_bearer (api, admit, &askers[i]);
    expect ("/roles", body, "shared", 201); /* another body: were the key the same, this would be 422 */
    expect ("/roles", body, "shared", 201);
    expect ("/roles", "{\"name\":\"again\",\"kind\":\"organization\"}", "shared", 422);
  }
  api_fixture_public = FALSE;
  g_free (ids[0]);
  g_free (ids[1]);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-repeat/again", test_again },
    { "/api-repeat/other-request", test_other_request },
    { "/api-repeat/refused", test_refused },
    { "/api-repeat/race", test_race },
    { "/api-repeat/in-use", test_in_use },
    { "/api-repeat/prepared", test_prepared },
    { "/api-repeat/no-answer", test_no_answer },
    { "/api-repeat/key", test_key },
    { "/api-repeat/others", test_others },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
