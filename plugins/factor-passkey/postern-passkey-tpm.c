/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-attestation.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "postern-passkey-certificate.h"

/* Numbers of the TPM 2.0 Library, part 2. */
#define ALG_NULL 0x0010
#define ALG_RSA 0x0001
#define ALG_ECC 0x0023
#define GENERATED 0xff544347u
#define ATTEST_CERTIFY 0x8017
#define CLOCK_AND_FIRMWARE (17 + 8)
#define EXPONENT 65537 /* is what 0 stands for */

#define OID_AIK "2.23.133.8.3"
#define OID_MANUFACTURER "2.23.133.2.1"
#define OID_MODEL "2.23.133.2.2"
#define OID_VERSION "2.23.133.2.3"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_OBJECT, ASN1_OBJECT_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GENERAL_NAMES, GENERAL_NAMES_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)

/* Once something is missing, all that follows is nothing, and it shows at the end. */
typedef struct {
  PosternPasskeyBytes left;
  gboolean failed;
} Reader;

static PosternPasskeyBytes
take (Reader *self, gsize length)
{
  PosternPasskeyBytes taken = { self->left.data, length };

  if (self->failed || length > self->left.length) {
    self->failed = TRUE;
    return (PosternPasskeyBytes){ (const guint8 *) "", 0 };
  }
  self->left.data += length;
  self->left.length -= length;
  return taken;
}

static guint32
take_number (Reader *self, gsize length)
{
  PosternPasskeyBytes bytes = take (self, length);
  guint32 number = 0;

  for (gsize i = 0; i < bytes.length; i++)
    number = number << 8 | bytes.data[i];
  return number;
}

/* TPM2B: its length in front. */
static PosternPasskeyBytes
take_sized (Reader *self)
{
  return take (self, take_number (self, 2));
}

/* A scheme, and the hash that belongs to it unless there is none. */
static void
skip_scheme (Reader *self)
{
  if (take_number (self, 2) != ALG_NULL)
    take (self, 2);
}

static gboolean
is_at_end (const Reader *self)
{
  return !self->failed && self->left.length == 0;
}

/* --- pubArea: TPMT_PUBLIC --------------------------------------------------------------------------------------------------- */

typedef struct {
  guint32 type, name_alg;
  guint32 bits, exponent, curve;
  PosternPasskeyBytes x, y; /* x: or a modulus */
} Public;

static gboolean
read_public (Public *self, PosternPasskeyBytes bytes)
{
  Reader reader = { bytes, FALSE };

  *self = (Public){ .type = take_number (&reader, 2), .name_alg = take_number (&reader, 2) };
  take (&reader, 4); /* objectAttributes */
  take_sized (&reader); /* authPolicy */
  if (take_number (&reader, 2) != ALG_NULL) /* symmetric: a key that signs has none */
    return FALSE;
  skip_scheme (&reader);
  if (self->type == ALG_RSA) {
    self->bits = take_number (&reader, 2);
    self->exponent = take_number (&reader, 4);
  } else {
    self->curve = take_number (&reader, 2);
    skip_scheme (&reader); /* kdf */
  }
  self->x = take_sized (&reader);
  if (self->type == ALG_ECC)
    self->y = take_sized (&reader);
  return is_at_end (&reader);
}

static gboolean
has_number (EVP_PKEY *key, const char *name, PosternPasskeyBytes bytes)
{
  g_autoptr (BIGNUM) expected = BN_bin2bn (bytes.data, (int) bytes.length, NULL);
  g_autoptr (BIGNUM) number = NULL;
  gboolean good = EVP_PKEY_get_bn_param (key, name, &number) == 1 && BN_cmp (number, expected) == 0;

  ERR_clear_error ();
  return good;
}

static gboolean
has_exponent (EVP_PKEY *key, guint32 exponent)
{
  guint32 number = GUINT32_TO_BE (exponent ? exponent : EXPONENT);

  return has_number (key, OSSL_PKEY_PARAM_RSA_E, (PosternPasskeyBytes){ (const guint8 *) &number, sizeof number });
}

static gboolean
is_key (const Public *self, const PosternPasskeyKey *key)
{
  static const struct {
    gint64 alg;
    guint32 type, curve;
  } rows[] = {
    { POSTERN_PASSKEY_ALG_ES256, ALG_ECC, 3 },
    { POSTERN_PASSKEY_ALG_ES384, ALG_ECC, 4 },
    { POSTERN_PASSKEY_ALG_ES512, ALG_ECC, 5 },
    { POSTERN_PASSKEY_ALG_RS256, ALG_RSA, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].alg != key->alg || rows[i].type != self->type || rows[i].curve != self->curve)
      continue;
    if (self->type == ALG_ECC)
      return has_number (key->key, OSSL_PKEY_PARAM_EC_PUB_X, self->x) && has_number (key->key, OSSL_PKEY_PARAM_EC_PUB_Y, self->y);
    return self->bits == (guint32) EVP_PKEY_get_bits (key->key) && has_exponent (key->key, self->exponent) &&
           has_number (key->key, OSSL_PKEY_PARAM_RSA_N, self->x);
  }
  return FALSE;
}

/* Part 1, section 16: a name is an algorithm and the hash of the public area by it. SHA-1 is not taken. */
static gboolean
is_name (PosternPasskeyBytes name, const Public *public, PosternPasskeyBytes area)
{
  static const struct {
    guint32 alg;
    const char *digest;
  } rows[] = { { 0x000b, "SHA256" }, { 0x000c, "SHA384" }, { 0x000d, "SHA512" } };
  guint8 expected[2 + EVP_MAX_MD_SIZE] = { (guint8) (public->name_alg >> 8), (guint8) public->name_alg };
  gsize length;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].alg == public->name_alg)
      return EVP_Q_digest (NULL, rows[i].digest, NULL, area.data, area.length, expected + 2, &length) == 1 &&
             postern_passkey_cbor_equal (name, (PosternPasskeyBytes){ expected, 2 + length });
  return FALSE;
}

/* --- the certificate of the key that attests (section 8.3.1) ------------------------------------------------------------------- */

static gboolean
has_word (const X509_NAME *name, const char *oid)
{
  g_autoptr (ASN1_OBJECT) object = OBJ_txt2obj (oid, 1);
  int at = X509_NAME_get_index_by_OBJ (name, object, -1);

  return at >= 0 && ASN1_STRING_length (X509_NAME_ENTRY_get_data (X509_NAME_get_entry (name, at))) > 0;
}

/* TPMv2-EK-Profile, section 3.2.9: who made the TPM, which it is and of what version; critical, for there is no other name. */
static gboolean
has_tpm_name (X509 *certificate)
{
  int critical = 0;
  g_autoptr (GENERAL_NAMES) names = X509_get_ext_d2i (certificate, NID_subject_alt_name, &critical, NULL);

  if (critical != 1)
    return FALSE;
  for (int i = 0; i < sk_GENERAL_NAME_num (names); i++) {
    GENERAL_NAME *name = sk_GENERAL_NAME_value (names, i);

    if (name->type == GEN_DIRNAME && has_word (name->d.directoryName, OID_MANUFACTURER) && has_word (name->d.directoryName, OID_MODEL) &&
        has_word (name->d.directoryName, OID_VERSION))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_for_attestation (X509 *certificate)
{
  g_autoptr (EXTENDED_KEY_USAGE) usages = X509_get_ext_d2i (certificate, NID_ext_key_usage, NULL, NULL);
  g_autoptr (ASN1_OBJECT) wanted = OBJ_txt2obj (OID_AIK, 1);

  for (int i = 0; i < sk_ASN1_OBJECT_num (usages); i++)
    if (OBJ_cmp (sk_ASN1_OBJECT_value (usages, i), wanted) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
check_certificate (const PosternPasskeyAttestation *self, X509 *certificate, GError **error)
{
  gboolean has_purpose = is_for_attestation (certificate);
  gboolean is_named = has_tpm_name (certificate);

  ERR_clear_error ();
  if (!postern_passkey_certificate_is_last (certificate))
    return postern_passkey_data_refuse (error, "tpm certificate version or CA");
  if (X509_NAME_entry_count (X509_get_subject_name (certificate)) != 0)
    return postern_passkey_data_refuse (error, "tpm certificate subject");
  if (!is_named)
    return postern_passkey_data_refuse (error, "tpm certificate subject alternative name");
  if (!has_purpose)
    return postern_passkey_data_refuse (error, "tpm certificate extended key usage");
  return postern_passkey_certificate_is_of_model (certificate, self->data->aaguid) || postern_passkey_data_refuse (error, "tpm certificate AAGUID");
}

/* --- certInfo: TPMS_ATTEST --------------------------------------------------------------------------------------------------- */

typedef struct {
  guint32 magic, type;
  PosternPasskeyBytes extra, name;
} Certified;

static gboolean
read_certified (Certified *self, PosternPasskeyBytes bytes)
{
  Reader reader = { bytes, FALSE };

  self->magic = take_number (&reader, 4);
  self->type = take_number (&reader, 2);
  take_sized (&reader); /* qualifiedSigner */
  self->extra = take_sized (&reader);
  take (&reader, CLOCK_AND_FIRMWARE);
  self->name = take_sized (&reader);
  take_sized (&reader); /* qualifiedName */
  return is_at_end (&reader);
}

static gboolean
is_extra (const PosternPasskeyAttestation *self, gint64 alg, PosternPasskeyBytes extra)
{
  const char *digest = postern_passkey_key_get_digest (alg);
  guint8 hash[EVP_MAX_MD_SIZE];
  PosternPasskeyBytes expected = { hash, 0 };

  return digest && postern_passkey_attestation_hash (self, digest, hash, &expected.length) && postern_passkey_cbor_equal (extra, expected);
}

/* What the statement holds. */
typedef struct {
  gint64 alg;
  PosternPasskeyBytes signature, area, info;
} Statement;

static gboolean
read_statement (const PosternPasskeyAttestation *self, Statement *statement)
{
  return postern_passkey_cbor_has_pairs (self->statement, 6) && postern_passkey_cbor_is_text (postern_passkey_attestation_get_member (self, "ver"), "2.0") &&
         postern_passkey_cbor_is_number (postern_passkey_attestation_get_member (self, "alg"), &statement->alg) &&
         postern_passkey_cbor_is_bytes (postern_passkey_attestation_get_member (self, "sig"), &statement->signature) &&
         postern_passkey_cbor_is_bytes (postern_passkey_attestation_get_member (self, "pubArea"), &statement->area) &&
         postern_passkey_cbor_is_bytes (postern_passkey_attestation_get_member (self, "certInfo"), &statement->info);
}

static gboolean
check_info (const PosternPasskeyAttestation *self, const Statement *statement, const Public *public, GError **error)
{
  Certified certified;

  if (!read_certified (&certified, statement->info))
    return postern_passkey_data_refuse (error, "tpm certInfo");
  if (certified.magic != GENERATED)
    return postern_passkey_data_refuse (error, "tpm magic");
  if (certified.type != ATTEST_CERTIFY)
    return postern_passkey_data_refuse (error, "tpm type");
  if (!is_extra (self, statement->alg, certified.extra))
    return postern_passkey_data_refuse (error, "tpm extraData");
  return is_name (certified.name, public, statement->area) || postern_passkey_data_refuse (error, "tpm name");
}

gboolean
postern_passkey_tpm_verify (const PosternPasskeyAttestation *self, GError **error)
{
  g_autoptr (X509) certificate = postern_passkey_attestation_read_certificate (self);
  Statement statement;
  Public public;

  if (certificate == NULL || !read_statement (self, &statement))
    return postern_passkey_data_refuse (error, "tpm statement");
  if (!read_public (&public, statement.area))
    return postern_passkey_data_refuse (error, "tpm pubArea");
  if (!is_key (&public, self->key))
    return postern_passkey_data_refuse (error, "tpm public key");
  if (!check_info (self, &statement, &public, error) || !check_certificate (self, certificate, error))
    return FALSE;
  return postern_passkey_key_verify (X509_get0_pubkey (certificate), statement.alg, statement.info, (PosternPasskeyBytes){ NULL, 0 }, statement.signature) ||
         postern_passkey_data_refuse (error, "tpm signature");
}
