/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "storage-kit.h"

/* What tests of organizations begin with. */

static inline PosternOrganization *
new_organization (const char *slug, const char *name)
{
  PosternOrganization *organization = postern_organization_new ();

  organization->id = postern_id_new ("org");
  organization->slug = g_strdup (slug);
  organization->name = g_strdup (name);
  organization->created_at = organization->updated_at = NOW;
  return organization;
}

static inline PosternMember *
new_member (PosternOrganization *organization, PosternUser *user)
{
  PosternMember *member = postern_member_new ();

  member->organization_id = g_strdup (organization->id);
  member->user_id = g_strdup (user->id);
  member->source = g_strdup ("invited");
  member->joined_at = NOW;
  return member;
}

static inline PosternDomain *
new_domain (PosternOrganization *organization, const char *name)
{
  PosternDomain *domain = postern_domain_new ();

  domain->id = postern_id_new ("dom");
  domain->organization_id = g_strdup (organization->id);
  domain->domain = g_strdup (name);
  domain->token = g_strdup ("t");
  return domain;
}

/* Two customers and two people, one of whom belongs to both. */
typedef struct {
  PosternOrganization *acme, *globex;
  PosternUser *ada, *bob;
} World;

static inline void
world_clear (World *self)
{
  postern_organization_unref (self->acme);
  postern_organization_unref (self->globex);
  postern_user_unref (self->ada);
  postern_user_unref (self->bob);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static inline void
join (PosternTxn *txn, PosternOrganization *organization, PosternUser *user)
{
  g_autoptr (PosternMember) member = new_member (organization, user);
  g_autoptr (GError) error = NULL;
  gboolean added = FALSE;

  g_assert_true (postern_member_store_put (txn, member, &added, &error));
  g_assert_true (added);
}

static inline void
world_init (World *self, PosternTxn *txn)
{
  self->acme = new_organization ("acme", "Acme");
  self->globex = new_organization ("globex", "Globex");
  self->ada = storage_kit_new_user ("ada", NULL, NULL);
  self->bob = storage_kit_new_user ("bob", NULL, NULL);
  g_assert_true (postern_organization_store_insert (txn, self->acme, NULL) && postern_organization_store_insert (txn, self->globex, NULL));
  g_assert_true (postern_user_store_insert (txn, self->ada, NULL) && postern_user_store_insert (txn, self->bob, NULL));
  join (txn, self->acme, self->ada);
  join (txn, self->globex, self->ada);
  join (txn, self->acme, self->bob);
}
