/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-assurance.h"
#include "postern-flow-claims.h"
#include "postern-flow-context.h"
#include "postern-flow-organization.h"
#include "postern-flow-sessions.h"
#include "postern-sign-in.h"
#include "postern-stages.h"

static gboolean
check_assurance (PosternFlow *flow, GError **error)
{
  g_auto (GStrv) essential = postern_flow_claims_dup_essential_acr (flow);

  if (essential == NULL || postern_sign_in_meets_acr (flow->acr, (const char *const *) essential))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_UNMET_AUTHENTICATION, "The essential acr cannot be met here");
  return FALSE;
}

static gboolean
check_person (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (GError) failure = NULL;
  const PosternStanding *standing = postern_flow_context_load_standing (context, &failure);

  if (!postern_store_pass_missing (&failure, error))
    return FALSE;
  if (standing == NULL || standing->disabled_at != 0) { /* gone while the flow was parked, or switched off: one answer */
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "This account is switched off");
    return FALSE;
  }
  if (flow->hinted_user_id && !g_str_equal (flow->hinted_user_id, flow->user_id)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_LOGIN_REQUIRED, "Somebody else signed in than the id_token_hint names");
    return FALSE;
  }
  return TRUE;
}

/*
 * A page could still ask for more; a program that shows pages itself can, too, and keeps its code or token until then (OAuth 2.0 for
 * First-Party Applications, section 6.2). For all others it is over.
 */
static PosternError
get_refusal (PosternFlowContext *context, PosternError otherwise)
{
  PosternFlow *flow = context->flow;

  if (flow->entrance & POSTERN_ENTRANCES_PERSON)
    return POSTERN_ERROR_INTERACTION_REQUIRED;
  return (flow->entrance & (POSTERN_ENTRANCE_CODE | POSTERN_ENTRANCE_REFRESH)) && context->client->authorization_challenge
           ? POSTERN_ERROR_INSUFFICIENT_AUTHORIZATION : otherwise;
}

/*
 * The same rule as stage `factor`'s, for each way of getting a token: what was enough when a session or a grant began need not
 * be any more.
 */
static gboolean
check_second_factor (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  PosternAssurance assurance;

  postern_assurance_init (&assurance, policy, context->client);
  if (!postern_flow_organization_narrow (context, &assurance, error))
    return FALSE;
  if (postern_assurance_is_met (&assurance, (const char *const *) flow->factors, (const char *const *) flow->amr))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, (gint) get_refusal (context, POSTERN_ERROR_INVALID_GRANT), "A second factor is required");
  return FALSE;
}

/* A slow person can outlive max_age between password and consent only by minutes; a session cannot slip through at all. */
static gboolean
check_age (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;

  if (flow->authenticated_now || postern_flow_sessions_is_fresh (context, flow->auth_time))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_LOGIN_REQUIRED, "The sign-in is older than max_age");
  return FALSE;
}

/**
 * Stage `policy-out`: everything is known but nothing is given yet. Each entrance passes here, so that no token leaves for
 * somebody who was switched off or by a vote of `decide::token` against it.
 */
PosternStageResult
postern_stage_policy_out (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  gboolean person = flow->entrance & POSTERN_ENTRANCES_PERSON;

  if (flow->entrance != POSTERN_ENTRANCE_BACK_CHANNEL && !check_person (context, error))
    return POSTERN_STAGE_REFUSE;
  if (flow->entrance != POSTERN_ENTRANCE_BACK_CHANNEL && !check_second_factor (context, error))
    return POSTERN_STAGE_REFUSE;
  if (person && !(check_age (context, error) && check_assurance (flow, error)))
    return POSTERN_STAGE_REFUSE;
  switch (postern_hub_decide (postern_runtime_get_hub (context->runtime), "token", flow)) {
  case POSTERN_VERDICT_ABSTAIN:
  case POSTERN_VERDICT_ALLOW:
    return POSTERN_STAGE_GO_ON;
  case POSTERN_VERDICT_STEP_UP:
    return postern_flow_context_refuse (error, get_refusal (context, POSTERN_ERROR_INTERACTION_REQUIRED), "A stronger sign-in is needed for this");
  case POSTERN_VERDICT_DENY:
    break;
  }
  return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "This is not allowed");
}
