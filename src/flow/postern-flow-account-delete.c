/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-account-delete.h"
#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-end.h"
#include "postern-flow-notice.h"
#include "postern-flow-routes.h"
#include "postern-flow-tasks.h"
#include "postern-flow-visit.h"
#include "postern-json.h"
#include "postern-user-erase.h"
#include "postern-user-name.h"

/*
 * A person wants the account to be deleted. It is not at once: for some days it can be kept by whoever signs in to it, and the
 * address is told how. Meanwhile nothing acts in its name: all sessions and grants end with the wish, and the applications are told.
 */

#define PATH "/account/delete"
#define DAY (24 * 3600)
#define NOTICE_ASKED POSTERN_FLOW_ACCOUNT_DELETE_NOTICE
#define NOTICE_KEPT N_("Your account is kept.")

typedef struct {
  PosternFlowContext *context;
  gboolean keep;
  gboolean changed;
  gint64 deletes_at; /* as it is now */
  GPtrArray *ended; /* who must be told once it is done; (nullable) */
} Wish;

PosternResponse *
postern_flow_account_delete_show (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, PATH, &response);
  g_autoptr (PosternPolicy) policy = visit ? postern_tenant_dup_policy (visit->tenant) : NULL;
  g_autofree char *action = visit ? g_strconcat (postern_tenant_get_issuer (visit->tenant), PATH, NULL) : NULL;
  g_autofree char *back_url = visit ? g_strconcat (postern_tenant_get_issuer (visit->tenant), "/account", NULL) : NULL;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (visit == NULL)
    return response;
  if (!postern_flow_visit_is_fresh (visit))
    return postern_flow_visit_sign_in_again (engine, visit, request, PATH);
  postern_json_object_add_string (&model, "action", action);
  postern_json_object_add_string (&model, "back_url", back_url);
  postern_json_object_add_string (&model, "identifier", postern_user_name_get_shown (visit->user));
  postern_json_object_add_boolean (&model, "administrator", visit->user->administrator);
  postern_json_object_add_int64 (&model, "days", (policy->deletion_delay + DAY - 1) / DAY);
  return postern_response_new_page (200, "account-delete", postern_json_object_end (&model));
}

/* Who runs the server is not deleted by a slip, or the set-up link would be open to the next who comes. */
static gboolean
check_wish (const PosternUser *user, const Wish *wish, GError **error)
{
  if (wish->keep || !user->administrator)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "An administrator's account is deleted by another administrator");
  return FALSE;
}

static gboolean
end_access (PosternTxn *txn, Wish *wish, const char *user_id, GError **error)
{
  const PosternAuditBy by = postern_flow_audit_get_by (wish->context);

  if (wish->keep)
    return TRUE;
  wish->ended = postern_flow_end_others (txn, user_id, NULL, &by, error);
  return wish->ended && postern_grant_store_revoke_all (txn, user_id, NULL, postern_flow_context_now (), error);
}

/* Floating. (nullable) */
static GVariant *
describe (gint64 deletes_at)
{
  return deletes_at != 0 ? g_variant_new_parsed ("{'deletes_at': <%x>}", deletes_at) : NULL;
}

static gboolean
set (PosternTxn *txn, gpointer user_data, GError **error)
{
  Wish *wish = user_data;
  PosternFlowContext *context = wish->context;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_autoptr (PosternUser) user = postern_user_store_get (txn, context->flow->user_id, error);
  gint64 old;

  g_clear_pointer (&wish->ended, g_ptr_array_unref); /* a transaction may run twice */
  if (user == NULL || !postern_flow_tasks_check (context, txn, error) || !check_wish (user, wish, error))
    return FALSE;
  wish->deletes_at = old = user->deletes_at;
  wish->changed = wish->keep != (user->deletes_at == 0);
  if (!wish->changed) /* the button was pressed twice */
    return TRUE;
  user->deletes_at = wish->deletes_at = wish->keep ? 0 : postern_flow_context_now () + policy->deletion_delay;
  return postern_user_store_update (txn, user, error) && end_access (txn, wish, user->id, error) &&
         postern_flow_notice_add (context, txn, user, wish->keep ? NOTICE_KEPT : NOTICE_ASKED, error) &&
         postern_flow_audit_append_change (context, txn, wish->keep ? "account.kept" : "account.deletion-asked", user->id, describe (old), describe (user->deletes_at), error);
}

gboolean
postern_flow_account_delete_wish (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, gboolean keep, gint64 *deletes_at, GError **error)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (engine);
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, runtime, request, &context);
  Wish wish = { .context = &context, .keep = keep };
  gboolean done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, set, &wish, error);
  g_autoptr (GPtrArray) ended = wish.ended;

  if (done && wish.changed)
    postern_flow_audit_tell (&context, keep ? "account.kept" : "account.deletion-asked", visit->user->id);
  if (done && ended)
    postern_flow_end_tell (runtime, visit->tenant, ended);
  postern_flow_context_clear (&context);
  if (deletes_at)
    *deletes_at = wish.deletes_at;
  return done;
}

static PosternResponse *
leave (PosternFlowVisit *visit, PosternRequest *request)
{
  PosternResponse *response = postern_response_new_redirect ("/account/signed-out?notice=deletion");

  postern_flow_browser_forget (request, response, visit->session);
  return response;
}

PosternResponse *
postern_flow_account_delete_submit (PosternRequest *request, gpointer engine)
{
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_new (engine, request, PATH, &response);
  const char *action = NULL;
  g_autoptr (GError) error = NULL;

  if (visit == NULL)
    return response;
  postern_request_get_form (request, "action", &action, NULL);
  if (g_strcmp0 (action, "delete") != 0)
    return postern_response_new_redirect ("/account");
  if (!postern_flow_visit_is_fresh (visit))
    return postern_flow_visit_sign_in_again (engine, visit, request, PATH);
  if (!postern_flow_account_delete_wish (engine, visit, request, FALSE, NULL, &error))
    return postern_response_new_error_page (error, "/account");
  return leave (visit, request);
}

PosternResponse *
postern_flow_account_delete_not (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (postern_flow_account_delete_wish (engine, visit, request, TRUE, NULL, &error))
    return postern_response_new_redirect ("/account?notice=kept");
  return postern_response_new_error_page (error, "/account");
}

/* --- when the time is over --------------------------------------------------------------------------------------------------- */

typedef struct {
  gint64 now;
  guint limit;
  GPtrArray *ended; /* (element-type GPtrArray): of each person; (nullable) */
} Forgetting;

static gboolean
append_deleted (PosternTxn *txn, const char *user_id, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_audit_store_new ("user.deleted", POSTERN_AUDIT_SERVER, user_id);

  audit->data = g_variant_ref_sink (g_variant_new_parsed ("{'before': <@a{sv} {}>}"));
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
forget (PosternTxn *txn, gpointer user_data, GError **error)
{
  static const PosternAuditBy server = { POSTERN_AUDIT_SERVER };
  Forgetting *it = user_data;
  g_autoptr (GPtrArray) due = postern_user_store_list_due (txn, it->now, it->limit, error);

  g_ptr_array_set_size (it->ended, 0);
  for (guint i = 0; due && i < due->len; i++) {
    const PosternUser *user = due->pdata[i];
    GPtrArray *ended = postern_flow_end_others (txn, user->id, NULL, &server, error);

    if (ended == NULL)
      return FALSE;
    g_ptr_array_add (it->ended, ended);
    if (!postern_user_erase (txn, user, &server, error) || !append_deleted (txn, user->id, error))
      return FALSE;
  }
  return due != NULL;
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  GPtrArray **due = user_data;

  g_clear_pointer (due, g_ptr_array_unref);
  *due = postern_user_store_list_due (txn, postern_flow_context_now (), 1, error);
  return *due != NULL;
}

/* Nearly always nobody is, and then nothing is written. */
static gboolean
is_any_due (PosternTenant *tenant, gboolean *any, GError **error)
{
  GPtrArray *due = NULL;
  gboolean read = postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, look, &due, error);

  *any = due && due->len > 0;
  g_clear_pointer (&due, g_ptr_array_unref);
  return read;
}

gboolean
postern_flow_account_delete_due (PosternRuntime *runtime, PosternTenant *tenant, guint limit, GError **error)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  Forgetting it = { postern_flow_context_now (), limit, ended };
  gboolean any;

  if (!is_any_due (tenant, &any, error))
    return FALSE;
  if (!any)
    return TRUE;
  if (!postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, forget, &it, error))
    return FALSE;
  for (guint i = 0; i < ended->len; i++)
    postern_flow_end_tell (runtime, tenant, g_ptr_array_index (ended, i));
  return TRUE;
}
