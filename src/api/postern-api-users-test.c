/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-api-call.h"

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
  refuses ("POST", "/users", "{\"email\":\"x@example.org\",\"password_hash\":\"$1$md5\"}", 400, "password_hash: "); /* nobody could sign in with it */
  refuses ("POST", "/users", "{\"phone\":\"one two three\"}", 400, "phone: ");
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

/* Merged piece by piece it would grow without end. */
static void
test_large_data (void)
{
  g_autofree char *id = make ("/users", "{\"username\":\"large\"}", "id"), *path = g_strconcat ("/users/", id, NULL), *text = g_strnfill (40 * 1024, 'x');
  g_autofree char *first = g_strdup_printf ("{\"data\":{\"a\":\"%s\"}}", text), *second = g_strdup_printf ("{\"data\":{\"b\":\"%s\"}}", text);
  g_autofree char *claim = g_strdup_printf ("{\"profile\":{\"a\":\"%s\"}}", text), *other = g_strdup_printf ("{\"profile\":{\"b\":\"%s\"}}", text);

  g_variant_unref (call ("PATCH", path, NULL, first, 200));
  refuses ("PATCH", path, second, 400, "data: is larger than 64 KiB");
  g_variant_unref (call ("PATCH", path, NULL, claim, 200));
  refuses ("PATCH", path, other, 400, "profile: is larger than 64 KiB");
  g_assert_null (call ("DELETE", path, NULL, NULL, 204));
}

/* What the reader of the store would refuse later is refused now: else one row, or one entry of the log, is in the way of all that are listed with it. */
static void
test_unreadable_data (void)
{
  g_autofree char *id = make ("/users", "{\"username\":\"deep\"}", "id"), *path = g_strconcat ("/users/", id, NULL);
  g_autoptr (GString) first = g_string_new ("{\"data\":{"), second = g_string_new ("{\"data\":{");

  for (guint depth = 10; depth <= 16; depth++)
    {
      g_autofree char *open = g_strnfill (depth - 2, '['), *close = g_strnfill (depth - 2, ']'), *body = g_strdup_printf ("{\"data\":{\"a\":%s%u%s}}", open, depth, close);
      g_autoptr (GVariant) answer = call ("PATCH", path, NULL, body, depth <= POSTERN_API_DEPTH_MAX ? 200 : 400);
    }
  for (guint i = 0; i < 600; i++)
    {
      g_string_append_printf (first, "%s\"a%u\":1", i ? "," : "", i);
      g_string_append_printf (second, "%s\"b%u\":1", i ? "," : "", i);
    }
  g_string_append (first, "}}");
  g_string_append (second, "}}");
  g_variant_unref (call ("PATCH", path, NULL, first->str, 200));
  refuses ("PATCH", path, second->str, 400, "to be kept");
  g_assert_cmpuint (count_items ("/users", NULL), >, 0);
  g_assert_cmpuint (count_items ("/audit", "limit=500"), >, 0);
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

/* Whatever it is called: a number is a number, and one is no name. */
static void
test_identifiers (void)
{
  static const char *const bodies[][2] = {
    { "{\"phone\":\"ada\"}", "phone: " }, { "{\"phone\":\"0151 12345678\"}", "phone: " }, { "{\"phone\":\"ada@example.org\"}", "phone: " },
    { "{\"username\":\"ada@example.org\"}", "username: must not look like" }, { "{\"email\":\"ada\"}", "email" }, { "{\"name\":\"Ada\"}", "email: or username or phone must be given" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    refuses ("POST", "/users", bodies[i][0], 400, bodies[i][1]);
}

/* Where nothing here could hash or check one, none is taken, and none is given away. */
static void
test_no_factor (void)
{
  PosternApi *whole = api;

  api = postern_api_new (tenant);
  refuses ("POST", "/users", "{\"username\":\"ada\",\"password\":\"long enough\"}", 400, "password: cannot be set");
  refuses ("POST", "/users", "{\"username\":\"ada\",\"password_hash\":\"$test$x\"}", 400, "password: cannot be set");
  g_variant_unref (call ("GET", "/user-export", "password_hashes=true", NULL, 400));
  postern_api_free (api);
  api = whole;
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

#define CROWD 2100

static gboolean
add_crowd (PosternTxn *txn, gpointer data, GError **error)
{
  for (guint i = 0; i < CROWD; i++)
    {
      g_autoptr (PosternUser) user = postern_user_new ();

      user->id = postern_id_new ("usr");
      user->username = g_strdup_printf ("crowd%04u", CROWD - i);
      user->email = g_strdup_printf ("crowd%04u@example.org", i);
      if (!postern_user_store_insert (txn, user, error))
        return FALSE;
    }
  return TRUE;
}

/* In the order of what matches, and nobody twice, whose name and address both do. */
static void
test_many (void)
{
  g_autofree char *query = g_strdup ("search=crowd&limit=500"), *last = g_strdup ("");
  guint n = 0;

  g_assert_true (postern_store_write (store, POSTERN_KEEP_LASTING, add_crowd, NULL, NULL));
  while (query != NULL)
    {
      g_autoptr (GVariant) page = call ("GET", "/users", query, NULL, 200), items = postern_json_get (page, "items");
      g_autofree char *next = g_uri_escape_string (postern_json_get_string (page, "next") ? postern_json_get_string (page, "next") : "", NULL, FALSE);

      for (gsize i = 0; i < g_variant_n_children (items); i++, n++)
        {
          g_autoptr (GVariant) box = g_variant_get_child_value (items, i), item = g_variant_get_variant (box);
          const char *name = postern_json_get_string (item, "username"), *email = postern_json_get_string (item, "email");
          const char *place = strcmp (name, email) < 0 ? name : email;

          g_assert_cmpstr (last, <, place);
          g_free (last);
          last = g_strdup (place);
        }
      g_free (query);
      query = *next ? g_strconcat ("search=crowd&limit=500&after=", next, NULL) : NULL;
    }
  g_assert_cmpuint (n, ==, CROWD);
}

/* --- whom the end of sessions concerns ------------------------------------------------------------------------------- */

static guint ends, tells;

static GPtrArray *
count_end (PosternTxn *txn, const char *user_id, const PosternAuditBy *by, GError **error)
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

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-users/users", test_users },
    { "/api-users/new-address", test_new_address },
    { "/api-users/large-data", test_large_data },
    { "/api-users/unreadable-data", test_unreadable_data },
    { "/api-users/identifiers", test_identifiers },
    { "/api-users/no-factor", test_no_factor },
    { "/api-users/unlink", test_unlink },
    { "/api-users/remove-credential", test_remove_credential },
    { "/api-users/factor-reset", test_factor_reset },
    { "/api-users/ends", test_ends },
    { "/api-users/pages", test_pages },
    { "/api-users/many", test_many },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
