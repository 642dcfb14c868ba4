/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-audit.h"
#include "postern-flow-claims.h"
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-flow-scope-words.h"
#include "postern-json.h"
#include "postern-stages.h"
#include "postern-user-name.h"

static gboolean
read_consent (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternFlowContext *context = *(PosternFlowContext **) user_data;
  char **scope = ((char ***) user_data)[1];

  g_free (*scope);
  *scope = postern_consent_store_get (txn, context->flow->user_id, context->flow->application_id, NULL);
  return TRUE;
}

static gboolean
covers (const char *remembered, char **asked)
{
  g_auto (GStrv) given = remembered ? g_strsplit (remembered, " ", -1) : NULL;

  for (guint i = 0; asked && asked[i]; i++)
    if (given == NULL || !g_strv_contains ((const char *const *) given, asked[i]))
      return FALSE;
  return given != NULL;
}

/* What was given before stays given: the new scopes are added. */
static char *
join (const char *remembered, char **asked)
{
  g_autoptr (GString) scope = g_string_new (remembered);
  g_auto (GStrv) given = g_strsplit (remembered ? remembered : "", " ", -1);

  for (guint i = 0; asked && asked[i]; i++)
    if (!g_strv_contains ((const char *const *) given, asked[i]))
      g_string_append_printf (scope, "%s%s", scope->len ? " " : "", asked[i]);
  return g_strdup (scope->str);
}

/* @data: (type GStrv): what the application may then, and what it might before; the second is left out where there was nothing */
static gboolean
put_consent (PosternFlowContext *context, PosternTxn *txn, gpointer data, GError **error)
{
  PosternFlow *flow = context->flow;
  char **scopes = data;

  return postern_consent_store_put (txn, flow->user_id, flow->application_id, scopes[0], postern_flow_context_now (), error) &&
         postern_flow_audit_append_change (context, txn, POSTERN_FLOW_AUDIT_CONSENT, flow->user_id, postern_flow_audit_describe_consent (scopes[1]), postern_flow_audit_describe_consent (scopes[0]), error);
}

static PosternStageResult
grant (PosternFlowContext *context)
{
  PosternFlow *flow = context->flow;

  if (flow->granted_scopes == NULL)
    flow->granted_scopes = g_strdupv (flow->scopes);
  return POSTERN_STAGE_GO_ON;
}

static PosternStageResult
show_consent (PosternFlowContext *context, GError **error)
{
  PosternUser *user = postern_flow_context_load_user (context, error);
  PosternClient *client = context->client;
  g_auto (GStrv) asked = postern_flow_claims_dup_scopes (context->flow);
  g_autoptr (PosternResourceBook) book = user ? postern_permission_cache_dup_resources (postern_tenant_get_permissions (context->tenant), error) : NULL;
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (book == NULL)
    return POSTERN_STAGE_REFUSE;
  postern_json_object_add_string (&model, "logo_uri", client->logo_uri);
  postern_json_object_add_string (&model, "client_uri", client->client_uri);
  postern_json_object_add_string (&model, "policy_uri", client->policy_uri);
  postern_json_object_add_string (&model, "tos_uri", client->tos_uri);
  postern_json_object_add_string (&model, "identifier", postern_user_name_get_shown (user));
  postern_json_object_add (&model, "scopes", postern_flow_scope_words_to_variant (book, (const char *const *) context->flow->resources, (const char *const *) asked));
  context->prompt = postern_prompt_new_page ("consent", postern_json_object_end (&model));
  return POSTERN_STAGE_PARK;
}

/* (transfer full) (nullable): what it asks for, as it is remembered; what is at one resource is not allowed at another */
static GStrv
dup_asked (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_auto (GStrv) scopes = postern_flow_claims_dup_scopes (flow);
  g_autoptr (PosternResourceBook) book = NULL;

  if (flow->resources && flow->resources[0]) {
    book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (context->tenant), error);
    if (book == NULL)
      return NULL;
  }
  return postern_flow_scope_words_dup_allowed (book, (const char *const *) flow->resources, (const char *const *) scopes);
}

/* What is on the page is what is given: the flow's scopes cannot change between the page and the answer. */
static PosternStageResult
take_answer (PosternFlowContext *context, const char *remembered, char **asked, GError **error)
{
  PosternFlow *flow = context->flow;
  const char *action = postern_flow_context_get_input (context, "action");
  gboolean allow = g_strcmp0 (action, "allow") == 0;
  gboolean deny = g_strcmp0 (action, "deny") == 0;
  g_autofree char *now = NULL;

  g_clear_pointer (&context->input, postern_pairs_unref);
  if (deny)
    return postern_flow_context_refuse (error, POSTERN_ERROR_ACCESS_DENIED, "The person did not allow it");
  if (!allow)
    return show_consent (context, error);
  flow->consent_given = TRUE;
  flow->answered_prompts |= POSTERN_FLOW_PROMPT_CONSENT;
  now = join (remembered, asked);
  postern_flow_effects_add (context, put_consent, g_strdupv ((char *[]){ now, (char *) remembered, NULL }), (GDestroyNotify) g_strfreev);
  return grant (context);
}

/**
 * Stage `consent`: has the person allowed this application what it asks? Ours (first_party) are not asked for, unless the
 * application itself wants it asked (prompt=consent). A remembered answer serves while it covers every scope, at each resource that is asked for.
 */
PosternStageResult
postern_stage_consent (PosternFlowContext *context, GError **error)
{
  g_autofree char *remembered = NULL;
  gpointer reading[] = { context, &remembered };
  g_auto (GStrv) asked = NULL;
  gboolean is_asked = postern_flow_context_is_asked (context, POSTERN_FLOW_PROMPT_CONSENT);

  if (context->client->application->first_party && !is_asked)
    return grant (context);
  asked = dup_asked (context, error);
  if (asked == NULL)
    return POSTERN_STAGE_REFUSE;
  if (!postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, read_consent, reading, error))
    return POSTERN_STAGE_REFUSE;
  if (context->input)
    return take_answer (context, remembered, asked, error);
  if (!is_asked && covers (remembered, asked))
    return grant (context);
  if (context->flow->prompts & POSTERN_FLOW_PROMPT_NONE)
    return postern_flow_context_refuse (error, POSTERN_ERROR_CONSENT_REQUIRED, "The person has not allowed this yet, and prompt=none forbids asking");
  return show_consent (context, error);
}
