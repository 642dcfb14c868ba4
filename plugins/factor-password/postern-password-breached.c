/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-password-breached.h"

#include <string.h>

#include "postern-error.h"
#include "postern-passwords.h"

#define RESOURCE "/postern/passwords/breached.txt"

struct _PosternPasswordBreached {
  GArray *digests; /* (element-type guint64), sorted */
};

/* "Correct Horse" and "correcthorse" are one password to whoever tries a list. */
static char *
fold (const char *password)
{
  g_autofree char *folded = g_utf8_casefold (password, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = folded; *p; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_unichar (out, g_utf8_get_char (p));
  return g_string_free (out, FALSE);
}

static guint64
digest_of (const char *password)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *folded = fold (password);
  guint8 bytes[32];
  gsize length = sizeof bytes;
  guint64 digest;

  g_checksum_update (checksum, (const guchar *) folded, (gssize) strlen (folded));
  g_checksum_get_digest (checksum, bytes, &length);
  memcpy (&digest, bytes, sizeof digest);
  memset (folded, 0, strlen (folded));
  return digest;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  guint64 x = *(const guint64 *) a;
  guint64 y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

static void
add_lines (GArray *digests, const char *text, gsize length)
{
  const char *end = text + length;

  while (text < end) {
    const char *stop = memchr (text, '\n', (gsize) (end - text));
    gsize size = (gsize) ((stop ? stop : end) - text);
    g_autofree char *line = g_strndup (text, size);

    g_strchomp (line);
    if (*line && *line != '#' && g_utf8_validate (line, -1, NULL)) {
      guint64 digest = digest_of (line);

      g_array_append_val (digests, digest);
    }
    text += size + 1;
  }
}

static gboolean
add_file (GArray *digests, const char *file, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GMappedFile) map = g_mapped_file_new (file, FALSE, &failure);

  if (map == NULL) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "breached-list: %s; name a file with one password a line", failure->message);
    return FALSE;
  }
  if (g_mapped_file_get_length (map) > 0)
    add_lines (digests, g_mapped_file_get_contents (map), g_mapped_file_get_length (map));
  return TRUE;
}

PosternPasswordBreached *
postern_password_breached_new (const char *file, GError **error)
{
  g_autoptr (PosternPasswordBreached) self = g_new0 (PosternPasswordBreached, 1);
  g_autoptr (GBytes) own = g_resource_lookup_data (postern_passwords_get_resource (), RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  self->digests = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (own == NULL)
    return NULL;
  add_lines (self->digests, g_bytes_get_data (own, NULL), g_bytes_get_size (own));
  if (file && *file && !add_file (self->digests, file, error))
    return NULL;
  g_array_sort (self->digests, compare);
  return g_steal_pointer (&self);
}

void
postern_password_breached_free (PosternPasswordBreached *self)
{
  g_clear_pointer (&self->digests, g_array_unref);
  g_free (self);
}

gboolean
postern_password_breached_contains (PosternPasswordBreached *self, const char *password)
{
  guint64 digest = digest_of (password);

  return g_array_binary_search (self->digests, &digest, compare, NULL);
}

guint
postern_password_breached_get_size (PosternPasswordBreached *self)
{
  return self->digests->len;
}
