/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-phrases.h"
#include "postern-plural.h"

#include <string.h>

#define MAGIC 0x950412de
#define MAX_PHRASES 20000

struct _PosternPhrases {
  GBytes *catalogue;
  GHashTable *entries; /* words → Entry, both inside the catalogue */
  PosternPlural *plural;
};

/* A translation's forms lie one behind the other, each ended by a NUL. */
typedef struct {
  const char *text;
  gsize length;
} Entry;

typedef struct {
  const guchar *data;
  gsize length;
  gboolean swapped;
} Reader;

G_DEFINE_QUARK (postern-phrases-error-quark, postern_phrases_error)

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, POSTERN_PHRASES_ERROR, POSTERN_PHRASES_ERROR_INVALID, what);
  return FALSE;
}

/* The caller has checked that four bytes are there. */
static guint32
word (const Reader *self, gsize offset)
{
  guint32 value;

  memcpy (&value, self->data + offset, sizeof value);
  return self->swapped ? GUINT32_SWAP_LE_BE (value) : value;
}

static gboolean
holds (const Reader *self, guint64 offset, guint64 length)
{
  return offset <= self->length && length <= self->length - offset;
}

/* The string that row @index of the table at @table tells of; it must lie inside and end in NUL. */
static gboolean
get_string (const Reader *self, guint32 table, guint32 index, Entry *out)
{
  guint64 row = (guint64) table + (guint64) index * 8;
  guint32 length, offset;

  if (!holds (self, row, 8))
    return FALSE;
  length = word (self, (gsize) row);
  offset = word (self, (gsize) row + 4);
  if (!holds (self, offset, (guint64) length + 1) || self->data[(gsize) offset + length] != '\0')
    return FALSE;
  out->text = (const char *) self->data + offset;
  out->length = length;
  return g_utf8_validate_len (out->text, strlen (out->text), NULL);
}

/* The translation of no words is the catalogue's header. */
static void
read_rule (PosternPhrases *self, const char *header)
{
  const char *line = strstr (header, "Plural-Forms:");

  if (line)
    self->plural = postern_plural_new (line + strlen ("Plural-Forms:"));
}

/* Every form must be UTF-8, because it goes into a page. */
static gboolean
is_text (const Entry *entry)
{
  for (gsize at = 0; at <= entry->length; at += strlen (entry->text + at) + 1)
    if (!g_utf8_validate (entry->text + at, -1, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
read_entries (PosternPhrases *self, const Reader *reader, GError **error)
{
  guint32 count = word (reader, 8), words = word (reader, 12), translations = word (reader, 16);
  gboolean headed = FALSE;

  if (count > MAX_PHRASES)
    return fail (error, "the catalogue claims more than 20000 phrases");
  for (guint32 i = 0; i < count; i++) {
    Entry key, value;
    if (!get_string (reader, words, i, &key) || !get_string (reader, translations, i, &value) || !is_text (&value))
      return fail (error, "the catalogue points outside itself, or holds a string that is not UTF-8");
    if (*key.text == '\0' && headed)
      return fail (error, "the catalogue has two headers");
    if (*key.text == '\0') {
      read_rule (self, value.text);
      headed = TRUE;
    } else if (*value.text)
      g_hash_table_insert (self->entries, (gpointer) key.text, g_memdup2 (&value, sizeof value));
  }
  return TRUE;
}

static gboolean
read_catalogue (PosternPhrases *self, GError **error)
{
  Reader reader = { 0 };
  guint32 magic;

  reader.data = g_bytes_get_data (self->catalogue, &reader.length);
  if (reader.length < 28)
    return fail (error, "the file is too short to be a message catalogue");
  magic = word (&reader, 0);
  reader.swapped = magic == GUINT32_SWAP_LE_BE (MAGIC);
  if (magic != MAGIC && !reader.swapped)
    return fail (error, "the file is not a message catalogue (.mo)");
  if (word (&reader, 4) >> 16 > 1)
    return fail (error, "the catalogue is of a revision that is not known");
  return read_entries (self, &reader, error);
}

PosternPhrases *
postern_phrases_new (GBytes *catalogue, GError **error)
{
  g_autoptr (PosternPhrases) self = g_new0 (PosternPhrases, 1);

  self->catalogue = g_bytes_ref (catalogue);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return read_catalogue (self, error) ? g_steal_pointer (&self) : NULL;
}

void
postern_phrases_free (PosternPhrases *self)
{
  g_hash_table_unref (self->entries);
  g_bytes_unref (self->catalogue);
  g_clear_pointer (&self->plural, postern_plural_free);
  g_free (self);
}

const char *
postern_phrases_look_up (PosternPhrases *self, const char *words)
{
  const Entry *entry = g_hash_table_lookup (self->entries, words);

  return entry ? entry->text : NULL;
}

const char *
postern_phrases_look_up_plural (PosternPhrases *self, const char *singular, gulong n)
{
  const Entry *entry = g_hash_table_lookup (self->entries, singular);
  guint form = self->plural ? postern_plural_choose (self->plural, n) : n != 1;
  const char *text;

  if (!entry)
    return NULL;
  text = entry->text;
  for (; form > 0; form--) {
    text += strlen (text) + 1;
    if (text > entry->text + entry->length)
      return entry->text;
  }
  return text;
}
