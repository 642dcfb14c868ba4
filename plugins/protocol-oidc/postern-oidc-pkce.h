/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** postern_oidc_pkce_is_challenge: the shape of an S256 challenge: 43 characters of base64url (RFC 7636 section 4.2) */
gboolean postern_oidc_pkce_is_challenge (const char *challenge);
/**
 * postern_oidc_pkce_verify: @verifier for @challenge, each (nullable). Both or neither: a verifier without a challenge means that somebody
 * took the challenge out of the request (downgrade, RFC 9700 section 4.8). FALSE with INVALID_GRANT.
 */
gboolean postern_oidc_pkce_verify (const char *challenge, const char *verifier, GError **error);

G_END_DECLS
