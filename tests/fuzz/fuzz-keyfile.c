/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-file.h"
#include "postern-error.h"
#include "postern-instance-file.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
write_file (const char *path, const uint8_t *data, size_t size)
{
  FILE *file = fopen (path, "w");
  gboolean done = file && fchmod (fileno (file), 0600) == 0 && fwrite (data, 1, size, file) == size;

  return (file ? fclose (file) == 0 : TRUE) && done;
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
  instance = postern_instance_file_load (conf, NULL);
  if (info && instance)
    values = postern_instance_file_check (instance, info, NULL);
  if (values && !g_variant_is_of_type (values, G_VARIANT_TYPE ("a{ss}")))
    g_error ("Values were taken that are none");
  g_unlink (plugin);
  g_unlink (conf);
  return 0;
}
