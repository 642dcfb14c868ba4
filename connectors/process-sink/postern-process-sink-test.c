/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-sink.h"

#include <string.h>

#include "postern-sink-fixture.h"

/* Of a program in the folder @connector/test, with @option */
static PosternSink *
sink_new (const char *connector, const char *name, const char *arguments, const char *option)
{
  g_autofree char *program = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "connectors", connector, "test", name, NULL);

  return postern_sink_fixture_new (POSTERN_TYPE_PROCESS_SINK, "watch",
                                   g_variant_new_parsed ("{'program': %s, 'arguments': %s, 'options': %s, 'timeout': '5', 'events': 'user.* role.*'}", program, arguments, option), NULL);
}

static gboolean
deliver_one (PosternSink *sink, gint64 number, const char *name, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (entries, postern_sink_fixture_entry (number, name, "some"));
  return postern_sink_deliver (sink, "acme", entries, NULL, error);
}

static void
test_taken (void)
{
  g_autoptr (PosternSink) sink = sink_new ("process-sink", "watch.py", "", "refuse=role.created");
  g_autoptr (GError) refused = NULL;

  postern_sink_fixture_deliver (sink, "acme", 0, 100);
  postern_sink_fixture_deliver (sink, "other", 0, 1);
  g_assert_true (deliver_one (sink, 100, "sign-in.failed", NULL)); /* it is not wanted */
  g_assert_false (deliver_one (sink, 101, "role.created", &refused));
  g_assert_error (refused, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (refused->message, ==, "the program says: acme: role.created after number 99, of 1");
}

/* More than one line may have is several questions; what one refuses comes again with the others. */
static void
test_large (void)
{
  g_autoptr (PosternSink) sink = sink_new ("process-sink", "watch.py", "", "refuse=role.created");
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *text = g_strnfill (60 * 1024, 'x'), *huge = g_strnfill (400 * 1024, 'x');
  g_autoptr (GError) refused = NULL, error = NULL;

  for (gint64 i = 0; i < 10; i++)
    g_ptr_array_add (entries, postern_sink_fixture_entry (i, "user.changed", i == 5 ? huge : text));
  postern_sink_deliver (sink, "acme", entries, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (entries, postern_sink_fixture_entry (10, "role.created", text));
  g_assert_false (postern_sink_deliver (sink, "acme", entries, NULL, &refused));
  g_assert_cmpstr (refused->message, ==, "the program says: acme: role.created after number 9, of 2");
}

static void
test_rogue (void)
{
  static const char *const ways[] = { "end", "garbage", "stranger" };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autoptr (PosternSink) sink = sink_new ("process", "rogue.py", ways[i], "");
    postern_sink_fixture_fails (sink, "acme", 0, 1, NULL, "");
  }
}

static void
test_settings (void)
{
  postern_sink_fixture_refuses (POSTERN_TYPE_PROCESS_SINK, g_variant_new ("a{ss}", NULL), "program");
  postern_sink_fixture_refuses (POSTERN_TYPE_PROCESS_SINK, g_variant_new_parsed ("{'program': '/dev/null'}"), "program");
  postern_sink_fixture_refuses (POSTERN_TYPE_PROCESS_SINK, g_variant_new_parsed ("{'program': '/usr/bin/python3', 'events': 'Users'}"), "events");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-sink/taken", test_taken);
  g_test_add_func ("/process-sink/large", test_large);
  g_test_add_func ("/process-sink/rogue", test_rogue);
  g_test_add_func ("/process-sink/settings", test_settings);
  return g_test_run ();
}
