/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-attestation.h"

#include "postern-passkey-certificate.h"

#define OID_NONCE "1.2.840.113635.100.8.2"

/* SEQUENCE { [1] { OCTET STRING } } */
static gboolean
read_nonce (X509 *certificate, PosternPasskeyBytes *nonce)
{
  PosternPasskeyBytes value, sequence, tagged;

  return postern_passkey_certificate_get_extension (certificate, OID_NONCE, &value) &&
         postern_passkey_certificate_take_der (&value, V_ASN1_SEQUENCE, &sequence) && value.length == 0 &&
         postern_passkey_certificate_take_der (&sequence, POSTERN_PASSKEY_DER_CONTEXT | 1, &tagged) && sequence.length == 0 &&
         postern_passkey_certificate_take_der (&tagged, V_ASN1_OCTET_STRING, nonce) && tagged.length == 0;
}

/* Nothing is signed but the certificate, and its extension says for what. */
gboolean
postern_passkey_apple_verify (const PosternPasskeyAttestation *self, GError **error)
{
  g_autoptr (X509) certificate = postern_passkey_attestation_read_certificate (self);
  guint8 hash[EVP_MAX_MD_SIZE];
  PosternPasskeyBytes expected = { hash, 0 };
  PosternPasskeyBytes nonce;

  if (certificate == NULL || !postern_passkey_cbor_has_pairs (self->statement, 1))
    return postern_passkey_data_refuse (error, "apple statement");
  if (!postern_passkey_attestation_hash (self, "SHA256", hash, &expected.length) || !read_nonce (certificate, &nonce) ||
      !postern_passkey_cbor_equal (nonce, expected))
    return postern_passkey_data_refuse (error, "apple nonce");
  return EVP_PKEY_eq (X509_get0_pubkey (certificate), self->key->key) == 1 || postern_passkey_data_refuse (error, "apple public key");
}
