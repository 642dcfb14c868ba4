/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-json.h"

G_BEGIN_DECLS

/**
 * PosternJsonMember: a member of an a{sv} as it lies in the serialised dictionary, borrowed from it. A look-up through
 * GVariant's own functions makes four of them for each member that it passes: 10,000 instructions for the fifth; this takes 300.
 */
typedef struct {
  gsize index;
  const char *name;
  const char *type; /* @type_length bytes, no NUL behind them */
  gsize type_length;
  const char *data; /* @length bytes, in the machine's byte order, aligned to 8 */
  gsize length;
} PosternJsonMember;

/** PosternJsonMembers: what is being gone through. */
typedef struct {
  const char *data;
  gsize length;
  gsize n_members, next;
  gsize ends;  /* offset of the table of ends */
  gsize start; /* of the next entry */
} PosternJsonMembers;

/** postern_json_member_begin: @object, an a{sv}, is serialised if it was not; what is read holds as long as it does. */
POSTERN_JSON_API void postern_json_member_begin (PosternJsonMembers *self, GVariant *object);
/** postern_json_member_next: FALSE at the end, and where @object is not in normal form. */
POSTERN_JSON_API gboolean postern_json_member_next (PosternJsonMembers *self, PosternJsonMember *member);
/** postern_json_member_find: the first of that name. */
POSTERN_JSON_API gboolean postern_json_member_find (GVariant *object, const char *name, PosternJsonMember *member);
/** postern_json_member_is: whether it is of the type @type (s, x or b), and in normal form. */
POSTERN_JSON_API gboolean postern_json_member_is (const PosternJsonMember *self, char type);

G_END_DECLS
