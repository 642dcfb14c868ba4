/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-authenticator.h"
#include "postern-flow-choices.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-invitation.h"
#include "postern-flow-organization.h"
#include "postern-flow-passkey.h"
#include "postern-flow-sessions.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-stages.h"

/*
 * Stage `choose`: a session that serves, or who and how. It shows the pages `identifier` and `choose-account`; its answer
 * is flow->session_id with the user, or flow->authenticator_id.
 */

gboolean
postern_stage_choose_takes (const char *action)
{
  static const char *const whole[] = { "other", "other-identifier", "sign-in", "sign-up", "cancel", "factor:password", "factor:code", "factor:passkey", "recover", NULL };

  return action && (g_strv_contains (whole, action) || g_str_has_prefix (action, "connector:") || g_str_has_prefix (action, "account:"));
}

/* --- the page `identifier` --------------------------------------------------------------------------------------- */

static PosternStageResult
show_identifier (PosternFlowContext *context, const char *typed, const char *field, const char *message)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  const char *shown = typed ? typed : flow->identifier ? flow->identifier : flow->login_hint;

  postern_json_object_add_string (&model, "identifier", shown);
  postern_flow_choices_add (context, &model);
  postern_json_object_add_boolean (&model, "sign_up", postern_flow_invitation_may_sign_up (flow, policy) && postern_flow_factors_find_first (context, NULL));
  postern_json_object_add_boolean (&model, "passwordless", postern_flow_factors_find_password (context) == NULL);
  postern_json_object_add_string (&model, "connector_name", context->notice_connector);
  postern_flow_passkey_add (context, &model);
  context->prompt = postern_prompt_new_page ("identifier", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (context->prompt, field, message);
  postern_prompt_set_status (context->prompt, 200, context->notice_pause);
  return POSTERN_STAGE_PARK;
}

/* --- what was pressed ---------------------------------------------------------------------------------------------- */

static PosternStageResult
choose_authenticator (PosternFlowContext *context, const char *id)
{
  PosternFlow *flow = context->flow;

  postern_flow_set_string (&flow->authenticator_id, id);
  g_clear_pointer (&flow->authenticator_state, postern_pairs_unref);
  g_clear_pointer (&context->input, postern_pairs_unref);
  return POSTERN_STAGE_GO_ON;
}

/*
 * A password manager fills in the name and, beside it, the password: then the factor begins with it, and nobody is asked for it
 * on a page of its own. Who signs up is asked for a new one.
 */
static void
bring_password (PosternFlowContext *context)
{
  const char *password = postern_flow_context_get_input (context, "password");

  if (context->flow->sign_up || password == NULL || *password == '\0')
    return;
  context->brought = postern_pairs_new ();
  postern_pairs_set (context->brought, "password", password);
}

static PosternStageResult
choose_factor (PosternFlowContext *context, PosternInstance *factor)
{
  if (factor == NULL)
    return show_identifier (context, NULL, NULL, N_("This way of signing in is not there any more. Choose another one."));
  bring_password (context);
  return choose_authenticator (context, postern_instance_get_id (factor));
}

/* What the page's script sent: the passkey itself says who it is. */
static PosternStageResult
choose_passkey (PosternFlowContext *context)
{
  PosternInstance *passkey = postern_flow_factors_find_passkey (context);
  g_autoptr (PosternPairs) response = postern_flow_passkey_dup_response (context);
  PosternStageResult result = choose_factor (context, passkey);

  context->flow->sign_up = FALSE;
  g_clear_pointer (&context->brought, postern_pairs_unref);
  if (passkey)
    context->brought = g_steal_pointer (&response);
  return result;
}

/* The factor keeps what a recovery has come to; here it only begins. */
static PosternStageResult
choose_recovery (PosternFlowContext *context)
{
  PosternInstance *factor = postern_flow_factors_can_recover (context, context->flow->identifier) ? postern_flow_factors_find_password (context) : NULL;
  PosternStageResult result = choose_factor (context, factor);

  if (factor) {
    context->flow->authenticator_state = postern_pairs_new ();
    postern_pairs_set (context->flow->authenticator_state, POSTERN_FLOW_STATE_RECOVER, "1");
  }
  return result;
}

/* An e-mail domain that a connector serves goes there before any password is asked. */
static PosternStageResult
choose_for (PosternFlowContext *context, const char *identifier)
{
  PosternInstance *connector = postern_flow_choices_find_domain (context, identifier);

  postern_flow_set_string (&context->flow->identifier, identifier);
  if (connector == NULL)
    return choose_factor (context, postern_flow_factors_find_first (context, identifier));
  context->flow->sign_up = FALSE;
  return choose_authenticator (context, postern_instance_get_id (connector));
}

/* Another way for who is named already; those of a connector's domain have none. */
static PosternStageResult
choose_other_way (PosternFlowContext *context, const char *action)
{
  g_autofree char *identifier = g_strdup (context->flow->identifier);

  if (identifier == NULL)
    return show_identifier (context, NULL, NULL, NULL);
  if (postern_flow_choices_find_domain (context, identifier))
    return choose_for (context, identifier);
  if (g_str_equal (action, "recover"))
    return choose_recovery (context);
  return choose_factor (context, g_str_equal (action, "factor:code") ? postern_flow_factors_find_code (context, identifier)
                                                                     : postern_flow_factors_find_password (context));
}

static PosternStageResult
take_identifier (PosternFlowContext *context)
{
  const char *typed = postern_flow_context_get_input (context, "identifier");
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  g_autofree char *identifier = postern_identifier_canonicalize_for (policy, typed);

  if (identifier == NULL)
    return show_identifier (context, typed, "identifier", N_("Enter your e-mail address or user name."));
  return choose_for (context, identifier);
}

static PosternStageResult
take_connector (PosternFlowContext *context, const char *id)
{
  PosternInstance *instance = postern_registry_get_instance (postern_runtime_get_registry (context->runtime), id);

  if (!POSTERN_IS_CONNECTOR (instance) || !postern_flow_organization_allows (context, id))
    return show_identifier (context, NULL, NULL, N_("This way of signing in is not there any more. Choose another one."));
  return choose_authenticator (context, id);
}

static PosternStageResult
take_sign_up (PosternFlowContext *context)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  const char *input = postern_flow_context_get_input (context, "identifier"), *typed = input ? input : context->flow->invited;
  g_autofree char *identifier = NULL;

  if (!postern_flow_invitation_may_sign_up (context->flow, policy))
    return show_identifier (context, typed, NULL, N_("New accounts are made by an administrator here."));
  identifier = typed ? postern_identifier_canonicalize_for (policy, typed) : NULL;
  context->flow->sign_up = TRUE;
  return identifier ? choose_for (context, identifier) : choose_factor (context, postern_flow_factors_find_first (context, NULL));
}

/* Nobody is sent away without a press: a provider that answers by itself would let nobody take another account. */
static PosternStageResult
show_provider (PosternFlowContext *context, PosternInstance *connector, const char *shown)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "id", postern_instance_get_id (connector));
  postern_json_object_add_string (&model, "name", postern_instance_get_display_name (connector));
  postern_json_object_add_string (&model, "identifier", shown);
  context->prompt = postern_prompt_new_page ("connector", postern_json_object_end (&model));
  return POSTERN_STAGE_PARK;
}

/* Who is signed in here and must show it again (RFC 9470): straight to what that person shows. */
static PosternStageResult
choose_known (PosternFlowContext *context, PosternFlowSessions *sessions, guint index)
{
  PosternFlow *flow = context->flow;
  const char *identifier = NULL;
  PosternInstance *way = postern_flow_sessions_find_way (sessions, context, index, &identifier);
  PosternStageResult result;

  if (way == NULL)
    return show_identifier (context, identifier, NULL, NULL);
  postern_flow_set_string (&flow->identifier, identifier);
  if (POSTERN_IS_CONNECTOR (way))
    return show_provider (context, way, postern_flow_sessions_get_shown (sessions, index));
  result = choose_authenticator (context, postern_instance_get_id (way));
  flow->authenticator_state = postern_pairs_new ();
  postern_pairs_set (flow->authenticator_state, POSTERN_FLOW_STATE_KNOWN, postern_flow_sessions_get_user_id (sessions, index));
  return result;
}

static PosternStageResult
take_account (PosternFlowContext *context, const char *session_id, GError **error)
{
  g_autoptr (PosternFlowSessions) sessions = postern_flow_sessions_new (context, error);
  gint found;

  if (sessions == NULL)
    return POSTERN_STAGE_REFUSE;
  context->flow->answered_prompts |= POSTERN_FLOW_PROMPT_SELECT_ACCOUNT;
  g_clear_pointer (&context->input, postern_pairs_unref);
  found = postern_flow_sessions_find (sessions, session_id);
  if (found < 0)
    return show_identifier (context, NULL, NULL, NULL);
  if (!postern_flow_sessions_serves (sessions, context, found))
    return choose_known (context, sessions, found);
  postern_flow_sessions_use (sessions, context, found);
  return POSTERN_STAGE_GO_ON;
}

static PosternStageResult
take_input (PosternFlowContext *context, GError **error)
{
  const char *action = postern_flow_context_get_input (context, "action");

  if (action && g_str_has_prefix (action, "connector:"))
    return take_connector (context, action + strlen ("connector:"));
  if (action && g_str_has_prefix (action, "account:"))
    return take_account (context, action + strlen ("account:"), error);
  if (g_strcmp0 (action, "sign-up") == 0)
    return take_sign_up (context);
  if (g_strcmp0 (action, "factor:passkey") == 0)
    return choose_passkey (context);
  if (action && (g_str_has_prefix (action, "factor:") || g_str_equal (action, "recover")))
    return choose_other_way (context, action);
  if (action && !g_str_equal (action, "continue")) { /* other, other-identifier, sign-in, cancel */
    context->flow->answered_prompts |= POSTERN_FLOW_PROMPT_SELECT_ACCOUNT;
    return show_identifier (context, NULL, NULL, NULL);
  }
  return take_identifier (context);
}

/* --- without input --------------------------------------------------------------------------------------------------- */

static PosternStageResult
show_accounts (PosternFlowContext *context, PosternFlowSessions *sessions, GError **error)
{
  GVariant *model;

  if (context->flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCOUNT_SELECTION_REQUIRED, "More than one account is signed in, and prompt=none forbids asking");
  model = g_variant_new_parsed ("{'accounts': <%@av>}", postern_flow_sessions_to_variant (sessions));
  context->prompt = postern_prompt_new_page ("choose-account", model);
  return POSTERN_STAGE_PARK;
}

/* @sessions: (nullable): none of them serves, but who is signed in here is known */
static PosternStageResult
begin_interaction (PosternFlowContext *context, PosternFlowSessions *sessions, GError **error)
{
  PosternFlow *flow = context->flow;
  gint known = sessions ? postern_flow_sessions_find_known (sessions, context) : POSTERN_FLOW_SESSIONS_NONE;
  g_autoptr (GPtrArray) connectors = NULL;

  if (flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_LOGIN_REQUIRED, "Nobody is signed in, and prompt=none forbids asking");
  if (g_strcmp0 (flow->task, POSTERN_FLOW_TASK_SETUP) == 0) {
    flow->sign_up = TRUE;
    return choose_factor (context, postern_flow_factors_find (context, "password"));
  }
  if (context->notice == NULL && postern_flow_context_is_asked (context, POSTERN_FLOW_PROMPT_CREATE)) { /* what went wrong is said first */
    flow->answered_prompts |= POSTERN_FLOW_PROMPT_CREATE;
    return take_sign_up (context);
  }
  if (known == POSTERN_FLOW_SESSIONS_MANY)
    return show_accounts (context, sessions, error);
  if (known >= 0)
    return choose_known (context, sessions, known);
  connectors = postern_flow_choices_list (context);
  if (context->notice == NULL && connectors->len == 1 && postern_flow_factors_find_first (context, NULL) == NULL)
    return choose_authenticator (context, postern_instance_get_id (g_ptr_array_index (connectors, 0)));
  return show_identifier (context, NULL, NULL, context->notice);
}

PosternStageResult
postern_stage_choose (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternFlowSessions) sessions = NULL;
  gboolean select = postern_flow_context_is_asked (context, POSTERN_FLOW_PROMPT_SELECT_ACCOUNT);
  gint only;

  if (context->input)
    return take_input (context, error);
  if (context->notice || flow->invited || g_strcmp0 (flow->task, POSTERN_FLOW_TASK_SETUP) == 0)
    return begin_interaction (context, NULL, error);
  sessions = postern_flow_sessions_new (context, error);
  if (sessions == NULL)
    return POSTERN_STAGE_REFUSE;
  if (postern_flow_sessions_count (sessions) > 0 && select)
    return show_accounts (context, sessions, error);
  only = postern_flow_sessions_pick (sessions, context);
  if (only >= 0) {
    postern_flow_sessions_use (sessions, context, only);
    return POSTERN_STAGE_GO_ON;
  }
  if (only == POSTERN_FLOW_SESSIONS_MANY)
    return show_accounts (context, sessions, error);
  return begin_interaction (context, sessions, error);
}
