/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-data.h"

G_BEGIN_DECLS

/** PosternPasskeyMade: a new credential. It points into what was read. */
typedef struct {
  PosternPasskeyData data;
  gint64 alg;
} PosternPasskeyMade;

/**
 * postern_passkey_response_check_create: a registration (Web Authentication Level 3, section 7.1), all but whether the credential is new.
 * Returns: FALSE with CREDENTIALS and which check failed
 */
gboolean postern_passkey_response_check_create (const PosternPasskeyExpected *expected, PosternPasskeyBytes client_data, PosternPasskeyBytes attestation,
                                                PosternPasskeyMade *made, GError **error);

/** PosternPasskeyAssertion: what comes back from an authentication. */
typedef struct {
  PosternPasskeyBytes client_data, auth_data, signature;
} PosternPasskeyAssertion;

/**
 * postern_passkey_response_check_get: an authentication (section 7.2), all but whose credential it is and what the store knows of it (the
 * counter and the flag BE).
 * @key: the COSE_Key that was registered
 */
gboolean postern_passkey_response_check_get (const PosternPasskeyExpected *expected, PosternPasskeyBytes key, const PosternPasskeyAssertion *assertion,
                                             PosternPasskeyData *data, GError **error);

/** postern_passkey_response_is_counted: whether @new_counter may follow @old: it goes up, or the authenticator does not count at all. */
gboolean postern_passkey_response_is_counted (guint32 old, guint32 new_counter);

G_END_DECLS
