/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-tasks.h"

#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-passkey.h"
#include "postern-flow-routes.h"
#include "postern-sign-in.h"

#define PASSWORD "password"
#define CODE "code"
#define PATH "/account/change/" /* postern-flow-routes.c */

static const PosternFlowTask tasks[] = {
  /* name                              factor      asks        notice */
  { POSTERN_FLOW_TASK_CHANGE_PASSWORD, PASSWORD, PASSWORD,   "changed" },
  { POSTERN_FLOW_TASK_EMAIL,           CODE,     NULL,       "email" },
  { POSTERN_FLOW_TASK_PHONE,           CODE,     NULL,       "phone" },
  { "add-passkey",                     "passkey", NULL,      "added" },
  { POSTERN_FLOW_PASSKEY_UPGRADE,      "passkey", NULL,      "added" },
  { "add-totp",                        "totp",   NULL,       "added" },
  { "new-recovery-codes",              "recovery-code", NULL, "added" },
  { POSTERN_FLOW_TASK_LINK,            NULL,       NULL,      "added" },
};

const PosternFlowTask *
postern_flow_tasks_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (g_strcmp0 (tasks[i].name, name) == 0)
      return &tasks[i];
  return NULL;
}

PosternInstance *
postern_flow_tasks_find_factor (PosternFlowContext *context, const PosternFlowTask *task)
{
  if (g_str_equal (task->factor, PASSWORD))
    return postern_flow_factors_find_password (context); /* unless the policy knows none */
  return postern_flow_factors_find (context, task->factor);
}

gboolean
postern_flow_tasks_check (PosternFlowContext *context, PosternTxn *txn, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternSession) session = flow->session_id ? postern_session_store_get (txn, flow->session_id, NULL) : NULL;
  PosternStanding standing;

  if (session && g_strcmp0 (session->user_id, flow->user_id) == 0 && postern_sign_in_is_alive (session, postern_flow_context_now ()) &&
      postern_user_store_get_standing (txn, flow->user_id, &standing, NULL) && standing.disabled_at == 0)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "The session that this was begun in has ended");
  return FALSE;
}

typedef struct {
  const char *user_id, *kind;
  gboolean found;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *it = user_data;
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, it->user_id, it->kind, NULL);

  it->found = credential != NULL;
  return TRUE;
}

static gboolean
asks_itself (PosternFlowVisit *visit, const PosternFlowTask *task)
{
  Look it = { visit->user->id, task->asks, FALSE };

  return task->asks && postern_store_read (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, look, &it, NULL) && it.found;
}

static void
add_parameter (GString *path, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (path, "%c%s=", strchr (path->str, '?') ? '&' : '?', name);
  g_string_append_uri_escaped (path, value, NULL, FALSE);
}

static char *
dup_address (const char *base, const char *task, const PosternFlowTaskLink *link)
{
  GString *path = g_string_new (base);

  g_string_append (path, PATH);
  g_string_append (path, task);
  add_parameter (path, "target", link->target);
  add_parameter (path, "client_id", link->client_id);
  add_parameter (path, "redirect_uri", link->redirect_uri);
  return g_string_free (path, FALSE);
}

/* Whoever must sign in first comes back to it, and it is checked again. */
static char *
dup_path (const PosternFlowTask *task, const PosternFlowTaskLink *link)
{
  return dup_address ("", task->name, link);
}

char *
postern_flow_tasks_dup_url (PosternTenant *tenant, const char *task, const PosternFlowTaskLink *link)
{
  return dup_address (postern_tenant_get_issuer (tenant), task, link);
}

static gboolean
read_link (PosternRequest *request, PosternFlowTaskLink *link, GError **error)
{
  return postern_request_get_query (request, "target", &link->target, error) && postern_request_get_query (request, "client_id", &link->client_id, error) &&
         postern_request_get_query (request, "redirect_uri", &link->redirect_uri, error);
}

/* The rule of an authorization request (OAuth 2.1 section 2.3.1): registered by that application, character by character. */
gboolean
postern_flow_tasks_check_link (PosternTenant *tenant, const PosternFlowTaskLink *link, GError **error)
{
  g_autoptr (PosternClient) client = link->client_id ? postern_tenant_dup_client (tenant, link->client_id, NULL) : NULL;

  if (link->client_id == NULL && link->redirect_uri == NULL)
    return TRUE;
  if (client && client->application->enabled && link->redirect_uri && postern_client_matches_redirect (client, link->redirect_uri))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The redirect_uri is not registered for the application of this client_id, character by character");
  return FALSE;
}

PosternResponse *
postern_flow_tasks_begin (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const PosternFlowTask *task,
                          const PosternFlowTaskLink *link)
{
  g_autofree char *path = dup_path (task, link);
  g_autofree char *back = link->redirect_uri ? g_strdup (link->redirect_uri) : g_strconcat ("/account?notice=", task->notice, NULL);
  g_autoptr (PosternFlow) flow = NULL;

  if (!postern_flow_visit_is_fresh (visit) && !asks_itself (visit, task))
    return postern_flow_visit_sign_in_again (engine, visit, request, path);
  flow = postern_flow_visit_begin (visit->tenant, back, task->name);
  postern_flow_set_string (&flow->hinted_user_id, visit->user->id);
  postern_flow_set_string (&flow->task_target, link->target);
  if (link->redirect_uri)
    postern_flow_set_string (&flow->back_url, link->redirect_uri);
  return postern_flow_engine_run (engine, flow, request, NULL);
}

/**
 * A GET only begins: what is changed is changed by the forms of the flow. Who is not signed in does that first, and comes back. An
 * application may send people here, and have them back when it is done.
 */
PosternResponse *
postern_flow_tasks_show (PosternRequest *request, gpointer engine)
{
  const PosternFlowTask *task = postern_flow_tasks_find (postern_request_get_capture (request, "task"));
  g_autoptr (GError) error = task && task->factor ? NULL : g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such task");
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = NULL;
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  PosternFlowTaskLink link = { NULL };
  g_autofree char *path = NULL;

  if (error || !read_link (request, &link, &error) || !postern_flow_tasks_check_link (tenant, &link, &error))
    return postern_response_new_error_page (error, "/account");
  path = dup_path (task, &link);
  visit = postern_flow_visit_new (engine, request, path, &response);
  return visit ? postern_flow_tasks_begin (engine, visit, request, task, &link) : response;
}
