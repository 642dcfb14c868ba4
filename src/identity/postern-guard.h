/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/**
 * PosternGuard: how often one may guess. Two budgets, each with the policy's window: of the account, and of the address that
 * guesses. A browser that its owner signed in from before has a budget of its own, so that nobody who guesses from elsewhere
 * can lock the owner out, and a stolen browser gets no more tries than anybody else.
 *
 * A try is counted before the secret is looked at and given back when it was right: a hundred at once are a hundred. Of the account's
 * budget what was right leaves no trace at all, no wrong one is forgotten for it either: a lockout that came earlier or later than
 * for a name that nobody has would tell that somebody signs in with this one.
 */
typedef struct {
  const char *account;     /* the user's id, or what was typed when there is no such user: both are counted alike */
  const char *address;     /* (nullable) */
  const char *device_hash; /* (nullable): only of a browser known to be the account's */
  gboolean many;           /* out, of taking: before this try more than half of a budget was used up; right tries alone do not come there */
  gboolean many_next;      /* out, of taking: the same, with this try */
  gint64 account_resets_at, address_resets_at; /* out, of taking: when the budget is whole again; 0 while pardon is not worth a write */
} PosternGuard;

/** PosternGuardPardon: what is written when a try was right. */
typedef struct _PosternGuardPardon PosternGuardPardon;

/**
 * postern_guard_take: counts one try.
 * @retry_after: (out): seconds until there is a budget again
 * Returns: FALSE with POSTERN_ERROR_TOO_MANY_REQUESTS, or because the store failed
 */
gboolean postern_guard_take (PosternTenant *tenant, PosternGuard *guard, gint64 now, guint *retry_after, GError **error);
/**
 * postern_guard_look: sets @many of what guesses came from the address, without counting one: for what is asked of us there and is
 * no guess. FALSE if the store failed
 */
gboolean postern_guard_look (PosternTenant *tenant, PosternGuard *guard, gint64 now, GError **error);
/**
 * postern_guard_dup_pardon: the try was right: the account gets it back, and so does the address once half of its budget is used up;
 * the known browser's tries are forgotten then. Returns: (transfer full) (nullable): NULL where nothing is worth a write.
 */
PosternGuardPardon *postern_guard_dup_pardon (const PosternGuard *guard);
/**
 * postern_guard_give_back: the try that was taken never got to the secret: the account gets it back, and so does the address when it
 * brought @nothing. One that brought a wrong answer stays counted where it came from: the address, or the known browser.
 * Returns: FALSE if the store failed
 */
gboolean postern_guard_give_back (PosternTenant *tenant, const PosternGuard *guard, gboolean nothing, GError **error);
/** postern_guard_pardon_grant: writes it, in a transaction of the short-lived file; one that comes late does not reach into the next window. */
gboolean postern_guard_pardon_grant (PosternGuardPardon *self, PosternTxn *txn, GError **error);
void postern_guard_pardon_free (PosternGuardPardon *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternGuardPardon, postern_guard_pardon_free)

/** postern_guard_dup_account_key: of the counter of an account; behind a colon that of a known browser. (transfer full) */
char *postern_guard_dup_account_key (const char *account);
/** postern_guard_dup_network: what of @address is one customer's, as text. (transfer full) */
char *postern_guard_dup_network (const char *address);

G_END_DECLS
