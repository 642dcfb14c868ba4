/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json-form.h"
#include "postern-json-member.h"

#include <string.h>

#define FIRST_BYTES 256

/* How large the offsets are in something that is @length bytes and @n of them long. */
static gsize
offset_size (gsize length, gsize n)
{
  gsize size = 1;

  while (postern_json_form_offset_size (length + n * size) > size)
    size *= 2;
  return size;
}

static void
write_offset (guint8 *at, gsize offset, gsize size)
{
  guint64 little = GUINT64_TO_LE ((guint64) offset);

  memcpy (at, &little, size);
}

/* Room up to @end; between what was there and @start there are zeros. Returns: (transfer none): where the whole begins */
static guint8 *
grow (PosternJsonObject *self, gsize start, gsize end)
{
  gsize before;

  if (!self->bytes) {
    self->bytes = g_byte_array_sized_new (FIRST_BYTES);
    self->ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  }
  before = self->bytes->len;
  g_byte_array_set_size (self->bytes, (guint) end);
  memset (self->bytes->data + before, 0, start - before);
  return self->bytes->data;
}

/* @data: @length bytes, a value of the type @type, of @type_length letters, in normal form. The place of each part is known before any is
 * written: to append one after the other took longer than all the rest. */
static void
add (PosternJsonObject *self, const char *name, const char *type, gsize type_length, gconstpointer data, gsize length)
{
  gsize name_size = strlen (name) + 1;
  gsize start = postern_json_form_align (self->bytes ? self->bytes->len : 0);
  gsize value = postern_json_form_align (start + name_size);
  gsize offset = value + length + 1 + type_length;
  gsize size = offset_size (offset - start, 1), end = offset + size;
  guint8 *bytes = grow (self, start, end);

  memcpy (bytes + start, name, name_size);
  memset (bytes + start + name_size, 0, value - start - name_size);
  if (length > 0)
    memcpy (bytes + value, data, length);
  bytes[value + length] = '\0';
  memcpy (bytes + value + length + 1, type, type_length);
  write_offset (bytes + offset, name_size, size);
  g_array_append_val (self->ends, end);
}

void
postern_json_object_add_string (PosternJsonObject *self, const char *name, const char *value)
{
  g_autofree char *repaired = NULL;

  if (!value)
    return;
  if (!g_utf8_validate (value, -1, NULL))
    value = repaired = g_utf8_make_valid (value, -1);
  add (self, name, "s", 1, value, strlen (value) + 1);
}

void
postern_json_object_add_int64 (PosternJsonObject *self, const char *name, gint64 value)
{
  add (self, name, "x", 1, &value, sizeof value);
}

void
postern_json_object_add_boolean (PosternJsonObject *self, const char *name, gboolean value)
{
  add (self, name, "b", 1, value ? "\1" : "\0", 1);
}

/* The whole will be believed to be in normal form, so each part of it must be; asking one that is known to be costs nothing. */
void
postern_json_object_add (PosternJsonObject *self, const char *name, GVariant *value)
{
  g_autoptr (GVariant) owned = value ? g_variant_ref_sink (value) : NULL;
  g_autoptr (GVariant) normal = owned ? g_variant_get_normal_form (owned) : NULL;
  const char *type = normal ? g_variant_get_type_string (normal) : NULL;

  if (normal)
    add (self, name, type, strlen (type), g_variant_get_data (normal), g_variant_get_size (normal));
}

void
postern_json_object_add_all (PosternJsonObject *self, GVariant *object)
{
  g_autoptr (GVariant) normal = g_variant_get_normal_form (object);
  PosternJsonMembers members;
  PosternJsonMember member;

  postern_json_member_begin (&members, normal);
  while (postern_json_member_next (&members, &member))
    add (self, member.name, member.type, member.type_length, member.data, member.length);
}

GVariant *
postern_json_object_end (PosternJsonObject *self)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size, start;
  guint8 *offsets;

  if (!self->bytes)
    return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  start = self->bytes->len;
  size = offset_size (start, self->ends->len);
  offsets = grow (self, start, start + self->ends->len * size) + start;
  for (guint i = 0; i < self->ends->len; i++)
    write_offset (offsets + i * size, g_array_index (self->ends, gsize, i), size);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes));
  g_clear_pointer (&self->ends, g_array_unref);
  return g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, TRUE);
}

void
postern_json_object_clear (PosternJsonObject *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_clear_pointer (&self->ends, g_array_unref);
}
