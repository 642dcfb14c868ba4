/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-house-fixture.h"
#include "postern-domain-proof-fixture.h"
#include "postern-domain-proof.h"

static char *acme, *globex; /* paths of their domains */

/* (transfer full): adds @domain there; @name, @value: (out) (transfer full): the record that proves it */
static char *
add (const char *domains, const char *domain, char **name, char **value)
{
  g_autofree char *body = g_strdup_printf ("{\"domain\":\"%s\"}", domain);
  g_autoptr (GVariant) made = call ("POST", domains, NULL, body, 201);

  g_assert_false (postern_json_get_boolean (made, "verified", TRUE));
  *name = g_strdup (postern_json_get_string (made, "record_name"));
  *value = g_strdup (postern_json_get_string (made, "record_value"));
  return g_strconcat (domains, "/", postern_json_get_string (made, "id"), NULL);
}

static void
say (const char *name, const char *value)
{
  domain_resolver_say (name, (const char *const[]){ value, NULL });
}

static void
test_proof (void)
{
  g_autofree char *name = NULL, *value = NULL, *path = add (acme, "Example.ORG", &name, &value), *verify = g_strconcat (acme, "/example.org/verification", NULL), *by_name = g_strconcat (acme, "/example.org", NULL);
  g_autoptr (GVariant) verified = NULL, shown = NULL;

  g_assert_cmpstr (name, ==, "_postern-challenge.example.org");
  refuses ("POST", verify, NULL, 409, "_postern-challenge.example.org");
  say (name, "something else");
  refuses ("POST", verify, NULL, 409, "no TXT record");
  say (name, value);
  verified = call ("POST", verify, NULL, NULL, 200);
  g_assert_true (postern_json_get_boolean (verified, "verified", FALSE));
  shown = call ("GET", path, NULL, NULL, 200);
  g_assert_cmpint (postern_json_get_int64 (shown, "verified_at", 0), >, 0);
  refuses ("POST", acme, "{\"domain\":\"example.org\"}", 409, "");
  refuses ("POST", acme, "{\"domain\":\"no domain\"}", 400, "domain");
  g_assert_cmpuint (count_items (acme, NULL), ==, 1);
  g_assert_null (call ("DELETE", by_name, NULL, NULL, 204));
  refuses ("GET", path, NULL, 404, "");
  assert_audited ("domain.added");
  assert_audited ("domain.verified");
  assert_audited ("domain.removed");
}

/* Who says it first has nothing by it; who proves it first has it; and neither proves it by the other's record. */
static void
test_two (void)
{
  g_autofree char *name = NULL, *first_value = NULL, *other_name = NULL, *second_value = NULL;
  g_autofree char *first = add (acme, "shared.example", &name, &first_value), *second = add (globex, "shared.example", &other_name, &second_value);
  g_autofree char *verify_first = g_strconcat (first, "/verification", NULL), *verify_second = g_strconcat (second, "/verification", NULL);
  g_autofree char *crossed = g_strconcat (globex, strrchr (first, '/'), NULL);

  g_assert_cmpstr (first_value, !=, second_value);
  say (name, second_value);
  refuses ("POST", verify_first, NULL, 409, "no TXT record");
  g_variant_unref (call ("POST", verify_second, NULL, NULL, 200));
  say (name, first_value);
  refuses ("POST", verify_first, NULL, 409, "");
  refuses ("GET", crossed, NULL, 404, "there is no such domain");
  g_assert_null (call ("DELETE", second, NULL, NULL, 204));
  g_variant_unref (call ("POST", verify_first, NULL, NULL, 200));
}

static gboolean
fail (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternDomain) domain = postern_domain_store_find_verified (txn, data, error);

  domain->failed_at = 1;
  return postern_domain_store_settle (txn, domain, error);
}

/* Whose record is not there any more gives way to whose is, and it is written down. */
static void
test_sold (void)
{
  g_autofree char *name = NULL, *old_value = NULL, *other_name = NULL, *new_value = NULL;
  g_autofree char *old = add (acme, "sold.example", &name, &old_value), *bought = add (globex, "sold.example", &other_name, &new_value);
  g_autofree char *verify_old = g_strconcat (old, "/verification", NULL), *verify_new = g_strconcat (bought, "/verification", NULL);
  g_autoptr (GVariant) failing = NULL, shown = NULL;

  say (name, old_value);
  g_variant_unref (call ("POST", verify_old, NULL, NULL, 200));
  say (name, new_value);
  refuses ("POST", verify_new, NULL, 409, "");
  fixture_write (store, fail, (char *) "sold.example");
  failing = call ("GET", old, NULL, NULL, 200);
  g_assert_cmpint (postern_json_get_int64 (failing, "failed_at", 0), >, 0);
  g_variant_unref (call ("POST", verify_new, NULL, NULL, 200));
  shown = call ("GET", old, NULL, NULL, 200);
  g_assert_false (postern_json_get_boolean (shown, "verified", TRUE));
  assert_audited ("domain.lost");
}

static char *again_path;

static void
add_again (void)
{
  g_autofree char *name = NULL, *value = NULL;

  g_assert_null (call ("DELETE", again_path, NULL, NULL, 204));
  g_free (again_path);
  again_path = add (acme, "again.example", &name, &value);
}

/* The attack: the proof of the one before, whose record may be another's by now, is none of the one that was added since. */
static void
test_again (void)
{
  g_autofree char *name = NULL, *value = NULL, *verify = NULL;
  g_autoptr (GVariant) shown = NULL;

  again_path = add (acme, "again.example", &name, &value);
  verify = g_strconcat (acme, "/again.example/verification", NULL); /* by its name, which both have */
  say (name, value);
  domain_resolver_meanwhile = add_again;
  refuses ("POST", verify, NULL, 409, "meanwhile");
  shown = call ("GET", again_path, NULL, NULL, 200);
  g_assert_false (postern_json_get_boolean (shown, "verified", TRUE));
  g_free (again_path);
}

/* Our resolver is nobody's tool. */
static void
test_limit (void)
{
  g_autofree char *id = make ("/organizations", "{\"name\":\"Many\"}", "id"), *domains = g_strconcat ("/organizations/", id, "/domains", NULL);
  g_autofree char *name = NULL, *value = NULL, *path = add (domains, "many.example", &name, &value), *verify = g_strconcat (path, "/verification", NULL);

  domain_resolver_say ("", NULL);
  for (guint i = 0; i < POSTERN_DOMAIN_PROOF_LOOKS; i++)
    refuses ("POST", verify, NULL, 409, "no TXT record");
  refuses ("POST", verify, NULL, 429, "too often");
  {
    g_autoptr (PosternResponse) response = send_with ("POST", verify, NULL, NULL, NULL);

    g_assert_cmpint (g_ascii_strtoll (postern_response_get_header (response, "Retry-After"), NULL, 10), >, 0);
  }
}

static void
set_up (void)
{
  g_autofree char *first = make ("/organizations", "{\"name\":\"Acme\"}", "id"), *second = make ("/organizations", "{\"name\":\"Globex\"}", "id");

  domain_resolver_install ();
  acme = g_strconcat ("/organizations/", first, "/domains", NULL);
  globex = g_strconcat ("/organizations/", second, "/domains", NULL);
}

int
main (int argc, char **argv)
{
  static const HouseTest tests[] = {
    { "/api-domains/proof", test_proof },
    { "/api-domains/two", test_two },
    { "/api-domains/sold", test_sold },
    { "/api-domains/again", test_again },
    { "/api-domains/limit", test_limit },
    { NULL, NULL },
  };
  int failed = house_run (argc, argv, set_up, tests);

  g_free (acme);
  g_free (globex);
  return failed;
}
