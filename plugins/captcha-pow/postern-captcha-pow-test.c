/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-captcha-pow.h"
#include "postern-error.h"
#include "postern-json.h"

#define CHALLENGE "00112233445566778899aabbccddeeff"
#define NUMBER "151041" /* SHA-256 of CHALLENGE.NUMBER is 0000491b…: 17 bits */

static PosternCaptcha *
make (const char *difficulty, const char *lifetime, GError **error)
{
  g_autoptr (PosternCaptcha) captcha = g_object_new (POSTERN_TYPE_CAPTCHA_POW, NULL);
  g_autofree char *values = g_strdup_printf ("@a{ss} {'difficulty': '%s', 'lifetime': '%s'}", difficulty, lifetime);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed (values), NULL);

  postern_instance_set_identity (POSTERN_INSTANCE (captcha), "captcha", "captcha-pow", NULL, NULL, settings);
  return postern_instance_configure (POSTERN_INSTANCE (captcha), error) ? g_steal_pointer (&captcha) : NULL;
}

static gboolean
answer (gint64 difficulty, gint64 expires_in, const char *text)
{
  g_autoptr (PosternCaptcha) captcha = make ("17", "900", NULL);
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/", NULL);
  g_autoptr (GVariant) challenge = g_variant_ref_sink (g_variant_new_parsed ("{'challenge': <" "'" CHALLENGE "'" ">, 'difficulty': <%x>, 'expires_at': <%x>}",
                                                                             difficulty, g_get_real_time () / G_USEC_PER_SEC + expires_in));
  g_autoptr (GError) error = NULL;
  gboolean right = postern_captcha_verify (captcha, challenge, text, request, NULL, &error);

  if (!right)
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  return right;
}

static void
test_answers (void)
{
  static const char *const others[] = { "", "151040", " 151041", "151041 ", "+151041", "0151041", "151041.0", "0x24e01", "1510410000000000000000", NULL };

  g_assert_true (answer (17, 60, NUMBER));
  g_assert_true (answer (8, 60, NUMBER));
  g_assert_false (answer (18, 60, NUMBER));
  g_assert_false (answer (17, 0, NUMBER));
  g_assert_false (answer (17, 60, NULL));
  for (guint i = 0; others[i]; i++)
    g_assert_false (answer (17, 60, others[i]));
}

static void
test_challenges (void)
{
  g_autoptr (PosternCaptcha) captcha = make ("17", "900", NULL);
  g_autoptr (GVariant) one = postern_captcha_describe (captcha);
  g_autoptr (GVariant) other = postern_captcha_describe (captcha);

  g_assert_cmpuint (strlen (postern_json_get_string (one, "challenge")), ==, 32);
  g_assert_cmpstr (postern_json_get_string (one, "challenge"), !=, postern_json_get_string (other, "challenge"));
  g_assert_cmpint (postern_json_get_int64 (one, "difficulty", 0), ==, 17);
  g_assert_cmpint (postern_json_get_int64 (one, "expires_at", 0), >, g_get_real_time () / G_USEC_PER_SEC + 800);
}

static void
test_settings (void)
{
  static const char *const bad[][2] = { { "7", "900" }, { "27", "900" }, { "17", "59" }, { "17", "3601" } };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (make (bad[i][0], bad[i][1], &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

/* Whoever forgot to write one lets nobody pass. */
static void
test_base (void)
{
  static const GTypeInfo info = { .class_size = sizeof (PosternCaptchaClass), .instance_size = sizeof (PosternCaptcha) };
  g_autoptr (PosternCaptcha) captcha = g_object_new (g_type_register_static (POSTERN_TYPE_CAPTCHA, "SilentCaptcha", &info, 0), NULL);
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/", NULL);
  g_autoptr (GVariant) challenge = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));

  g_assert_null (postern_captcha_describe (captcha));
  g_assert_false (postern_captcha_verify (captcha, challenge, "x", request, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/captcha-pow/answers", test_answers);
  g_test_add_func ("/captcha-pow/challenges", test_challenges);
  g_test_add_func ("/captcha-pow/settings", test_settings);
  g_test_add_func ("/captcha-pow/base", test_base);
  return g_test_run ();
}
