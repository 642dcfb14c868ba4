/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-attestation.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define POINT 65 /* bytes of a point of P-256 that is not compressed */
#define OID_AAGUID "1.3.6.1.4.1.45724.1.1.4"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_OBJECT, ASN1_OBJECT_free)

static const PosternPasskeyCborItem *
member (const PosternPasskeyAttestation *self, const char *name)
{
  return postern_passkey_cbor_find (self->cbor, self->statement, name);
}

/* The first of x5c: the one that signed. */
static X509 *
read_certificate (const PosternPasskeyAttestation *self)
{
  PosternPasskeyBytes der;
  const unsigned char *at;
  X509 *certificate;

  if (!postern_passkey_cbor_is_bytes (postern_passkey_cbor_get (self->cbor, member (self, "x5c"), 0), &der))
    return NULL;
  at = der.data;
  certificate = d2i_X509 (NULL, &at, (long) der.length);
  ERR_clear_error ();
  if (certificate && at == der.data + der.length)
    return certificate;
  X509_free (certificate);
  return NULL;
}

/* Section 8.2.1: where the certificate names a model, it is the one that made the credential. The value is an OCTET STRING. */
static gboolean
is_of_model (X509 *certificate, PosternPasskeyBytes aaguid)
{
  g_autoptr (ASN1_OBJECT) oid = OBJ_txt2obj (OID_AAGUID, 1);
  int at = X509_get_ext_by_OBJ (certificate, oid, -1);
  ASN1_OCTET_STRING *value = at >= 0 ? X509_EXTENSION_get_data (X509_get_ext (certificate, at)) : NULL;

  if (value == NULL)
    return TRUE;
  return ASN1_STRING_length (value) == 2 + POSTERN_PASSKEY_AAGUID && memcmp (ASN1_STRING_get0_data (value), "\x04\x10", 2) == 0 &&
         memcmp (ASN1_STRING_get0_data (value) + 2, aaguid.data, POSTERN_PASSKEY_AAGUID) == 0;
}

static gboolean
is_for_attestation (X509 *certificate)
{
  char unit[64];

  return X509_get_version (certificate) == X509_VERSION_3 && X509_check_ca (certificate) == 0 &&
         X509_NAME_get_text_by_NID (X509_get_subject_name (certificate), NID_organizationalUnitName, unit, sizeof unit) > 0 &&
         g_str_equal (unit, "Authenticator Attestation");
}

static gboolean
verify_none (const PosternPasskeyAttestation *self)
{
  return postern_passkey_cbor_has_pairs (self->statement, 0);
}

static gboolean
verify_packed (const PosternPasskeyAttestation *self)
{
  PosternPasskeyBytes signature;
  g_autoptr (X509) certificate = NULL;
  gint64 alg;

  if (!postern_passkey_cbor_is_number (member (self, "alg"), &alg) || !postern_passkey_cbor_is_bytes (member (self, "sig"), &signature))
    return FALSE;
  if (member (self, "x5c") == NULL) /* by the credential itself */
    return alg == self->key->alg && postern_passkey_cbor_has_pairs (self->statement, 2) &&
           postern_passkey_key_verify (self->key->key, alg, self->auth_data, self->client_hash, signature);
  certificate = read_certificate (self);
  return certificate && postern_passkey_cbor_has_pairs (self->statement, 3) && is_for_attestation (certificate) &&
         is_of_model (certificate, self->data->aaguid) &&
         postern_passkey_key_verify (X509_get0_pubkey (certificate), alg, self->auth_data, self->client_hash, signature);
}

/* Section 8.6: the bytes that a U2F key signed, put together again. */
static GByteArray *
make_u2f_message (const PosternPasskeyAttestation *self)
{
  GByteArray *message = g_byte_array_new ();
  guint8 point[POINT];
  gsize length = 0;

  g_byte_array_append (message, (const guint8 *) "", 1);
  g_byte_array_append (message, self->data->rp_hash.data, (guint) self->data->rp_hash.length);
  g_byte_array_append (message, self->client_hash.data, (guint) self->client_hash.length);
  g_byte_array_append (message, self->data->credential_id.data, (guint) self->data->credential_id.length);
  if (EVP_PKEY_get_octet_string_param (self->key->key, "pub", point, sizeof point, &length) == 1)
    g_byte_array_append (message, point, (guint) length);
  return message;
}

static gboolean
verify_u2f (const PosternPasskeyAttestation *self)
{
  const PosternPasskeyCborItem *x5c = member (self, "x5c");
  g_autoptr (X509) certificate = read_certificate (self);
  g_autoptr (GByteArray) message = NULL;
  PosternPasskeyBytes signature;

  if (certificate == NULL || x5c->number != 1 || !postern_passkey_cbor_has_pairs (self->statement, 2) || self->key->alg != POSTERN_PASSKEY_ALG_ES256 ||
      !postern_passkey_cbor_is_bytes (member (self, "sig"), &signature) || EVP_PKEY_get_bits (X509_get0_pubkey (certificate)) != 256)
    return FALSE;
  message = make_u2f_message (self);
  return postern_passkey_key_verify (X509_get0_pubkey (certificate), POSTERN_PASSKEY_ALG_ES256, (PosternPasskeyBytes){ message->data, message->len },
                                     (PosternPasskeyBytes){ NULL, 0 }, signature);
}

static const struct {
  const char *name;
  gboolean (*verify) (const PosternPasskeyAttestation *self);
} formats[] = {
  { "none", verify_none },
  { "packed", verify_packed },
  { "fido-u2f", verify_u2f },
};

gboolean
postern_passkey_attestation_verify (const PosternPasskeyAttestation *self, const PosternPasskeyCborItem *format, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (postern_passkey_cbor_is_text (format, formats[i].name))
      return formats[i].verify (self) || postern_passkey_data_refuse (error, "attestation");
  return postern_passkey_data_refuse (error, "attestation of a format that is not known");
}
