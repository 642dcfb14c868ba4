/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-pairs-private.h"

#include <string.h>

#define FIRST 8

PosternPairs *
postern_pairs_new (void)
{
  PosternPairs *self = g_new0 (PosternPairs, 1);

  g_atomic_ref_count_init (&self->refs);
  return self;
}

PosternPairs *
postern_pairs_ref (PosternPairs *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
postern_pairs_unref (PosternPairs *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_items; i++)
    g_free (self->items[i].name);
  g_free (self->items);
  g_free (self);
}

static PosternPair
pair_new (const char *name, gsize name_length, const char *value, gsize value_length)
{
  char *block = g_malloc (name_length + value_length + 2);
  PosternPair pair = { block, block + name_length + 1 };

  memcpy (pair.name, name, name_length);
  pair.name[name_length] = '\0';
  memcpy (pair.value, value, value_length);
  pair.value[value_length] = '\0';
  return pair;
}

void
postern_pairs_take (PosternPairs *self, char *block, char *value)
{
  if (self->n_items == self->n_allocated) {
    self->n_allocated = self->n_allocated ? 2 * self->n_allocated : FIRST;
    self->items = g_renew (PosternPair, self->items, self->n_allocated);
  }
  self->items[self->n_items++] = (PosternPair){ block, value };
}

void
postern_pairs_add (PosternPairs *self, const char *name, gssize name_length, const char *value, gssize value_length)
{
  PosternPair pair = pair_new (name, name_length < 0 ? strlen (name) : (gsize) name_length, value, value_length < 0 ? strlen (value) : (gsize) value_length);

  postern_pairs_take (self, pair.name, pair.value);
}

PosternPairs *
postern_pairs_copy (PosternPairs *self)
{
  PosternPairs *copy = postern_pairs_new ();

  for (guint i = 0; self && i < self->n_items; i++)
    postern_pairs_add (copy, self->items[i].name, -1, self->items[i].value, -1);
  return copy;
}

static PosternPair *
find (PosternPairs *self, const char *name)
{
  for (guint i = 0; i < self->n_items; i++)
    if (strcmp (self->items[i].name, name) == 0)
      return &self->items[i];
  return NULL;
}

const char *
postern_pairs_get (PosternPairs *self, const char *name)
{
  PosternPair *pair = self ? find (self, name) : NULL;

  return pair ? pair->value : NULL;
}

static void
remove_pair (PosternPairs *self, PosternPair *pair)
{
  PosternPair *end = self->items + self->n_items--;

  g_free (pair->name);
  memmove (pair, pair + 1, (gsize) (end - (pair + 1)) * sizeof *pair);
}

void
postern_pairs_set (PosternPairs *self, const char *name, const char *value)
{
  PosternPair *pair = find (self, name), fresh;

  if (!pair) {
    if (value)
      postern_pairs_add (self, name, -1, value, -1);
    return;
  }
  if (!value) {
    remove_pair (self, pair);
    return;
  }
  fresh = pair_new (name, strlen (name), value, strlen (value));
  g_free (pair->name);
  *pair = fresh;
}
