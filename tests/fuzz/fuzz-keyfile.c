/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-instance-file.h"
#include "postern-plugin-preset.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
write_file (const char *path, const uint8_t *data, size_t size)
{
  FILE *file = fopen (path, "w");
  gboolean done = file && fchmod (fileno (file), 0600) == 0 && fwrite (data, 1, size, file) == size;

  return (file ? fclose (file) == 0 : TRUE) && done;
}

static const char base_text[] = "[Plugin]\nId=oauth2\nKind=connector\nApi=1\nModule=postern-fuzz.so\n[Setting a]\nRequired=true\nType=url\n"
                                "[Setting b]\nSecret=true\n[Setting c]\nType=choice\nChoices=x;y\nDefault=x\n[Setting scopes]\nType=list\n";

/* (nullable): one that may be a Base; its module is there and empty */
static PosternPluginInfo *
load_base (const char *folder)
{
  g_autofree char *place = g_strdup_printf ("%s/postern-fuzz-%d", folder, (int) getpid ());
  g_autofree char *path = g_build_filename (place, "base.plugin", NULL), *module = g_build_filename (place, "postern-fuzz.so", NULL);
  PosternPluginInfo *base = NULL;

  g_mkdir (place, 0700);
  if (write_file (path, (const uint8_t *) base_text, strlen (base_text)) && write_file (module, (const uint8_t *) "", 0))
    base = postern_plugin_info_load (path, NULL);
  g_unlink (path);
  g_unlink (module);
  g_rmdir (place);
  return base;
}

/* Settings, plugins and instances: one text is read as each, and the instance against the plugin. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *folder = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : "/tmp";
  g_autofree char *plugin = g_strdup_printf ("%s/postern-fuzz-%d.plugin", folder, (int) getpid ());
  g_autofree char *conf = g_strdup_printf ("%s/postern-fuzz-%d.conf", folder, (int) getpid ());
  g_autoptr (PosternConfigFile) file = NULL;
  g_autoptr (PosternPluginInfo) info = NULL;
  g_autoptr (PosternInstanceFile) instance = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GError) error = NULL;

  if (!write_file (plugin, data, size) || !write_file (conf, data, size))
    return 0;
  file = postern_config_file_load (conf, &error);
  if (!file && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG))
    g_error ("Refused without a reason");
  info = postern_plugin_info_load (plugin, NULL);
  if (info && info->base) {
    static PosternPluginInfo *base;
    base = base ? base : load_base (folder);
    if (!base)
      g_error ("The base cannot be loaded");
    if (!postern_plugin_preset_derive (info, base, NULL))
      g_clear_pointer (&info, postern_plugin_info_free);
  }
  instance = postern_instance_file_load (conf, NULL);
  if (info && instance)
    values = postern_instance_file_check (instance, info, NULL);
  if (values && !g_variant_is_of_type (values, G_VARIANT_TYPE ("a{ss}")))
    g_error ("Values were taken that are none");
  g_unlink (plugin);
  g_unlink (conf);
  return 0;
}
