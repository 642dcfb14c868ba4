/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-maintenance.h"

#include "postern-audit-keeper.h"
#include "postern-flow-account-delete.h"
#include "postern-messenger.h"
#include "postern-outbox.h"
#include "postern-purge.h"
#include "postern-webhooks.h"

#include <unistd.h>

#define LEASE "maintenance"
#define FIRST_SECONDS 3     /* not while the first requests wait */
#define INTERVAL_SECONDS 60
#define AUDIT_SECONDS 1     /* how long an audit entry may be without its number */
#define LEASE_SECONDS 180   /* outlives two missed rounds, not more */
#define FORGET_USERS 50     /* a round */
#define PURGE_ROWS 500      /* a step: short enough that no sign-in waits for it */
#define PURGE_STEPS 400     /* of each file, a round */
#define PURGE_IDLE_STEPS 80 /* … and of these without anything due: 40,000 rows a minute are looked at */

struct _PosternMaintenance {
  PosternRuntime *runtime;
  PosternTenant *tenant;
  PosternPurge *lasting, *short_lived;
  PosternAuditKeeper *audit;
  PosternWebhooks *webhooks;
  gboolean held; /* the lease, in the last round */
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean stopping;
  char *holder;
};

typedef struct {
  PosternMaintenance *self;
  gboolean held;
} Turn;

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
take_lease (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;
  return postern_lease_store_take (txn, LEASE, turn->self->holder, LEASE_SECONDS, now_seconds (), &turn->held, error);
}

static gboolean
is_stopping (PosternMaintenance *self)
{
  g_mutex_lock (&self->mutex);
  gboolean stopping = self->stopping;
  g_mutex_unlock (&self->mutex);
  return stopping;
}

/* Walks on from where the last round stopped: as far as there is something to delete, and a little further. */
static gboolean
purge (PosternMaintenance *self, PosternPurge *walk, GError **error)
{
  guint idle = 0;
  for (guint i = 0; i < PURGE_STEPS && idle < PURGE_IDLE_STEPS && !is_stopping (self); i++) {
    gint64 deleted;
    gboolean round;
    if (!postern_purge_step (walk, now_seconds (), PURGE_ROWS, &deleted, &round, error))
      return FALSE;
    if (round)
      break;
    idle += deleted == 0;
  }
  return TRUE;
}

static void
run_once (PosternMaintenance *self)
{
  g_autoptr (GError) error = NULL;
  Turn turn = { .self = self };
  PosternStore *store = postern_tenant_get_store (self->tenant);
  if (!postern_store_write (store, POSTERN_KEEP_LASTING, take_lease, &turn, &error)) {
    g_warning ("periodic work is put off: %s", error->message);
    return;
  }
  self->held = turn.held;
  if (!turn.held)
    return;
  if (!postern_key_ring_maintain (postern_tenant_get_key_ring (self->tenant), now_seconds (), &error) ||
      !purge (self, self->lasting, &error) || !purge (self, self->short_lived, &error) ||
      !postern_flow_account_delete_due (self->runtime, self->tenant, FORGET_USERS, &error))
    g_warning ("periodic work is put off: %s", error->message);
}

/* Returns: when it is to be called next, monotonic */
static gint64
take_turn (PosternMaintenance *self, gint64 *round_due)
{
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time ();
  if (now >= *round_due) {
    run_once (self);
    *round_due = g_get_monotonic_time () + INTERVAL_SECONDS * G_USEC_PER_SEC;
  }
  if (self->held && !postern_audit_keeper_turn (self->audit, now_seconds (), &error))
    g_warning ("the audit log is not carried on: %s", error->message);
  else if (self->held && !postern_webhooks_turn (self->webhooks, now_seconds (), &error))
    g_warning ("webhooks are put off: %s", error->message);
  return self->held ? MIN (*round_due, now + AUDIT_SECONDS * G_USEC_PER_SEC) : *round_due;
}

static gpointer
thread_main (gpointer user_data)
{
  PosternMaintenance *self = user_data;
  gint64 round_due = g_get_monotonic_time () + FIRST_SECONDS * G_USEC_PER_SEC, due = round_due;
  g_mutex_lock (&self->mutex);
  while (!self->stopping) {
    if (g_cond_wait_until (&self->cond, &self->mutex, due))
      continue;
    g_mutex_unlock (&self->mutex);
    due = take_turn (self, &round_due);
    g_mutex_lock (&self->mutex);
  }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

static gboolean
can_write (PosternRuntime *runtime)
{
  g_autoptr (GPtrArray) messengers = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_MESSENGER);

  return postern_outbox_can_deliver (messengers, "email");
}

PosternMaintenance *
postern_maintenance_start (PosternRuntime *runtime, PosternTenant *tenant)
{
  PosternMaintenance *self = g_new0 (PosternMaintenance, 1);
  self->runtime = g_object_ref (runtime);
  self->tenant = g_object_ref (tenant);
  self->lasting = postern_purge_new (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING);
  self->short_lived = postern_purge_new (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT);
  self->audit = postern_audit_keeper_new (tenant);
  self->webhooks = postern_webhooks_new (tenant, can_write (runtime));
  self->holder = g_strdup_printf ("%s:%d", g_get_host_name (), (int) getpid ());
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("maintenance", thread_main, self);
  return self;
}

void
postern_maintenance_stop (PosternMaintenance *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self->holder);
  postern_webhooks_free (self->webhooks);
  postern_audit_keeper_free (self->audit);
  postern_purge_free (self->lasting);
  postern_purge_free (self->short_lived);
  g_object_unref (self->tenant);
  g_object_unref (self->runtime);
  g_free (self);
}
