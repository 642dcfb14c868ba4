/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-attestation.h"

#include "postern-passkey-certificate.h"
#include "postern-passkey-trust.h"

#define OID_DESCRIPTION "1.3.6.1.4.1.11129.2.1.17"
#define TAG_PURPOSE (POSTERN_PASSKEY_DER_CONTEXT | 1)
#define TAG_ALL_APPLICATIONS (POSTERN_PASSKEY_DER_CONTEXT | 600)
#define TAG_ORIGIN (POSTERN_PASSKEY_DER_CONTEXT | 702)
#define PURPOSE_SIGN 2
#define ORIGIN_GENERATED 0

/* What a KeyDescription says of the key. */
typedef struct {
  gboolean all, origin, purpose; /* it says so at all */
  gboolean imported, other;      /* not generated in it; for something else than signing */
} Claims;

static gboolean
is_number (PosternPasskeyBytes value, guint8 number)
{
  PosternPasskeyBytes inner;

  return postern_passkey_certificate_take_der (&value, V_ASN1_INTEGER, &inner) && value.length == 0 && inner.length == 1 && inner.data[0] == number;
}

/* A SET OF INTEGER, of which there must be one. */
static gboolean
is_to_sign (PosternPasskeyBytes value)
{
  PosternPasskeyBytes set;

  return postern_passkey_certificate_take_der (&value, V_ASN1_SET, &set) && value.length == 0 && is_number (set, PURPOSE_SIGN);
}

/* An AuthorizationList: each member has an explicit tag, and may be left out. */
static gboolean
read_list (PosternPasskeyBytes list, Claims *claims)
{
  while (list.length > 0) {
    int tag = postern_passkey_certificate_peek_der (list);
    PosternPasskeyBytes value;

    if (tag < POSTERN_PASSKEY_DER_CONTEXT || !postern_passkey_certificate_take_der (&list, tag, &value))
      return FALSE;
    claims->all |= tag == TAG_ALL_APPLICATIONS;
    claims->origin |= tag == TAG_ORIGIN;
    claims->imported |= tag == TAG_ORIGIN && !is_number (value, ORIGIN_GENERATED);
    claims->purpose |= tag == TAG_PURPOSE;
    claims->other |= tag == TAG_PURPOSE && !is_to_sign (value);
  }
  return TRUE;
}

static gboolean
check_lists (const PosternPasskeyAttestation *self, PosternPasskeyBytes software, PosternPasskeyBytes hardware, GError **error)
{
  Claims soft = { 0 };
  Claims hard = { 0 };
  gboolean relied = postern_passkey_trust_has_roots (self->trust);

  if (!read_list (software, &soft) || !read_list (hardware, &hard))
    return postern_passkey_data_refuse (error, "android key description");
  if (soft.all || hard.all)
    return postern_passkey_data_refuse (error, "android allApplications");
  /* The specification's own example says neither; where it is relied on what the maker vouches for, the hardware must. */
  if (soft.imported || hard.imported || (relied && !hard.origin))
    return postern_passkey_data_refuse (error, "android origin");
  if (soft.other || hard.other || (relied && !hard.purpose))
    return postern_passkey_data_refuse (error, "android purpose");
  return TRUE;
}

/* KeyDescription: version, security level, and both of the implementation, challenge, unique id, and two lists. */
static gboolean
check_description (const PosternPasskeyAttestation *self, X509 *certificate, GError **error)
{
  PosternPasskeyBytes value, description, challenge, skipped, software, hardware;

  if (!postern_passkey_certificate_get_extension (certificate, OID_DESCRIPTION, &value) ||
      !postern_passkey_certificate_take_der (&value, V_ASN1_SEQUENCE, &description) || value.length > 0 ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_INTEGER, &skipped) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_ENUMERATED, &skipped) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_INTEGER, &skipped) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_ENUMERATED, &skipped) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_OCTET_STRING, &challenge) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_OCTET_STRING, &skipped) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_SEQUENCE, &software) ||
      !postern_passkey_certificate_take_der (&description, V_ASN1_SEQUENCE, &hardware) || description.length > 0)
    return postern_passkey_data_refuse (error, "android key description");
  if (!postern_passkey_cbor_equal (challenge, self->client_hash))
    return postern_passkey_data_refuse (error, "android challenge");
  return check_lists (self, software, hardware, error);
}

gboolean
postern_passkey_android_verify (const PosternPasskeyAttestation *self, GError **error)
{
  g_autoptr (X509) certificate = postern_passkey_attestation_read_certificate (self);
  PosternPasskeyBytes signature;
  gint64 alg;

  if (certificate == NULL || !postern_passkey_cbor_has_pairs (self->statement, 3) ||
      !postern_passkey_cbor_is_number (postern_passkey_attestation_get_member (self, "alg"), &alg) || alg != self->key->alg ||
      !postern_passkey_cbor_is_bytes (postern_passkey_attestation_get_member (self, "sig"), &signature))
    return postern_passkey_data_refuse (error, "android statement");
  if (!postern_passkey_key_verify (X509_get0_pubkey (certificate), alg, self->auth_data, self->client_hash, signature))
    return postern_passkey_data_refuse (error, "android signature");
  if (EVP_PKEY_eq (X509_get0_pubkey (certificate), self->key->key) != 1)
    return postern_passkey_data_refuse (error, "android public key");
  return check_description (self, certificate, error);
}
