/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-import.h"

#include "postern-error.h"

/*
 * A database that is elsewhere takes longer to be asked than to find: all that must be nobody's yet is asked at once, and all that is new is written at once. Nothing
 * is left to a statement that fails, which would cost the whole batch.
 */
typedef struct {
  GHashTable *names, *external_ids, *ids; /* sets of texts */
  GHashTable *subjects;                   /* connector → set of texts */
} Taken;

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
taken_init (Taken *self)
{
  self->names = new_set ();
  self->external_ids = new_set ();
  self->ids = new_set ();
  self->subjects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
}

static void
taken_clear (Taken *self)
{
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->external_ids);
  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->subjects);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Taken, taken_clear)

static GHashTable *
get_subjects (Taken *self, const char *connector)
{
  GHashTable *set = g_hash_table_lookup (self->subjects, connector);

  if (set == NULL)
    {
      set = new_set ();
      g_hash_table_insert (self->subjects, g_strdup (connector), set);
    }
  return set;
}

/* --- what the store knows --------------------------------------------------------------------------------------------- */

static void
add_text (GPtrArray *texts, const char *text)
{
  if (text != NULL)
    g_ptr_array_add (texts, (char *) text);
}

static gboolean
find_of_users (Taken *self, GPtrArray *imports, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new (), external_ids = g_ptr_array_new (), ids = g_ptr_array_new ();

  for (guint i = 0; i < imports->len; i++)
    {
      const PosternUserImport *import = imports->pdata[i];

      if (import->problem != NULL)
        continue;
      add_text (names, import->user->username);
      add_text (names, import->user->email);
      add_text (names, import->user->phone);
      add_text (external_ids, import->user->external_id);
      add_text (ids, import->has_own_id ? import->user->id : NULL);
    }
  return postern_taken_store_find (txn, POSTERN_TAKEN_NAME, NULL, names, self->names, error) &&
         postern_taken_store_find (txn, POSTERN_TAKEN_EXTERNAL_ID, NULL, external_ids, self->external_ids, error) &&
         postern_taken_store_find (txn, POSTERN_TAKEN_ID, NULL, ids, self->ids, error);
}

/* (transfer full): connector → texts */
static GHashTable *
group_subjects (GPtrArray *imports)
{
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < imports->len; i++)
    {
      const PosternUserImport *import = imports->pdata[i];

      for (guint j = 0; import->problem == NULL && j < import->identities->len; j++)
        {
          PosternIdentity *identity = import->identities->pdata[j];
          GPtrArray *subjects = g_hash_table_lookup (groups, identity->connector);

          if (subjects == NULL)
            g_hash_table_insert (groups, identity->connector, subjects = g_ptr_array_new ());
          g_ptr_array_add (subjects, identity->subject);
        }
    }
  return groups;
}

static gboolean
find_subjects (Taken *self, GPtrArray *imports, PosternTxn *txn, GError **error)
{
  g_autoptr (GHashTable) groups = group_subjects (imports);
  gpointer connector, subjects;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, &connector, &subjects))
    if (!postern_taken_store_find (txn, POSTERN_TAKEN_SUBJECT, connector, subjects, get_subjects (self, connector), error))
      return FALSE;
  return TRUE;
}

/* --- one after the other ---------------------------------------------------------------------------------------------- */

static gboolean
is_free (GHashTable *taken, const char *text)
{
  return text == NULL || !g_hash_table_contains (taken, text);
}

static void
check (Taken *self, PosternUserImport *import)
{
  const PosternUser *user = import->user;

  for (guint i = 0; i < import->identities->len; i++)
    {
      const PosternIdentity *identity = import->identities->pdata[i];

      if (!is_free (get_subjects (self, identity->connector), identity->subject))
        {
          g_set_error (&import->problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "another user is connected with %s as %s already", identity->connector, identity->subject);
          return;
        }
    }
  if (import->has_own_id && !is_free (self->ids, user->id))
    g_set_error_literal (&import->problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "another user has this id already");
  else if (!is_free (self->names, user->username) || !is_free (self->names, user->email) || !is_free (self->names, user->phone))
    g_set_error_literal (&import->problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "another user already signs in with this user name, e-mail address or phone number");
  else if (!is_free (self->external_ids, user->external_id))
    g_set_error_literal (&import->problem, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "another user has this external_id already");
}

static void
take (GHashTable *taken, const char *text)
{
  if (text != NULL)
    g_hash_table_add (taken, g_strdup (text));
}

static void
take_all_of (Taken *self, const PosternUserImport *import)
{
  take (self->names, import->user->username);
  take (self->names, import->user->email);
  take (self->names, import->user->phone);
  take (self->external_ids, import->user->external_id);
  take (self->ids, import->user->id);
  for (guint i = 0; i < import->identities->len; i++)
    {
      const PosternIdentity *identity = import->identities->pdata[i];

      take (get_subjects (self, identity->connector), identity->subject);
    }
}

gboolean
postern_user_import_batch_check (GPtrArray *imports, PosternTxn *txn, GError **error)
{
  g_auto (Taken) taken = { 0 };

  taken_init (&taken);
  if (!find_of_users (&taken, imports, txn, error) || !find_subjects (&taken, imports, txn, error))
    return FALSE;
  for (guint i = 0; i < imports->len; i++)
    {
      PosternUserImport *import = imports->pdata[i];

      if (import->problem == NULL)
        check (&taken, import);
      if (import->problem == NULL)
        take_all_of (&taken, import);
    }
  return TRUE;
}

gboolean
postern_user_import_batch_store (GPtrArray *imports, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) users = g_ptr_array_new (), credentials = g_ptr_array_new (), identities = g_ptr_array_new ();

  for (guint i = 0; i < imports->len; i++)
    {
      const PosternUserImport *import = imports->pdata[i];

      if (import->problem != NULL)
        continue;
      g_ptr_array_add (users, import->user);
      if (import->credential != NULL)
        g_ptr_array_add (credentials, import->credential);
      g_ptr_array_extend (identities, import->identities, NULL, NULL);
    }
  return postern_user_store_insert_many (txn, users, error) && postern_credential_store_insert_many (txn, credentials, error) &&
         postern_identity_store_insert_many (txn, identities, error);
}
