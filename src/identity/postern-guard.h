/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/**
 * PosternGuard: how often one may guess. Two budgets, each with the policy's window: of the account, and of the address that
 * guesses. A browser that its owner signed in from before has a budget of its own, so that nobody who guesses from elsewhere
 * can lock the owner out, and a stolen browser gets no more tries than anybody else.
 *
 * A try is counted before the secret is looked at and given back when it was right: a hundred at once are a hundred.
 */
typedef struct {
  const char *account;     /* the user's id, or what was typed when there is no such user: both are counted alike */
  const char *address;     /* (nullable) */
  const char *device_hash; /* (nullable): only of a browser known to be the account's */
  gboolean heavy;          /* out, of taking: a budget is half used up, so that forgiving is worth a write */
} PosternGuard;

/**
 * postern_guard_take: counts one try.
 * @retry_after: (out): seconds until there is a budget again
 * Returns: FALSE with POSTERN_ERROR_TOO_MANY_REQUESTS, or because the store failed
 */
gboolean postern_guard_take (PosternTenant *tenant, PosternGuard *guard, gint64 now, guint *retry_after, GError **error);
/**
 * postern_guard_forgive: the try was right: the account's or the device's tries are forgotten, and the address gets this one
 * back. Nothing is written while the budgets are far from used up: most sign-ins are right at once.
 */
gboolean postern_guard_forgive (PosternTenant *tenant, const PosternGuard *guard, gint64 now, GError **error);

G_END_DECLS
