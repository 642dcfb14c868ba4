/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-sink.h"

#include <glib/gstdio.h>
#include <string.h>

static PosternSink *
sink_new (const char *file, gboolean configured)
{
  PosternSink *self = g_object_new (POSTERN_TYPE_DEMO_SINK, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'file': %s, 'events': 'sign-in.'}", file), NULL);

  postern_instance_set_identity (POSTERN_INSTANCE (self), "demo", "demo", "Demo", NULL, settings);
  g_assert_cmpint (postern_instance_configure (POSTERN_INSTANCE (self), NULL), ==, configured);
  return self;
}

static void
tell (PosternHub *hub, const char *name)
{
  g_autoptr (PosternEvent) event = postern_event_new (name, 1000000, g_variant_new_parsed ("{'user_id': <'usr_1'>}"));

  postern_hub_tell (hub, event);
}

static void
test_lines (void)
{
  g_autofree char *folder = g_dir_make_tmp ("postern-demo-XXXXXX", NULL), *file = g_build_filename (folder, "events", NULL), *text = NULL;
  g_autoptr (PosternSink) self = sink_new (file, TRUE);
  g_autoptr (PosternHub) hub = postern_hub_new ();

  postern_sink_attach (self, hub);
  tell (hub, "sign-in.succeeded");
  tell (hub, "key.rotated");
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "{\"event\":\"sign-in.succeeded\",\"time\":1,\"data\":{\"user_id\":\"usr_1\"}}\n");
  g_unlink (file);
  g_rmdir (folder);
}

static void
test_settings (void)
{
  g_object_unref (sink_new ("/nonexistent/events", FALSE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo/lines", test_lines);
  g_test_add_func ("/demo/settings", test_settings);
  return g_test_run ();
}
