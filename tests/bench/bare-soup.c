/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a token endpoint costs that does nothing: bare libsoup reads a form and answers with a constant, 600 bytes of JSON. The
 * yardstick for ours. bare-soup PORT; prints "ready" when it listens.
 */
#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>

#define BYTES 600

static char answer[BYTES];

static void
on_token (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autofree char *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_autoptr (GHashTable) form = soup_form_decode (text);

  soup_server_message_set_status (message, g_hash_table_contains (form, "grant_type") ? 200 : 400, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control", "no-store");
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, answer, BYTES);
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  guint port = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 0;

  memset (answer, 'x', BYTES);
  memcpy (answer, "{\"t\":\"", 6);
  memcpy (answer + BYTES - 2, "\"}", 2);
  soup_server_add_handler (server, "/token", on_token, NULL, NULL);
  if (!soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error)) {
    fprintf (stderr, "bare-soup: %s\n", error->message);
    return 1;
  }
  puts ("ready");
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
