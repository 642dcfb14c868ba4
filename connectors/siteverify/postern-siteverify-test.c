/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-siteverify.h"

#include <string.h>

/*
 * The contract with each provider: its real key file, with the address alone exchanged, against a server that takes nothing but what the
 * provider's documentation describes, and answers what stands there. What it is and where: connectors/NAME/siteverify.json.
 */

/* --- a server that gives one answer ------------------------------------------------------------------------------------------------ */

typedef struct {
  GSocketListener *listener;
  GThread *thread;
  guint16 port;
  const char *path;  /* (nullable): whatever comes is answered */
  GVariant *form;    /* a{sv}: what must come, no more */
  const char *answer; /* the whole of it; NULL: never one */
  GCancellable *cancellable;
  gboolean stops;
  guint asked;
} Server;

static Server server;

static void
check_form (const char *body)
{
  g_autoptr (GHashTable) fields = g_uri_parse_params (body, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  GHashTableIter iter;
  gpointer name, value;

  g_assert_nonnull (fields);
  g_assert_cmpuint (g_hash_table_size (fields), ==, g_variant_n_children (server.form));
  g_hash_table_iter_init (&iter, fields);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_assert_cmpstr (value, ==, postern_json_get_string (server.form, name));
}

static void
check_request (const char *request)
{
  g_autofree char *line = g_strdup_printf ("POST %s HTTP/1.1\r\n", server.path);

  g_assert_true (g_str_has_prefix (request, line));
  g_assert_nonnull (strstr (request, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
  g_assert_nonnull (strstr (request, "\r\nAccept: application/json\r\n"));
  check_form (strstr (request, "\r\n\r\n") + 4);
}

/* (transfer full): the head, and a body of the length that it says */
static char *
read_request (GIOStream *stream)
{
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
  GString *request = g_string_new (NULL);
  gsize length = 0, got = 0;
  g_autofree char *body = NULL;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (in), FALSE);
  while (TRUE) {
    g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);

    g_assert_nonnull (line);
    line[strcspn (line, "\r")] = '\0';
    g_string_append_printf (request, "%s\r\n", line);
    if (g_ascii_strncasecmp (line, "Content-Length: ", 16) == 0)
      length = (gsize) g_ascii_strtoull (line + 16, NULL, 10);
    if (*line == '\0')
      break;
  }
  body = g_malloc0 (length + 1);
  g_assert_true (g_input_stream_read_all (G_INPUT_STREAM (in), body, length, &got, NULL, NULL) && got == length);
  g_string_append (request, body);
  return g_string_free (request, FALSE);
}

static gpointer
serve (gpointer data)
{
  while (TRUE) {
    g_autoptr (GSocketConnection) connection = g_socket_listener_accept (server.listener, NULL, NULL, NULL);
    g_autofree char *request = NULL, *answer = NULL;

    if (server.stops || connection == NULL)
      return NULL;
    request = read_request (G_IO_STREAM (connection));
    server.asked++;
    if (server.path)
      check_request (request);
    if (server.answer == NULL) {
      g_cancellable_cancel (server.cancellable);
      g_usleep (G_USEC_PER_SEC / 5);
      continue;
    }
    answer = g_strdup (server.answer); /* who has read it to its end takes it away */
    g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer, strlen (answer), NULL, NULL, NULL);
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  }
}

static void
server_begin (void)
{
  static const char *const allow[] = { "127.0.0.1", NULL };
  g_autoptr (GError) error = NULL;

  postern_http_client_configure (postern_http_client_get_default (), allow, NULL, &error);
  g_assert_no_error (error);
  server.listener = g_socket_listener_new ();
  server.port = g_socket_listener_add_any_inet_port (server.listener, NULL, &error);
  g_assert_no_error (error);
  server.thread = g_thread_new ("server", serve, NULL);
}

static void
server_end (void)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) last = NULL;

  server.stops = TRUE;
  last = g_socket_client_connect_to_host (client, "127.0.0.1", server.port, NULL, NULL);
  g_thread_join (server.thread);
  g_clear_object (&server.listener);
}

/* --- an instance of a key file ------------------------------------------------------------------------------------------------------ */

static char *
dup_file (const char *name, const char *file)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "connectors", name, file, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
put (GHashTable *values, const char *name, const char *value)
{
  g_hash_table_insert (values, g_strdup (name), g_strdup (value));
}

static void
put_preset (GHashTable *values, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".plugin.in", NULL);
  g_autofree char *text = dup_file (name, file);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_auto (GStrv) presets = NULL;

  g_assert_true (g_key_file_load_from_data (keys, text, (gsize) -1, G_KEY_FILE_NONE, NULL));
  presets = g_key_file_get_keys (keys, "Preset", NULL, NULL);
  for (guint i = 0; presets[i]; i++) {
    g_autofree char *value = g_key_file_get_string (keys, "Preset", presets[i], NULL);

    put (values, presets[i], value);
  }
}

/* The same path, here. */
static void
redirect (GHashTable *values)
{
  const char *url = g_hash_table_lookup (values, "verify-url");
  g_autofree char *ours = NULL;

  g_assert_true (g_str_has_prefix (url, "https://"));
  ours = g_strdup_printf ("http://127.0.0.1:%u%s", server.port, strchr (url + 8, '/'));
  put (values, "verify-url", ours);
}

static PosternCaptcha *
make (GHashTable *values, GError **error)
{
  g_autoptr (PosternCaptcha) captcha = g_object_new (POSTERN_TYPE_SITEVERIFY, NULL);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (PosternSettings) settings = NULL;
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, values);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_variant_builder_add (&builder, "{ss}", name, value);
  settings = postern_settings_new (g_variant_builder_end (&builder), NULL);
  postern_instance_set_identity (POSTERN_INSTANCE (captcha), "captcha", "siteverify", NULL, NULL, settings);
  return postern_instance_configure (POSTERN_INSTANCE (captcha), error) ? g_steal_pointer (&captcha) : NULL;
}

/* @more: (nullable): an a{sv} of strings */
static GHashTable *
new_values (const char *name, GVariant *more)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  put_preset (values, name);
  put (values, "site-key", "the site key");
  put (values, "secret", "the secret");
  redirect (values);
  if (more == NULL)
    return values;
  g_variant_iter_init (&iter, more);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    put (values, key, g_variant_get_string (value, NULL));
  return values;
}

/* --- tests --------------------------------------------------------------------------------------------------------------------------- */

/* "right", "wrong" or "unknown" */
static const char *
ask (PosternCaptcha *captcha)
{
  g_autoptr (PosternRequest) request = postern_request_new ("POST", "/sign-in/flw", NULL);
  g_autoptr (GVariant) challenge = postern_captcha_describe (captcha);
  g_autoptr (GError) error = NULL;

  postern_request_set_public_url (request, "https://id.example/base");
  postern_request_set_remote_address (request, "192.0.2.7");
  if (postern_captcha_verify (captcha, challenge, "the answer", request, server.cancellable, &error))
    return "right";
  g_assert_null (strstr (error->message, "the secret"));
  return g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED) ? "wrong" : "unknown";
}

static void
check_page (PosternCaptcha *captcha, GVariant *page)
{
  g_autoptr (GVariant) description = postern_captcha_describe (captcha);
  const char *name;
  GVariantIter iter;
  GVariant *value;

  g_assert_nonnull (postern_json_get_string (description, "policy"));
  g_assert_cmpstr (postern_json_get_string (description, "site_key"), ==, "the site key");
  g_variant_iter_init (&iter, page);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_assert_cmpstr (postern_json_get_string (description, name), ==, g_variant_get_string (value, NULL));
}

static char *
dup_wire (guint status, const char *body)
{
  return g_strdup_printf ("HTTP/1.1 %u X\r\nContent-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", status, strlen (body), body);
}

static void
check_answers (PosternCaptcha *captcha, GVariant *answers)
{
  g_assert_cmpuint (g_variant_n_children (answers), >=, 6);
  for (gsize i = 0; i < g_variant_n_children (answers); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (answers, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);
    g_autoptr (GVariant) body = postern_json_get (row, "body");
    g_autofree char *text = postern_json_print (body);
    g_autofree char *wire = dup_wire (200, text);

    server.answer = wire;
    g_test_message ("%s", text);
    g_assert_cmpstr (ask (captcha), ==, postern_json_get_string (row, "result"));
  }
}

static void
check_variant (const char *name, GVariant *variant)
{
  g_autoptr (GVariant) settings = postern_json_get (variant, "settings");
  g_autoptr (GVariant) request = postern_json_get (variant, "request");
  g_autoptr (GVariant) page = postern_json_get (variant, "page");
  g_autoptr (GVariant) answers = postern_json_get (variant, "answers");
  g_autoptr (GVariant) form = postern_json_get (request, "form");
  g_autoptr (GHashTable) values = new_values (name, settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternCaptcha) captcha = make (values, &error);

  g_assert_no_error (error);
  check_page (captcha, page);
  server.path = postern_json_get_string (request, "path");
  server.form = form;
  check_answers (captcha, answers);
  server.path = NULL;
  server.form = NULL;
}

static void
test_provider (gconstpointer name)
{
  g_autofree char *text = dup_file (name, "siteverify.json");
  g_autoptr (GVariant) document = postern_json_parse_object (text, -1, 0, NULL);
  g_autoptr (GVariant) variants = postern_json_get (document, "variants");
  guint before = server.asked;

  g_assert_nonnull (document);
  check_variant (name, document);
  for (gsize i = 0; variants && i < g_variant_n_children (variants); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (variants, i);
    g_autoptr (GVariant) variant = g_variant_get_variant (box);

    check_variant (name, variant);
  }
  g_assert_cmpuint (server.asked, >, before);
}

#define GOOD "\"hostname\":\"id.example\",\"action\":\"sign_in\""

/* What no provider should send: none of it lets anybody pass. */
static void
test_hostile (void)
{
  static const struct {
    guint status;
    const char *body, *result;
  } rows[] = {
    { 200, "{\"success\":true," GOOD "}", "right" },
    { 200, "{\"success\":\"true\"," GOOD "}", "unknown" },
    { 200, "{\"success\":1," GOOD "}", "unknown" },
    { 200, "{\"success\":[true]," GOOD "}", "unknown" },
    { 200, "{\"success\":null," GOOD "}", "unknown" },
    { 200, "{" GOOD "}", "unknown" },
    { 200, "{\"success\":true,\"success\":false," GOOD "}", "unknown" },
    { 200, "{\"success\":false,\"success\":true," GOOD "}", "unknown" },
    { 200, "{\"success\":true,\"hostname\":[\"id.example\"],\"action\":\"sign_in\"}", "wrong" },
    { 200, "{\"success\":true,\"hostname\":\"id.example.evil.example\",\"action\":\"sign_in\"}", "wrong" },
    { 200, "{\"success\":true,\"hostname\":\"\",\"action\":\"sign_in\"}", "wrong" },
    { 200, "{\"success\":true,\"hostname\":\"id.example\",\"action\":true}", "wrong" },
    { 200, "{\"success\":false,\"error-codes\":\"internal-error\"}", "wrong" },
    { 200, "{\"success\":false,\"error-codes\":[1,2]}", "wrong" },
    { 200, "[true]", "unknown" },
    { 200, "true", "unknown" },
    { 200, "", "unknown" },
    { 200, "<html>{\"success\":true}</html>", "unknown" },
    { 200, "{\"success\":true," GOOD "}x", "unknown" },
    { 400, "{\"success\":false,\"error-codes\":[\"invalid-input-response\"]}", "wrong" },
    { 429, "{\"success\":true," GOOD "}", "unknown" },
    { 500, "{\"success\":true," GOOD "}", "unknown" },
    { 302, "{\"success\":true," GOOD "}", "unknown" },
  };
  g_autoptr (GHashTable) values = new_values ("turnstile", NULL);
  g_autoptr (PosternCaptcha) captcha = make (values, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *wire = dup_wire (rows[i].status, rows[i].body);

    server.answer = wire;
    g_test_message ("%u %s", rows[i].status, rows[i].body);
    g_assert_cmpstr (ask (captcha), ==, rows[i].result);
  }
}

static void
test_huge (void)
{
  g_autoptr (GHashTable) values = new_values ("turnstile", NULL);
  g_autoptr (PosternCaptcha) captcha = make (values, NULL);
  g_autofree char *filling = g_strnfill (1024 * 1024, ' ');
  g_autofree char *body = g_strconcat ("{\"success\":true," GOOD, filling, "}", NULL);
  g_autofree char *wire = dup_wire (200, body);

  server.answer = wire;
  g_assert_cmpstr (ask (captcha), ==, "unknown");
}

/* Who leaves is not waited for. */
static void
test_hang (void)
{
  g_autoptr (GHashTable) values = new_values ("turnstile", NULL);
  g_autoptr (PosternCaptcha) captcha = make (values, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gint64 begin = g_get_monotonic_time ();

  server.answer = NULL;
  server.cancellable = cancellable;
  g_assert_cmpstr (ask (captcha), ==, "unknown");
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_TIME_SPAN_SECOND);
  server.cancellable = NULL;
}

static void
test_settings (void)
{
  static const char *const bad[][2] = {
    { "minimum-score", "1.5" }, { "minimum-score", "-0.1" }, { "minimum-score", "nan" }, { "minimum-score", "0,5" }, { "action", "sign in" }, { "action", "" }, { "mode", "widget" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GHashTable) values = new_values ("recaptcha", NULL);
    g_autoptr (GError) error = NULL;

    put (values, "mode", "score");
    put (values, "action", "sign_in");
    put (values, "widget", "");
    put (values, bad[i][0], bad[i][1]);
    g_assert_null (make (values, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

int
main (int argc, char **argv)
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  server_begin ();
  g_test_add_data_func ("/siteverify/turnstile", "turnstile", test_provider);
  g_test_add_data_func ("/siteverify/hcaptcha", "hcaptcha", test_provider);
  g_test_add_data_func ("/siteverify/recaptcha", "recaptcha", test_provider);
  g_test_add_func ("/siteverify/hostile", test_hostile);
  g_test_add_func ("/siteverify/huge", test_huge);
  g_test_add_func ("/siteverify/hang", test_hang);
  g_test_add_func ("/siteverify/settings", test_settings);
  failed = g_test_run ();
  server_end ();
  return failed;
}
