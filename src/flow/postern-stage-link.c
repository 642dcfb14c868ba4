/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include "postern-flow-ask.h"
#include "postern-flow-audit.h"
#include "postern-flow-context.h"
#include "postern-flow-factors.h"
#include "postern-flow-invitation.h"
#include "postern-flow-notice.h"
#include "postern-flow-subject.h"
#include "postern-json.h"
#include "postern-link.h"
#include "postern-stages.h"
#include "postern-user-name.h"

#define NOTICE_TAKEN N_("There is an account with this address already. Sign in to it the way you did before.")
#define NOTICE_CLOSED N_("Nobody here is known by this account. Ask an administrator for one.")

/*
 * Stage `link`: which of our users is the subject that a connector brought? The rules are postern-link.c's. New accounts and
 * new links are committed at once, not with the walk's effects: the flow may still be parked for consent.
 */

typedef struct {
  PosternFlowContext *context;
  PosternPolicy *policy;
  PosternSubject *subject;
  PosternLinkDecision decision;
  guint proofs; /* PosternLinkProof */
  PosternUser *user;
} Linking;

static gboolean
decide (PosternTxn *txn, gpointer user_data, GError **error)
{
  Linking *linking = user_data;

  g_clear_pointer (&linking->user, postern_user_unref);
  linking->proofs = postern_flow_factors_find_password (linking->context) ? POSTERN_LINK_PROOF_PASSWORD : 0;
  if (postern_flow_factors_can_send (linking->context, "email") && postern_flow_factors_find (linking->context, "code"))
    linking->proofs |= POSTERN_LINK_PROOF_CODE;
  return postern_link_decide (txn, linking->policy, linking->context->flow->connector_id, linking->subject, &linking->proofs, &linking->decision,
                              &linking->user, error);
}

/* In the transaction that makes the link: the sealed upstream tokens are bound to the identity's row. */
static gboolean
insert_identity (PosternTxn *txn, Linking *linking, const char *user_id, GError **error)
{
  PosternFlowContext *context = linking->context;
  g_autoptr (PosternIdentity) identity = postern_link_new_identity (user_id, context->flow->connector_id, linking->subject, postern_flow_context_now ());

  return postern_identity_store_insert (txn, identity, error);
}

static gboolean
insert_account (PosternTxn *txn, gpointer user_data, GError **error)
{
  Linking *linking = user_data;

  return postern_user_store_insert (txn, linking->user, error) && insert_identity (txn, linking, linking->user->id, error) &&
         postern_flow_invitation_check (linking->context, txn, error) &&
         postern_flow_audit_append_change (linking->context, txn, "user.created", linking->user->id, NULL, postern_flow_audit_describe_user (linking->user), error);
}

static gboolean
insert_link (PosternTxn *txn, gpointer user_data, GError **error)
{
  Linking *linking = user_data;

  return insert_identity (txn, linking, linking->user->id, error) &&
         postern_flow_notice_add (linking->context, txn, linking->user, POSTERN_FLOW_NOTICE_LINKED, error) &&
         postern_flow_audit_append_change (linking->context, txn, "identity.linked", linking->user->id, NULL,
                                           postern_flow_audit_describe_identity (linking->context->flow->connector_id, postern_subject_get_id (linking->subject)), error);
}

static PosternStageResult
commit (Linking *linking, PosternTxnFunc func, GError **error)
{
  PosternFlowContext *context = linking->context;
  g_autoptr (GError) failure = NULL;

  if (!postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, func, linking, &failure)) {
    if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return POSTERN_STAGE_REFUSE;
    }
    postern_flow_context_forget_who (context); /* somebody else was faster with this address, or in another window */
    return postern_flow_context_again (context, "choose", NOTICE_TAKEN);
  }
  postern_flow_set_string (&context->flow->user_id, linking->user->id);
  g_clear_pointer (&context->flow->link_user_id, g_free);
  postern_flow_context_met (context, POSTERN_FLOW_FACTOR_CONNECTOR, "fed");
  return POSTERN_STAGE_GO_ON;
}

static PosternStageResult
show_link (Linking *linking)
{
  PosternFlowContext *context = linking->context;
  PosternInstance *connector = postern_registry_get_instance (postern_runtime_get_registry (context->runtime), context->flow->connector_id);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_flow_set_string (&context->flow->link_user_id, linking->user->id);
  g_clear_pointer (&context->flow->authenticator_state, postern_pairs_unref); /* what the connector kept is no factor's business */
  postern_flow_set_string (&context->flow->identifier, postern_user_name_get_identifier (linking->user));
  postern_json_object_add_string (&model, "identifier", context->flow->identifier);
  postern_json_object_add_string (&model, "connector_name", connector ? postern_instance_get_display_name (connector) : context->flow->connector_id);
  postern_json_object_add_boolean (&model, "password", linking->proofs & POSTERN_LINK_PROOF_PASSWORD);
  postern_json_object_add_boolean (&model, "code", linking->proofs & POSTERN_LINK_PROOF_CODE);
  context->prompt = postern_prompt_new_page ("link", postern_json_object_end (&model));
  return POSTERN_STAGE_PARK;
}

/* The person has pressed "E-mail me a code", or stands on that code's page; else it is the password. Each only where it is a proof. */
static PosternInstance *
find_factor (Linking *linking, PosternStepPhase *phase)
{
  PosternFlowContext *context = linking->context;
  gboolean begins = g_strcmp0 (postern_flow_context_get_input (context, "action"), "send-code") == 0;

  *phase = begins ? POSTERN_STEP_BEGIN : POSTERN_STEP_CONTINUE;
  if (begins || g_strcmp0 (context->flow->prompt_template, "code") == 0)
    return linking->proofs & POSTERN_LINK_PROOF_CODE ? postern_flow_factors_find (context, "code") : NULL;
  return linking->proofs & POSTERN_LINK_PROOF_PASSWORD ? postern_flow_factors_find_password (context) : NULL;
}

/* The factor knows its secrets, their limits and their words; it shows its page again when what was typed is wrong. */
static PosternStageResult
take_proof (Linking *linking, GError **error)
{
  PosternFlowContext *context = linking->context;
  PosternStepPhase phase;
  PosternInstance *factor = find_factor (linking, &phase);
  g_autoptr (PosternStep) step = NULL;

  if (factor == NULL)
    return postern_flow_context_again (context, "choose", NOTICE_TAKEN);
  step = postern_flow_ask (context, factor, phase, context->flow->link_user_id);
  g_clear_pointer (&context->input, postern_pairs_unref);
  if (postern_step_get_prompt (step)) {
    context->prompt = g_object_ref (postern_step_get_prompt (step));
    return POSTERN_STAGE_PARK;
  }
  if (g_strcmp0 (postern_step_get_answered_user (step), context->flow->link_user_id) != 0)
    return postern_flow_context_again (context, "choose", NOTICE_TAKEN);
  postern_flow_add_amr (context->flow, postern_step_get_amr (step));
  return commit (linking, insert_link, error);
}

/*
 * Who is invited may make an account of the address, which the link has proved, whether the provider has said it or not. Another
 * address that it has verified is another account's.
 */
static PosternStageResult
make_account (Linking *linking, GError **error)
{
  PosternFlow *flow = linking->context->flow;

  linking->user = postern_link_new_user (linking->policy, linking->subject, postern_flow_context_now ());
  if (flow->invited && linking->user->email == NULL) {
    linking->user->email = g_strdup (flow->invited);
    linking->user->email_verified = TRUE;
  }
  if (linking->decision == POSTERN_LINK_NEW || postern_flow_invitation_is_for (flow, linking->user->email))
    return commit (linking, insert_account, error);
  postern_flow_context_forget_who (linking->context);
  return postern_flow_context_again (linking->context, "choose", NOTICE_CLOSED);
}

static PosternStageResult
act (Linking *linking, GError **error)
{
  PosternFlowContext *context = linking->context;

  switch (linking->decision) {
  case POSTERN_LINK_KNOWN:
    postern_flow_set_string (&context->flow->user_id, linking->user->id);
    postern_flow_context_met (context, POSTERN_FLOW_FACTOR_CONNECTOR, "fed");
    return POSTERN_STAGE_GO_ON;
  case POSTERN_LINK_ASK_PROOF:
    /* The proof must be of whom the address belongs to now, not of whom it belonged to when the page was shown. */
    if (context->input && g_strcmp0 (context->flow->link_user_id, linking->user->id) == 0)
      return take_proof (linking, error);
    return show_link (linking);
  case POSTERN_LINK_NEW:
  case POSTERN_LINK_CLOSED:
    return make_account (linking, error);
  case POSTERN_LINK_TAKEN:
    break;
  }
  postern_flow_context_forget_who (context);
  return postern_flow_context_again (context, "choose", NOTICE_TAKEN);
}

PosternStageResult
postern_stage_link (PosternFlowContext *context, GError **error)
{
  g_autoptr (PosternPolicy) policy = NULL;
  g_autoptr (PosternSubject) subject = NULL;
  Linking linking = { context };
  PosternStageResult result;

  if (context->flow->subject == NULL || context->flow->user_id)
    return POSTERN_STAGE_GO_ON;
  linking.policy = policy = postern_tenant_dup_policy (context->tenant);
  linking.subject = subject = postern_flow_subject_from_variant (context->flow->subject);
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, decide, &linking, error))
    return POSTERN_STAGE_REFUSE;
  result = act (&linking, error);
  g_clear_pointer (&linking.user, postern_user_unref);
  return result;
}
