/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-audit.h"

#include "postern-flow-context.h"
#include "postern-guard.h"
#include "postern-json.h"

static GVariant *
data_of (PosternFlowContext *context, const char *user_id)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;
  PosternFlow *flow = context->flow;
  g_autofree char *risks = flow->risks ? g_strjoinv (" ", flow->risks) : NULL;

  postern_json_object_add_string (&data, "tenant", postern_tenant_get_slug (context->tenant));
  postern_json_object_add_string (&data, "user", user_id);
  postern_json_object_add_string (&data, "application", flow->application_id);
  postern_json_object_add_string (&data, "session", flow->session_id);
  postern_json_object_add_string (&data, "connector", flow->connector_id);
  postern_json_object_add_string (&data, "acr", flow->acr);
  postern_json_object_add_string (&data, "remote_address", flow->remote_address);
  postern_json_object_add_string (&data, "risks", risks);
  return postern_json_object_end (&data);
}

gboolean
postern_flow_audit_append (PosternFlowContext *context, PosternTxn *txn, const char *event, const char *user_id, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new (event, user_id, context->flow->application_id);

  audit->request_id = g_strdup (context->request ? postern_request_get_id (context->request) : NULL);
  audit->remote_address = g_strdup (context->flow->remote_address);
  audit->data = g_variant_ref_sink (data_of (context, user_id));
  return postern_audit_store_append (txn, audit, error);
}

void
postern_flow_audit_tell (PosternFlowContext *context, const char *event, const char *user_id)
{
  PosternHub *hub = postern_runtime_get_hub (context->runtime);
  g_autoptr (PosternEvent) told = NULL;

  if (!postern_hub_is_heard (hub, "event"))
    return;
  told = postern_event_new (event, g_get_real_time (), data_of (context, user_id));
  postern_hub_tell (hub, told);
}

typedef struct {
  PosternFlowContext *context;
  const char *event, *user_id;
} Note;

static gboolean
append (PosternTxn *txn, gpointer user_data, GError **error)
{
  Note *note = user_data;

  return postern_flow_audit_append (note->context, txn, note->event, note->user_id, error);
}

void
postern_flow_audit_write (PosternFlowContext *context, const char *event, const char *user_id)
{
  Note note = { context, event, user_id };
  g_autoptr (GError) error = NULL;

  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, append, &note, &error))
    g_warning ("Event %s could not be kept: %s", event, error->message);
  postern_flow_audit_tell (context, event, user_id);
}

typedef struct {
  const char *key;
  gint64 window, count;
} Failures;

static gboolean
count_failure (PosternTxn *txn, gpointer user_data, GError **error)
{
  Failures *it = user_data;

  return postern_counter_store_add (txn, it->key, 1, it->window, postern_flow_context_now (), &it->count, NULL, error);
}

void
postern_flow_audit_write_failure (PosternFlowContext *context, const char *user_id)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_autofree char *network = context->flow->remote_address ? postern_guard_dup_network (context->flow->remote_address) : NULL;
  g_autofree char *key = g_strconcat ("failed:", network, NULL);
  Failures failures = { key, policy->guess_window, 0 };

  postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_SHORT, count_failure, &failures, NULL); /* uncounted, it is kept */
  if (failures.count <= policy->guesses_per_address)
    postern_flow_audit_write (context, "sign-in.failed", user_id);
}
