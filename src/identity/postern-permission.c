/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-permission.h"

#include "postern-management-roles.h"

#include <string.h>

struct _PosternPermission {
  char **roles, **organization_roles; /* sorted */
  GHashTable *scopes; /* indicator → set of scopes */
};

static void
clear (gpointer data)
{
  PosternPermission *self = data;

  g_strfreev (self->roles);
  g_strfreev (self->organization_roles);
  g_hash_table_unref (self->scopes);
}

PosternPermission *
postern_permission_ref (PosternPermission *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
postern_permission_unref (PosternPermission *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* @set: (nullable). Returns: (transfer full) */
static char **
dup_sorted (GHashTable *set)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  if (set) {
    g_hash_table_iter_init (&iter, set);
    while (g_hash_table_iter_next (&iter, &key, NULL))
      g_ptr_array_add (list, g_strdup (key));
  }
  g_ptr_array_sort (list, compare);
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* --- reading --- */

typedef struct {
  GHashTable *roles, *organization_roles; /* sets of names */
  GHashTable *scopes;
  const char *management; /* the management API's indicator */
} Gathering;

static void
permit (GHashTable *scopes, const char *indicator, const char *scope)
{
  GHashTable *set = g_hash_table_lookup (scopes, indicator);

  if (set == NULL) {
    set = new_set ();
    g_hash_table_insert (scopes, g_strdup (indicator), set);
  }
  g_hash_table_add (set, g_strdup (scope));
}

/* A role without a row is one of the ready-made, or none any more. */
static void
gather_ready_made (Gathering *self, const char *name)
{
  g_autoptr (PosternRole) role = postern_management_roles_make_role (name);

  if (role == NULL)
    return;
  g_hash_table_add (self->roles, g_strdup (name));
  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    if (postern_management_roles_allows (name, row->name))
      permit (self->scopes, self->management, row->name);
}

static void
gather (const PosternEffective *effective, gpointer user_data)
{
  Gathering *self = user_data;
  gboolean management = g_strcmp0 (effective->indicator, POSTERN_RESOURCE_MANAGEMENT) == 0;

  if (effective->name == NULL && *effective->organization_id == '\0')
    gather_ready_made (self, effective->role_id);
  if (effective->name == NULL)
    return;
  g_hash_table_add (*effective->organization_id ? self->organization_roles : self->roles, g_strdup (effective->name));
  if (management && postern_management_roles_has (effective->scope))
    permit (self->scopes, self->management, effective->scope);
  else if (effective->indicator && !management)
    permit (self->scopes, effective->indicator, effective->scope);
}

PosternPermission *
postern_permission_read (PosternTxn *txn, const char *issuer, const PosternPermissionSubject *subject, GError **error)
{
  g_autofree char *management = postern_management_roles_dup_indicator (issuer);
  g_autoptr (GHashTable) roles = new_set ();
  g_autoptr (GHashTable) organization_roles = new_set ();
  g_autoptr (GHashTable) scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  const char *organization_id = subject->organization_id ? subject->organization_id : "";
  Gathering gathering = { roles, organization_roles, scopes, management };
  PosternPermission *self;

  if (!postern_assignment_store_each_effective (txn, subject->id, organization_id, gather, &gathering, error))
    return NULL;
  self = g_atomic_rc_box_new0 (PosternPermission);
  self->roles = dup_sorted (roles);
  self->organization_roles = dup_sorted (organization_roles);
  self->scopes = g_steal_pointer (&scopes);
  return self;
}

const char *const *
postern_permission_get_roles (PosternPermission *self)
{
  return (const char *const *) self->roles;
}

const char *const *
postern_permission_get_organization_roles (PosternPermission *self)
{
  return (const char *const *) self->organization_roles;
}

gboolean
postern_permission_has (PosternPermission *self, const char *indicator, const char *scope)
{
  GHashTable *set = g_hash_table_lookup (self->scopes, indicator);

  return set && g_hash_table_contains (set, scope);
}

gboolean
postern_permission_manages (PosternPermission *self, const char *issuer, const char *scope)
{
  g_autofree char *management = postern_management_roles_dup_indicator (issuer);

  return postern_permission_has (self, management, scope);
}

gboolean
postern_permission_has_all (PosternPermission *self, const char *issuer)
{
  g_autofree char *management = postern_management_roles_dup_indicator (issuer);

  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    if (!postern_permission_has (self, management, row->name))
      return FALSE;
  return TRUE;
}

char **
postern_permission_dup_scopes (PosternPermission *self, const char *indicator)
{
  return dup_sorted (g_hash_table_lookup (self->scopes, indicator));
}

char **
postern_permission_dup_indicators (PosternPermission *self)
{
  return dup_sorted (self->scopes);
}

/* --- cutting --- */

typedef enum { DROPPED, KEPT, PERMITTED } Fate;

/* Whoever lacks a scope at one managed resource gets no token that has it there: neither for another one's sake. */
static Fate
judge (PosternPermission *self, PosternResourceBook *book, const char *scope, const char *const *resources)
{
  Fate fate = DROPPED;

  if (postern_resource_is_reserved (scope))
    return KEPT;
  if (resources == NULL || *resources == NULL)
    return postern_resource_book_defines (book, scope) ? DROPPED : KEPT;
  for (; *resources; resources++) {
    PosternResource *managed = postern_resource_book_find (book, *resources);

    if (managed == NULL)
      fate = MAX (fate, KEPT);
    else if (self && postern_permission_has (self, *resources, scope))
      fate = PERMITTED;
    else if (postern_resource_has_scope (managed, scope))
      return DROPPED;
  }
  return fate;
}

static gboolean
has_any (PosternPermission *self, const char *indicator, char **scopes)
{
  for (; self && *scopes; scopes++)
    if (postern_permission_has (self, indicator, *scopes))
      return TRUE;
  return FALSE;
}

void
postern_permission_cut (PosternPermission *self, PosternResourceBook *book, const char *const *scopes, const char *const *resources, PosternPermissionCut *cut)
{
  g_autoptr (GStrvBuilder) left = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) permissions = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) audience = g_strv_builder_new ();

  for (; scopes && *scopes; scopes++) {
    Fate fate = judge (self, book, *scopes, resources);

    if (fate != DROPPED)
      g_strv_builder_add (left, *scopes);
    if (fate == PERMITTED)
      g_strv_builder_add (permissions, *scopes);
  }
  cut->scopes = g_strv_builder_end (left);
  cut->permissions = g_strv_builder_end (permissions);
  for (; resources && *resources; resources++)
    if (!postern_resource_book_find (book, *resources) || has_any (self, *resources, cut->permissions))
      g_strv_builder_add (audience, *resources);
  cut->resources = g_strv_builder_end (audience);
}

/* With `openid` it still serves to ask who signed in (OpenID Connect Core 5.3). */
gboolean
postern_permission_cut_is_spent (const PosternPermissionCut *cut, const char *const *scopes, const char *const *resources)
{
  if (resources && *resources && !*cut->resources)
    return !g_strv_contains ((const char *const *) cut->scopes, "openid");
  return scopes && *scopes && !*cut->scopes;
}

void
postern_permission_cut_clear (PosternPermissionCut *cut)
{
  g_clear_pointer (&cut->scopes, g_strfreev);
  g_clear_pointer (&cut->resources, g_strfreev);
  g_clear_pointer (&cut->permissions, g_strfreev);
}
