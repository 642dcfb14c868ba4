/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"

#include "postern-tenant-directory.h"

/* --- what src/daemon does: here it is only noted ---------------------------------------------------------------------- */

static char *told; /* what was asked last */
static gboolean fails;

static gboolean
check_region (const char *region, gpointer data, GError **error)
{
  return g_str_equal (region, "eu");
}

static gboolean
tell (const char *what, const char *slug, const char *event, GError **error)
{
  g_free (told);
  told = g_strconcat (what, " ", slug, event ? " " : "", event, NULL);
  if (fails)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STORE, "the disk is away");
  return !fails;
}

static gboolean
note (const char *slug, PosternAudit *audit, gpointer data, GError **error)
{
  g_assert_cmpstr (audit->actor, ==, "local administrator");
  g_assert_cmpstr (audit->target, ==, slug);
  return tell ("note", slug, audit->event, error);
}

static gboolean
erase (const char *slug, gpointer data, GError **error)
{
  return tell ("erase", slug, NULL, error);
}

static const PosternApiTenants hooks = { check_region, note, erase };

/* --- tests ------------------------------------------------------------------------------------------------------------ */

#define ACME "{\"slug\":\"acme\",\"name\":\"Acme\",\"domains\":[\"Login.Acme.example\",\"acme.example\"],\"region\":\"eu\"}"

static void
assert_state (const char *path, const char *state)
{
  g_autoptr (GVariant) shown = call ("GET", path, NULL, NULL, 200);

  g_assert_cmpstr (postern_json_get_string (shown, "state"), ==, state);
}

static void
test_life (void)
{
  g_autoptr (GVariant) made = call ("POST", "/tenants", NULL, ACME, 201), changed = NULL;
  g_autofree char *text = postern_json_print (made), *after = NULL;

  g_assert_cmpstr (postern_json_get_string (made, "issuer"), ==, "https://login.acme.example");
  g_assert_nonnull (strstr (text, "\"domains\":[\"login.acme.example\",\"acme.example\"]"));
  g_assert_true (postern_id_is_valid (postern_json_get_string (made, "id"), "ten"));
  g_assert_cmpstr (told, ==, "note acme tenant.created");
  assert_audited ("tenant.created");

  changed = call ("PATCH", "/tenants/acme", NULL, "{\"name\":\"Acme Ltd\",\"domains\":[]}", 200);
  after = postern_json_print (changed);
  g_assert_cmpstr (postern_json_get_string (changed, "issuer"), ==, "https://id.example/t/acme");
  g_assert_nonnull (strstr (after, "\"domains\":[]"));
  g_assert_cmpstr (told, ==, "note acme tenant.changed");

  refuses ("DELETE", "/tenants/acme", NULL, 409, "suspend");
  g_variant_unref (call ("PATCH", "/tenants/acme", NULL, "{\"state\":\"suspended\"}", 200));
  g_assert_cmpstr (told, ==, "note acme tenant.suspended");
  assert_audited ("tenant.suspended");
  g_variant_unref (call ("PATCH", "/tenants/acme", NULL, "{\"state\":\"active\"}", 200));
  g_assert_cmpstr (told, ==, "note acme tenant.resumed");
  assert_state ("/tenants/acme", "active");

  g_variant_unref (call ("PATCH", "/tenants/acme", NULL, "{\"state\":\"suspended\"}", 200));
  g_assert_null (call ("DELETE", "/tenants/acme", NULL, NULL, 204));
  g_assert_cmpstr (told, ==, "erase acme");
  assert_audited ("tenant.deleted");
  refuses ("GET", "/tenants/acme", NULL, 404, "");
  refuses ("PATCH", "/tenants/acme", "{\"state\":\"active\"}", 404, "");
  refuses ("DELETE", "/tenants/acme", NULL, 404, "");
  refuses ("POST", "/tenants", ACME, 409, "slug"); /* another process may still be at work in it */
  g_assert_cmpuint (count_items ("/tenants", NULL), ==, 0);
}

static void
test_refused (void)
{
  g_autofree char *long_name = g_strnfill (101, 'x'), *long_body = g_strdup_printf ("{\"slug\":\"b\",\"name\":\"%s\"}", long_name);

  refuses ("POST", "/tenants", "{}", 400, "slug");
  refuses ("POST", "/tenants", "{\"slug\":\"default\"}", 400, "slug");
  refuses ("POST", "/tenants", "{\"slug\":\"../x\"}", 400, "slug");
  refuses ("POST", "/tenants", "{\"slug\":\"b\",\"region\":\"mars\"}", 400, "region");
  refuses ("POST", "/tenants", "{\"slug\":\"b\",\"domains\":[\"id.example\"]}", 400, "domains");
  refuses ("POST", "/tenants", "{\"slug\":\"b\",\"domains\":[\"127.0.0.1\"]}", 400, "domains");
  refuses ("POST", "/tenants", "{\"slug\":\"b\",\"domains\":[7]}", 400, "domains");
  refuses ("POST", "/tenants", long_body, 400, "name");
  g_assert_cmpuint (count_items ("/tenants", NULL), ==, 0); /* nothing of a refused one stays */
  g_variant_unref (call ("POST", "/tenants", NULL, "{\"slug\":\"b\",\"domains\":[\"b.example\"]}", 201));
  refuses ("POST", "/tenants", "{\"slug\":\"b\"}", 409, "slug");
  refuses ("POST", "/tenants", "{\"slug\":\"c\",\"domains\":[\"b.example\"]}", 409, "domains");
  refuses ("PATCH", "/tenants/b", "{\"slug\":\"c\"}", 400, "slug");
  refuses ("PATCH", "/tenants/b", "{\"region\":\"eu\"}", 400, "region");
  refuses ("PATCH", "/tenants/b", "{\"state\":\"deleted\"}", 400, "state");
  refuses ("PATCH", "/tenants/default", "{\"state\":\"suspended\"}", 404, "");
  g_assert_cmpuint (count_items ("/tenants", NULL), ==, 1);
}

static void
test_pages (void)
{
  static const char *const slugs[] = { "p1", "p2", "p3", NULL };
  g_autoptr (GVariant) page = NULL;

  for (guint i = 0; slugs[i] != NULL; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"slug\":\"%s\"}", slugs[i]);

      g_variant_unref (call ("POST", "/tenants", NULL, body, 201));
    }
  page = call ("GET", "/tenants", "after=p1&limit=1", NULL, 200);
  g_assert_cmpstr (postern_json_get_string (page, "next"), ==, "p2");
}

/* What was committed holds, also where the rest is still to be done. */
static void
test_away (void)
{
  g_variant_unref (call ("POST", "/tenants", NULL, "{\"slug\":\"away\"}", 201));
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*away*its own log lacks*the disk is away*");
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "*away*erased later*the disk is away*");
  fails = TRUE;
  g_variant_unref (call ("PATCH", "/tenants/away", NULL, "{\"state\":\"suspended\"}", 200));
  g_assert_null (call ("DELETE", "/tenants/away", NULL, NULL, 204));
  fails = FALSE;
  g_test_assert_expected_messages ();
}

/* Another tenant's API has none of it, whoever asks: no route, and no word in its document. */
static void
test_others (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternTenant) other = postern_tenant_new ("other", "https://id.example/t/other", store, &error);
  PosternApi *own = api;
  g_autofree char *text = NULL;
  g_autoptr (GVariant) document = NULL;

  g_assert_no_error (error);
  api = postern_api_new (other);
  refuses ("GET", "/tenants", NULL, 404, "");
  refuses ("POST", "/tenants", "{\"slug\":\"x\"}", 404, "");
  refuses ("PATCH", "/tenants/b", "{\"state\":\"suspended\"}", 404, "");
  refuses ("DELETE", "/tenants/b", NULL, 404, "");
  document = call ("GET", "/openapi.json", NULL, NULL, 200);
  text = postern_json_print (document);
  g_assert_null (strstr (text, "/tenants"));
  g_assert_null (strstr (text, "NewTenant"));
  postern_api_free (api);
  api = own;
}

static void
set_up (void)
{
  postern_api_set_tenants (api, &hooks, NULL);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-tenants/life", test_life },
    { "/api-tenants/refused", test_refused },
    { "/api-tenants/pages", test_pages },
    { "/api-tenants/away", test_away },
    { "/api-tenants/others", test_others },
    { NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (told);
  return failed;
}
