/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-audit.h"

#include "postern-audit-part.h"
#include "postern-flow-context.h"
#include "postern-guard.h"
#include "postern-json.h"

static void
add_flow (PosternFlowContext *context, PosternJsonObject *data, const char *user_id)
{
  PosternFlow *flow = context->flow;
  g_autofree char *risks = flow->risks ? g_strjoinv (" ", flow->risks) : NULL;

  postern_json_object_add_string (data, "tenant", postern_tenant_get_slug (context->tenant));
  postern_json_object_add_string (data, "user", user_id);
  postern_json_object_add_string (data, "application", flow->application_id);
  postern_json_object_add_string (data, "session", flow->session_id);
  postern_json_object_add_string (data, "connector", flow->connector_id);
  postern_json_object_add_string (data, "acr", flow->acr);
  postern_json_object_add_string (data, "organization_id", flow->organization_id);
  postern_json_object_add_string (data, "risks", risks);
}

static GVariant *
data_of (PosternFlowContext *context, const char *user_id)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  add_flow (context, &data, user_id);
  return postern_json_object_end (&data);
}

PosternAuditBy
postern_flow_audit_get_by (PosternFlowContext *context)
{
  return (PosternAuditBy){ context->flow->user_id, context->request ? postern_request_get_id (context->request) : NULL, context->flow->remote_address };
}

static gboolean
append (PosternFlowContext *context, PosternTxn *txn, PosternAudit *audit, GError **error)
{
  if (!postern_audit_store_append (txn, audit, error))
    return FALSE;
  if (context->entries == NULL)
    context->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) postern_audit_unref);
  g_hash_table_replace (context->entries, audit->event, postern_audit_ref (audit)); /* a transaction may run twice */
  return TRUE;
}

static PosternAudit *
new_entry (PosternFlowContext *context, const char *event, const char *user_id)
{
  PosternAuditBy by = postern_flow_audit_get_by (context);
  PosternAudit *audit;

  by.actor = user_id;
  audit = postern_audit_store_new_by (event, &by, context->flow->application_id);
  audit->data = g_variant_ref_sink (data_of (context, user_id));
  return audit;
}

gboolean
postern_flow_audit_append (PosternFlowContext *context, PosternTxn *txn, const char *event, const char *user_id, GError **error)
{
  g_autoptr (PosternAudit) audit = new_entry (context, event, user_id);

  return append (context, txn, audit, error);
}

gboolean
postern_flow_audit_append_change (PosternFlowContext *context, PosternTxn *txn, const char *event, const char *user_id, GVariant *before, GVariant *after, GError **error)
{
  g_autoptr (PosternAudit) audit = new_entry (context, event, user_id);
  g_autoptr (GVariant) was = before ? g_variant_ref_sink (before) : NULL, is = after ? g_variant_ref_sink (after) : NULL;
  g_autoptr (GVariant) gone = postern_audit_part_pick (was, is, NULL, NULL), come = postern_audit_part_pick (is, was, NULL, NULL);
  g_auto (PosternJsonObject) personal = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&personal, "after", come);
  postern_json_object_add (&personal, "before", gone);
  audit->personal = g_variant_ref_sink (postern_json_object_end (&personal));
  audit->person = g_strdup (user_id);
  return append (context, txn, audit, error);
}

GVariant *
postern_flow_audit_describe_user (const PosternUser *user)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "appearance", user->appearance);
  postern_json_object_add_string (&object, "email", user->email);
  postern_json_object_add_boolean (&object, "email_verified", user->email_verified);
  postern_json_object_add_string (&object, "phone", user->phone);
  postern_json_object_add_boolean (&object, "phone_verified", user->phone_verified);
  postern_json_object_add (&object, "profile", user->profile);
  postern_json_object_add_string (&object, "username", user->username);
  return postern_json_object_end (&object);
}

GVariant *
postern_flow_audit_describe_identity (const char *connector_id, const char *subject)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "connector", connector_id);
  postern_json_object_add_string (&object, "subject", subject);
  return postern_json_object_end (&object);
}

GVariant *
postern_flow_audit_describe_consent (const char *scope)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "scope", scope);
  return postern_json_object_end (&object);
}

GVariant *
postern_flow_audit_describe_credential (const PosternCredential *credential)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "kind", credential->kind);
  postern_json_object_add_string (&object, "name", credential->data ? postern_json_get_string (credential->data, "name") : NULL);
  return postern_json_object_end (&object);
}

/* What was written, but for what is personal: who listens may keep it for ever. */
static PosternEvent *
new_event (PosternFlowContext *context, const char *event, const char *user_id)
{
  const PosternAudit *entry = context->entries ? g_hash_table_lookup (context->entries, event) : NULL;
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  add_flow (context, &data, user_id);
  postern_json_object_add_string (&data, "remote_address", context->flow->remote_address);
  postern_json_object_add_string (&data, "request_id", context->request ? postern_request_get_id (context->request) : NULL);
  postern_json_object_add_string (&data, "entry", entry ? entry->id : NULL);
  return postern_event_new (event, entry ? entry->at : g_get_real_time (), postern_json_object_end (&data));
}

void
postern_flow_audit_tell (PosternFlowContext *context, const char *event, const char *user_id)
{
  PosternHub *hub = postern_runtime_get_hub (context->runtime);
  g_autoptr (PosternEvent) told = NULL;

  if (!postern_hub_is_heard (hub, "event"))
    return;
  told = new_event (context, event, user_id);
  postern_hub_tell (hub, told);
}

void
postern_flow_audit_tell_written (PosternFlowContext *context, const char *event, const char *user_id)
{
  if (context->entries != NULL && g_hash_table_contains (context->entries, event))
    postern_flow_audit_tell (context, event, user_id);
}

typedef struct {
  PosternFlowContext *context;
  const char *event, *user_id;
} Note;

static gboolean
append_note (PosternTxn *txn, gpointer user_data, GError **error)
{
  Note *note = user_data;

  return postern_flow_audit_append (note->context, txn, note->event, note->user_id, error);
}

void
postern_flow_audit_write (PosternFlowContext *context, const char *event, const char *user_id)
{
  Note note = { context, event, user_id };
  g_autoptr (GError) error = NULL;

  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, append_note, &note, &error))
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
