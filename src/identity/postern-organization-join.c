/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-organization-join.h"

#include <string.h>

#include "postern-error.h"
#include "postern-organization-rules.h"
#include "postern-organization.h"

/* (transfer none) (nullable): of an address that is known to be theirs */
static const char *
get_domain (const PosternUser *user)
{
  const char *at = user->email && user->email_verified ? strrchr (user->email, '@') : NULL;

  return at ? at + 1 : NULL;
}

static gboolean
has_proved (PosternTxn *txn, const PosternOrganization *organization, const char *domain, gboolean *proved, GError **error)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternDomain) found = postern_domain_store_find_verified (txn, domain, &missing);

  *proved = found && found->failed_at == 0 && g_str_equal (found->organization_id, organization->id);
  return postern_store_pass_missing (&missing, error);
}

/* @source: (out): NULL: the rules do not let them join */
static gboolean
find_source (PosternTxn *txn, const PosternOrganization *organization, const PosternOrganizationArrival *arrival, const char **source, GError **error)
{
  g_autoptr (GError) unreadable = NULL;
  g_autoptr (PosternOrganizationRules) rules = postern_organization_rules_new (organization->sign_in_rules, &unreadable);
  const char *domain = get_domain (arrival->user);
  gboolean proved = FALSE;

  *source = NULL;
  if (rules == NULL) { /* they let nobody in, and must not keep everybody from signing in */
    g_warning ("The rules of organization %s cannot be read: %s", organization->id, unreadable->message);
    return TRUE;
  }
  if (!postern_organization_rules_allow_way (rules, arrival->factors, arrival->connector_id) || !postern_organization_rules_allow_address (rules, arrival->user))
    return TRUE;
  if (arrival->connector_id && rules->join_by_connectors && g_strv_contains ((const char *const *) rules->join_by_connectors, arrival->connector_id))
    *source = POSTERN_MEMBER_CONNECTOR;
  else if (rules->join_by_domain && domain && !has_proved (txn, organization, domain, &proved, error))
    return FALSE;
  if (proved)
    *source = POSTERN_MEMBER_DOMAIN;
  return TRUE;
}

static PosternMember *
new_member (const PosternOrganization *organization, const PosternUser *user, const char *source, gint64 now)
{
  PosternMember *member = postern_member_new ();

  member->organization_id = g_strdup (organization->id);
  member->user_id = g_strdup (user->id);
  member->source = g_strdup (source);
  member->joined_at = now;
  return member;
}

GPtrArray *
postern_organization_join_list (PosternTxn *txn, const PosternOrganizationArrival *arrival, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_member_unref);
  g_autoptr (GPtrArray) all = NULL;

  if (arrival->connector_id == NULL && get_domain (arrival->user) == NULL)
    return g_steal_pointer (&members);
  all = postern_join_store_list (txn, arrival->user->id, arrival->connector_id, get_domain (arrival->user), POSTERN_ORGANIZATION_JOIN_MOST, error);
  if (all == NULL)
    return NULL;
  for (guint i = 0; i < all->len; i++) {
    const char *source;

    if (!find_source (txn, all->pdata[i], arrival, &source, error))
      return NULL;
    if (source)
      g_ptr_array_add (members, new_member (all->pdata[i], arrival->user, source, now));
  }
  return g_steal_pointer (&members);
}
