/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-policy.h"
#include "postern-stores.h"
#include "postern-subject.h"

G_BEGIN_DECLS

/** What is to be done with a subject that a connector brought. */
typedef enum {
  POSTERN_LINK_KNOWN,        /* linked already: @user */
  POSTERN_LINK_ASK_PASSWORD, /* its verified address is @user's: the password first, then linked */
  POSTERN_LINK_TAKEN,        /* its address is @user's, and there is no password to ask for, or linking is not allowed */
  POSTERN_LINK_NEW,          /* nobody's: a new account */
  POSTERN_LINK_CLOSED        /* nobody's, and accounts are not made here by signing in */
} PosternLinkDecision;

/**
 * postern_link_decide: the rules of linking. An account is found by the connector's stable id alone. An e-mail address finds
 * one only if the provider verified it, and even then its owner must show the password: whoever controls a mailbox, or a
 * provider that lies about one, does not take an account over by it. An address that is not verified finds nobody.
 * @identity, @user: (out) (transfer full) (nullable)
 */
gboolean postern_link_decide (PosternTxn *txn, PosternPolicy *policy, const char *connector, PosternSubject *subject, PosternLinkDecision *decision, PosternUser **user, GError **error);

/** postern_link_new_identity: (transfer full) */
PosternIdentity *postern_link_new_identity (const char *user_id, const char *connector, PosternSubject *subject, gint64 now);
/** postern_link_new_user: an account from what the provider says; the address only if it is verified. (transfer full) */
PosternUser *postern_link_new_user (PosternSubject *subject, gint64 now);

G_END_DECLS
