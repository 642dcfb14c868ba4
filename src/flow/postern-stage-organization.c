/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>

#include <string.h>

#include "postern-flow-context.h"
#include "postern-flow-join.h"
#include "postern-flow-organization.h"
#include "postern-json.h"
#include "postern-stages.h"

/*
 * Stage `organization`: for whom does the person act? Who has just signed in may have come to belong to one by that. One that the
 * application names (`organization`) must be; the scope `organization` and prompt=select_organization ask the person, who may belong
 * to many. Whoever acts for one signs in under its rules, and stays only as long as they are a member: each token passes here.
 */

#define ACTION "organization:" /* of a button; the id follows */
#define SHOWN 20               /* on a page; more are found by searching */
#define PAGE 200               /* read at a time */

/* --- which there are -------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  const char *search; /* (nullable): folded: what a name has in it */
  GPtrArray *found;   /* (element-type PosternOrganization) */
  gboolean more;      /* not all are in `found` */
  char *remembered;   /* (nullable): the last choice */
} List;

static void
list_clear (List *self)
{
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_clear_pointer (&self->remembered, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (List, list_clear)

static gboolean
matches (PosternOrganization *organization, const char *search)
{
  g_autofree char *normal = search ? g_utf8_normalize (organization->name, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;
  g_autofree char *folded = normal ? g_utf8_casefold (normal, -1) : NULL;

  return search == NULL || (folded && strstr (folded, search));
}

static gboolean
read_matching (PosternTxn *txn, List *self, GError **error)
{
  g_autofree char *after = NULL;
  guint read = PAGE;

  while (read == PAGE && !self->more) {
    g_autoptr (GPtrArray) page = postern_organization_store_list_for_user (txn, self->context->flow->user_id, after, PAGE, error);

    if (page == NULL)
      return FALSE;
    read = page->len;
    for (guint i = 0; i < page->len && !self->more; i++) {
      PosternOrganization *organization = page->pdata[i];

      if (!matches (organization, self->search))
        continue;
      self->more = self->found->len == SHOWN;
      if (!self->more)
        g_ptr_array_add (self->found, postern_organization_ref (organization));
    }
    g_free (after);
    after = read > 0 ? g_strdup (((PosternOrganization *) page->pdata[read - 1])->id) : NULL;
  }
  return TRUE;
}

static gboolean
read_list (PosternTxn *txn, gpointer user_data, GError **error)
{
  List *self = user_data;
  PosternFlow *flow = self->context->flow;
  g_autoptr (GError) local = NULL;

  list_clear (self);
  self->more = FALSE;
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_organization_unref);
  if (flow->session_id && flow->application_id)
    self->remembered = postern_organization_store_get_choice (txn, flow->session_id, flow->application_id, &local);
  if (local) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  return read_matching (txn, self, error);
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate ((*(PosternOrganization **) a)->name, (*(PosternOrganization **) b)->name);
}

static gboolean
list_init (List *self, PosternFlowContext *context, const char *search, GError **error)
{
  *self = (List){ .context = context, .search = search };
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, read_list, self, error))
    return FALSE;
  g_ptr_array_sort (self->found, by_name);
  return TRUE;
}

/* --- the page ----------------------------------------------------------------------------------------------------------- */

static GVariant *
list_to_variant (List *self)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < self->found->len; i++) {
    PosternOrganization *organization = self->found->pdata[i];

    g_variant_builder_add (&entries, "v", g_variant_new_parsed ("{'id': <%s>, 'name': <%s>}", organization->id, organization->name));
  }
  return g_variant_builder_end (&entries);
}

/* @typed: (nullable): what was searched for */
static PosternStageResult
show (List *list, const char *typed, const char *message)
{
  PosternFlowContext *context = list->context;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&model, "organizations", list_to_variant (list));
  postern_json_object_add_string (&model, "search", typed);
  postern_json_object_add_boolean (&model, "search_offered", list->more || typed);
  postern_json_object_add_boolean (&model, "more", list->more);
  context->prompt = postern_prompt_new_page ("organization", postern_json_object_end (&model));
  if (message)
    postern_prompt_set_error (context->prompt, NULL, message);
  return POSTERN_STAGE_PARK;
}

static PosternStageResult
show_searched (PosternFlowContext *context, GError **error)
{
  g_autofree char *typed = g_strdup (postern_flow_context_get_input (context, "search"));
  g_autofree char *stripped = typed && g_utf8_validate (typed, -1, NULL) && strlen (typed) <= 400 ? g_strstrip (g_strdup (typed)) : NULL;
  g_autofree char *normal = stripped && *stripped ? g_utf8_normalize (stripped, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;
  g_autofree char *folded = normal ? g_utf8_casefold (normal, -1) : NULL;
  g_auto (List) list = { NULL };

  g_clear_pointer (&context->input, postern_pairs_unref);
  return list_init (&list, context, folded, error) ? show (&list, stripped ? stripped : "", NULL) : POSTERN_STAGE_REFUSE;
}

/* It was there when the page was shown. */
static PosternStageResult
take_choice (PosternFlowContext *context, const char *id, GError **error)
{
  g_autofree char *chosen = g_strdup (id);
  g_autoptr (GError) local = NULL;
  g_auto (List) list = { NULL };

  g_clear_pointer (&context->input, postern_pairs_unref);
  if (postern_id_is_valid (chosen, "org") && postern_flow_organization_enter (context, chosen, &local)) {
    context->flow->answered_prompts |= POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION;
    return POSTERN_STAGE_GO_ON;
  }
  if (local && !g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return POSTERN_STAGE_REFUSE;
  }
  return list_init (&list, context, NULL, error) ? show (&list, NULL, N_("You are not a member of this organization any more. Choose another one.")) : POSTERN_STAGE_REFUSE;
}

/* --- which one ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_wished (PosternFlow *flow)
{
  return flow->scopes && g_strv_contains ((const char *const *) flow->scopes, POSTERN_FLOW_SCOPE_ORGANIZATION);
}

static PosternStageResult
enter (PosternFlowContext *context, const char *name, GError **error)
{
  return postern_flow_organization_enter (context, name, error) ? POSTERN_STAGE_GO_ON : POSTERN_STAGE_REFUSE;
}

static gboolean
may_take_remembered (List *self)
{
  if (self->remembered == NULL || postern_flow_context_is_asked (self->context, POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION))
    return FALSE;
  return postern_flow_organization_enter (self->context, self->remembered, NULL); /* where they belong no more, they choose again */
}

static PosternStageResult
choose (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_auto (List) list = { NULL };

  if (!list_init (&list, context, NULL, error))
    return POSTERN_STAGE_REFUSE;
  if (list.found->len == 0 && flow->prompts & POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "The person is not a member of any organization");
  if (list.found->len == 0 || may_take_remembered (&list))
    return POSTERN_STAGE_GO_ON;
  if (list.found->len == 1)
    return enter (context, ((PosternOrganization *) list.found->pdata[0])->id, error);
  if (flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_INTERACTION_REQUIRED, "The person is a member of more than one organization, and prompt=none forbids asking");
  return show (&list, NULL, NULL);
}

static PosternStageResult
find (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  const char *action = postern_flow_context_get_input (context, "action");

  if (flow->organization_id) /* chosen before, and then more was asked of the person */
    return enter (context, flow->organization_id, error);
  if (flow->organization)
    return enter (context, flow->organization, error);
  if (!is_wished (flow) && !(flow->prompts & POSTERN_FLOW_PROMPT_SELECT_ORGANIZATION))
    return POSTERN_STAGE_GO_ON;
  if (action && g_str_has_prefix (action, ACTION))
    return take_choice (context, action + strlen (ACTION), error);
  return action ? show_searched (context, error) : choose (context, error);
}

/* --- its rules ------------------------------------------------------------------------------------------------------------- */

/* The organization stays the one that is meant, so that only what it allows is offered. */
static PosternStageResult
sign_in_otherwise (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;

  if (flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_LOGIN_REQUIRED, "The organization wants another way of signing in, and prompt=none forbids asking");
  postern_flow_set_string (&flow->organization, flow->organization_id);
  postern_flow_context_forget_who (context);
  return postern_flow_context_again (context, "choose", N_("Members of this organization sign in another way. Choose one of these."));
}

static PosternStageResult
check_rules (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  PosternOrganizationRules *rules = context->organization_rules;
  const char *const *factors = (const char *const *) flow->factors;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (context->tenant);
  PosternUser *user = postern_flow_context_load_user (context, error);
  PosternAssurance assurance;

  if (user == NULL)
    return POSTERN_STAGE_REFUSE;
  if (!postern_organization_rules_allow_address (rules, user))
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "The organization does not let people with this address act for it");
  if (!postern_organization_rules_allow_way (rules, factors, flow->connector_id))
    return sign_in_otherwise (context, error);
  postern_assurance_init (&assurance, policy, context->client);
  postern_assurance_add_organization (&assurance, rules);
  if (postern_assurance_is_met (&assurance, factors, (const char *const *) flow->amr))
    return POSTERN_STAGE_GO_ON;
  return postern_flow_context_again (context, "factor", NULL);
}

/* Nobody can be asked: what the grant says still holds, or it gives nothing more. Stage `policy-out` looks at the second factor. */
static PosternStageResult
check_kept (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (GError) local = NULL;
  PosternUser *user;

  if (flow->organization_id == NULL)
    return POSTERN_STAGE_GO_ON;
  if (!postern_flow_organization_enter (context, flow->organization_id, &local)) {
    if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED))
      return postern_flow_context_refuse (error, POSTERN_ERROR_INVALID_GRANT, "The person is no member of the organization any more");
    g_propagate_error (error, g_steal_pointer (&local));
    return POSTERN_STAGE_REFUSE;
  }
  user = postern_flow_context_load_user (context, error);
  if (user == NULL)
    return POSTERN_STAGE_REFUSE;
  if (!postern_organization_rules_allow_address (context->organization_rules, user) ||
      !postern_organization_rules_allow_way (context->organization_rules, (const char *const *) flow->factors, flow->connector_id))
    return postern_flow_context_refuse (error, POSTERN_ERROR_INVALID_GRANT, "The organization's rules do not allow this sign-in any more");
  return POSTERN_STAGE_GO_ON;
}

/* Whose rules for signing in say nothing of a program. */
static PosternStageResult
enter_by_itself (PosternFlowContext *context, GError **error)
{
  const char *name = context->flow->organization;

  return name == NULL || postern_flow_organization_enter_by_itself (context, name, error) ? POSTERN_STAGE_GO_ON : POSTERN_STAGE_REFUSE;
}

PosternStageResult
postern_stage_organization (PosternFlowContext *context, GError **error)
{
  PosternStageResult result;

  if (context->flow->entrance == POSTERN_ENTRANCE_BACK_CHANNEL)
    return enter_by_itself (context, error);
  if (!(context->flow->entrance & POSTERN_ENTRANCES_PERSON))
    return check_kept (context, error);
  if (!postern_flow_join_run (context, error))
    return POSTERN_STAGE_REFUSE;
  result = find (context, error);
  if (result != POSTERN_STAGE_GO_ON || context->flow->organization_id == NULL)
    return result;
  return check_rules (context, error);
}
