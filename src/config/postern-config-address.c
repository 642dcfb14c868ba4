/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static gboolean
port_parse (const char *text, in_port_t *port)
{
  guint64 number;
  if (!g_ascii_string_to_unsigned (text, 10, 1, 65535, &number, NULL))
    return FALSE;
  *port = htons ((guint16) number);
  return TRUE;
}

static socklen_t
parse_v6 (const char *text, struct sockaddr_in6 *address)
{
  const char *end = strstr (text, "]:");
  if (!end)
    return 0;
  g_autofree char *host = g_strndup (text + 1, (gsize) (end - text - 1));
  address->sin6_family = AF_INET6;
  if (inet_pton (AF_INET6, host, &address->sin6_addr) != 1 || !port_parse (end + 2, &address->sin6_port))
    return 0;
  return sizeof *address;
}

socklen_t
postern_config_address_parse (const char *text, struct sockaddr_storage *address)
{
  memset (address, 0, sizeof *address);
  if (text[0] == '[')
    return parse_v6 (text, (struct sockaddr_in6 *) address);

  struct sockaddr_in *v4 = (struct sockaddr_in *) address;
  const char *colon = strchr (text, ':');
  if (!colon)
    return 0;
  g_autofree char *host = g_strndup (text, (gsize) (colon - text));
  v4->sin_family = AF_INET;
  const char *numeric = g_str_equal (host, "localhost") ? "127.0.0.1" : host;
  if (inet_pton (AF_INET, numeric, &v4->sin_addr) != 1 || !port_parse (colon + 1, &v4->sin_port))
    return 0;
  return sizeof *v4;
}

gboolean
postern_config_address_is_network (const char *text)
{
  guint8 bytes[16];
  const char *slash = strchr (text, '/');
  g_autofree char *host = slash ? g_strndup (text, (gsize) (slash - text)) : g_strdup (text);
  guint bits = inet_pton (AF_INET, host, bytes) == 1 ? 32 : inet_pton (AF_INET6, host, bytes) == 1 ? 128 : 0;
  if (bits == 0)
    return FALSE;
  return !slash || g_ascii_string_to_unsigned (slash + 1, 10, 0, bits, NULL, NULL);
}
