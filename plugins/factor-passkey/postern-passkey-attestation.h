/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

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
} PosternPasskeyAttestation;

/**
 * postern_passkey_attestation_verify: that the statement of @format (section 8) is one, and is about this credential. Who vouches with it is
 * not looked at: a certificate in it may be anybody's.
 */
gboolean postern_passkey_attestation_verify (const PosternPasskeyAttestation *self, const PosternPasskeyCborItem *format, GError **error);

G_END_DECLS
