/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

/* What a batch may hold, and that it is whole or not at all. */

static char *
begin (const char *digit)
{
  g_autofree char *digest = g_strnfill (64, *digit), *body = g_strdup_printf ("{\"digest\":\"%s\",\"format\":\"csv\"}", digest);
  g_autofree char *import = make ("/imports", body, "id");

  return g_strconcat ("/imports/", import, NULL);
}

static void
test_records (void)
{
  static const struct {
    const char *record, *code; /* NULL: it is taken */
  } cases[] = {
    { "{\"email\":\"a@example.org\",\"profile\":{\"name\":\"A\"},\"external_id\":\"x|1\",\"identities\":[{\"connector\":\"google\",\"subject\":\"1\"}],\"password_hash\":\"$test$long enough\",\"created_at\":1600000000}", NULL },
    { "{\"email\":\"A@Example.org\"}", "taken" },
    { "{\"username\":\"b\",\"identities\":[{\"connector\":\"google\",\"subject\":\"1\"}]}", "taken" },
    { "{\"username\":\"b\",\"external_id\":\"x|1\"}", "taken" },
    { "{\"username\":\"a@example.com\"}", "invalid" },
    { "{}", "invalid" },
    { "{\"username\":\"c\",\"administrator\":true}", "invalid" },
    { "{\"username\":\"c\",\"password\":\"in clear, for everybody\"}", "invalid" },
    { "{\"username\":\"c\",\"password_hash\":\"$1$md5\"}", "invalid" },
    { "{\"username\":\"c\",\"email_verified\":\"yes\"}", "invalid" },
    { "{\"username\":\"c\",\"created_at\":99999999999}", "invalid" },
    { "{\"username\":\"c\",\"identities\":[7]}", "invalid" },
    { "{\"username\":\"c\",\"identities\":[{\"connector\":\"google\"}]}", "invalid" },
    { "{\"phone\":\"one two three\"}", "invalid" },
    { "{\"username\":\"c\",\"identities\":[{\"connector\":\"google\",\"subject\":\"2\"},{\"connector\":\"google\",\"subject\":\"2\"}]}", "invalid" },
    { "{\"username\":\"c\",\"profile\":{\"name\":\"\\u202emoc.elgoog\"}}", "invalid" }, /* reads as another's */
    { "{\"username\":\"c\",\"profile\":{\"given_name\":\"A\\nB\"}}", "invalid" },
    { "{\"username\":\"c\",\"profile\":{\"nickname\":7}}", "invalid" },
    { "{\"username\":\"d\",\"id\":\"usr_01\"}", "invalid" },
    { "{\"username\":\"d\",\"id\":\"app_01m8hqyz49encaned8h3htdtw5\"}", "invalid" },
    { "{\"username\":\"d\",\"id\":7}", "invalid" },
    { "{\"username\":\"d\",\"id\":\"usr_01m8hqyz49encaned8h3htdtw5\"}", NULL },
    { "{\"username\":\"e\",\"id\":\"usr_01m8hqyz49encaned8h3htdtw5\"}", "taken" }, /* nobody becomes another */
    { "{\"username\":\"c\"}", NULL },
  };
  g_autoptr (GString) users = g_string_new (NULL);
  g_autofree char *import = begin ("a"), *path = g_strconcat (import, "/users", NULL), *body = NULL;
  g_autoptr (GVariant) looked = NULL, taken = NULL, refused = NULL, user = NULL;
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (users, "%s%s", i ? "," : "", cases[i].record);
  body = g_strdup_printf ("{\"users\":[%s]}", users->str);
  looked = call ("POST", "/import-checks", NULL, body, 200);
  g_assert_cmpint (postern_json_get_int64 (looked, "created", 0), ==, 3); /* as it will be: what stands twice in the batch is seen, too */
  g_free (body);
  body = g_strdup_printf ("{\"position\":0,\"users\":[%s]}", users->str);
  taken = call ("POST", path, NULL, body, 200);
  g_assert_cmpint (postern_json_get_int64 (taken, "created", 0), ==, 3);
  refused = postern_json_get (taken, "refused");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cases[i].code != NULL)
      {
        g_autoptr (GVariant) box = g_variant_get_child_value (refused, n++);
        g_autoptr (GVariant) item = g_variant_get_variant (box);

        g_assert_cmpint (postern_json_get_int64 (item, "index", -1), ==, i);
        g_assert_cmpstr (postern_json_get_string (item, "code"), ==, cases[i].code);
      }
  g_assert_cmpuint (n, ==, g_variant_n_children (refused));
  user = call ("GET", "/users/a@example.org", NULL, NULL, 200);
  g_assert_cmpstr (postern_json_get_string (user, "external_id"), ==, "x|1");
  g_assert_cmpint (postern_json_get_int64 (user, "created_at", 0), ==, 1600000000);
  g_assert_cmpuint (count_items ("/users", "created_before=1600000001"), ==, 1); /* a list is of the time that is shown */
  g_assert_cmpuint (count_items ("/users", "created_before=1600000000"), ==, 0);
  g_assert_cmpuint (count_items ("/users", "created_after=1600000001"), ==, 2);
}

static void
test_position (void)
{
  static const char first[] = "{\"position\":0,\"skipped\":2,\"users\":[{\"username\":\"p1\"}]}", second[] = "{\"position\":3,\"last\":true,\"users\":[]}";
  g_autofree char *import = begin ("b"), *path = g_strconcat (import, "/users", NULL), *same = NULL, *other = NULL;
  g_autoptr (GVariant) one = call ("POST", path, NULL, first, 200), again = NULL, gap = NULL, seen = NULL, done = NULL, late = NULL, missing = NULL, nobody = NULL;

  again = call ("POST", path, NULL, first, 410);
  gap = call ("POST", path, NULL, "{\"position\":4,\"users\":[{\"username\":\"p2\"}]}", 410);
  missing = call ("GET", "/users/p2", NULL, NULL, 404); /* the batch was undone as a whole */
  same = begin ("b");
  g_assert_cmpstr (same, ==, import);
  seen = call ("GET", import, NULL, NULL, 200);
  g_assert_true (postern_json_get_int64 (seen, "position", 0) == 3 && postern_json_get_int64 (seen, "created", 0) == 1 && postern_json_get_int64 (seen, "refused", 0) == 2);
  done = call ("POST", path, NULL, second, 200);
  late = call ("POST", path, NULL, second, 410);
  other = begin ("b");
  g_assert_cmpstr (other, !=, import);
  nobody = call ("POST", "/imports/imp_00000000000000000000000000/users", NULL, first, 404);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api/imports/records", test_records },
    { "/api/imports/position", test_position },
    { NULL, NULL },
  };

  return house_run (argc, argv, NULL, tests);
}
