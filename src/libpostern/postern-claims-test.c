/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-subject.h"
#include "postern-json.h"

static void
test_never_overwrites (void)
{
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  g_autoptr (GVariant) model = NULL;
  g_autofree char *text = NULL;

  g_assert_true (postern_claims_add_string (claims, "z", "first"));
  g_assert_true (postern_claims_add_int64 (claims, "a", 5));
  g_assert_false (postern_claims_add_string (claims, "z", "second"));
  g_assert_false (postern_claims_add (claims, "a", g_variant_new_boolean (TRUE)));
  model = postern_claims_to_variant (claims);
  text = postern_json_print (model);
  g_assert_cmpstr (text, ==, "{\"z\":\"first\",\"a\":5}");
  g_assert_cmpstr (postern_claims_get_string (claims, "z"), ==, "first");
  g_assert_null (postern_claims_get_string (claims, "a"));
  g_assert_null (postern_claims_get (claims, "absent"));
}

static gboolean
verified (const char *json)
{
  g_autoptr (GVariant) model = postern_json_parse_object (json, -1, 0, NULL);
  g_autoptr (PosternClaims) claims = postern_claims_new_from_variant (model);
  g_autoptr (PosternSubject) subject = postern_subject_new ("42", claims);

  return postern_subject_get_email_verified (subject);
}

/* An address counts as proved only by the boolean: "true" in quotes has let strangers into accounts. */
static void
test_email_verified (void)
{
  g_assert_true (verified ("{\"email\":\"a@example.org\",\"email_verified\":true}"));
  g_assert_false (verified ("{\"email\":\"a@example.org\",\"email_verified\":false}"));
  g_assert_false (verified ("{\"email\":\"a@example.org\",\"email_verified\":\"true\"}"));
  g_assert_false (verified ("{\"email\":\"a@example.org\",\"email_verified\":1}"));
  g_assert_false (verified ("{\"email\":\"a@example.org\"}"));
  g_assert_false (verified ("{\"email_verified\":true}"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/claims/never-overwrites", test_never_overwrites);
  g_test_add_func ("/claims/email-verified", test_email_verified);
  return g_test_run ();
}
