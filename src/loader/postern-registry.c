/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-registry.h"

#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-instance-file.h"
#include "postern-module.h"
#include "postern-plugin-preset.h"

#include <string.h>

#define DEFAULT "default" /* the tenant whose registry is no child */

typedef struct {
  PosternInstance *instance;
  int order;
  gboolean is_shared; /* all tenants have it */
  gboolean is_stored; /* of a row of the database */
  gint is_retired;    /* atomic */
  char **tenants;     /* (nullable): those that its file names */
} Entry;

struct _PosternRegistry {
  GObject parent;
  char **module_dirs;
  GPtrArray *infos;      /* PosternPluginInfo */
  GHashTable *types;     /* PosternPluginInfo -> GType: opened */
  GHashTable *bad;       /* PosternPluginInfo -> its problem was told */
  GPtrArray *wanted;     /* PosternInstanceFile of postern_registry_want() */
  GHashTable *tried;     /* PosternPluginInfo: opening it does no harm */
  gboolean is_child;     /* of another tenant: there are threads */
  GHashTable *instances; /* id -> Entry */
  GHashTable *others;    /* id -> Entry: of files for other tenants alone */
  GPtrArray *problems;   /* utf8 */
  GHashTable *failures;  /* instance id -> its problem */
};

G_DEFINE_FINAL_TYPE (PosternRegistry, postern_registry, G_TYPE_OBJECT)

static GMutex modules_lock; /* guards `types`, `bad` and `tried`, which the registries of all tenants share */

static void
entry_free (gpointer data)
{
  Entry *entry = data;
  g_object_unref (entry->instance);
  g_strfreev (entry->tenants);
  g_free (entry);
}

static void
postern_registry_finalize (GObject *object)
{
  PosternRegistry *self = POSTERN_REGISTRY (object);
  g_hash_table_unref (self->instances);
  g_hash_table_unref (self->others);
  g_hash_table_unref (self->tried);
  g_ptr_array_unref (self->wanted);
  g_hash_table_unref (self->types);
  g_hash_table_unref (self->bad);
  g_ptr_array_unref (self->infos);
  g_ptr_array_unref (self->problems);
  g_hash_table_unref (self->failures);
  g_strfreev (self->module_dirs);
  G_OBJECT_CLASS (postern_registry_parent_class)->finalize (object);
}

static void
postern_registry_class_init (PosternRegistryClass *class)
{
  G_OBJECT_CLASS (class)->finalize = postern_registry_finalize;
}

static void
postern_registry_init (PosternRegistry *self)
{
  self->infos = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_plugin_info_free);
  self->types = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->bad = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_instance_file_free);
  self->tried = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->instances = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

PosternRegistry *
postern_registry_new (const char *const *module_dirs)
{
  PosternRegistry *self = g_object_new (POSTERN_TYPE_REGISTRY, NULL);
  self->module_dirs = g_strdupv ((char **) module_dirs);
  return self;
}

static void
add_problem (PosternRegistry *self, const char *problem)
{
  g_ptr_array_add (self->problems, g_strdup (problem));
}

void
postern_registry_add_failure (PosternRegistry *self, const char *id, const char *problem)
{
  add_problem (self, problem);
  g_hash_table_replace (self->failures, g_strdup (id), g_strdup (problem));
}

static void
scan_file (PosternRegistry *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternPluginInfo) info = postern_plugin_info_load (path, &error);
  if (!info) {
    add_problem (self, error->message);
    return;
  }
  PosternPluginInfo *other = postern_registry_find_info (self, info->id);
  if (other) {
    g_autofree char *problem = g_strdup_printf ("%s:1: %s has the same Id, %s; remove one of them", path, other->file, info->id);
    add_problem (self, problem);
    return;
  }
  g_ptr_array_add (self->infos, g_steal_pointer (&info));
}

/* Once all are known: a plugin's Base may stand in a later folder. One that cannot be derived is as good as not there. */
static void
derive_all (PosternRegistry *self)
{
  for (guint i = 0; i < self->infos->len;) {
    PosternPluginInfo *info = self->infos->pdata[i];
    g_autoptr (GError) error = NULL;
    if (!info->base || postern_plugin_preset_derive (info, postern_registry_find_info (self, info->base), &error)) {
      i++;
      continue;
    }
    add_problem (self, error->message);
    g_ptr_array_remove_index (self->infos, i);
  }
}

void
postern_registry_scan (PosternRegistry *self)
{
  for (guint i = 0; self->module_dirs[i]; i++) {
    const char *const folder[] = { self->module_dirs[i], NULL };
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) paths = postern_config_file_merge (folder, ".plugin", &error);
    if (!paths)
      add_problem (self, error->message);
    for (guint k = 0; paths && k < paths->len; k++)
      scan_file (self, paths->pdata[k]);
  }
  derive_all (self);
}

GPtrArray *
postern_registry_get_infos (PosternRegistry *self)
{
  return self->infos;
}

PosternPluginInfo *
postern_registry_find_info (PosternRegistry *self, const char *plugin_id)
{
  for (guint i = 0; i < self->infos->len; i++)
    if (g_str_equal (((PosternPluginInfo *) self->infos->pdata[i])->id, plugin_id))
      return self->infos->pdata[i];
  return NULL;
}

/* Adds @info behind what it needs and what it comes after; a loop ends where it began. */
static void
add_ordered (PosternRegistry *self, PosternPluginInfo *info, GPtrArray *ordered, GHashTable *seen)
{
  if (!info || !g_hash_table_add (seen, info) || g_hash_table_contains (self->types, info) || g_hash_table_contains (self->bad, info))
    return;
  for (guint i = 0; info->needs[i]; i++) {
    PosternPluginInfo *needed = postern_registry_find_info (self, info->needs[i]);
    if (!needed) {
      g_autofree char *problem = g_strdup_printf ("%s:1: it needs the plugin %s, which is not there; install it", info->file, info->needs[i]);
      add_problem (self, problem);
      g_hash_table_add (self->bad, info);
      return;
    }
    add_ordered (self, needed, ordered, seen);
  }
  for (guint i = 0; info->after[i]; i++)
    if (g_hash_table_contains (seen, postern_registry_find_info (self, info->after[i])))
      add_ordered (self, postern_registry_find_info (self, info->after[i]), ordered, seen);
  g_ptr_array_add (ordered, info);
}

static void
open_one (PosternRegistry *self, PosternPluginInfo *info, const char *probed)
{
  g_autoptr (GError) error = NULL;
  GType type = probed ? G_TYPE_INVALID : postern_module_open (info, &error);
  if (type != G_TYPE_INVALID) {
    g_hash_table_insert (self->types, info, GSIZE_TO_POINTER (type));
    return;
  }
  g_hash_table_add (self->bad, info);
  add_problem (self, probed ? probed : error->message);
}

/* Of what the operator set up, factors and the like serve everybody; where people come from and what is sent, those whom the file names. */
static gboolean
is_assigned (PosternPluginInfo *info)
{
  static const char *const kinds[] = { "connector", "messenger", "sink", NULL };
  return g_strv_contains (kinds, info->kind);
}

/* Forked from among threads a child could wait for ever; so nothing is opened then that was not tried before. */
static GHashTable *
probe (PosternRegistry *self, GPtrArray *ordered)
{
  GHashTable *bad;
  if (!self->is_child)
    return postern_module_probe (ordered);
  bad = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
  for (guint i = 0; i < ordered->len; i++) {
    PosternPluginInfo *info = ordered->pdata[i];
    if (!g_hash_table_contains (self->tried, info))
      g_hash_table_insert (bad, info, g_strdup_printf ("%s: it was not tried when the server started; reload it", info->file));
  }
  return bad;
}

/* @infos: those that will be used; what they need is opened, too. One child tries them all first. */
static void
open_all (PosternRegistry *self, GPtrArray *infos)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&modules_lock);
  g_autoptr (GPtrArray) ordered = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);
  for (guint i = 0; i < infos->len; i++)
    add_ordered (self, infos->pdata[i], ordered, seen);
  g_autoptr (GHashTable) bad = probe (self, ordered);
  for (guint i = 0; i < ordered->len; i++)
    open_one (self, ordered->pdata[i], g_hash_table_lookup (bad, ordered->pdata[i]));
}

static GType
find_type (PosternRegistry *self, PosternPluginInfo *info)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&modules_lock);
  return GPOINTER_TO_SIZE (g_hash_table_lookup (self->types, info));
}

void
postern_registry_try_rest (PosternRegistry *self)
{
  g_autoptr (GPtrArray) ordered = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);
  for (guint i = 0; i < self->infos->len; i++) {
    PosternPluginInfo *info = self->infos->pdata[i];
    if (is_assigned (info))
      add_ordered (self, info, ordered, seen);
  }
  g_autoptr (GHashTable) bad = postern_module_probe (ordered);
  for (guint i = 0; i < ordered->len; i++)
    if (!g_hash_table_contains (bad, ordered->pdata[i]))
      g_hash_table_add (self->tried, ordered->pdata[i]);
}

static char **
list_secrets (PosternPluginInfo *info)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    if (setting->secret)
      g_strv_builder_add (builder, setting->name);
  }
  return g_strv_builder_end (builder);
}

static PosternInstance *
make_instance (PosternRegistry *self, PosternInstanceFile *file, PosternPluginInfo *info, GError **error)
{
  GType type = find_type (self, info);
  g_autofree char *place = postern_instance_file_get_place (file, "Type");
  if (type == G_TYPE_INVALID) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: the plugin %s cannot be used; see its own message", place, info->id);
    return NULL;
  }
  g_autoptr (GVariant) values = postern_instance_file_check (file, info, error);
  if (!values)
    return NULL;
  g_auto (GStrv) secrets = list_secrets (info);
  g_autoptr (PosternSettings) settings = postern_settings_new (values, (const char *const *) secrets);
  g_autoptr (PosternInstance) instance = g_object_new (type, NULL);
  postern_instance_set_identity (instance, file->id, info->id, file->name ? file->name : info->name, file->icon ? file->icon : info->icon, settings);
  if (!postern_instance_configure (instance, error)) {
    g_prefix_error (error, "%s: ", place);
    return NULL;
  }
  Entry *entry = g_new0 (Entry, 1);
  entry->instance = g_steal_pointer (&instance);
  entry->order = file->order;
  entry->tenants = is_assigned (info) ? g_strdupv (file->tenants) : NULL;
  gboolean here = self->is_child || !entry->tenants || postern_instance_file_serves (file, DEFAULT);
  g_hash_table_replace (here ? self->instances : self->others, g_strdup (file->id), entry);
  return entry->instance;
}

static gboolean
is_for_all (PosternPluginInfo *info, gboolean wanted)
{
  gboolean own = g_str_equal (info->kind, "protocol") || g_str_equal (info->kind, "database");
  return !own && (wanted || !is_assigned (info));
}

static void
share (PosternRegistry *self, PosternInstanceFile *file, gboolean wanted)
{
  Entry *entry = g_hash_table_lookup (self->instances, file->id);
  if (entry)
    entry->is_shared = is_for_all (file->info, wanted);
}

static void
take_shared (PosternRegistry *self, GHashTable *entries, const char *slug)
{
  GHashTableIter iter;
  gpointer id, value;
  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &id, &value)) {
    Entry *entry = value, *copy;
    if (!entry->is_shared && !postern_instance_file_names (entry->tenants, slug))
      continue;
    copy = g_new0 (Entry, 1);
    copy->instance = g_object_ref (entry->instance);
    copy->order = entry->order;
    g_hash_table_replace (self->instances, g_strdup (id), copy);
  }
}

PosternRegistry *
postern_registry_new_for_tenant (PosternRegistry *parent, const char *slug)
{
  PosternRegistry *self = g_object_new (POSTERN_TYPE_REGISTRY, NULL);
  GHashTable **shared[] = { &self->types, &self->bad, &self->tried }, *of_parent[] = { parent->types, parent->bad, parent->tried };
  self->is_child = TRUE;
  self->module_dirs = g_strdupv (parent->module_dirs);
  g_ptr_array_unref (self->infos);
  self->infos = g_ptr_array_ref (parent->infos);
  for (guint i = 0; i < G_N_ELEMENTS (shared); i++) {
    g_hash_table_unref (*shared[i]);
    *shared[i] = g_hash_table_ref (of_parent[i]);
  }
  take_shared (self, parent->instances, slug);
  take_shared (self, parent->others, slug);
  return self;
}

/* Reads the instance files; what the server itself wants is added unless a file has its id, hides it or names its plugin. */
static GPtrArray *
collect_files (PosternRegistry *self, const char *const *instance_dirs)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_instance_file_free);
  g_autoptr (GPtrArray) paths = postern_config_file_merge (instance_dirs, ".conf", &error);
  if (!paths)
    add_problem (self, error->message);
  for (guint i = 0; paths && i < paths->len; i++) {
    g_autoptr (GError) local = NULL;
    PosternInstanceFile *file = postern_instance_file_load (paths->pdata[i], &local);
    g_autofree char *id = postern_instance_file_dup_id (paths->pdata[i]);
    if (file)
      g_ptr_array_add (files, file);
    else if (id)
      postern_registry_add_failure (self, id, local->message);
    else
      add_problem (self, local->message);
  }
  return files;
}

static gboolean
is_overruled (PosternInstanceFile *wanted, GPtrArray *files, const char *const *instance_dirs)
{
  if (postern_instance_file_is_there (wanted->id, instance_dirs))
    return TRUE;
  for (guint i = 0; i < files->len; i++)
    if (g_str_equal (((PosternInstanceFile *) files->pdata[i])->type, wanted->type))
      return TRUE;
  return FALSE;
}

static void
find_infos (PosternRegistry *self, GPtrArray *files, GPtrArray *infos)
{
  for (guint i = 0; i < files->len; i++) {
    PosternInstanceFile *file = files->pdata[i];
    file->info = postern_registry_find_info (self, file->type);
    if (file->info) {
      g_ptr_array_add (infos, file->info);
      continue;
    }
    g_autofree char *place = postern_instance_file_get_place (file, "Type");
    g_autofree char *problem = g_strdup_printf ("%s: there is no usable plugin '%s'; correct Type, or install the plugin", place, file->type);
    postern_registry_add_failure (self, file->id, problem);
  }
}

void
postern_registry_want (PosternRegistry *self, const char *plugin_id, const char *id, GVariant *values)
{
  g_ptr_array_add (self->wanted, postern_instance_file_new (plugin_id, id, values));
}

void
postern_registry_load_instances (PosternRegistry *self, const char *const *instance_dirs)
{
  g_autoptr (GPtrArray) files = collect_files (self, instance_dirs);
  g_autoptr (GPtrArray) infos = g_ptr_array_new ();
  guint n_files = files->len;
  for (guint i = 0; i < self->wanted->len; i++) {
    PosternInstanceFile *wanted = self->wanted->pdata[i];
    if (!is_overruled (wanted, files, instance_dirs))
      g_ptr_array_add (files, postern_instance_file_new (wanted->type, wanted->id, wanted->values));
  }
  find_infos (self, files, infos);
  open_all (self, infos);
  for (guint i = 0; i < files->len; i++) {
    PosternInstanceFile *file = files->pdata[i];
    g_autoptr (GError) error = NULL;
    /* For an instance of our own the module's message says enough. */
    gboolean silent = i >= n_files && file->info && find_type (self, file->info) == G_TYPE_INVALID;
    if (file->info && !silent && !make_instance (self, file, file->info, &error))
      postern_registry_add_failure (self, file->id, error->message);
    else if (file->info && !silent)
      share (self, file, i >= n_files);
  }
}

void
postern_registry_load_stored (PosternRegistry *self, GPtrArray *stored, const char *const *instance_dirs)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new (), infos = g_ptr_array_new ();
  for (guint i = 0; i < stored->len; i++) {
    PosternInstanceFile *file = stored->pdata[i];
    if (!postern_instance_file_is_there (file->id, instance_dirs) && !g_hash_table_contains (self->instances, file->id))
      g_ptr_array_add (files, file);
  }
  find_infos (self, files, infos);
  if (infos->len > 0)
    open_all (self, infos);
  for (guint i = 0; i < files->len; i++) {
    PosternInstanceFile *file = files->pdata[i];
    g_autoptr (GError) error = NULL;
    if (file->info && make_instance (self, file, file->info, &error))
      ((Entry *) g_hash_table_lookup (self->instances, file->id))->is_stored = TRUE;
    else if (file->info)
      postern_registry_add_failure (self, file->id, error->message);
  }
}

PosternInstance *
postern_registry_add_instance (PosternRegistry *self, const char *plugin_id, const char *id, GVariant *values, GError **error)
{
  g_autoptr (PosternInstanceFile) file = postern_instance_file_new (plugin_id, id, values);
  PosternPluginInfo *info = postern_registry_find_info (self, plugin_id);
  if (!info || g_hash_table_contains (self->instances, id)) {
    g_set_error (error, POSTERN_ERROR, info ? POSTERN_ERROR_CONFLICT : POSTERN_ERROR_NOT_FOUND,
                 info ? "%s: an instance with this id is there already; choose another" : "%s: there is no plugin %s; install it", id, plugin_id);
    return NULL;
  }
  g_autoptr (GPtrArray) infos = g_ptr_array_new ();
  g_ptr_array_add (infos, info);
  if (find_type (self, info) == G_TYPE_INVALID)
    open_all (self, infos);
  return make_instance (self, file, info, error);
}

void
postern_registry_adopt (PosternRegistry *self, PosternInstance *instance)
{
  Entry *entry = g_new0 (Entry, 1);
  entry->instance = g_object_ref (instance);
  g_hash_table_replace (self->instances, g_strdup (postern_instance_get_id (instance)), entry);
}

static gboolean
is_found (Entry *entry)
{
  return entry && !g_atomic_int_get (&entry->is_retired);
}

PosternInstance *
postern_registry_get_instance (PosternRegistry *self, const char *id)
{
  Entry *entry = g_hash_table_lookup (self->instances, id);
  return is_found (entry) ? entry->instance : NULL;
}

PosternInstance *
postern_registry_retire (PosternRegistry *self, const char *id)
{
  Entry *entry = g_hash_table_lookup (self->instances, id);
  return entry && entry->is_stored && g_atomic_int_compare_and_exchange (&entry->is_retired, FALSE, TRUE) ? entry->instance : NULL;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *left = *(Entry *const *) a, *right = *(Entry *const *) b;
  if (left->order != right->order)
    return left->order < right->order ? -1 : 1;
  return strcmp (postern_instance_get_id (left->instance), postern_instance_get_id (right->instance));
}

GPtrArray *
postern_registry_list (PosternRegistry *self, GType type)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer entry;
  g_hash_table_iter_init (&iter, self->instances);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    if (is_found (entry) && g_type_is_a (G_OBJECT_TYPE (((Entry *) entry)->instance), type))
      g_ptr_array_add (entries, entry);
  g_ptr_array_sort (entries, compare_entries);
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (list, g_object_ref (((Entry *) entries->pdata[i])->instance));
  return list;
}

PosternInstance *
postern_registry_find_first (PosternRegistry *self, GType type, const char *type_id)
{
  Entry *first = NULL;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, self->instances);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;
    if (is_found (entry) && g_strcmp0 (postern_instance_get_type_id (entry->instance), type_id) == 0 && g_type_is_a (G_OBJECT_TYPE (entry->instance), type) &&
        (first == NULL || compare_entries (&entry, &first) < 0))
      first = entry;
  }
  return first ? first->instance : NULL;
}

GPtrArray *
postern_registry_get_problems (PosternRegistry *self)
{
  return self->problems;
}

const char *
postern_registry_get_failure (PosternRegistry *self, const char *id)
{
  return g_hash_table_lookup (self->failures, id);
}
