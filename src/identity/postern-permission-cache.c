/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-permission-cache.h"

#include "postern-moment.h"

#define MAX_APPLICATIONS 10000 /* beyond it the cache begins anew */

typedef struct {
  PosternPermission *permission;
  PosternMoment moment;
} Entry;

struct _PosternPermissionCache {
  PosternStore *store;
  char *issuer;
  GMutex lock; /* guards what follows; never held across a read of the store */
  PosternResourceBook *book; /* (nullable): not read yet */
  PosternMoment book_moment;
  GHashTable *applications; /* id, and the organization behind a space → Entry */
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  postern_permission_unref (self->permission);
  g_free (self);
}

PosternPermissionCache *
postern_permission_cache_new (PosternStore *store, const char *issuer)
{
  PosternPermissionCache *self = g_new0 (PosternPermissionCache, 1);

  self->store = g_object_ref (store);
  self->issuer = g_strdup (issuer);
  self->applications = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  g_mutex_init (&self->lock);
  return self;
}

void
postern_permission_cache_free (PosternPermissionCache *self)
{
  g_clear_pointer (&self->book, postern_resource_book_unref);
  g_hash_table_unref (self->applications);
  g_object_unref (self->store);
  g_free (self->issuer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- resources --- */

static PosternResourceBook *
take_book (PosternPermissionCache *self, const PosternMoment *now)
{
  PosternResourceBook *book = NULL;

  g_mutex_lock (&self->lock);
  if (self->book && postern_moment_holds (&self->book_moment, now))
    book = postern_resource_book_ref (self->book);
  g_mutex_unlock (&self->lock);
  return book;
}

static void
put_book (PosternPermissionCache *self, PosternResourceBook *book, const PosternMoment *moment)
{
  g_autoptr (PosternResourceBook) old = NULL;

  g_mutex_lock (&self->lock);
  old = self->book;
  self->book = postern_resource_book_ref (book);
  self->book_moment = *moment;
  g_mutex_unlock (&self->lock);
}

typedef struct {
  const char *issuer;
  PosternResourceBook *book;
} BookReading;

static gboolean
read_book (PosternTxn *txn, gpointer user_data, GError **error)
{
  BookReading *self = user_data;

  g_clear_pointer (&self->book, postern_resource_book_unref);
  self->book = postern_resource_book_read (txn, self->issuer, error);
  return self->book != NULL;
}

PosternResourceBook *
postern_permission_cache_peek_resources (PosternPermissionCache *self)
{
  PosternMoment now = postern_moment_now (self->store);

  return take_book (self, &now);
}

PosternResourceBook *
postern_permission_cache_dup_resources (PosternPermissionCache *self, GError **error)
{
  PosternMoment now = postern_moment_now (self->store);
  BookReading reading = { self->issuer, take_book (self, &now) };

  if (reading.book)
    return reading.book;
  if (!postern_store_read (self->store, POSTERN_KEEP_LASTING, read_book, &reading, error)) {
    g_clear_pointer (&reading.book, postern_resource_book_unref);
    return NULL;
  }
  put_book (self, reading.book, &now);
  return reading.book;
}

/* --- what somebody may --- */

typedef struct {
  const char *issuer;
  const PosternPermissionSubject *subject;
  PosternPermission *permission;
} Reading;

static gboolean
read_permission (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *self = user_data;

  g_clear_pointer (&self->permission, postern_permission_unref);
  self->permission = postern_permission_read (txn, self->issuer, self->subject, error);
  return self->permission != NULL;
}

static gboolean
is_kept (const PosternPermissionSubject *subject)
{
  return !g_str_has_prefix (subject->id, "usr_"); /* applications may be called as somebody likes (postern-application.h) */
}

static char *
dup_key (const PosternPermissionSubject *subject)
{
  return g_strconcat (subject->id, " ", subject->organization_id, NULL);
}

static PosternPermission *
take (PosternPermissionCache *self, const PosternPermissionSubject *subject, const PosternMoment *now)
{
  g_autofree char *key = dup_key (subject);
  PosternPermission *permission = NULL;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->applications, key);
  if (entry && postern_moment_holds (&entry->moment, now))
    permission = postern_permission_ref (entry->permission);
  g_mutex_unlock (&self->lock);
  return permission;
}

static void
put (PosternPermissionCache *self, const PosternPermissionSubject *subject, PosternPermission *permission, const PosternMoment *moment)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->permission = postern_permission_ref (permission);
  entry->moment = *moment;
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->applications) >= MAX_APPLICATIONS)
    g_hash_table_remove_all (self->applications);
  g_hash_table_replace (self->applications, dup_key (subject), entry);
  g_mutex_unlock (&self->lock);
}

PosternPermission *
postern_permission_cache_peek (PosternPermissionCache *self, const PosternPermissionSubject *subject)
{
  PosternMoment now = postern_moment_now (self->store);

  return is_kept (subject) ? take (self, subject, &now) : NULL;
}

PosternPermission *
postern_permission_cache_dup (PosternPermissionCache *self, const PosternPermissionSubject *subject, GError **error)
{
  PosternMoment now = postern_moment_now (self->store);
  PosternPermission *known = is_kept (subject) ? take (self, subject, &now) : NULL;
  Reading reading = { self->issuer, subject, NULL };

  if (known)
    return known;
  if (!postern_store_read (self->store, POSTERN_KEEP_LASTING, read_permission, &reading, error)) {
    g_clear_pointer (&reading.permission, postern_permission_unref);
    return NULL;
  }
  if (is_kept (subject))
    put (self, subject, reading.permission, &now);
  return reading.permission;
}
