/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-claims-hook.h"

#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

/* What a hook answers, and what comes of it. Whether it is asked as it should be: plugins/protocol-oidc/postern-oidc-claims-hook-test.c */

static gboolean
read_answer (const char *body, PosternClaims *claims, GError **error)
{
  return postern_flow_claims_hook_read (body, strlen (body), claims, error);
}

static PosternClaims *
claims_before (void)
{
  PosternClaims *claims = postern_claims_new ();

  postern_claims_add_string (claims, "plan", "gold"); /* by the map */
  return claims;
}

static void
test_good (void)
{
  g_autoptr (PosternClaims) claims = claims_before ();
  g_autoptr (GVariant) all = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (read_answer ("{\"claims\":{\"level\":7,\"https://api.example/groups\":[\"a\",{\"b\":true}]}}", claims, &error));
  g_assert_no_error (error);
  g_assert_true (read_answer ("{\"claims\":{}}", claims, &error));
  all = postern_claims_to_variant (claims);
  text = postern_json_print (all);
  g_assert_cmpstr (postern_json_get_string (all, "plan"), ==, "gold");
  g_assert_nonnull (strstr (text, "\"level\":7"));
  g_assert_nonnull (strstr (text, "\"https://api.example/groups\":[\"a\",{\"b\":true}]"));
}

/* Nothing of it is taken where anything is wrong: neither what the token says of itself, nor what scopes give, nor what is said already. */
static void
test_hostile (void)
{
  static const char *const bodies[] = {
    "", "null", "[]", "{}", "{\"claims\":[]}", "{\"claims\":null}", "{\"claims\":{},\"more\":1}", "{\"claims\":{\"fine\":1,\"sub\":\"usr_root\"}}",
    "{\"claims\":{\"fine\":1,\"iss\":\"https://evil.example\"}}", "{\"claims\":{\"fine\":1,\"aud\":\"x\"}}", "{\"claims\":{\"fine\":1,\"exp\":9999999999}}",
    "{\"claims\":{\"fine\":1,\"scope\":\"users:write\"}}", "{\"claims\":{\"fine\":1,\"permissions\":[\"users:write\"]}}", "{\"claims\":{\"fine\":1,\"roles\":[\"owner\"]}}",
    "{\"claims\":{\"fine\":1,\"organization_id\":\"org_x\"}}", "{\"claims\":{\"fine\":1,\"act\":{\"sub\":\"x\"}}}", "{\"claims\":{\"fine\":1,\"cnf\":{}}}",
    "{\"claims\":{\"fine\":1,\"email\":\"root@example.org\"}}", "{\"claims\":{\"fine\":1,\"email_verified\":true}}", "{\"claims\":{\"fine\":1,\"plan\":\"free\"}}",
    "{\"claims\":{\"fine\":1,\"a b\":1}}", "{\"claims\":{\"fine\":1,\"\":1}}", "{\"claims\":{\"fine\":1,\"x\":null}}", "{\"claims\":{\"fine\":1,\"fine\":2}}",
    "{\"claims\":{\"fine\":1}} {}", "{\"claims\":{\"fine\":1}", "{\"claims\":{\"fine\":\"\\u0000\"}}", "<html>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (PosternClaims) claims = claims_before ();
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bodies[i]);
    g_assert_false (read_answer (bodies[i], claims, &error));
    g_assert_nonnull (error);
    g_assert_null (postern_claims_get (claims, "fine"));
  }
}

static void
test_large (void)
{
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  g_autofree char *filler = g_strnfill (20 * 1024, 'x'), *long_one = g_strdup_printf ("{\"claims\":{\"a\":\"%s\"}}", filler), *deep = g_strnfill (4000, '[');
  g_autofree char *nested = g_strdup_printf ("{\"claims\":{\"a\":%s", deep);
  g_autoptr (GString) many = g_string_new ("{\"claims\":{");

  for (guint i = 0; i < 51; i++)
    g_string_append_printf (many, "%s\"c%u\":1", i ? "," : "", i);
  g_string_append (many, "}}");
  g_assert_false (read_answer (long_one, claims, NULL));
  g_assert_false (read_answer (nested, claims, NULL));
  g_assert_false (read_answer (many->str, claims, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/claims-hook/good", test_good);
  g_test_add_func ("/claims-hook/hostile", test_hostile);
  g_test_add_func ("/claims-hook/large", test_large);
  return g_test_run ();
}
