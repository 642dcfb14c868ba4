/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-jwe.h"
#include "postern-records.h"

G_BEGIN_DECLS

/** PosternClientEncryption: what is encrypted to the application; `alg` UNKNOWN: nothing. */
typedef struct {
  PosternJweAlg alg;
  PosternJweEnc enc;
} PosternClientEncryption;

/**
 * PosternClient: an application's record with its metadata read into typed fields (RFC 7591 section 2, OpenID
 * Connect Dynamic Registration section 2). Immutable, reference counted, cached. The only place that knows defaults.
 */
typedef struct {
  PosternApplication *application; /* owned */
  char **redirect_uris, **post_logout_redirect_uris;
  char **grant_types, **response_types;
  char **scopes;            /* allowed; default: openid profile email phone address offline_access */
  char **resources;         /* allowed audiences (RFC 8707) */
  char *token_endpoint_auth_method; /* none, client_secret_basic, client_secret_post, private_key_jwt */
  PosternJwkSet *jwks;      /* (nullable) */
  char *jwks_uri;           /* (nullable) */
  PosternJoseAlg id_token_alg;     /* default RS256 (OpenID Connect Registration section 2) */
  PosternJoseAlg access_token_alg; /* UNKNOWN: the server's default */
  gboolean access_token_opaque;    /* else a JWT */
  PosternJoseAlg userinfo_alg; /* UNKNOWN: plain JSON */
  PosternClientEncryption id_token_encryption, userinfo_encryption;
  PosternJoseAlg request_object_alg; /* UNKNOWN: any we know */
  char *backchannel_logout_uri; gboolean backchannel_logout_session_required;
  gint64 access_token_lifetime, id_token_lifetime, refresh_token_lifetime; /* seconds; 0: the tenant's policy */
  guint second_factor, second_factors; /* as the tenant's policy says it (postern-assurance.h); 0: no say */
  gint64 default_max_age;   /* -1: not set */
  gboolean require_auth_time, refresh_rotation, require_pkce;
  gboolean authorization_challenge; /* ours, and may sign people in on pages of its own, without a browser */
  GVariant *claims_map;     /* (nullable): postern-claims-map.h: what ID tokens and userinfo say besides */
  char *logo_uri, *client_uri, *policy_uri, *tos_uri;
} PosternClient;

/** postern_client_new: takes a reference of @application. NULL if its metadata holds a key set that cannot be read. */
PosternClient *postern_client_new (PosternApplication *application, GError **error);
PosternClient *postern_client_ref (PosternClient *self);
void postern_client_unref (PosternClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternClient, postern_client_unref)

gboolean postern_client_allows_grant (PosternClient *self, const char *grant_type);
gboolean postern_client_allows_scope (PosternClient *self, const char *scope);
/** postern_client_check_secret: constant time over all secrets that are not expired; @now in seconds */
gboolean postern_client_check_secret (PosternClient *self, const char *secret, gint64 now);
/** postern_client_matches_redirect: exact string; for kind "native" a loopback address may bring any port (RFC 8252 section 7.3). */
gboolean postern_client_matches_redirect (PosternClient *self, const char *redirect_uri);

/**
 * postern_application_validate: what the API, the CLI and registration call before storing.
 * @error: POSTERN_ERROR_INVALID_REQUEST; its message begins with the wrong member's name and a colon
 */
gboolean postern_application_validate (PosternApplication *application, GError **error);
/**
 * postern_application_id_is_valid: whether @id can be a client_id: one that the server made, or one of somebody's own: of VSCHAR (RFC 6749 appendix A.1)
 * letters, digits and -._~, which need no escaping anywhere, from 3 to 64 of them, the first a letter or a digit. None that looks as what the server
 * calls something else, such as usr_…, or itself: tokens and the audit log have both as who somebody is.
 */
gboolean postern_application_id_is_valid (const char *id);
#define POSTERN_APPLICATION_ID_RULE "must be 3 to 64 letters, digits and -._~, of which the first is a letter or digit, and must not begin as ids that this server makes (three letters and _)"
/**
 * postern_application_add_secret: a new client secret, only its hash is kept in @application (not shared yet, not stored yet).
 * @now, @expires_at: seconds; @expires_at 0 for never
 * Returns: (transfer full) (nullable): the secret, shown once; free with postern_secret_free(). NULL: too many already
 */
char *postern_application_add_secret (PosternApplication *application, gint64 now, gint64 expires_at, GError **error);
/** postern_application_remove_secret: FALSE if there is none of that id */
gboolean postern_application_remove_secret (PosternApplication *application, const char *secret_id);

G_END_DECLS
