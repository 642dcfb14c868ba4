/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <openssl/x509.h>

#include "postern-passkey-data.h"

G_BEGIN_DECLS

/** PosternPasskeyAttestation: what a statement is about, and itself. */
typedef struct {
  const PosternPasskeyCbor *cbor; /* of the attestation object */
  const PosternPasskeyCborItem *statement;
  PosternPasskeyBytes auth_data;
  PosternPasskeyBytes client_hash;
  const PosternPasskeyData *data; /* auth_data as it was read */
  const PosternPasskeyKey *key;   /* the credential's */
  const PosternPasskeyTrust *trust; /* (nullable) */
} PosternPasskeyAttestation;

/**
 * postern_passkey_attestation_verify: that the statement of @format (section 8) is one, and is about this credential. Who vouches with it
 * is postern_passkey_trust_check()'s to say: without that a certificate in it may be anybody's.
 */
gboolean postern_passkey_attestation_verify (const PosternPasskeyAttestation *self, const PosternPasskeyCborItem *format, GError **error);

/* Formats that have a file of their own. */
gboolean postern_passkey_android_verify (const PosternPasskeyAttestation *self, GError **error);
gboolean postern_passkey_apple_verify (const PosternPasskeyAttestation *self, GError **error);
gboolean postern_passkey_tpm_verify (const PosternPasskeyAttestation *self, GError **error);

/* What they share: a member of the statement … */
const PosternPasskeyCborItem *postern_passkey_attestation_get_member (const PosternPasskeyAttestation *self, const char *name);
/* … the first certificate of x5c, (transfer full) (nullable) … */
X509 *postern_passkey_attestation_read_certificate (const PosternPasskeyAttestation *self);
/* … and the hash of what is attested: authenticator data and the client data's hash. @hash: of EVP_MAX_MD_SIZE */
gboolean postern_passkey_attestation_hash (const PosternPasskeyAttestation *self, const char *digest, guint8 *hash, gsize *length);

G_END_DECLS
