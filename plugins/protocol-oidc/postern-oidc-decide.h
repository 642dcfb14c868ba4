/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** PosternOidcQuestion: one evaluation (AuthZEN Authorization API 1.0 section 5). Borrows everything; each (nullable). */
typedef struct {
  const char *subject_type, *subject_id; /* "user" or "application" */
  const char *action;                    /* a scope */
  const char *resource;                  /* the indicator of a managed resource, or its name */
  const char *organization_id;           /* id or slug: in which organization */
} PosternOidcQuestion;

/** PosternOidcDecision: @reason: a word for the application's log; a static string, NULL where it is allowed */
typedef struct {
  gboolean allowed;
  const char *reason;
} PosternOidcDecision;

/**
 * postern_oidc_decide: by the rule of tokens: what postern-permission.h says now. Refused unless all of it is known: somebody who is there and
 * not switched off, who belongs to the organization that is named, a resource that is one of @client's own record, and a scope of it.
 * FALSE only where the store failed
 */
gboolean postern_oidc_decide (PosternClient *client, PosternResourceBook *book, PosternTxn *txn, const PosternOidcQuestion *question,
                              PosternOidcDecision *decision, GError **error);

G_END_DECLS
