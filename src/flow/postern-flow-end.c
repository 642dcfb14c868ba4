/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-end.h"

#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-json.h"
#include "postern-protocol.h"

/* One session that has just ended, and what came of it. */
typedef struct {
  PosternSession *session; /* as it was */
  GPtrArray *grants;
} Ended;

static void
ended_free (gpointer data)
{
  Ended *self = data;

  g_clear_pointer (&self->session, postern_session_unref);
  g_clear_pointer (&self->grants, g_ptr_array_unref);
  g_free (self);
}

static gboolean
append_audit (PosternTxn *txn, PosternSession *session, const PosternAuditBy *by, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new_by ("session.ended", by, session->id);
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "user", session->user_id);
  postern_json_object_add_string (&data, "session", session->id);
  audit->data = g_variant_ref_sink (postern_json_object_end (&data));
  if (audit->actor == NULL)
    audit->actor = g_strdup (session->user_id);
  return postern_audit_store_append (txn, audit, error);
}

/* The grants are read before the end, because the end revokes them and the applications must be told. */
static gboolean
end (PosternTxn *txn, PosternSession *session, const PosternAuditBy *by, GPtrArray *ended, GError **error)
{
  g_autoptr (GPtrArray) grants = postern_grant_store_list_for_session (txn, session, error);
  Ended *one;

  if (grants == NULL || !postern_session_store_end (txn, session->id, postern_flow_context_now (), error) || (by && !append_audit (txn, session, by, error)))
    return FALSE;
  one = g_new (Ended, 1);
  *one = (Ended){ postern_session_ref (session), g_steal_pointer (&grants) };
  g_ptr_array_add (ended, one);
  return TRUE;
}

static void
tell_of (PosternRuntime *runtime, PosternTenant *tenant, const Ended *ended)
{
  g_autoptr (GPtrArray) protocols = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_PROTOCOL);
  g_autoptr (PosternEvent) event = NULL;

  for (guint i = 0; i < protocols->len; i++) {
    PosternProtocol *protocol = g_ptr_array_index (protocols, i);

    if (POSTERN_PROTOCOL_GET_CLASS (protocol)->session_ended)
      POSTERN_PROTOCOL_GET_CLASS (protocol)->session_ended (protocol, tenant, ended->session, ended->grants);
  }
  event = postern_event_new ("session.ended", g_get_real_time (),
                             g_variant_new_parsed ("{'tenant': <%s>, 'user': <%s>, 'session': <%s>}", postern_tenant_get_slug (tenant),
                                                   ended->session->user_id, ended->session->id));
  postern_hub_tell (postern_runtime_get_hub (runtime), event);
}

void
postern_flow_end_tell (PosternRuntime *runtime, PosternTenant *tenant, GPtrArray *ended)
{
  for (guint i = 0; i < ended->len; i++)
    tell_of (runtime, tenant, g_ptr_array_index (ended, i));
}

static GPtrArray *
end_as_of (PosternTxn *txn, const char *user_id, const char *except, gint64 at, const PosternAuditBy *by, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, user_id, TRUE, NULL, G_MAXINT32, error);
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (ended_free);

  if (sessions == NULL || !postern_user_store_end (txn, user_id, at, error))
    return NULL;
  for (guint i = 0; i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    if (g_strcmp0 (session->id, except) != 0 && !end (txn, session, by, ended, error))
      return NULL;
  }
  return postern_device_store_distrust (txn, user_id, error) ? g_steal_pointer (&ended) : NULL;
}

GPtrArray *
postern_flow_end_others (PosternTxn *txn, const char *user_id, const char *except, const PosternAuditBy *by, GError **error)
{
  return end_as_of (txn, user_id, except, g_get_real_time (), by, error);
}

GPtrArray *
postern_flow_end_by_flow (PosternFlowContext *context, PosternTxn *txn, const char *user_id, const char *except, GError **error)
{
  const PosternAuditBy by = postern_flow_audit_get_by (context);

  if (context->flow->met_at != 0 && !postern_flow_context_check_stands (context, txn, error))
    return NULL;
  context->ended_at = g_get_real_time ();
  return end_as_of (txn, user_id, except, context->ended_at, &by, error);
}

void
postern_flow_end_by_flow_tell (PosternFlowContext *context, GPtrArray *ended)
{
  context->flow->met_at = context->ended_at;
  context->has_standing = FALSE;
  postern_flow_end_tell (context->runtime, context->tenant, ended);
}

typedef struct {
  const char *id;
  const PosternAuditBy *by;
  GPtrArray *ended; /* of Ended: none when it had ended before */
} Ending;

GPtrArray *
postern_flow_end_one (PosternTxn *txn, const char *session_id, const PosternAuditBy *by, GError **error)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (ended_free);
  g_autoptr (PosternSession) session = postern_session_store_get (txn, session_id, error);

  if (session == NULL || (session->ended_at == 0 && !end (txn, session, by, ended, error)))
    return NULL;
  return g_steal_pointer (&ended);
}

static gboolean
end_one (PosternTxn *txn, gpointer user_data, GError **error)
{
  Ending *ending = user_data;

  g_clear_pointer (&ending->ended, g_ptr_array_unref); /* a transaction may run twice */
  ending->ended = postern_flow_end_one (txn, ending->id, ending->by, error);
  return ending->ended != NULL;
}

gboolean
postern_flow_end_session (PosternRuntime *runtime, PosternTenant *tenant, const char *session_id, const PosternAuditBy *by, GError **error)
{
  Ending ending = { session_id, by, NULL };
  gboolean done = postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, end_one, &ending, error);
  g_autoptr (GPtrArray) ended = ending.ended;

  if (done)
    postern_flow_end_tell (runtime, tenant, ended);
  return done;
}
