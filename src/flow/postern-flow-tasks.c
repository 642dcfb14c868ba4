/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-tasks.h"

#include "postern-flow-factors.h"
#include "postern-flow-routes.h"

#define PASSWORD "password"
#define RECENT 300 /* seconds: how fresh a sign-in must be where the task's own page asks for nothing */

static const PosternFlowTask tasks[] = {
  /* name                              factor      asks        notice */
  { POSTERN_FLOW_TASK_CHANGE_PASSWORD, PASSWORD, PASSWORD,   "changed" },
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

PosternResponse *
postern_flow_tasks_begin (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const PosternFlowTask *task,
                          const char *target)
{
  g_autofree char *back = g_strconcat ("/account?notice=", task->notice, NULL);
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (visit->tenant, back, task->name);

  postern_flow_set_string (&flow->hinted_user_id, visit->user->id);
  postern_flow_set_string (&flow->task_target, target);
  if (!asks_itself (visit, task))
    flow->max_age = RECENT;
  return postern_flow_engine_run (engine, flow, request, NULL);
}

/** A GET only begins: what is changed is changed by the forms of the flow. */
PosternResponse *
postern_flow_tasks_show (PosternRequest *request, gpointer engine)
{
  const PosternFlowTask *task = postern_flow_tasks_find (postern_request_get_capture (request, "task"));
  g_autoptr (GError) error = task ? NULL : g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such task");
  PosternResponse *response = NULL;
  g_autoptr (PosternFlowVisit) visit = NULL;
  const char *target = NULL;

  if (error || !postern_request_get_query (request, "target", &target, &error))
    return postern_response_new_error_page (error, "/account");
  visit = postern_flow_visit_new (engine, request, "/account", &response);
  return visit ? postern_flow_tasks_begin (engine, visit, request, task, target) : response;
}
