/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-instance-book-private.h"

#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-instance-change.h"
#include "postern-instance-file.h"
#include "postern-json.h"

#include <string.h>

#define TAKE_OVER_SECONDS 60 /* far more than new workers take to start */

void
postern_instance_book_entry_free (PosternInstanceEntry *self)
{
  g_free (self->id);
  g_free (self->type);
  g_free (self->name);
  g_free (self->problem);
  g_clear_pointer (&self->settings, g_variant_unref);
  g_strfreev (self->secrets);
  g_free (self);
}

const char *
postern_instance_book_get_state_name (PosternInstanceState state)
{
  static const char *const names[] = { "running", "starting", "off", "failed" };
  return names[state];
}

const char *
postern_instance_book_get_name (PosternInstanceEntry *entry)
{
  if (entry->name)
    return entry->name;
  if (entry->instance)
    return postern_instance_get_display_name (entry->instance);
  return entry->info ? entry->info->name : entry->id;
}

PosternInstanceBook *
postern_instance_book_new (PosternRegistry *registry, const char *const *folders)
{
  PosternInstanceBook *self = g_new0 (PosternInstanceBook, 1);
  self->registry = g_object_ref (registry);
  self->folders = g_strdupv ((char **) folders);
  self->loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->looking);
  return self;
}

void
postern_instance_book_free (PosternInstanceBook *self)
{
  g_hash_table_unref (self->loaded);
  g_strfreev (self->folders);
  g_object_unref (self->registry);
  g_mutex_clear (&self->looking);
  g_free (self->state);
  g_free (self);
}

void
postern_instance_book_set_changed (PosternInstanceBook *self, GFunc func, gpointer user_data)
{
  self->changed = func;
  self->changed_data = user_data;
}

void
postern_instance_book_set_retired (PosternInstanceBook *self, GFunc func, gpointer user_data)
{
  self->retired = func;
  self->retired_data = user_data;
}

/* --- what was changed since, by whom ever ------------------------------------------------------------------------------------- */

/* (transfer full) */
static char *
describe_rows (GPtrArray *rows)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < rows->len; i++) {
    PosternInstanceRecord *record = rows->pdata[i];
    g_string_append_printf (text, "%s %d %" G_GINT64_FORMAT "\n", record->id, record->enabled != 0, record->revision);
  }
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

static gboolean
list_rows (PosternTxn *txn, gpointer user_data, GError **error)
{
  GPtrArray **rows = user_data;
  g_clear_pointer (rows, g_ptr_array_unref); /* a transaction may run twice */
  *rows = postern_instance_store_list (txn, error);
  return *rows != NULL;
}

static gboolean
is_on (GPtrArray *rows, const char *id)
{
  for (guint i = 0; i < rows->len; i++) {
    PosternInstanceRecord *record = rows->pdata[i];
    if (g_str_equal (record->id, id))
      return record->enabled != 0;
  }
  return FALSE;
}

/* What is switched off serves nobody from now on; what is new, or changed, the next workers have. */
static void
retire (PosternInstanceBook *self, GPtrArray *rows)
{
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init (&iter, self->loaded);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    PosternInstance *instance = is_on (rows, id) ? NULL : postern_registry_retire (self->registry, id);
    if (instance && self->retired)
      self->retired (instance, self->retired_data);
  }
}

/* With the lock. @news: (out): the rows are not what they were when it was looked last */
static gboolean
read_again (PosternInstanceBook *self, gboolean *news, GError **error)
{
  guint64 generation = postern_store_get_generation (self->store);
  GPtrArray *rows = NULL;
  g_autofree char *state = NULL;
  if (!postern_store_read (self->store, POSTERN_KEEP_LASTING, list_rows, &rows, error)) {
    g_clear_pointer (&rows, g_ptr_array_unref);
    return FALSE;
  }
  retire (self, rows);
  state = describe_rows (rows);
  *news = !g_str_equal (state, self->state);
  self->generation = generation;
  g_free (self->state);
  self->state = g_steal_pointer (&state);
  g_ptr_array_unref (rows);
  return TRUE;
}

static void
tell (PosternInstanceBook *self)
{
  if (self->changed)
    self->changed (self, self->changed_data);
}

void
postern_instance_book_look (PosternInstanceBook *self)
{
  g_autoptr (GError) error = NULL;
  gboolean news = FALSE;
  g_mutex_lock (&self->looking);
  if (self->store && self->generation != postern_store_get_generation (self->store) && !read_again (self, &news, &error))
    g_debug ("what is set up could not be read again: %s", error->message); /* as long as that is so each look tries */
  g_mutex_unlock (&self->looking);
  if (news)
    tell (self);
}

void
postern_instance_book_tell_changed (PosternInstanceBook *self)
{
  if (self->store)
    postern_instance_book_look (self);
  else
    tell (self);
}

char *
postern_instance_book_dup_state (PosternInstanceBook *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->looking);
  return g_strdup (self->state);
}

/* --- start ------------------------------------------------------------------------------------------------------------------ */

void
postern_instance_book_add_strings (GVariantBuilder *builder, GVariant *dictionary)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;
  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
      g_variant_builder_add (builder, "{ss}", name, g_variant_get_string (value, NULL));
    g_variant_unref (value);
  }
}

/* @secrets: (nullable): they do not open */
static PosternInstanceFile *
file_of (PosternInstanceRecord *record, GVariant *secrets)
{
  g_auto (GVariantBuilder) values = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  if (record->settings)
    postern_instance_book_add_strings (&values, record->settings);
  if (secrets)
    postern_instance_book_add_strings (&values, secrets);
  PosternInstanceFile *file = postern_instance_file_new (record->type, record->id, g_variant_builder_end (&values));
  file->name = g_strdup (record->name);
  file->order = (int) record->position;
  return file;
}

static gboolean
check_row (PosternInstanceBook *self, PosternInstanceFile *file, GError **error)
{
  PosternPluginInfo *info = postern_registry_find_info (self->registry, file->type);
  if (postern_instance_file_id_is_valid (file->id)) /* of a type that is not there the registry tells */
    return !info || postern_instance_change_check_row (info, file->values, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "this cannot be an id; delete it");
  return FALSE;
}

static PosternInstanceFile *
open_row (PosternInstanceBook *self, PosternTxn *txn, PosternInstanceRecord *record, GError **error)
{
  g_autoptr (GVariant) secrets = postern_instance_store_dup_secrets (txn, record, error);
  g_autoptr (PosternInstanceFile) file = secrets ? file_of (record, secrets) : NULL;
  if (file && check_row (self, file, error))
    return g_steal_pointer (&file);
  g_prefix_error (error, "%s: ", record->id);
  return NULL;
}

/* What the rows ask for, and those whose secrets do not open or that ask for what no row may. */
typedef struct {
  PosternInstanceBook *book;
  GPtrArray *rows;     /* PosternInstanceRecord */
  GPtrArray *files;    /* PosternInstanceFile */
  GHashTable *refused; /* id → why */
} Reading;

static gboolean
read_rows (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *self = user_data;
  g_clear_pointer (&self->rows, g_ptr_array_unref); /* a transaction may run twice */
  g_ptr_array_set_size (self->files, 0);
  g_hash_table_remove_all (self->refused);
  self->rows = postern_instance_store_list (txn, error);
  for (guint i = 0; self->rows && i < self->rows->len; i++) {
    PosternInstanceRecord *record = self->rows->pdata[i];
    g_autoptr (GError) local = NULL;
    PosternInstanceFile *file = record->enabled ? open_row (self->book, txn, record, &local) : NULL;
    if (file)
      g_ptr_array_add (self->files, file);
    else if (local)
      g_hash_table_insert (self->refused, g_strdup (record->id), g_strdup (local->message));
  }
  return self->rows != NULL;
}

gboolean
postern_instance_book_start (PosternInstanceBook *self, PosternStore *store, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_instance_file_free);
  g_autoptr (GHashTable) refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Reading reading = { self, NULL, files, refused };
  guint64 generation = postern_store_get_generation (store);
  gboolean done = postern_store_read (store, POSTERN_KEEP_LASTING, read_rows, &reading, error);
  g_autoptr (GPtrArray) rows = reading.rows;
  GHashTableIter iter;
  gpointer id, why;
  if (!done)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    PosternInstanceRecord *record = rows->pdata[i];
    g_hash_table_replace (self->loaded, g_strdup (record->id), g_memdup2 (&record->revision, sizeof record->revision));
  }
  g_hash_table_iter_init (&iter, refused);
  while (g_hash_table_iter_next (&iter, &id, &why))
    postern_registry_add_failure (self->registry, id, why);
  postern_registry_load_stored (self->registry, files, (const char *const *) self->folders);
  self->store = store;
  self->generation = generation;
  g_free (self->state);
  self->state = describe_rows (rows);
  return TRUE;
}

PosternPluginInfo *
postern_instance_book_find_type (PosternInstanceBook *self, const char *type)
{
  return postern_registry_find_info (self->registry, type);
}

/* --- what there is ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_secret (PosternPluginInfo *info, const char *name)
{
  for (guint i = 0; info && i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    if (g_str_equal (setting->name, name))
      return setting->secret;
  }
  return FALSE;
}

/* A value under a name that no setting has could be a secret with a slip in its name, and is not shown. */
static gboolean
may_be_shown (PosternPluginInfo *info, const char *name)
{
  for (guint i = 0; info && i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    const char *rest = g_str_has_prefix (name, setting->name) ? name + strlen (setting->name) : NULL;
    if (g_strcmp0 (rest, "-file") == 0 || g_strcmp0 (rest, "-credential") == 0)
      return TRUE;
    if (rest && *rest == '\0')
      return !setting->secret;
  }
  return FALSE;
}

/* @entry->info is set */
static void
take_file (PosternInstanceEntry *entry, PosternInstanceFile *file)
{
  g_auto (GVariantBuilder) shown = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GStrvBuilder) secrets = g_strv_builder_new ();
  GVariantIter iter;
  const char *name, *value;
  g_variant_iter_init (&iter, file->values);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value)) {
    if (is_secret (entry->info, name))
      g_strv_builder_add (secrets, name);
    else if (may_be_shown (entry->info, name))
      g_variant_builder_add (&shown, "{ss}", name, value);
  }
  entry->name = g_strdup (file->name);
  entry->order = file->order;
  entry->settings = g_variant_ref_sink (g_variant_builder_end (&shown));
  entry->secrets = g_strv_builder_end (secrets);
}

static PosternInstanceEntry *
entry_new (PosternInstanceBook *self, const char *id, const char *type, const char *origin)
{
  PosternInstanceEntry *entry = g_new0 (PosternInstanceEntry, 1);
  entry->id = g_strdup (id);
  entry->type = g_strdup (type);
  entry->order = 100;
  entry->origin = origin;
  entry->info = type ? postern_registry_find_info (self->registry, type) : NULL;
  return entry;
}

static void
find_state (PosternInstanceBook *self, PosternInstanceEntry *entry)
{
  const char *failure = postern_registry_get_failure (self->registry, entry->id);
  entry->instance = postern_registry_get_instance (self->registry, entry->id);
  entry->state = entry->instance ? POSTERN_INSTANCE_RUNNING : failure ? POSTERN_INSTANCE_FAILED : POSTERN_INSTANCE_STARTING;
  entry->problem = entry->instance ? NULL : g_strdup (failure);
}

static PosternInstanceEntry *
entry_of_file (PosternInstanceBook *self, const char *path, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternInstanceFile) file = postern_instance_file_load (path, &error);
  PosternInstanceEntry *entry = entry_new (self, id, file ? file->type : "", "file");
  if (file)
    take_file (entry, file);
  find_state (self, entry);
  if (!file && !entry->instance && !entry->problem) {
    entry->state = POSTERN_INSTANCE_FAILED;
    entry->problem = g_strdup (error->message);
  }
  return entry;
}

/* What was written a while ago must be in use: workers that could not be started with it leave the old ones, which know nothing of it. */
static void
check_taken_over (PosternInstanceBook *self, PosternInstanceEntry *entry, PosternInstanceRecord *record)
{
  gboolean old = g_get_real_time () / G_USEC_PER_SEC - record->updated_at > TAKE_OVER_SECONDS;
  if (!old || (!record->enabled && !postern_registry_get_instance (self->registry, entry->id)))
    return;
  entry->state = POSTERN_INSTANCE_FAILED;
  entry->problem = g_strdup_printf ("the server could not be started anew with this change and runs as it did before; its log says why, and SIGHUP tries it again%s",
                                    record->enabled ? "" : " (it is still on)");
}

static PosternInstanceEntry *
entry_of_row (PosternInstanceBook *self, PosternTxn *txn, PosternInstanceRecord *record)
{
  PosternInstanceEntry *entry = entry_new (self, record->id, record->type, "database");
  g_autoptr (GVariant) secrets = postern_instance_store_dup_secrets (txn, record, NULL);
  g_autoptr (PosternInstanceFile) file = file_of (record, secrets);
  gint64 *loaded = g_hash_table_lookup (self->loaded, record->id);
  take_file (entry, file);
  entry->state = record->enabled ? POSTERN_INSTANCE_STARTING : POSTERN_INSTANCE_OFF;
  if (!loaded || *loaded != record->revision)
    check_taken_over (self, entry, record);
  else if (record->enabled)
    find_state (self, entry);
  return entry;
}

gboolean
postern_instance_book_is_own (PosternInstanceBook *self, const char *id)
{
  return postern_registry_get_instance (self->registry, id) && !g_hash_table_contains (self->loaded, id) &&
         !postern_instance_file_is_there (id, (const char *const *) self->folders);
}

static void
add_files (PosternInstanceBook *self, GPtrArray *entries)
{
  g_autoptr (GPtrArray) paths = postern_config_file_merge ((const char *const *) self->folders, ".conf", NULL);
  for (guint i = 0; paths && i < paths->len; i++) {
    g_autofree char *id = postern_instance_file_dup_id (paths->pdata[i]);
    g_autoptr (PosternInstanceFile) file = postern_instance_file_load (paths->pdata[i], NULL);
    if (id && (!file || postern_instance_file_serves (file, "default")))
      g_ptr_array_add (entries, entry_of_file (self, paths->pdata[i], id));
  }
}

static void
add_own (PosternInstanceBook *self, GPtrArray *entries)
{
  g_autoptr (GPtrArray) instances = postern_registry_list (self->registry, POSTERN_TYPE_INSTANCE);
  for (guint i = 0; i < instances->len; i++) {
    const char *id = postern_instance_get_id (instances->pdata[i]);
    if (!postern_instance_book_is_own (self, id))
      continue;
    PosternInstanceEntry *entry = entry_new (self, id, postern_instance_get_type_id (instances->pdata[i]), "server");
    entry->instance = instances->pdata[i]; /* the registry keeps it */
    g_ptr_array_add (entries, entry);
  }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const PosternInstanceEntry *left = *(const PosternInstanceEntry *const *) a, *right = *(const PosternInstanceEntry *const *) b;
  return left->order != right->order ? (left->order < right->order ? -1 : 1) : strcmp (left->id, right->id);
}

GPtrArray *
postern_instance_book_list (PosternInstanceBook *self, PosternTxn *txn, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_instance_book_entry_free);
  g_autoptr (GPtrArray) rows = postern_instance_store_list (txn, error);
  if (!rows)
    return NULL;
  for (guint i = 0; i < rows->len; i++) {
    PosternInstanceRecord *record = rows->pdata[i];
    if (!postern_instance_file_is_there (record->id, (const char *const *) self->folders))
      g_ptr_array_add (entries, entry_of_row (self, txn, record));
  }
  add_files (self, entries);
  add_own (self, entries);
  g_ptr_array_sort (entries, compare);
  return g_steal_pointer (&entries);
}

PosternInstanceEntry *
postern_instance_book_get (PosternInstanceBook *self, PosternTxn *txn, const char *id, GError **error)
{
  g_autoptr (GPtrArray) entries = postern_instance_book_list (self, txn, error);
  for (guint i = 0; entries && i < entries->len; i++)
    if (g_str_equal (((PosternInstanceEntry *) entries->pdata[i])->id, id))
      return g_ptr_array_steal_index (entries, i);
  if (entries)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such instance; `postern connector list` shows what there is");
  return NULL;
}
