/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-notice.h"
#include "postern-outbox.h"

/* Whatever an administrator changes of how somebody signs in is told to that person, at the old address and the new one. */

#define OLD "old@notice.example"
#define NEW "new@notice.example"

/* (transfer full): the `id` of the answer; (nullable) */
static char *
send (const char *method, const char *path, const char *body)
{
  g_autofree char *full = g_strconcat ("/api/v1/users", path, NULL);
  g_autoptr (PosternResponse) response = api_fixture_dispatch (api, method, full, NULL, body);
  g_autoptr (GVariant) answer = read_body (response);

  if (postern_response_get_status (response) >= 300)
    g_error ("%s %s %s: %u", method, path, body ? body : "", postern_response_get_status (response));
  return answer ? g_strdup (postern_json_get_string (answer, "id")) : NULL;
}

static guint
count (const char *recipient, const char *notice)
{
  return fixture_count_letters (store, recipient, notice);
}

#define ADMINISTRATOR "An administrator changed how you sign in"

static void
test_changes (void)
{
  static const struct {
    const char *method, *path, *body, *notice;
    guint old, new; /* mails to either */
  } rows[] = {
    { "PATCH", "", "{\"name\":\"Another\"}", ADMINISTRATOR, 0, 0 }, /* no way in */
    { "PATCH", "", "{\"password\":\"long enough\"}", ADMINISTRATOR, 1, 0 },
    { "PATCH", "", "{\"phone\":\"+4930123456\"}", ADMINISTRATOR, 1, 0 },
    { "PATCH", "", "{\"phone\":null}", ADMINISTRATOR, 1, 0 },
    { "PATCH", "", "{\"username\":\"somebody\"}", ADMINISTRATOR, 1, 0 },
    { "POST", "/factor-reset", "{}", "will remove them from your account", 1, 0 },
    { "DELETE", "/factor-reset", NULL, "nobody will remove them", 1, 0 },
    { "DELETE", "/factor-reset", NULL, "nobody will remove them", 0, 0 }, /* nothing was asked for */
    { "DELETE", "/identities/" API_FIXTURE_IDENTITY, NULL, ADMINISTRATOR, 1, 0 },
    { "PATCH", "", "{\"email\":\"" NEW "\",\"email_verified\":true}", ADMINISTRATOR, 1, 1 },
    { "PATCH", "", "{\"email\":null}", ADMINISTRATOR, 0, 1 },
  };
  g_autofree char *id = send ("POST", "", "{\"email\":\"" OLD "\",\"email_verified\":true,\"password\":\"good enough\"}");

  fixture_write (store, api_fixture_link, id);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/", id, rows[i].path, NULL);
    guint old = count (OLD, rows[i].notice), new = count (NEW, rows[i].notice);

    g_free (send (rows[i].method, path, rows[i].body));
    g_test_message ("%s %s %s", rows[i].method, rows[i].path, rows[i].body ? rows[i].body : "");
    g_assert_cmpuint (count (OLD, rows[i].notice) - old, ==, rows[i].old);
    g_assert_cmpuint (count (NEW, rows[i].notice) - new, ==, rows[i].new);
  }
}

/* Who is shut out learns it, too: each time once, without a link that leads nowhere, and of a deletion though there is nobody any more. */
static void
test_shut_out (void)
{
  static const struct {
    const char *method, *body, *notice;
    guint mails;
  } rows[] = {
    { "PATCH", "{\"disabled\":true}", "switched off your account", 1 },
    { "PATCH", "{\"disabled\":true}", "switched off your account", 0 },
    { "PATCH", "{\"disabled\":true}", "/account", 0 },
    { "PATCH", "{\"disabled\":false}", "switched your account on again", 1 },
    { "PATCH", "{\"disabled\":false}", "switched your account on again", 0 },
    { "PATCH", "{\"disabled\":true,\"password\":\"long enough\"}", "switched off your account", 1 },
    { "PATCH", "{\"password\":\"long enough too\"}", "/account", 0 },
    { "DELETE", NULL, "deleted your account", 1 },
  };
  g_autofree char *id = send ("POST", "", "{\"email\":\"shut@notice.example\",\"email_verified\":true}");
  g_autofree char *path = g_strconcat ("/", id, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint before = count ("shut@notice.example", rows[i].notice);

    g_free (send (rows[i].method, path, rows[i].body));
    g_test_message ("%s %s", rows[i].method, rows[i].body ? rows[i].body : "");
    g_assert_cmpuint (count ("shut@notice.example", rows[i].notice) - before, ==, rows[i].mails);
  }
}

/* What was never proved to be theirs is written to nobody. */
static void
test_unproved (void)
{
  g_autofree char *id = send ("POST", "", "{\"email\":\"unproved@notice.example\"}");
  g_autofree char *path = g_strconcat ("/", id, NULL);

  g_free (send ("PATCH", path, "{\"password\":\"long enough\"}"));
  g_free (send ("PATCH", path, "{\"disabled\":true}"));
  g_free (send ("DELETE", path, NULL));
  g_assert_cmpuint (count ("unproved@notice.example", ""), ==, 0);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-notice/changes", test_changes },
    { "/api-notice/shut-out", test_shut_out },
    { "/api-notice/unproved", test_unproved },
    { NULL, NULL },
  };

  api_fixture_has_messenger = TRUE;
  return house_run (argc, argv, NULL, tests);
}
