/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-visit.h"

#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-user-name.h"

void
postern_flow_visit_free (PosternFlowVisit *self)
{
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_pointer (&self->user, postern_user_unref);
  g_free (self->application_id);
  g_free (self);
}

PosternFlow *
postern_flow_visit_begin (PosternTenant *tenant, const char *return_path, const char *task)
{
  PosternFlow *flow = postern_flow_new (POSTERN_ENTRANCE_ACCOUNT, NULL);

  postern_flow_set_string (&flow->return_url, return_path);
  postern_flow_set_string (&flow->task, task);
  flow->back_url = g_strconcat (postern_tenant_get_issuer (tenant), "/account", NULL);
  return flow;
}

static PosternResponse *
sign_in (PosternFlowEngine *engine, PosternRequest *request, PosternTenant *tenant, const char *return_path)
{
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (tenant, return_path, NULL);

  return postern_flow_engine_run (engine, flow, request, NULL);
}

PosternFlowVisit *
postern_flow_visit_find (PosternFlowEngine *engine, PosternRequest *request, GError **error)
{
  g_autoptr (PosternFlowVisit) self = g_new0 (PosternFlowVisit, 1);
  g_autoptr (GPtrArray) users = NULL;

  self->tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  self->sessions = postern_flow_browser_dup_sessions (self->tenant, request, NULL, &users, error);
  if (!self->sessions || self->sessions->len == 0)
    return NULL;
  self->session = g_ptr_array_index (self->sessions, 0);
  self->user = postern_user_ref (g_ptr_array_index (users, 0));
  self->auth_time = self->session->auth_time;
  return g_steal_pointer (&self);
}

PosternFlowVisit *
postern_flow_visit_new (PosternFlowEngine *engine, PosternRequest *request, const char *return_path, PosternResponse **answer)
{
  g_autoptr (GError) error = NULL;
  PosternFlowVisit *self = postern_flow_visit_find (engine, request, &error);
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));

  *answer = NULL;
  if (self == NULL)
    *answer = error ? postern_response_new_error_page (error, NULL) : sign_in (engine, request, tenant, return_path);
  return self;
}

PosternFlowVisit *
postern_flow_visit_new_for (PosternTenant *tenant, PosternUser *user, PosternSession *session, gint64 auth_time, const char *application_id)
{
  PosternFlowVisit *self = g_new0 (PosternFlowVisit, 1);

  self->tenant = tenant;
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_session_unref);
  if (session)
    g_ptr_array_add (self->sessions, postern_session_ref (session));
  self->session = session;
  self->user = postern_user_ref (user);
  self->auth_time = auth_time;
  self->application_id = g_strdup (application_id);
  return self;
}

gboolean
postern_flow_visit_is_fresh (PosternFlowVisit *self)
{
  return self->session && postern_flow_context_now () - self->auth_time < POSTERN_FLOW_VISIT_RECENT;
}

PosternResponse *
postern_flow_visit_sign_in_again (PosternFlowEngine *engine, PosternFlowVisit *self, PosternRequest *request, const char *return_path)
{
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (self->tenant, return_path, NULL);

  postern_flow_set_string (&flow->hinted_user_id, self->user->id);
  postern_flow_set_string (&flow->login_hint, postern_user_name_get_identifier (self->user));
  flow->max_age = POSTERN_FLOW_VISIT_RECENT;
  return postern_flow_engine_run (engine, flow, request, NULL);
}

const char *
postern_flow_visit_find_notice (PosternRequest *request, const PosternFlowVisitNotice *notices)
{
  const char *name = NULL;

  postern_request_get_query (request, "notice", &name, NULL);
  while (notices->name && g_strcmp0 (notices->name, name) != 0)
    notices++;
  return notices->text;
}

void
postern_flow_visit_add_time (PosternJsonObject *object, const char *name, gint64 at)
{
  g_autoptr (GDateTime) time = at > 0 ? g_date_time_new_from_unix_utc (at) : NULL;
  g_autofree char *text = time ? g_date_time_format_iso8601 (time) : NULL;

  postern_json_object_add_string (object, name, text);
}

PosternFlow *
postern_flow_visit_begin_context (PosternFlowVisit *self, PosternRuntime *runtime, PosternRequest *request, PosternFlowContext *context)
{
  PosternFlow *flow = postern_flow_visit_begin (self->tenant, "/account", NULL);

  postern_flow_set_string (&flow->user_id, self->user->id);
  postern_flow_set_string (&flow->session_id, self->session ? self->session->id : NULL);
  postern_flow_set_string (&flow->application_id, self->application_id);
  postern_flow_context_init (context, runtime, flow, request, NULL);
  return flow;
}
