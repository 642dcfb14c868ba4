/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Invitations to an organization. One goes to an address by mail, and by mail alone: whoever opens its link reads that address, which is
 * all the proof there is. It is taken once, by an account that has the address, and gives membership with the roles and groups that it
 * names. Wrong, used, expired and revoked are one answer.
 */

#define POSTERN_INVITATION_LIFETIME (7 * 24 * 3600)      /* seconds */
#define POSTERN_INVITATION_LIFETIME_MAX (30 * 24 * 3600)
#define POSTERN_INVITATION_ROLES_MAX 20 /* and groups */

/* How many go out in a day. A customer's own administrator may send them, in our name, to whomever they like. */
#define POSTERN_INVITATION_WINDOW (24 * 3600)
#define POSTERN_INVITATION_PER_RECIPIENT 5         /* to one mailbox, by one organization */
#define POSTERN_INVITATION_PER_RECIPIENT_IN_ALL 20 /* to one mailbox, by all: no single one uses it up */
#define POSTERN_INVITATION_PER_ORGANIZATION 1000

/**
 * postern_invitation_check: whether @self may be made as it is: its organization (an id) is there and switched on and lets the address in, nobody
 * who is a member has it, and each role may be had there and each group is one of the organization's.
 * @error: NOT_FOUND without the organization; CONFLICT for a member; else INVALID_REQUEST, which names the member that is wrong
 */
gboolean postern_invitation_check (PosternTxn *txn, const PosternInvitation *self, GError **error);

/** postern_invitation_insert: checks and keeps it, in place of an open one to the same address. @token: (out) (transfer full): of the link; postern_secret_free() */
gboolean postern_invitation_insert (PosternTxn *txn, PosternInvitation *self, char **token, GError **error);
/** postern_invitation_renew: once more, until @expires_at: the link before is worth nothing. STALE where it was used or revoked. @token: (out) (transfer full) */
gboolean postern_invitation_renew (PosternTxn *txn, PosternInvitation *self, gint64 expires_at, char **token, GError **error);
/** postern_invitation_is_open: neither used nor revoked nor over */
gboolean postern_invitation_is_open (const PosternInvitation *self, gint64 now);
/** postern_invitation_get_state: "open", "used", "revoked" or "expired" */
const char *postern_invitation_get_state (const PosternInvitation *self, gint64 now);

/** postern_invitation_dup_inviter: the verified address of who invites. (transfer full) (nullable) */
char *postern_invitation_dup_inviter (PosternTxn *txn, const PosternInvitation *self);

/** PosternInvitationMail: what its mail says. */
typedef struct {
  const char *issuer;
  const char *language; /* (nullable): where the person's own is not known */
  const char *token;
  gint64 now;
} PosternInvitationMail;

/** postern_invitation_send: writes the mail, in the transaction that made or renewed it. */
gboolean postern_invitation_send (PosternTxn *txn, const PosternInvitation *self, const PosternInvitationMail *mail, GError **error);

/**
 * postern_invitation_take_try: counts one that is about to be sent: to a mailbox (an address without what stands behind its +) by this
 * organization and by all, and by this organization to anybody. @txn: of the short-lived file; @email: canonical.
 * Returns: FALSE with TOO_MANY_REQUESTS and @retry_after (seconds), or because the store failed
 */
gboolean postern_invitation_take_try (PosternTxn *txn, const char *organization_id, const char *email, gint64 now, guint *retry_after, GError **error);

/**
 * postern_invitation_inviter_check: who sent it is there, and may still invite with what it gives: NOT_FOUND otherwise. One that was made by the admin
 * socket was anybody's who runs the server, and stays good. @issuer: the tenant's
 */
gboolean postern_invitation_inviter_check (PosternTxn *txn, const char *issuer, const PosternInvitation *self, GError **error);
/**
 * postern_invitation_find: the open one whose link has @token (nullable), whose inviter may still invite, and its organization, which is switched on.
 * NOT_FOUND otherwise. (transfer full) (nullable)
 */
PosternInvitation *postern_invitation_find (PosternTxn *txn, const char *issuer, const char *token, gint64 now, PosternOrganization **organization, GError **error);
/** postern_invitation_fits: whether @user's address is that of @self, and known to be theirs. */
gboolean postern_invitation_fits (const PosternInvitation *self, const PosternUser *user);
/**
 * postern_invitation_accept: uses it up, decided by the database in one statement, and lets @user in. Where it fails, the transaction must be rolled back.
 * @error: NOT_FOUND as of postern_invitation_find(); ACCESS_DENIED where it is not @user's address
 * Returns: (transfer full) (nullable): it
 */
PosternInvitation *postern_invitation_accept (PosternTxn *txn, const char *issuer, const char *token, const PosternUser *user, gint64 now, GError **error);

G_END_DECLS
