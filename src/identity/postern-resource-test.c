/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-resource.h"

#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

#define ISSUER "https://id.example/t/a"

static PosternResource *
new_resource (const char *indicator, const char *scopes, const char *settings)
{
  PosternResource *resource = postern_resource_new ();

  resource->id = postern_id_new ("res");
  resource->indicator = g_strdup (indicator);
  resource->name = g_strdup ("Orders");
  resource->scopes = scopes ? postern_json_parse (scopes, -1, 0, NULL) : NULL;
  resource->settings = settings ? postern_json_parse_object (settings, -1, 0, NULL) : NULL;
  return resource;
}

typedef struct {
  const char *indicator, *scopes, *settings;
  const char *member; /* that is wrong; NULL: none */
} Case;

#define API "https://api.example/orders"
#define LONG "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const Case cases[] = {
  { API, "[{\"name\":\"orders:read\",\"description\":\"Read\"},{\"name\":\"orders:write\"}]", "{\"access_token_lifetime\":60}", NULL },
  { API, NULL, NULL, NULL },
  { "urn:example:orders", "[]", "{}", NULL },
  { "https://id.example/t/ab", NULL, NULL, NULL },
  { NULL, NULL, NULL, "indicator" },
  { "", NULL, NULL, "indicator" },
  { "orders", NULL, NULL, "indicator" },
  { API "#a", NULL, NULL, "indicator" },
  { "https://api.example/a b", NULL, NULL, "indicator" },
  { "https://api.example/\xc3\xa4", NULL, NULL, "indicator" },
  { API LONG LONG LONG LONG LONG, NULL, NULL, "indicator" },
  { ISSUER, NULL, NULL, "indicator" },
  { ISSUER "/api/v1", NULL, NULL, "indicator" },
  { "HTTPS://ID.example/t/a/x", NULL, NULL, "indicator" },
  { API, "{}", NULL, "scopes" },
  { API, "[\"read\"]", NULL, "scopes" },
  { API, "[{\"description\":\"Read\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"a b\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"a\\\\b\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"" LONG LONG "1\"}]", NULL, "scopes" },
  { API, "[{\"name\":1}]", NULL, "scopes" },
  { API, "[{\"name\":\"a\",\"note\":\"b\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"a\",\"description\":\"b\\nc\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"a\"},{\"name\":\"a\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"openid\"}]", NULL, "scopes" },
  { API, "[{\"name\":\"account:write\"}]", NULL, "scopes" },
  { API, NULL, "{\"access_token_lifetime\":9}", "access_token_lifetime" },
  { API, NULL, "{\"access_token_lifetime\":\"60\"}", "access_token_lifetime" },
  { API, NULL, "{\"colour\":\"red\"}", "colour" },
};

static void
test_validate (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternResource) resource = new_resource (cases[i].indicator, cases[i].scopes, cases[i].settings);
    g_autoptr (GError) error = NULL;
    gboolean good = postern_resource_validate (resource, ISSUER, &error);

    g_test_message ("case %u: %s", i, error ? error->message : "good");
    g_assert_cmpint (good, ==, cases[i].member == NULL);
    if (good)
      continue;
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
    g_assert_true (g_str_has_prefix (error->message, cases[i].member));
    g_assert_cmpint (error->message[strlen (cases[i].member)], ==, ':');
  }
}

static void
test_too_many_scopes (void)
{
  g_autoptr (GString) scopes = g_string_new ("[");
  g_autoptr (PosternResource) resource = NULL;

  for (guint i = 0; i <= POSTERN_RESOURCE_SCOPES_MAX; i++)
    g_string_append_printf (scopes, "%s{\"name\":\"s%u\"}", i ? "," : "", i);
  g_string_append_c (scopes, ']');
  resource = new_resource (API, scopes->str, NULL);
  g_assert_cmpuint (g_variant_n_children (resource->scopes), ==, POSTERN_RESOURCE_SCOPES_MAX + 1);
  g_assert_false (postern_resource_validate (resource, ISSUER, NULL));
}

static void
test_scopes (void)
{
  g_autoptr (PosternResource) resource = new_resource (API, "[{\"name\":\"a\",\"description\":\"Read\"},{\"name\":\"b\"}]", "{\"access_token_lifetime\":60}");
  g_autofree char *a = postern_resource_dup_description (resource, "a");
  g_autofree char *b = postern_resource_dup_description (resource, "b");
  g_autofree char *c = postern_resource_dup_description (resource, "c");

  g_assert_cmpstr (a, ==, "Read");
  g_assert_null (b);
  g_assert_null (c);
  g_assert_true (postern_resource_has_scope (resource, "b"));
  g_assert_false (postern_resource_has_scope (resource, "c"));
  g_assert_cmpint (postern_resource_get_lifetime (resource), ==, 60);
  g_assert_true (postern_resource_is_reserved ("offline_access"));
  g_assert_false (postern_resource_is_reserved ("users:read"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resource/validate", test_validate);
  g_test_add_func ("/resource/too-many-scopes", test_too_many_scopes);
  g_test_add_func ("/resource/scopes", test_scopes);
  return g_test_run ();
}
