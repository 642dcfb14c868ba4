/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "postern-error.h"

static char *folder;

static void
test_made_once (void)
{
  g_autofree char *file = g_build_filename (folder, "deep", "master-key", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) first = postern_master_key_load (file, &error);
  g_autoptr (GBytes) second = NULL;
  struct stat st;

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (first), ==, 32);
  g_assert_cmpint (g_stat (file, &st), ==, 0);
  g_assert_cmphex (st.st_mode & 07777, ==, 0600);
  g_assert_cmpuint (st.st_nlink, ==, 1);
  second = postern_master_key_load (file, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (first, second));
}

static void
test_loose_mode_refused (void)
{
  g_autofree char *file = g_build_filename (folder, "loose", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) key = NULL;

  g_assert_true (g_file_set_contents (file, "0123456789abcdef0123456789abcdef", 32, NULL));
  g_assert_cmpint (g_chmod (file, 0640), ==, 0);
  key = postern_master_key_load (file, &error);
  g_assert_null (key);
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, file));
}

static void
test_wrong_size_refused (void)
{
  static const gssize sizes[] = { 0, 31, 33 };
  g_autofree char *file = g_build_filename (folder, "size", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents_full (file, "0123456789abcdef0123456789abcdef+", sizes[i], G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      g_assert_null (postern_master_key_load (file, &error));
      g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    }
}

static void
test_credential_wins (void)
{
  g_autofree char *file = g_build_filename (folder, "unused", NULL);
  g_autofree char *credential = g_build_filename (folder, "master-key", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) key = NULL;

  g_assert_true (g_file_set_contents (credential, "0123456789abcdef0123456789abcdef", 32, NULL));
  g_setenv ("CREDENTIALS_DIRECTORY", folder, TRUE);
  key = postern_master_key_load (file, &error);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (key, NULL), 32, "0123456789abcdef0123456789abcdef", 32);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("postern-key-XXXXXX", NULL);
  g_test_add_func ("/master-key/made-once", test_made_once);
  g_test_add_func ("/master-key/loose-mode-refused", test_loose_mode_refused);
  g_test_add_func ("/master-key/wrong-size-refused", test_wrong_size_refused);
  g_test_add_func ("/master-key/credential-wins", test_credential_wins);
  return g_test_run ();
}
