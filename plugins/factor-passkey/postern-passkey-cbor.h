/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PosternPasskeyBytes: bytes that belong to somebody else, and hold as long as they do. */
typedef struct {
  const guint8 *data;
  gsize length;
} PosternPasskeyBytes;

#define POSTERN_PASSKEY_CBOR_ITEMS 64
#define POSTERN_PASSKEY_CBOR_DEPTH 8

typedef enum {
  POSTERN_PASSKEY_CBOR_UINT,
  POSTERN_PASSKEY_CBOR_NEGATIVE,
  POSTERN_PASSKEY_CBOR_BYTES,
  POSTERN_PASSKEY_CBOR_TEXT,
  POSTERN_PASSKEY_CBOR_ARRAY,
  POSTERN_PASSKEY_CBOR_MAP,
  POSTERN_PASSKEY_CBOR_TAG,   /* refused */
  POSTERN_PASSKEY_CBOR_SIMPLE /* false, true and null; all others are refused */
} PosternPasskeyCborKind;

typedef struct {
  PosternPasskeyCborKind kind;
  gint64 number;             /* of an integer; how many items of an array, pairs of a map; bytes of a text or byte string */
  PosternPasskeyBytes bytes; /* of a text or byte string */
  PosternPasskeyBytes whole; /* as it is encoded */
  guint after;               /* place of the item behind it and all that is in it */
} PosternPasskeyCborItem;

/**
 * PosternPasskeyCbor: one CBOR item (RFC 8949) and all that is in it, in the order of the bytes; the first is the outermost. It points into
 * what was read. What is taken: definite and shortest lengths, integers of 63 bits, UTF-8, no tags, no key twice in a map, a
 * depth of 8 and 64 items.
 */
typedef struct {
  PosternPasskeyCborItem items[POSTERN_PASSKEY_CBOR_ITEMS];
  guint n_items;
} PosternPasskeyCbor;

/**
 * postern_passkey_cbor_read:
 * @used: (out) (nullable): how many bytes it took; NULL: nothing may stand behind it
 * Returns: FALSE when it is none, or not as strict as that
 */
gboolean postern_passkey_cbor_read (PosternPasskeyCbor *self, PosternPasskeyBytes bytes, gsize *used);
/** postern_passkey_cbor_find: the value of @key in @map. (transfer none) (nullable): also when @map is none */
const PosternPasskeyCborItem *postern_passkey_cbor_find (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *map, const char *key);
const PosternPasskeyCborItem *postern_passkey_cbor_find_number (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *map, gint64 key);
/** postern_passkey_cbor_get: the @nth of an array. (transfer none) (nullable) */
const PosternPasskeyCborItem *postern_passkey_cbor_get (const PosternPasskeyCbor *self, const PosternPasskeyCborItem *array, guint nth);
/* Whether @item (nullable) is one, and what it says. */
gboolean postern_passkey_cbor_is_bytes (const PosternPasskeyCborItem *item, PosternPasskeyBytes *bytes);
gboolean postern_passkey_cbor_is_number (const PosternPasskeyCborItem *item, gint64 *number);
gboolean postern_passkey_cbor_is_text (const PosternPasskeyCborItem *item, const char *text);
/** postern_passkey_cbor_has_pairs: whether it is a map of exactly so many. */
gboolean postern_passkey_cbor_has_pairs (const PosternPasskeyCborItem *item, guint pairs);

gboolean postern_passkey_cbor_equal (PosternPasskeyBytes a, PosternPasskeyBytes b);

G_END_DECLS
