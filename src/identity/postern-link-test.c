/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-link.h"

#include "postern-identity-fixture.h"
#include "postern-json.h"

static PosternStore *store;
static PosternPolicy *policy;

typedef struct {
  const char *connector, *id, *email;
  gboolean verified;
  PosternLinkDecision decision;
  char *user_id;
} Case;

static gboolean
decide (PosternTxn *txn, gpointer data, GError **error)
{
  Case *it = data;
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  g_autoptr (PosternSubject) subject = NULL;
  g_autoptr (PosternUser) user = NULL;
  guint proofs = POSTERN_LINK_PROOF_PASSWORD | POSTERN_LINK_PROOF_CODE;
  gboolean decided;

  if (it->email) {
    postern_claims_add_string (claims, "email", it->email);
    postern_claims_add_boolean (claims, "email_verified", it->verified);
  }
  subject = postern_subject_new (it->id, claims);
  decided = postern_link_decide (txn, policy, it->connector, subject, &proofs, &it->decision, &user, error);
  g_free (it->user_id);
  it->user_id = user ? g_strdup (user->id) : NULL;
  return decided;
}

static void
check (const char *connector, const char *id, const char *email, gboolean verified, PosternLinkDecision decision, const char *user_id)
{
  Case it = { connector, id, email, verified, 0, NULL };
  g_autoptr (GError) error = NULL;

  postern_store_read (store, POSTERN_KEEP_LASTING, decide, &it, &error);
  g_assert_no_error (error);
  g_assert_cmpint (it.decision, ==, decision);
  g_assert_cmpstr (it.user_id, ==, user_id);
  g_free (it.user_id);
}

static gboolean
fill (PosternTxn *txn, gpointer data, GError **error)
{
  static const char *const people[] = { "usr_pass", "usr_none", "usr_proved" };

  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    g_autoptr (PosternUser) user = postern_user_new ();
    g_autoptr (PosternIdentity) identity = postern_identity_new ();

    user->id = g_strdup (people[i]);
    user->email = g_strconcat (people[i] + 4, "@example.org", NULL);
    user->email_verified = g_str_equal (people[i], "usr_proved");
    identity->id = g_strconcat ("idn_", people[i], NULL);
    identity->user_id = g_strdup (people[i]);
    identity->connector = g_strdup ("google");
    identity->subject = g_strconcat ("sub-", people[i], NULL);
    if (!postern_user_store_insert (txn, user, error) || !postern_identity_store_insert (txn, identity, error))
      return FALSE;
  }
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = g_strdup ("crd_a");
  credential->user_id = g_strdup ("usr_pass");
  credential->kind = g_strdup ("password");
  credential->value = g_strdup ("$argon2id$…");
  return postern_credential_store_put (txn, credential, error);
}

static void
test_decisions (void)
{
  check ("google", "sub-usr_pass", "else@example.org", TRUE, POSTERN_LINK_KNOWN, "usr_pass");
  check ("google", "new", "pass@example.org", TRUE, POSTERN_LINK_ASK_PROOF, "usr_pass");
  check ("google", "new", "PASS@Example.org", TRUE, POSTERN_LINK_ASK_PROOF, "usr_pass");
  check ("google", "new", "none@example.org", TRUE, POSTERN_LINK_TAKEN, "usr_none");
  check ("google", "new", "proved@example.org", TRUE, POSTERN_LINK_ASK_PROOF, "usr_proved"); /* by a code: it has no password */
  check ("google", "new", "pr\xd0\xbeved@example.org", TRUE, POSTERN_LINK_NEW, NULL); /* a Cyrillic o: no address at all */
  check ("google", "new", "proved+tag@example.org", TRUE, POSTERN_LINK_NEW, NULL);
  policy->address_tags_ignored = TRUE;
  check ("google", "new", "proved+tag@example.org", TRUE, POSTERN_LINK_ASK_PROOF, "usr_proved");
  policy->address_tags_ignored = FALSE;
  check ("google", "new", "fresh@example.org", TRUE, POSTERN_LINK_NEW, NULL);
  check ("google", "new", NULL, FALSE, POSTERN_LINK_NEW, NULL);
}

/* A provider where anybody may claim any address finds nobody by one, and one connector's subject is not another's. */
static void
test_attacks (void)
{
  check ("evil", "new", "pass@example.org", FALSE, POSTERN_LINK_NEW, NULL);
  check ("evil", "new", "proved@example.org", FALSE, POSTERN_LINK_NEW, NULL);
  check ("evil", "sub-usr_pass", NULL, FALSE, POSTERN_LINK_NEW, NULL);
  check ("evil", "usr_pass", NULL, FALSE, POSTERN_LINK_NEW, NULL);
}

/* What a provider has verified is the mailbox as it is written: with a long s it is not the one with an s, whose organization would let them in. */
static void
test_folded (void)
{
  static const struct {
    const char *claimed, *email; /* (nullable) */
  } rows[] = {
    { "Sue+news@EXAMPLE.org", "sue+news@example.org" }, { "\xc5\xbf" "ue@example.org", NULL }, { "\xef\xbd\x93ue@example.org", NULL },
    { "sue@stra\xc3\x9f" "e.example", NULL }, { "sue@xn--strae-oqa.example", NULL }, { "sue@XN--bcher-kva.example", "sue@b\xc3\xbc" "cher.example" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PosternClaims) claims = postern_claims_new ();
    g_autoptr (PosternSubject) subject = NULL;
    g_autoptr (PosternUser) user = NULL;

    postern_claims_add_string (claims, "email", rows[i].claimed);
    postern_claims_add_boolean (claims, "email_verified", TRUE);
    subject = postern_subject_new ("s", claims);
    user = postern_link_new_user (policy, subject, 1000);
    g_assert_cmpstr (user->email, ==, rows[i].email);
    g_assert_cmpint (user->email_verified, ==, rows[i].email != NULL);
  }
}

/* What a provider lets its people call themselves is shown here, too: what would lie is left out of it, and nobody is turned away for it. */
static void
test_names (void)
{
  static const struct {
    const char *claimed, *name; /* (nullable) */
  } rows[] = {
    { "Ada Lovelace", "Ada Lovelace" }, { "\u202emoc.elgoog", "moc.elgoog" }, { "Ada\nYour bank: sign in here", "Ada Your bank: sign in here" },
    { "\u2066\u2069 \t", NULL }, { "a\u2028b\u2029c\x7f", "a b c" }, { "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PosternClaims) claims = postern_claims_new ();
    g_autoptr (PosternSubject) subject = NULL;
    g_autoptr (PosternUser) user = NULL;

    postern_claims_add_string (claims, "name", rows[i].claimed);
    postern_claims_add_string (claims, "nickname", rows[i].claimed);
    subject = postern_subject_new ("s", claims);
    user = postern_link_new_user (policy, subject, 1000);
    g_assert_cmpstr (postern_json_get_string (user->profile, "name"), ==, rows[i].name);
    g_assert_cmpstr (postern_json_get_string (user->profile, "nickname"), ==, rows[i].name);
  }
}

static void
test_closed (void)
{
  policy->sign_up_enabled = FALSE;
  check ("google", "new", "fresh@example.org", TRUE, POSTERN_LINK_CLOSED, NULL);
  check ("google", "sub-usr_none", NULL, FALSE, POSTERN_LINK_KNOWN, "usr_none");
  policy->linking_enabled = FALSE;
  check ("google", "new", "pass@example.org", TRUE, POSTERN_LINK_TAKEN, "usr_pass");
}

static void
test_new_user (void)
{
  g_autoptr (PosternClaims) claims = postern_claims_new ();
  g_autoptr (PosternSubject) subject = NULL;
  g_autoptr (PosternUser) user = NULL;

  postern_claims_add_string (claims, "name", "Ada");
  postern_claims_add_string (claims, "email", "victim@example.org");
  postern_claims_add_boolean (claims, "administrator", TRUE);
  subject = postern_subject_new ("s", claims);
  user = postern_link_new_user (policy, subject, 1000);
  g_assert_null (user->email);
  g_assert_false (user->email_verified);
  g_assert_false (user->administrator);
  g_assert_cmpuint (g_variant_n_children (user->profile), ==, 1);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  store = fixture_open ();
  policy = postern_policy_new (NULL, NULL);
  fixture_write (store, fill, NULL);
  g_test_add_func ("/link/decisions", test_decisions);
  g_test_add_func ("/link/attacks", test_attacks);
  g_test_add_func ("/link/folded", test_folded);
  g_test_add_func ("/link/names", test_names);
  g_test_add_func ("/link/closed", test_closed);
  g_test_add_func ("/link/new-user", test_new_user);
  result = g_test_run ();
  postern_policy_unref (policy);
  fixture_close (store, TRUE);
  return result;
}
