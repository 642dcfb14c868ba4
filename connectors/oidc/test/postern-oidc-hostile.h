/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

#include "postern-jwt.h"

G_BEGIN_DECLS

/**
 * PosternOidcHostile: an OpenID provider in a thread of the test. It behaves, except for what a test sets; a test sets
 * between two sign-ins, when no request is under way. URLs are NULL-terminated text owned by the provider.
 */
typedef struct {
  char *issuer;
  PosternJwk *key;       /* signs */
  PosternJoseAlg alg;
  PosternJwk *published; /* what jwks_uri shows; may be another one */

  /* each (nullable): JSON objects whose members replace those of the good answer; null takes a member out */
  const char *metadata, *claims, *userinfo, *token;
  const char *max_age;   /* (nullable): seconds, what the engine asks of the connector */
  char *id_token;        /* sent instead of a signed one */
  const char *misbehave; /* a path that answers with @how */
  const char *how;       /* "huge" (10 MiB), "redirect", "garbage", "500", "refuse", "error-200" (a refusal with status 200) */

  /* what was seen */
  char *nonce, *challenge, *url;
  char *last_form, *last_authorization;
  gboolean verifier_matches;
  guint n_metadata, n_jwks, n_userinfo;

  gpointer server; /* its own */
} PosternOidcHostile;

/** postern_oidc_hostile_reset: behaves again, and forgets what it saw; keeps its keys */
void postern_oidc_hostile_reset (PosternOidcHostile *self);

/** postern_oidc_hostile_connector: an instance of @type for this provider; @extra: (nullable): JSON object of further settings */
PosternAuthenticator *postern_oidc_hostile_connector (PosternOidcHostile *self, GType type, const char *extra);
/** postern_oidc_hostile_refuse_settings: an instance of @type takes none of @bad: (array zero-terminated=1): each the text of an a{ss} */
void postern_oidc_hostile_refuse_settings (GType type, const char *const *bad);
/** postern_oidc_hostile_refused: that @step is an error of the provider, in whose message @why stands. */
void postern_oidc_hostile_refused (PosternStep *step, const char *why);
/** postern_oidc_hostile_begin: the BEGIN step, answered. Reads nonce and challenge from the redirect, if there is one. */
PosternStep *postern_oidc_hostile_begin (PosternOidcHostile *self, PosternAuthenticator *connector);
/** postern_oidc_hostile_callback: the CALLBACK step after @begun, answered. @input: JSON object of parameters */
PosternStep *postern_oidc_hostile_callback (PosternStep *begun, PosternAuthenticator *connector, const char *input);
/** postern_oidc_hostile_sign_in: both, with a good code. */
PosternStep *postern_oidc_hostile_sign_in (PosternOidcHostile *self, PosternAuthenticator *connector);
/** postern_oidc_hostile_parameter: (transfer full) (nullable): of the URL that the browser was sent to */
char *postern_oidc_hostile_parameter (PosternOidcHostile *self, const char *name);

/** A test's name, such as "/oidc/good", and what it does. */
typedef struct {
  const char *name;
  void (*run) (void);
} PosternOidcHostileTest;

/** postern_oidc_hostile_main: a test program's: runs @tests, up to one without a name, each against *@provider as it is when it behaves. Returns: what main() does */
int postern_oidc_hostile_main (int argc, char **argv, PosternOidcHostile **provider, const PosternOidcHostileTest *tests);

G_END_DECLS
