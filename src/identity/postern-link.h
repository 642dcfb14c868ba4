/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-policy.h"
#include "postern-stores.h"
#include "postern-subject.h"

G_BEGIN_DECLS

/** What is to be done with a subject that a connector brought. */
typedef enum {
  POSTERN_LINK_KNOWN,        /* linked already: @user */
  POSTERN_LINK_ASK_PROOF,    /* its verified address is @user's: a proof of the account first, then linked */
  POSTERN_LINK_TAKEN,        /* its address is @user's, and there is no proof to ask for, or linking is not allowed */
  POSTERN_LINK_NEW,          /* nobody's: a new account */
  POSTERN_LINK_CLOSED        /* nobody's, and accounts are not made here by signing in */
} PosternLinkDecision;

/** PosternLinkProof: by which an account may be proved: bits. */
typedef enum {
  POSTERN_LINK_PROOF_PASSWORD = 1 << 0,
  POSTERN_LINK_PROOF_CODE = 1 << 1 /* to its own address, which must have been proved before */
} PosternLinkProof;

/**
 * postern_link_decide: the rules of linking. An account is found by the connector's stable id alone. An e-mail address finds
 * one only if the provider verified it, and even then the account itself must be proved: a provider that lies about a
 * mailbox does not take an account over by it. An address that is not verified finds nobody.
 * @proofs: (inout) PosternLinkProof: which are possible here; of these, which the account has
 * @user: (out) (transfer full) (nullable)
 */
gboolean postern_link_decide (PosternTxn *txn, PosternPolicy *policy, const char *connector, PosternSubject *subject, guint *proofs,
                              PosternLinkDecision *decision, PosternUser **user, GError **error);

/**
 * postern_link_decide_for: the same where @user_id, who is signed in, wants the subject: KNOWN when it is theirs already, TAKEN when it is
 * somebody else's, NEW when it is nobody's and may be linked, CLOSED when linking is not allowed. An address decides nothing here.
 */
gboolean postern_link_decide_for (PosternTxn *txn, PosternPolicy *policy, const char *user_id, const char *connector, PosternSubject *subject,
                                  PosternLinkDecision *decision, GError **error);

/** postern_link_new_identity: (transfer full) */
PosternIdentity *postern_link_new_identity (const char *user_id, const char *connector, PosternSubject *subject, gint64 now);
/** postern_link_new_user: an account from what the provider says; the address only if it is verified. (transfer full) */
PosternUser *postern_link_new_user (PosternPolicy *policy, PosternSubject *subject, gint64 now);

G_END_DECLS
