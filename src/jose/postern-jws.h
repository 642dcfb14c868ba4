/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwk.h"

G_BEGIN_DECLS

#define POSTERN_JWS_MAX_BYTES (64 * 1024)

/**
 * postern_jws_sign: compact serialization (RFC 7515 section 7.1). Thread-safe; no lock is held while signing.
 * @typ: (nullable): header `typ`; @payload: bytes, usually JSON
 * Returns: (transfer full) (nullable)
 */
POSTERN_JOSE_API char *postern_jws_sign (PosternJwk *key, PosternJoseAlg alg, const char *typ, const char *payload, gsize length, GError **error);

/**
 * postern_jws_verify: strict. JSON serializations, `crit` we do not know, `b64`, unknown algorithms and header keys
 * (`jwk`, `jku`, `x5u`, `x5c` are never used) are refused; the key decides which algorithms fit.
 * @algs: (array length=n_algs): which are acceptable here; never empty
 * @header: (out) (optional) (transfer full): a{sv}
 * Returns: (transfer full) (nullable): the payload
 */
POSTERN_JOSE_API GBytes *postern_jws_verify (const char *token, gssize length, PosternJwkSet *keys, const PosternJoseAlg *algs, guint n_algs, GVariant **header, GError **error);

/** postern_jws_peek_header: reads, does not trust: for choosing a key set. Returns: (transfer full) (nullable) */
POSTERN_JOSE_API GVariant *postern_jws_peek_header (const char *token, gssize length, GError **error);

G_END_DECLS
