/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-remove.h"

#include <glib/gi18n.h>

#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-end.h"
#include "postern-flow-factors.h"
#include "postern-flow-methods.h"
#include "postern-flow-notice.h"
#include "postern-flow-tasks.h"

typedef struct {
  PosternFlowContext *context;
  PosternFlowVisit *visit;
  const char *id;
  /* as of the transaction: in another window an address may have been given up, or another way in */
  PosternUser *user;
  GPtrArray *credentials, *identities;
  GVariant *before; /* (nullable): of what is taken away, for the audit log */
  GPtrArray *ended; /* who must be told once it is done; (nullable) */
} Removing;

static void
clear (Removing *removing)
{
  g_clear_pointer (&removing->user, postern_user_unref);
  g_clear_pointer (&removing->credentials, g_ptr_array_unref);
  g_clear_pointer (&removing->identities, g_ptr_array_unref);
  g_clear_pointer (&removing->before, g_variant_unref);
  g_clear_pointer (&removing->ended, g_ptr_array_unref);
}

static gboolean
load (PosternTxn *txn, Removing *removing, GError **error)
{
  const char *user_id = removing->visit->user->id;

  clear (removing); /* a transaction may run twice */
  removing->user = postern_user_store_get (txn, user_id, error);
  removing->credentials = removing->user ? postern_credential_store_list (txn, user_id, error) : NULL;
  removing->identities = removing->credentials ? postern_identity_store_list (txn, user_id, error) : NULL;
  return removing->identities != NULL;
}

/* --- whether another way in is left ---------------------------------------------------------------------------------------- */

static gboolean
has_other_credential (Removing *removing)
{
  for (guint i = 0; i < removing->credentials->len; i++) {
    PosternCredential *credential = removing->credentials->pdata[i];
    const PosternFlowMethod *method = postern_flow_methods_find_kind (credential->kind);

    if (!g_str_equal (credential->id, removing->id) && method && method->traits & POSTERN_FLOW_METHOD_ALONE &&
        postern_flow_methods_is_offered (method, removing->context))
      return TRUE;
  }
  return FALSE;
}

/* One whose connector is gone leads nowhere. */
static gboolean
has_other_identity (Removing *removing)
{
  PosternRegistry *registry = postern_runtime_get_registry (removing->context->runtime);

  for (guint i = 0; i < removing->identities->len; i++) {
    PosternIdentity *identity = removing->identities->pdata[i];

    if (!g_str_equal (identity->id, removing->id) && postern_registry_get_instance (registry, identity->connector))
      return TRUE;
  }
  return FALSE;
}

static gboolean
can_be_written_to (Removing *removing)
{
  PosternUser *user = removing->user;

  return (user->email && user->email_verified && postern_flow_factors_find_code (removing->context, user->email)) ||
         (user->phone && user->phone_verified && postern_flow_factors_find_code (removing->context, user->phone));
}

static gboolean
has_other_way (Removing *removing, GError **error)
{
  if (has_other_credential (removing) || has_other_identity (removing) || can_be_written_to (removing))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "This is the last way in");
  return FALSE;
}

/* --- what is taken away ---------------------------------------------------------------------------------------------------- */

static gboolean
remove_identity (PosternTxn *txn, Removing *removing, GError **error)
{
  for (guint i = 0; i < removing->identities->len; i++) {
    const PosternIdentity *identity = removing->identities->pdata[i];

    if (g_str_equal (identity->id, removing->id)) {
      removing->before = g_variant_ref_sink (postern_flow_audit_describe_identity (identity->connector, identity->subject));
      return has_other_way (removing, error) && postern_identity_store_delete (txn, removing->id, error);
    }
  }
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This person has no such identity");
  return FALSE;
}

static PosternCredential *
find_credential (GPtrArray *credentials, const char *id, GError **error)
{
  for (guint i = 0; i < credentials->len; i++)
    if (g_str_equal (((PosternCredential *) credentials->pdata[i])->id, id))
      return credentials->pdata[i];
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This person has no such credential");
  return NULL;
}

static gboolean
remove_credential (PosternTxn *txn, Removing *removing, GError **error)
{
  PosternCredential *credential = find_credential (removing->credentials, removing->id, error);
  const PosternFlowMethod *method = credential ? postern_flow_methods_find_kind (credential->kind) : NULL;

  if (credential == NULL)
    return FALSE;
  if (method == NULL || method->traits & POSTERN_FLOW_METHOD_LASTING) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "This is not removed, only replaced");
    return FALSE;
  }
  removing->before = g_variant_ref_sink (postern_flow_audit_describe_credential (credential));
  return (!(method->traits & POSTERN_FLOW_METHOD_ALONE) || has_other_way (removing, error)) && postern_credential_store_delete (txn, removing->id, error);
}

/* Somebody who has nothing else to be called by keeps it. */
static gboolean
remove_phone (PosternTxn *txn, Removing *removing, GError **error)
{
  PosternUser *user = removing->user;

  if (user->phone == NULL) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "This person has no telephone number");
    return FALSE;
  }
  if (user->email == NULL && user->username == NULL) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "There is nothing else to sign in with");
    return FALSE;
  }
  removing->before = g_variant_ref_sink (g_variant_new_parsed ("{'phone': <%s>}", user->phone));
  g_clear_pointer (&user->phone, g_free);
  user->phone_verified = FALSE;
  user->updated_at = postern_flow_context_now ();
  return has_other_way (removing, error) && postern_user_store_update (txn, user, error);
}

/* --- what all of them share ---------------------------------------------------------------------------------------------- */

typedef struct {
  const char *action; /* how the button's value begins; the id follows */
  gboolean (*remove) (PosternTxn *txn, Removing *removing, GError **error); /* CONFLICT when it is the last way in */
  const char *event, *message; /* message: of the mail, a phrase */
  const char *done;            /* where that leads */
} Kind;

static const Kind kinds[] = {
  { "unlink:", remove_identity, "identity.unlinked", N_("A way to sign in to your account was disconnected. You are signed out everywhere else."), "/account?notice=unlinked" },
  { "remove:" POSTERN_FLOW_METHOD_PHONE, remove_phone, "phone.removed", N_("The telephone number was removed from your account. You are signed out everywhere else."), "/account?notice=removed" },
  { "remove:", remove_credential, "credential.removed", N_("A way to sign in to your account was removed. You are signed out everywhere else."), "/account?notice=removed" },
};

static const Kind *
find_kind (const char *action)
{
  for (guint i = 0; action && i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (action, kinds[i].action))
      return &kinds[i];
  return NULL;
}

gboolean
postern_flow_remove_takes (const char *action)
{
  return find_kind (action) != NULL;
}

typedef struct {
  Removing removing;
  const Kind *kind;
} Run;

/* Whoever came in by it must not stay: it may be the reason. */
static gboolean
run (PosternTxn *txn, gpointer user_data, GError **error)
{
  Run *it = user_data;
  Removing *removing = &it->removing;
  PosternUser *user = removing->visit->user;

  if (!postern_flow_tasks_check (removing->context, txn, error) || !load (txn, removing, error) || !it->kind->remove (txn, removing, error))
    return FALSE;
  removing->ended = postern_flow_end_by_flow (removing->context, txn, user->id, removing->visit->session->id, error);
  return removing->ended && postern_flow_notice_add (removing->context, txn, user, it->kind->message, error) &&
         postern_flow_audit_append_change (removing->context, txn, it->kind->event, user->id, removing->before, NULL, error);
}

static gboolean
commit (Run *it, GError **error)
{
  PosternFlowContext *context = it->removing.context;
  PosternFlowVisit *visit = it->removing.visit;

  if (!postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, run, it, error))
    return FALSE;
  postern_flow_audit_tell (context, it->kind->event, visit->user->id);
  postern_flow_end_by_flow_tell (context, it->removing.ended);
  return TRUE;
}

gboolean
postern_flow_remove_commit (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action, GError **error)
{
  const Kind *kind = find_kind (action);
  g_autoptr (PosternFlow) flow = NULL;
  PosternFlowContext context;
  gboolean done;
  Run it = { .kind = kind };

  g_return_val_if_fail (kind != NULL, FALSE);
  flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (engine), request, &context);
  it.removing = (Removing){ .context = &context, .visit = visit, .id = action + strlen (kind->action) };
  done = commit (&it, error);
  clear (&it.removing);
  postern_flow_context_clear (&context);
  return done;
}

PosternResponse *
postern_flow_remove (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const char *action)
{
  g_autoptr (GError) error = NULL;

  if (!postern_flow_visit_is_fresh (visit)) /* who sits before a browser that was left open has not shown who it is */
    return postern_flow_visit_sign_in_again (engine, visit, request, "/account?notice=again");
  if (postern_flow_remove_commit (engine, visit, request, action, &error))
    return postern_response_new_redirect (find_kind (action)->done);
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return postern_response_new_redirect ("/account?notice=last-way");
  return postern_response_new_error_page (error, "/account");
}
