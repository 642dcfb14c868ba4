/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-names.h"

#include "postern-api-delegation.h"
#include "postern-role.h"
#include "postern-user-name.h"

gboolean
postern_api_names_begin (PosternApiNames *self, PosternApiCall *call, PosternTxn *txn, GError **error)
{
  gboolean asked = postern_json_get_boolean (call->query, "names", FALSE);

  *self = (PosternApiNames){ call, txn, NULL };
  if (asked && !postern_api_call_may (call, postern_api_delegation_is_bound (call) ? "members:read" : "users:read", error))
    return FALSE;
  self->known = asked ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) : NULL;
  return TRUE;
}

void
postern_api_names_clear (PosternApiNames *self)
{
  g_clear_pointer (&self->known, g_hash_table_unref);
}

/* (transfer full) (nullable) */
static char *
dup_user (PosternTxn *txn, const char *id, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_get (txn, id, error);

  return user ? g_strdup (postern_user_name_get (user)) : NULL;
}

static char *
dup_group (PosternTxn *txn, const char *id, GError **error)
{
  g_autoptr (PosternGroup) group = postern_group_store_get (txn, id, error);

  return group ? g_strdup (group->name) : NULL;
}

static char *
dup_role (PosternApiNames *self, const char *id, GError **error)
{
  g_autoptr (PosternRole) role = postern_api_call_may (self->call, "roles:read", NULL) ? postern_role_get (self->txn, id, error) : NULL;

  return role ? g_strdup (role->name) : NULL;
}

static char *
dup_name (PosternApiNames *self, const char *id, GError **error)
{
  if (postern_id_is_valid (id, "usr"))
    return dup_user (self->txn, id, error);
  if (postern_id_is_valid (id, "grp"))
    return dup_group (self->txn, id, error);
  return postern_id_is_valid (id, "rol") ? dup_role (self, id, error) : NULL;
}

gboolean
postern_api_names_find (PosternApiNames *self, const char *id, const char **name, GError **error)
{
  const char *known = self->known && id ? g_hash_table_lookup (self->known, id) : NULL;

  *name = NULL;
  if (self->known && id && known == NULL) {
    g_autoptr (GError) failure = NULL;
    char *found = dup_name (self, id, &failure);

    if (!postern_store_pass_missing (&failure, error))
      return FALSE;
    g_hash_table_insert (self->known, g_strdup (id), found ? found : g_strdup (""));
    known = g_hash_table_lookup (self->known, id);
  }
  *name = known && *known ? known : NULL;
  return TRUE;
}
