/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-file-messenger.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "postern-json.h"

static PosternMessenger *
messenger_new (const char *folder, gboolean good)
{
  PosternInstance *instance = g_object_new (POSTERN_TYPE_FILE_MESSENGER, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'folder': %s}", folder), NULL);

  postern_instance_set_identity (instance, "file", "file", NULL, NULL, settings);
  g_assert_cmpint (postern_instance_configure (instance, NULL), ==, good);
  return POSTERN_MESSENGER (instance);
}

static void
test_written (void)
{
  g_autofree char *base = g_dir_make_tmp ("postern-file-XXXXXX", NULL), *folder = g_build_filename (base, "outbox", NULL);
  g_autofree char *path = g_build_filename (folder, "msg_0250.json", NULL), *oldest = g_build_filename (folder, "msg_0050.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (PosternMessenger) messenger = messenger_new (folder, TRUE);
  g_autoptr (GVariant) read = NULL;
  g_autoptr (GError) error = NULL;
  guint kept = 0;
  struct stat st;

  for (guint i = 0; i <= 250; i++) {
    g_autoptr (PosternMessage) message = postern_message_new ("email", "ada@example.com", "Héllo", "text", "<p>html</p>");
    g_autofree char *id = g_strdup_printf ("msg_%04u", i);
    postern_message_set_id (message, id);
    g_assert_true (postern_messenger_send (messenger, message, NULL, &error));
  }
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  read = postern_json_parse_object (text, -1, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (postern_json_get_string (read, "subject"), ==, "Héllo");
  g_assert_cmpstr (postern_json_get_string (read, "recipient"), ==, "ada@example.com");
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
  g_assert_false (g_file_test (oldest, G_FILE_TEST_EXISTS));
  for (guint i = 0; i <= 250; i++) {
    g_autofree char *one = g_strdup_printf ("%s/msg_%04u.json", folder, i);
    kept += g_remove (one) == 0;
  }
  g_assert_cmpuint (kept, ==, 200);
  g_remove (folder);
  g_remove (base);
}

static void
test_folder (void)
{
  g_object_unref (messenger_new ("/dev/null/outbox", FALSE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file/written", test_written);
  g_test_add_func ("/file/folder", test_folder);
  return g_test_run ();
}
