/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-keeper.h"

#include "postern-audit-cut.h"
#include "postern-audit-log.h"
#include "postern-audit-nodes.h"
#include "postern-error.h"

#define LOOK_SECONDS 5 /* what another node wrote may not move our generation */
#define FAR_SECONDS 60
#define ALL_SECONDS (24 * 3600)
#define CUT_SECONDS 3600
#define SWEEP_ROWS 500 /* a turn */
#define NODES 16 /* a turn: each reads at most 256 rows */

struct _PosternAuditKeeper {
  PosternTenant *tenant;
  guint64 generation; /* of the store, before it was looked at last */
  gint64 looked_at, far_at, all_at; /* seconds since 1970: when it was looked so far */
  gint64 cut_at;
  gboolean grows; /* there may be inner nodes to be made */
  gboolean sweeps; /* there may be rows left of what was cut off */
  gint64 signed_at; /* of the last head; 0: not looked yet, -1: there is none */
};

PosternAuditKeeper *
postern_audit_keeper_new (PosternTenant *tenant)
{
  PosternAuditKeeper *self = g_new0 (PosternAuditKeeper, 1);

  self->tenant = g_object_ref (tenant);
  self->grows = TRUE; /* also of a log that is older than they are */
  self->sweeps = TRUE; /* who cut last may not have come to it */
  return self;
}

void
postern_audit_keeper_free (PosternAuditKeeper *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->tenant);
  g_free (self);
}

/* Returns: how far back it is to be looked now */
static PosternAuditReach
take_reach (PosternAuditKeeper *self, gint64 now)
{
  self->looked_at = now;
  if (now - self->all_at >= ALL_SECONDS) {
    self->all_at = self->far_at = now;
    return POSTERN_AUDIT_REACH_ALL;
  }
  if (now - self->far_at < FAR_SECONDS)
    return POSTERN_AUDIT_REACH_NEAR;
  self->far_at = now;
  return POSTERN_AUDIT_REACH_FAR;
}

static gboolean
sequence (PosternAuditKeeper *self, gint64 now, GError **error)
{
  PosternStore *store = postern_tenant_get_store (self->tenant);
  guint64 generation = postern_store_get_generation (store);
  g_autoptr (GError) failure = NULL;
  guint n;

  if (generation == self->generation && now - self->looked_at < LOOK_SECONDS)
    return TRUE;
  self->generation = generation;
  if (postern_audit_log_sequence (store, take_reach (self, now), now, &n, &failure) || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    self->grows = self->grows || n > 0;
    return TRUE;
  }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
make_nodes (PosternAuditKeeper *self, GError **error)
{
  guint n;

  if (!self->grows)
    return TRUE;
  if (!postern_audit_nodes_make (postern_tenant_get_store (self->tenant), NODES, &n, error))
    return FALSE;
  self->grows = n == NODES;
  return TRUE;
}

static gboolean
find_last (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternAuditKeeper *self = user_data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternAuditHead) head = postern_audit_chain_store_get_head (txn, 0, TRUE, &failure);

  self->signed_at = head ? head->created_at : -1;
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* A log that has not grown is signed already: then nothing is written. */
static gboolean
sign (PosternAuditKeeper *self, gint64 now, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (self->tenant);
  g_autoptr (PosternAuditHead) head = NULL;

  if (self->signed_at == 0 && !postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, find_last, self, error))
    return FALSE;
  if (now - self->signed_at < policy->audit_head_interval)
    return TRUE;
  head = postern_audit_log_sign (self->tenant, now, error);
  self->signed_at = now;
  return head != NULL;
}

static gboolean
sweep (PosternAuditKeeper *self, GError **error)
{
  gint64 deleted;

  if (!self->sweeps)
    return TRUE;
  if (!postern_audit_cut_sweep (postern_tenant_get_store (self->tenant), SWEEP_ROWS, &deleted, error))
    return FALSE;
  self->sweeps = deleted > 0;
  return TRUE;
}

static gboolean
cut (PosternAuditKeeper *self, gint64 now, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (self->tenant);
  g_autoptr (GError) failure = NULL;
  gint64 size;

  if (policy->audit_retention == 0 || now - self->cut_at < CUT_SECONDS)
    return TRUE;
  self->cut_at = now;
  self->sweeps = TRUE;
  if (postern_audit_cut_make (self->tenant, now - policy->audit_retention, now, &size, &failure) || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
postern_audit_keeper_turn (PosternAuditKeeper *self, gint64 now, GError **error)
{
  return sequence (self, now, error) && make_nodes (self, error) && sign (self, now, error) && cut (self, now, error) && sweep (self, error);
}
