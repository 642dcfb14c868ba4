/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-ask.h"

#include "postern-flow-connector.h"
#include "postern-flow-context.h"
#include "postern-step-private.h"

#define CONTEXT "postern-flow-context"

/* The value a provider must bring back names its flow and ends in a secret of which the flow keeps the hash. */
static void
give_callback_state (PosternFlowContext *context, PosternStep *step)
{
  g_autofree char *secret = postern_secret_new ();
  g_autofree char *value = g_strconcat (context->flow->id, ".", secret, NULL);

  g_free (context->flow->callback_state);
  context->flow->callback_state = postern_secret_hash (value);
  postern_step_set_callback_state (step, value);
}

char *
postern_flow_ask_find_flow (const char *state)
{
  const char *dot = state ? strchr (state, '.') : NULL;

  return dot && dot - state < 64 ? g_strndup (state, dot - state) : NULL;
}

PosternFlowContext *
postern_flow_ask_get_context (PosternStep *step)
{
  return g_object_get_data (G_OBJECT (step), CONTEXT);
}

static PosternStep *
make_step (PosternFlowContext *context, PosternInstance *instance, PosternStepPhase phase, const char *user_id)
{
  PosternFlow *flow = context->flow;
  PosternPairs *input = context->input ? context->input : context->brought;
  g_autofree char *callback = g_strdup_printf ("%s/callback/%s", postern_tenant_get_issuer (context->tenant), postern_instance_get_id (instance));
  PosternStep *step = postern_step_new (phase, flow->id, callback);

  g_object_set_data (G_OBJECT (step), CONTEXT, context);
  postern_step_set_hints (step, flow->identifier ? flow->identifier : flow->login_hint, flow->ui_locales);
  postern_step_set_user_id (step, user_id);
  if (input)
    postern_step_use_input (step, input);
  if (context->request) {
    postern_step_set_request (step, context->request);
    postern_step_set_cancellable (step, postern_request_get_cancellable (context->request));
  }
  if (flow->authenticator_state)
    postern_step_use_state (step, flow->authenticator_state);
  if (POSTERN_IS_CONNECTOR (instance))
    postern_step_set_max_age (step, postern_flow_context_is_asked (context, POSTERN_FLOW_PROMPT_LOGIN) ? 0 : postern_flow_context_get_max_age (context));
  if (phase == POSTERN_STEP_BEGIN && POSTERN_IS_CONNECTOR (instance))
    give_callback_state (context, step);
  return step;
}

/* A person who says no does not make a provider ill; nor do those who leave at once, or strangers could close it for all. */
static PosternFlowBreakerEnd
end_of (PosternStep *step)
{
  static const PosternError ill[] = { POSTERN_ERROR_PROVIDER, POSTERN_ERROR_UNREACHABLE, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE };
  const GError *error = postern_step_get_error (step);

  for (guint i = 0; error && i < G_N_ELEMENTS (ill); i++)
    if (g_error_matches (error, POSTERN_ERROR, (gint) ill[i]))
      return g_cancellable_is_cancelled (postern_step_get_cancellable (step)) ? POSTERN_FLOW_BREAKER_LEFT : POSTERN_FLOW_BREAKER_FAILED;
  return POSTERN_FLOW_BREAKER_GOOD;
}

static void
ask_connector (PosternStep *step, PosternInstance *instance)
{
  GError *error = NULL;
  guint place;

  if (!postern_flow_connector_enter (instance, postern_flow_context_now (), &place, &error)) {
    postern_step_return_error (step, error);
    return;
  }
  postern_authenticator_ask (POSTERN_AUTHENTICATOR (instance), step);
  postern_flow_connector_leave (instance, place, end_of (step), postern_flow_context_now ());
}

PosternStep *
postern_flow_ask (PosternFlowContext *context, PosternInstance *instance, PosternStepPhase phase, const char *user_id)
{
  PosternStep *step = make_step (context, instance, phase, user_id);

  if (POSTERN_IS_CONNECTOR (instance))
    ask_connector (step, instance);
  else
    postern_authenticator_ask (POSTERN_AUTHENTICATOR (instance), step);
  g_object_set_data (G_OBJECT (step), CONTEXT, NULL);
  g_clear_pointer (&context->flow->authenticator_state, postern_pairs_unref);
  context->flow->authenticator_state = postern_step_copy_state (step);
  return step;
}

PosternStep *
postern_flow_ask_for (PosternFlowContext *context, PosternInstance *factor, const char *wanted)
{
  PosternFlow *flow = context->flow;
  gboolean goes_on = context->input && g_strcmp0 (flow->factor_wanted, wanted) == 0;
  PosternStep *step;

  if (!goes_on)
    g_clear_pointer (&flow->authenticator_state, postern_pairs_unref);
  postern_flow_set_string (&flow->factor_wanted, wanted);
  step = postern_flow_ask (context, factor, goes_on ? POSTERN_STEP_CONTINUE : POSTERN_STEP_BEGIN, flow->user_id);
  g_clear_pointer (&context->input, postern_pairs_unref);
  return step;
}
