/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** PosternOidcAccessToken: what goes into an access token (RFC 9068 section 2.2). Borrows everything. */
typedef struct {
  const char *subject;   /* the user, or the client itself */
  const char *client_id;
  const char *scope;     /* space-separated; (nullable) */
  const char *const *audience; /* (nullable): the issuer itself */
  const char *grant_id;  /* (nullable) for client credentials: what revocation and introspection look at */
  const char *session_id; /* (nullable) */
  const char *organization_id; /* (nullable): the one that the person acts for */
  const char *acr;
  const char *const *amr;
  gint64 auth_time;      /* 0: left out */
  gint64 lifetime;       /* seconds */
  const char *const *roles, *const *organization_roles, *const *permissions; /* (nullable): of a managed resource */
  GVariant *claims;      /* (nullable): a{sv}: the operator's own */
} PosternOidcAccessToken;

/** postern_oidc_access_token_alg: by application, else the default */
PosternJoseAlg postern_oidc_access_token_alg (PosternClient *client);
/** postern_oidc_access_token_lifetime: in seconds: by application, else by the tenant's policy; no longer than each of the managed @resources (nullable) wants */
gint64 postern_oidc_access_token_lifetime (PosternOidc *oidc, PosternClient *client, const char *const *resources);

/**
 * postern_oidc_access_token_make: as the application has them. Never blocks. @key: (nullable): signs a JWT of type `at+jwt`
 * @kept: (out) (transfer full): of an opaque one, what must be kept before anybody is given it; else NULL
 * Returns: (transfer full) (nullable): the token
 */
char *postern_oidc_access_token_make (PosternOidc *oidc, PosternClient *client, PosternJwk *key, const PosternOidcAccessToken *fields,
                                      PosternAccessToken **kept, GError **error);
/** postern_oidc_access_token_is: whether @token looks like one, of either format; a refresh token never does. */
gboolean postern_oidc_access_token_is (const char *token);

/**
 * postern_oidc_access_token_verify: signature, issuer, type and times, or that it is kept; not whether it was revoked. Reads the
 * store for an opaque one.
 * Returns: (transfer full) (nullable): the claims; NULL with INVALID_TOKEN, or with what the store said
 */
GVariant *postern_oidc_access_token_verify (PosternOidc *oidc, const char *token, GError **error);

/** postern_oidc_access_token_check_use: it was made for us ourselves, and has the scope @wanted. @scopes: (out) (transfer full): all it has. FALSE with INVALID_TOKEN or INSUFFICIENT_SCOPE */
gboolean postern_oidc_access_token_check_use (PosternOidc *oidc, GVariant *claims, const char *wanted, char ***scopes, GError **error);

/** PosternOidcStanding: what a token stands on. */
typedef struct {
  PosternGrant *grant; /* (nullable): none for client credentials, nor the others */
  PosternUser *user;
  PosternOrganization *organization; /* (nullable): the one that the person acts for */
} PosternOidcStanding;
void postern_oidc_access_token_clear_standing (PosternOidcStanding *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternOidcStanding, postern_oidc_access_token_clear_standing)

/**
 * postern_oidc_access_token_check_alive: nothing it stands on is gone: the token itself, its application, its grant, its session (unless the
 * grant is offline), its user, and that they belong to the organization they act for. Reads the store. @standing: (out) (optional): what was
 * found; to be cleared
 */
gboolean postern_oidc_access_token_check_alive (PosternOidc *oidc, GVariant *claims, PosternOidcStanding *standing, GError **error);

/** postern_oidc_access_token_check_grant: the same for a grant alone. */
gboolean postern_oidc_access_token_check_grant (PosternOidc *oidc, const char *grant_id, GError **error);
/**
 * postern_oidc_access_token_check_assurance: INSUFFICIENT_AUTHENTICATION where what was shown for the grant is not enough any more
 * (src/identity/postern-assurance.h): for our own resources (RFC 9470 section 3). Others read `acr` and `auth_time`.
 */
gboolean postern_oidc_access_token_check_assurance (PosternOidc *self, const PosternOidcStanding *standing, GError **error);

G_END_DECLS
