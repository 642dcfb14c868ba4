/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-check.h"

#include <string.h>
#include <sys/stat.h>

#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-instance-file.h"
#include "postern-plugin-values.h"

#define GROUP "Instance"

/* Keys of the server itself, in every instance's file. */
static const char *const own_keys[] = { "Type", "Name", "Icon", "Order", NULL };
static const char *const ways[] = { "", "-file", "-credential" };

typedef struct {
  const char *path;
  PosternConfigFile *keys;       /* (nullable) */
  PosternInstanceFile *instance; /* (nullable) */
  PosternPluginInfo *info;       /* (nullable) */
  GPtrArray *findings;
} Check;

static void
finding_free (gpointer data)
{
  PosternCliFinding *finding = data;

  g_free (finding->file);
  g_free (finding->key);
  g_free (finding->text);
  g_free (finding);
}

/* @text (transfer full) */
static void
add (Check *self, const char *key, gboolean advice, char *text)
{
  PosternCliFinding *finding = g_new0 (PosternCliFinding, 1);

  finding->file = g_strdup (self->path);
  finding->line = self->keys ? postern_config_file_find_line (self->keys, GROUP, key) : 1;
  finding->key = g_strdup (key);
  finding->text = text;
  finding->advice = advice;
  g_ptr_array_add (self->findings, finding);
}

/* An error of the loader begins with "FILE:LINE: ", which a finding holds apart. */
static void
add_error (Check *self, const GError *error)
{
  const char *text = error->message;
  guint line = 1;

  if (g_str_has_prefix (text, self->path) && text[strlen (self->path)] == ':')
    {
      char *end = NULL;

      text += strlen (self->path) + 1;
      line = (guint) g_ascii_strtoull (text, &end, 10);
      text = end && g_str_has_prefix (end, ": ") ? end + 2 : text;
    }
  add (self, NULL, FALSE, g_strdup (text));
  ((PosternCliFinding *) self->findings->pdata[self->findings->len - 1])->line = line;
}

/* How many letters must be changed, added or left out to make @b of @a (Levenshtein). */
static guint
distance (const char *a, const char *b)
{
  gsize length = strlen (b);
  g_autofree guint *row = g_new (guint, length + 1);

  for (gsize j = 0; j <= length; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint corner = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < length; j++)
        {
          guint above = row[j + 1];

          row[j + 1] = MIN (MIN (above, row[j]) + 1, corner + (g_ascii_tolower (a[i]) != g_ascii_tolower (b[j])));
          corner = above;
        }
    }
  return row[length];
}

static void
take_nearer (const char *key, const char *candidate, char **nearest, guint *best)
{
  guint d = distance (key, candidate);

  if (d >= *best)
    return;
  *best = d;
  g_free (*nearest);
  *nearest = g_strdup (candidate);
}

/* (transfer full) (nullable): nothing, when nothing is near enough to be meant */
static char *
find_nearest (Check *self, const char *key)
{
  char *nearest = NULL;
  guint best = MAX (2, (guint) strlen (key) / 2);

  for (guint i = 0; own_keys[i] != NULL; i++)
    take_nearer (key, own_keys[i], &nearest, &best);
  for (guint i = 0; i < self->info->settings->len; i++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        PosternSettingInfo *setting = self->info->settings->pdata[i];
        g_autofree char *name = g_strconcat (setting->name, ways[way], NULL);

        take_nearer (key, name, &nearest, &best);
      }
  return nearest;
}

static gboolean
is_known (PosternPluginInfo *info, const char *key)
{
  for (guint i = 0; i < info->settings->len; i++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        PosternSettingInfo *setting = info->settings->pdata[i];

        if (g_str_has_prefix (key, setting->name) && g_str_equal (key + strlen (setting->name), ways[way]))
          return TRUE;
      }
  return FALSE;
}

static void
check_unknown (Check *self)
{
  GVariantIter iter;
  const char *key;

  g_variant_iter_init (&iter, self->instance->values);
  while (g_variant_iter_next (&iter, "{&s&s}", &key, NULL))
    if (!is_known (self->info, key))
      {
        g_autofree char *nearest = find_nearest (self, key);
        g_autofree char *all = g_strdup_printf ("`postern connector types %s` lists what there is", self->info->id);

        add (self, key, FALSE, nearest ? g_strdup_printf ("there is no such setting; write %s if that is meant, else remove it", nearest)
                                       : g_strdup_printf ("there is no such setting; remove it, %s", all));
      }
}

/* Of @setting alone, so that one that is wrong does not hide the next one. */
static void
check_setting (Check *self, PosternSettingInfo *setting)
{
  g_autoptr (GPtrArray) only = g_ptr_array_new ();
  g_auto (GVariantBuilder) given = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) values = NULL, checked = NULL;
  g_autoptr (GError) error = NULL;
  PosternPluginInfo part = *self->info;
  const char *culprit = NULL, *value;

  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      g_autofree char *name = g_strconcat (setting->name, ways[way], NULL);

      if (g_variant_lookup (self->instance->values, name, "&s", &value))
        g_variant_builder_add (&given, "{ss}", name, value);
    }
  g_ptr_array_add (only, setting);
  part.settings = only;
  values = g_variant_ref_sink (g_variant_builder_end (&given));
  checked = postern_plugin_values_check (&part, values, &culprit, &error);
  if (checked == NULL)
    add (self, culprit, FALSE, g_strdup (error->message));
}

static void
check_secret (Check *self, PosternSettingInfo *setting)
{
  const char *value;

  if (!setting->secret || !g_variant_lookup (self->instance->values, setting->name, "&s", &value) || *value == '\0')
    return;
  if (self->keys->world_readable)
    add (self, setting->name, FALSE, g_strdup_printf ("it is a secret and everybody can read the file; run: chmod o-r %s", self->path));
  else
    add (self, setting->name, TRUE, g_strdup_printf ("a secret stands in clear; move it to a file of mode 0600 and write %s-file=PATH, or to a systemd credential and write %s-credential=NAME",
                                                     setting->name, setting->name));
}

static gboolean
is_same_file (const char *a, const char *b)
{
  struct stat one, other;

  return stat (a, &one) == 0 && stat (b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* A later folder's file of the same name is the one that counts. */
static void
check_mask (Check *self, const char *const *folders)
{
  g_autofree char *name = g_path_get_basename (self->path), *folder = g_path_get_dirname (self->path);
  gboolean behind = FALSE;

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], name, NULL);

      if (behind && g_file_test (path, G_FILE_TEST_EXISTS))
        add (self, NULL, FALSE, g_strdup_printf ("it has no effect, because %s hides it; change that one, or remove it", path));
      else if (!behind && !is_same_file (folders[i], folder) && self->keys && self->keys->text[0] == '\0' && g_file_test (path, G_FILE_TEST_EXISTS))
        add (self, NULL, TRUE, g_strdup_printf ("it is empty, so it hides %s; remove it to have that instance back", path));
      behind = behind || is_same_file (folders[i], folder);
    }
}

static void
check_order (Check *self)
{
  g_autofree char *order = g_key_file_get_string (self->keys->keys, GROUP, "Order", NULL);

  if (order != NULL && !g_ascii_string_to_signed (order, 10, G_MININT, G_MAXINT, NULL, NULL))
    add (self, "Order", FALSE, g_strdup ("it is not a whole number; write one, small ones come first"));
}

static void
check_instance (Check *self, PosternRegistry *registry)
{
  self->info = postern_registry_find_info (registry, self->instance->type);
  check_order (self);
  if (self->info == NULL)
    {
      add (self, "Type", FALSE, g_strdup_printf ("there is no plugin “%s”; `postern connector types` lists them", self->instance->type));
      return;
    }
  for (guint i = 0; i < self->info->settings->len; i++)
    {
      check_secret (self, self->info->settings->pdata[i]);
      check_setting (self, self->info->settings->pdata[i]);
    }
  check_unknown (self);
}

static gint
compare_lines (gconstpointer a, gconstpointer b)
{
  const PosternCliFinding *left = *(PosternCliFinding *const *) a, *right = *(PosternCliFinding *const *) b;

  return left->line < right->line ? -1 : left->line > right->line;
}

GPtrArray *
postern_cli_check (const char *path, PosternRegistry *registry, const char *const *folders)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternConfigFile) keys = postern_config_file_load (path, &error);
  g_autoptr (PosternInstanceFile) instance = keys && keys->text[0] ? postern_instance_file_load (path, &error) : NULL;
  Check self = { .path = path, .keys = keys, .instance = instance, .findings = g_ptr_array_new_with_free_func (finding_free) };

  if (error != NULL)
    add_error (&self, error);
  check_mask (&self, folders);
  if (instance != NULL)
    check_instance (&self, registry);
  else if (error == NULL && self.findings->len == 0)
    add (&self, NULL, TRUE, g_strdup ("it is empty and hides nothing; remove it"));
  g_ptr_array_sort (self.findings, compare_lines);
  return self.findings;
}

gboolean
postern_cli_check_is_good (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (!((PosternCliFinding *) findings->pdata[i])->advice)
      return FALSE;
  return TRUE;
}
