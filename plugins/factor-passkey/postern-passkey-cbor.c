/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-passkey-cbor.h"

#include <string.h>

typedef struct {
  PosternPasskeyCbor *out;
  PosternPasskeyBytes bytes;
  gsize at;
} Reader;

static gboolean read_item (Reader *self, guint depth);

gboolean
postern_passkey_cbor_equal (PosternPasskeyBytes a, PosternPasskeyBytes b)
{
  return a.length == b.length && (a.length == 0 || memcmp (a.data, b.data, a.length) == 0);
}

/* The argument behind the first byte, in as few bytes as it needs: so two encodings of one key are the same bytes. */
static gboolean
read_argument (Reader *self, guint8 info, guint64 *argument)
{
  static const guint64 least[] = { 24, 0x100, 0x10000, G_GUINT64_CONSTANT (0x100000000) };
  gsize length;

  *argument = info;
  if (info < 24)
    return TRUE;
  if (info > 27)
    return FALSE; /* reserved, or of a length that is not said */
  length = (gsize) 1 << (info - 24);
  if (self->bytes.length - self->at < length)
    return FALSE;
  *argument = 0;
  for (gsize i = 0; i < length; i++)
    *argument = *argument << 8 | self->bytes.data[self->at++];
  return *argument >= least[info - 24] && *argument <= G_MAXINT64;
}

static gboolean
read_string (Reader *self, PosternPasskeyCborItem *item)
{
  gsize left = self->bytes.length - self->at;

  if ((guint64) item->number > left)
    return FALSE;
  item->bytes = (PosternPasskeyBytes){ self->bytes.data + self->at, (gsize) item->number };
  self->at += item->bytes.length;
  return item->kind == POSTERN_PASSKEY_CBOR_BYTES || g_utf8_validate_len ((const char *) item->bytes.data, item->bytes.length, NULL);
}

static gboolean
has_key (const PosternPasskeyCbor *self, guint first, guint until, PosternPasskeyBytes key)
{
  for (guint at = first; at < until; at = self->items[self->items[at].after].after)
    if (postern_passkey_cbor_equal (self->items[at].whole, key))
      return TRUE;
  return FALSE;
}

static gboolean
read_map (Reader *self, gint64 pairs, guint depth)
{
  PosternPasskeyCbor *out = self->out;
  guint first = out->n_items;

  for (gint64 i = 0; i < pairs; i++) {
    guint key = out->n_items;

    if (!read_item (self, depth) || has_key (out, first, key, out->items[key].whole) || !read_item (self, depth))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_array (Reader *self, gint64 items, guint depth)
{
  for (gint64 i = 0; i < items; i++)
    if (!read_item (self, depth))
      return FALSE;
  return TRUE;
}

static gboolean
read_inside (Reader *self, PosternPasskeyCborItem *item, guint depth)
{
  switch (item->kind) {
  case POSTERN_PASSKEY_CBOR_UINT:
    return TRUE;
  case POSTERN_PASSKEY_CBOR_NEGATIVE:
    item->number = -1 - item->number;
    return TRUE;
  case POSTERN_PASSKEY_CBOR_BYTES:
  case POSTERN_PASSKEY_CBOR_TEXT:
    return read_string (self, item);
  case POSTERN_PASSKEY_CBOR_ARRAY:
    return read_array (self, item->number, depth + 1);
  case POSTERN_PASSKEY_CBOR_MAP:
    return read_map (self, item->number, depth + 1);
  case POSTERN_PASSKEY_CBOR_SIMPLE:
    return item->number >= 20 && item->number <= 22;
  case POSTERN_PASSKEY_CBOR_TAG:
  default:
    return FALSE;
  }
}

/* However many items a map or an array claims to have, it ends at the sixty-fourth, or with the bytes. */
static gboolean
read_item (Reader *self, guint depth)
{
  PosternPasskeyCbor *out = self->out;
  PosternPasskeyCborItem *item;
  gsize begin = self->at;
  guint64 argument;
  guint8 head;

  if (depth > POSTERN_PASSKEY_CBOR_DEPTH || out->n_items == POSTERN_PASSKEY_CBOR_ITEMS || self->at == self->bytes.length)
    return FALSE;
  item = &out->items[out->n_items++];
  head = self->bytes.data[self->at++];
  if (!read_argument (self, head & 0x1f, &argument))
    return FALSE;
  *item = (PosternPasskeyCborItem){ .kind = head >> 5, .number = (gint64) argument };
  if (!read_inside (self, item, depth))
    return FALSE;
  item->whole = (PosternPasskeyBytes){ self->bytes.data + begin, self->at - begin };
  item->after = out->n_items;
  return TRUE;
}

gboolean
postern_passkey_cbor_read (PosternPasskeyCbor *self, PosternPasskeyBytes bytes, gsize *used)
{
  Reader reader = { self, bytes, 0 };

  self->n_items = 0;
  if (!read_item (&reader, 1) || (used == NULL && reader.at != bytes.length))
    return FALSE;
  if (used)
    *used = reader.at;
  return TRUE;
}

typedef gboolean (*Matches) (const PosternPasskeyCborItem *key, gconstpointer wanted);

static const PosternPasskeyCborItem *
find (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *map, Matches matches, gconstpointer wanted)
{
  guint at;

  if (map == NULL || map->kind != POSTERN_PASSKEY_CBOR_MAP)
    return NULL;
  for (at = (guint) (map - self->items) + 1; at < map->after; at = self->items[self->items[at].after].after)
    if (matches (&self->items[at], wanted))
      return &self->items[self->items[at].after];
  return NULL;
}

static gboolean
is_text (const PosternPasskeyCborItem *key, gconstpointer wanted)
{
  return postern_passkey_cbor_is_text (key, wanted);
}

static gboolean
is_number (const PosternPasskeyCborItem *key, gconstpointer wanted)
{
  gint64 number;

  return postern_passkey_cbor_is_number (key, &number) && number == *(const gint64 *) wanted;
}

const PosternPasskeyCborItem *
postern_passkey_cbor_find (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *map, const char *key)
{
  return find (self, map, is_text, key);
}

const PosternPasskeyCborItem *
postern_passkey_cbor_find_number (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *map, gint64 key)
{
  return find (self, map, is_number, &key);
}

const PosternPasskeyCborItem *
postern_passkey_cbor_get (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *array, guint nth)
{
  guint at;

  if (array == NULL || array->kind != POSTERN_PASSKEY_CBOR_ARRAY)
    return NULL;
  for (at = (guint) (array - self->items) + 1; at < array->after && nth > 0; nth--)
    at = self->items[at].after;
  return at < array->after ? &self->items[at] : NULL;
}

gboolean
postern_passkey_cbor_is_bytes (const PosternPasskeyCborItem *item, PosternPasskeyBytes *bytes)
{
  if (item == NULL || item->kind != POSTERN_PASSKEY_CBOR_BYTES)
    return FALSE;
  *bytes = item->bytes;
  return TRUE;
}

gboolean
postern_passkey_cbor_is_number (const PosternPasskeyCborItem *item, gint64 *number)
{
  if (item == NULL || item->kind > POSTERN_PASSKEY_CBOR_NEGATIVE)
    return FALSE;
  *number = item->number;
  return TRUE;
}

gboolean
postern_passkey_cbor_is_text (const PosternPasskeyCborItem *item, const char *text)
{
  return item && item->kind == POSTERN_PASSKEY_CBOR_TEXT &&
         postern_passkey_cbor_equal (item->bytes, (PosternPasskeyBytes){ (const guint8 *) text, strlen (text) });
}

gboolean
postern_passkey_cbor_has_pairs (const PosternPasskeyCborItem *item, guint pairs)
{
  return item && item->kind == POSTERN_PASSKEY_CBOR_MAP && item->number == pairs;
}
