/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-attestation.h"

#include <string.h>

#include "postern-passkey-certificate.h"

#define POINT 65 /* bytes of a point of P-256 that is not compressed */

const PosternPasskeyCborItem *
postern_passkey_attestation_get_member (const PosternPasskeyAttestation *self, const char *name)
{
  return postern_passkey_cbor_find (self->cbor, self->statement, name);
}

X509 *
postern_passkey_attestation_read_certificate (const PosternPasskeyAttestation *self)
{
  const PosternPasskeyCborItem *x5c = postern_passkey_attestation_get_member (self, "x5c");
  PosternPasskeyBytes der;

  return postern_passkey_cbor_is_bytes (postern_passkey_cbor_get (self->cbor, x5c, 0), &der) ? postern_passkey_certificate_read (der) : NULL;
}

gboolean
postern_passkey_attestation_hash (const PosternPasskeyAttestation *self, const char *digest, guint8 *hash, gsize *length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, self->auth_data.data, (guint) self->auth_data.length);
  g_byte_array_append (bytes, self->client_hash.data, (guint) self->client_hash.length);
  return EVP_Q_digest (NULL, digest, NULL, bytes->data, bytes->len, hash, length) == 1;
}

static gboolean
has_word (X509 *certificate, int nid, char *word, int size)
{
  return X509_NAME_get_text_by_NID (X509_get_subject_name (certificate), nid, word, size) > 0;
}

/* Section 8.2.1. */
static gboolean
is_for_attestation (X509 *certificate)
{
  char word[64];

  return postern_passkey_certificate_is_last (certificate) && has_word (certificate, NID_countryName, word, sizeof word) && strlen (word) == 2 &&
         has_word (certificate, NID_organizationName, word, sizeof word) && has_word (certificate, NID_commonName, word, sizeof word) &&
         has_word (certificate, NID_organizationalUnitName, word, sizeof word) && g_str_equal (word, "Authenticator Attestation");
}

static gboolean
verify_none (const PosternPasskeyAttestation *self, GError **error)
{
  return postern_passkey_cbor_has_pairs (self->statement, 0) || postern_passkey_data_refuse (error, "none statement");
}

/* By the credential itself, or by a key that the maker put into all of a model. */
static gboolean
verify_packed (const PosternPasskeyAttestation *self, GError **error)
{
  gboolean own = postern_passkey_attestation_get_member (self, "x5c") == NULL;
  g_autoptr (X509) certificate = postern_passkey_attestation_read_certificate (self);
  PosternPasskeyBytes signature;
  gint64 alg;

  if (!postern_passkey_cbor_is_number (postern_passkey_attestation_get_member (self, "alg"), &alg) ||
      !postern_passkey_cbor_is_bytes (postern_passkey_attestation_get_member (self, "sig"), &signature) ||
      !postern_passkey_cbor_has_pairs (self->statement, own ? 2 : 3) || (!own && certificate == NULL) || alg == POSTERN_PASSKEY_ALG_RS1)
    return postern_passkey_data_refuse (error, "packed statement");
  if (own ? alg != self->key->alg : !is_for_attestation (certificate))
    return postern_passkey_data_refuse (error, own ? "packed algorithm" : "packed certificate");
  if (!own && !postern_passkey_certificate_is_of_model (certificate, self->data->aaguid))
    return postern_passkey_data_refuse (error, "packed AAGUID");
  return postern_passkey_key_verify (own ? self->key->key : X509_get0_pubkey (certificate), alg, self->auth_data, self->client_hash, signature) ||
         postern_passkey_data_refuse (error, "packed signature");
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
verify_u2f (const PosternPasskeyAttestation *self, GError **error)
{
  const PosternPasskeyCborItem *x5c = postern_passkey_attestation_get_member (self, "x5c");
  g_autoptr (X509) certificate = postern_passkey_attestation_read_certificate (self);
  g_autoptr (GByteArray) message = NULL;
  PosternPasskeyBytes signature;

  if (certificate == NULL || x5c->number != 1 || !postern_passkey_cbor_has_pairs (self->statement, 2) || self->key->alg != POSTERN_PASSKEY_ALG_ES256 ||
      !postern_passkey_cbor_is_bytes (postern_passkey_attestation_get_member (self, "sig"), &signature) ||
      EVP_PKEY_get_bits (X509_get0_pubkey (certificate)) != 256)
    return postern_passkey_data_refuse (error, "fido-u2f statement");
  message = make_u2f_message (self);
  return postern_passkey_key_verify (X509_get0_pubkey (certificate), POSTERN_PASSKEY_ALG_ES256, (PosternPasskeyBytes){ message->data, message->len },
                                     (PosternPasskeyBytes){ NULL, 0 }, signature) ||
         postern_passkey_data_refuse (error, "fido-u2f signature");
}

static const struct {
  const char *name;
  gboolean (*verify) (const PosternPasskeyAttestation *self, GError **error);
} formats[] = {
  { "none", verify_none },
  { "packed", verify_packed },
  { "fido-u2f", verify_u2f },
  { "tpm", postern_passkey_tpm_verify },
  { "apple", postern_passkey_apple_verify },
  { "android-key", postern_passkey_android_verify },
};

gboolean
postern_passkey_attestation_verify (const PosternPasskeyAttestation *self, const PosternPasskeyCborItem *format, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (postern_passkey_cbor_is_text (format, formats[i].name))
      return formats[i].verify (self, error);
  return postern_passkey_data_refuse (error, "attestation of a format that is not known");
}
