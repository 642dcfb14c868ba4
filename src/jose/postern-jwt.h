/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jws.h"

G_BEGIN_DECLS

/** PosternJwtRules: what must hold besides the signature (RFC 7519, RFC 8725). Zero or NULL means "not asked". */
typedef struct {
  const char *typ;      /* exact, without "application/", ASCII case-insensitive; NULL: must be absent or "JWT" */
  const char *issuer;   /* exact `iss` */
  const char *audience; /* must be in `aud` */
  gboolean sole_audience; /* `aud` must be exactly @audience */
  gboolean require_exp, require_iat, require_sub, require_jti;
  gint64 now;           /* seconds since 1970; 0: the clock */
  guint leeway;         /* seconds, for exp, nbf and an iat in the future */
  guint max_age;        /* seconds since `iat`; 0: any */
} PosternJwtRules;

/** postern_jwt_verify: Returns: (transfer full) (nullable): the claims, a{sv} */
POSTERN_JOSE_API GVariant *postern_jwt_verify (const char *token, gssize length, PosternJwkSet *keys, const PosternJoseAlg *algs, guint n_algs, const PosternJwtRules *rules, GError **error);
/** postern_jwt_sign: @claims a{sv}, floating is sunk */
POSTERN_JOSE_API char *postern_jwt_sign (PosternJwk *key, PosternJoseAlg alg, const char *typ, GVariant *claims, GError **error);
/** postern_jwt_check_claims: the rules alone, for claims whose signature was checked elsewhere. */
POSTERN_JOSE_API gboolean postern_jwt_check_claims (GVariant *claims, const PosternJwtRules *rules, GError **error);

G_END_DECLS
