/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-maintenance.h"

#include "postern-audit-keeper.h"
#include "postern-domain-keeper.h"
#include "postern-flow-account-delete.h"
#include "postern-lease.h"
#include "postern-messenger.h"
#include "postern-outbox.h"
#include "postern-purge.h"
#include "postern-sink.h"
#include "postern-sinks.h"
#include "postern-webhooks.h"

#define FIRST_SECONDS 3     /* not while the first requests wait */
#define INTERVAL_SECONDS 60
#define TURN_SECONDS 1      /* how long an audit entry may be without its number */
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
  PosternSinks *sinks;
  PosternLease *lease;
  PosternDomainKeeper *domains;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean stopping;
};

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
has_to_stop (PosternMaintenance *self)
{
  g_mutex_lock (&self->mutex);
  gboolean stopping = self->stopping;
  g_mutex_unlock (&self->mutex);
  return stopping || !postern_lease_is_held (self->lease);
}

/* Walks on from where the last round stopped: as far as there is something to delete, and a little further. */
static gboolean
purge (PosternMaintenance *self, PosternPurge *walk, GError **error)
{
  guint idle = 0;
  for (guint i = 0; i < PURGE_STEPS && idle < PURGE_IDLE_STEPS && !has_to_stop (self); i++) {
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
run_round (PosternMaintenance *self)
{
  g_autoptr (GError) error = NULL;

  if (!postern_key_ring_maintain (postern_tenant_get_key_ring (self->tenant), now_seconds (), &error) ||
      !purge (self, self->lasting, &error) || !purge (self, self->short_lived, &error) ||
      !postern_flow_account_delete_due (self->runtime, self->tenant, FORGET_USERS, &error) || !postern_domain_keeper_turn (self->domains, now_seconds (), &error))
    g_warning ("periodic work is put off: %s", error->message);
}

/* Who follows the audit log. */
static void
take_forward (PosternMaintenance *self)
{
  g_autoptr (GError) error = NULL;

  if (!postern_webhooks_turn (self->webhooks, now_seconds (), &error))
    g_warning ("webhooks are put off: %s", error->message);
  g_clear_error (&error);
  if (!postern_sinks_turn (self->sinks, now_seconds (), &error))
    g_warning ("sinks are put off: %s", error->message);
}

/* Returns: when it is to be called next, monotonic */
static gint64
take_turn (PosternMaintenance *self, gint64 *round_due)
{
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time ();

  if (postern_lease_is_held (self->lease) && now >= *round_due) {
    run_round (self);
    *round_due = g_get_monotonic_time () + INTERVAL_SECONDS * G_USEC_PER_SEC;
  }
  if (!postern_lease_is_held (self->lease))
    return now + TURN_SECONDS * G_USEC_PER_SEC;
  if (!postern_audit_keeper_turn (self->audit, now_seconds (), &error))
    g_warning ("the audit log is not carried on: %s", error->message);
  else
    take_forward (self);
  return now + TURN_SECONDS * G_USEC_PER_SEC;
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
postern_maintenance_start (PosternRuntime *runtime, PosternTenant *tenant, PosternFeedQueue *queue)
{
  PosternMaintenance *self = g_new0 (PosternMaintenance, 1);
  g_autoptr (GPtrArray) sinks = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_SINK);
  self->runtime = g_object_ref (runtime);
  self->tenant = g_object_ref (tenant);
  self->lasting = postern_purge_new (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING);
  self->short_lived = postern_purge_new (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT);
  self->audit = postern_audit_keeper_new (tenant);
  self->lease = postern_lease_start (postern_tenant_get_store (tenant), POSTERN_LEASE_MAINTENANCE);
  self->webhooks = postern_webhooks_new (tenant, self->lease, queue, can_write (runtime));
  self->sinks = postern_sinks_new (tenant, sinks, self->lease, queue);
  self->domains = postern_domain_keeper_new (tenant, can_write (runtime));
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("maintenance", thread_main, self);
  return self;
}

void
postern_maintenance_let_go (PosternMaintenance *self, gpointer sink)
{
  postern_sinks_let_go (self->sinks, sink);
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
  postern_webhooks_free (self->webhooks);
  postern_sinks_free (self->sinks);
  postern_lease_stop (self->lease);
  postern_domain_keeper_free (self->domains);
  postern_audit_keeper_free (self->audit);
  postern_purge_free (self->lasting);
  postern_purge_free (self->short_lived);
  g_object_unref (self->tenant);
  g_object_unref (self->runtime);
  g_free (self);
}
