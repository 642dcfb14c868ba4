/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-organization.h"

#include <string.h>

#include "postern-error.h"
#include "postern-fault.h"
#include "postern-organization-rules.h"

#define SLUG_MAX 63

/* Small letters, digits and hyphens between them: no underscore, so that none is taken for an id. */
static gboolean
is_slug (const char *slug)
{
  gsize length = strlen (slug);

  return length > 0 && length <= SLUG_MAX && strspn (slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == length && slug[0] != '-' && slug[length - 1] != '-';
}

/* Scripts whose letters join, or stack: there U+200C and U+200D say how a word is written, and people see the difference. */
static gboolean
can_be_joined (gunichar c)
{
  switch (g_unichar_get_script (c)) {
  case G_UNICODE_SCRIPT_ARABIC:
  case G_UNICODE_SCRIPT_BENGALI:
  case G_UNICODE_SCRIPT_DEVANAGARI:
  case G_UNICODE_SCRIPT_GUJARATI:
  case G_UNICODE_SCRIPT_GURMUKHI:
  case G_UNICODE_SCRIPT_KANNADA:
  case G_UNICODE_SCRIPT_KHMER:
  case G_UNICODE_SCRIPT_MALAYALAM:
  case G_UNICODE_SCRIPT_MONGOLIAN:
  case G_UNICODE_SCRIPT_MYANMAR:
  case G_UNICODE_SCRIPT_NKO:
  case G_UNICODE_SCRIPT_ORIYA:
  case G_UNICODE_SCRIPT_SINHALA:
  case G_UNICODE_SCRIPT_SYRIAC:
  case G_UNICODE_SCRIPT_TAMIL:
  case G_UNICODE_SCRIPT_TELUGU:
    return TRUE;
  default:
    return FALSE;
  }
}

/* One of these amid such a word; two of them, or one at an end of it, would be what nobody sees. */
static gboolean
is_joiner_in_place (gunichar before, const char *at)
{
  gunichar c = g_utf8_get_char (at);

  return (c == 0x200c || c == 0x200d) && can_be_joined (before) && can_be_joined (g_utf8_get_char (g_utf8_next_char (at)));
}

gboolean
postern_organization_check_name (const char *name, GError **error)
{
  gunichar before = 0;
  gboolean seen = FALSE;

  if (name == NULL || !g_utf8_validate (name, -1, NULL) || g_utf8_strlen (name, -1) > POSTERN_ORGANIZATION_NAME_MAX)
    return postern_fault (error, "name", "must have at most 100 characters");
  if (!postern_fault_check_text ("name", name, 0, POSTERN_ORGANIZATION_NAME_MAX, error))
    return FALSE;
  for (const char *at = name; *at; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if ((!g_unichar_isprint (c) || g_unichar_type (c) == G_UNICODE_FORMAT) && !is_joiner_in_place (before, at))
      return postern_fault (error, "name", "has characters that nobody sees");
    seen = seen || g_unichar_isgraph (c);
    before = c;
  }
  return seen || postern_fault (error, "name", "is empty");
}

gboolean
postern_organization_check (const PosternOrganization *self, GError **error)
{
  g_autoptr (PosternOrganizationRules) rules = NULL;

  if (!postern_organization_check_name (self->name, error))
    return FALSE;
  if (self->slug && !is_slug (self->slug))
    return postern_fault (error, "slug", "must be of small letters, digits and hyphens, 63 at most");
  rules = postern_organization_rules_new (self->sign_in_rules, error);
  return rules != NULL;
}

PosternOrganization *
postern_organization_make (const char *name, const char *slug, gint64 now, GError **error)
{
  g_autoptr (PosternOrganization) self = postern_organization_new ();

  self->id = postern_id_new ("org");
  self->name = g_strdup (name);
  self->slug = g_strdup (slug);
  self->created_at = self->updated_at = now;
  return postern_organization_check (self, error) ? g_steal_pointer (&self) : NULL;
}

gboolean
postern_organization_join (PosternTxn *txn, const char *organization_id, const char *user_id, const char *source, gint64 now, gboolean *joined, GError **error)
{
  g_autoptr (PosternMember) member = postern_member_new ();

  member->organization_id = g_strdup (organization_id);
  member->user_id = g_strdup (user_id);
  member->source = g_strdup (source);
  member->joined_at = now;
  return postern_member_store_put (txn, member, joined, error);
}

/* @user_id: (nullable): all members' */
static gboolean
end_all (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error)
{
  return postern_grant_store_revoke_for_organization (txn, organization_id, user_id, now, error) &&
         postern_organization_store_forget_choices (txn, organization_id, user_id, error);
}

gboolean
postern_organization_remove (PosternTxn *txn, const char *organization_id, const char *user_id, gint64 now, GError **error)
{
  return postern_invitation_store_revoke_for (txn, organization_id, user_id, now, error) && postern_member_store_delete (txn, organization_id, user_id, error) &&
         end_all (txn, organization_id, user_id, now, error);
}

gboolean
postern_organization_update (PosternTxn *txn, PosternOrganization *self, gint64 now, GError **error)
{
  if (!postern_organization_check (self, error) || !postern_organization_store_update (txn, self, error))
    return FALSE;
  return self->disabled_at == 0 || end_all (txn, self->id, NULL, now, error);
}

gboolean
postern_organization_end (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  return end_all (txn, id, NULL, now, error);
}

gboolean
postern_organization_delete (PosternTxn *txn, const char *id, gint64 now, GError **error)
{
  return postern_organization_store_delete (txn, id, error) && end_all (txn, id, NULL, now, error);
}

PosternOrganization *
postern_organization_load_for (PosternTxn *txn, const char *name, const char *user_id, GError **error)
{
  g_autoptr (PosternOrganization) self = postern_organization_store_find (txn, name, error);
  g_autoptr (PosternMember) member = self ? postern_member_store_get (txn, self->id, user_id, error) : NULL;

  if (member && self->disabled_at == 0)
    return g_steal_pointer (&self);
  if (member)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such organization");
  return NULL;
}

static gboolean
has_role_in (GPtrArray *assignments, const char *organization_id)
{
  for (guint i = 0; i < assignments->len; i++)
    if (g_str_equal (((PosternAssignment *) assignments->pdata[i])->organization_id, organization_id))
      return TRUE;
  return FALSE;
}

PosternOrganization *
postern_organization_load_for_application (PosternTxn *txn, const char *name, const char *application_id, GError **error)
{
  g_autoptr (PosternOrganization) self = postern_organization_store_find (txn, name, error);
  g_autoptr (GPtrArray) assignments = self ? postern_assignment_store_list_for (txn, application_id, error) : NULL;

  if (assignments && self->disabled_at == 0 && has_role_in (assignments, self->id))
    return g_steal_pointer (&self);
  if (assignments)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such organization");
  return NULL;
}
