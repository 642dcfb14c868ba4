/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-response.h"

#include "postern-passkey-trust.h"

static gboolean
hash (PosternPasskeyBytes bytes, guint8 *out)
{
  unsigned int length = POSTERN_PASSKEY_HASH;

  return EVP_Digest (bytes.data, bytes.length, out, &length, EVP_sha256 (), NULL) == 1;
}

static gboolean
read_key (PosternPasskeyKey *key, PosternPasskeyBytes bytes)
{
  PosternPasskeyCbor cbor;

  return postern_passkey_cbor_read (&cbor, bytes, NULL) && postern_passkey_key_read (key, &cbor, cbor.items);
}

static gboolean
check_credential (PosternPasskeyAttestation *it, const PosternPasskeyCborItem *format, PosternPasskeyMade *made, GError **error)
{
  g_auto (PosternPasskeyKey) key = { 0 };

  if (!read_key (&key, made->data.key))
    return postern_passkey_data_refuse (error, "public key");
  made->alg = key.alg;
  it->key = &key;
  return postern_passkey_attestation_verify (it, format, error) && postern_passkey_trust_check (it->trust, it, error);
}

gboolean
postern_passkey_response_check_create (const PosternPasskeyExpected *expected, PosternPasskeyBytes client_data, PosternPasskeyBytes attestation,
                                       PosternPasskeyMade *made, GError **error)
{
  PosternPasskeyCbor cbor;
  guint8 client_hash[POSTERN_PASSKEY_HASH];
  PosternPasskeyAttestation it = { .cbor = &cbor, .client_hash = { client_hash, sizeof client_hash }, .data = &made->data, .trust = expected->trust };

  if (!postern_passkey_data_check_client (client_data, expected, error))
    return FALSE;
  if (!postern_passkey_cbor_read (&cbor, attestation, NULL) || !postern_passkey_cbor_has_pairs (cbor.items, 3))
    return postern_passkey_data_refuse (error, "attestationObject");
  it.statement = postern_passkey_cbor_find (&cbor, cbor.items, "attStmt");
  if (it.statement == NULL || !postern_passkey_cbor_is_bytes (postern_passkey_cbor_find (&cbor, cbor.items, "authData"), &it.auth_data))
    return postern_passkey_data_refuse (error, "attestationObject");
  if (!postern_passkey_data_read (&made->data, it.auth_data) || !(made->data.flags & POSTERN_PASSKEY_FLAG_AT))
    return postern_passkey_data_refuse (error, "authData");
  if (!postern_passkey_data_check (&made->data, expected, error))
    return FALSE;
  if (!hash (client_data, client_hash))
    return postern_passkey_data_refuse (error, "hash");
  return check_credential (&it, postern_passkey_cbor_find (&cbor, cbor.items, "fmt"), made, error);
}

gboolean
postern_passkey_response_check_get (const PosternPasskeyExpected *expected, PosternPasskeyBytes key, const PosternPasskeyAssertion *assertion,
                                    PosternPasskeyData *data, GError **error)
{
  guint8 client_hash[POSTERN_PASSKEY_HASH];
  g_auto (PosternPasskeyKey) public_key = { 0 };

  if (!postern_passkey_data_check_client (assertion->client_data, expected, error))
    return FALSE;
  if (!postern_passkey_data_read (data, assertion->auth_data))
    return postern_passkey_data_refuse (error, "authData");
  if (!postern_passkey_data_check (data, expected, error))
    return FALSE;
  if (!read_key (&public_key, key))
    return postern_passkey_data_refuse (error, "public key");
  if (!hash (assertion->client_data, client_hash) ||
      !postern_passkey_key_verify (public_key.key, public_key.alg, assertion->auth_data, (PosternPasskeyBytes){ client_hash, sizeof client_hash },
                                   assertion->signature))
    return postern_passkey_data_refuse (error, "signature");
  return TRUE;
}

gboolean
postern_passkey_response_is_counted (guint32 old, guint32 new_counter)
{
  return new_counter > old || (old == 0 && new_counter == 0);
}
