/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/** PosternPair: both strings lie in one block, which @name begins. */
typedef struct {
  char *name, *value;
} PosternPair;

/**
 * PosternPairs: names and their texts, in the order they came: the parameters, headers and cookies of a request, a step's
 * input, what a flow keeps for others. Looking through a dozen is faster than a table, and far faster than a GVariant. Counts
 * references; not to be written once it is shared.
 */
typedef struct {
  gatomicrefcount refs;
  guint n_items, n_allocated;
  PosternPair *items;
} PosternPairs;

/* Exported for the rooms in tree; this header is not installed. */
POSTERN_API PosternPairs *postern_pairs_new (void);
POSTERN_API PosternPairs *postern_pairs_ref (PosternPairs *self);
POSTERN_API void postern_pairs_unref (PosternPairs *self);
/** postern_pairs_copy: @self: (nullable), none. Returns: (transfer full) */
POSTERN_API PosternPairs *postern_pairs_copy (PosternPairs *self);
/** postern_pairs_add: copies; the lengths are bytes, -1 up to the NUL. A name that is there already stands twice then. */
POSTERN_API void postern_pairs_add (PosternPairs *self, const char *name, gssize name_length, const char *value, gssize value_length);
/** postern_pairs_take: @block: (transfer full): the name, NUL, at its start; @value: in the same block. */
POSTERN_API void postern_pairs_take (PosternPairs *self, char *block, char *value);
/** postern_pairs_set: in place of the first of that name, or behind the others. @value: (nullable): none; removes it. */
POSTERN_API void postern_pairs_set (PosternPairs *self, const char *name, const char *value);
/** postern_pairs_get: the first of that name. @self: (nullable). Returns: (transfer none) (nullable) */
POSTERN_API const char *postern_pairs_get (PosternPairs *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPairs, postern_pairs_unref)

G_END_DECLS
