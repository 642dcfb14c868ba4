/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-response.h"
#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

static void
assert_body (PosternResponse *response, const char *text)
{
  GBytes *body = postern_response_get_body (response);

  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), text, strlen (text));
}

static void
test_errors (void)
{
  g_autoptr (GError) open = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_INVALID_GRANT, "The code was used");
  g_autoptr (GError) internal = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_FAILED, "disk /var full");
  g_autoptr (PosternResponse) told = postern_response_new_error (open);
  g_autoptr (PosternResponse) untold = postern_response_new_error (internal);
  g_autoptr (PosternResponse) page = postern_response_new_error_page (internal, "https://app.example/");
  g_autoptr (PosternResponse) mistake = postern_response_new_error_page (open, NULL);
  g_autoptr (GError) away = g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "Nothing can be changed");
  g_autoptr (PosternResponse) later = postern_response_new_error_page (away, NULL);
  g_autofree char *later_model = postern_json_print (postern_response_get_model (later));
  g_autofree char *mistake_model = postern_json_print (postern_response_get_model (mistake));
  g_autofree char *model = postern_json_print (postern_response_get_model (page));

  g_assert_cmpuint (postern_response_get_status (told), ==, 400);
  assert_body (told, "{\"error\":\"invalid_grant\",\"error_description\":\"The code was used\"}");
  assert_body (untold, "{\"error\":\"server_error\"}");
  g_assert_cmpstr (postern_response_get_header (untold, "cache-control"), ==, "no-store");
  g_assert_cmpstr (postern_response_get_template (page), ==, "error");
  g_assert_nonnull (strstr (mistake_model, "\"error_detail\":\"The code was used\""));
  g_assert_nonnull (strstr (mistake_model, "\"error_message\":\"This request cannot be answered."));
  g_assert_nonnull (strstr (later_model, "\"error_detail\":\"Nothing can be changed\""));
  g_assert_nonnull (strstr (later_model, "\"error_message\":\"Something went wrong on our side."));
  g_assert_cmpstr (model, ==, "{\"status\":500,\"error\":\"server_error\",\"error_message\":\"Something went wrong on our side. Please try again in a moment.\",\"back_url\":\"https://app.example/\"}");
}

static void
count_header (const char *name, const char *value, gpointer data)
{
  (*(guint *) data)++;
}

static void
last_cookie (const char *name, const char *value, gint64 max_age, gpointer data)
{
  g_free (*(char **) data);
  *(char **) data = g_strdup_printf ("%s=%s %" G_GINT64_FORMAT, name, value, max_age);
}

static void
test_headers (void)
{
  g_autoptr (PosternResponse) response = postern_response_new_redirect ("/account");
  g_autofree char *cookie = NULL;
  guint count = 0;

  g_assert_cmpuint (postern_response_get_status (response), ==, 303);
  postern_response_set_header (response, "LOCATION", "/other");
  g_assert_cmpstr (postern_response_get_header (response, "Location"), ==, "/other");
  postern_response_foreach_header (response, count_header, &count);
  g_assert_cmpuint (count, ==, 2);
  postern_response_set_cookie (response, "session", "old", -1);
  postern_response_set_cookie (response, "session", "new", 60);
  postern_response_foreach_cookie (response, last_cookie, &cookie);
  g_assert_cmpstr (cookie, ==, "session=new 60");
}

static void
test_injection (void)
{
  g_autoptr (PosternResponse) response = postern_response_new (200, NULL, NULL);

  for (guint i = 0; i < 4; i++)
    g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*assertion*failed*");
  postern_response_set_header (response, "Location", "/x\r\nSet-Cookie: a=b");
  postern_response_set_header (response, "X\n", "y");
  postern_response_set_cookie (response, "a", "b; Domain=example.org", -1);
  postern_response_set_cookie (response, "a=b;c", "d", -1);
  g_test_assert_expected_messages ();
  g_assert_null (postern_response_get_header (response, "Location"));
}

static void
test_form_targets (void)
{
  g_autoptr (PosternResponse) response = postern_response_new_page (200, "consent", NULL);
  GPtrArray *targets = postern_response_get_form_targets (response);

  postern_response_allow_form_target (response, "https://app.example/cb?x=1");
  postern_response_allow_form_target (response, "https://app.example/other");
  postern_response_allow_form_target (response, "http://127.0.0.1:4711/cb");
  postern_response_allow_form_target (response, "http://[::1]:80/cb");
  postern_response_allow_form_target (response, "com.example.app:/cb");
  postern_response_allow_form_target (response, "no url; script-src *");
  g_assert_cmpuint (targets->len, ==, 4);
  g_assert_cmpstr (targets->pdata[0], ==, "https://app.example");
  g_assert_cmpstr (targets->pdata[1], ==, "http://127.0.0.1:4711");
  g_assert_cmpstr (targets->pdata[2], ==, "http://[::1]:80");
  g_assert_cmpstr (targets->pdata[3], ==, "com.example.app:");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_test_add_func ("/response/errors", test_errors);
  g_test_add_func ("/response/headers", test_headers);
  g_test_add_func ("/response/injection", test_injection);
  g_test_add_func ("/response/form-targets", test_form_targets);
  return g_test_run ();
}
