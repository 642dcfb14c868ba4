/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-guard.h"

#include <arpa/inet.h>

#include "postern-error.h"

typedef struct {
  char *account, *address; /* keys of the counters; address (nullable) */
  PosternPolicy *policy;
  gint64 now;
  gint64 resets_at; /* of the budget that is used up; 0 while there is one */
  gboolean heavy;
} Try;

/* An IPv6 customer has a whole /64: one address of it is as good as another. */
static char *
dup_network (const char *address)
{
  struct in6_addr v6;
  char text[INET6_ADDRSTRLEN];

  if (inet_pton (AF_INET6, address, &v6) != 1 || IN6_IS_ADDR_V4MAPPED (&v6))
    return g_strdup (address);
  memset (v6.s6_addr + 8, 0, 8);
  return g_strdup (inet_ntop (AF_INET6, &v6, text, sizeof text));
}

/* What was typed is hashed: counters are no place for names, and a key stays short. */
static void
try_init (Try *self, PosternTenant *tenant, const PosternGuard *guard, gint64 now)
{
  g_autofree char *account = postern_secret_hash (guard->account);
  g_autofree char *network = guard->address ? dup_network (guard->address) : NULL;

  self->policy = postern_tenant_dup_policy (tenant);
  self->account = g_strconcat ("guess:account:", account, guard->device_hash ? ":" : NULL, guard->device_hash, NULL);
  self->address = network && !guard->device_hash ? g_strconcat ("guess:address:", network, NULL) : NULL;
  self->now = now;
  self->resets_at = 0;
  self->heavy = FALSE;
}

static void
try_clear (Try *self)
{
  g_clear_pointer (&self->policy, postern_policy_unref);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->address, g_free);
}

static gboolean
count (PosternTxn *txn, Try *it, const char *key, guint limit, GError **error)
{
  gint64 total = 0;
  gint64 resets_at = 0;

  if (!postern_counter_store_add (txn, key, 1, it->policy->guess_window, it->now, &total, &resets_at, error))
    return FALSE;
  it->heavy = it->heavy || 2 * total >= limit;
  if (total > limit)
    it->resets_at = MAX (it->resets_at, resets_at);
  return TRUE;
}

/* The address first: one that has no try left must not use up the tries of accounts, or it locks out whom it likes. */
static gboolean
take (PosternTxn *txn, gpointer user_data, GError **error)
{
  Try *it = user_data;

  it->resets_at = 0;
  it->heavy = FALSE;
  if (it->address && !count (txn, it, it->address, it->policy->guesses_per_address, error))
    return FALSE;
  return it->resets_at > 0 || count (txn, it, it->account, it->policy->guesses_per_account, error);
}

gboolean
postern_guard_take (PosternTenant *tenant, PosternGuard *guard, gint64 now, guint *retry_after, GError **error)
{
  Try it;
  gboolean counted;

  try_init (&it, tenant, guard, now);
  counted = postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, take, &it, error);
  *retry_after = it.resets_at > 0 ? (guint) MAX (1, it.resets_at - now) : 0;
  guard->heavy = it.heavy;
  try_clear (&it);
  if (!counted || *retry_after == 0)
    return counted;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many tries; the next one is in %u seconds", *retry_after);
  return FALSE;
}

static gboolean
forgive (PosternTxn *txn, gpointer user_data, GError **error)
{
  Try *it = user_data;

  if (!postern_counter_store_clear (txn, it->account, error))
    return FALSE;
  return it->address == NULL || postern_counter_store_add (txn, it->address, -1, it->policy->guess_window, it->now, NULL, NULL, error);
}

gboolean
postern_guard_forgive (PosternTenant *tenant, const PosternGuard *guard, gint64 now, GError **error)
{
  Try it;
  gboolean done;

  if (!guard->heavy)
    return TRUE;
  try_init (&it, tenant, guard, now);
  done = postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, forgive, &it, error);
  try_clear (&it);
  return done;
}
