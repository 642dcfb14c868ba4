/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-redirect-uri.h"

#include <string.h>

#define MAX_URI 2048

/* RFC 3986 section 2: what may stand in a URI besides letters, digits and "%". "*" is one of them, and told
 * apart below. */
#define PUNCTUATION "-._~:/?[]@!$&'()+,;="

static const char *
find_character_fault (const char *uri)
{
  for (const char *at = uri; *at != '\0'; at++) {
    if (*at == '#')
      return "it must not have a fragment (#…)";
    if (*at == '*')
      return "it must not have a wildcard: each address is written out in full";
    if (*at == '%' && !(g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2])))
      return "a % must be followed by two hexadecimal digits";
    if (*at == '%' && (at[1] == '0' || at[1] == '1'))
      return "it must not hold control characters";
    if (*at != '%' && !g_ascii_isalnum (*at) && strchr (PUNCTUATION, *at) == NULL)
      return "it has a character that must be percent-encoded";
  }

  return NULL;
}

/* A browser would walk these before it asks, and what is compared would no longer be what is visited. GLib walks them too. */
static gboolean
has_dot_segment (const char *uri)
{
  g_autofree char *path = g_strndup (uri, strcspn (uri, "?"));
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);

  for (guint i = 0; segments[i] != NULL; i++) {
    g_autofree char *plain = g_uri_unescape_string (segments[i], NULL);

    if (g_strcmp0 (plain, ".") == 0 || g_strcmp0 (plain, "..") == 0)
      return TRUE;
  }

  return FALSE;
}

static const char *
parse (const char *uri, GUri **parsed)
{
  const char *fault;

  if (uri[0] == '\0' || strlen (uri) > MAX_URI)
    return "it must have 1 to 2048 characters";
  fault = find_character_fault (uri);
  if (fault != NULL)
    return fault;

  *parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  if (*parsed == NULL)
    return "it is no absolute URI";
  if (g_uri_get_userinfo (*parsed) != NULL)
    return "it must not have a user name (…@)";
  if (has_dot_segment (uri))
    return "its path must not have the segments \".\" or \"..\"";

  return NULL;
}

static gboolean
is_this_machine (const char *host)
{
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost") ||
         g_str_equal (host, "127.0.0.1") || g_str_equal (host, "::1");
}

static const char *
find_host_fault (GUri *uri, gboolean plain)
{
  const char *host = g_uri_get_host (uri);

  if (host == NULL || host[0] == '\0')
    return "it has no host";
  if (g_uri_get_port (uri) == 0)
    return "its port must be 1 to 65535";
  if (!plain && g_str_equal (g_uri_get_scheme (uri), "http") && !is_this_machine (host))
    return "it must begin with https:// (http:// only for localhost, 127.0.0.1 and [::1])";

  return NULL;
}

static gboolean
is_web (GUri *uri)
{
  return g_str_equal (g_uri_get_scheme (uri), "https") || g_str_equal (g_uri_get_scheme (uri), "http");
}

const char *
postern_redirect_uri_find_fault (const char *uri, gboolean native)
{
  g_autoptr (GUri) parsed = NULL;
  const char *fault = parse (uri, &parsed);

  if (fault != NULL)
    return fault;
  if (is_web (parsed))
    return find_host_fault (parsed, FALSE);
  if (!native)
    return "it must begin with https:// (http:// only for localhost; other schemes only for applications of "
           "kind \"native\")";
  /* Reverse domain names belong to somebody; "javascript", "data" and "file" have no dot and fall here too.
   */
  if (strchr (g_uri_get_scheme (parsed), '.') == NULL)
    return "its scheme must be a reversed domain name of yours, such as com.example.app (RFC 8252 section "
           "7.1)";

  return NULL;
}

const char *
postern_redirect_uri_find_web_fault (const char *uri, gboolean plain)
{
  g_autoptr (GUri) parsed = NULL;
  const char *fault = parse (uri, &parsed);

  if (fault != NULL)
    return fault;

  return is_web (parsed) ? find_host_fault (parsed, plain) : "it must begin with https://";
}

/* What follows the loopback host, and a port if there is one. NULL when @uri is of another host. */
static const char *
skip_loopback (const char *uri, const char **prefix)
{
  static const char *const hosts[] = {"http://127.0.0.1", "http://[::1]", "http://localhost"};
  const char *at = NULL;
  gsize digits;

  for (guint i = 0; at == NULL && i < G_N_ELEMENTS (hosts); i++)
    if (g_str_has_prefix (uri, hosts[i])) {
      *prefix = hosts[i];
      at = uri + strlen (hosts[i]);
    }
  if (at == NULL || *at != ':')
    return at;

  digits = strspn (at + 1, "0123456789");
  if (digits < 1 || digits > 5 || g_ascii_strtoull (at + 1, NULL, 10) < 1 ||
      g_ascii_strtoull (at + 1, NULL, 10) > 65535)
    return NULL;

  return at + 1 + digits;
}

/* The rest must be the same text, and the registered rest begins with "/", "?" or is empty: no "@" or longer
 * host hides there. */
gboolean
postern_redirect_uri_matches (const char *registered, const char *presented, gboolean native)
{
  const char *host = NULL, *other_host = NULL, *rest, *other_rest;

  if (strcmp (registered, presented) == 0)
    return TRUE;
  if (!native)
    return FALSE;

  rest = skip_loopback (registered, &host);
  other_rest = skip_loopback (presented, &other_host);

  return rest != NULL && other_rest != NULL && host == other_host && strchr ("/?", *rest) != NULL &&
         strcmp (rest, other_rest) == 0;
}
