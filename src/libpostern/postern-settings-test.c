/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-instance.h"

static void
test_values (void)
{
  const char *secrets[] = { "client-secret", "absent", NULL };
  g_autoptr (PosternSettings) settings = postern_settings_new (
    g_variant_new_parsed ("{'scopes': 'openid  email;profile;', 'on': 'true', 'off': 'false', 'n': '42', 'bad': '42x', 'client-secret': 's3cret'}"), secrets);
  g_auto (GStrv) scopes = postern_settings_dup_strv (settings, "scopes");
  g_autofree char *joined = g_strjoinv (",", scopes);

  g_assert_cmpstr (joined, ==, "openid,email,profile");
  g_assert_true (postern_settings_get_boolean (settings, "on"));
  g_assert_false (postern_settings_get_boolean (settings, "off"));
  g_assert_false (postern_settings_get_boolean (settings, "absent"));
  g_assert_cmpint (postern_settings_get_int64 (settings, "n"), ==, 42);
  g_assert_cmpint (postern_settings_get_int64 (settings, "bad"), ==, 0);
  g_assert_cmpstr (postern_settings_get_string (settings, "client-secret"), ==, "s3cret");
  g_assert_null (postern_settings_get_string (settings, "absent"));
  g_assert_null (postern_settings_dup_strv (settings, "absent"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/values", test_values);
  return g_test_run ();
}
