/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-dispatch.h"

#include <string.h>

#include "postern-http-answer.h"
#include "postern-http-fill.h"
#include "postern-http-sigv4.h"

/* What providers answer is tests/messengers/run's affair; here are the pieces. */

/* Two of the examples that Amazon publishes with the algorithm. */
static void
test_sigv4 (void)
{
  PosternHttpSigv4 sigv4 = { "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service" };
  g_autoptr (GDateTime) now = g_date_time_new_utc (2015, 8, 30, 12, 36, 0);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0), form = g_bytes_new_static ("Param1=value1", 13);
  g_autofree char *date = NULL, *again = NULL;
  g_autofree char *plain = postern_http_sigv4_sign (&sigv4, "https://example.amazonaws.com/", NULL, empty, now, &date);
  g_autofree char *with_form = postern_http_sigv4_sign (&sigv4, "https://example.amazonaws.com", "application/x-www-form-urlencoded", form, now, &again);

  g_assert_cmpstr (date, ==, "20150830T123600Z");
  g_assert_cmpstr (plain, ==,
                   "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "
                   "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  g_assert_cmpstr (with_form, ==,
                   "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
                   "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

static void
test_fill (void)
{
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  const char *const names[] = { "a", "b-c", NULL };
  g_autofree char *unknown = postern_http_fill_find_unknown ("{\"x\":\"{a}\",\"y\":\"{d}\"}", names);
  g_autofree char *none = postern_http_fill_find_unknown ("{\"x\":\"{a}{b-c}{X}{}\"}", names);

  g_assert_cmpstr (unknown, ==, "d");
  g_assert_null (none);
  g_hash_table_insert (values, (gpointer) "a", (gpointer) "1\"\n&{b-c}");
  g_hash_table_insert (values, (gpointer) "b-c", (gpointer) "ü");
  {
    g_autofree char *json = postern_http_fill ("{\"x\":\"{a}\",\"y\":{\"z\":\"{b-c}\"}}", values, POSTERN_HTTP_FILL_JSON);
    g_autofree char *form = postern_http_fill ("x={a}&y={b-c}&z={", values, POSTERN_HTTP_FILL_FORM);
    g_autofree char *plain = postern_http_fill ("{a}", values, POSTERN_HTTP_FILL_PLAIN);
    g_assert_cmpstr (json, ==, "{\"x\":\"1\\\"\\n&{b-c}\",\"y\":{\"z\":\"ü\"}}");
    g_assert_cmpstr (form, ==, "x=1%22%0A%26%7Bb-c%7D&y=%C3%BC&z={");
    g_assert_cmpstr (plain, ==, "1\" &{b-c}");
  }
}

static void
test_answer (void)
{
  const char *json = "{\"errors\":[{\"message\":\"no\",\"n\":7,\"b\":true}]}";
  g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json)), xml = g_bytes_new_static ("<E><Message>bad</Message></E>", 29);
  g_autoptr (GVariant) headers = g_variant_ref_sink (g_variant_new_parsed ("{'x-message-id': 'm1'}"));
  PosternHttpAnswer answer = { 400, body, headers }, other = { 400, xml, headers };
  const char *rows[][2] = { { "errors.0.message", "no" }, { "errors.0.n", "7" }, { "errors.0.b", "true" }, { "header:x-message-id", "m1" },
                            { "errors.1.message", NULL }, { "errors", NULL }, { "errors.x", NULL }, { "header:none", NULL }, { "<Message>", NULL } };
  g_autofree char *from_xml = postern_http_answer_dup (&other, "<Message>"), *no_json = postern_http_answer_dup (&other, "errors.0");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *found = postern_http_answer_dup (&answer, rows[i][0]);
    g_assert_cmpstr (found, ==, rows[i][1]);
  }
  g_assert_cmpstr (from_xml, ==, "bad");
  g_assert_null (no_json);
}

static void
test_judge (void)
{
  g_autoptr (PosternSettings) plain = postern_settings_new (g_variant_new ("a{ss}", NULL), NULL);
  g_autoptr (PosternSettings) inner = postern_settings_new (g_variant_new_parsed ("{'success-path': 's', 'success-value': '0', 'retry-values': '1 5', 'error-path': 'e'}"), NULL);
  const struct {
    guint status;
    const char *body;
    gboolean inner;
    int code; /* -1: taken */
  } rows[] = {
    { 200, "", FALSE, -1 },
    { 202, "", FALSE, -1 },
    { 400, "{}", FALSE, POSTERN_ERROR_INVALID_REQUEST },
    { 401, "{}", FALSE, POSTERN_ERROR_CONFIG },
    { 409, "{}", FALSE, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE },
    { 429, "{}", FALSE, POSTERN_ERROR_TOO_MANY_REQUESTS },
    { 503, "not JSON", FALSE, POSTERN_ERROR_PROVIDER },
    { 200, "{\"s\":\"0\"}", TRUE, -1 },
    { 200, "{\"s\":0}", TRUE, -1 },
    { 200, "{\"s\":\"1\"}", TRUE, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE },
    { 200, "{\"s\":\"6\",\"e\":\"bad number\"}", TRUE, POSTERN_ERROR_INVALID_REQUEST },
    { 200, "", TRUE, POSTERN_ERROR_INVALID_REQUEST },
    { 500, "{\"s\":\"0\"}", TRUE, POSTERN_ERROR_PROVIDER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) body = g_bytes_new_static (rows[i].body, strlen (rows[i].body));
    PosternHttpAnswer answer = { rows[i].status, body, NULL };
    g_autoptr (GError) error = postern_http_answer_judge (&answer, rows[i].inner ? inner : plain);
    if (rows[i].code < 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, POSTERN_ERROR, rows[i].code);
  }
}

static void
test_settings (void)
{
  const struct {
    const char *values, *word; /* word: NULL when it is fine */
  } rows[] = {
    { "{'url': 'https://api.example/{account}', 'account': 'a/../b', 'format': 'json', 'body': '{\"to\":\"{to}\"}', 'authentication': 'bearer', 'secret': 's'}", NULL },
    { "{'url': 'https://{region}.example/', 'region': 'eu', 'format': 'form', 'body': 'to={to}', 'authentication': 'none'}", NULL },
    { "{'url': 'ftp://x', 'format': 'json', 'body': '{}', 'authentication': 'none'}", "url" },
    { "{'url': 'https://x/{to}', 'format': 'json', 'body': '{}', 'authentication': 'none'}", "url" },
    { "{'url': 'https://x/', 'format': 'json', 'body': 'to={to}', 'authentication': 'none'}", "JSON" },
    { "{'url': 'https://x/', 'format': 'json', 'body': '{\"x\":\"{recipient}\"}', 'authentication': 'none'}", "{recipient}" },
    { "{'url': 'https://x/', 'format': 'json', 'body': '{}', 'authentication': 'bearer'}", "secret" },
    { "{'url': 'https://x/', 'format': 'json', 'body': '{}', 'authentication': 'basic', 'secret': 's'}", "user" },
    { "{'url': 'https://x/', 'format': 'json', 'body': '{}', 'authentication': 'header', 'secret': 's'}", "header" },
    { "{'url': 'https://x/', 'format': 'json', 'body': '{}', 'authentication': 'sigv4', 'user': 'u', 'secret': 's'}", "region" },
    { "{'url': 'https://x/', 'format': 'json', 'body': '{}', 'authentication': 'none', 'extra-header': 'X'}", "extra-header" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed (rows[i].values), NULL);
    g_autoptr (GError) error = NULL;
    PosternHttpDispatch *dispatch = postern_http_dispatch_new (settings, &error);
    g_assert_cmpint (dispatch != NULL, ==, rows[i].word == NULL);
    g_clear_pointer (&dispatch, postern_http_dispatch_free);
    if (!rows[i].word)
      continue;
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
    g_assert_nonnull (strstr (error->message, rows[i].word));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/sigv4", test_sigv4);
  g_test_add_func ("/http/fill", test_fill);
  g_test_add_func ("/http/answer", test_answer);
  g_test_add_func ("/http/judge", test_judge);
  g_test_add_func ("/http/settings", test_settings);
  return g_test_run ();
}
