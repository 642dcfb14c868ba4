/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-maker.h"

#include <openssl/x509v3.h>
#include <string.h>

#define DAY (24 * 60 * 60)

static gboolean
is (PosternPasskeyMaker *self, const char *twist)
{
  return postern_passkey_maker_is (self, twist);
}

static void
add_word (X509_NAME *name, const char *oid, const char *word)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 0);

  g_assert_true (X509_NAME_add_entry_by_OBJ (name, object, MBSTRING_UTF8, (const guchar *) word, -1, -1, 0));
  ASN1_OBJECT_free (object);
}

static void
add_text (X509 *certificate, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, nid, value);

  g_assert_nonnull (extension);
  g_assert_true (X509_add_ext (certificate, extension, -1));
  X509_EXTENSION_free (extension);
}

static void
add_raw (X509 *certificate, const char *oid, gboolean critical, GByteArray *value)
{
  ASN1_OBJECT *object = OBJ_txt2obj (oid, 1);
  ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new ();
  X509_EXTENSION *extension;

  g_assert_true (ASN1_OCTET_STRING_set (string, value->data, (int) value->len));
  extension = X509_EXTENSION_create_by_OBJ (NULL, object, critical, string);
  g_assert_true (X509_add_ext (certificate, extension, -1));
  X509_EXTENSION_free (extension);
  ASN1_OCTET_STRING_free (string);
  ASN1_OBJECT_free (object);
}

static void
begin (X509 *certificate, EVP_PKEY *key, long until)
{
  static int serial = 1;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), serial++);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -2 * DAY);
  X509_gmtime_adj (X509_getm_notAfter (certificate), until);
  X509_set_pubkey (certificate, key);
}

X509 *
postern_passkey_maker_certificate_make_root (EVP_PKEY *key)
{
  X509 *root = X509_new ();

  begin (root, key, DAY);
  add_word (X509_get_subject_name (root), "CN", "A maker");
  X509_set_issuer_name (root, X509_get_subject_name (root));
  add_text (root, NID_basic_constraints, "critical,CA:TRUE");
  g_assert_true (X509_sign (root, key, EVP_sha256 ()));
  return root;
}

/* --- DER --------------------------------------------------------------------------------------------------------------------- */

/* An element around @parts, which are taken; @class and number of a tag that may be longer than a byte. */
static GByteArray *
wrap (guint8 class, guint tag, GByteArray *inner)
{
  GByteArray *out = g_byte_array_new ();
  guint8 head[] = { class | (guint8) MIN (tag, 31), (guint8) (0x80 | tag >> 7), tag & 0x7f };
  guint8 length = (guint8) inner->len;

  g_assert_cmpuint (inner->len, <, 128);
  g_byte_array_append (out, head, tag < 31 ? 1 : 3);
  g_byte_array_append (out, &length, 1);
  g_byte_array_append (out, inner->data, inner->len);
  g_byte_array_unref (inner);
  return out;
}

static GByteArray *
text (const char *bytes, gsize length)
{
  return g_byte_array_append (g_byte_array_new (), (const guint8 *) bytes, (guint) length);
}

static void
add (GByteArray *sequence, GByteArray *element)
{
  g_byte_array_append (sequence, element->data, element->len);
  g_byte_array_unref (element);
}

/* --- Apple, Android, the model --------------------------------------------------------------------------------------------------- */

static void
add_nonce (PosternPasskeyMaker *self, X509 *certificate, GBytes *nonce)
{
  g_autoptr (GByteArray) octets = text (g_bytes_get_data (nonce, NULL), g_bytes_get_size (nonce));
  g_autoptr (GByteArray) value = NULL;

  if (is (self, "other nonce"))
    octets->data[0] ^= 1;
  value = wrap (0x20, 16, wrap (0xa0, is (self, "nonce of another tag") ? 2 : 1, wrap (0, 4, g_steal_pointer (&octets))));
  if (is (self, "behind the nonce"))
    g_byte_array_append (value, (const guint8 *) "", 1);
  if (!is (self, "no nonce"))
    add_raw (certificate, "1.2.840.113635.100.8.2", FALSE, value);
  if (is (self, "nonce twice"))
    add_raw (certificate, "1.2.840.113635.100.8.2", FALSE, value);
}

/* AuthorizationLists are for the hardware, unless it is said otherwise. */
static GByteArray *
make_list (PosternPasskeyMaker *self, gboolean hardware)
{
  GByteArray *list = g_byte_array_new ();
  gboolean here = hardware != is (self, "said by software");
  const char *purposes = is (self, "to decrypt") ? "\2\1\1" : is (self, "to decrypt, too") ? "\2\1\1\2\1\2" : "\2\1\2";

  if (here && !is (self, "no purpose") && !is (self, "neither"))
    add (list, wrap (0xa0, 1, wrap (0x20, 17, text (purposes, strlen (purposes)))));
  if (is (self, hardware ? "for all applications" : "for all applications by software"))
    add (list, wrap (0xa0, 600, text ("\5\0", 2)));
  if (here && !is (self, "no origin") && !is (self, "neither"))
    add (list, wrap (0xa0, 702, text (is (self, "imported") ? "\2\1\2" : "\2\1\0", 3)));
  if (is (self, hardware ? "a list of something else" : ""))
    add (list, text ("\5\0", 2));
  return wrap (0x20, 16, list);
}

static void
add_description (PosternPasskeyMaker *self, X509 *certificate, GBytes *challenge)
{
  GByteArray *description = text ("\2\2\1\x2c\x0a\1\1\2\2\1\x2c\x0a\1\1", 14);
  GByteArray *octets = text (g_bytes_get_data (challenge, NULL), g_bytes_get_size (challenge));
  g_autoptr (GByteArray) value = NULL;

  if (is (self, "other challenge"))
    octets->data[0] ^= 1;
  add (description, wrap (0, 4, octets));
  add (description, text ("\4\0", 2));
  add (description, make_list (self, FALSE));
  if (!is (self, "one list"))
    add (description, make_list (self, TRUE));
  value = wrap (0x20, 16, description);
  if (!is (self, "no description"))
    add_raw (certificate, "1.3.6.1.4.1.11129.2.1.17", FALSE, value);
}

static void
add_model (PosternPasskeyMaker *self, X509 *certificate)
{
  g_autoptr (GByteArray) value = wrap (0, 4, text (is (self, "other model") ? "0123456789abcdeF" : "0123456789abcdef", POSTERN_PASSKEY_AAGUID));

  add_raw (certificate, "1.3.6.1.4.1.45724.1.1.4", is (self, "critical model"), value);
}

/* --- TPM --------------------------------------------------------------------------------------------------------------------- */

static void
add_tpm_name (PosternPasskeyMaker *self, X509 *certificate)
{
  GENERAL_NAMES *names = GENERAL_NAMES_new ();
  GENERAL_NAME *name = GENERAL_NAME_new ();
  X509_NAME *words = X509_NAME_new ();

  if (!is (self, "no manufacturer"))
    add_word (words, "2.23.133.2.1", "id:00000000");
  if (!is (self, "no model"))
    add_word (words, "2.23.133.2.2", "A model");
  if (!is (self, "no version"))
    add_word (words, "2.23.133.2.3", "id:1");
  name->type = GEN_DIRNAME;
  name->d.directoryName = words;
  sk_GENERAL_NAME_push (names, name);
  if (!is (self, "no other name"))
    g_assert_true (X509_add1_ext_i2d (certificate, NID_subject_alt_name, names, !is (self, "other name not critical"), 0));
  GENERAL_NAMES_free (names);
}

/* --- all ----------------------------------------------------------------------------------------------------------------------- */

static void
add_subject (PosternPasskeyMaker *self, X509 *certificate)
{
  X509_NAME *name = X509_get_subject_name (certificate);

  if (!is (self, "no country"))
    add_word (name, "C", "AA");
  if (!is (self, "no organization"))
    add_word (name, "O", "A maker");
  add_word (name, "OU", is (self, "other unit") ? "Something" : "Authenticator Attestation");
  if (!is (self, "no common name"))
    add_word (name, "CN", "An authenticator");
}

GByteArray *
postern_passkey_maker_certificate_make (PosternPasskeyMaker *self, const char *format, GBytes *nonce)
{
  gboolean own = g_str_equal (format, "apple") || g_str_equal (format, "android-key");
  X509 *certificate = X509_new ();
  GByteArray *der = g_byte_array_new ();
  guint8 *bytes = NULL;
  int length;

  begin (certificate, own && !is (self, "certificate of another key") ? self->credential : self->signer, is (self, "expired") ? -DAY : DAY);
  if (is (self, "version 1"))
    X509_set_version (certificate, X509_VERSION_1);
  if (!g_str_equal (format, "tpm") || is (self, "named"))
    add_subject (self, certificate);
  X509_set_issuer_name (certificate, X509_get_subject_name (self->root));
  add_text (certificate, NID_basic_constraints, is (self, "may sign others") ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (g_str_equal (format, "tpm"))
    add_tpm_name (self, certificate);
  if (g_str_equal (format, "tpm") && !is (self, "no usage"))
    add_text (certificate, NID_ext_key_usage, is (self, "other usage") ? "clientAuth" : "2.23.133.8.3");
  if (g_str_equal (format, "apple"))
    add_nonce (self, certificate, nonce);
  if (g_str_equal (format, "android-key"))
    add_description (self, certificate, nonce);
  add_model (self, certificate);
  g_assert_true (X509_sign (certificate, is (self, "signed by another maker") ? self->signer : self->root_key, EVP_sha256 ()));
  length = i2d_X509 (certificate, &bytes);
  g_byte_array_append (der, bytes, (guint) length);
  if (is (self, "behind the certificate"))
    g_byte_array_append (der, (const guint8 *) "", 1);
  OPENSSL_free (bytes);
  X509_free (certificate);
  return der;
}
