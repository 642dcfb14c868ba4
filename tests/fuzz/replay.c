/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target without a fuzzer: it is shown each file of the folders that are named, and must come back. It is built with everything else, so
 * that who moves a function learns at once which target misses it. */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* As a fuzzer does it: exactly as much memory as there are bytes, so that a sanitizer sees each step beyond. */
static gboolean
show (const char *path)
{
  g_autofree char *text = NULL;
  g_autofree guint8 *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, NULL))
    return FALSE;
  data = g_memdup2 (text, size);
  return LLVMFuzzerTestOneInput (data, size) == 0;
}

static guint
show_folder (const char *folder, guint number)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    gboolean good = show (path);

    g_print ("%s %u %s\n", good ? "ok" : "not ok", ++number, name);
  }
  return number;
}

int
main (int argc, char **argv)
{
  guint shown = 0;

  LLVMFuzzerTestOneInput ((const uint8_t *) "", 0);
  for (int i = 1; i < argc; i++)
    shown = show_folder (argv[i], shown);
  g_print ("1..%u\n", shown);
  return shown ? 0 : 1;
}
