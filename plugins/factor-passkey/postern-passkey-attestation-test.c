/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-maker.h"

#include <glib/gstdio.h>

#include "postern-error.h"
#include "postern-passkey-trust.h"

#define AAGUID "30313233-3435-3637-3839-616263646566"

static gboolean
check (PosternPasskeyMaker *maker, const PosternPasskeyTrust *trust, GError **error)
{
  static const char *const origins[] = { "https://example.org", NULL };
  PosternPasskeyExpected expected = { "webauthn.create", "AAAA", "example.org", origins, NULL, TRUE, trust };
  PosternPasskeyMade made;

  return postern_passkey_response_check_create (&expected, (PosternPasskeyBytes){ maker->client->data, maker->client->len },
                                                (PosternPasskeyBytes){ maker->object->data, maker->object->len }, &made, error);
}

/* @reason: (nullable): it is taken */
static void
assert_checked (PosternPasskeyMaker *maker, const PosternPasskeyTrust *trust, const char *reason)
{
  g_autoptr (GError) error = NULL;
  gboolean good = check (maker, trust, &error);

  g_test_message ("%s: %s", maker->twist, error ? error->message : "taken");
  g_assert_cmpint (good, ==, reason == NULL);
  if (reason == NULL)
    return;
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CREDENTIALS);
  g_assert_true (g_str_has_suffix (error->message, reason));
}

typedef struct {
  const char *format, *twist, *reason;
} Row;

static void
assert_rows (gboolean rsa, const Row *rows, gsize n_rows)
{
  g_autoptr (PosternPasskeyMaker) maker = postern_passkey_maker_new (rsa);

  for (gsize i = 0; i < n_rows; i++) {
    postern_passkey_maker_make (maker, rows[i].format, rows[i].twist);
    assert_checked (maker, NULL, rows[i].reason);
  }
}

static void
test_tpm (void)
{
  static const Row rows[] = {
    { "tpm", "as it is", NULL },
    { "tpm", "version 1.2", "tpm statement" },
    { "tpm", "behind the certificate", "tpm statement" },
    { "tpm", "policy longer than all", "tpm pubArea" },
    { "tpm", "symmetric key", "tpm pubArea" },
    { "tpm", "behind the area", "tpm pubArea" },
    { "tpm", "key of another type", "tpm pubArea" },
    { "tpm", "another key", "tpm public key" },
    { "tpm", "other curve", "tpm public key" },
    { "tpm", "signer longer than all", "tpm certInfo" },
    { "tpm", "behind the info", "tpm certInfo" },
    { "tpm", "other magic", "tpm magic" },
    { "tpm", "other structure", "tpm type" },
    { "tpm", "other extraData", "tpm extraData" },
    { "tpm", "other name", "tpm name" },
    { "tpm", "name of another hash", "tpm name" },
    { "tpm", "name by SHA-1", "tpm name" },
    { "tpm", "version 1", "tpm certificate version or CA" },
    { "tpm", "may sign others", "tpm certificate version or CA" },
    { "tpm", "named", "tpm certificate subject" },
    { "tpm", "no other name", "tpm certificate subject alternative name" },
    { "tpm", "other name not critical", "tpm certificate subject alternative name" },
    { "tpm", "no manufacturer", "tpm certificate subject alternative name" },
    { "tpm", "no model", "tpm certificate subject alternative name" },
    { "tpm", "no version", "tpm certificate subject alternative name" },
    { "tpm", "no usage", "tpm certificate extended key usage" },
    { "tpm", "other usage", "tpm certificate extended key usage" },
    { "tpm", "other model", "tpm certificate AAGUID" },
    { "tpm", "signature of something else", "tpm signature" },
  };

  assert_rows (FALSE, rows, G_N_ELEMENTS (rows));
}

/* As Windows does: RSA, and SHA-1 for what the TPM signs. */
static void
test_tpm_rsa (void)
{
  static const Row rows[] = {
    { "tpm", "as it is", NULL },
    { "tpm", "another key", "tpm public key" },
    { "tpm", "other bits", "tpm public key" },
    { "tpm", "other exponent", "tpm public key" },
    { "tpm", "credential with SHA-1", "public key" },
    { "tpm", "other extraData", "tpm extraData" },
  };

  assert_rows (TRUE, rows, G_N_ELEMENTS (rows));
}

static void
test_apple (void)
{
  static const Row rows[] = {
    { "apple", "as it is", NULL },
    { "apple", "one member more", "apple statement" },
    { "apple", "behind the certificate", "apple statement" },
    { "apple", "no nonce", "apple nonce" },
    { "apple", "other nonce", "apple nonce" },
    { "apple", "nonce of another tag", "apple nonce" },
    { "apple", "nonce twice", "apple nonce" },
    { "apple", "behind the nonce", "apple nonce" },
    { "apple", "certificate of another key", "apple public key" },
  };

  assert_rows (FALSE, rows, G_N_ELEMENTS (rows));
}

static void
test_android (void)
{
  static const Row rows[] = {
    { "android-key", "as it is", NULL },
    { "android-key", "said by software", NULL },
    { "android-key", "neither", NULL },
    { "android-key", "by itself", "android statement" },
    { "android-key", "other algorithm", "android statement" },
    { "android-key", "other signature", "android signature" },
    { "android-key", "certificate of another key", "android public key" },
    { "android-key", "no description", "android key description" },
    { "android-key", "one list", "android key description" },
    { "android-key", "a list of something else", "android key description" },
    { "android-key", "other challenge", "android challenge" },
    { "android-key", "for all applications", "android allApplications" },
    { "android-key", "for all applications by software", "android allApplications" },
    { "android-key", "imported", "android origin" },
    { "android-key", "to decrypt", "android purpose" },
    { "android-key", "to decrypt, too", "android purpose" },
  };

  assert_rows (FALSE, rows, G_N_ELEMENTS (rows));
}

static void
test_packed (void)
{
  static const Row rows[] = {
    { "packed", "as it is", NULL },
    { "packed", "by itself", NULL },
    { "packed", "behind the certificate", "packed statement" },
    { "packed", "with SHA-1", "packed statement" },
    { "packed", "version 1", "packed certificate" },
    { "packed", "may sign others", "packed certificate" },
    { "packed", "no country", "packed certificate" },
    { "packed", "no organization", "packed certificate" },
    { "packed", "no common name", "packed certificate" },
    { "packed", "other unit", "packed certificate" },
    { "packed", "other model", "packed AAGUID" },
    { "packed", "critical model", "packed AAGUID" },
    { "packed", "other signature", "packed signature" },
  };

  assert_rows (FALSE, rows, G_N_ELEMENTS (rows));
}

/* --- whose are taken ---------------------------------------------------------------------------------------------------------- */

static char *folder;

static PosternPasskeyTrust *
make_trust (const char *name, const char *roots, const char *aaguid)
{
  const char *aaguids[] = { aaguid, NULL };
  PosternPasskeyTrustPolicy policy = { name, roots, aaguids };
  g_autoptr (GError) error = NULL;
  PosternPasskeyTrust *trust = postern_passkey_trust_new (&policy, &error);

  g_assert_no_error (error);
  return trust;
}

static void
test_roots (void)
{
  static const Row rows[] = {
    { "packed", "as it is", NULL },
    { "apple", "as it is", NULL },
    { "tpm", "as it is", NULL },
    { "android-key", "as it is", NULL },
    { "none", "", "leads to no named root" },
    { "packed", "by itself", "leads to no named root" },
    { "packed", "signed by another maker", "leads to no named root" },
    { "packed", "expired", "leads to no named root" },
    { "android-key", "said by software", "android origin" },
    { "android-key", "no origin", "android origin" },
    { "android-key", "no purpose", "android purpose" },
  };
  g_autoptr (PosternPasskeyMaker) maker = postern_passkey_maker_new (FALSE);
  g_autoptr (PosternPasskeyMaker) other = postern_passkey_maker_new (FALSE);
  g_autofree char *file = g_build_filename (folder, "maker.pem", NULL);
  g_autoptr (PosternPasskeyTrust) by_file = NULL;
  g_autoptr (PosternPasskeyTrust) by_folder = NULL;

  postern_passkey_maker_write_root (maker, file);
  by_file = make_trust ("roots", file, NULL);
  by_folder = make_trust ("roots", folder, NULL);
  g_assert_cmpstr (postern_passkey_trust_get_conveyance (by_file), ==, "direct");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    postern_passkey_maker_make (maker, rows[i].format, rows[i].twist);
    assert_checked (maker, by_file, rows[i].reason);
    assert_checked (maker, by_folder, rows[i].reason);
  }
  postern_passkey_maker_make (other, "packed", "as it is");
  assert_checked (other, by_file, "leads to no named root");
  g_unlink (file);
}

static void
test_aaguids (void)
{
  g_autoptr (PosternPasskeyMaker) maker = postern_passkey_maker_new (FALSE);
  g_autoptr (PosternPasskeyMaker) other = postern_passkey_maker_new (FALSE);
  g_autofree char *file = g_build_filename (folder, "other.pem", NULL);
  g_autofree char *capitals = g_ascii_strup (AAGUID, -1);
  g_autoptr (PosternPasskeyTrust) it = make_trust ("aaguid", NULL, capitals);
  g_autoptr (PosternPasskeyTrust) another = make_trust ("aaguid", NULL, "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4");
  g_autoptr (PosternPasskeyTrust) of_other = NULL;

  postern_passkey_maker_write_root (other, file);
  of_other = make_trust ("aaguid", file, AAGUID);
  postern_passkey_maker_make (maker, "none", "");
  assert_checked (maker, it, NULL);
  assert_checked (maker, another, "AAGUID that is not allowed");
  assert_checked (maker, of_other, "leads to no named root");
  postern_passkey_maker_make (other, "packed", "");
  assert_checked (other, of_other, NULL);
  g_unlink (file);
}

/* What a policy would not look at, or cannot find, is a mistake of the operator's and said so. */
static void
test_settings (void)
{
  g_autofree char *empty = g_build_filename (folder, "empty.pem", NULL);
  const char *const none[] = { NULL };
  const char *const one[] = { AAGUID, NULL };
  const char *const wrong[] = { AAGUID, "0123", NULL };
  const PosternPasskeyTrustPolicy rows[] = {
    { "all", NULL, none },        { "roots", NULL, none },       { "roots", "", none },           { "roots", "/nonexistent", none },
    { "roots", empty, none },     { "roots", folder, none },     { "roots", folder, one },        { "none", folder, none },
    { "none", NULL, one },        { "aaguid", NULL, none },      { "aaguid", NULL, wrong },       { "aaguid", empty, one },
  };
  g_autoptr (PosternPasskeyTrust) trust = make_trust ("none", "", NULL);
  g_autoptr (PosternPasskeyTrust) unset = make_trust (NULL, NULL, NULL);

  g_assert_cmpstr (postern_passkey_trust_get_conveyance (trust), ==, "none");
  g_assert_cmpstr (postern_passkey_trust_get_conveyance (unset), ==, "none");
  g_assert_true (g_file_set_contents (empty, "no certificate\n", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (postern_passkey_trust_new (&rows[i], &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    g_test_message ("%s", error->message);
  }
  g_unlink (empty);
}

/* Cut anywhere, it is refused, and nothing is read behind the cut. */
static void
test_cut (void)
{
  static const char *const formats[] = { "tpm", "apple", "android-key" };
  g_autoptr (PosternPasskeyMaker) maker = postern_passkey_maker_new (FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    guint whole;

    postern_passkey_maker_make (maker, formats[i], "");
    whole = maker->object->len;
    for (maker->object->len = 0; maker->object->len < whole; maker->object->len++)
      g_assert_false (check (maker, NULL, NULL));
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("postern-passkey-XXXXXX", NULL);
  g_test_add_func ("/passkey-attestation/tpm", test_tpm);
  g_test_add_func ("/passkey-attestation/tpm-rsa", test_tpm_rsa);
  g_test_add_func ("/passkey-attestation/apple", test_apple);
  g_test_add_func ("/passkey-attestation/android", test_android);
  g_test_add_func ("/passkey-attestation/packed", test_packed);
  g_test_add_func ("/passkey-attestation/roots", test_roots);
  g_test_add_func ("/passkey-attestation/aaguids", test_aaguids);
  g_test_add_func ("/passkey-attestation/settings", test_settings);
  g_test_add_func ("/passkey-attestation/cut", test_cut);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
