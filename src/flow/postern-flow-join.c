/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-join.h"

#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-json.h"
#include "postern-organization-join.h"

typedef struct {
  PosternFlowContext *context;
  PosternOrganizationArrival arrival;
  GPtrArray *members; /* (element-type PosternMember) */
} Joining;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Joining *self = user_data;

  g_clear_pointer (&self->members, g_ptr_array_unref);
  self->members = postern_organization_join_list (txn, &self->arrival, postern_flow_context_now (), error);
  return self->members != NULL;
}

static gboolean
write_down (PosternTxn *txn, PosternFlowContext *context, PosternMember *member, GError **error)
{
  PosternAuditBy by = postern_flow_audit_get_by (context);
  g_autoptr (PosternAudit) audit = NULL;
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "user", member->user_id);
  postern_json_object_add_string (&data, "organization_id", member->organization_id);
  postern_json_object_add_string (&data, "source", member->source);
  postern_json_object_add_string (&data, "connector", context->flow->connector_id);
  by.actor = member->user_id;
  audit = postern_audit_store_new_by ("member.joined", &by, member->organization_id);
  audit->data = g_variant_ref_sink (postern_json_object_end (&data));
  return postern_audit_store_append (txn, audit, error);
}

/* Looks again: rules may have changed, or an organization been switched off, since it was read that there is something to do. */
static gboolean
join (PosternTxn *txn, gpointer user_data, GError **error)
{
  Joining *self = user_data;

  if (!look (txn, self, error))
    return FALSE;
  for (guint i = 0; i < self->members->len; i++) {
    PosternMember *member = self->members->pdata[i];
    gboolean added = FALSE;

    if (!postern_member_store_put (txn, member, &added, error) || (added && !write_down (txn, self->context, member, error)))
      return FALSE;
  }
  return TRUE;
}

/* One read for who has arrived and what they are to join: nothing where the account was switched off, or has to show it anew. */
static gboolean
arrive (PosternTxn *txn, gpointer user_data, GError **error)
{
  Joining *self = user_data;
  PosternFlowContext *context = self->context;

  g_clear_pointer (&self->members, g_ptr_array_unref);
  if (!postern_flow_context_read_person (context, txn, error))
    return FALSE;
  self->arrival.user = context->user;
  return !postern_flow_context_stands (context, &context->standing) || look (txn, self, error);
}

gboolean
postern_flow_join_run (PosternFlowContext *context, GError **error)
{
  PosternStore *store = postern_tenant_get_store (context->tenant);
  PosternFlow *flow = context->flow;
  const char *const *factors = (const char *const *) flow->factors;
  gboolean by_connector = factors && g_strcmp0 (factors[0], POSTERN_FLOW_FACTOR_CONNECTOR) == 0;
  Joining joining = { context, { NULL, factors, by_connector ? flow->connector_id : NULL }, NULL };
  g_autoptr (GError) failure = NULL;
  gboolean done;

  if (!flow->authenticated_now || flow->task) /* who was here before */
    return TRUE;
  done = postern_store_read (store, POSTERN_KEEP_LASTING, arrive, &joining, &failure) &&
         (joining.members == NULL || joining.members->len == 0 || postern_store_write (store, POSTERN_KEEP_LASTING, join, &joining, &failure));
  g_clear_pointer (&joining.members, g_ptr_array_unref);
  return done || postern_store_pass_missing (&failure, error); /* the account is gone: stage `policy-out` says so */
}
