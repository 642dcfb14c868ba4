/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-factors.h"

#include "postern-authenticator.h"
#include "postern-flow-invitation.h"
#include "postern-flow-organization.h"
#include "postern-identifier.h"
#include "postern-messenger.h"
#include "postern-outbox.h"

#define PASSWORD "password"
#define CODE "code"
#define PASSKEY "passkey"

PosternInstance *
postern_flow_factors_find (PosternFlowContext *context, const char *type_id)
{
  return postern_registry_find_first (postern_runtime_get_registry (context->runtime), POSTERN_TYPE_FACTOR, type_id);
}

/* @name: one of POSTERN_ORGANIZATION_FACTORS */
static gboolean
is_allowed (PosternFlowContext *context, const char *name)
{
  PosternOrganizationRules *rules = postern_flow_organization_peek_rules (context);

  return rules == NULL || postern_organization_rules_allow_factor (rules, name);
}

PosternInstance *
postern_flow_factors_find_password (PosternFlowContext *context)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);

  return policy->password_enabled && is_allowed (context, PASSWORD) ? postern_flow_factors_find (context, PASSWORD) : NULL;
}

PosternInstance *
postern_flow_factors_find_passkey (PosternFlowContext *context)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);

  return policy->passkey_enabled && is_allowed (context, PASSKEY) ? postern_flow_factors_find (context, PASSKEY) : NULL;
}

gboolean
postern_flow_factors_can_send (PosternFlowContext *context, const char *channel)
{
  g_autoptr (GPtrArray) messengers = postern_registry_list (postern_runtime_get_registry (context->runtime), POSTERN_TYPE_MESSENGER);

  return postern_outbox_can_deliver (messengers, channel);
}

gboolean
postern_flow_factors_can_text (PosternFlowContext *context)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);

  return policy->sms_code_enabled && postern_flow_factors_can_send (context, "sms") && postern_flow_factors_find (context, CODE);
}

PosternInstance *
postern_flow_factors_find_code (PosternFlowContext *context, const char *identifier)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  gboolean number = identifier && postern_identifier_is_phone (identifier);
  gboolean sms = (identifier == NULL || number) && is_allowed (context, "sms-code") && postern_flow_factors_can_text (context);
  gboolean email = !number && policy->email_code_enabled && is_allowed (context, "email-code") && postern_flow_factors_can_send (context, "email");

  return sms || email ? postern_flow_factors_find (context, CODE) : NULL;
}

PosternInstance *
postern_flow_factors_find_first (PosternFlowContext *context, const char *identifier)
{
  PosternInstance *password = postern_flow_factors_find_password (context);

  return password ? password : postern_flow_factors_find_code (context, identifier);
}

gboolean
postern_flow_factors_can_recover (PosternFlowContext *context, const char *identifier)
{
  if (postern_flow_factors_find_password (context) == NULL)
    return FALSE;
  return postern_identifier_is_phone (identifier) ? postern_flow_factors_find_code (context, identifier) != NULL
                                                  : postern_flow_factors_can_send (context, "email");
}

gboolean
postern_flow_factors_allow (PosternFlowContext *context, PosternInstance *factor)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);

  if (g_strcmp0 (flow->task, POSTERN_FLOW_TASK_SETUP) == 0)
    return TRUE;
  if (flow->sign_up && !postern_flow_invitation_may_sign_up (flow, policy))
    return FALSE;
  if (postern_pairs_get (flow->authenticator_state, POSTERN_FLOW_STATE_RECOVER))
    return postern_flow_factors_can_recover (context, flow->identifier);
  return factor == postern_flow_factors_find_password (context) || factor == postern_flow_factors_find_passkey (context) ||
         factor == postern_flow_factors_find_code (context, flow->sign_up ? NULL : flow->identifier);
}
