/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** PosternOidcAsk: an authorization request while it is read (OpenID Connect Core 3.1.2.1). Lives on one handler's stack. */
typedef struct {
  PosternOidc *oidc;
  PosternRequest *request;
  PosternPairs *parameters; /* (nullable): a reference; a request object puts its own in place */
  PosternClient *client;
  PosternFlow *flow;      /* what the checks fill in */
  gboolean redirectable;  /* client and redirect URI are known: from now on errors may go to the application */
  char *redirect_uri;
  const char *response_mode; /* "query" until asked otherwise; static */
  char *code_challenge;   /* (nullable) */
} PosternOidcAsk;

/** postern_oidc_ask_get: (transfer none) (nullable): NULL when absent or empty: one without a value counts as omitted (RFC 6749 section 3.1) */
const char *postern_oidc_ask_get (PosternOidcAsk *self, const char *name);
/** postern_oidc_ask_dup_list: a space-separated parameter without empty members: (transfer full) (nullable) */
char **postern_oidc_ask_dup_list (PosternOidcAsk *self, const char *name);

/** PosternOidcCheck: reads its parameters into the flow, or refuses. Runs on a handler thread. */
typedef gboolean (*PosternOidcCheck) (PosternOidcAsk *ask, GError **error);

/* One file each; postern-oidc-authorize.c has their order. */
gboolean postern_oidc_check_client (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_request_object (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_redirect_uri (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_response_mode (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_response_type (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_sizes (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_pkce (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_scope (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_resource (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_prompt (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_max_age (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_claims (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_id_token_hint (PosternOidcAsk *ask, GError **error);
gboolean postern_oidc_check_hints (PosternOidcAsk *ask, GError **error);

G_END_DECLS
