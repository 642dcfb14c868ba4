/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-native-fixture.h"
#include "postern-organization.h"

/* For tests of sign-ins for organizations. */

typedef struct {
  const char *slug, *name, *rules; /* rules: (nullable): a{sv} */
  char *id;
} Org;

static inline gboolean
org_put (PosternTxn *txn, gpointer data, GError **error)
{
  Org *org = data;
  g_autoptr (PosternOrganization) made = postern_organization_make (org->name, org->slug, 1, error);

  if (made == NULL)
    return FALSE;
  made->sign_in_rules = org->rules ? g_variant_parse (G_VARIANT_TYPE_VARDICT, org->rules, NULL, NULL, error) : NULL;
  g_free (org->id);
  org->id = g_strdup (made->id);
  return postern_organization_store_insert (txn, made, error);
}

typedef struct {
  const char *user_id;
  Org *org;
} Link;

static inline gboolean
link_put (PosternTxn *txn, gpointer data, GError **error)
{
  Link *self = data;

  return postern_organization_join (txn, self->org->id, self->user_id, POSTERN_MEMBER_ADMINISTRATOR, 1, NULL, error);
}

static inline gboolean
link_drop (PosternTxn *txn, gpointer data, GError **error)
{
  Link *self = data;

  return postern_organization_remove (txn, self->org->id, self->user_id, 2, error);
}

static inline void
join (const char *user_id, Org *org)
{
  fixture_write (house_store, link_put, &(Link){ user_id, org });
}

static inline void
leave (const char *user_id, Org *org)
{
  fixture_write (house_store, link_drop, &(Link){ user_id, org });
}

/** To fixture_write() an Org whose rules are others now. */
static inline gboolean
org_set_rules (PosternTxn *txn, gpointer data, GError **error)
{
  Org *org = data;
  g_autoptr (PosternOrganization) found = postern_organization_store_find (txn, org->id, error);

  if (found == NULL)
    return FALSE;
  g_clear_pointer (&found->sign_in_rules, g_variant_unref);
  found->sign_in_rules = org->rules ? g_variant_parse (G_VARIANT_TYPE_VARDICT, org->rules, NULL, NULL, error) : NULL;
  return postern_organization_store_update (txn, found, error);
}

static inline gboolean
org_switch (PosternTxn *txn, gpointer data, GError **error)
{
  Org *org = data;
  g_autoptr (PosternOrganization) found = postern_organization_store_find (txn, org->id, error);

  if (found == NULL)
    return FALSE;
  found->disabled_at = found->disabled_at ? 0 : 1;
  return postern_organization_store_update (txn, found, error);
}
