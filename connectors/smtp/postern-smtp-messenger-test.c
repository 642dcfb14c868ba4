/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-smtp-messenger.h"

#include <string.h>

/* What a server answers is tests/messengers/run's affair, with a real one; here are the settings. */

static gboolean
configure (const char *values, const char *word)
{
  g_autoptr (PosternInstance) instance = g_object_new (POSTERN_TYPE_SMTP_MESSENGER, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed (values), NULL);
  g_autoptr (GError) error = NULL;
  gboolean done;

  postern_instance_set_identity (instance, "smtp", "smtp", NULL, NULL, settings);
  done = postern_instance_configure (instance, &error);
  if (word) {
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    g_assert_nonnull (strstr (error->message, word));
  } else {
    g_assert_no_error (error);
  }
  return done;
}

static void
test_settings (void)
{
  g_assert_true (configure ("{'host': 'smtp.example.com', 'port': '0', 'tls': 'starttls', 'authentication': 'any'}", NULL));
  g_assert_true (configure ("{'host': '::1', 'port': '2525', 'tls': 'none', 'authentication': 'any'}", NULL));
  g_assert_true (configure ("{'host': 'smtp.example.com', 'port': '0', 'tls': 'implicit', 'authentication': 'login', 'user': 'u', 'password': 'p'}", NULL));
  g_assert_false (configure ("{'host': 'smtp.example.com', 'port': '0', 'tls': 'none', 'authentication': 'any'}", "tls=none"));
  g_assert_false (configure ("{'host': 'smtp.example.com/x', 'port': '0', 'tls': 'starttls', 'authentication': 'any'}", "host"));
  g_assert_false (configure ("{'host': 'user@smtp.example.com', 'port': '0', 'tls': 'starttls', 'authentication': 'any'}", "host"));
  g_assert_false (configure ("{'host': 'a', 'port': '70000', 'tls': 'starttls', 'authentication': 'any'}", "port"));
  g_assert_false (configure ("{'host': 'a', 'port': '0', 'tls': 'starttls', 'authentication': 'any', 'user': 'u'}", "password"));
  g_assert_false (configure ("{'host': 'a', 'port': '0', 'tls': 'starttls', 'authentication': 'xoauth2', 'user': 'u'}", "oauth-token-url"));
}

/* Nobody there: it is told as such, at once. */
static void
test_unreachable (void)
{
  g_autoptr (PosternInstance) instance = g_object_new (POSTERN_TYPE_SMTP_MESSENGER, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed ("{'host': '127.0.0.1', 'port': '1', 'tls': 'none', 'authentication': 'any'}"), NULL);
  g_autoptr (PosternMessage) message = postern_message_new ("email", "ada@example.com", "s", "t", "<p>t</p>");
  g_autoptr (GError) error = NULL;

  postern_instance_set_identity (instance, "smtp", "smtp", NULL, NULL, settings);
  g_assert_true (postern_instance_configure (instance, NULL));
  postern_message_set_sender (message, "postern@id.example", "Postern");
  g_assert_false (postern_messenger_send (POSTERN_MESSENGER (instance), message, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp/settings", test_settings);
  g_test_add_func ("/smtp/unreachable", test_unreachable);
  return g_test_run ();
}
