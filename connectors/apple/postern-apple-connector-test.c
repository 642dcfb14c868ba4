/* SPDX-License-Identifier: Apache-2.0 */
#include "../oidc/test/postern-oidc-hostile.h"
#include "postern-apple-connector.h"

#include <openssl/pem.h>
#include <string.h>

static PosternOidcHostile *provider;

static char *
make_pem (const char *curve)
{
  EVP_PKEY *key = EVP_EC_gen (curve);
  BIO *bio = BIO_new (BIO_s_mem ());
  char *data, *pem;
  long length;

  PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL);
  length = BIO_get_mem_data (bio, &data);
  pem = g_strndup (data, (gsize) length);
  BIO_free (bio);
  EVP_PKEY_free (key);
  return pem;
}

static PosternAuthenticator *
connector_new (void)
{
  g_autofree char *pem = make_pem ("P-256");
  g_autoptr (GString) json = g_string_new ("{\"client-secret\":null,\"team-id\":\"T\",\"private-key-id\":\"K\",\"client-authentication\":\"private_key_jwt\","
                                           "\"userinfo\":\"false\",\"email-verified\":\"email_verified=true\",\"private-key\":");

  postern_json_append_string (json, pem);
  g_string_append_c (json, '}');
  return postern_oidc_hostile_connector (provider, POSTERN_TYPE_APPLE_CONNECTOR, json->str);
}

/* Signs in with @user (nullable) beside the code. */
static PosternStep *
sign_in (PosternAuthenticator *connector, const char *user)
{
  g_autoptr (PosternStep) begun = postern_oidc_hostile_begin (provider, connector);
  g_autoptr (GString) input = g_string_new ("{\"code\":\"c\"");

  if (user) {
    g_string_append (input, ",\"user\":");
    postern_json_append_string (input, user);
  }
  g_string_append_c (input, '}');
  return postern_oidc_hostile_callback (begun, connector, input->str);
}

/* Nobody signed it: it may be anything, and is good for a name and nothing else. */
static void
test_user (void)
{
  g_autofree char *long_name = g_strnfill (5000, 'x'), *long_user = g_strdup_printf ("{\"name\":{\"firstName\":\"%s\"}}", long_name);
  const struct {
    const char *user, *name, *given;
  } cases[] = {
    { NULL, NULL, NULL },
    { "{\"name\":{\"firstName\":\"Jane\",\"lastName\":\"Appleseed\"},\"email\":\"root@corp.example\",\"sub\":\"root\"}", "Jane Appleseed", "Jane" },
    { "{\"name\":{\"lastName\":\"Appleseed\"}}", "Appleseed", NULL },
    { "{\"name\":{\"firstName\":7,\"lastName\":[]}}", NULL, NULL },
    { "{\"name\":\"Jane\"}", NULL, NULL },
    { "{\"name\":{\"firstName\":\"\"}}", NULL, NULL },
    { "[]", NULL, NULL },
    { "nonsense", NULL, NULL },
    { long_user, NULL, NULL },
  };
  g_autoptr (PosternAuthenticator) connector = connector_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternStep) step = NULL;
    PosternSubject *subject;
    provider->claims = "{\"name\":null,\"email\":\"x@relay.example\",\"email_verified\":\"true\"}";
    step = sign_in (connector, cases[i].user);
    g_assert_no_error (postern_step_get_error (step));
    subject = postern_step_get_subject (step);
    g_assert_cmpstr (postern_subject_get_id (subject), ==, "grace");
    g_assert_cmpstr (postern_claims_get_string (postern_subject_get_claims (subject), "name"), ==, cases[i].name);
    g_assert_cmpstr (postern_claims_get_string (postern_subject_get_claims (subject), "given_name"), ==, cases[i].given);
    g_assert_cmpstr (postern_subject_get_email (subject), ==, "x@relay.example");
    g_assert_true (postern_subject_get_email_verified (subject));
  }
}

/* What is signed wins over what is not. */
static void
test_signed_name (void)
{
  g_autoptr (PosternAuthenticator) connector = connector_new ();
  g_autoptr (PosternStep) step = NULL;

  provider->claims = "{\"email\":\"x@relay.example\",\"email_verified\":\"false\"}";
  step = sign_in (connector, "{\"name\":{\"firstName\":\"Mallory\"}}");
  g_assert_cmpstr (postern_claims_get_string (postern_subject_get_claims (postern_step_get_subject (step)), "name"), ==, "Grace");
  g_assert_false (postern_subject_get_email_verified (postern_step_get_subject (step)));
}

static void
test_settings (void)
{
  g_autofree char *good = make_pem ("P-256"), *wrong = make_pem ("P-384");
  const struct {
    const char *team, *pem, *why;
  } cases[] = { { "", good, "team-id" }, { "T", "", "private-key" }, { "T", wrong, "P-256" }, { "T", "nonsense", "private-key" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternInstance) instance = g_object_new (POSTERN_TYPE_APPLE_CONNECTOR, NULL);
    GVariantBuilder values = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
    g_autoptr (PosternSettings) settings = NULL;
    g_autoptr (GError) error = NULL;
    g_variant_builder_add (&values, "{ss}", "issuer", "https://appleid.apple.com");
    g_variant_builder_add (&values, "{ss}", "client-id", "com.example.web");
    g_variant_builder_add (&values, "{ss}", "client-authentication", "private_key_jwt");
    g_variant_builder_add (&values, "{ss}", "team-id", cases[i].team);
    g_variant_builder_add (&values, "{ss}", "private-key", cases[i].pem);
    settings = postern_settings_new (g_variant_builder_end (&values), NULL);
    postern_instance_set_identity (instance, "apple", "apple", "Apple", NULL, settings);
    g_assert_false (postern_instance_configure (instance, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, cases[i].why));
  }
}

int
main (int argc, char **argv)
{
  static const PosternOidcHostileTest tests[] = {
    { "/apple/user", test_user },
    { "/apple/signed-name", test_signed_name },
    { "/apple/settings", test_settings },
    { NULL, NULL },
  };

  return postern_oidc_hostile_main (argc, argv, &provider, tests);
}
