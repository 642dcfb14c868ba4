/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/*
 * Codes of six digits, and links, that prove who reads an address. Each is for one purpose, for the sign-in (and so the browser)
 * that asked, and for one recipient: what is kept of it is a keyed hash over all three. It works once, for ten minutes, for
 * five tries, and the newest of a person and purpose takes the place of the one before; but a browser known to be the person's
 * has its own, or strangers who ask for codes would make hers worthless. The code is made of the link, so that whoever opens
 * the link in another browser can be shown the code.
 */
#define POSTERN_CODE_SIGN_IN "sign-in"
#define POSTERN_CODE_VERIFY "verify"   /* an address of somebody who makes an account */
#define POSTERN_CODE_RECOVER "recover" /* instead of a forgotten password, and good for a new one only */
#define POSTERN_CODE_ADDRESS "address" /* an address that somebody with an account wants to have */
#define POSTERN_CODE_SECOND "second" /* besides what was shown already */
#define POSTERN_CODE_LINK "link"       /* that an account may be connected to a provider */

#define POSTERN_CODE_LIFETIME 600 /* seconds */
#define POSTERN_CODE_TRIES 5
#define POSTERN_CODE_PAUSE 30     /* seconds until another one may be asked for */
#define POSTERN_CODE_DIGITS 6

/** PosternCodeOrder: what a code is to be for. */
typedef struct {
  const char *purpose;     /* POSTERN_CODE_… */
  const char *flow_id;
  const char *person;      /* the user's id, or what was typed when there is no such user */
  const char *user_id;     /* (nullable) */
  const char *recipient;   /* (nullable): nobody is sent it, and it is never right */
  const char *device_hash; /* (nullable): only of a browser known to be the person's, which has codes and tries of its own */
} PosternCodeOrder;

/**
 * postern_code_make: a new one, to be put into the store and sent. @token: (out) (transfer full): of the link; @digits: (out)
 * (transfer full): the code; both are to be zeroed with postern_secret_free(). Returns: (transfer full)
 */
PosternCode *postern_code_make (PosternTenant *tenant, const PosternCodeOrder *order, gint64 now, char **token, char **digits);
/** postern_code_dup_digits: the code of a link's @token. (transfer full) */
char *postern_code_dup_digits (PosternTenant *tenant, const char *token);
/** postern_code_dup_typed: @typed without the spaces and dashes between digits; NULL unless that is a code. (transfer full) (nullable) */
char *postern_code_dup_typed (const char *typed);
/** postern_code_opens: whether @token is @code's and it may still be used; looks only. */
gboolean postern_code_opens (PosternTenant *tenant, PosternCode *code, const char *token, gint64 now);

typedef enum { POSTERN_CODE_WRONG, POSTERN_CODE_DEAD, POSTERN_CODE_RIGHT } PosternCodeResult;

/** PosternCodeTry: somebody shows a code or a link. */
typedef struct {
  const char *purpose, *flow_id, *owner; /* owner: as postern_code_make() wrote it */
  const char *recipient;   /* (nullable): as in the order */
  const char *digits, *token; /* one of them; (nullable): what was typed is no code at all, which counts as well */
} PosternCodeTry;

/**
 * postern_code_take: counts the try and uses the code up when it is right, decided by the database in one statement. It is dead,
 * too, when the account does not have the address any more.
 * @user_id: (out) (transfer full) (nullable): whose it is, right or wrong
 * @retry_after: (out): seconds; when a person's codes were guessed at too often in a day
 * Returns: FALSE with TOO_MANY_REQUESTS, or because the store failed
 */
gboolean postern_code_take (PosternTenant *tenant, const PosternCodeTry *it, gint64 now, PosternCodeResult *result, char **user_id, guint *retry_after, GError **error);

G_END_DECLS
