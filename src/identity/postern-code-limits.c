/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-code-limits.h"

#include "postern-error.h"
#include "postern-guard.h"

/* Text messages cost money and mails annoy: who has no account is counted like who has one, or the limit would say which it is. */

typedef struct {
  PosternPolicy *policy;
  const PosternCodeSending *sending;
  char *network; /* (nullable) */
  gint64 now;
  gint64 resets_at; /* of the limit that is reached; 0 while there is none */
  gboolean silent;
} Counting;

/* What is counted is hashed: counters are no place for addresses, and a key stays short. */
static gboolean
count (PosternTxn *txn, Counting *it, const char *kind, const char *what, guint limit, GError **error)
{
  g_autofree char *hash = what && *what ? postern_secret_hash (what) : NULL;
  g_autofree char *key = g_strconcat ("send:", kind, hash ? ":" : NULL, hash, NULL);
  gint64 total = 0, resets_at = 0;

  if (what == NULL || it->resets_at > 0)
    return TRUE;
  if (!postern_counter_store_add (txn, key, 1, it->policy->code_window, it->now, &total, &resets_at, error))
    return FALSE;
  it->resets_at = total > limit ? resets_at : 0;
  return TRUE;
}

/* Nobody is told of this one: a name and an address with one limit would be known to be one person's. */
static gboolean
count_recipient (PosternTxn *txn, Counting *it, const char *device, GError **error)
{
  g_autofree char *who = it->sending->recipient ? g_strconcat (it->sending->recipient, device, NULL) : NULL;

  if (it->resets_at > 0)
    return TRUE;
  if (!count (txn, it, "to", who, it->policy->codes_per_recipient, error))
    return FALSE;
  it->silent = it->resets_at > 0;
  it->resets_at = 0;
  return TRUE;
}

/* The narrow ones first: who has used up his own does not use up what all others share. */
static gboolean
count_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  Counting *it = user_data;
  const PosternCodeSending *sending = it->sending;
  g_autofree char *device = sending->device_hash ? g_strconcat (" ", sending->device_hash, NULL) : g_strdup ("");
  g_autofree char *typed = g_strconcat (sending->typed, device, NULL);

  it->resets_at = 0;
  it->silent = FALSE;
  return count (txn, it, "from", it->network, it->policy->codes_per_address, error) &&
         count (txn, it, "typed", typed, it->policy->codes_per_recipient, error) &&
         count (txn, it, "prefix", sending->prefix, it->policy->codes_per_prefix, error) &&
         count (txn, it, "tenant", "", it->policy->codes_per_tenant, error) && count_recipient (txn, it, device, error);
}

gboolean
postern_code_limits_take (PosternTenant *tenant, const PosternCodeSending *sending, gint64 now, gboolean *silent, guint *retry_after, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (tenant);
  g_autofree char *network = sending->address ? postern_guard_dup_network (sending->address) : NULL;
  Counting it = { policy, sending, network, now };
  gboolean counted = postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, count_all, &it, error);

  *silent = it.silent;
  *retry_after = it.resets_at > 0 ? (guint) MAX (1, it.resets_at - now) : 0;
  if (!counted || *retry_after == 0)
    return counted;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many messages; the next one may be sent in %u seconds", *retry_after);
  return FALSE;
}
