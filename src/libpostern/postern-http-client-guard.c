/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client-guard.h"
#include "postern-error.h"

#include <string.h>

/* Of names and addresses; what was percent-encoded is decoded here. Zones of link-local addresses are left out. */
#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:"

typedef struct {
  char *host;
  guint16 port; /* 0: any */
} ListedHost;

struct _PosternHttpClientGuard {
  GArray *hosts;       /* (element-type ListedHost) */
  GPtrArray *prefixes; /* (element-type GInetAddressMask) */
};

typedef struct {
  guint8 bytes[16];
  guint8 bits;
} Prefix;

/* IPv4 that is not the open internet's (IANA special-purpose registry), and one cloud's metadata service that is. */
static const Prefix closed_v4[] = {
  { { 0 }, 8 },                 /* this network */
  { { 10 }, 8 },                /* private */
  { { 100, 64 }, 10 },          /* carrier NAT; also a cloud's metadata at 100.100.100.200 */
  { { 127 }, 8 },               /* loopback */
  { { 168, 63, 129, 16 }, 32 }, /* a cloud's metadata */
  { { 169, 254 }, 16 },         /* link-local; most clouds' metadata */
  { { 172, 16 }, 12 },          /* private */
  { { 192, 0, 0 }, 24 },        /* protocol assignments */
  { { 192, 0, 2 }, 24 },        /* documentation */
  { { 192, 88, 99 }, 24 },      /* 6to4 relays */
  { { 192, 168 }, 16 },         /* private */
  { { 198, 18 }, 15 },          /* benchmarks */
  { { 198, 51, 100 }, 24 },     /* documentation */
  { { 203, 0, 113 }, 24 },      /* documentation */
  { { 224 }, 4 },               /* multicast */
  { { 240 }, 4 },               /* reserved, broadcast */
};

/* IPv6: only 2000::/3 is the open internet's; that leaves out loopback, unique local, link-local, multicast, mapped
 * IPv4 and NAT64 (64:ff9b::/96, which would lead to any IPv4 address behind our back). Of the rest: */
static const Prefix open_v6 = { { 0x20 }, 3 };
static const Prefix closed_v6[] = {
  { { 0x20, 0x01 }, 23 },             /* protocol assignments, Teredo */
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
  { { 0x20, 0x02 }, 16 },             /* 6to4: carries an IPv4 address */
  { { 0x3f, 0xff }, 20 },             /* documentation */
};

static gboolean
matches (const guint8 *address, const Prefix *prefix)
{
  guint whole = prefix->bits / 8, rest = prefix->bits % 8;
  guint8 mask = (guint8) (0xff00 >> rest);

  if (memcmp (address, prefix->bytes, whole) != 0)
    return FALSE;
  return rest == 0 || (address[whole] & mask) == (prefix->bytes[whole] & mask);
}

static gboolean
matches_any (const guint8 *address, const Prefix *prefixes, gsize n_prefixes)
{
  for (gsize i = 0; i < n_prefixes; i++)
    if (matches (address, &prefixes[i]))
      return TRUE;
  return FALSE;
}

gboolean
postern_http_client_guard_is_public (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return !matches_any (bytes, closed_v4, G_N_ELEMENTS (closed_v4));
  return matches (bytes, &open_v6) && !matches_any (bytes, closed_v6, G_N_ELEMENTS (closed_v6));
}

gboolean
postern_http_client_guard_takes_address (PosternHttpClientGuard *self, GInetAddress *address, gboolean plain)
{
  for (guint i = 0; i < self->prefixes->len; i++)
    if (g_inet_address_mask_matches (self->prefixes->pdata[i], address))
      return TRUE;
  return !plain && postern_http_client_guard_is_public (address);
}

gboolean
postern_http_client_guard_is_listed (PosternHttpClientGuard *self, const char *host, guint16 port)
{
  for (guint i = 0; i < self->hosts->len; i++) {
    ListedHost *listed = &g_array_index (self->hosts, ListedHost, i);
    if (g_ascii_strcasecmp (listed->host, host) == 0 && (listed->port == 0 || listed->port == port))
      return TRUE;
  }
  return FALSE;
}

static gboolean
refuse (GUri *uri, const char *why, GError **error)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "Request to %s refused: %s", g_uri_get_host (uri) ? g_uri_get_host (uri) : "nowhere", why);
  return FALSE;
}

gboolean
postern_http_client_guard_check_url (PosternHttpClientGuard *self, GUri *uri, GError **error)
{
  const char *scheme = g_uri_get_scheme (uri), *host = g_uri_get_host (uri);
  gboolean plain = g_str_equal (scheme, "http");

  if (!plain && !g_str_equal (scheme, "https"))
    return refuse (uri, "the URL must begin with https://", error);
  if (!host || !*host)
    return refuse (uri, "the URL has no host", error);
  if (host[strspn (host, HOST_CHARACTERS)] || g_uri_get_port (uri) < 1)
    return refuse (uri, "the URL's host is no name and no address", error);
  if (g_uri_get_userinfo (uri))
    return refuse (uri, "the URL carries a user name", error);
  if (plain && self->prefixes->len == 0 && !postern_http_client_guard_is_listed (self, host, (guint16) g_uri_get_port (uri)))
    return refuse (uri, "plain http is only for hosts on the operator's allow-list", error);
  return TRUE;
}

static void
listed_host_clear (gpointer data)
{
  g_free (((ListedHost *) data)->host);
}

static gboolean
add_prefix (PosternHttpClientGuard *self, const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  GInetAddressMask *mask = g_inet_address_mask_new_from_string (text, &local);

  if (!mask) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "Outbound allow-list: “%s” is not address/prefix: %s", text, local->message);
    return FALSE;
  }
  g_ptr_array_add (self->prefixes, mask);
  return TRUE;
}

/* "host", "host:port", "v6", "[v6]", "[v6]:port" */
static gboolean
add_host (PosternHttpClientGuard *self, const char *text, GError **error)
{
  const char *bracket = text[0] == '[' ? strchr (text, ']') : NULL;
  const char *colon = bracket ? (bracket[1] == ':' ? bracket + 1 : NULL) : strchr (text, ':');
  guint64 port = 0;
  ListedHost listed = { 0 };

  if (!bracket && colon && strchr (colon + 1, ':'))
    colon = NULL; /* a bare IPv6 address */
  if ((colon && !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL)) || *text == '\0' || colon == text) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "Outbound allow-list: “%s” is not host or host:port", text);
    return FALSE;
  }
  listed.port = (guint16) port;
  if (bracket)
    listed.host = g_strndup (text + 1, (gsize) (bracket - text - 1));
  else
    listed.host = colon ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  g_array_append_val (self->hosts, listed);
  return TRUE;
}

PosternHttpClientGuard *
postern_http_client_guard_new (const char *const *allow, GError **error)
{
  g_autoptr (PosternHttpClientGuard) self = g_new0 (PosternHttpClientGuard, 1);

  self->hosts = g_array_new (FALSE, FALSE, sizeof (ListedHost));
  g_array_set_clear_func (self->hosts, listed_host_clear);
  self->prefixes = g_ptr_array_new_with_free_func (g_object_unref);
  for (; allow && *allow; allow++) {
    gboolean good = strchr (*allow, '/') ? add_prefix (self, *allow, error) : add_host (self, *allow, error);
    if (!good)
      return NULL;
  }
  return g_steal_pointer (&self);
}

void
postern_http_client_guard_free (PosternHttpClientGuard *self)
{
  g_array_unref (self->hosts);
  g_ptr_array_unref (self->prefixes);
  g_free (self);
}
