/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-delegation.h"
#include "postern-api-rights.h"

#include "postern-identifier.h"
#include "postern-invitation.h"
#include "postern-outbox.h"
#include "postern-role.h"
#include "postern-seal.h"

#define DAY (24 * 3600)

static const char *const states[] = { "open", "used", "revoked", "expired", "lapsed", NULL };

static const PosternApiMember members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Its id; it never changes." },
  { "organization_id", POSTERN_API_STRING, POSTERN_API_OWN, "To which organization." },
  { "email", POSTERN_API_STRING, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS | POSTERN_API_PERSONAL, "Where it goes; only an account with this address can take it.", 3, 254, .format = "email" },
  { "role_ids", POSTERN_API_ARRAY, 0, "The roles that the person gets in the organization.", 0, POSTERN_INVITATION_ROLES_MAX, .items = POSTERN_API_STRING },
  { "group_ids", POSTERN_API_ARRAY, 0, "The groups of the organization that the person comes into.", 0, POSTERN_INVITATION_ROLES_MAX, .items = POSTERN_API_STRING },
  { "days", POSTERN_API_INTEGER, POSTERN_API_WRITE_ONLY, "How long it is good; seven unless it is said.", 1, POSTERN_INVITATION_LIFETIME_MAX / DAY },
  { "language", POSTERN_API_STRING, POSTERN_API_WRITE_ONLY, "In which language the mail is written to somebody without an account.", 1, 35 },
  { "inviter", POSTERN_API_STRING, POSTERN_API_READ_ONLY, "Who invited: a user's id." },
  { "state", POSTERN_API_STRING, POSTERN_API_OWN, "Whether it can still be taken: while it is open. It is lapsed while who sent it may not invite, or not give what it gives, any more.", .choices = states },
  { "created_at", POSTERN_API_TIME, POSTERN_API_OWN, "When it was made." },
  { "expires_at", POSTERN_API_TIME, POSTERN_API_OWN, "Until when it is good." },
  { "used_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was taken." },
  { "revoked_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When it was revoked." },
  { NULL },
};
static const PosternApiSchema schema = { "Invitation", members, "An invitation to an organization, by mail." };

static const PosternApiMember again_members[] = {
  { "days", POSTERN_API_INTEGER, 0, "How long it is good from now on; seven unless it is said.", 1, POSTERN_INVITATION_LIFETIME_MAX / DAY },
  { "language", POSTERN_API_STRING, 0, "In which language the mail is written to somebody without an account.", 1, 35 },
  { NULL },
};
static const PosternApiSchema again_schema = { "InvitationAgain", again_members };

static void
add_list (GVariantDict *dict, const char *name, GVariant *list)
{
  g_autofree const char **ids = list ? g_new0 (const char *, g_variant_n_children (list) + 1) : NULL;

  for (gsize i = 0; list && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i), id = g_variant_get_variant (box);

    ids[i] = g_variant_get_string (id, NULL); /* borrowed from the list */
  }
  if (list && g_variant_n_children (list) > 0)
    g_variant_dict_insert_value (dict, name, g_variant_new_strv (ids, -1));
}

/* What is shown of one. */
typedef struct {
  const PosternInvitation *invitation;
  const char *state;
} Entry;

static GVariant *
to_json (gconstpointer record)
{
  const Entry *entry = record;
  const PosternInvitation *invitation = entry->invitation;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "id", invitation->id);
  postern_api_call_add_string (&dict, "organization_id", invitation->organization_id);
  postern_api_call_add_string (&dict, "email", invitation->email);
  add_list (&dict, "role_ids", invitation->role_ids);
  add_list (&dict, "group_ids", invitation->group_ids);
  postern_api_call_add_string (&dict, "inviter", invitation->inviter);
  postern_api_call_add_string (&dict, "state", entry->state);
  postern_api_call_add_time (&dict, "created_at", invitation->created_at);
  postern_api_call_add_time (&dict, "expires_at", invitation->expires_at);
  postern_api_call_add_time (&dict, "used_at", invitation->used_at);
  postern_api_call_add_time (&dict, "revoked_at", invitation->revoked_at);
  return g_variant_dict_end (&dict);
}

/* As postern_invitation_inviter_check(), and @error alone says that it failed. */
static gboolean
is_held (PosternApiCall *call, PosternTxn *txn, const PosternInvitation *invitation, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (postern_invitation_inviter_check (txn, postern_tenant_get_issuer (call->api->tenant), invitation, &failure))
    return TRUE;
  if (!g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Its link is closed as long as who sent it lacks the right: nobody wonders then why it does not work. */
static gboolean
entry_init (Entry *self, PosternApiCall *call, PosternTxn *txn, const PosternInvitation *invitation, GError **error)
{
  g_autoptr (GError) failure = NULL;

  *self = (Entry){ invitation, postern_invitation_get_state (invitation, call->now) };
  if (postern_invitation_is_open (invitation, call->now) && !is_held (call, txn, invitation, &failure))
    self->state = "lapsed";
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
answer (PosternApiCall *call, PosternTxn *txn, guint status, const PosternInvitation *invitation, GError **error)
{
  Entry entry;

  return entry_init (&entry, call, txn, invitation, error) && postern_api_call_set_result (call, status, to_json (&entry));
}

/* --- whose they are --------------------------------------------------------------------------------------------------- */

static PosternInvitation *
find (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternInvitation) invitation = organization ? postern_invitation_store_get (txn, postern_request_get_capture (call->request, "invitation"), error) : NULL;

  if (invitation == NULL || g_str_equal (invitation->organization_id, organization->id))
    return g_steal_pointer (&invitation);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such invitation");
  return NULL;
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (GPtrArray) invitations = organization ? postern_invitation_store_list (txn, organization->id, call->after, call->limit, error) : NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; invitations && i < invitations->len; i++) {
    Entry *entry = g_new0 (Entry, 1);

    g_ptr_array_add (entries, entry);
    if (!entry_init (entry, call, txn, invitations->pdata[i], error))
      return FALSE;
  }
  return invitations != NULL && postern_api_call_set_page (call, entries, to_json);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternInvitation) invitation = find (call, txn, error);

  return invitation != NULL && answer (call, txn, 200, invitation, error);
}

/* --- sending them ----------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable): as accounts have it */
static char *
dup_email (PosternApiCall *call, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (call->api->tenant);
  g_autofree char *email = postern_identifier_canonicalize_for (policy, postern_json_get_string (call->body, "email"));

  if (email != NULL && strchr (email, '@') != NULL)
    return g_steal_pointer (&email);
  postern_api_call_invalid (error, "email", "must be an e-mail address");
  return NULL;
}

typedef struct {
  PosternApiCall *call;
  char *organization_id, *email; /* email: of the one that is there; (nullable) */
} Target;

static void
target_clear (Target *self)
{
  g_clear_pointer (&self->organization_id, g_free);
  g_clear_pointer (&self->email, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static gboolean
look (PosternTxn *txn, gpointer data, GError **error)
{
  Target *self = data;
  gboolean again = postern_request_get_capture (self->call->request, "invitation") != NULL;
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (self->call, txn, error);
  g_autoptr (PosternInvitation) invitation = organization && again ? find (self->call, txn, error) : NULL;

  if (organization == NULL || (again && invitation == NULL))
    return FALSE;
  target_clear (self);
  self->organization_id = g_strdup (organization->id);
  self->email = invitation ? g_strdup (invitation->email) : NULL;
  return TRUE;
}

static gboolean
take_try (PosternTxn *txn, gpointer data, GError **error)
{
  Target *self = data;

  return postern_invitation_take_try (txn, self->organization_id, self->email, self->call->now, &self->call->retry_after, error);
}

/* Counted before it is made: the limits are kept with what is short-lived. */
static gboolean
prepare (PosternApiCall *call, GError **error)
{
  g_auto (Target) target = { call };

  if (!postern_store_read (call->store, POSTERN_KEEP_LASTING, look, &target, error))
    return FALSE;
  if (!postern_outbox_can_deliver (call->api->instances, "email")) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "no mail can be sent here: there is no messenger for email");
    return FALSE;
  }
  if (target.email == NULL)
    target.email = dup_email (call, error);
  return target.email != NULL && postern_store_write (call->store, POSTERN_KEEP_SHORT, take_try, &target, error);
}

static gint64
get_end (PosternApiCall *call)
{
  return call->now + DAY * postern_json_get_int64 (call->body, "days", POSTERN_INVITATION_LIFETIME / DAY);
}

/* Takes @token. */
static gboolean
send (PosternApiCall *call, PosternTxn *txn, const PosternInvitation *invitation, char *token, GError **error)
{
  PosternInvitationMail mail = { postern_tenant_get_issuer (call->api->tenant), postern_json_get_string (call->body, "language"), token, call->now };
  gboolean sent = postern_invitation_send (txn, invitation, &mail, error);

  postern_secret_free (token);
  return sent;
}

/* What is not there, or is not this organization's to give, is said later, by name: nobody learns here what another's gives. */
static gboolean
may_give_role (PosternApiCall *call, PosternTxn *txn, const PosternOrganization *organization, const char *id, GError **error)
{
  g_autoptr (PosternRole) role = postern_role_get (txn, id, NULL);

  return role == NULL || !postern_api_delegation_check_role (call, role, NULL) || postern_api_rights_check_role (call, txn, role, error);
}

static gboolean
may_give_group (PosternApiCall *call, PosternTxn *txn, const PosternOrganization *organization, const char *id, GError **error)
{
  g_autoptr (PosternGroup) group = postern_group_store_get (txn, id, NULL);

  return group == NULL || !g_str_equal (group->organization_id, organization->id) ||
         postern_api_rights_check_assigned (call, txn, group->id, organization->id, error);
}

typedef gboolean (*MayGive) (PosternApiCall *call, PosternTxn *txn, const PosternOrganization *organization, const char *id, GError **error);

/* @list: (nullable): av of ids */
static gboolean
may_give_all (PosternApiCall *call, PosternTxn *txn, const PosternOrganization *organization, GVariant *list, MayGive may_give, GError **error)
{
  for (gsize i = 0; list && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i), id = g_variant_get_variant (box);

    if (!postern_api_call_may (call, "roles:write", error) || !may_give (call, txn, organization, g_variant_get_string (id, NULL), error))
      return FALSE;
  }
  return TRUE;
}

/*
 * Roles, and groups, which have roles: who may not give them to somebody directly does not by inviting, nor by sending an invitation
 * again, which lets it live longer.
 */
static gboolean
may_give (PosternApiCall *call, PosternTxn *txn, const PosternInvitation *invitation, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, invitation->organization_id, error);

  return organization != NULL && may_give_all (call, txn, organization, invitation->role_ids, may_give_role, error) &&
         may_give_all (call, txn, organization, invitation->group_ids, may_give_group, error);
}

/* In the log they are done to the organization. @detail: (nullable): floating is sunk */
static void
note (PosternApiCall *call, const char *event, const PosternInvitation *invitation, GVariant *detail)
{
  g_autoptr (GVariant) given = detail ? g_variant_ref_sink (detail) : NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (given);

  postern_api_call_add_string (&dict, "invitation_id", invitation->id);
  postern_api_call_audit (call, event, invitation->organization_id, g_variant_dict_end (&dict));
  postern_api_call_audit_personal (call, invitation->id, NULL, NULL);
}

static gboolean
create (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_api_delegation_load (call, txn, error);
  g_autoptr (PosternInvitation) invitation = postern_invitation_new ();
  char *token = NULL;

  if (organization == NULL)
    return FALSE;
  invitation->id = postern_id_new ("inv");
  invitation->organization_id = g_strdup (organization->id);
  invitation->email = dup_email (call, error);
  invitation->role_ids = postern_json_get (call->body, "role_ids");
  invitation->group_ids = postern_json_get (call->body, "group_ids");
  invitation->inviter = call->bearer ? g_strdup (call->bearer->subject) : NULL;
  invitation->created_at = call->now;
  invitation->expires_at = get_end (call);
  if (invitation->email == NULL || !may_give (call, txn, invitation, error) || !postern_invitation_insert (txn, invitation, &token, error) || !send (call, txn, invitation, token, error))
    return FALSE;
  note (call, "invitation.created", invitation, postern_api_call_names_of_body (call));
  return answer (call, txn, 201, invitation, error);
}

/* A mail whose link is closed helps nobody. */
static gboolean
check_inviter (PosternApiCall *call, PosternTxn *txn, const PosternInvitation *invitation, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (is_held (call, txn, invitation, &failure))
    return TRUE;
  if (failure)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "who invited may not any more: invite anew");
  return FALSE;
}

static gboolean
send_again (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternInvitation) invitation = find (call, txn, error);
  gint64 before = invitation ? invitation->expires_at : 0;
  char *token = NULL;

  if (invitation == NULL || !may_give (call, txn, invitation, error) || !check_inviter (call, txn, invitation, error) ||
      !postern_invitation_renew (txn, invitation, get_end (call), &token, error) || !send (call, txn, invitation, token, error))
    return FALSE;
  note (call, "invitation.sent", invitation,
        g_variant_new_parsed ("{'before': <{'expires_at': <%x>}>, 'after': <{'expires_at': <%x>}>}", before, invitation->expires_at));
  return answer (call, txn, 200, invitation, error);
}

static gboolean
take_back (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternInvitation) invitation = find (call, txn, error);

  if (invitation == NULL)
    return FALSE;
  note (call, "invitation.revoked", invitation, NULL);
  return postern_invitation_store_revoke (txn, invitation->id, call->now, error);
}

#define OF "/organizations/{id}/invitations"
#define ONE OF "/{invitation}"

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, OF, "listInvitations", "invitations:read", "Lists an organization's invitations", .answer = &schema, .work = list, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_CREATE, OF, "createInvitation", "invitations:write", "Invites somebody by mail; an open invitation to the same address is revoked", &schema, &schema, .work = create, .prepare = prepare, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS },
  { POSTERN_API_SHOW, ONE, "getInvitation", "invitations:read", "Shows an invitation, without its link", .answer = &schema, .work = show, .flags = POSTERN_API_DELEGATED | POSTERN_API_SENSITIVE },
  { POSTERN_API_DELETE, ONE, "revokeInvitation", "invitations:write", "Revokes an invitation: its link is worth nothing from now on", .work = take_back, .flags = POSTERN_API_DELEGATED | POSTERN_API_LAPSES },
  { POSTERN_API_ACTION, ONE "/send", "sendInvitation", "invitations:write", "Sends an invitation again, with another link", &again_schema, &schema, .work = send_again, .prepare = prepare, .flags = POSTERN_API_DELEGATED | POSTERN_API_CONFLICTS | POSTERN_API_LAPSES },
  { .path = NULL },
};

const PosternApiResource postern_api_invitations = { "Invitations", "Who is asked to join an organization.", rows };
