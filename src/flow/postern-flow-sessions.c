/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-sessions.h"

#include "postern-flow-again.h"
#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-organization.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-user-name.h"

struct _PosternFlowSessions {
  GPtrArray *sessions; /* (element-type PosternSession) */
  GPtrArray *users;    /* (element-type PosternUser), at the same places */
};

PosternFlowSessions *
postern_flow_sessions_new (PosternFlowContext *context, GError **error)
{
  g_autoptr (PosternFlowSessions) self = g_new0 (PosternFlowSessions, 1);

  self->sessions = postern_flow_browser_dup_sessions (context->tenant, context->request, postern_flow_context_get_native (context), &self->users, error);
  if (self->sessions == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
postern_flow_sessions_free (PosternFlowSessions *self)
{
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_pointer (&self->users, g_ptr_array_unref);
  g_free (self);
}

guint
postern_flow_sessions_count (PosternFlowSessions *self)
{
  return self->sessions->len;
}

gint
postern_flow_sessions_find (PosternFlowSessions *self, const char *session_id)
{
  for (guint i = 0; i < self->sessions->len; i++)
    if (g_str_equal (((PosternSession *) g_ptr_array_index (self->sessions, i))->id, session_id))
      return i;
  return POSTERN_FLOW_SESSIONS_NONE;
}

gboolean
postern_flow_sessions_is_fresh (PosternFlowContext *context, gint64 auth_time)
{
  gint64 max_age = postern_flow_context_get_max_age (context);

  /* Whole seconds: what may be too old counts as too old, and zero asks for a new sign-in even in the second of the last one. */
  return max_age < 0 || postern_flow_context_now () - auth_time < max_age;
}

/* Who came in by a way that the organization asked for does not allow comes in once more. */
static gboolean
is_allowed (PosternFlowContext *context, PosternSession *session)
{
  PosternOrganizationRules *rules = postern_flow_organization_peek_rules (context);
  g_auto (GStrv) factors = rules ? g_strsplit (session->factors ? session->factors : "", " ", -1) : NULL;

  return rules == NULL || postern_organization_rules_allow_way (rules, (const char *const *) factors, session->upstream_connector);
}

gboolean
postern_flow_sessions_serves (PosternFlowSessions *self, PosternFlowContext *context, guint index)
{
  PosternSession *session = g_ptr_array_index (self->sessions, index);
  const char *hinted = context->flow->hinted_user_id;

  if (postern_flow_context_is_asked (context, POSTERN_FLOW_PROMPT_LOGIN) || postern_flow_context_is_asked (context, POSTERN_FLOW_PROMPT_CREATE))
    return FALSE;
  if (hinted && !g_str_equal (hinted, session->user_id))
    return FALSE;
  return postern_flow_sessions_is_fresh (context, session->auth_time) && is_allowed (context, session);
}

static gboolean
is_named (PosternFlowSessions *self, guint index, const char *identifier)
{
  PosternUser *user = g_ptr_array_index (self->users, index);

  return g_strcmp0 (user->email, identifier) == 0 || g_strcmp0 (user->username, identifier) == 0 || g_strcmp0 (user->phone, identifier) == 0;
}

gint
postern_flow_sessions_pick (PosternFlowSessions *self, PosternFlowContext *context)
{
  g_autofree char *hint = postern_identifier_canonicalize (context->flow->login_hint);
  gboolean silent = context->flow->prompts & POSTERN_FLOW_PROMPT_NONE;
  gint picked = POSTERN_FLOW_SESSIONS_NONE;

  for (guint i = 0; i < self->sessions->len; i++) {
    if (!postern_flow_sessions_serves (self, context, i))
      continue;
    if (hint && is_named (self, i, hint))
      return i;
    if (hint && !silent)
      continue; /* the application expects somebody else: that one is asked */
    picked = picked == POSTERN_FLOW_SESSIONS_NONE ? (gint) i : POSTERN_FLOW_SESSIONS_MANY;
  }
  return picked;
}

void
postern_flow_sessions_use (PosternFlowSessions *self, PosternFlowContext *context, guint index)
{
  PosternSession *session = g_ptr_array_index (self->sessions, index);
  PosternFlow *flow = context->flow;

  postern_flow_set_string (&flow->user_id, session->user_id);
  postern_flow_set_string (&flow->session_id, session->id);
  postern_flow_set_string (&flow->acr, session->acr);
  g_strfreev (flow->amr);
  flow->amr = session->amr && *session->amr ? g_strsplit (session->amr, " ", -1) : NULL;
  g_strfreev (flow->factors);
  flow->factors = session->factors && *session->factors ? g_strsplit (session->factors, " ", -1) : NULL;
  postern_flow_set_string (&flow->connector_id, session->upstream_connector);
  flow->auth_time = session->auth_time;
  flow->met_at = 0;
  flow->authenticated_now = flow->recovered = FALSE;
}

gint
postern_flow_sessions_find_known (PosternFlowSessions *self, PosternFlowContext *context)
{
  const char *hinted = context->flow->hinted_user_id;
  g_autofree char *hint = postern_identifier_canonicalize (context->flow->login_hint);
  gint known = POSTERN_FLOW_SESSIONS_NONE;

  for (guint i = 0; i < self->sessions->len; i++) {
    const char *user_id = postern_flow_sessions_get_user_id (self, i);

    if (hinted ? !g_str_equal (hinted, user_id) : hint && !is_named (self, i, hint))
      continue; /* the application expects somebody else */
    if (hinted || hint)
      return i;
    known = known == POSTERN_FLOW_SESSIONS_NONE ? (gint) i : POSTERN_FLOW_SESSIONS_MANY;
  }
  return known;
}

PosternInstance *
postern_flow_sessions_find_way (PosternFlowSessions *self, PosternFlowContext *context, guint index, const char **identifier)
{
  return postern_flow_again_find (context, g_ptr_array_index (self->sessions, index), g_ptr_array_index (self->users, index), identifier);
}

const char *
postern_flow_sessions_get_user_id (PosternFlowSessions *self, guint index)
{
  return ((PosternSession *) g_ptr_array_index (self->sessions, index))->user_id;
}

const char *
postern_flow_sessions_get_shown (PosternFlowSessions *self, guint index)
{
  return postern_user_name_get_shown (g_ptr_array_index (self->users, index));
}

static GVariant *
entry_of (PosternSession *session, PosternUser *user)
{
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;
  const char *name = postern_user_name_get (user), *identifier = postern_user_name_get_shown (user);
  const char *picture = user->profile ? postern_json_get_string (user->profile, "picture") : NULL;

  postern_json_object_add_string (&entry, "session", session->id);
  postern_json_object_add_string (&entry, "name", name);
  if (identifier != name)
    postern_json_object_add_string (&entry, "identifier", identifier);
  postern_json_object_add_string (&entry, "picture", picture);
  return postern_json_object_end (&entry);
}

GVariant *
postern_flow_sessions_to_variant (PosternFlowSessions *self)
{
  GVariantBuilder entries = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < self->sessions->len; i++)
    g_variant_builder_add (&entries, "v", entry_of (g_ptr_array_index (self->sessions, i), g_ptr_array_index (self->users, i)));
  return g_variant_builder_end (&entries);
}
