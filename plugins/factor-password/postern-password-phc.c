/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-phc.h"

#include <string.h>

#define TEXT_MAX 512 /* bytes of a whole string */

static gboolean
copy_text (char *to, gsize size, const char *from, gsize length)
{
  if (length == 0 || length >= size)
    return FALSE;
  memcpy (to, from, length);
  to[length] = '\0';
  return TRUE;
}

/* Decimal, no sign, no leading zero, no overflow. */
static gboolean
parse_number (const char *text, guint64 *value)
{
  if (*text == '\0' || strlen (text) > 10 || (text[0] == '0' && text[1] != '\0'))
    return FALSE;
  *value = 0;
  for (; *text; text++) {
    if (!g_ascii_isdigit (*text))
      return FALSE;
    *value = *value * 10 + (guint64) (*text - '0');
  }
  return TRUE;
}

static gint
value_of (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' || c == '.' ? 62 : c == '/' ? 63 : -1;
}

/* Unpadded base64 whose last bits are zero; at most POSTERN_PASSWORD_PHC_BYTES. */
static gboolean
parse_base64 (const char *text, guint8 *bytes, gsize *length)
{
  guint32 bits = 0;
  guint n_bits = 0;

  *length = 0;
  for (; *text; text++) {
    gint value = value_of (*text);

    if (value < 0)
      return FALSE;
    bits = (bits << 6 | (guint32) value) & 0x3fff;
    n_bits += 6;
    if (n_bits < 8)
      continue;
    if (*length == POSTERN_PASSWORD_PHC_BYTES)
      return FALSE;
    n_bits -= 8;
    bytes[(*length)++] = (guint8) (bits >> n_bits);
  }
  return n_bits < 6 && (bits & ((1u << n_bits) - 1)) == 0 && *length > 0;
}

static gboolean
parse_parameter (PosternPasswordPhc *self, const char *text)
{
  const char *equals = strchr (text, '=');
  guint n = self->n_parameters;

  if (equals == NULL || n == POSTERN_PASSWORD_PHC_PARAMETERS)
    return FALSE;
  if (!copy_text (self->parameters[n].name, sizeof self->parameters[n].name, text, equals - text) ||
      !parse_number (equals + 1, &self->parameters[n].value))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_str_equal (self->parameters[i].name, self->parameters[n].name))
      return FALSE;
  self->n_parameters++;
  return TRUE;
}

/* Ends each part of @text where @sign stands; nothing is copied: each sign-in does this three times. Returns: how many; 0: more than @most */
static guint
split (char *text, char sign, char **parts, guint most)
{
  guint n = 0;

  for (char *at = text; at; n++) {
    if (n == most)
      return 0;
    parts[n] = at;
    at = strchr (at, sign);
    if (at)
      *at++ = '\0';
  }
  return n;
}

static gboolean
parse_parameters (PosternPasswordPhc *self, char *text)
{
  char *parts[POSTERN_PASSWORD_PHC_PARAMETERS];
  guint n;

  if (strchr (text, '=') == NULL) { /* passlib: the rounds alone */
    g_strlcpy (self->parameters[0].name, "i", sizeof self->parameters[0].name);
    self->n_parameters = 1;
    return parse_number (text, &self->parameters[0].value);
  }
  n = split (text, ',', parts, G_N_ELEMENTS (parts));
  for (guint i = 0; i < n; i++)
    if (!parse_parameter (self, parts[i]))
      return FALSE;
  return n > 0;
}

static gboolean
parse_version (PosternPasswordPhc *self, const char *text)
{
  guint64 version = 0;

  if (!g_str_has_prefix (text, "v=") || !parse_number (text + 2, &version) || version > 255)
    return FALSE;
  self->version = (guint) version;
  return TRUE;
}

gboolean
postern_password_phc_parse (PosternPasswordPhc *self, const char *text)
{
  char copy[TEXT_MAX + 1], *parts[POSTERN_PASSWORD_PHC_PARTS + 1]; /* before the first sign stands nothing */
  guint n, next = 2;

  memset (self, 0, sizeof *self);
  if (text == NULL || text[0] != '$' || g_strlcpy (copy, text, sizeof copy) >= sizeof copy)
    return FALSE;
  n = split (copy, '$', parts, G_N_ELEMENTS (parts));
  if ((n != 5 && n != 6) || !copy_text (self->id, sizeof self->id, parts[1], strlen (parts[1])))
    return FALSE;
  if (n == 6 && !parse_version (self, parts[next++]))
    return FALSE;
  return parse_parameters (self, parts[next]) && parse_base64 (parts[next + 1], self->salt, &self->salt_length) &&
         parse_base64 (parts[next + 2], self->hash, &self->hash_length);
}

guint64
postern_password_phc_get (const PosternPasswordPhc *self, const char *name, guint64 fallback)
{
  for (guint i = 0; i < self->n_parameters; i++)
    if (g_str_equal (self->parameters[i].name, name))
      return self->parameters[i].value;
  return fallback;
}

void
postern_password_phc_append_base64 (GString *out, const guint8 *bytes, gsize length)
{
  g_autofree char *padded = g_base64_encode (bytes, length);

  g_string_append_len (out, padded, (gssize) strcspn (padded, "="));
}
