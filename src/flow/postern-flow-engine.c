/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-engine.h"

#include "postern-flow-audit.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-flow-end.h"
#include "postern-flow-native.h"
#include "postern-flow-park.h"
#include "postern-flow-refuse.h"
#include "postern-flow-routes.h"

#define RESTARTS 4 /* how often one walk may go back; a person's choice takes one */

struct _PosternFlowEngine {
  GObject parent_instance;
  PosternRuntime *runtime;
};

G_DEFINE_FINAL_TYPE (PosternFlowEngine, postern_flow_engine, G_TYPE_OBJECT)

static void
postern_flow_engine_finalize (GObject *object)
{
  g_clear_object (&POSTERN_FLOW_ENGINE (object)->runtime);
  G_OBJECT_CLASS (postern_flow_engine_parent_class)->finalize (object);
}

static void
postern_flow_engine_class_init (PosternFlowEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_flow_engine_finalize;
}

static void
postern_flow_engine_init (PosternFlowEngine *self)
{
}

PosternFlowEngine *
postern_flow_engine_new (PosternRuntime *runtime)
{
  PosternFlowEngine *self = g_object_new (POSTERN_TYPE_FLOW_ENGINE, NULL);

  self->runtime = g_object_ref (runtime);
  return self;
}

PosternRuntime *
postern_flow_engine_get_runtime (PosternFlowEngine *self)
{
  return self->runtime;
}

/* One pass over the table from the flow's stage on. Rows marked `always` are walked even when they lie behind. */
static PosternStageResult
pass (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  gboolean ahead = flow->stage == NULL;

  for (const PosternStage *row = postern_flow_table; row->name; row++) {
    PosternStageResult result;

    ahead = ahead || g_str_equal (row->name, flow->stage);
    if (!(row->entrances & flow->entrance) || !(ahead || row->always))
      continue;
    if (ahead)
      postern_flow_set_string (&flow->stage, row->name);
    result = row->run (context, error);
    if (result != POSTERN_STAGE_GO_ON)
      return result;
  }
  return ahead ? POSTERN_STAGE_GO_ON : postern_flow_context_refuse (error, POSTERN_ERROR_STALE, "The flow stands on no stage of the table");
}

static PosternResponse *
finish (PosternFlowContext *context, GError **error)
{
  PosternResponse *overtaken;

  if (context->flow->entrance == POSTERN_ENTRANCE_NATIVE)
    context->flow->auth_session = postern_flow_native_dup_kept (context);
  if (!postern_flow_park_finish (context, &overtaken, error))
    return overtaken;
  if (context->event)
    postern_flow_audit_tell (context, context->event, context->flow->user_id);
  postern_flow_audit_tell_written (context, POSTERN_FLOW_AUDIT_CONSENT, context->flow->user_id);
  return g_steal_pointer (&context->response);
}

static PosternResponse *
walk (PosternFlowContext *context)
{
  g_autoptr (GError) error = NULL;
  PosternResponse *response = NULL;
  PosternStageResult result = pass (context, &error);

  for (guint restarts = 0; result == POSTERN_STAGE_RESTART && restarts < RESTARTS; restarts++)
    result = pass (context, &error);
  if (result == POSTERN_STAGE_RESTART)
    postern_flow_context_refuse (&error, POSTERN_ERROR_FAILED, "The flow goes round in circles");
  else if (result == POSTERN_STAGE_PARK)
    response = postern_flow_park_save (context, &error);
  else if (result == POSTERN_STAGE_GO_ON)
    response = finish (context, &error);
  return response ? response : postern_flow_refuse (context, error);
}

static PosternResponse *
run (PosternFlowEngine *self, PosternFlow *flow, PosternRequest *request, PosternPairs *input, gboolean callback)
{
  g_autoptr (PosternRequest) bare = request && flow->entrance == POSTERN_ENTRANCE_NATIVE ? postern_flow_native_new_request (request) : NULL;
  PosternFlowContext context;
  PosternResponse *response;

  postern_flow_context_init (&context, self->runtime, flow, bare ? bare : request, input);
  context.callback = callback;
  response = walk (&context);
  postern_flow_effects_flush_short (&context);
  postern_flow_browser_apply (&context, response);
  postern_flow_context_clear (&context);
  return response;
}

PosternResponse *
postern_flow_engine_run (PosternFlowEngine *self, PosternFlow *flow, PosternRequest *request, PosternPairs *input)
{
  return run (self, flow, request, input, FALSE);
}

PosternResponse *
postern_flow_engine_call_back (PosternFlowEngine *self, PosternFlow *flow, PosternRequest *request, PosternPairs *input)
{
  return run (self, flow, request, input, TRUE);
}

const PosternRoute *
postern_flow_engine_get_routes (void)
{
  return postern_flow_routes;
}

gboolean
postern_flow_engine_end_session (PosternFlowEngine *self, PosternTenant *tenant, const char *session_id, const PosternAuditBy *by, GError **error)
{
  return postern_flow_end_session (self->runtime, tenant, session_id, by, error);
}
