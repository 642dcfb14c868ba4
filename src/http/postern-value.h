/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What a template reads: a page's model taken out of its GVariant once, level by level as it is asked for, because a page
 * asks for a hundred names and each look-up in a GVariant walks, boxes and allocates. Strings stay where the GVariant has
 * them. Not thread-safe until postern_value_read_all(); from then on nothing changes it any more.
 */

typedef enum {
  POSTERN_VALUE_NOTHING,
  POSTERN_VALUE_BOOLEAN, /* number */
  POSTERN_VALUE_NUMBER,
  POSTERN_VALUE_REAL,
  POSTERN_VALUE_STRING, /* text */
  POSTERN_VALUE_LIST,
  POSTERN_VALUE_DICTIONARY,
  POSTERN_VALUE_OTHER /* there, but nothing that a page can show */
} PosternValueKind;

typedef struct _PosternValue PosternValue;
struct _PosternValue {
  PosternValueKind kind;
  guint hash;       /* of the name */
  const char *name; /* (nullable): of a dictionary's member */
  union {
    const char *text;
    gint64 number;
    double real;
  };
  PosternValue *items; /* (nullable): of a list or dictionary, once read */
  gsize n_items;
  GVariant *source, *name_source; /* (nullable): keep the text, the unread items and the name alive */
};

/** postern_value_init: reads @variant, out of its boxes, into @self, which holds nothing yet. @variant: (transfer none) (nullable). */
void postern_value_init (PosternValue *self, GVariant *variant);
void postern_value_clear (PosternValue *self);
/** postern_value_read: makes the items of a list or dictionary. */
void postern_value_read (PosternValue *self);
/** postern_value_read_all: reads every level, so that threads may share @self. Only for what we built ourselves: the depth has no bound. */
void postern_value_read_all (PosternValue *self);
/** postern_value_find: the member of a dictionary whose name is @length bytes at @name. (transfer none) (nullable): none, or nothing in it */
PosternValue *postern_value_find (PosternValue *self, const char *name, gsize length);
/** postern_value_get_string: the text of a dictionary's member. (transfer none) (nullable): none, or no text */
const char *postern_value_get_string (PosternValue *self, const char *name);
/** postern_value_set_name: borrows @name, for members that are made by hand. */
void postern_value_set_name (PosternValue *self, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternValue, postern_value_clear)

G_END_DECLS
