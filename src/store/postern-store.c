/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <openssl/crypto.h>

#include "postern-error.h"
#include "postern-slug-private.h"
#include "postern-store-private.h"
#include "postern-txn.h"

struct _PosternStore {
  GObject parent_instance;

  PosternDatabase *database;
  PosternDatabaseClass *klass;
  char *tenant;
  gboolean open;
  gint read_only;       /* atomic */
  guint64 rule_changes; /* atomic */
  guint64 messages;     /* atomic; counted in the transaction and told behind its commit */
  GMutex wake_mutex;
  GCond wake_cond;
  guint8 seal_key[POSTERN_SEAL_KEY_BYTES], mac_key[POSTERN_SEAL_KEY_BYTES];
};

G_DEFINE_FINAL_TYPE (PosternStore, postern_store, G_TYPE_OBJECT)

static void
postern_store_finalize (GObject *object)
{
  PosternStore *self = POSTERN_STORE (object);

  postern_store_close (self);
  g_clear_object (&self->database);
  g_clear_pointer (&self->tenant, g_free);
  OPENSSL_cleanse (self->seal_key, sizeof self->seal_key);
  OPENSSL_cleanse (self->mac_key, sizeof self->mac_key);
  g_mutex_clear (&self->wake_mutex);
  g_cond_clear (&self->wake_cond);
  G_OBJECT_CLASS (postern_store_parent_class)->finalize (object);
}

static void
postern_store_class_init (PosternStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_store_finalize;
}

static void
postern_store_init (PosternStore *self)
{
  g_mutex_init (&self->wake_mutex);
  g_cond_init (&self->wake_cond);
}

static gboolean
check_tenant (const char *tenant, GError **error)
{
  if (postern_slug_is_valid (tenant))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "“%s” cannot be a tenant's name: use small letters, digits and dashes", tenant);
  return FALSE;
}

PosternStore *
postern_store_open (PosternDatabase *database, GBytes *master_key, const char *location, const char *tenant,
                    GError **error)
{
  g_autoptr (PosternStore) self = NULL;

  if (!check_tenant (tenant, error))
    return NULL;
  self = g_object_new (POSTERN_TYPE_STORE, NULL);
  self->database = g_object_ref (database);
  self->klass = POSTERN_DATABASE_GET_CLASS (database);
  self->tenant = g_strdup (tenant);
  if (!postern_seal_derive_key (master_key, "seal", tenant, self->seal_key, error)
      || !postern_seal_derive_key (master_key, "mac", tenant, self->mac_key, error)
      || !self->klass->open (database, location, tenant, error))
    return NULL;
  self->open = TRUE;
  if (!postern_migrate_run (self, self->klass->dialect, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
postern_store_close (PosternStore *self)
{
  if (self->open)
    self->klass->close (self->database);
  self->open = FALSE;
}

gboolean
postern_store_erase (PosternDatabase *database, const char *location, const char *tenant, GError **error)
{
  PosternDatabaseClass *klass = POSTERN_DATABASE_GET_CLASS (database);

  if (!check_tenant (tenant, error))
    return FALSE;
  if (klass->erase != NULL)
    return klass->erase (database, location, tenant, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "this database cannot erase a tenant");
  return FALSE;
}

void
postern_store_set_read_only (PosternStore *self, gboolean read_only)
{
  g_atomic_int_set (&self->read_only, read_only);
}

/* No tenant is looked at, so no key is needed. */
gboolean
postern_store_bring_up_to_date (PosternDatabase *database, const char *location, GError **error)
{
  static const guint8 none[POSTERN_SEAL_KEY_BYTES];
  g_autoptr (GBytes) key = g_bytes_new_static (none, sizeof none);
  g_autoptr (PosternStore) store = postern_store_open (database, key, location, "default", error);

  return store != NULL;
}

/* --- transactions: a PosternTxn around the driver's own --------------------------------------------------------- */

typedef struct {
  PosternStore *store;
  PosternTxnFunc func;
  gpointer user_data;
} Work;

/* A statement that could not be run spoils the whole: whoever made a plain "no" of its error said more than he knew. */
static gboolean
run_work (PosternTransaction *transaction, gpointer user_data, GError **error)
{
  Work *work = user_data;
  PosternTxn txn = { work->store, work->store->database, work->store->klass, transaction, NULL };
  gboolean done = work->func (&txn, work->user_data, error);

  if (txn.failure == NULL)
    return done;
  g_clear_error (error);
  g_propagate_error (error, txn.failure);
  return FALSE;
}

gboolean
postern_store_pass_missing (GError **failure, GError **error)
{
  if (*failure == NULL || g_error_matches (*failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (failure));
  return FALSE;
}

gboolean
postern_store_read (PosternStore *self, PosternKeep keep, PosternTxnFunc func, gpointer user_data, GError **error)
{
  Work work = { self, func, user_data };

  return self->klass->read (self->database, keep, run_work, &work, error);
}

static guint64
count_messages (PosternStore *self)
{
  return __atomic_load_n (&self->messages, __ATOMIC_ACQUIRE);
}

static gboolean
may_change (PosternStore *self, PosternKeep keep, GError **error)
{
  if (keep != POSTERN_KEEP_LASTING || !g_atomic_int_get (&self->read_only))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "Nothing can be changed at the moment. Try again later.");
  return FALSE;
}

/* Who read between the statement and the commit saw what was; this makes them look again. */
static void
tell_changes (PosternStore *self, guint64 changes, guint64 messages)
{
  if (postern_store_get_rule_changes (self) != changes)
    postern_store_note_rule_change (self);
  if (count_messages (self) != messages)
    postern_store_wake (self);
}

gboolean
postern_store_write (PosternStore *self, PosternKeep keep, PosternTxnFunc func, gpointer user_data, GError **error)
{
  Work work = { self, func, user_data };
  guint64 changes = postern_store_get_rule_changes (self);
  guint64 messages = count_messages (self);
  gboolean done;

  if (!may_change (self, keep, error))
    return FALSE;
  done = self->klass->write (self->database, keep, run_work, &work, error);
  tell_changes (self, changes, messages);
  return done;
}

gboolean
postern_store_write_each (PosternStore *self, PosternTxnFunc func, gpointer user_data, GError **error)
{
  Work work = { self, func, user_data };
  guint64 changes = postern_store_get_rule_changes (self);
  guint64 messages = count_messages (self);
  gboolean done;

  if (self->klass->write_each == NULL)
    return postern_store_write (self, POSTERN_KEEP_LASTING, func, user_data, error);
  if (!may_change (self, POSTERN_KEEP_LASTING, error))
    return FALSE;
  done = self->klass->write_each (self->database, run_work, &work, error);
  tell_changes (self, changes, messages);
  return done;
}

gboolean
postern_store_is_one (PosternStore *self)
{
  return self->klass->write_each != NULL;
}

gboolean
postern_store_migrate (PosternStore *self, PosternKeep keep, PosternTxnFunc func, gpointer user_data, GError **error)
{
  Work work = { self, func, user_data };

  return (self->klass->migrate ? self->klass->migrate : self->klass->write) (self->database, keep, run_work, &work, error);
}

guint64
postern_store_get_rule_changes (PosternStore *self)
{
  return __atomic_load_n (&self->rule_changes, __ATOMIC_ACQUIRE);
}

void
postern_store_note_rule_change (PosternStore *self)
{
  __atomic_add_fetch (&self->rule_changes, 1, __ATOMIC_ACQ_REL);
}

/* Counted once more behind the commit: who looked between the statement and that found nothing yet. */
void
postern_store_wake (PosternStore *self)
{
  g_mutex_lock (&self->wake_mutex);
  postern_store_note_message (self);
  g_cond_broadcast (&self->wake_cond);
  g_mutex_unlock (&self->wake_mutex);
}

void
postern_store_note_message (PosternStore *self)
{
  __atomic_add_fetch (&self->messages, 1, __ATOMIC_ACQ_REL);
}

guint64
postern_store_wait_for_message (PosternStore *self, guint64 seen, gint64 deadline)
{
  g_mutex_lock (&self->wake_mutex);
  while (count_messages (self) == seen && g_cond_wait_until (&self->wake_cond, &self->wake_mutex, deadline))
    ;
  seen = count_messages (self);
  g_mutex_unlock (&self->wake_mutex);
  return seen;
}

guint64
postern_store_get_generation (PosternStore *self)
{
  return self->klass->generation (self->database);
}

const guint8 *
postern_store_get_seal_key (PosternStore *self)
{
  return self->seal_key;
}

const guint8 *
postern_store_get_mac_key (PosternStore *self)
{
  return self->mac_key;
}

const char *
postern_store_get_tenant (PosternStore *self)
{
  return self->tenant;
}
