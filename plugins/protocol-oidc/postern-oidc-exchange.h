/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc-client-auth.h"

G_BEGIN_DECLS

typedef struct _PosternOidcExchange PosternOidcExchange;

/** PosternOidcGrant: one row of the table of grant types in postern-oidc-token.c. */
typedef struct {
  const char *grant_type;
  PosternEntrance entrance;
  gboolean allow_inline; /* needs no store at all */
  /** prepare: reads the parameters; before the walk. */
  gboolean (*prepare) (PosternOidcExchange *exchange, GError **error);
  /** look: (nullable): in the walk's one read: finds what was shown and fills the flow in; changes nothing that is kept, may run twice */
  gboolean (*look) (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);
  /** sign: (nullable): after the walk, before the transaction; does nothing the second time */
  gboolean (*sign) (PosternOidcExchange *exchange, GError **error);
  /** issue: inside stage `issue`'s transaction; may run twice. (transfer full) (nullable) */
  PosternResponse *(*issue) (PosternOidcExchange *exchange, PosternTxn *txn, GError **error);
} PosternOidcGrant;

/**
 * PosternOidcExchange: one token request, from the form to the answer. Rides on its flow, which is never parked; one
 * thread uses it.
 */
struct _PosternOidcExchange {
  PosternOidc *oidc;       /* borrowed */
  PosternRequest *request; /* borrowed; NULL once the walk has begun */
  const PosternOidcGrant *row;
  PosternFlow *flow;       /* borrowed: it owns us */
  PosternOidcClientAuth auth;
  PosternJwk *access_key;  /* signs the access token; taken before the walk, so that stage `issue` does not block */
  char *resource;          /* (nullable): what this token is for (RFC 8707 section 2.2) */
  char *scope;             /* (nullable): what a refresh asks for */

  char *secret_hash;       /* of the code or the refresh token that was shown */
  char *grant_id;          /* (nullable): which grant that names */
  char *redirect_uri, *code_verifier; /* (nullable) */
  PosternGrant *grant;     /* (nullable) */

  char *access_token, *id_token; /* (nullable) until they are signed */
  PosternAccessToken *kept_token; /* (nullable): of an opaque access token, what is to be kept */
  gint64 lifetime;         /* seconds, of the access token */
  char *request_id, *remote_address; /* (nullable): for the audit log */
};

/** postern_oidc_exchange_new: makes the flow of @row's entrance and rides on it. Returns: (transfer full): the flow */
PosternFlow *postern_oidc_exchange_new (PosternOidc *oidc, PosternRequest *request, const PosternOidcGrant *row, PosternOidcExchange **exchange);
PosternOidcExchange *postern_oidc_exchange_get (PosternFlow *flow); /* (transfer none) (nullable) */

/** postern_oidc_exchange_refuse: FALSE, with the one answer for a secret that is unknown, wrong, used, over or another's. */
gboolean postern_oidc_exchange_refuse (GError **error);
/** postern_oidc_exchange_fail: that answer where the store found nothing alive; what else went wrong with it is told as it is, so that nobody throws a good token away. */
gboolean postern_oidc_exchange_fail (const GError *failure, GError **error);
/** postern_oidc_exchange_set_secret: the code or refresh token that was shown. */
void postern_oidc_exchange_set_secret (PosternOidcExchange *self, const char *secret);
/**
 * postern_oidc_exchange_load: reads the grant that was named, which must be alive, the client's own and for the parameter
 * `resource`, if that was sent, and fills the flow in from it. Whether the secret is right is the caller's to see.
 */
gboolean postern_oidc_exchange_load (PosternOidcExchange *self, PosternTxn *txn, GError **error);
/** postern_oidc_exchange_read_resource: the parameter `resource`; left out, the token is for all that were granted. */
gboolean postern_oidc_exchange_read_resource (PosternOidcExchange *self, GError **error);

/**
 * postern_oidc_exchange_sign: the tokens of a grant of a person, once; nothing happens the second time. Slow with RSA, so it is
 * called before the transaction begins, when stage `claims` has been walked. @with_nonce: not for a refreshed ID token (Core 12.2)
 */
gboolean postern_oidc_exchange_sign (PosternOidcExchange *self, gboolean with_nonce, GError **error);
/** postern_oidc_exchange_check_grant: in the transaction: nobody has revoked it since we looked. */
gboolean postern_oidc_exchange_check_grant (PosternOidcExchange *self, PosternTxn *txn, GError **error);
/**
 * postern_oidc_exchange_answer: RFC 6749 section 5.1, of what was signed; an opaque access token is kept first. @txn: (nullable): in a
 * transaction of its own. @refresh_token: (nullable). Returns: (transfer full) (nullable)
 */
PosternResponse *postern_oidc_exchange_answer (PosternOidcExchange *self, PosternTxn *txn, const char *refresh_token, GError **error);
/** postern_oidc_exchange_add_refresh: a new refresh token of the grant: (transfer full) (nullable): its text */
char *postern_oidc_exchange_add_refresh (PosternOidcExchange *self, PosternTxn *txn, GError **error);
/** postern_oidc_exchange_answer_failed: what was shown could not be used up: because it came twice, or as postern_oidc_exchange_fail() */
PosternResponse *postern_oidc_exchange_answer_failed (PosternOidcExchange *self, PosternTxn *txn, const char *what, const GError *failure, GError **error);
/** postern_oidc_exchange_answer_reuse: a code or refresh token came twice: its grant ends, in @txn, and the answer is an error that still commits. */
PosternResponse *postern_oidc_exchange_answer_reuse (PosternOidcExchange *self, PosternTxn *txn, const char *what, GError **error);

G_END_DECLS
