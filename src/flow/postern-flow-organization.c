/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-organization.h"

#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-organization.h"

static void
forget (PosternFlowContext *context)
{
  g_clear_pointer (&context->organization, postern_organization_unref);
  g_clear_pointer (&context->organization_rules, postern_organization_rules_unref);
}

/* Takes @organization. Rules that cannot be read let nobody in. */
static gboolean
keep (PosternFlowContext *context, PosternOrganization *organization, GError **error)
{
  g_autoptr (GError) local = NULL;

  forget (context);
  context->organization = organization;
  context->organization_rules = postern_organization_rules_new (organization->sign_in_rules, &local);
  if (context->organization_rules)
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "The rules of organization %s cannot be read: %s", organization->id, local->message);
  return FALSE;
}

static const char *
get_name (PosternFlow *flow)
{
  return flow->organization_id ? flow->organization_id : flow->organization;
}

static gboolean
is_at_hand (PosternFlowContext *context, const char *name)
{
  PosternOrganization *organization = context->organization;

  return organization && context->organization_rules && (g_str_equal (organization->id, name) || g_strcmp0 (organization->slug, name) == 0);
}

typedef struct {
  const char *name, *user_id; /* or of the application, which asks for itself */
  PosternOrganization *found;
} Search;

static gboolean
find (PosternTxn *txn, gpointer user_data, GError **error)
{
  Search *self = user_data;

  g_clear_pointer (&self->found, postern_organization_unref);
  self->found = self->user_id ? postern_organization_load_for (txn, self->name, self->user_id, error) : postern_organization_store_find (txn, self->name, error);
  return self->found != NULL;
}

/* FALSE only for a failure: an organization that is not there has no rules. */
static gboolean
look (PosternFlowContext *context, GError **error)
{
  Search search = { get_name (context->flow) };
  g_autoptr (GError) local = NULL;

  if (search.name == NULL || is_at_hand (context, search.name))
    return TRUE;
  forget (context);
  if (postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, find, &search, &local))
    return keep (context, search.found, error);
  return postern_store_pass_missing (&local, error);
}

/* What fails here fails again at the stage, which says so. */
PosternOrganizationRules *
postern_flow_organization_peek_rules (PosternFlowContext *context)
{
  gboolean proving = context->flow->subject && context->flow->user_id == NULL;

  if (proving || get_name (context->flow) == NULL || !look (context, NULL))
    return NULL;
  return context->organization_rules;
}

PosternOrganization *
postern_flow_organization_peek (PosternFlowContext *context)
{
  return get_name (context->flow) != NULL && look (context, NULL) ? context->organization : NULL;
}

gboolean
postern_flow_organization_allows (PosternFlowContext *context, const char *connector_id)
{
  PosternOrganizationRules *rules = postern_flow_organization_peek_rules (context);

  return rules == NULL || postern_organization_rules_allow_connector (rules, connector_id);
}

gboolean
postern_flow_organization_narrow (PosternFlowContext *context, PosternAssurance *assurance, GError **error)
{
  if (context->flow->organization_id == NULL)
    return TRUE;
  if (!look (context, error))
    return FALSE;
  if (context->organization_rules)
    postern_assurance_add_organization (assurance, context->organization_rules);
  return TRUE;
}

gboolean
postern_flow_organization_enter (PosternFlowContext *context, const char *name, GError **error)
{
  PosternFlow *flow = context->flow;
  Search search = { name, flow->user_id };
  g_autoptr (GError) local = NULL;

  if (postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, find, &search, &local)) {
    postern_flow_set_string (&flow->organization_id, search.found->id);
    postern_flow_set_string (&flow->organization_name, search.found->name);
    return keep (context, search.found, error);
  }
  if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "The person is not a member of the organization that was asked for");
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
find_by_itself (PosternTxn *txn, gpointer user_data, GError **error)
{
  Search *self = user_data;

  g_clear_pointer (&self->found, postern_organization_unref); /* a transaction may run twice */
  self->found = postern_organization_load_for_application (txn, self->name, self->user_id, error);
  return self->found != NULL;
}

gboolean
postern_flow_organization_enter_by_itself (PosternFlowContext *context, const char *name, GError **error)
{
  PosternFlow *flow = context->flow;
  Search search = { name, flow->application_id };
  g_autoptr (GError) local = NULL;
  gboolean found = postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, find_by_itself, &search, &local);

  if (found)
    postern_flow_set_string (&flow->organization_id, search.found->id);
  else if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_TARGET, "The application has no role in the organization that was asked for");
  else
    g_propagate_error (error, g_steal_pointer (&local));
  g_clear_pointer (&search.found, postern_organization_unref);
  return found;
}

gboolean
postern_flow_organization_admits (PosternTenant *tenant, PosternOrganization *organization, PosternUser *user, PosternSession *session, GError **error)
{
  g_autoptr (PosternOrganizationRules) rules = postern_organization_rules_new (organization->sign_in_rules, error);
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (tenant);
  g_auto (GStrv) factors = g_strsplit (session->factors ? session->factors : "", " ", -1), amr = g_strsplit (session->amr ? session->amr : "", " ", -1);
  PosternAssurance assurance;

  if (rules == NULL)
    return FALSE;
  postern_assurance_init (&assurance, policy, NULL);
  postern_assurance_add_organization (&assurance, rules);
  return postern_organization_rules_allow_address (rules, user) && postern_organization_rules_allow_way (rules, (const char *const *) factors, session->upstream_connector) &&
         postern_assurance_is_met (&assurance, (const char *const *) factors, (const char *const *) amr);
}

/* The session of a new sign-in is made by an effect before this one. */
static gboolean
put_choice (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  PosternFlow *flow = context->flow;

  return postern_organization_store_put_choice (txn, flow->session_id, flow->application_id, flow->organization_id, error);
}

void
postern_flow_organization_remember (PosternFlowContext *context)
{
  if (context->flow->organization_id && context->flow->application_id)
    postern_flow_effects_add (context, put_choice, NULL, NULL);
}
