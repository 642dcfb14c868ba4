/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-fixture.h"

static PosternStore *store;
static PosternTenant *tenant;
static PosternApi *api;

/* (transfer full) (nullable) */
static GVariant *
call (const char *method, const char *path, const char *query, const char *body, guint status)
{
  g_autofree char *full = g_strconcat ("/api/v1", path, NULL);
  g_autoptr (PosternResponse) response = api_fixture_dispatch (api, method, full, query, body);
  GBytes *bytes = postern_response_get_body (response);
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  if (postern_response_get_status (response) != status)
    g_error ("%s %s: %u %.*s", method, path, postern_response_get_status (response), bytes ? (int) g_bytes_get_size (bytes) : 0, bytes ? (const char *) g_bytes_get_data (bytes, NULL) : "");
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return NULL;
  answer = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), 0, &error);
  g_assert_no_error (error);
  return answer;
}

static void
refuses (const char *method, const char *path, const char *body, guint status, const char *words)
{
  g_autoptr (GVariant) answer = call (method, path, NULL, body, status);

  if (strstr (postern_json_get_string (answer, "detail"), words) == NULL)
    g_error ("%s lacks “%s”", postern_json_get_string (answer, "detail"), words);
}

static gsize
count_items (const char *path, const char *query)
{
  g_autoptr (GVariant) answer = call ("GET", path, query, NULL, 200);
  g_autoptr (GVariant) items = postern_json_get (answer, "items");

  return g_variant_n_children (items);
}

static gboolean
has_audit (PosternTxn *txn, gpointer event, GError **error)
{
  g_autoptr (GPtrArray) rows = postern_audit_store_list (txn, NULL, 500, error);

  for (guint i = 0; i < rows->len; i++)
    if (g_str_equal (((PosternAudit *) rows->pdata[i])->event, event))
      return TRUE;
  return FALSE;
}

static void
assert_audited (const char *event)
{
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, has_audit, (gpointer) event, NULL));
}

typedef struct {
  const char *user;
  char *value;
} Password;

static gboolean
read_password (PosternTxn *txn, gpointer data, GError **error)
{
  Password *self = data;
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, self->user, "password", error);

  self->value = credential ? g_strdup (credential->value) : NULL;
  return credential != NULL;
}

static void
test_users (void)
{
  g_autoptr (GVariant) made = call ("POST", "/users", NULL, "{\"email\":\"Ada@Example.org\",\"name\":\"Ada\",\"email_verified\":true,\"password\":\"long enough\"}", 201);
  const char *id = postern_json_get_string (made, "id");
  g_autofree char *path = g_strconcat ("/users/", id, NULL);
  Password password = { id, NULL };
  g_autoptr (GVariant) shown = NULL, changed = NULL;

  g_assert_cmpstr (postern_json_get_string (made, "email"), ==, "ada@example.org");
  g_assert_cmpstr (postern_json_get_string (made, "name"), ==, "Ada");
  g_assert_true (postern_store_read (store, POSTERN_KEEP_LASTING, read_password, &password, NULL));
  g_assert_cmpstr (password.value, ==, "$test$long enough");
  g_free (password.value);
  shown = call ("GET", "/users/ADA@example.org", NULL, NULL, 200); /* by what they sign in with */
  g_assert_cmpstr (postern_json_get_string (shown, "id"), ==, id);
  assert_audited ("user.created");

  refuses ("POST", "/users", "{\"email\":\"ada@example.org\"}", 409, "");
  refuses ("POST", "/users", "{\"email\":\"x@example.org\",\"password\":\"short\"}", 400, "too short");
  refuses ("POST", "/users", "{\"email\":\"x@example.org\",\"admin\":true}", 400, "admin: there is no such member");
  refuses ("POST", "/users", "{\"email\":7}", 400, "email: must be a string");
  refuses ("POST", "/users", "{\"username\":\"a@b\"}", 400, "username: ");
  refuses ("POST", "/users", "{}", 400, "email: or username");
  refuses ("POST", "/users", "[]", 400, "no JSON object");
  refuses ("POST", "/users", "{\"email\":\"x@example.org\",\"password_hash\":\"plain\"}", 400, "password_hash: ");
  g_assert_cmpuint (count_items ("/users", NULL), ==, 1); /* nothing of a refused one stays */

  changed = call ("PATCH", path, NULL, "{\"username\":\"ada\",\"email\":null,\"disabled\":true,\"profile\":{\"locale\":\"de\"}}", 200);
  g_assert_null (postern_json_get_string (changed, "email"));
  g_assert_true (postern_json_get_boolean (changed, "disabled", FALSE));
  g_assert_false (postern_json_get_boolean (changed, "email_verified", TRUE));
  g_assert_cmpstr (postern_json_get_string (changed, "name"), ==, "Ada");
  refuses ("GET", "/users/nobody", NULL, 404, "user");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  refuses ("DELETE", path, NULL, 404, "user");
}

/* An address that was proved makes no other one proved. */
static void
test_new_address (void)
{
  g_autoptr (GVariant) made = call ("POST", "/users", NULL, "{\"email\":\"eve@example.org\",\"email_verified\":true,\"phone\":\"+15550100\",\"phone_verified\":true}", 201);
  g_autofree char *path = g_strconcat ("/users/", postern_json_get_string (made, "id"), NULL);
  g_autoptr (GVariant) same = call ("PATCH", path, NULL, "{\"email\":\"EVE@example.org\"}", 200);
  g_autoptr (GVariant) other = call ("PATCH", path, NULL, "{\"email\":\"ada@example.org\",\"phone\":\"+15550101\"}", 200);
  g_autoptr (GVariant) said = call ("PATCH", path, NULL, "{\"email\":\"bob@example.org\",\"email_verified\":true}", 200);

  g_assert_true (postern_json_get_boolean (same, "email_verified", FALSE));
  g_assert_false (postern_json_get_boolean (other, "email_verified", TRUE));
  g_assert_false (postern_json_get_boolean (other, "phone_verified", TRUE));
  g_assert_true (postern_json_get_boolean (said, "email_verified", FALSE));
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
}

/* Who has lost all second factors: it waits, it is in the log, and it can be taken back. */
static void
test_factor_reset (void)
{
  g_autoptr (GVariant) made = call ("POST", "/users", NULL, "{\"email\":\"lost@example.org\",\"email_verified\":true}", 201);
  g_autofree char *user = g_strconcat ("/users/", postern_json_get_string (made, "id"), NULL);
  g_autofree char *path = g_strconcat (user, "/factor-reset", NULL);
  g_autoptr (GVariant) asked = call ("POST", path, NULL, "{}", 200);

  g_assert_cmpint (postern_json_get_int64 (asked, "due_at", 0), >, g_get_real_time () / G_USEC_PER_SEC + 3600);
  assert_audited ("factor-reset.requested");
  refuses ("POST", path, "{\"at\":\"once\"}", 400, "at");
  refuses ("POST", "/users/nobody/factor-reset", "{}", 404, "user");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  assert_audited ("factor-reset.cancelled");
  g_assert_null (call ("DELETE", user, NULL, NULL, 204));
}

static void
test_unlink (void)
{
  g_autoptr (GVariant) ada = call ("POST", "/users", NULL, "{\"username\":\"ada\"}", 201);
  g_autoptr (GVariant) eve = call ("POST", "/users", NULL, "{\"username\":\"eve\"}", 201);
  g_autofree char *own = g_strconcat ("/users/", postern_json_get_string (ada, "id"), NULL);
  g_autofree char *foreign = g_strconcat ("/users/", postern_json_get_string (eve, "id"), NULL);
  g_autofree char *of_own = g_strconcat (own, "/identities/" API_FIXTURE_IDENTITY, NULL);
  g_autofree char *of_foreign = g_strconcat (foreign, "/identities/" API_FIXTURE_IDENTITY, NULL);

  fixture_write (store, api_fixture_link, (gpointer) postern_json_get_string (ada, "id"));
  refuses ("DELETE", of_foreign, NULL, 404, "has no identity");
  g_assert_null (call ("DELETE", of_own, NULL, NULL, 204));
  assert_audited ("identity.unlinked");
  refuses ("DELETE", of_own, NULL, 404, "has no identity");
  g_assert_null (call ("DELETE", own, NULL, NULL, 204));
  g_assert_null (call ("DELETE", foreign, NULL, NULL, 204));
}

/* Whose it is, and nobody else's; who holds it is signed out by it. */
static void
test_remove_credential (void)
{
  g_autoptr (GVariant) ada = call ("POST", "/users", NULL, "{\"username\":\"ada\",\"password\":\"long enough\"}", 201);
  g_autoptr (GVariant) eve = call ("POST", "/users", NULL, "{\"username\":\"eve\"}", 201), list = postern_json_get (ada, "credentials"), box = g_variant_get_child_value (list, 0), credential = g_variant_get_variant (box);
  g_autofree char *own = g_strdup_printf ("/users/ada/credentials/%s", postern_json_get_string (credential, "id")), *foreign = g_strdup_printf ("/users/eve/credentials/%s", postern_json_get_string (credential, "id"));

  refuses ("DELETE", foreign, NULL, 404, "has no credential");
  g_assert_null (call ("DELETE", own, NULL, NULL, 204));
  assert_audited ("credential.removed");
  refuses ("DELETE", own, NULL, 404, "has no credential");
  g_assert_null (call ("DELETE", "/users/ada", NULL, NULL, 204));
  g_assert_null (call ("DELETE", "/users/eve", NULL, NULL, 204));
}

static void
test_pages (void)
{
  g_autoptr (GVariant) first = NULL;
  g_autofree char *query = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"username\":\"page%u\"}", i);
      g_autoptr (GVariant) made = call ("POST", "/users", NULL, body, 201);
    }
  first = call ("GET", "/users", "limit=3", NULL, 200);
  query = g_strdup_printf ("limit=3&after=%s", postern_json_get_string (first, "next"));
  g_assert_cmpuint (count_items ("/users", query), ==, 2);
  g_assert_cmpuint (count_items ("/users", "search=PAGE1"), ==, 1);
  g_assert_cmpuint (count_items ("/users", "username=PAGE1"), ==, 1);
  g_assert_cmpuint (count_items ("/users", "username=page"), ==, 0);
  g_assert_cmpuint (count_items ("/users", "email=page1"), ==, 0); /* it is a user name */
  g_assert_cmpuint (count_items ("/users", "username=page1&search=x"), ==, 0);
  g_assert_cmpuint (count_items ("/users", "username=page1&disabled=true"), ==, 0);
  g_assert_cmpuint (count_items ("/users", "search=page&disabled=false&created_after=1"), ==, 5);
  g_assert_cmpuint (count_items ("/users", "search=page&created_before=1"), ==, 0);
  {
    g_autoptr (GVariant) refused = call ("GET", "/users", "limit=0", NULL, 400);
    g_autoptr (GVariant) twice = call ("GET", "/users", "limit=1&limit=2", NULL, 400);
  }
}

static void
test_applications (void)
{
  g_autoptr (GVariant) made = call ("POST", "/applications", NULL, "{\"name\":\"Shop\",\"kind\":\"web\",\"metadata\":{\"redirect_uris\":[\"https://shop.example/cb\"]}}", 201);
  g_autoptr (GVariant) spa = call ("POST", "/applications", NULL, "{\"name\":\"Spa\",\"kind\":\"spa\",\"metadata\":{\"redirect_uris\":[\"https://spa.example/cb\"]}}", 201);
  const char *id = postern_json_get_string (made, "client_id"), *secret = postern_json_get_string (made, "client_secret");
  g_autofree char *path = g_strconcat ("/applications/", id, NULL), *secrets = g_strconcat (path, "/secrets", NULL);
  g_autoptr (GVariant) shown = NULL, changed = NULL, more = NULL, list = NULL, box = NULL;
  g_autoptr (PosternClient) client = NULL;
  g_autofree char *remove = NULL;

  g_assert_nonnull (secret);
  g_assert_null (postern_json_get_string (spa, "client_secret"));
  client = postern_tenant_dup_client (tenant, id, NULL);
  g_assert_true (postern_client_check_secret (client, secret, g_get_real_time () / G_USEC_PER_SEC));
  shown = call ("GET", path, NULL, NULL, 200);
  g_assert_null (postern_json_get_string (shown, "client_secret"));
  {
    g_autofree char *text = postern_json_print (shown);
    g_assert_null (strstr (text, "hash"));
  }
  changed = call ("PATCH", path, NULL, "{\"enabled\":false,\"metadata\":{\"logo_uri\":\"https://shop.example/logo.svg\"}}", 200);
  g_assert_false (postern_json_get_boolean (changed, "enabled", TRUE));
  more = call ("POST", secrets, NULL, NULL, 201);
  g_assert_nonnull (postern_json_get_string (more, "client_secret"));
  list = postern_json_get (more, "secrets");
  g_assert_cmpuint (g_variant_n_children (list), ==, 2);
  refuses ("POST", "/applications", "{\"name\":\"X\",\"metadata\":{\"redirect_uris\":[\"javascript:x\"]}}", 400, "redirect_uris: ");
  refuses ("POST", "/applications", "{\"name\":\"X\",\"kind\":\"toaster\"}", 400, "kind: ");
  remove = g_strconcat (secrets, "/sec_none", NULL);
  refuses ("DELETE", remove, NULL, 404, "secret");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  assert_audited ("application.deleted");
}

static void
test_keys_policy_setup (void)
{
  g_autoptr (GVariant) rotated = call ("POST", "/keys/rotate", NULL, "{\"alg\":\"ES256\"}", 200);
  g_autoptr (GVariant) keys = call ("GET", "/keys", NULL, NULL, 200);
  g_autofree char *text = postern_json_print (keys);
  g_autoptr (GVariant) policy = call ("PATCH", "/policy", NULL, "{\"sign_up_enabled\":false}", 200);
  g_autoptr (GVariant) cleared = call ("PATCH", "/policy", NULL, "{\"sign_up_enabled\":null}", 200);
  g_autoptr (GVariant) link = call ("POST", "/setup", NULL, NULL, 201);
  g_autoptr (GVariant) administrator = NULL, doctor = NULL, status = NULL;

  g_assert_nonnull (strstr (text, "\"ES256\""));
  g_assert_null (strstr (text, "\"d\"")); /* no private half */
  g_assert_null (strstr (text, "private"));
  refuses ("POST", "/keys/rotate", "{\"alg\":\"none\"}", 400, "alg: ");
  refuses ("POST", "/keys/rotate", "{\"alg\":\"HS256\"}", 400, "alg: ");
  g_assert_false (postern_json_get_boolean (policy, "sign_up_enabled", TRUE));
  g_assert_cmpuint (g_variant_n_children (cleared), ==, 0);
  {
    g_autoptr (GVariant) refused = call ("PATCH", "/policy", NULL, "{\"no_such_rule\":1}", 400);
  }
  g_assert_true (g_str_has_prefix (postern_json_get_string (link, "url"), "https://id.example/setup/"));
  administrator = call ("POST", "/users", NULL, "{\"username\":\"root\",\"administrator\":true}", 201);
  refuses ("POST", "/setup", NULL, 409, "administrator already");
  doctor = call ("GET", "/doctor", NULL, NULL, 200);
  status = call ("GET", "/status", NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (status, "issuer"), ==, "https://id.example");
  g_assert_cmpint (postern_json_get_int64 (status, "problems", 0), ==, 1);
  assert_audited ("key.rotated");
  assert_audited ("policy.changed");
  assert_audited ("setup.link-made");
}

static gboolean
add_session (PosternTxn *txn, gpointer data, GError **error)
{
  PosternSession *session = data;

  return postern_session_store_insert (txn, session, error);
}

static void
test_sessions_grants (void)
{
  g_autoptr (GVariant) user = call ("POST", "/users", NULL, "{\"username\":\"grace\"}", 201);
  g_autoptr (PosternSession) session = postern_session_new ();
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *path = NULL;

  session->id = postern_id_new ("ses");
  session->secret_hash = postern_secret_new ();
  session->user_id = g_strdup (postern_json_get_string (user, "id"));
  session->created_at = now;
  session->expires_at = session->idle_expires_at = now + 100;
  fixture_write (store, add_session, session);
  path = g_strconcat ("/sessions/", session->id, NULL);
  g_assert_cmpuint (count_items ("/sessions", "user=grace"), ==, 1);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  g_assert_cmpuint (count_items ("/sessions", "user=grace"), ==, 0);
  g_assert_cmpuint (count_items ("/sessions", "user=grace&all=true"), ==, 1);
  refuses ("DELETE", "/sessions/ses_none", NULL, 404, "session");
  g_assert_cmpuint (count_items ("/grants", "user=grace"), ==, 0);
  g_assert_cmpuint (count_items ("/grants", "application=app_none"), ==, 0);
  g_assert_cmpuint (count_items ("/grants", "application=app_none&user=grace"), ==, 0);
  refuses ("GET", "/grants", NULL, 400, "user: ");
  refuses ("POST", "/grant-revocations", "{}", 400, "user: ");
  g_assert_null (call ("POST", "/grant-revocations", NULL, "{\"user\":\"grace\"}", 204));
  assert_audited ("session.ended");
  g_assert_cmpuint (count_items ("/connectors", NULL), ==, 1);
  g_assert_cmpuint (count_items ("/audit", "limit=2"), ==, 2);
  g_assert_cmpuint (count_items ("/audit", "event=session.ended"), ==, 1);
  g_assert_cmpuint (count_items ("/audit", "event=session.ended&actor=nobody"), ==, 0);
}

/* --- whom the end of sessions concerns ------------------------------------------------------------------------------- */

static guint ends, tells;

static GPtrArray *
count_end (PosternTxn *txn, const char *user_id, GError **error)
{
  ends++;
  return g_ptr_array_new ();
}

static void
count_tell (PosternTenant *told, GPtrArray *ended, gpointer user_data)
{
  g_assert_true (told == tenant);
  tells++;
}

/* Told once it is committed, and never of what was taken back. */
static void
test_ends (void)
{
  static const PosternApiSessions sessions = { NULL, count_end, count_tell };
  g_autoptr (GVariant) made = call ("POST", "/users", NULL, "{\"email\":\"end@example.org\"}", 201);
  g_autoptr (GVariant) other = call ("POST", "/users", NULL, "{\"email\":\"other-end@example.org\"}", 201);
  g_autofree char *path = g_strconcat ("/users/", postern_json_get_string (made, "id"), NULL);

  postern_api_set_sessions (api, &sessions, NULL);
  g_variant_unref (call ("PATCH", path, NULL, "{\"name\":\"Enda\"}", 200));
  g_assert_cmpuint (ends, ==, 0);
  refuses ("PATCH", path, "{\"disabled\":true,\"email\":\"other-end@example.org\"}", 409, "");
  g_assert_cmpuint (tells, ==, 0);
  g_variant_unref (call ("PATCH", path, NULL, "{\"disabled\":true}", 200));
  g_assert_cmpuint (tells, ==, 1);
  g_variant_unref (call ("PATCH", path, NULL, "{\"disabled\":false,\"password\":\"long enough\"}", 200));
  g_assert_cmpuint (tells, ==, 2);
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
  g_assert_cmpuint (tells, ==, 3);
  postern_api_set_sessions (api, NULL, NULL);
  g_assert_null (call ("DELETE", "/users/other-end@example.org", NULL, NULL, 204));
}

/* --- connectors ---------------------------------------------------------------------------------------------------- */

static guint changes;

static void
count_change (gpointer book, gpointer user_data)
{
  changes++;
}

#define CORP "{\"type\":\"corp\",\"name\":\"Corp\",\"settings\":{\"issuer\":\"https://corp.example\",\"client-secret\":\"swordfish\"}}"

static gboolean
read_sealed (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, "corp", error);
  g_autoptr (GVariant) secrets = record ? postern_instance_store_dup_secrets (txn, record, error) : NULL;

  g_assert_nonnull (secrets);
  g_assert_cmpstr (postern_json_get_string (secrets, "client-secret"), ==, "swordfish");
  g_assert_true (g_str_has_prefix (record->secrets, "v1."));
  g_assert_null (strstr (record->secrets, "swordfish"));
  return TRUE;
}

static void
test_connectors (void)
{
  g_autoptr (GVariant) made = NULL, shown = NULL, changed = NULL, types = NULL;
  g_autofree char *text = NULL;
  guint before = changes;

  postern_instance_book_set_changed (api_fixture_book, count_change, NULL);
  made = call ("PUT", "/connectors/corp", NULL, CORP, 200);
  g_assert_cmpstr (postern_json_get_string (made, "state"), ==, "starting");
  g_assert_cmpstr (postern_json_get_string (made, "origin"), ==, "database");
  g_assert_cmpstr (postern_json_get_string (made, "callback_url"), ==, "https://id.example/callback/corp");
  assert_audited ("connector.changed");
  g_assert_cmpuint (changes, ==, before + 1);
  fixture_write (store, read_sealed, NULL);
  shown = call ("GET", "/connectors/corp", NULL, NULL, 200);
  text = postern_json_print (shown);
  g_assert_null (strstr (text, "swordfish"));
  g_assert_nonnull (strstr (text, "\"secrets\":[\"client-secret\"]"));

  /* A secret that is not sent stays, even where everything else is replaced. */
  g_assert_nonnull ((changed = call ("PUT", "/connectors/corp", NULL, "{\"type\":\"corp\",\"settings\":{\"issuer\":\"https://corp.example\"}}", 200)));
  fixture_write (store, read_sealed, NULL);
  g_clear_pointer (&changed, g_variant_unref);
  changed = call ("PATCH", "/connectors/corp", NULL, "{\"enabled\":false}", 200);
  g_assert_cmpstr (postern_json_get_string (changed, "state"), ==, "off");

  refuses ("PUT", "/connectors/corp", "{\"type\":\"corp\",\"settings\":{\"issuer\":\"nonsense\"}}", 400, "settings.issuer: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"client-secret\":null}}", 400, "settings.client-secret: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"client-secret-file\":\"/etc/shadow\"}}", 400, "settings.client-secret-file: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"client-secret-credential\":\"master-key\"}}", 400, "settings.client-secret-credential: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"ca\":\"/etc/passwd\"}}", 400, "settings.ca: ");
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"issuer\":1}}", 400, "settings.issuer: ");
  refuses ("PUT", "/connectors/corp", "{\"type\":\"none\"}", 400, "type: ");
  refuses ("PUT", "/connectors/Corp!", CORP, 400, "id: ");
  refuses ("PUT", "/connectors/filed", CORP, 409, "filed.conf");
  refuses ("PUT", "/connectors/password", CORP, 409, "password");
  refuses ("DELETE", "/connectors/filed", NULL, 409, "filed.conf");
  refuses ("PATCH", "/connectors/none", "{}", 404, "");
  g_assert_cmpuint (changes, ==, before + 3);

  types = call ("GET", "/connector-types", NULL, NULL, 200);
  g_clear_pointer (&text, g_free);
  text = postern_json_print (types);
  g_assert_nonnull (strstr (text, "\"client-secret\""));
  g_assert_null (strstr (text, "\"ca\"")); /* a path is for files alone */
  g_assert_nonnull (strstr (text, "\"ear\""));
  g_assert_null (strstr (text, "\"eye\"")); /* and so is a factor */
  refuses ("PUT", "/connectors/second", "{\"type\":\"eye\"}", 400, "type: ");
  g_assert_null (call ("DELETE", "/connectors/corp", NULL, NULL, 204));
  assert_audited ("connector.deleted");
  refuses ("DELETE", "/connectors/corp", NULL, 404, "");
}

#define EVIL "\"issuer\":\"https://evil.example\""
#define AGAIN "settings.client-secret: it must be given again"

/* Who may change a connector, but does not know its secret, tries to have it sent to an address of their own. */
static void
test_secret_goes_nowhere (void)
{
  g_autoptr (GVariant) made = call ("PUT", "/connectors/corp", NULL, CORP, 200), changed = NULL;

  refuses ("PATCH", "/connectors/corp", "{\"settings\":{" EVIL "}}", 400, AGAIN);
  refuses ("PUT", "/connectors/corp", "{\"type\":\"corp\",\"settings\":{" EVIL "}}", 400, AGAIN);
  refuses ("PATCH", "/connectors/corp", "{\"enabled\":false,\"settings\":{" EVIL "}}", 400, AGAIN);
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"host\":\"evil.example\"}}", 400, AGAIN); /* by its name, whatever its type */
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{\"smtp-port\":\"2525\"}}", 400, AGAIN);
  refuses ("PATCH", "/connectors/corp", "{\"settings\":{" EVIL ",\"client-secret\":null}}", 400, "settings.client-secret: ");
  fixture_write (store, read_sealed, NULL);
  g_assert_nonnull ((changed = call ("PATCH", "/connectors/corp", NULL, "{\"name\":\"Other\",\"settings\":{\"smtp-port\":\"25\",\"greeting\":\"Hi\"}}", 200))); /* 25 is the default */
  g_clear_pointer (&changed, g_variant_unref);
  changed = call ("PATCH", "/connectors/corp", NULL, "{\"settings\":{\"issuer\":\"https://moved.example\",\"client-secret\":\"swordfish\"}}", 200);
  g_assert_nonnull (changed);
  fixture_write (store, read_sealed, NULL);
  g_assert_null (call ("DELETE", "/connectors/corp", NULL, NULL, 204));
}

typedef struct {
  const char *id, *type, *settings;
  const char *problem;
} Row;

static gboolean
write_row (PosternTxn *txn, gpointer data, GError **error)
{
  const Row *self = data;
  g_autoptr (PosternInstanceRecord) record = postern_instance_record_new ();

  record->id = g_strdup (self->id);
  record->type = g_strdup (self->type);
  record->settings = postern_json_parse_object (self->settings, -1, 0, error);
  record->enabled = TRUE;
  record->revision = 1;
  return record->settings != NULL && postern_instance_store_put (txn, record, NULL, error);
}

static gboolean
delete_row (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_instance_store_delete (txn, ((const Row *) data)->id, error);
}

/* As an older version of a plugin, a restored copy or another hand may have left it: what may not be written is not obeyed either. */
static void
test_rows_of_others (void)
{
  const Row rows[] = {
    { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"s\",\"ca\":\"/etc/passwd\"}", "row: ca names a path" },
    { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret-file\":\"/etc/hostname\"}", "row: corp has no setting 'client-secret-file'" },
    { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret-credential\":\"master-key\"}", "row: corp has no setting 'client-secret-credential'" },
    { "row", "eye", "{}", "row: 'eye' can only be set up by a file" },
    { "..", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"s\"}", "..: this cannot be an id" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) shown = NULL;
      g_autofree char *path = g_strconcat ("/connectors/", rows[i].id, NULL);

      fixture_write (store, write_row, (gpointer) &rows[i]);
      g_assert_true (postern_instance_book_start (api_fixture_book, store, &error));
      shown = call ("GET", path, NULL, NULL, 200);
      g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "failed");
      if (!g_str_has_prefix (postern_json_get_string (shown, "problem"), rows[i].problem))
        g_error ("“%s” is not “%s”", postern_json_get_string (shown, "problem"), rows[i].problem);
      fixture_write (store, delete_row, (gpointer) &rows[i]);
    }
}

static gboolean
read_row (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, ((const Row *) data)->id, error);

  g_assert_nonnull (record);
  g_assert_null (postern_json_get_string (record->settings, "client-secret"));
  g_assert_nonnull (record->secrets);
  return TRUE;
}

/* A setting that was no secret when it was written is one to this version of the plugin: it is not shown, and sealed when it is set again. */
static void
test_row_in_clear (void)
{
  const Row row = { "row", "corp", "{\"issuer\":\"https://corp.example\",\"client-secret\":\"swordfish\"}", NULL };
  g_autoptr (GVariant) shown = NULL, changed = NULL;
  g_autofree char *text = NULL;

  fixture_write (store, write_row, (gpointer) &row);
  shown = call ("GET", "/connectors/row", NULL, NULL, 200);
  text = postern_json_print (shown);
  g_assert_null (strstr (text, "swordfish"));
  refuses ("PATCH", "/connectors/row", "{\"settings\":{" EVIL "}}", 400, AGAIN);
  g_assert_nonnull (strstr (text, "\"secrets\":[\"client-secret\"]"));
  changed = call ("PATCH", "/connectors/row", NULL, "{\"settings\":{\"client-secret\":\"another\"}}", 200);
  g_assert_nonnull (changed);
  fixture_write (store, read_row, (gpointer) &row);
  fixture_write (store, delete_row, (gpointer) &row);
}

static gboolean
age_row (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternInstanceRecord) record = postern_instance_store_get (txn, "corp", error);
  g_autoptr (GVariant) secrets = record ? postern_instance_store_dup_secrets (txn, record, error) : NULL;

  if (secrets == NULL)
    return FALSE;
  record->updated_at -= 61;
  return postern_instance_store_put (txn, record, secrets, error);
}

/* Workers that cannot be started with a change leave the old ones: that is told, and not "starting" for ever. */
static void
test_not_taken_over (void)
{
  g_autoptr (GVariant) made = call ("PUT", "/connectors/corp", NULL, CORP, 200), shown = NULL;

  g_assert_cmpstr (postern_json_get_string (made, "state"), ==, "starting");
  fixture_write (store, age_row, NULL);
  shown = call ("GET", "/connectors/corp", NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, "failed");
  g_assert_nonnull (strstr (postern_json_get_string (shown, "problem"), "its log says why"));
  g_assert_null (call ("DELETE", "/connectors/corp", NULL, NULL, 204));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  tenant = postern_tenant_new ("default", "https://id.example", store, &error);
  g_assert_no_error (error);
  api = api_fixture_new (tenant);
  g_test_add_func ("/api/users", test_users);
  g_test_add_func ("/api/new-address", test_new_address);
  g_test_add_func ("/api/unlink", test_unlink);
  g_test_add_func ("/api/remove-credential", test_remove_credential);
  g_test_add_func ("/api/factor-reset", test_factor_reset);
  g_test_add_func ("/api/ends", test_ends);
  g_test_add_func ("/api/pages", test_pages);
  g_test_add_func ("/api/applications", test_applications);
  g_test_add_func ("/api/keys-policy-setup", test_keys_policy_setup);
  g_test_add_func ("/api/connectors", test_connectors);
  g_test_add_func ("/api/connectors/not-taken-over", test_not_taken_over);
  g_test_add_func ("/api/connectors/secret-goes-nowhere", test_secret_goes_nowhere);
  g_test_add_func ("/api/rows-of-others", test_rows_of_others);
  g_test_add_func ("/api/row-in-clear", test_row_in_clear);
  g_test_add_func ("/api/sessions-grants", test_sessions_grants);
  result = g_test_run ();
  api_fixture_free (api);
  g_object_unref (tenant);
  fixture_close (store, TRUE);
  return result;
}
