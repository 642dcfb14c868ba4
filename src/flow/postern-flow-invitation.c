/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-invitation.h"

#include "postern-flow-browser.h"
#include "postern-flow-context.h"
#include "postern-flow-prompt.h"
#include "postern-flow-routes.h"
#include "postern-flow-visit.h"
#include "postern-invitation.h"
#include "postern-json.h"
#include "postern-organization-brand.h"
#include "postern-request-private.h"
#include "postern-seal.h"
#include "postern-user-name.h"

#define PATH "/invitation"
#define COOKIE "invitation" /* the token, while the person signs in; a flow keeps no secret of others */
#define COOKIE_LIFETIME 3600 /* seconds */

/* --- in a sign-in ----------------------------------------------------------------------------------------------------- */

gboolean
postern_flow_invitation_may_sign_up (PosternFlow *flow, PosternPolicy *policy)
{
  return policy->sign_up_enabled || flow->invited;
}

gboolean
postern_flow_invitation_is_for (PosternFlow *flow, const char *address)
{
  return flow->invited && g_strcmp0 (flow->invited, address) == 0;
}

gboolean
postern_flow_invitation_check (PosternFlowContext *context, PosternTxn *txn, GError **error)
{
  const char *id = context->flow->invitation_id;
  g_autoptr (PosternInvitation) invitation = id ? postern_invitation_store_get (txn, id, NULL) : NULL;

  if (id == NULL || (invitation && postern_invitation_is_open (invitation, postern_flow_context_now ()) &&
                     postern_invitation_inviter_check (txn, postern_tenant_get_issuer (context->tenant), invitation, NULL)))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_STALE, "The invitation is not good any more");
  return FALSE;
}

typedef struct {
  PosternFlowContext *context;
  PosternOrganization *organization;
} Inviting;

static gboolean
find_organization (PosternTxn *txn, gpointer user_data, GError **error)
{
  Inviting *self = user_data;
  g_autoptr (PosternInvitation) invitation = NULL;

  g_clear_pointer (&self->organization, postern_organization_unref); /* a transaction may run twice */
  if (!postern_flow_invitation_check (self->context, txn, error))
    return FALSE;
  invitation = postern_invitation_store_get (txn, self->context->flow->invitation_id, error);
  self->organization = invitation ? postern_organization_store_find (txn, invitation->organization_id, error) : NULL;
  return self->organization != NULL;
}

PosternOrganization *
postern_flow_invitation_dup_organization (PosternFlowContext *context)
{
  Inviting self = { context, NULL };

  if (context->flow->invitation_id)
    postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, find_organization, &self, NULL);
  return self.organization;
}

/* --- who is here, and what for ---------------------------------------------------------------------------------------- */

typedef struct {
  PosternTenant *tenant;        /* borrowed */
  char *token;                  /* (nullable); zeroed */
  PosternInvitation *invitation; /* (nullable): it is not good */
  PosternOrganization *organization;
  char *inviter;     /* (nullable): an address */
  gboolean known;    /* the address has an account */
  GPtrArray *sessions, *users; /* of this browser */
  PosternUser *user; /* (nullable): who could accept; else the newest that is signed in; borrowed from users */
} Visit;

static void
forget_found (Visit *self)
{
  g_clear_pointer (&self->invitation, postern_invitation_unref);
  g_clear_pointer (&self->organization, postern_organization_unref);
  g_clear_pointer (&self->inviter, g_free);
}

static void
visit_clear (Visit *self)
{
  forget_found (self);
  g_clear_pointer (&self->token, postern_secret_free);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_pointer (&self->users, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Visit *self = user_data;
  g_autoptr (GError) none = NULL;
  g_autoptr (PosternUser) owner = NULL;

  forget_found (self);
  self->invitation = postern_invitation_find (txn, postern_tenant_get_issuer (self->tenant), self->token, postern_flow_context_now (), &self->organization, &none);
  if (self->invitation == NULL && !g_error_matches (none, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&none));
    return FALSE;
  }
  if (self->invitation == NULL)
    return TRUE;
  self->inviter = postern_invitation_dup_inviter (txn, self->invitation);
  owner = postern_user_store_find (txn, self->invitation->email, NULL);
  self->known = owner != NULL;
  return TRUE;
}

static void
find_user (Visit *self)
{
  self->user = self->users->len > 0 ? self->users->pdata[0] : NULL;
  for (guint i = 0; i < self->users->len; i++)
    if (postern_invitation_fits (self->invitation, self->users->pdata[i]))
      self->user = self->users->pdata[i];
}

/* Takes @token. */
static gboolean
visit_init (Visit *self, PosternFlowEngine *engine, PosternRequest *request, char *token, GError **error)
{
  *self = (Visit){ .tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine)), .token = token };
  if (!postern_store_read (postern_tenant_get_store (self->tenant), POSTERN_KEEP_LASTING, look, self, error))
    return FALSE;
  self->sessions = postern_flow_browser_dup_sessions (self->tenant, request, NULL, &self->users, error);
  if (self->sessions && self->invitation)
    find_user (self);
  return self->sessions != NULL;
}

/* --- the page --------------------------------------------------------------------------------------------------------- */

/* Wrong, used, expired, revoked: nobody learns which. */
static PosternResponse *
show_closed (void)
{
  return postern_response_new_page (404, "invitation", g_variant_new_parsed ("{'closed': <true>}"));
}

static void
add_url (PosternJsonObject *model, PosternTenant *tenant, const char *name, const char *path)
{
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (tenant), path, NULL);

  postern_json_object_add_string (model, name, url);
}

/* What there is to press depends on who is here. */
static void
add_person (PosternJsonObject *model, Visit *visit)
{
  const PosternUser *user = visit->user;
  gboolean own = user && g_strcmp0 (user->email, visit->invitation->email) == 0;

  if (user == NULL)
    return;
  postern_json_object_add_string (model, "identifier", postern_user_name_get_shown (visit->user));
  postern_json_object_add_boolean (model, "fits", postern_invitation_fits (visit->invitation, user));
  if (own && !user->email_verified)
    add_url (model, visit->tenant, "confirm_url", "/account/change/email");
}

static PosternResponse *
show_open (Visit *visit, PosternRuntime *runtime)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *page;

  add_url (&model, visit->tenant, "action", PATH);
  postern_json_object_add_string (&model, "token", visit->token);
  postern_json_object_add_string (&model, "organization_name", visit->organization->name);
  postern_json_object_add_string (&model, "inviter", visit->inviter);
  postern_json_object_add_string (&model, "email", visit->invitation->email);
  add_person (&model, visit);
  postern_organization_brand_add_page (&model, visit->organization);
  page = postern_response_new_page (200, "invitation", postern_json_object_end (&model));
  postern_flow_prompt_allow_providers (runtime, page);
  return page;
}

/** The token is the link's; or the cookie's, of who comes back from signing in. */
PosternResponse *
postern_flow_invitation_show (PosternRequest *request, gpointer engine)
{
  const char *token = postern_request_get_capture (request, "token");
  g_autoptr (GError) error = NULL;
  g_auto (Visit) visit = { NULL };

  if (!visit_init (&visit, engine, request, g_strdup (token ? token : postern_request_get_cookie (request, COOKIE)), &error))
    return postern_response_new_error_page (error, NULL);
  return visit.invitation ? show_open (&visit, postern_flow_engine_get_runtime (engine)) : show_closed ();
}

/* --- signing in for it ------------------------------------------------------------------------------------------------ */

/* Somebody else may be signed in here: they are not asked, and stay. */
static PosternResponse *
begin (Visit *visit, PosternFlowEngine *engine, PosternRequest *request)
{
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin (visit->tenant, PATH, NULL);
  PosternResponse *response;

  postern_flow_set_string (&flow->invitation_id, visit->invitation->id);
  postern_flow_set_string (&flow->invited, visit->invitation->email);
  postern_flow_set_string (&flow->login_hint, visit->invitation->email);
  flow->prompts |= visit->known ? 0 : POSTERN_FLOW_PROMPT_CREATE;
  response = postern_flow_engine_run (engine, flow, request, NULL);
  postern_response_set_cookie (response, COOKIE, visit->token, COOKIE_LIFETIME);
  return response;
}

/* --- accepting it ----------------------------------------------------------------------------------------------------- */

typedef struct {
  Visit *visit;
  PosternRequest *request;
} Acceptance;

static gboolean
write_down (PosternTxn *txn, Acceptance *self, const PosternInvitation *invitation, GError **error)
{
  const PosternAuditBy by = postern_audit_by_request (self->visit->user->id, self->request);
  g_autoptr (PosternAudit) audit = postern_audit_store_new_by ("invitation.accepted", &by, invitation->organization_id);
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&data, "user", self->visit->user->id);
  postern_json_object_add_string (&data, "organization_id", invitation->organization_id);
  postern_json_object_add_string (&data, "invitation_id", invitation->id);
  if (invitation->role_ids)
    postern_json_object_add (&data, "role_ids", invitation->role_ids);
  if (invitation->group_ids)
    postern_json_object_add (&data, "group_ids", invitation->group_ids);
  audit->data = g_variant_ref_sink (postern_json_object_end (&data));
  return postern_audit_store_append (txn, audit, error);
}

/* The account is read again: its address may have changed since the page was shown. */
static gboolean
accept (PosternTxn *txn, gpointer user_data, GError **error)
{
  Acceptance *self = user_data;
  g_autoptr (PosternUser) user = postern_user_store_get (txn, self->visit->user->id, error);
  g_autoptr (PosternInvitation) invitation = NULL;

  if (user)
    invitation = postern_invitation_accept (txn, postern_tenant_get_issuer (self->visit->tenant), self->visit->token, user, postern_flow_context_now (), error);
  return invitation != NULL && write_down (txn, self, invitation, error);
}

/* To the page as it is now: a form is never answered by one. */
static PosternResponse *
show_anew (Visit *visit)
{
  PosternResponse *response = postern_response_new_redirect (PATH);

  postern_response_set_cookie (response, COOKIE, visit->invitation ? visit->token : "", visit->invitation ? COOKIE_LIFETIME : 0);
  return response;
}

static PosternResponse *
take (Visit *visit, PosternRequest *request)
{
  Acceptance acceptance = { visit, request };
  g_autoptr (GError) error = NULL;
  PosternResponse *response;

  if (!postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, accept, &acceptance, &error)) {
    if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) || g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED))
      return show_anew (visit);
    return postern_response_new_error_page (error, NULL);
  }
  response = postern_response_new_redirect ("/account?notice=joined");
  postern_response_set_cookie (response, COOKIE, "", 0);
  return response;
}

PosternResponse *
postern_flow_invitation_submit (PosternRequest *request, gpointer engine)
{
  const char *token = NULL, *action = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Visit) visit = { NULL };

  if (!postern_request_get_form (request, "token", &token, &error) || !postern_request_get_form (request, "action", &action, &error) ||
      !visit_init (&visit, engine, request, g_strdup (token), &error))
    return postern_response_new_error_page (error, NULL);
  if (visit.invitation == NULL)
    return show_anew (&visit);
  if (visit.user && g_strcmp0 (action, "accept") == 0)
    return take (&visit, request);
  return begin (&visit, engine, request);
}
