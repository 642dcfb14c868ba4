/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-end.h"

#include "postern-protocol.h"

typedef struct {
  const char *id;
  gint64 now;
  PosternSession *session; /* as it was; NULL when it had ended before */
  GPtrArray *grants;
} Ending;

static void
clear (Ending *ending)
{
  g_clear_pointer (&ending->session, postern_session_unref);
  g_clear_pointer (&ending->grants, g_ptr_array_unref);
}

static gboolean
append_audit (PosternTxn *txn, PosternSession *session, gint64 now, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_new ();

  audit->id = postern_id_new ("aud");
  audit->at = now * G_USEC_PER_SEC;
  audit->event = g_strdup ("session.ended");
  audit->actor = g_strdup (session->user_id);
  audit->target = g_strdup (session->id);
  return postern_audit_store_append (txn, audit, error);
}

/* The grants are read before the end, because the end revokes them and the applications must be told. */
static gboolean
end (PosternTxn *txn, gpointer user_data, GError **error)
{
  Ending *ending = user_data;
  g_autoptr (PosternSession) session = NULL;

  clear (ending);
  session = postern_session_store_get (txn, ending->id, error);
  if (session == NULL)
    return FALSE;
  if (session->ended_at != 0)
    return TRUE;
  ending->grants = postern_grant_store_list_for_session (txn, session->id, error);
  if (ending->grants == NULL || !postern_session_store_end (txn, session->id, ending->now, error) || !append_audit (txn, session, ending->now, error))
    return FALSE;
  ending->session = g_steal_pointer (&session);
  return TRUE;
}

static void
tell (PosternRuntime *runtime, PosternTenant *tenant, Ending *ending)
{
  g_autoptr (GPtrArray) protocols = postern_registry_list (postern_runtime_get_registry (runtime), POSTERN_TYPE_PROTOCOL);
  g_autoptr (PosternEvent) event = NULL;

  for (guint i = 0; i < protocols->len; i++) {
    PosternProtocol *protocol = g_ptr_array_index (protocols, i);

    if (POSTERN_PROTOCOL_GET_CLASS (protocol)->session_ended)
      POSTERN_PROTOCOL_GET_CLASS (protocol)->session_ended (protocol, tenant, ending->session, ending->grants);
  }
  event = postern_event_new ("session.ended", ending->now * G_USEC_PER_SEC,
                             g_variant_new_parsed ("{'tenant': <%s>, 'user': <%s>, 'session': <%s>}", postern_tenant_get_slug (tenant),
                                                   ending->session->user_id, ending->session->id));
  postern_hub_tell (postern_runtime_get_hub (runtime), event);
}

gboolean
postern_flow_end_session (PosternRuntime *runtime, PosternTenant *tenant, const char *session_id, GError **error)
{
  Ending ending = { session_id, g_get_real_time () / G_USEC_PER_SEC, NULL, NULL };
  gboolean done = postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, end, &ending, error);

  if (done && ending.session)
    tell (runtime, tenant, &ending);
  clear (&ending);
  return done;
}

typedef struct {
  const char *user_id;
  GPtrArray *sessions;
} Listing;

static gboolean
list (PosternTxn *txn, gpointer user_data, GError **error)
{
  Listing *listing = user_data;

  g_clear_pointer (&listing->sessions, g_ptr_array_unref);
  listing->sessions = postern_session_store_list (txn, listing->user_id, TRUE, NULL, 1000, error);
  return listing->sessions != NULL;
}

gboolean
postern_flow_end_all (PosternRuntime *runtime, PosternTenant *tenant, const char *user_id, const char *except, GError **error)
{
  Listing listing = { user_id, NULL };
  g_autoptr (GPtrArray) sessions = NULL;

  if (!postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, list, &listing, error))
    return FALSE;
  sessions = listing.sessions;
  for (guint i = 0; i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    if (g_strcmp0 (session->id, except) != 0 && !postern_flow_end_session (runtime, tenant, session->id, error))
      return FALSE;
  }
  return TRUE;
}
