/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-house-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <libsoup/soup.h>

/* For tests of the command line: the program itself against the API itself; only the server between them is one of a few lines. */

static char *folder, *program, *config_file;
static GMainContext *context;
static GMainLoop *loop;
static char *out, *err; /* of what ran last */
static gint busy;       /* how many requests are still told to come again later */

/* Whether @message was answered so. */
static inline gboolean
turn_away (SoupServerMessage *message)
{
  if (g_atomic_int_get (&busy) == 0)
    return FALSE;
  g_atomic_int_add (&busy, -1);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", "1");
  soup_server_message_set_status (message, 429, NULL);
  return TRUE;
}

static inline void
dispatch (SoupServerMessage *message, const char *path)
{
  g_autofree char *body = g_strndup (soup_server_message_get_request_body (message)->data, (gsize) soup_server_message_get_request_body (message)->length);
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (PosternResponse) response = api_fixture_dispatch (api, soup_server_message_get_method (message), path, query, body);
  GBytes *bytes = postern_response_get_body (response);

  if (postern_response_get_header (response, "ETag") != NULL)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "ETag", postern_response_get_header (response, "ETag"));
  soup_server_message_set_status (message, postern_response_get_status (response), NULL);
  if (bytes != NULL)
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static inline void
serve (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *unused, gpointer data)
{
  if (!turn_away (message))
    dispatch (message, path);
}

static inline gpointer
server_thread (gpointer path)
{
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_main_context_push_thread_default (context);
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, serve, NULL, NULL);
  g_assert_true (g_socket_bind (socket, address, TRUE, NULL) && g_socket_listen (socket, NULL));
  g_assert_true (soup_server_listen_socket (server, socket, 0, NULL));
  g_main_loop_run (loop);
  soup_server_disconnect (server);
  g_clear_object (&server);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* Runs @whole; output in out and err. Returns: the exit code */
static inline int
run (const char *whole)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_clear_pointer (&out, g_free);
  g_clear_pointer (&err, g_free);
  g_spawn_command_line_sync (whole, &out, &err, &status, &error);
  g_assert_no_error (error);
  g_test_message ("%s\n%.4000s%.4000s", whole, out, err); /* an exported log is long */
  return WEXITSTATUS (status);
}

/* `postern @line --config FILE`, with nothing on standard input */
static inline int
postern (const char *line)
{
  g_autofree char *whole = g_strdup_printf ("%s %s --config %s", program, line, config_file);

  return run (whole);
}

/* And with @word there, in which \\n begins another line */
static inline int
postern_told (const char *word, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("sh -c 'printf \"%s\\n\" | %s %s --config %s'", word, program, line, config_file);

  return run (whole);
}

static inline GVariant *
postern_json (const char *line)
{
  g_autofree char *whole = g_strconcat (line, " -o json", NULL);
  g_autoptr (GError) error = NULL;
  GVariant *answer;

  g_assert_cmpint (postern (whole), ==, 0);
  answer = postern_json_parse_object (out, -1, 0, &error);
  g_assert_no_error (error);
  return answer;
}

static inline char *
cli_begin (void)
{
  g_autofree char *text = NULL;

  program = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "src", "cli", "postern", NULL);
  folder = g_dir_make_tmp ("postern-cli-XXXXXX", NULL);
  config_file = g_build_filename (folder, "postern.conf", NULL);
  text = g_strdup_printf ("[server]\ndata-dir=%s\n", folder);
  g_assert_true (g_file_set_contents_full (config_file, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  context = g_main_context_new ();
  loop = g_main_loop_new (context, FALSE);
  return g_build_filename (folder, "admin.sock", NULL);
}

static inline void
cli_end (void)
{
  g_main_loop_unref (loop);
  g_main_context_unref (context);
  fixture_remove (folder);
  g_free (folder);
  g_free (program);
  g_free (config_file);
  g_free (out);
  g_free (err);
}

/** cli_run: what main() does. @tests: as in house_test() */
static inline int
cli_run (int argc, char **argv, const HouseTest *tests)
{
  g_autofree char *socket_path = NULL;
  GThread *thread;
  int failed;

  house_begin (&argc, &argv);
  socket_path = cli_begin ();
  thread = g_thread_new ("server", server_thread, socket_path);
  for (guint i = 0; i < 500 && !g_file_test (socket_path, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);
  failed = house_test (tests);
  g_main_loop_quit (loop);
  g_thread_join (thread);
  cli_end ();
  house_end ();
  return failed;
}
