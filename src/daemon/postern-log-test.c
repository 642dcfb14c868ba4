/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-log.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* What a stranger may send, and what a log must make of it: one line. */
#define NASTY "name=\"x\\y\"\n12:00:00 posternd error: all is lost\x1b[31m \xff end"

/* Runs in a child of its own, because a process has one log. */
static void
logged (const char *format)
{
  g_autofree char *path = g_strdup_printf ("/log/subprocess/%s", format);
  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*all is lost*");
  g_test_trap_assert_stderr_unmatched ("*\n12:00:00*");
  g_test_trap_assert_stderr_unmatched ("*\x1b*");
  g_test_trap_assert_stderr_unmatched ("*hidden*");
}

static void
inside (gconstpointer format)
{
  GLogField fields[] = { { "MESSAGE", NASTY, -1 }, { "PRIORITY", "6", -1 }, { "REQUEST_ID", "req_1\n2", -1 } };
  postern_log_start ("test", "info", format);
  g_log_structured_array (G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields));
  g_log_structured ("x", G_LOG_LEVEL_DEBUG, "MESSAGE", "hidden at this level");
}

static void
test_text (void)
{
  logged ("text");
  g_test_trap_assert_stderr ("*test info: name=\"x\\y\"\\x0a12:00:00*\\x1b* request_id=req_1\\x0a2\n*");
}

static void
test_json (void)
{
  logged ("json");
  g_test_trap_assert_stderr ("*{\"time\":\"*Z\",\"level\":\"info\",\"program\":\"test\",\"pid\":*,\"message\":\"name=\\\"x\\\\y\\\"\\u000a12:00:00*\\u001b*"
                             "\",\"request_id\":\"req_1\\u000a2\"}\n*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/text", test_text);
  g_test_add_func ("/log/json", test_json);
  g_test_add_data_func ("/log/subprocess/text", "text", inside);
  g_test_add_data_func ("/log/subprocess/json", "json", inside);
  return g_test_run ();
}
