/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-basic.h"
#include "postern-oidc-pkce.h"
#include "postern-oidc-response.h"
#include "postern-seal.h"

#include <string.h>

static char *
encode (const char *pair, gssize length)
{
  g_autofree char *text = g_base64_encode ((const guchar *) pair, length < 0 ? strlen (pair) : (gsize) length);

  return g_strconcat ("Basic ", text, NULL);
}

static void
test_decode (void)
{
  static const struct {
    const char *pair, *id, *secret;
  } good[] = {
    { "a:b", "a", "b" },
    { "a:b:c", "a", "b:c" },
    { "a%3Ab:c%25%2B+d", "a:b", "c%+ d" },
    { "%C3%A4:%E2%82%AC", "\303\244", "\342\202\254" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *header = encode (good[i].pair, -1);
    char *id, *secret;
    g_assert_true (postern_oidc_basic_decode (header, &id, &secret));
    g_assert_cmpstr (id, ==, good[i].id);
    g_assert_cmpstr (secret, ==, good[i].secret);
    g_free (id);
    postern_secret_free (secret);
  }
}

static void
test_decode_refused (void)
{
  static const char *const bad[] = { "", "a", ":b", "a:", "a:%", "a:%4", "a:%zz", "a:%00", "a:%ff", "a:\xff", "%ff:b" };
  static const char *const headers[] = { "", "Basic", "Basic ", "basic a", "Basic YTpi=", "Basic YTp", "Basic YT!i", "Basic YTpi, Basic YTpi", "Basic YTpi YTpi" };
  g_autofree char *nul = encode ("a:b\0c", 5);
  g_autofree char *long_pair = g_strnfill (5000, 'a');
  char *id, *secret;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *header = encode (bad[i], -1);
    g_assert_false (postern_oidc_basic_decode (header, &id, &secret));
  }
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    g_assert_false (postern_oidc_basic_decode (headers[i], &id, &secret));
  long_pair[1] = ':';
  g_assert_false (postern_oidc_basic_decode (nul, &id, &secret));
  {
    g_autofree char *header = encode (long_pair, -1);
    g_assert_false (postern_oidc_basic_decode (header, &id, &secret));
  }
}

/* RFC 7636 appendix B */
static void
test_pkce (void)
{
  const char *verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", *challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  g_autofree char *huge = g_strnfill (129, 'a');

  g_assert_true (postern_oidc_pkce_is_challenge (challenge));
  g_assert_true (postern_oidc_pkce_verify (challenge, verifier, NULL));
  g_assert_true (postern_oidc_pkce_verify (NULL, NULL, NULL));
  g_assert_false (postern_oidc_pkce_verify (challenge, NULL, NULL));
  g_assert_false (postern_oidc_pkce_verify (NULL, verifier, NULL));
  g_assert_false (postern_oidc_pkce_verify (challenge, challenge, NULL));
  g_assert_false (postern_oidc_pkce_verify (challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", NULL));
  g_assert_false (postern_oidc_pkce_verify (challenge, "short", NULL));
  g_assert_false (postern_oidc_pkce_verify (challenge, huge, NULL));
}

static void
test_query (void)
{
  static const struct {
    const char *url, *result;
  } cases[] = {
    { "https://a.example/", "https://a.example/?n=%26%3D%20%23" },
    { "https://a.example/?", "https://a.example/?n=%26%3D%20%23" },
    { "https://a.example/?x", "https://a.example/?x&n=%26%3D%20%23" },
    { "com.example:/back", "com.example:/back?n=%26%3D%20%23" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *url = postern_oidc_response_add_query (cases[i].url, "n", "&= #");
    g_assert_cmpstr (url, ==, cases[i].result);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oidc/basic/decode", test_decode);
  g_test_add_func ("/oidc/basic/decode-refused", test_decode_refused);
  g_test_add_func ("/oidc/pkce", test_pkce);
  g_test_add_func ("/oidc/response/query", test_query);
  return g_test_run ();
}
