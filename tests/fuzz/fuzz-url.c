/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-error.h"
#include "postern-http-client-guard.h"
#include "postern-redirect-uri.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static GUri *
parse (const char *text)
{
  return g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
}

/* What may be registered is a URI to everybody, and what matches it leads to the same place. */
static void
check_redirect (const char *registered, const char *presented, gboolean native)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GUri) other = NULL;

  if (postern_redirect_uri_find_fault (registered, native))
    return;
  uri = parse (registered);
  if (!uri || g_uri_get_fragment (uri) || g_uri_get_userinfo (uri) || strpbrk (registered, " \t\r\n\\\"<>*"))
    g_error ("A URI was taken that is none");
  if (!postern_redirect_uri_matches (registered, registered, native))
    g_error ("A URI does not match itself");
  if (!postern_redirect_uri_matches (registered, presented, native))
    return;
  other = parse (presented);
  if (!other || g_strcmp0 (g_uri_get_host (uri), g_uri_get_host (other)) != 0 || g_strcmp0 (g_uri_get_path (uri), g_uri_get_path (other)) != 0 ||
      g_strcmp0 (g_uri_get_query (uri), g_uri_get_query (other)) != 0 || g_uri_get_userinfo (other) || g_uri_get_fragment (other))
    g_error ("A URI matches that leads elsewhere");
}

/* Without an allow-list the client goes to https alone. */
static void
check_outbound (const char *text)
{
  const char *const allow[] = { text, NULL };
  g_autoptr (PosternHttpClientGuard) closed = postern_http_client_guard_new (NULL, NULL);
  g_autoptr (PosternHttpClientGuard) open = postern_http_client_guard_new (allow, NULL);
  g_autoptr (GUri) uri = parse (text);

  if (!uri || !postern_http_client_guard_check_url (closed, uri, NULL))
    return;
  if (!g_str_equal (g_uri_get_scheme (uri), "https") || g_uri_get_userinfo (uri) || !*g_uri_get_host (uri) || strpbrk (g_uri_get_host (uri), "/@\\ \r\n%"))
    g_error ("A URL was taken that leads elsewhere than it says");
}

/* Redirect URIs, registered and presented (behind a line break), and URLs that the server is to ask. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) two = g_strsplit (text, "\n", 2);

  if (!two[0])
    return 0;
  for (unsigned native = 0; native < 2; native++)
    check_redirect (two[0], two[1] ? two[1] : two[0], (gboolean) native);
  postern_redirect_uri_find_web_fault (two[0], TRUE);
  check_outbound (two[0]);
  return 0;
}
