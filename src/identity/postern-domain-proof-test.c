/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-domain-proof.h"

#include "postern-domain-proof-fixture.h"
#include "postern-error.h"

static void
test_names (void)
{
  static const char *const bad[] = { "", "example", "exa mple.org", "@example.org", "a@example.org", "-example.org", "_postern-challenge.example.org", "127.0.0.1",
                                      "gmail.com", "GMail.com.", "stra\xc3\x9f" "e.example" };
  g_autoptr (PosternDomain) domain = postern_domain_proof_make ("org_1", "EXAMPLE.org", 1, NULL), other = postern_domain_proof_make ("org_2", "example.org", 1, NULL);
  g_autoptr (PosternDomain) wide = postern_domain_proof_make ("org_1", "B\xc3\x9c" "CHER.example", 1, NULL);
  g_autofree char *name = postern_domain_proof_dup_name (domain), *wide_name = postern_domain_proof_dup_name (wide);

  g_assert_cmpstr (domain->domain, ==, "example.org");
  g_assert_cmpstr (name, ==, "_postern-challenge.example.org");
  g_assert_cmpstr (wide->domain, ==, "b\xc3\xbc" "cher.example");
  g_assert_cmpstr (wide_name, ==, "_postern-challenge.xn--bcher-kva.example"); /* what an administrator writes into the zone, and what is asked for */
  g_assert_cmpuint (strlen (domain->token), >=, 22);
  g_assert_cmpstr (domain->token, !=, other->token);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_domain_proof_make ("org_1", bad[i], 1, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  }
}

static void
assert_look (PosternDomain *domain, const char *const *value, int code)
{
  g_autofree char *name = postern_domain_proof_dup_name (domain);
  g_autoptr (GError) error = NULL;

  domain_resolver_say (name, value);
  g_assert_true (postern_domain_proof_look (domain, NULL, &error) == (code < 0));
  if (code >= 0)
    g_assert_error (error, POSTERN_ERROR, code);
}

#define VALUE(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Neither a value that only holds the token, nor one of another domain or organization. */
static void
test_look (void)
{
  g_autoptr (PosternDomain) domain = postern_domain_proof_make ("org_1", "example.org", 1, NULL), other = postern_domain_proof_make ("org_2", "example.org", 1, NULL);
  g_autofree char *longer = g_strconcat (domain->token, "x", NULL), *half = g_strndup (domain->token, 10);

  assert_look (domain, NULL, POSTERN_ERROR_CONFLICT);
  assert_look (domain, VALUE ("v=spf1 -all"), POSTERN_ERROR_CONFLICT);
  assert_look (domain, VALUE (longer), POSTERN_ERROR_CONFLICT);
  assert_look (domain, VALUE (half), POSTERN_ERROR_CONFLICT);
  assert_look (domain, VALUE (""), POSTERN_ERROR_CONFLICT);
  assert_look (domain, VALUE (other->token), POSTERN_ERROR_CONFLICT);
  assert_look (domain, VALUE (domain->token), -1);
  assert_look (domain, VALUE (half, domain->token + 10), -1);
}

/* Who does not answer holds nobody up for long, and proves nothing. */
static void
test_silence (void)
{
  g_autoptr (PosternDomain) domain = postern_domain_proof_make ("org_1", "example.org", 1, NULL);
  gint64 begin = g_get_monotonic_time ();

  domain_resolver_hang (TRUE);
  assert_look (domain, VALUE (domain->token), POSTERN_ERROR_UNREACHABLE);
  domain_resolver_hang (FALSE);
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, (POSTERN_DOMAIN_PROOF_SECONDS - 1) * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  domain_resolver_install ();
  g_test_add_func ("/domain-proof/names", test_names);
  g_test_add_func ("/domain-proof/look", test_look);
  g_test_add_func ("/domain-proof/silence", test_silence);
  return g_test_run ();
}
