/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-response.h"

#include "postern-error.h"
#include "postern-jwk.h"

#include <string.h>

static const char *const origins[] = { "https://example.org", NULL };
static const char *const top_origins[] = { "https://example.com", NULL };

/* An example of the specification: its registration and its authentication, as bytes that a test may change. */
typedef struct {
  PosternPasskeyExpected create, get;
  GByteArray *client, *attestation, *get_client, *auth_data, *signature;
} Example;

static GByteArray *
read_hex (GKeyFile *file, const char *group, const char *name)
{
  g_autofree char *hex = g_key_file_get_string (file, group, name, NULL);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_nonnull (hex);
  for (const char *at = hex; *at; at += 2) {
    guint8 byte = (guint8) (g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]));

    g_byte_array_append (bytes, &byte, 1);
  }
  return bytes;
}

static char *
read_challenge (GKeyFile *file, const char *group, const char *name)
{
  g_autoptr (GByteArray) bytes = read_hex (file, group, name);

  return postern_base64url_encode (bytes->data, bytes->len);
}

static GKeyFile *
load (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "plugins", "factor-passkey", "webauthn-examples.ini", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_assert_true (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL));
  return g_steal_pointer (&file);
}

static void
open_example (Example *it, GKeyFile *file, const char *group)
{
  *it = (Example){ .create = { "webauthn.create", read_challenge (file, group, "create_challenge"), "example.org", origins, NULL, FALSE },
                   .get = { "webauthn.get", read_challenge (file, group, "get_challenge"), "example.org", origins, NULL, FALSE },
                   .client = read_hex (file, group, "create_client_data"),
                   .attestation = read_hex (file, group, "create_attestation"),
                   .get_client = read_hex (file, group, "get_client_data"),
                   .auth_data = read_hex (file, group, "get_auth_data"),
                   .signature = read_hex (file, group, "get_signature") };
}

static void
close_example (Example *it)
{
  g_free ((char *) it->create.challenge);
  g_free ((char *) it->get.challenge);
  g_byte_array_unref (it->client);
  g_byte_array_unref (it->attestation);
  g_byte_array_unref (it->get_client);
  g_byte_array_unref (it->auth_data);
  g_byte_array_unref (it->signature);
}

static PosternPasskeyBytes
bytes_of (GByteArray *array)
{
  return (PosternPasskeyBytes){ array->data, array->len };
}

static gboolean
create (Example *it, PosternPasskeyMade *made, GError **error)
{
  return postern_passkey_response_check_create (&it->create, bytes_of (it->client), bytes_of (it->attestation), made, error);
}

static gboolean
get (Example *it, PosternPasskeyBytes key, GError **error)
{
  PosternPasskeyAssertion assertion = { bytes_of (it->get_client), bytes_of (it->auth_data), bytes_of (it->signature) };
  PosternPasskeyData data;

  return postern_passkey_response_check_get (&it->get, key, &assertion, &data, error);
}

static void
assert_refused (gboolean good, GError **error, const char *check)
{
  g_assert_false (good);
  g_assert_error (*error, POSTERN_ERROR, POSTERN_ERROR_CREDENTIALS);
  g_test_message ("%s", (*error)->message);
  g_assert_true (g_str_has_suffix ((*error)->message, check));
  g_clear_error (error);
}

/* Every example; a frame of another site's is refused where it is not named. */
static void
test_examples (void)
{
  g_autoptr (GKeyFile) file = load ();
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; groups[i]; i++) {
    g_autoptr (GByteArray) id = read_hex (file, groups[i], "credential_id");
    gboolean framed = strstr (groups[i], "Origin") != NULL;
    PosternPasskeyMade made;
    Example it;

    g_test_message ("%s", groups[i]);
    open_example (&it, file, groups[i]);
    if (framed) {
      assert_refused (create (&it, &made, &error), &error, "crossOrigin");
      it.create.top_origins = it.get.top_origins = top_origins;
    }
    if (!create (&it, &made, &error))
      g_error ("%s: %s", groups[i], error->message);
    g_assert_cmpmem (made.data.credential_id.data, made.data.credential_id.length, id->data, id->len);
    if (!get (&it, made.data.key, &error))
      g_error ("%s: %s", groups[i], error->message);
    it.signature->data[it.signature->len - 1] ^= 1;
    assert_refused (get (&it, made.data.key, &error), &error, "signature");
    close_example (&it);
  }
}

static void
replace (GByteArray *bytes, const char *old, const char *new_text)
{
  g_autofree char *text = g_strndup ((const char *) bytes->data, bytes->len);
  g_auto (GStrv) parts = g_strsplit (text, old, -1);
  g_autofree char *changed = g_strjoinv (new_text, parts);

  g_assert_nonnull (parts[1]);
  g_byte_array_set_size (bytes, 0);
  g_byte_array_append (bytes, (const guint8 *) changed, (guint) strlen (changed));
}

/* What a page can change in the client data, one by one. */
static void
test_client_data (void)
{
  static const struct {
    const char *old, *new_text, *check;
  } rows[] = {
    { "webauthn.create", "webauthn.get", "type" },
    { "webauthn.create", "payment.get", "type" },
    { "\"type\":\"webauthn.create\"", "\"type\":7", "type" },
    { "challenge\":\"A", "challenge\":\"B", "challenge" },
    { "challenge\":\"A", "challenge\":\"AA", "challenge" },
    { "\"challenge\"", "\"chalenge\"", "challenge" },
    { "https://example.org", "https://example.org.evil.example", "origin" },
    { "https://example.org", "http://example.org", "origin" },
    { "https://example.org", "https://example.org:8443", "origin" },
    { "https://example.org", "https://sub.example.org", "origin" },
    { "\"origin\"", "\"origins\"", "origin" },
    { "\"crossOrigin\":false", "\"crossOrigin\":true", "crossOrigin" },
    { "\"crossOrigin\":false", "\"crossOrigin\":\"false\"", "crossOrigin" },
    { "\"crossOrigin\":false", "\"topOrigin\":\"https://example.com\"", "topOrigin" },
    { "\"crossOrigin\":false", "\"type\":\"webauthn.create\"", "clientDataJSON" }, /* a member twice */
    { "{\"type\"", "[\"type\"", "clientDataJSON" },
  };
  g_autoptr (GKeyFile) file = load ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PosternPasskeyMade made;
    Example it;

    open_example (&it, file, "none.ES256");
    replace (it.client, rows[i].old, rows[i].new_text);
    assert_refused (create (&it, &made, &error), &error, rows[i].check);
    close_example (&it);
  }
}

#define AUTH_DATA 30 /* where it begins in the attestation object of the example: behind fmt, attStmt and its own length */
#define FLAGS (AUTH_DATA + 32)

static void
test_auth_data (void)
{
  static const struct {
    guint at;
    guint8 mask, set;
    const char *check;
  } rows[] = {
    { AUTH_DATA, 0, 0, "rpIdHash" },
    { FLAGS, 0xfe, 0, "flag UP" },
    { FLAGS, 0xf7, POSTERN_PASSKEY_FLAG_BS, "flag BS without BE" },
    { FLAGS, 0xbf, 0, "authData" },                      /* no credential, so it stands behind the end */
    { FLAGS, 0xff, POSTERN_PASSKEY_FLAG_ED, "authData" }, /* extensions that are not there */
    { AUTH_DATA + 53, 0, 0xff, "authData" },              /* an id longer than all */
    { AUTH_DATA + 54, 0, 0, "authData" },                 /* an id of nothing */
    { AUTH_DATA + 55 + 32, 0, 0xa4, "authData" },         /* a pair fewer in the key: it stands behind it */
    { AUTH_DATA + 55 + 32 + 4, 0, 0x00, "public key" },   /* alg 0 */
    { AUTH_DATA + 55 + 32 + 4, 0, 0x27, "public key" },   /* EdDSA, which is no EC2 key's */
    { AUTH_DATA + 55 + 32 + 12, 0, 0x00, "public key" },  /* a point off the curve */
    { 1, 0, 0x64, "attestationObject" },
    { 0, 0, 0xa4, "attestationObject" },
    { 6, 0, 'N', "attestation of a format that is not known" },
  };
  g_autoptr (GKeyFile) file = load ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PosternPasskeyMade made;
    Example it;

    open_example (&it, file, "none.ES256");
    it.attestation->data[rows[i].at] = (guint8) ((it.attestation->data[rows[i].at] & rows[i].mask) | rows[i].set);
    assert_refused (create (&it, &made, &error), &error, rows[i].check);
    close_example (&it);
  }
}

static void
test_verified (void)
{
  g_autoptr (GKeyFile) file = load ();
  g_autoptr (GError) error = NULL;
  PosternPasskeyMade made;
  Example it;

  open_example (&it, file, "none.ES256");
  g_assert_true (create (&it, &made, &error));
  g_assert_false (made.data.flags & POSTERN_PASSKEY_FLAG_UV);
  it.create.verified = it.get.verified = TRUE;
  assert_refused (create (&it, &made, &error), &error, "flag UV");
  it.get.verified = FALSE;
  it.get.rp_id = "example.com";
  assert_refused (get (&it, made.data.key, &error), &error, "rpIdHash");
  close_example (&it);
}

/* Whatever one bit of the whole is changed, it is not the same credential any more: the statement signs it. */
static void
test_attestation (void)
{
  static const struct {
    const char *group, *check;
  } rows[] = {
    { "packed-self.ES256", "packed signature" }, { "packed.ES256", "packed signature" },       { "fido-u2f.ES256", "fido-u2f signature" },
    { "tpm.ES256", "tpm extraData" },            { "android-key.ES256", "android signature" }, { "apple.ES256", "apple nonce" },
  };
  g_autoptr (GKeyFile) file = load ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    PosternPasskeyMade made;
    Example it;

    open_example (&it, file, rows[i].group);
    g_assert_true (create (&it, &made, &error));
    ((guint8 *) made.data.credential_id.data)[0] ^= 1;
    assert_refused (create (&it, &made, &error), &error, rows[i].check);
    ((guint8 *) made.data.credential_id.data)[0] ^= 1;
    replace (it.client, "\"crossOrigin\":false", "\"crossOrigin\":false ");
    assert_refused (create (&it, &made, &error), &error, rows[i].check);
    close_example (&it);
  }
}

/* Cut anywhere, it is refused, and nothing is read behind the cut. */
static void
test_cut (void)
{
  g_autoptr (GKeyFile) file = load ();
  PosternPasskeyMade made;
  Example it;

  open_example (&it, file, "packed.ES256");
  for (gsize length = 0; length < it.attestation->len; length++) {
    g_autofree guint8 *cut = g_memdup2 (it.attestation->data, length);

    g_assert_false (postern_passkey_response_check_create (&it.create, bytes_of (it.client), (PosternPasskeyBytes){ cut, length }, &made, NULL));
  }
  close_example (&it);
}

static void
test_counter (void)
{
  g_assert_true (postern_passkey_response_is_counted (0, 0));
  g_assert_true (postern_passkey_response_is_counted (0, 1));
  g_assert_true (postern_passkey_response_is_counted (7, G_MAXUINT32));
  g_assert_false (postern_passkey_response_is_counted (7, 7));
  g_assert_false (postern_passkey_response_is_counted (7, 6));
  g_assert_false (postern_passkey_response_is_counted (7, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passkey-response/examples", test_examples);
  g_test_add_func ("/passkey-response/client-data", test_client_data);
  g_test_add_func ("/passkey-response/auth-data", test_auth_data);
  g_test_add_func ("/passkey-response/verified", test_verified);
  g_test_add_func ("/passkey-response/attestation", test_attestation);
  g_test_add_func ("/passkey-response/cut", test_cut);
  g_test_add_func ("/passkey-response/counter", test_counter);
  return g_test_run ();
}
