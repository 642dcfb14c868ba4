/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config.h"

#include "postern-build.h"
#include "postern-config-file.h"
#include "postern-config-table.h"
#include "postern-config-value.h"
#include "postern-error.h"

#include <string.h>

struct _PosternConfig {
  GObject parent;
  PosternConfigValue *values; /* one for each row of the table */
  GPtrArray *stores; /* (element-type PosternConfigStore) */
};

G_DEFINE_FINAL_TYPE (PosternConfig, postern_config, G_TYPE_OBJECT)

static guint
table_length (void)
{
  guint n = 0;
  while (postern_config_table[n].name)
    n++;
  return n;
}

static void
postern_config_finalize (GObject *object)
{
  PosternConfig *self = POSTERN_CONFIG (object);
  for (guint i = 0; postern_config_table[i].name; i++)
    postern_config_value_clear (&self->values[i]);
  g_free (self->values);
  g_ptr_array_unref (self->stores);
  G_OBJECT_CLASS (postern_config_parent_class)->finalize (object);
}

static void
postern_config_class_init (PosternConfigClass *class)
{
  G_OBJECT_CLASS (class)->finalize = postern_config_finalize;
}

static void
postern_config_init (PosternConfig *self)
{
  self->values = g_new0 (PosternConfigValue, table_length ());
  self->stores = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_config_store_free);
}

/* @origin "FILE:LINE", "environment X" or "--x" begins the complaint. */
static gboolean
set_value (PosternConfig *self, int row, const char *text, const char *origin, const char *folder, GError **error)
{
  const PosternConfigKey *key = &postern_config_table[row];
  PosternConfigValue *value = &self->values[row];
  g_autofree char *complaint = postern_config_value_read (value, key, text, folder);
  if (complaint) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s has a bad value: %s", origin, key->name, complaint);
    return FALSE;
  }
  value->origin = g_strdup (origin);
  return TRUE;
}

static gboolean
read_key (PosternConfig *self, PosternConfigFile *file, const char *group, const char *key, GError **error)
{
  g_autofree char *name = g_strconcat (group, ".", key, NULL);
  g_autofree char *origin =
    g_strdup_printf ("%s:%u", file->path, postern_config_file_find_line (file, group, key));
  int row = postern_config_table_find (name);
  if (row < 0) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "%s: there is no setting %s in [%s]; remove it, or see `postern config show` for the names", origin, key, group);
    return FALSE;
  }
  if (postern_config_table[row].secret && file->world_readable) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                 "%s: %s may hold a secret and everybody can read the file; run: chmod o-r %s", origin, name, file->path);
    return FALSE;
  }
  g_autoptr (GError) local = NULL;
  g_autofree char *text = g_key_file_get_string (file->keys, group, key, &local);
  if (!text || local) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s has a bad value: write it without stray backslashes", origin, name);
    return FALSE;
  }
  g_autofree char *folder = g_path_get_dirname (file->path);
  return set_value (self, row, text, origin, folder, error);
}

/* (transfer full) (nullable): a later one of the same name replaces the earlier. */
static gboolean
put_store (PosternConfig *self, PosternConfigStore *store)
{
  for (guint i = 0; store && i < self->stores->len; i++)
    if (g_str_equal (((PosternConfigStore *) self->stores->pdata[i])->name, store->name))
      g_ptr_array_remove_index (self->stores, i--);
  if (store)
    g_ptr_array_add (self->stores, store);
  return store != NULL;
}

static gboolean
read_file (PosternConfig *self, const char *path, GError **error)
{
  g_autoptr (PosternConfigFile) file = postern_config_file_load (path, error);
  if (!file)
    return FALSE;
  g_auto (GStrv) groups = g_key_file_get_groups (file->keys, NULL);
  for (guint i = 0; groups[i]; i++) {
    if (g_str_has_prefix (groups[i], POSTERN_CONFIG_STORE_GROUP)) {
      if (!put_store (self, postern_config_store_read (file, groups[i], error)))
        return FALSE;
      continue;
    }
    if (!postern_config_table_has_group (groups[i])) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG,
                   "%s:%u: there is no group [%s]; remove it, or see `postern config show` for the names", path,
                   postern_config_file_find_line (file, groups[i], NULL), groups[i]);
      return FALSE;
    }
    g_auto (GStrv) keys = g_key_file_get_keys (file->keys, groups[i], NULL, NULL);
    for (guint k = 0; keys[k]; k++)
      if (!read_key (self, file, groups[i], keys[k], error))
        return FALSE;
  }
  return TRUE;
}

static gboolean
read_drop_ins (PosternConfig *self, const char *const *folders, GError **error)
{
  g_autoptr (GPtrArray) paths = postern_config_file_merge (folders, ".conf", error);
  for (guint i = 0; paths && i < paths->len; i++)
    if (!read_file (self, paths->pdata[i], error))
      return FALSE;
  return paths != NULL;
}

static gboolean
read_files (PosternConfig *self, const char *file, GError **error)
{
  static const char *const usual[] = { POSTERN_DATA_DIR, POSTERN_RUNTIME_DIR, POSTERN_SYSCONF_DIR };
  static const char *const drop_ins[] = { POSTERN_DATA_DIR "/postern.conf.d", POSTERN_RUNTIME_DIR "/postern.conf.d",
                                          POSTERN_SYSCONF_DIR "/postern.conf.d", NULL };
  if (file) {
    g_autofree char *path = g_canonicalize_filename (file, NULL);
    g_autofree char *folder = g_strconcat (path, ".d", NULL);
    const char *const own[] = { folder, NULL };
    return read_file (self, path, error) && read_drop_ins (self, own, error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++) {
    g_autofree char *path = g_build_filename (usual[i], "postern.conf", NULL);
    if (g_file_test (path, G_FILE_TEST_EXISTS) && !read_file (self, path, error))
      return FALSE;
  }
  return read_drop_ins (self, drop_ins, error);
}

static gboolean
read_environment (PosternConfig *self, GError **error)
{
  for (int i = 0; postern_config_table[i].name; i++) {
    const char *text = g_getenv (postern_config_table[i].environment);
    if (!text)
      continue;
    g_autofree char *origin = g_strconcat ("environment ", postern_config_table[i].environment, NULL);
    if (!set_value (self, i, text, origin, NULL, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_overrides (PosternConfig *self, GVariant *overrides, GError **error)
{
  GVariantIter iter;
  const char *name, *text;
  if (!overrides)
    return TRUE;
  g_variant_iter_init (&iter, overrides);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &text)) {
    int row = postern_config_table_find (name);
    if (row < 0) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "--set %s: there is no such setting; see `postern config show`", name);
      return FALSE;
    }
    const char *option = postern_config_table[row].option;
    g_autofree char *origin = option ? g_strconcat ("--", option, NULL) : g_strconcat ("--set ", name, NULL);
    if (!set_value (self, row, text, origin, NULL, error))
      return FALSE;
  }
  return TRUE;
}

static PosternConfigValue *
lookup (PosternConfig *self, const char *name)
{
  int row = postern_config_table_find (name);
  if (row < 0)
    g_error ("postern-config: %s is not in the table", name);
  return &self->values[row];
}

/* What follows from other settings when it was not said: files of the data folder, and the URL of a local listener. */
static gboolean
derive (PosternConfig *self, GError **error)
{
  static const struct {
    const char *name, *file;
  } files[] = { { "server.admin-socket", "admin.sock" }, { "database.master-key", "master.key" } };
  const char *data_dir = postern_config_get_string (self, "server.data-dir");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (data_dir, files[i].file, NULL);
    if (!*lookup (self, files[i].name)->text &&
        !set_value (self, postern_config_table_find (files[i].name), path, "default", NULL, error))
      return FALSE;
  }

  const char *first = lookup (self, "server.listen")->list[0];
  int row = postern_config_table_find ("server.public-url");
  if (!first || !g_str_equal (self->values[row].origin, "default") ||
      !(g_str_has_prefix (first, "127.") || g_str_has_prefix (first, "localhost:") || g_str_has_prefix (first, "[::1]:")))
    return TRUE;
  g_autofree char *url = g_strconcat ("http://localhost", strrchr (first, ':'), NULL);
  return set_value (self, row, url, "default", NULL, error);
}

PosternConfig *
postern_config_load (const char *file, GVariant *overrides, GError **error)
{
  g_autoptr (PosternConfig) self = g_object_new (POSTERN_TYPE_CONFIG, NULL);
  for (int i = 0; postern_config_table[i].name; i++)
    if (!set_value (self, i, postern_config_table[i].fallback, "default", NULL, error))
      return NULL;
  if (!read_files (self, file, error) || !read_environment (self, error) || !read_overrides (self, overrides, error) ||
      !derive (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

const char *
postern_config_get_string (PosternConfig *self, const char *name)
{
  const char *text = lookup (self, name)->text;
  return *text ? text : NULL;
}

gint64
postern_config_get_int64 (PosternConfig *self, const char *name)
{
  return lookup (self, name)->number;
}

gboolean
postern_config_get_boolean (PosternConfig *self, const char *name)
{
  return lookup (self, name)->truth;
}

const char *const *
postern_config_get_strv (PosternConfig *self, const char *name)
{
  return (const char *const *) lookup (self, name)->list;
}

const char *
postern_config_get_origin (PosternConfig *self, const char *name)
{
  return lookup (self, name)->origin;
}

void
postern_config_foreach (PosternConfig *self, PosternConfigFunc func, gpointer user_data)
{
  for (int i = 0; postern_config_table[i].name; i++) {
    const PosternConfigKey *key = &postern_config_table[i];
    PosternConfigValue *value = &self->values[i];
    func (key->name, key->secret && *value->text ? "(hidden)" : value->text, value->origin, key->help, user_data);
  }
  for (guint i = 0; i < self->stores->len; i++) {
    PosternConfigStore *store = self->stores->pdata[i];
    g_autofree char *name = g_strconcat (POSTERN_CONFIG_STORE_GROUP, store->name, ".url", NULL);
    func (name, "(hidden)", store->origin, "Where the tenants of this region live: a connection URL, or a folder for SQLite.", user_data);
  }
}

const PosternConfigStore *
postern_config_find_store (PosternConfig *self, const char *name)
{
  for (guint i = 0; i < self->stores->len; i++)
    if (g_str_equal (((PosternConfigStore *) self->stores->pdata[i])->name, name))
      return self->stores->pdata[i];
  return NULL;
}

GPtrArray *
postern_config_get_stores (PosternConfig *self)
{
  return self->stores;
}

GBytes *
postern_config_to_bytes (PosternConfig *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sss)"));
  for (int i = 0; postern_config_table[i].name; i++)
    g_variant_builder_add (&builder, "(sss)", postern_config_table[i].name, self->values[i].text, self->values[i].origin);
  for (guint i = 0; i < self->stores->len; i++) {
    PosternConfigStore *store = self->stores->pdata[i];
    g_autofree char *name = g_strconcat (POSTERN_CONFIG_STORE_GROUP, store->name, NULL);
    g_variant_builder_add (&builder, "(sss)", name, store->url, store->origin);
  }
  g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_builder_end (&builder));
  return g_variant_get_data_as_bytes (all);
}

PosternConfig *
postern_config_new_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (PosternConfig) self = g_object_new (POSTERN_TYPE_CONFIG, NULL);
  g_autoptr (GVariant) all = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("a(sss)"), bytes, FALSE));
  GVariantIter iter;
  const char *name, *text, *origin;
  guint count = 0;
  g_variant_iter_init (&iter, all);
  while (g_variant_iter_next (&iter, "(&s&s&s)", &name, &text, &origin)) {
    int row = postern_config_table_find (name);
    if (g_str_has_prefix (name, POSTERN_CONFIG_STORE_GROUP)) {
      if (!put_store (self, postern_config_store_new (name + strlen (POSTERN_CONFIG_STORE_GROUP), text, origin, error)))
        return NULL;
      continue;
    }
    if (row < 0 || !set_value (self, row, text, origin, NULL, error))
      break;
    count++;
  }
  if (count == table_length ())
    return g_steal_pointer (&self);
  if (error && !*error)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "the settings handed over are those of another version; install all programs from one build");
  return NULL;
}
