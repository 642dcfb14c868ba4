/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-event.h"

#include <string.h>

#include "postern-error.h"

/* (nullable): with @error */
static char **
read_patterns (const char *written, GError **error)
{
  g_autoptr (PosternSettings) settings = postern_settings_new (written ? g_variant_new_parsed ("{'events': %s}", written) : g_variant_new ("a{ss}", NULL), NULL);

  return postern_event_dup_patterns (settings, "events", error);
}

static void
test_patterns (void)
{
  static const char *const good[] = { "*", "user.*", "user.created", "sign-in.failed", "app2.thing.*", "user.* role.*;*" };
  static const char *const bad[] = { "", " ", ".", "*.created", "user*", "user.", "user.**", ".user", "-in.failed", "User.created", "user.created,b", "\xc3\xa4.*", "**", "user.* x*", "%s%n" };
  g_auto (GStrv) all = read_patterns (NULL, NULL);

  g_assert_cmpstr (all[0], ==, "*");
  g_assert_null (all[1]);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_auto (GStrv) patterns = read_patterns (good[i], NULL);
    g_assert_cmpuint (g_strv_length (patterns), ==, i == 5 ? 3 : 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (read_patterns (bad[i], &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    g_assert_nonnull (strstr (error->message, "events"));
  }
}

static void
test_one_of (void)
{
  static const char *const some[] = { "sign-in.failed", "user.*", NULL }, *const none[] = { NULL };
  g_autoptr (PosternEvent) created = postern_event_new ("user.created", 0, NULL), other = postern_event_new ("users.created", 0, NULL);

  g_assert_true (postern_event_is_one_of (created, some));
  g_assert_false (postern_event_is_one_of (other, some));
  g_assert_false (postern_event_is_one_of (created, none));
}

static void
test_print (void)
{
  g_autoptr (PosternEvent) event = postern_event_new ("user.created", G_GINT64_CONSTANT (1800000000000001), g_variant_new_parsed ("{'id': <'aud_1'>, 'number': <int64 7>, 'text': <'a\\n\"b'>}"));
  g_autoptr (PosternEvent) empty = postern_event_new ("user.created", 0, NULL);
  g_autofree char *text = postern_event_print (event), *least = postern_event_print (empty);

  g_assert_cmpstr (text, ==, "{\"data\":{\"id\":\"aud_1\",\"number\":7,\"text\":\"a\\n\\\"b\"},\"timestamp\":\"2027-01-15T08:00:00.000001Z\",\"type\":\"user.created\"}");
  g_assert_cmpstr (least, ==, "{\"data\":{},\"timestamp\":\"1970-01-01T00:00:00.000000Z\",\"type\":\"user.created\"}");
}

static void
test_warning (void)
{
  g_autoptr (PosternEvent) failed = postern_event_new ("sign-in.failed", 0, NULL), not = postern_event_new ("sign-in.succeeded", 0, NULL);

  g_assert_true (postern_event_is_warning (failed));
  g_assert_false (postern_event_is_warning (not));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/patterns", test_patterns);
  g_test_add_func ("/event/one-of", test_one_of);
  g_test_add_func ("/event/print", test_print);
  g_test_add_func ("/event/warning", test_warning);
  return g_test_run ();
}
