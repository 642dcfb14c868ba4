/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-error.h"
#include "postern-json.h"
#include "postern-jwt.h"
#include "postern-protocol.h"
#include "postern-response.h"

G_BEGIN_DECLS

/*
 * For tests: a whole provider without a socket. The plugin is loaded as the server loads it; its handlers are called
 * through its own route table, over a real store in a folder of its own. One person, Alice, is signed in.
 */
#define POSTERN_OIDC_WORLD_ISSUER "https://id.example"
#define POSTERN_OIDC_WORLD_VERIFIER "a-verifier-of-forty-three-characters-or-more-0"

typedef struct {
  char *location;
  PosternStore *store;
  PosternTenant *tenant;
  PosternHub *hub;
  PosternRegistry *registry;
  PosternRuntime *runtime;
  PosternFlowEngine *engine;
  PosternProtocol *oidc;
  char *user_id, *session_id, *cookie;
  char *web, *web_secret;     /* confidential, client_secret_basic, everything allowed, ES256 ID tokens */
  char *other, *other_secret; /* another one */
  char *spa;                  /* public */
  char *service, *service_secret;
  char *signer;               /* private_key_jwt */
  PosternJwk *signer_key;
} PosternOidcWorld;

PosternOidcWorld *postern_oidc_world_new (void);
/** postern_oidc_world_new_with_grace: with the setting refresh-grace, in seconds */
PosternOidcWorld *postern_oidc_world_new_with_grace (const char *grace);
void postern_oidc_world_free (PosternOidcWorld *self);

/** postern_oidc_world_add_application: @metadata: JSON with ' for "; @secret: (out) (optional). (transfer full): its id */
char *postern_oidc_world_add_application (PosternOidcWorld *self, const char *kind, const char *metadata, char **secret);
void postern_oidc_world_write (PosternOidcWorld *self, PosternTxnFunc func, gpointer data);

/** postern_oidc_world_call: @target is a path with query; @body: (nullable); @authorization: (nullable). (transfer full) */
PosternResponse *postern_oidc_world_call (PosternOidcWorld *self, const char *method, const char *target, const char *body, const char *authorization, gboolean with_cookie);
/** postern_oidc_world_call_inline: the inline handler alone; (nullable) */
PosternResponse *postern_oidc_world_call_inline (PosternOidcWorld *self, const char *method, const char *target, const char *body, const char *authorization);
char *postern_oidc_world_basic (const char *id, const char *secret); /* (transfer full): the header */

/** postern_oidc_world_authorize: GET /oidc/authorize as Alice; @pairs: name, value, …, NULL go over the usual ones; a NULL-like value "-" takes one away. */
PosternResponse *postern_oidc_world_authorize (PosternOidcWorld *self, const char *client_id, const char *const *pairs);
/** postern_oidc_world_get_code: that, and the code of its redirect: (transfer full) */
char *postern_oidc_world_get_code (PosternOidcWorld *self, const char *client_id, const char *const *pairs);
/** postern_oidc_world_redeem: the token response's JSON, whatever its status: (transfer full) */
GVariant *postern_oidc_world_redeem (PosternOidcWorld *self, const char *code, const char *verifier, guint *status);
GVariant *postern_oidc_world_token (PosternOidcWorld *self, const char *body, const char *authorization, guint *status);

char *postern_oidc_world_dup_parameter (const char *url, const char *name); /* (transfer full) (nullable) */
GVariant *postern_oidc_world_json (PosternResponse *response);              /* (transfer full): fails the test when it is none */
/** postern_oidc_world_verify: with the published keys: (transfer full): the claims; fails the test */
GVariant *postern_oidc_world_verify (PosternOidcWorld *self, const char *token, const char *typ);
/** postern_oidc_world_sign_in: to the web application, as an authorization request with @pairs (nullable). (transfer full): the token response */
GVariant *postern_oidc_world_sign_in (PosternOidcWorld *self, const char *const *pairs);
/** postern_oidc_world_get: a member of @answer that must be there. */
const char *postern_oidc_world_get (GVariant *answer, const char *name);
/** postern_oidc_world_introspect: by the application of @id and @secret. (transfer full) */
GVariant *postern_oidc_world_introspect (PosternOidcWorld *self, const char *token, const char *id, const char *secret);
/** postern_oidc_world_is_active: as that application is told; of a dead token nothing else. */
gboolean postern_oidc_world_is_active (PosternOidcWorld *self, const char *token, const char *id, const char *secret);
/** postern_oidc_world_refused: the token endpoint answers @status and @error, and gives no token. */
void postern_oidc_world_refused (PosternOidcWorld *self, const char *body, const char *authorization, guint status, const char *error);
/** postern_oidc_world_race: asks it eight times at once. Returns: how many were answered 200 */
guint postern_oidc_world_race (PosternOidcWorld *self, const char *body, const char *authorization);
void postern_oidc_world_assert_error (PosternResponse *response, guint status, const char *error);
/** postern_oidc_world_assert_redirect_error: a 303 to the application with @error, `iss`, and `state` unless it was not sent */
void postern_oidc_world_assert_redirect_error (PosternResponse *response, const char *error);
/** postern_oidc_world_assert_page: an error page of ours, and nothing that leads away */
void postern_oidc_world_assert_page (PosternResponse *response);

G_END_DECLS
