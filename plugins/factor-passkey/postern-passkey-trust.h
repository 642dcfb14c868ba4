/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-attestation.h"

G_BEGIN_DECLS

/** PosternPasskeyTrustPolicy: the settings about it. */
typedef struct {
  const char *name;           /* (nullable): none, roots or aaguid */
  const char *roots;          /* (nullable): a PEM file, or a folder of them */
  const char *const *aaguids; /* (nullable) */
} PosternPasskeyTrustPolicy;

/**
 * postern_passkey_trust_new: whose authenticators are taken. Immutable; any thread may ask.
 * - `none`: any, and a statement need not be there;
 * - `roots`: those whose certificate leads to one of the named;
 * - `aaguid`: those that say one of the named models of themselves; with roots named, their certificate must lead there, too.
 * Certificates that were taken back are not looked for.
 * Returns: (transfer full) (nullable): NULL with CONFIG, also when something is named that the policy would not look at
 */
PosternPasskeyTrust *postern_passkey_trust_new (const PosternPasskeyTrustPolicy *policy, GError **error);
void postern_passkey_trust_free (PosternPasskeyTrust *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPasskeyTrust, postern_passkey_trust_free)

/** postern_passkey_trust_has_roots: whether it is relied on what a statement says. @self: (nullable): takes any */
gboolean postern_passkey_trust_has_roots (const PosternPasskeyTrust *self);
/** postern_passkey_trust_get_conveyance: what a page asks the browser for. (transfer none) */
const char *postern_passkey_trust_get_conveyance (const PosternPasskeyTrust *self);
/** postern_passkey_trust_check: of a statement that was verified. FALSE with CREDENTIALS */
gboolean postern_passkey_trust_check (const PosternPasskeyTrust *self, const PosternPasskeyAttestation *attestation, GError **error);

G_END_DECLS
