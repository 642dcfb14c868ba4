/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-context.h"
#include "postern-stages.h"

static gboolean
is_for_itself (PosternFlow *flow)
{
  return flow->entrance == POSTERN_ENTRANCE_BACK_CHANNEL;
}

static PosternPermission *
load (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  PosternPermissionSubject subject = { is_for_itself (flow) ? flow->application_id : flow->user_id, flow->organization_id };

  return postern_permission_cache_dup (postern_tenant_get_permissions (context->tenant), &subject, error);
}

/* Who names no scope means all that may be had (RFC 6749 section 3.3): what the roles give, as far as the application's record allows it. */
static char **
dup_default (PosternFlowContext *context, PosternPermission *permission)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (char **resource = context->flow->resources; *resource; resource++) {
    g_auto (GStrv) scopes = postern_permission_dup_scopes (permission, *resource);

    for (char **scope = scopes; *scope; scope++)
      if (postern_client_allows_scope (context->client, *scope))
        g_strv_builder_add (builder, *scope);
  }
  return g_strv_builder_end (builder);
}

static void
tell_roles (PosternFlow *flow, PosternPermission *permission)
{
  g_strfreev (flow->roles);
  flow->roles = g_strdupv ((char **) postern_permission_get_roles (permission));
  g_strfreev (flow->organization_roles);
  flow->organization_roles = g_strdupv ((char **) postern_permission_get_organization_roles (permission));
}

static void
narrow (PosternFlow *flow, PosternPermissionCut *cut)
{
  g_strfreev (flow->granted_scopes);
  flow->granted_scopes = g_steal_pointer (&cut->scopes);
  g_strfreev (flow->resources);
  flow->resources = g_steal_pointer (&cut->resources);
  g_strfreev (flow->permissions);
  flow->permissions = g_steal_pointer (&cut->permissions);
}

/* A program that acts for itself knows what it may have: that it gets less than it asked for would be seen later and elsewhere. */
static gboolean
lacks_any (PosternFlow *flow, const PosternPermissionCut *cut, char **asked)
{
  return is_for_itself (flow) && asked && g_strv_length (cut->scopes) < g_strv_length (asked);
}

static PosternStageResult
cut_down (PosternFlowContext *context, PosternResourceBook *book, PosternPermission *permission, GError **error)
{
  PosternFlow *flow = context->flow;
  gboolean person = flow->entrance & POSTERN_ENTRANCES_PERSON;
  char **given = person ? flow->scopes : flow->granted_scopes;
  g_auto (GStrv) asked = is_for_itself (flow) && permission && given == NULL ? dup_default (context, permission) : g_strdupv (given);
  g_auto (PosternPermissionCut) cut = { NULL };

  postern_permission_cut (permission, book, (const char *const *) asked, (const char *const *) flow->resources, &cut);
  if (lacks_any (flow, &cut, asked) || postern_permission_cut_is_spent (&cut, (const char *const *) asked, (const char *const *) flow->resources))
    return postern_flow_context_refuse (error, person ? POSTERN_ERROR_ACCESS_DENIED : POSTERN_ERROR_INVALID_SCOPE, "Nothing of this may be had at the resource");
  if (person)
    return POSTERN_STAGE_GO_ON;
  if (permission && cut.permissions[0])
    tell_roles (flow, permission);
  if (asked)
    narrow (flow, &cut);
  return POSTERN_STAGE_GO_ON;
}

/**
 * Stage `permission`: of the scopes at a managed resource a token gets those that its subject has there now, whichever way it is asked for.
 * While a person signs in nothing is taken away: they allow the application what it asks, and each token gets of that what they may at its
 * time, so that a change of roles is seen at the next one. A program that acts for itself reads nothing here while it is in memory.
 */
PosternStageResult
postern_stage_permission (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternResourceBook) book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (context->tenant), error);
  g_autoptr (PosternPermission) permission = NULL;
  gboolean managed;

  if (book == NULL)
    return POSTERN_STAGE_REFUSE;
  managed = postern_resource_book_find_any (book, (const char *const *) flow->resources) != NULL;
  if (managed)
    permission = load (context, error);
  if (managed && permission == NULL)
    return POSTERN_STAGE_REFUSE;
  return cut_down (context, book, permission, error);
}
