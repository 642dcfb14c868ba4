/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json-member.h"

#include "postern-json-form.h"

#include <string.h>

/* Nothing is read that was not first held against the end of what it lies in. */

static gsize
read_offset (const char *at, gsize size)
{
  guint64 little = 0;

  memcpy (&little, at, size);
  return (gsize) GUINT64_FROM_LE (little);
}

void
postern_json_member_begin (PosternJsonMembers *self, GVariant *object)
{
  gsize size;

  *self = (PosternJsonMembers){ .data = g_variant_get_data (object), .length = g_variant_get_size (object) };
  if (!self->data || self->length == 0)
    return;
  size = postern_json_form_offset_size (self->length);
  self->ends = read_offset (self->data + self->length - size, size); /* where the last entry ends */
  if (self->ends < self->length && (self->length - self->ends) % size == 0)
    self->n_members = (self->length - self->ends) / size;
}

/* @entry, which is @length bytes: a name, the variant, where the name ends */
static gboolean
take_entry (PosternJsonMember *member, const char *entry, gsize length)
{
  gsize size = postern_json_form_offset_size (length), end, start;
  const char *nul;

  if (length < size)
    return FALSE;
  end = length - size;
  start = read_offset (entry + end, size);
  if (start == 0 || start > end || memchr (entry, '\0', start) != entry + start - 1)
    return FALSE;
  start = postern_json_form_align (start);
  nul = start < end ? memrchr (entry + start, '\0', end - start) : NULL;
  if (!nul)
    return FALSE;
  member->name = entry;
  member->data = entry + start;
  member->length = (gsize) (nul - member->data);
  member->type = nul + 1;
  member->type_length = (gsize) (entry + end - member->type);
  return TRUE;
}

gboolean
postern_json_member_next (PosternJsonMembers *self, PosternJsonMember *member)
{
  gsize size = postern_json_form_offset_size (self->length), end;

  if (self->next == self->n_members)
    return FALSE;
  end = read_offset (self->data + self->ends + self->next * size, size);
  if (end < self->start || end > self->ends || !take_entry (member, self->data + self->start, end - self->start)) {
    self->n_members = self->next;
    return FALSE;
  }
  member->index = self->next++;
  self->start = postern_json_form_align (end);
  return TRUE;
}

gboolean
postern_json_member_find (GVariant *object, const char *name, PosternJsonMember *member)
{
  PosternJsonMembers members;

  postern_json_member_begin (&members, object);
  while (postern_json_member_next (&members, member))
    if (strcmp (member->name, name) == 0)
      return TRUE;
  return FALSE;
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
