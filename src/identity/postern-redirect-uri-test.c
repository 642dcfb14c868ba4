/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-redirect-uri.h"

typedef struct {
  const char *uri;
  gboolean web, native;
} Row;

static const Row rows[] = {
    {"https://app.example/callback", TRUE, TRUE},
    {"https://app.example:8443/callback?tenant=1&x=%20", TRUE, TRUE},
    {"https://app.example", TRUE, TRUE},
    {"http://localhost:3000/callback", TRUE, TRUE},
    {"http://127.0.0.1/callback", TRUE, TRUE},
    {"http://[::1]:1/callback", TRUE, TRUE},
    {"http://app.localhost/cb", TRUE, TRUE},
    {"com.example.app:/callback", FALSE, TRUE},
    {"com.example.app://callback", FALSE, TRUE},
    {"http://app.example/callback", FALSE, FALSE},
    {"http://localhost.evil.example/callback", FALSE, FALSE},
    {"http://127.0.0.1.evil.example/callback", FALSE, FALSE},
    {"http://localhost@evil.example/callback", FALSE, FALSE},
    {"https://app.example@evil.example/callback", FALSE, FALSE},
    {"https://app.example:x@evil.example/", FALSE, FALSE},
    {"https://app.example/callback#", FALSE, FALSE},
    {"https://app.example/callback#fragment", FALSE, FALSE},
    {"https://*.app.example/callback", FALSE, FALSE},
    {"https://app.example/*", FALSE, FALSE},
    {"https://app.example/a/../b", FALSE, FALSE},
    {"https://app.example/a/%2e%2E/b", FALSE, FALSE},
    {"https://app.example/./b", FALSE, FALSE},
    {"https://app.example\\@evil.example/", FALSE, FALSE},
    {"https://app.example/a b", FALSE, FALSE},
    {"https://app.example/%0d%0aSet-Cookie:x", FALSE, FALSE},
    {"https://app.example/%00", FALSE, FALSE},
    {"https://app.example/%zz", FALSE, FALSE},
    {"https://app.example/\n", FALSE, FALSE},
    {"https://münchen.example/", FALSE, FALSE},
    {"https://app.example:0/", FALSE, FALSE},
    {"https://app.example:99999/", FALSE, FALSE},
    {"https:///callback", FALSE, FALSE},
    {"https:callback", FALSE, FALSE},
    {"//app.example/callback", FALSE, FALSE},
    {"/callback", FALSE, FALSE},
    {"", FALSE, FALSE},
    {"javascript:alert(1)", FALSE, FALSE},
    {"JavaScript://app.example/%0aalert(1)", FALSE, FALSE},
    {"data:text/html,x", FALSE, FALSE},
    {"file:///etc/passwd", FALSE, FALSE},
    {"myapp://callback", FALSE, FALSE},
    {"urn:ietf:wg:oauth:2.0:oob", FALSE, FALSE},
};

static void
test_faults (void)
{
  g_autofree char *path = g_strnfill (3000, 'a');
  g_autofree char *huge = g_strconcat ("https://app.example/", path, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *web = postern_redirect_uri_find_fault (rows[i].uri, FALSE),
               *native = postern_redirect_uri_find_fault (rows[i].uri, TRUE);

    if ((web == NULL) != rows[i].web || (native == NULL) != rows[i].native)
      g_test_message ("%s: web: %s; native: %s", rows[i].uri, web ? web : "good", native ? native : "good");
    g_assert_true ((web == NULL) == rows[i].web);
    g_assert_true ((native == NULL) == rows[i].native);
  }
  g_assert_nonnull (postern_redirect_uri_find_fault (huge, FALSE));
}

static void
test_web_faults (void)
{
  g_assert_null (postern_redirect_uri_find_web_fault ("https://app.example/logo.png", FALSE));
  g_assert_null (postern_redirect_uri_find_web_fault ("http://app.example/terms", TRUE));
  g_assert_nonnull (postern_redirect_uri_find_web_fault ("http://app.example/logout", FALSE));
  g_assert_nonnull (postern_redirect_uri_find_web_fault ("javascript:alert(1)", TRUE));
  g_assert_nonnull (postern_redirect_uri_find_web_fault ("com.example.app:/x", TRUE));
}

static void
test_matches (void)
{
  static const struct {
    const char *registered, *presented;
    gboolean web, native;
  } pairs[] = {
      {"https://app.example/cb", "https://app.example/cb", TRUE, TRUE},
      {"https://app.example/cb", "https://app.example/cb/", FALSE, FALSE},
      {"https://app.example/cb", "https://app.example/cb?x=1", FALSE, FALSE},
      {"https://app.example/cb", "https://app.example:443/cb", FALSE, FALSE},
      {"https://app.example/cb", "HTTPS://app.example/cb", FALSE, FALSE},
      {"https://app.example/cb", "https://app.example/c%62", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", FALSE, TRUE},
      {"http://127.0.0.1:8000/cb", "http://127.0.0.1:51004/cb", FALSE, TRUE},
      {"http://127.0.0.1:8000/cb", "http://127.0.0.1/cb", FALSE, TRUE},
      {"http://[::1]/cb", "http://[::1]:51004/cb", FALSE, TRUE},
      {"http://localhost/cb", "http://localhost:51004/cb", FALSE, TRUE},
      {"http://127.0.0.1/cb", "http://localhost:51004/cb", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:51004/other", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:0/cb", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:080000/cb", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:/cb", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", FALSE, FALSE},
      {"http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", FALSE, FALSE},
      {"http://127.0.0.1", "http://127.0.0.1:80", FALSE, TRUE},
      {"http://127.0.0.1.evil.example/cb", "http://127.0.0.1.evil.example:81/cb", FALSE, FALSE},
      {"https://127.0.0.1/cb", "https://127.0.0.1:1/cb", FALSE, FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    gboolean web = postern_redirect_uri_matches (pairs[i].registered, pairs[i].presented, FALSE);
    gboolean native = postern_redirect_uri_matches (pairs[i].registered, pairs[i].presented, TRUE);

    if (web != pairs[i].web || native != pairs[i].native)
      g_test_message ("%s and %s", pairs[i].registered, pairs[i].presented);
    g_assert_cmpint (web, ==, pairs[i].web);
    g_assert_cmpint (native, ==, pairs[i].native);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redirect-uri/faults", test_faults);
  g_test_add_func ("/redirect-uri/web-faults", test_web_faults);
  g_test_add_func ("/redirect-uri/matches", test_matches);

  return g_test_run ();
}
