/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-request-private.h"
#include "postern-error.h"

#include <string.h>

static PosternRequest *
form_request (const char *type, const char *text)
{
  PosternRequest *request = postern_request_new ("POST", "/x", "q=1");
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  postern_request_add_header (request, "content-type", type);
  postern_request_set_body (request, body);
  return request;
}

static void
test_query (void)
{
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/x", "a=1&b=%C3%A9+x&c&&d=&e=1&e=1&f=a=b");
  g_autoptr (GError) error = NULL;
  const char *value = "";

  g_assert_true (postern_request_get_query (request, "b", &value, &error));
  g_assert_cmpstr (value, ==, "\xc3\xa9 x");
  g_assert_true (postern_request_get_query (request, "c", &value, &error));
  g_assert_cmpstr (value, ==, "");
  g_assert_true (postern_request_get_query (request, "f", &value, &error));
  g_assert_cmpstr (value, ==, "a=b");
  g_assert_true (postern_request_get_query (request, "z", &value, &error));
  g_assert_null (value);
  g_assert_false (postern_request_get_query (request, "e", &value, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_null (value);
  g_assert_null (postern_request_get_parameters (request, NULL));
}

static void
test_broken (void)
{
  static const char *broken[] = { "a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "%=1", "a=%c3", "a=\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (PosternRequest) request = postern_request_new ("GET", "/", broken[i]);
    g_autoptr (GError) error = NULL;
    const char *value;
    g_assert_false (postern_request_get_query (request, "other", &value, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  }
}

static void
test_too_many (void)
{
  g_autoptr (GString) query = g_string_new ("a0=");
  g_autoptr (PosternRequest) just = NULL, beyond = NULL;

  for (guint i = 1; i < 100; i++)
    g_string_append_printf (query, "&a%u=", i);
  just = postern_request_new ("GET", "/", query->str);
  g_string_append (query, "&a100=");
  beyond = postern_request_new ("GET", "/", query->str);
  g_assert_cmpuint (postern_request_get_parameters (just, NULL)->n_items, ==, 100);
  g_assert_null (postern_request_get_parameters (beyond, NULL));
}

static void
test_form (void)
{
  g_autoptr (PosternRequest) plain = form_request ("application/x-www-form-urlencoded", "a=1&b=2&b=3");
  g_autoptr (PosternRequest) charset = form_request ("Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1");
  g_autoptr (PosternRequest) json = form_request ("application/json", "a=1");
  g_autoptr (PosternRequest) longer = form_request ("application/x-www-form-urlencodedx", "a=1");
  g_autoptr (PosternRequest) nul = postern_request_new ("POST", "/", NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("a=1\0&b=2", 8);
  const char *value;

  g_assert_true (postern_request_get_form (plain, "a", &value, NULL));
  g_assert_cmpstr (value, ==, "1");
  g_assert_false (postern_request_get_form (plain, "b", &value, NULL));
  g_assert_true (postern_request_get_form (plain, "q", &value, NULL));
  g_assert_null (value);
  g_assert_cmpuint (postern_request_get_parameters (charset, NULL)->n_items, ==, 1);
  g_assert_false (postern_request_get_form (json, "a", &value, NULL));
  g_assert_false (postern_request_get_form (longer, "a", &value, NULL));
  postern_request_add_header (nul, "Content-Type", "application/x-www-form-urlencoded");
  postern_request_set_body (nul, body);
  g_assert_false (postern_request_get_form (nul, "b", &value, NULL));
}

static void
test_headers (void)
{
  g_autoptr (PosternRequest) request = postern_request_new ("GET", "/", NULL);

  postern_request_add_header (request, "Accept", "a");
  postern_request_add_header (request, "ACCEPT", "b");
  postern_request_add_header (request, "Cookie", "one=1; two=a=b;three");
  postern_request_add_header (request, "Cookie", "four=4");
  postern_request_set_capture (request, "flow", "flw_1");
  g_assert_cmpstr (postern_request_get_header (request, "accept"), ==, "a, b");
  g_assert_null (postern_request_get_header (request, "host"));
  g_assert_cmpstr (postern_request_get_cookie (request, "one"), ==, "1");
  g_assert_cmpstr (postern_request_get_cookie (request, "two"), ==, "a=b");
  g_assert_cmpstr (postern_request_get_cookie (request, "four"), ==, "4");
  g_assert_null (postern_request_get_cookie (request, "three"));
  g_assert_cmpstr (postern_request_get_capture (request, "flow"), ==, "flw_1");
  g_assert_null (postern_request_get_capture (request, "other"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/query", test_query);
  g_test_add_func ("/request/broken", test_broken);
  g_test_add_func ("/request/too-many", test_too_many);
  g_test_add_func ("/request/form", test_form);
  g_test_add_func ("/request/headers", test_headers);
  return g_test_run ();
}
