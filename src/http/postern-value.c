/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-value.h"

#include "postern-json-member.h"

#include <string.h>

static guint
hash_of (const char *name, gsize length)
{
  guint hash = 5381;

  for (gsize i = 0; i < length; i++)
    hash = hash * 33 + (guchar) name[i];
  return hash;
}

/* The first letter of an array's type says nothing yet: a{s…} has members, a{i…} is true but has none that a name finds. */
static void
set_array (PosternValue *self, GVariant *variant)
{
  const char *type = g_variant_get_type_string (variant);

  self->kind = type[1] == '{' ? POSTERN_VALUE_DICTIONARY : POSTERN_VALUE_LIST;
  if (self->kind == POSTERN_VALUE_LIST || type[2] == 's')
    self->n_items = g_variant_n_children (variant);
}

static void
set_number (PosternValue *self, gint64 number)
{
  self->kind = POSTERN_VALUE_NUMBER;
  self->number = number;
}

static void
set_plain (PosternValue *self, GVariant *variant)
{
  switch (g_variant_classify (variant)) {
  case G_VARIANT_CLASS_STRING:
    self->kind = POSTERN_VALUE_STRING;
    self->text = g_variant_get_string (variant, NULL);
    return;
  case G_VARIANT_CLASS_BOOLEAN:
    self->kind = POSTERN_VALUE_BOOLEAN;
    self->number = g_variant_get_boolean (variant);
    return;
  case G_VARIANT_CLASS_DOUBLE:
    self->kind = POSTERN_VALUE_REAL;
    self->real = g_variant_get_double (variant);
    return;
  case G_VARIANT_CLASS_BYTE:
    return set_number (self, g_variant_get_byte (variant));
  case G_VARIANT_CLASS_INT32:
    return set_number (self, g_variant_get_int32 (variant));
  case G_VARIANT_CLASS_UINT32:
    return set_number (self, g_variant_get_uint32 (variant));
  case G_VARIANT_CLASS_INT64:
    return set_number (self, g_variant_get_int64 (variant));
  case G_VARIANT_CLASS_UINT64:
    return set_number (self, (gint64) MIN (g_variant_get_uint64 (variant), (guint64) G_MAXINT64));
  case G_VARIANT_CLASS_ARRAY:
    return set_array (self, variant);
  default:
    self->kind = POSTERN_VALUE_OTHER;
  }
}

/* Takes boxes off: variants in variants, and maybes. @variant: (transfer full) (nullable) */
static void
take (PosternValue *self, GVariant *variant)
{
  while (variant) {
    GVariantClass class = g_variant_classify (variant);
    g_autoptr (GVariant) boxed = variant;
    if (class == G_VARIANT_CLASS_VARIANT) {
      variant = g_variant_get_variant (variant);
    } else if (class == G_VARIANT_CLASS_MAYBE) {
      variant = g_variant_get_maybe (variant);
    } else {
      set_plain (self, boxed);
      self->source = g_steal_pointer (&boxed);
      return;
    }
  }
}

void
postern_value_init (PosternValue *self, GVariant *variant)
{
  memset (self, 0, sizeof *self);
  take (self, variant ? g_variant_ref (variant) : NULL);
}

void
postern_value_clear (PosternValue *self)
{
  for (gsize i = 0; self->items && i < self->n_items; i++)
    postern_value_clear (&self->items[i]);
  g_free (self->items);
  g_clear_pointer (&self->source, g_variant_unref);
  g_clear_pointer (&self->name_source, g_variant_unref);
  memset (self, 0, sizeof *self);
}

/* The name is held for itself: whoever serialises the model meanwhile would let go of the entries we read it from. */
static void
take_entry (PosternValue *self, GVariant *entry)
{
  self->name_source = g_variant_get_child_value (entry, 0);
  postern_value_set_name (self, g_variant_get_string (self->name_source, NULL));
  take (self, g_variant_get_child_value (entry, 1));
}

/* What most models are of is taken as it lies there, without a GVariant for it. */
static void
take_member (PosternValue *self, GVariant *dictionary, const PosternJsonMember *member)
{
  if (postern_json_member_is (member, 's')) {
    postern_value_set_name (self, member->name);
    self->kind = POSTERN_VALUE_STRING;
    self->text = member->data;
  } else if (postern_json_member_is (member, 'b')) {
    postern_value_set_name (self, member->name);
    self->kind = POSTERN_VALUE_BOOLEAN;
    self->number = *member->data;
  } else {
    g_autoptr (GVariant) entry = g_variant_get_child_value (dictionary, member->index);
    take_entry (self, entry);
  }
}

static void
read_members (PosternValue *self)
{
  PosternJsonMembers members;
  PosternJsonMember member;

  postern_json_member_begin (&members, self->source);
  while (postern_json_member_next (&members, &member))
    take_member (&self->items[member.index], self->source, &member);
}

void
postern_value_read (PosternValue *self)
{
  if (self->items || self->n_items == 0)
    return;
  self->items = g_new0 (PosternValue, self->n_items);
  if (g_variant_is_of_type (self->source, G_VARIANT_TYPE_VARDICT)) {
    read_members (self);
    return;
  }
  for (gsize i = 0; i < self->n_items; i++) {
    GVariant *child = g_variant_get_child_value (self->source, i);
    if (self->kind == POSTERN_VALUE_LIST) {
      take (&self->items[i], child);
      continue;
    }
    take_entry (&self->items[i], child);
    g_variant_unref (child);
  }
}

void
postern_value_read_all (PosternValue *self)
{
  postern_value_read (self);
  for (gsize i = 0; i < self->n_items; i++)
    postern_value_read_all (&self->items[i]);
}

PosternValue *
postern_value_find (PosternValue *self, const char *name, gsize length)
{
  guint hash;

  if (self->kind != POSTERN_VALUE_DICTIONARY)
    return NULL;
  postern_value_read (self);
  hash = hash_of (name, length);
  for (gsize i = 0; i < self->n_items; i++) {
    PosternValue *item = &self->items[i];
    if (item->hash == hash && item->kind != POSTERN_VALUE_NOTHING && strncmp (item->name, name, length) == 0 && item->name[length] == '\0')
      return item;
  }
  return NULL;
}

void
postern_value_set_name (PosternValue *self, const char *name)
{
  self->name = name;
  self->hash = hash_of (name, strlen (name));
}

const char *
postern_value_get_string (PosternValue *self, const char *name)
{
  PosternValue *value = postern_value_find (self, name, strlen (name));

  return value && value->kind == POSTERN_VALUE_STRING ? value->text : NULL;
}
