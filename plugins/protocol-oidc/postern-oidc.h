/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-error.h"
#include "postern-protocol.h"
#include "postern-request.h"
#include "postern-response.h"

G_BEGIN_DECLS

/** PosternOidc: the OpenID Connect and OAuth 2.1 provider. Immutable once started, but for its caches; thread-safe. */
#define POSTERN_TYPE_OIDC (postern_oidc_get_type ())
G_DECLARE_FINAL_TYPE (PosternOidc, postern_oidc, POSTERN, OIDC, PosternProtocol)

#define POSTERN_OIDC_CODE_LIFETIME 60    /* seconds (RFC 6749 section 4.1.2 allows 600; a redirect needs one) */
#define POSTERN_OIDC_PARAMETER_MAX 4096  /* bytes of one parameter that is no token */
#define POSTERN_OIDC_DEFAULT_ALG POSTERN_JOSE_ALG_ES256 /* of access tokens, when nobody says otherwise */

#define POSTERN_OIDC_TYPE_ACCESS_TOKEN "at+jwt"
#define POSTERN_OIDC_TYPE_LOGOUT_TOKEN "logout+jwt"

typedef struct _PosternOidcCourier PosternOidcCourier;

PosternTenant *postern_oidc_get_tenant (PosternOidc *self);   /* (transfer none) */
const char *postern_oidc_get_issuer (PosternOidc *self);
PosternRuntime *postern_oidc_get_runtime (PosternOidc *self); /* (transfer none) */
PosternFlowEngine *postern_oidc_get_engine (PosternOidc *self); /* (transfer none) */
PosternOidcCourier *postern_oidc_get_courier (PosternOidc *self); /* (transfer none) */
GBytes *postern_oidc_get_metadata (PosternOidc *self);        /* (transfer none): the discovery document */
gint64 postern_oidc_get_refresh_grace (PosternOidc *self);    /* seconds */

/**
 * postern_oidc_find_client: (transfer full) (nullable): NULL without an error: no application has this id; with one, nobody could look.
 */
PosternClient *postern_oidc_find_client (PosternOidc *self, const char *client_id, GError **error);
PosternJwkSet *postern_oidc_dup_keys (PosternOidc *self);         /* (transfer full): all that are published; may read the store */
/** postern_oidc_dup_keys_json: @keys as JSON, printed once for each state of the ring. (transfer full) */
GBytes *postern_oidc_dup_keys_json (PosternOidc *self, PosternJwkSet *keys);

/** postern_oidc_now: seconds since 1970 */
gint64 postern_oidc_now (void);

G_END_DECLS
