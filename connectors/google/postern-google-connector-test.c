/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-google-connector.h"
#include "../oidc/test/postern-oidc-hostile.h"

static PosternOidcHostile *provider;

static PosternStep *
sign_in (const char *extra, const char *claims)
{
  g_autoptr (PosternAuthenticator) connector = postern_oidc_hostile_connector (provider, POSTERN_TYPE_GOOGLE_CONNECTOR, extra);

  postern_oidc_hostile_reset (provider);
  provider->claims = claims;
  return postern_oidc_hostile_sign_in (provider, connector);
}

/* The domain in the request is a wish; only the claim in the token is proof. */
static void
test_domain (void)
{
  static const struct {
    const char *extra, *claims;
    gboolean good;
  } cases[] = {
    { NULL, NULL, TRUE },
    { NULL, "{\"hd\":\"corp.example\"}", TRUE },
    { "{\"hd\":\"corp.example\"}", "{\"hd\":\"corp.example\"}", TRUE },
    { "{\"hd\":\"Corp.Example\"}", "{\"hd\":\"corp.example\"}", TRUE },
    { "{\"hd\":\"corp.example\"}", NULL, FALSE },
    { "{\"hd\":\"corp.example\"}", "{\"hd\":\"other.example\"}", FALSE },
    { "{\"hd\":\"corp.example\"}", "{\"hd\":[\"corp.example\"]}", FALSE },
    { "{\"hd\":\"corp.example\"}", "{\"hd\":\"\"}", FALSE },
    { "{\"hd\":\"*\"}", "{\"hd\":\"any.example\"}", TRUE },
    { "{\"hd\":\"*\"}", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternStep) step = sign_in (cases[i].extra, cases[i].claims);
    g_assert_cmpint (postern_step_get_subject (step) != NULL, ==, cases[i].good);
    if (!cases[i].good)
      g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  }
}

static void
test_request (void)
{
  g_autoptr (PosternStep) step = sign_in ("{\"hd\":\"corp.example\",\"prompt\":\"select_account\"}", NULL);
  g_autofree char *domain = postern_oidc_hostile_parameter (provider, "hd");
  g_autofree char *prompt = postern_oidc_hostile_parameter (provider, "prompt");

  g_assert_cmpstr (domain, ==, "corp.example");
  g_assert_cmpstr (prompt, ==, "select_account");
}

/* Only who keeps tokens asks for one that works while the person is away. */
static void
test_offline (void)
{
  g_autoptr (PosternStep) first = sign_in (NULL, NULL), second = NULL;
  g_autofree char *without = postern_oidc_hostile_parameter (provider, "access_type"), *with = NULL;

  second = sign_in ("{\"keep-tokens\":\"true\"}", NULL);
  with = postern_oidc_hostile_parameter (provider, "access_type");
  g_assert_null (without);
  g_assert_cmpstr (with, ==, "offline");
}

int
main (int argc, char **argv)
{
  static const PosternOidcHostileTest tests[] = {
    { "/google/domain", test_domain },
    { "/google/request", test_request },
    { "/google/offline", test_offline },
    { NULL, NULL },
  };

  return postern_oidc_hostile_main (argc, argv, &provider, tests);
}
