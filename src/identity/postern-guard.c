/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-guard.h"

#include <arpa/inet.h>

#include "postern-error.h"

typedef struct {
  char *account, *address; /* keys of the counters; address (nullable) */
  PosternPolicy *policy;
  PosternGuard *guard;
  gint64 now;
  gint64 resets_at; /* of the budget that is used up; 0 while there is one */
} Try;

struct _PosternGuardPardon {
  char *account, *address; /* keys of the counters; each (nullable) */
  gboolean forgets;        /* the account's tries: they are those of a known browser */
  gint64 account_resets_at, address_resets_at;
};

/* An IPv6 customer has a whole /64: one address of it is as good as another. */
char *
postern_guard_dup_network (const char *address)
{
  struct in6_addr v6;
  char text[INET6_ADDRSTRLEN];

  if (inet_pton (AF_INET6, address, &v6) != 1 || IN6_IS_ADDR_V4MAPPED (&v6))
    return g_strdup (address);
  memset (v6.s6_addr + 8, 0, 8);
  return g_strdup (inet_ntop (AF_INET6, &v6, text, sizeof text));
}

/* What was typed is hashed: counters are no place for names, and a key stays short. */
char *
postern_guard_dup_account_key (const char *account)
{
  g_autofree char *hash = postern_secret_hash (account);

  return g_strconcat ("guess:account:", hash, NULL);
}

static char *
dup_account_key (const PosternGuard *guard)
{
  g_autofree char *key = postern_guard_dup_account_key (guard->account);

  return g_strconcat (key, guard->device_hash ? ":" : NULL, guard->device_hash, NULL);
}

static char *
dup_address_key (const PosternGuard *guard)
{
  g_autofree char *network = guard->address && !guard->device_hash ? postern_guard_dup_network (guard->address) : NULL;

  return network ? g_strconcat ("guess:address:", network, NULL) : NULL;
}

static gboolean
count (PosternTxn *txn, Try *it, const char *key, guint limit, gint64 *pardon_at, GError **error)
{
  gboolean always = key == it->account && it->guard->device_hash == NULL; /* each right try is given back: see the header */
  gint64 total = 0;
  gint64 resets_at = 0;

  if (!postern_counter_store_add (txn, key, 1, it->policy->guess_window, it->now, &total, &resets_at, error))
    return FALSE;
  *pardon_at = always || 2 * total >= limit ? resets_at : 0;
  it->guard->many |= 2 * (total - 1) > limit;
  it->guard->many_next |= 2 * total > limit;
  if (total > limit)
    it->resets_at = MAX (it->resets_at, resets_at);
  return TRUE;
}

/* The address first: one that has no try left must not use up the tries of accounts, or it locks out whom it likes. */
static gboolean
take (PosternTxn *txn, gpointer user_data, GError **error)
{
  Try *it = user_data;
  PosternGuard *guard = it->guard;

  it->resets_at = guard->account_resets_at = guard->address_resets_at = 0;
  guard->many = guard->many_next = FALSE;
  if (it->address && !count (txn, it, it->address, it->policy->guesses_per_address, &guard->address_resets_at, error))
    return FALSE;
  return it->resets_at > 0 || count (txn, it, it->account, it->policy->guesses_per_account, &guard->account_resets_at, error);
}

gboolean
postern_guard_take (PosternTenant *tenant, PosternGuard *guard, gint64 now, guint *retry_after, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (tenant);
  g_autofree char *account = dup_account_key (guard);
  g_autofree char *address = dup_address_key (guard);
  Try it = { account, address, policy, guard, now, 0 };
  gboolean counted = postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, take, &it, error);

  *retry_after = it.resets_at > 0 ? (guint) MAX (1, it.resets_at - now) : 0;
  if (!counted || *retry_after == 0)
    return counted;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many tries; the next one is in %u seconds", *retry_after);
  return FALSE;
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Try *it = user_data;
  gint64 total = postern_counter_store_get (txn, it->address, it->now, &it->guard->address_resets_at, error);

  it->guard->many = 2 * total > it->policy->guesses_per_address;
  return total >= 0;
}

gboolean
postern_guard_look (PosternTenant *tenant, PosternGuard *guard, gint64 now, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (tenant);
  g_autofree char *address = dup_address_key (guard);
  Try it = { NULL, address, policy, guard, now, 0 };

  guard->many = guard->many_next = FALSE;
  return address == NULL || postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, look, &it, error);
}

PosternGuardPardon *
postern_guard_dup_pardon (const PosternGuard *guard)
{
  PosternGuardPardon *self;

  if (guard->account_resets_at == 0 && guard->address_resets_at == 0)
    return NULL;
  self = g_new0 (PosternGuardPardon, 1);
  self->forgets = guard->device_hash != NULL;
  self->account = guard->account_resets_at ? dup_account_key (guard) : NULL;
  self->address = guard->address_resets_at ? dup_address_key (guard) : NULL;
  self->account_resets_at = guard->account_resets_at;
  self->address_resets_at = guard->address_resets_at;
  return self;
}

gboolean
postern_guard_pardon_grant (PosternGuardPardon *self, PosternTxn *txn, GError **error)
{
  /* The address first, as where they are taken: two who change the same rows in different orders would wait for each other. */
  if (self->address && !postern_counter_store_give_back (txn, self->address, self->address_resets_at, error))
    return FALSE;
  if (self->account == NULL)
    return TRUE;
  return self->forgets ? postern_counter_store_clear (txn, self->account, self->account_resets_at, error)
                       : postern_counter_store_give_back (txn, self->account, self->account_resets_at, error);
}

static gboolean
grant (PosternTxn *txn, gpointer pardon, GError **error)
{
  return postern_guard_pardon_grant (pardon, txn, error);
}

gboolean
postern_guard_give_back (PosternTenant *tenant, const PosternGuard *guard, gboolean nothing, GError **error)
{
  PosternGuard part = *guard;
  g_autoptr (PosternGuardPardon) pardon = NULL;

  if (!nothing)
    part.address_resets_at = 0;
  if (!nothing && guard->device_hash)
    part.account_resets_at = 0;
  pardon = postern_guard_dup_pardon (&part);
  if (pardon == NULL)
    return TRUE;
  pardon->forgets = FALSE; /* nobody has shown to know anything */
  return postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, grant, pardon, error);
}

void
postern_guard_pardon_free (PosternGuardPardon *self)
{
  if (self == NULL)
    return;
  g_free (self->account);
  g_free (self->address);
  g_free (self);
}
