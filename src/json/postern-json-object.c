/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json-form.h"
#include "postern-json-member.h"

#include <string.h>

#define FIRST_BYTES 256

static void
append (PosternJsonObject *self, gconstpointer data, gsize length)
{
  g_byte_array_append (self->bytes, data, (guint) length);
}

static void
pad (PosternJsonObject *self)
{
  static const guint8 zeros[8] = { 0 };

  append (self, zeros, postern_json_form_align (self->bytes->len) - self->bytes->len);
}

static void
append_offset (PosternJsonObject *self, gsize offset, gsize size)
{
  guint64 little = GUINT64_TO_LE ((guint64) offset);

  append (self, &little, size);
}

/* How large the offsets are in something that is @length bytes and @n of them long. */
static gsize
offset_size (gsize length, gsize n)
{
  gsize size = 1;

  while (postern_json_form_offset_size (length + n * size) > size)
    size *= 2;
  return size;
}

/* Returns: where the entry starts */
static gsize
begin (PosternJsonObject *self, const char *name)
{
  gsize start;

  if (!self->bytes) {
    self->bytes = g_byte_array_sized_new (FIRST_BYTES);
    self->ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  }
  pad (self);
  start = self->bytes->len;
  append (self, name, strlen (name) + 1);
  pad (self);
  return start;
}

/* @data: @length bytes, a value of the type @type, of @type_length letters, in normal form */
static void
add (PosternJsonObject *self, const char *name, const char *type, gsize type_length, gconstpointer data, gsize length)
{
  gsize start = begin (self, name), end;

  append (self, data, length);
  append (self, "", 1);
  append (self, type, type_length);
  append_offset (self, strlen (name) + 1, offset_size (self->bytes->len - start, 1));
  end = self->bytes->len;
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
  gsize size;

  if (!self->bytes)
    return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
  size = offset_size (self->bytes->len, self->ends->len);
  for (guint i = 0; i < self->ends->len; i++)
    append_offset (self, g_array_index (self->ends, gsize, i), size);
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
