/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhook-signature.h"

#include "postern-seal.h"

#include <string.h>

/* The example of the specification. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void
test_example (void)
{
  g_autofree char *signature = postern_webhook_signature_make (SECRET, ID, 1614265330, BODY, strlen (BODY));
  g_autofree char *later = postern_webhook_signature_make (SECRET, ID, 1614265331, BODY, strlen (BODY));
  g_autofree char *shorter = postern_webhook_signature_make (SECRET, ID, 1614265330, BODY, strlen (BODY) - 1);

  g_assert_cmpstr (signature, ==, SIGNATURE);
  g_assert_cmpstr (later, !=, SIGNATURE);
  g_assert_cmpstr (shorter, !=, SIGNATURE);
}

static void
test_secrets (void)
{
  static const char *const bad[] = { "", "whsec_", "whsec", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La LaSw",
                                     "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n" };
  char *made = postern_webhook_signature_new_secret (), *other = postern_webhook_signature_new_secret ();
  g_autofree char *zeros = g_strnfill (200, 'A'), *large = g_strconcat ("whsec_", zeros, NULL), *none = postern_webhook_signature_make ("whsec_", ID, 1, "", 0);

  g_assert_true (postern_webhook_signature_is_secret (SECRET) && postern_webhook_signature_is_secret (made));
  g_assert_cmpstr (made, !=, other);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (postern_webhook_signature_is_secret (bad[i]));
  g_assert_false (postern_webhook_signature_is_secret (large));
  g_assert_null (none);
  postern_secret_free (made);
  postern_secret_free (other);
}

/* While one secret takes the other's place, what is sent is good by either. */
static void
test_headers (void)
{
  const char *const secrets[] = { SECRET, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL }, *const wrong[] = { SECRET, "nonsense", NULL };
  g_autoptr (GVariant) headers = g_variant_ref_sink (postern_webhook_signature_make_headers (secrets, ID, 1614265330, BODY, strlen (BODY)));
  g_autofree char *second = postern_webhook_signature_make (secrets[1], ID, 1614265330, BODY, strlen (BODY)), *both = g_strconcat (SIGNATURE " ", second, NULL);
  const char *value;

  g_assert_true (g_variant_lookup (headers, "webhook-id", "&s", &value));
  g_assert_cmpstr (value, ==, ID);
  g_assert_true (g_variant_lookup (headers, "webhook-timestamp", "&s", &value));
  g_assert_cmpstr (value, ==, "1614265330");
  g_assert_true (g_variant_lookup (headers, "webhook-signature", "&s", &value));
  g_assert_cmpstr (value, ==, both);
  g_assert_null (postern_webhook_signature_make_headers (wrong, ID, 1, "", 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/webhook-signature/example", test_example);
  g_test_add_func ("/webhook-signature/secrets", test_secrets);
  g_test_add_func ("/webhook-signature/headers", test_headers);
  return g_test_run ();
}
