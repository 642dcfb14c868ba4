/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json-member.h"

#include <string.h>

/*
 * The form is GVariant's (GVariant Specification 1.0, section 2): a{sv} is its entries, each beginning at a multiple of 8, and
 * then where each ends. An entry is its name with a NUL, from the next multiple of 8 on the variant, and then where the name
 * ends. A variant is its value, a NUL, and its type. Where things end is written little-endian, in as few bytes as the whole
 * needs. Nothing is read that was not first held against the end of what it lies in.
 */
typedef struct {
  const char *data;
  gsize length;
} Bytes;

static gsize
aligned (gsize offset)
{
  return (offset + 7) & ~(gsize) 7;
}

static gsize
offset_size (gsize length)
{
  return length <= G_MAXUINT8 ? 1 : length <= G_MAXUINT16 ? 2 : length <= G_MAXUINT32 ? 4 : 8;
}

static gsize
read_offset (const char *at, gsize size)
{
  guint64 little = 0;

  memcpy (&little, at, size);
  return (gsize) GUINT64_FROM_LE (little);
}

/* The variant of @entry, if its name is @name. */
static gboolean
take_entry (Bytes entry, const char *name, gsize name_size, PosternJsonMember *member)
{
  gsize size = offset_size (entry.length), start = aligned (name_size), end;
  const char *nul;

  if (entry.length < start + size || memcmp (entry.data, name, name_size) != 0 || read_offset (entry.data + entry.length - size, size) != name_size)
    return FALSE;
  end = entry.length - size;
  nul = memrchr (entry.data + start, '\0', end - start);
  if (!nul)
    return FALSE;
  member->data = entry.data + start;
  member->length = (gsize) (nul - member->data);
  member->type = nul + 1;
  member->type_length = (gsize) (entry.data + end - member->type);
  return TRUE;
}

static gboolean
find (Bytes whole, const char *name, PosternJsonMember *member)
{
  gsize size = offset_size (whole.length), name_size = strlen (name) + 1, last, start = 0;

  if (whole.length < size)
    return FALSE;
  last = read_offset (whole.data + whole.length - size, size); /* the end of the last entry, where the ends begin */
  if (last > whole.length)
    return FALSE;
  for (gsize at = last; at + size <= whole.length; at += size) {
    gsize end = read_offset (whole.data + at, size);
    if (end < start || end > last)
      return FALSE;
    member->index = (at - last) / size;
    if (take_entry ((Bytes){ whole.data + start, end - start }, name, name_size, member))
      return TRUE;
    start = aligned (end);
  }
  return FALSE;
}

gboolean
postern_json_member_find (GVariant *object, const char *name, PosternJsonMember *member)
{
  Bytes whole = { g_variant_get_data (object), g_variant_get_size (object) };

  return whole.data && find (whole, name, member);
}

gboolean
postern_json_member_is (const PosternJsonMember *self, char type)
{
  if (self->type_length != 1 || *self->type != type)
    return FALSE;
  switch (type) {
  case 's':
    return self->length > 0 && memchr (self->data, '\0', self->length) == self->data + self->length - 1;
  case 'b':
    return self->length == 1 && (guint8) *self->data <= 1;
  case 'x':
    return self->length == sizeof (gint64);
  default:
    g_return_val_if_reached (FALSE);
  }
}
