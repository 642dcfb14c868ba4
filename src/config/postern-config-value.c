/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-config-value.h"

#include "postern-config-address.h"

#include <gio/gio.h>
#include <string.h>

void
postern_config_value_clear (PosternConfigValue *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->origin, g_free);
  g_clear_pointer (&self->list, g_strfreev);
}

static char **
split (const char *text, const char *delimiters)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit_set (text, delimiters, -1);
  for (guint i = 0; parts[i]; i++)
    if (*g_strstrip (parts[i]))
      g_strv_builder_add (builder, parts[i]);
  return g_strv_builder_end (builder);
}

static char *
absolute (const char *path, const char *folder)
{
  return *path ? g_canonicalize_filename (path, folder) : g_strdup ("");
}

static gboolean
host_is_local (const char *host)
{
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost") ||
         g_str_has_prefix (host, "127.") || g_str_equal (host, "::1");
}

static char *
read_url (PosternConfigValue *self, const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL;
  if (!host || !*host || g_uri_get_userinfo (uri) || g_uri_get_query (uri) || g_uri_get_fragment (uri))
    return g_strdup ("it is not a URL of the form https://HOST[:PORT][/PATH]; write one");
  gboolean secure = g_str_equal (g_uri_get_scheme (uri), "https");
  if (!secure && !(g_str_equal (g_uri_get_scheme (uri), "http") && host_is_local (host)))
    return g_strdup ("http is for localhost only, because passwords would travel in clear; write an https URL and put a TLS proxy in front");
  self->text = g_strdup (text);
  for (gsize n = strlen (self->text); n > 0 && self->text[n - 1] == '/'; n--)
    self->text[n - 1] = '\0';
  return NULL;
}

static char *
read_integer (PosternConfigValue *self, const PosternConfigKey *key, const char *text)
{
  g_auto (GStrv) range = g_strsplit (key->range, " ", 2);
  gint64 min = g_ascii_strtoll (range[0], NULL, 10), max = g_ascii_strtoll (range[1], NULL, 10);
  if (!g_ascii_string_to_signed (text, 10, min, max, &self->number, NULL))
    return g_strdup_printf ("it is not a whole number from %s to %s; write one", range[0], range[1]);
  self->text = g_strdup_printf ("%" G_GINT64_FORMAT, self->number);
  return NULL;
}

static char *
read_boolean (PosternConfigValue *self, const char *text)
{
  if (!g_str_equal (text, "true") && !g_str_equal (text, "false"))
    return g_strdup ("it is neither true nor false; write one of them");
  self->truth = text[0] == 't';
  self->text = g_strdup (text);
  return NULL;
}

static char *
read_choice (PosternConfigValue *self, const PosternConfigKey *key, const char *text)
{
  g_auto (GStrv) choices = g_strsplit (key->range, " ", -1);
  if (!g_strv_contains ((const char *const *) choices, text))
    return g_strdup_printf ("it is not one of: %s; write one of them", key->range);
  self->text = g_strdup (text);
  return NULL;
}

static char *
read_color (PosternConfigValue *self, const char *text)
{
  if (*text && !(text[0] == '#' && strlen (text) == 7 && strspn (text + 1, "0123456789abcdefABCDEF") == 6))
    return g_strdup ("it is not a colour; write one like #3350d4");
  self->text = g_strdup (text);
  return NULL;
}

static char *
read_paths (PosternConfigValue *self, const char *text, const char *folder)
{
  self->list = split (text, ":;");
  for (guint i = 0; self->list[i]; i++) {
    g_autofree char *path = g_steal_pointer (&self->list[i]);
    self->list[i] = absolute (path, folder);
  }
  self->text = g_strjoinv (":", self->list);
  return NULL;
}

static char *
read_list (PosternConfigValue *self, const char *text)
{
  self->list = split (text, " \t,;");
  self->text = g_strjoinv (" ", self->list);
  return NULL;
}

static char *
read_addresses (PosternConfigValue *self, const PosternConfigKey *key, const char *text)
{
  self->list = split (text, " \t,;");
  for (guint i = 0; self->list[i]; i++) {
    struct sockaddr_storage address;
    gboolean fine = key->type == POSTERN_CONFIG_NETWORKS ? postern_config_address_is_network (self->list[i])
                                                         : postern_config_address_parse (self->list[i], &address) > 0;
    if (!fine)
      return g_strdup_printf ("'%s' is not %s; write one", self->list[i],
                              key->type == POSTERN_CONFIG_NETWORKS ? "an address or ADDRESS/BITS, like 10.0.0.0/8"
                                                                   : "ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080");
  }
  self->text = g_strjoinv (" ", self->list);
  return NULL;
}

static char *
read_typed (PosternConfigValue *self, const PosternConfigKey *key, const char *text, const char *folder)
{
  switch (key->type) {
  case POSTERN_CONFIG_CHOICE:
    return read_choice (self, key, text);
  case POSTERN_CONFIG_INTEGER:
    return read_integer (self, key, text);
  case POSTERN_CONFIG_BOOLEAN:
    return read_boolean (self, text);
  case POSTERN_CONFIG_COLOR:
    return read_color (self, text);
  case POSTERN_CONFIG_URL:
    return read_url (self, text);
  case POSTERN_CONFIG_LIST:
    return read_list (self, text);
  case POSTERN_CONFIG_PATHS:
    return read_paths (self, text, folder);
  case POSTERN_CONFIG_ADDRESSES:
  case POSTERN_CONFIG_NETWORKS:
    return read_addresses (self, key, text);
  case POSTERN_CONFIG_PATH:
    self->text = absolute (text, folder);
    return NULL;
  case POSTERN_CONFIG_STRING:
  default:
    self->text = g_strdup (text);
    return NULL;
  }
}

char *
postern_config_value_read (PosternConfigValue *self, const PosternConfigKey *key, const char *text, const char *folder)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  postern_config_value_clear (self);
  char *complaint = read_typed (self, key, stripped, folder);
  if (!self->list)
    self->list = g_new0 (char *, 1);
  return complaint;
}
