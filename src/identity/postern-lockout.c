/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-lockout.h"

#include "postern-guard.h"

/* @guard: it is an account's budget there, under this and the id; else @key and the id are the counter's key. */
static const struct {
  const char *kind, *guard, *key;
} kinds[POSTERN_LOCKOUT_BUDGETS] = {
  { "sign-in", "", NULL },
  { "second-factor", POSTERN_LOCKOUT_SECOND, NULL },
  { "second-factor-day", NULL, POSTERN_LOCKOUT_SECOND_DAY },
  { "code-day", NULL, POSTERN_LOCKOUT_CODE_DAY },
};

typedef struct {
  const char *user_id;
  gint64 now;
  PosternLockoutBudget *budgets; /* (nullable) */
} Work;

/* (transfer full) */
static char *
make_key (guint kind, const char *user_id)
{
  g_autofree char *account = kinds[kind].guard ? g_strconcat (kinds[kind].guard, user_id, NULL) : NULL;

  return account ? postern_guard_dup_account_key (account) : g_strconcat (kinds[kind].key, user_id, NULL);
}

static gboolean
read_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  Work *work = user_data;

  for (guint i = 0; i < POSTERN_LOCKOUT_BUDGETS; i++) {
    g_autofree char *key = make_key (i, work->user_id);

    work->budgets[i].used = postern_counter_store_get (txn, key, work->now, &work->budgets[i].resets_at, error);
    if (work->budgets[i].used < 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
postern_lockout_read (PosternTenant *tenant, const char *user_id, gint64 now, PosternLockoutBudget budgets[POSTERN_LOCKOUT_BUDGETS], GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (tenant);
  Work work = { user_id, now, budgets };

  for (guint i = 0; i < POSTERN_LOCKOUT_BUDGETS; i++)
    budgets[i] = (PosternLockoutBudget){ kinds[i].kind, 0, kinds[i].guard ? policy->guesses_per_account : POSTERN_LOCKOUT_WRONG_A_DAY, 0 };
  return postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, read_all, &work, error);
}

static gboolean
forget_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  Work *work = user_data;

  for (guint i = 0; i < POSTERN_LOCKOUT_BUDGETS; i++) {
    g_autofree char *key = make_key (i, work->user_id);

    if (!postern_counter_store_forget (txn, key, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
postern_lockout_lift (PosternTenant *tenant, const char *user_id, GError **error)
{
  Work work = { user_id };

  return postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, forget_all, &work, error);
}

gint64
postern_lockout_get_end (const PosternLockoutBudget budgets[POSTERN_LOCKOUT_BUDGETS])
{
  gint64 end = 0;

  for (guint i = 0; i < POSTERN_LOCKOUT_BUDGETS; i++)
    if (budgets[i].used >= budgets[i].limit)
      end = MAX (end, budgets[i].resets_at);
  return end;
}
