/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-native.h"

#include "postern-flow-context.h"
#include "postern-flow-native-pages.h"
#include "postern-flow-pages.h"
#include "postern-flow-park.h"
#include "postern-flow-prompt.h"
#include "postern-protocol.h"
#include "postern-request-private.h"

PosternRequest *
postern_flow_native_new_request (PosternRequest *request)
{
  static const char *const headers[] = { "User-Agent", "Accept-Language" };
  PosternRequest *bare = postern_request_new (postern_request_get_method (request), postern_request_get_path (request), NULL);

  postern_request_set_id (bare, postern_request_get_id (request));
  postern_request_set_public_url (bare, postern_request_get_public_url (request));
  postern_request_set_remote_address (bare, postern_request_get_remote_address (request));
  postern_request_set_cancellable (bare, postern_request_get_cancellable (request));
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    const char *value = postern_request_get_header (request, headers[i]);

    if (value)
      postern_request_add_header (bare, headers[i], value);
  }
  return bare;
}

char *
postern_flow_native_bind (PosternFlow *flow)
{
  g_autofree char *secret = postern_secret_new ();
  char *auth_session = g_strconcat (flow->id, ".", secret, NULL);

  g_free (flow->browser_hash);
  flow->browser_hash = postern_secret_hash (auth_session);
  return auth_session;
}

static PosternProtocol *
find_protocol (PosternFlowContext *context)
{
  return POSTERN_PROTOCOL (postern_registry_get_instance (postern_runtime_get_registry (context->runtime), context->flow->protocol));
}

PosternResponse *
postern_flow_native_show (PosternFlowContext *context, const char *auth_session)
{
  PosternProtocol *protocol = find_protocol (context);
  guint status;
  gint64 retry_after;
  g_autoptr (GVariant) model = g_variant_ref_sink (postern_flow_prompt_get_model (context, &status, &retry_after));
  g_autoptr (GVariant) page = g_variant_ref_sink (postern_flow_native_pages_describe (context->flow->prompt_template, model));

  return POSTERN_PROTOCOL_GET_CLASS (protocol)->show (protocol, context->flow, page, auth_session);
}

PosternResponse *
postern_flow_native_lose (PosternFlowContext *context)
{
  PosternProtocol *protocol = find_protocol (context);
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_SESSION, "This auth_session was answered already");

  return POSTERN_PROTOCOL_GET_CLASS (protocol)->refuse (protocol, context->flow, error);
}

PosternResponse *
postern_flow_native_answer (PosternFlowEngine *self, PosternRequest *request, const char *auth_session, const char *application_id, GError **error)
{
  PosternRuntime *runtime = postern_flow_engine_get_runtime (self);
  PosternTenant *tenant = postern_runtime_find_tenant (runtime, request);
  g_autoptr (PosternFlow) flow = postern_flow_park_load_native (tenant, auth_session, application_id, error);
  PosternPairs *form = flow ? postern_request_get_parameters (request, error) : NULL;
  g_autoptr (PosternPairs) answers = form ? postern_flow_native_pages_dup_answers (flow, form) : NULL;

  if (answers == NULL)
    return NULL;
  postern_flow_pages_rewind (runtime, request, flow, answers, postern_flow_prompt_get_template (flow));
  return postern_flow_engine_run (self, flow, request, answers);
}
