/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-invitation.h"

#include "postern-error.h"
#include "postern-fault.h"
#include "postern-json.h"
#include "postern-organization-brand.h"
#include "postern-organization-rules.h"
#include "postern-organization.h"
#include "postern-outbox.h"
#include "postern-role.h"
#include "postern-seal.h"

#include <string.h>

#define DAY (24 * 3600)

static gboolean
nothing_there (GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such invitation, or it is not good any more");
  return FALSE;
}

/* --- what it may be --------------------------------------------------------------------------------------------------- */

static gboolean
check_address (const PosternInvitation *self, const PosternOrganization *organization, GError **error)
{
  g_autoptr (PosternOrganizationRules) rules = postern_organization_rules_new (organization->sign_in_rules, error);
  g_autoptr (PosternUser) reader = postern_user_new ();

  reader->email = g_strdup (self->email);
  reader->email_verified = TRUE;
  if (rules == NULL || postern_organization_rules_allow_address (rules, reader))
    return rules != NULL;
  return postern_fault (error, "email", "is of no domain whose people may act for this organization");
}

static gboolean
check_stranger (PosternTxn *txn, const PosternInvitation *self, GError **error)
{
  g_autoptr (GError) nobody = NULL, none = NULL;
  g_autoptr (PosternUser) user = postern_user_store_find (txn, self->email, &nobody);
  g_autoptr (PosternMember) member = user && user->email_verified ? postern_member_store_get (txn, self->organization_id, user->id, &none) : NULL;
  GError **failure = user ? &none : &nobody;

  if (member) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "who has this address is a member already");
    return FALSE;
  }
  return postern_store_pass_missing (failure, error);
}

typedef gboolean (*Each) (PosternTxn *txn, const char *organization_id, const char *id, gpointer user_data, GError **error);

/* @list: (nullable): av of strings */
static gboolean
for_each (PosternTxn *txn, const char *organization_id, GVariant *list, Each each, gpointer user_data, GError **error)
{
  for (gsize i = 0; list && i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i), id = g_variant_get_variant (box);

    if (!each (txn, organization_id, g_variant_get_string (id, NULL), user_data, error))
      return FALSE;
  }
  return TRUE;
}

/* One that is not there, or belongs to another organization, is one answer. */
static gboolean
check_role (PosternTxn *txn, const char *organization_id, const char *id, gpointer user_data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternRole) role = postern_role_store_get (txn, id, &failure);
  g_autofree char *somebody = postern_id_new ("usr");
  PosternAssignment assignment = { somebody, (char *) organization_id, (char *) id, 0 };

  if (role && postern_role_check_assignment (role, &assignment, NULL))
    return TRUE;
  if (!postern_store_pass_missing (&failure, error))
    return FALSE;
  return postern_fault (error, "role_ids", "\"%.60s\" is no role that can be had in this organization", id);
}

static gboolean
check_group (PosternTxn *txn, const char *organization_id, const char *id, gpointer user_data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternGroup) group = postern_group_store_get (txn, id, &failure);

  if (group && g_str_equal (group->organization_id, organization_id))
    return TRUE;
  if (!postern_store_pass_missing (&failure, error))
    return FALSE;
  return postern_fault (error, "group_ids", "\"%.60s\" is no group of this organization", id);
}

gboolean
postern_invitation_check (PosternTxn *txn, const PosternInvitation *self, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, self->organization_id, error);

  if (organization == NULL)
    return FALSE;
  if (organization->disabled_at != 0) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the organization is switched off");
    return FALSE;
  }
  return check_address (self, organization, error) && check_stranger (txn, self, error) &&
         for_each (txn, self->organization_id, self->role_ids, check_role, NULL, error) &&
         for_each (txn, self->organization_id, self->group_ids, check_group, NULL, error);
}

/* --- its life --------------------------------------------------------------------------------------------------------- */

static void
make_secret (PosternInvitation *self, char **token)
{
  *token = postern_secret_new_for (self->id);
  g_free (self->secret_hash);
  self->secret_hash = postern_secret_hash (*token);
}

/* Nobody gets the token of one that was not kept. */
static gboolean
settle (gboolean kept, char **token)
{
  if (!kept)
    g_clear_pointer (token, postern_secret_free);
  return kept;
}

gboolean
postern_invitation_insert (PosternTxn *txn, PosternInvitation *self, char **token, GError **error)
{
  if (!postern_invitation_check (txn, self, error) ||
      !postern_invitation_store_revoke_open (txn, self->organization_id, self->email, self->created_at, error))
    return FALSE;
  make_secret (self, token);
  return settle (postern_invitation_store_insert (txn, self, error), token);
}

gboolean
postern_invitation_renew (PosternTxn *txn, PosternInvitation *self, gint64 expires_at, char **token, GError **error)
{
  if (!postern_invitation_check (txn, self, error))
    return FALSE;
  make_secret (self, token);
  self->expires_at = expires_at;
  return settle (postern_invitation_store_renew (txn, self->id, self->secret_hash, expires_at, error), token);
}

gboolean
postern_invitation_is_open (const PosternInvitation *self, gint64 now)
{
  return self->used_at == 0 && self->revoked_at == 0 && now < self->expires_at;
}

const char *
postern_invitation_get_state (const PosternInvitation *self, gint64 now)
{
  return self->used_at ? "used" : self->revoked_at ? "revoked" : now < self->expires_at ? "open" : "expired";
}

/* --- its mail --------------------------------------------------------------------------------------------------------- */

/* By an address that is theirs: a name could say anything in our mail. */
char *
postern_invitation_dup_inviter (PosternTxn *txn, const PosternInvitation *self)
{
  g_autoptr (PosternUser) inviter = self->inviter && postern_id_is_valid (self->inviter, "usr") ? postern_user_store_get (txn, self->inviter, NULL) : NULL;

  return inviter && inviter->email && inviter->email_verified ? g_strdup (inviter->email) : NULL;
}

/* (transfer full) (nullable): what the person wants to read, where they have an account */
static char *
dup_language (PosternTxn *txn, const PosternInvitation *self)
{
  g_autoptr (PosternUser) user = postern_user_store_find (txn, self->email, NULL);

  return user && user->email_verified && user->profile ? g_strdup (postern_json_get_string (user->profile, "locale")) : NULL;
}

gboolean
postern_invitation_send (PosternTxn *txn, const PosternInvitation *self, const PosternInvitationMail *mail, GError **error)
{
  g_autoptr (PosternOrganization) organization = postern_organization_store_find (txn, self->organization_id, error);
  g_autofree char *link = g_strconcat (mail->issuer, "/invitation/", mail->token, NULL), *inviter = postern_invitation_dup_inviter (txn, self), *language = dup_language (txn, self);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *text = NULL;
  PosternOutboxItem item = { "email", self->email, "invitation", language ? language : mail->language, NULL, MIN (self->expires_at, mail->now + DAY) };

  if (organization == NULL)
    return FALSE;
  postern_json_object_add_string (&model, "organization_name", organization->name);
  postern_json_object_add_string (&model, "inviter", inviter);
  postern_json_object_add_string (&model, "link", link);
  postern_json_object_add_int64 (&model, "days", MAX (1, (self->expires_at - mail->now) / DAY));
  postern_organization_brand_add_mail (&model, organization);
  item.model = text = postern_json_print (postern_json_object_end (&model));
  return postern_outbox_add (txn, &item, error);
}

static gboolean
count (PosternTxn *txn, const char *kind, const char *what, gint64 limit, gint64 now, gint64 *resets_at, GError **error)
{
  g_autofree char *hash = postern_secret_hash (what), *key = g_strconcat ("invite:", kind, ":", hash, NULL);
  gint64 total = 0, end = 0;

  if (*resets_at != 0)
    return TRUE;
  if (!postern_counter_store_add (txn, key, 1, POSTERN_INVITATION_WINDOW, now, &total, &end, error))
    return FALSE;
  *resets_at = total > limit ? end : 0;
  return TRUE;
}

/*
 * Whose mailbox an address is, as far as that can be seen: what stands behind a + in it (RFC 5233) makes no other one. Dots, which one
 * provider leaves away, make one at most others. @email: canonical. (transfer full)
 */
static char *
dup_mailbox (const char *email)
{
  const char *at = strrchr (email, '@'), *plus = strchr (email, '+');

  return at && plus && plus > email && plus < at ? g_strdup_printf ("%.*s%s", (int) (plus - email), email, at) : g_strdup (email);
}

/*
 * The narrowest first: who annoys one person uses up neither what all others of the organization share, nor what other organizations have
 * for the same person.
 */
gboolean
postern_invitation_take_try (PosternTxn *txn, const char *organization_id, const char *email, gint64 now, guint *retry_after, GError **error)
{
  g_autofree char *mailbox = dup_mailbox (email), *both = g_strconcat (organization_id, " ", mailbox, NULL);
  gint64 resets_at = 0;

  *retry_after = 0;
  if (!count (txn, "from", both, POSTERN_INVITATION_PER_RECIPIENT, now, &resets_at, error) ||
      !count (txn, "to", mailbox, POSTERN_INVITATION_PER_RECIPIENT_IN_ALL, now, &resets_at, error) ||
      !count (txn, "of", organization_id, POSTERN_INVITATION_PER_ORGANIZATION, now, &resets_at, error))
    return FALSE;
  if (resets_at == 0)
    return TRUE;
  *retry_after = (guint) MAX (1, resets_at - now);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "Too many invitations; the next one may be sent in %u seconds", *retry_after);
  return FALSE;
}

/* --- its link --------------------------------------------------------------------------------------------------------- */

PosternInvitation *
postern_invitation_find (PosternTxn *txn, const char *issuer, const char *token, gint64 now, PosternOrganization **organization, GError **error)
{
  g_autofree char *id = postern_secret_dup_id (token, "inv"), *hash = token ? postern_secret_hash (token) : NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternInvitation) self = id ? postern_invitation_store_get (txn, id, &failure) : NULL;
  g_autoptr (PosternOrganization) found = NULL;

  if (self && postern_secret_equal (self->secret_hash, hash) && postern_invitation_is_open (self, now) && postern_invitation_inviter_check (txn, issuer, self, &failure))
    found = postern_organization_store_find (txn, self->organization_id, &failure);
  if (!postern_store_pass_missing (&failure, error))
    return NULL;
  if (found == NULL || found->disabled_at != 0) {
    nothing_there (error);
    return NULL;
  }
  *organization = g_steal_pointer (&found);
  return g_steal_pointer (&self);
}

gboolean
postern_invitation_fits (const PosternInvitation *self, const PosternUser *user)
{
  return user->email_verified && g_strcmp0 (user->email, self->email) == 0;
}

typedef struct {
  const PosternUser *user;
  gint64 now;
} Entry;

/* A role that was deleted, or is not the organization's any more, is not given: the invitation is good without it. */
static gboolean
give_role (PosternTxn *txn, const char *organization_id, const char *id, gpointer user_data, GError **error)
{
  Entry *entry = user_data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternRole) role = postern_role_store_get (txn, id, &failure);
  PosternAssignment assignment = { entry->user->id, (char *) organization_id, (char *) id, entry->now };
  gboolean changed;

  if (role == NULL && g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return TRUE;
  if (role == NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  return !postern_role_check_assignment (role, &assignment, NULL) || postern_role_assign (txn, role, &assignment, &changed, error);
}

static gboolean
enter_group (PosternTxn *txn, const char *organization_id, const char *id, gpointer user_data, GError **error)
{
  Entry *entry = user_data;
  g_autoptr (GError) failure = NULL;

  return postern_group_store_add_member (txn, id, entry->user->id, &failure) || postern_store_pass_missing (&failure, error);
}

static gboolean
let_in (PosternTxn *txn, const PosternInvitation *self, const PosternUser *user, gint64 now, GError **error)
{
  Entry entry = { user, now };

  return postern_organization_join (txn, self->organization_id, user->id, POSTERN_MEMBER_INVITED, now, NULL, error) &&
         for_each (txn, self->organization_id, self->role_ids, give_role, &entry, error) &&
         for_each (txn, self->organization_id, self->group_ids, enter_group, &entry, error);
}

PosternInvitation *
postern_invitation_accept (PosternTxn *txn, const char *issuer, const char *token, const PosternUser *user, gint64 now, GError **error)
{
  g_autofree char *id = postern_secret_dup_id (token, "inv"), *hash = id ? postern_secret_hash (token) : NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternInvitation) self = NULL;
  g_autoptr (PosternOrganization) organization = NULL;

  if (id && postern_invitation_store_redeem (txn, id, hash, now, &failure))
    self = postern_invitation_store_get (txn, id, &failure);
  organization = self && postern_invitation_inviter_check (txn, issuer, self, &failure) ? postern_organization_store_find (txn, self->organization_id, &failure) : NULL;
  if (failure && !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) && !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STALE) &&
      !g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return NULL;
  }
  if (organization == NULL || organization->disabled_at != 0) {
    nothing_there (error);
    return NULL;
  }
  if (!postern_invitation_fits (self, user)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "The invitation is for another address");
    return NULL;
  }
  return let_in (txn, self, user, now, error) ? g_steal_pointer (&self) : NULL;
}
