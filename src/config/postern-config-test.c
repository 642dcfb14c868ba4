/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-address.h"
#include "postern-config-file.h"
#include "postern-config-options.h"
#include "postern-config-table.h"
#include "postern-config.h"
#include "postern-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static char *
put (const char *name, const char *text, int mode)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (chmod (path, (mode_t) mode), ==, 0);
  return path;
}

/* Loads @text and expects one line that begins with "FILE:@line: " and holds @word. */
static void
refused (const char *text, guint line, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = put ("bad.conf", text, 0600);
  g_autofree char *place = g_strdup_printf ("%s:%u: ", path, line);
  g_autoptr (PosternConfig) config = postern_config_load (path, NULL, &error);
  g_assert_null (config);
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, place));
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = put ("empty.conf", "", 0644);
  g_autoptr (PosternConfig) config = postern_config_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (postern_config_get_strv (config, "server.listen")[0], ==, "127.0.0.1:8080");
  g_assert_cmpstr (postern_config_get_string (config, "server.public-url"), ==, "http://localhost:8080");
  g_assert_cmpint (postern_config_get_int64 (config, "password.memory"), ==, 19456);
  g_assert_cmpstr (postern_config_get_string (config, "server.admin-socket"), ==, "/var/lib/postern/admin.sock");
  g_assert_null (postern_config_get_string (config, "outbound.ca-file"));
  g_assert_nonnull (postern_config_get_strv (config, "outbound.allow"));
  g_assert_cmpstr (postern_config_get_origin (config, "server.listen"), ==, "default");
}

/* Regions are as many as somebody names; a later file's goes before an earlier one's of the same name. */
static void
test_stores (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = put ("s.conf", "[store eu]\nurl=/srv/old\n[store us]\nurl=postgresql://postern@us.example/postern\n", 0600);
  g_autofree char *drop_in = put ("s.conf.d/10.conf", "# later\n[store eu]\nurl=/srv/eu\n", 0600), *origin = g_strconcat (drop_in, ":3", NULL), *open = put ("open.conf", "[store eu]\nurl=/srv/eu\n", 0644);
  g_autoptr (PosternConfig) config = postern_config_load (path, NULL, &error), copy = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_no_error (error);
  bytes = postern_config_to_bytes (config);
  copy = postern_config_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (postern_config_get_stores (copy)->len, ==, 2);
  g_assert_cmpstr (postern_config_find_store (copy, "eu")->url, ==, "/srv/eu");
  g_assert_cmpstr (postern_config_find_store (copy, "eu")->origin, ==, origin);
  g_assert_cmpstr (postern_config_store_get_type (postern_config_find_store (copy, "eu")), ==, "sqlite");
  g_assert_cmpstr (postern_config_store_get_type (postern_config_find_store (copy, "us")), ==, "postgresql");
  g_assert_null (postern_config_find_store (copy, "mars"));
  refused ("[store eu]\nurl=srv/eu\n", 2, "absolute path");
  refused ("[store eu]\nurl=mysql://x\n", 2, "postgresql://");
  refused ("[store eu]\nurl=/srv\\q\n", 2, "stray backslashes");
  refused ("[store eu]\n", 1, "url is missing");
  refused ("\n[store EU]\nurl=/srv\n", 3, "small letters");
  refused ("[store ..]\nurl=/srv\n", 2, "small letters");
  refused ("[store eu]\nurl=/srv\ntype=sqlite\n", 3, "no setting type");
  refused ("[store]\nurl=/srv\n", 1, "no group");
  g_assert_null (postern_config_load (open, NULL, &error));
  g_assert_nonnull (strstr (error->message, "chmod o-r"));
}

static void
test_order (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = put ("a.conf", "# first\n[server]\n\nworkers = 2\nio-threads=3\npublic-url=https://id.example/auth/\ndata-dir=data\n", 0644);
  g_autofree char *drop_in = put ("a.conf.d/10.conf", "[server]\nio-threads=4\nhandler-threads=9\n", 0644);
  g_autofree char *masked = put ("a.conf.d/20.conf", "", 0644);
  g_setenv ("POSTERN_HANDLER_THREADS", "5", TRUE);
  char *argv[] = { (char *) "x", (char *) "--config", path, (char *) "verb", (char *) "--workers=7", (char *) "--set", (char *) "log.level=debug", (char *) "--other", NULL };
  g_autoptr (PosternConfigOptions) options = postern_config_options_take (argv, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (argv[1], ==, "verb");
  g_assert_cmpstr (argv[2], ==, "--other");
  g_assert_null (argv[3]);
  g_autoptr (PosternConfig) config = postern_config_load (options->file, options->overrides, &error);
  g_unsetenv ("POSTERN_HANDLER_THREADS");
  g_assert_no_error (error);
  g_autofree char *data = g_build_filename (folder, "data", NULL), *origin = g_strconcat (drop_in, ":2", NULL);
  g_autofree char *line = g_strconcat (path, ":6", NULL);
  g_assert_cmpint (postern_config_get_int64 (config, "server.workers"), ==, 7);
  g_assert_cmpstr (postern_config_get_origin (config, "server.workers"), ==, "--workers");
  g_assert_cmpint (postern_config_get_int64 (config, "server.io-threads"), ==, 4);
  g_assert_cmpstr (postern_config_get_origin (config, "server.io-threads"), ==, origin);
  g_assert_cmpint (postern_config_get_int64 (config, "server.handler-threads"), ==, 5);
  g_assert_cmpstr (postern_config_get_origin (config, "server.handler-threads"), ==, "environment POSTERN_HANDLER_THREADS");
  g_assert_cmpstr (postern_config_get_string (config, "server.public-url"), ==, "https://id.example/auth");
  g_assert_cmpstr (postern_config_get_origin (config, "server.public-url"), ==, line);
  g_assert_cmpstr (postern_config_get_string (config, "server.data-dir"), ==, data);
  g_assert_cmpstr (postern_config_get_string (config, "log.level"), ==, "debug");

  g_autoptr (GBytes) bytes = postern_config_to_bytes (config);
  g_autoptr (PosternConfig) copy = postern_config_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpint (postern_config_get_int64 (copy, "server.workers"), ==, 7);
  g_assert_cmpstr (postern_config_get_origin (copy, "server.io-threads"), ==, origin);
  g_assert_cmpstr (postern_config_get_strv (copy, "server.listen")[0], ==, "127.0.0.1:8080");
  g_autoptr (GBytes) half = g_bytes_new_from_bytes (bytes, 0, g_bytes_get_size (bytes) / 2);
  g_assert_null (postern_config_new_from_bytes (half, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
}

static void
test_refused (void)
{
  refused ("[server]\nworkers=1\nworker=2\n", 3, "worker");
  refused ("[tenant]\naccent-color=red\n", 2, "#3350d4");
  refused ("[tenant]\naccent-color=#12345\n", 2, "colour");
  refused ("\n[servers]\nworkers=1\n", 2, "[servers]");
  refused ("[server]\nworkers=many\n", 2, "whole number");
  refused ("[server]\nworkers=0\n", 2, "from 1");
  refused ("[server]\n\nlisten=nowhere\n", 3, "ADDRESS:PORT");
  refused ("[server]\npublic-url=http://id.example\n", 2, "https");
  refused ("[server]\npublic-url=https://u:p@id.example\n", 2, "URL");
  refused ("[log]\nlevel=loud\n", 2, "error warning");
  refused ("[server]\nworkers=1\nwhat is this\n[log]\n", 3, "cannot be read");
  refused ("[server]\nworkers=1\n[log\nlevel=info", 3, "cannot be read");
  refused ("[server]\nworkers=1\\q\n", 2, "backslashes");
}

static void
test_modes (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = put ("loose.conf", "[server]\nworkers=1\n", 0666);
  g_assert_null (postern_config_load (path, NULL, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "chmod go-w"));
  g_clear_error (&error);
  g_assert_cmpint (chmod (path, 0664), ==, 0);
  g_assert_null (postern_config_load (path, NULL, &error));
  g_clear_error (&error);

  g_autofree char *secret = put ("secret.conf", "[database]\nlocation=postgresql://u:p@db/x\n", 0644);
  g_assert_null (postern_config_load (secret, NULL, &error));
  g_assert_nonnull (strstr (error->message, ":2: "));
  g_assert_null (strstr (error->message, "u:p"));
  g_clear_error (&error);
  if (geteuid () == 0) {
    g_autofree char *foreign = put ("foreign.conf", "[server]\nworkers=1\n", 0644);
    g_assert_cmpint (chown (foreign, 12345, 12345), ==, 0);
    g_assert_null (postern_config_load (foreign, NULL, &error));
    g_assert_nonnull (strstr (error->message, "12345"));
  }
}

static void
no_secret (const char *name, const char *value, const char *origin, const char *help, gpointer seen)
{
  g_assert_null (strstr (value, "u:p"));
  *(guint *) seen += g_str_equal (value, "(hidden)");
}

static void
test_hidden (void)
{
  g_autoptr (GError) error = NULL;
  guint hidden = 0;
  g_autofree char *secret = put ("hidden.conf", "[database]\nlocation=postgresql://u:p@db/x\n", 0600);
  g_autoptr (PosternConfig) config = postern_config_load (secret, NULL, &error);
  g_assert_no_error (error);
  postern_config_foreach (config, no_secret, &hidden);
  g_assert_cmpuint (hidden, ==, 1);
}

static void
test_bad_options (void)
{
  char *argv[] = { (char *) "x", (char *) "--listen", NULL };
  g_autoptr (GError) error = NULL;
  g_assert_null (postern_config_options_take (argv, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_clear_error (&error);
  char *unknown[] = { (char *) "x", (char *) "--set", (char *) "no.such=1", NULL };
  g_assert_null (postern_config_options_take (unknown, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_clear_error (&error);
  g_setenv ("POSTERN_WORKERS", "x", TRUE);
  g_autofree char *path = put ("env.conf", "", 0644);
  g_assert_null (postern_config_load (path, NULL, &error));
  g_unsetenv ("POSTERN_WORKERS");
  g_assert_true (g_str_has_prefix (error->message, "environment POSTERN_WORKERS: "));
}

static void
test_addresses (void)
{
  struct sockaddr_storage address;
  g_assert_cmpuint (postern_config_address_parse ("[::1]:80", &address), >, 0);
  g_assert_cmpuint (postern_config_address_parse ("localhost:1", &address), >, 0);
  const char *bad[] = { "", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "[::1]", "[::1:80", "example.com:80", "1.2.3:80" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpuint (postern_config_address_parse (bad[i], &address), ==, 0);
  g_assert_true (postern_config_address_is_network ("10.0.0.0/8"));
  g_assert_true (postern_config_address_is_network ("fd00::/8"));
  g_assert_false (postern_config_address_is_network ("10.0.0.0/33"));
  g_assert_false (postern_config_address_is_network ("ten/8"));
}

/* The table itself: names once, defaults that pass their own check. */
static void
test_table (void)
{
  for (int i = 0; postern_config_table[i].name; i++) {
    g_assert_cmpint (postern_config_table_find (postern_config_table[i].name), ==, i);
    g_assert_true (g_str_has_prefix (postern_config_table[i].environment, "POSTERN_"));
    g_assert_nonnull (postern_config_table[i].help);
  }
}

/* The example names every setting, and with all its comments taken away it is accepted. */
static void
test_example (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "data", "config", "postern.conf", NULL), *text = NULL;
  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  g_autoptr (GRegex) commented = g_regex_new ("^#([a-z-]+=)", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *plain = g_regex_replace (commented, text, -1, 0, "\\1", 0, NULL);
  g_autofree char *path = put ("example.conf", plain, 0600);
  g_autoptr (PosternConfig) config = postern_config_load (path, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; postern_config_table[i].name; i++)
    g_assert_cmpstr (postern_config_get_origin (config, postern_config_table[i].name), !=, "default");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("postern-config-XXXXXX", NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/stores", test_stores);
  g_test_add_func ("/config/order", test_order);
  g_test_add_func ("/config/refused", test_refused);
  g_test_add_func ("/config/modes", test_modes);
  g_test_add_func ("/config/hidden", test_hidden);
  g_test_add_func ("/config/bad-options", test_bad_options);
  g_test_add_func ("/config/addresses", test_addresses);
  g_test_add_func ("/config/table", test_table);
  g_test_add_func ("/config/example", test_example);
  int status = g_test_run ();
  g_autofree char *command = g_strdup_printf ("rm -rf '%s'", folder);
  g_free (folder);
  return system (command) == 0 ? status : 1;
}
