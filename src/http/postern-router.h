/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-request.h"
#include "postern-response.h"
#include "postern-route.h"

G_BEGIN_DECLS

/**
 * PosternRouter: route tables as a tree of path segments. A segment written out goes before a capture, a capture before
 * a rest. Filled before the first look-up, read-only after; thread-safe then.
 */
typedef struct _PosternRouter PosternRouter;

#define POSTERN_ROUTER_MAX_CAPTURES 8

/** PosternRouterMatch: what a path leads to. The captures are decoded and belong to the match. */
typedef struct {
  const PosternRoute *route; /* (nullable): NULL: no such path, or no such method there (then @allow is not 0) */
  gpointer user_data;
  guint allow; /* methods of the path, as bits of postern_router_format_allow() */
  gboolean cors; /* some method of the path may be read by any origin */
  guint n_captures;
  struct {
    const char *name; /* of the table */
    char *value;
  } captures[POSTERN_ROUTER_MAX_CAPTURES];
} PosternRouterMatch;

PosternRouter *postern_router_new (void);
void postern_router_free (PosternRouter *self);
/** postern_router_add: @route outlives the router. FALSE: the pattern is no pattern, or stands twice for its method. */
gboolean postern_router_add (PosternRouter *self, const PosternRoute *route, gpointer user_data);
/**
 * postern_router_decode: the segments of an encoded @path: "/a%20b/c" → "a b", "c". Refused are broken escapes, %00, an encoded
 * slash or backslash, what is not UTF-8, and "." and "..": each has been a way past somebody's rules.
 * Returns: (transfer full) (nullable)
 */
char **postern_router_decode (const char *path, gsize length);
/** postern_router_split: the segments of a @path that is decoded already; "/" has one, which is empty. (transfer full) */
char **postern_router_split (const char *path);
/** postern_router_match: @segments as decoded; HEAD finds GET. Clear @match in the end. */
void postern_router_match (PosternRouter *self, const char *method, char **segments, PosternRouterMatch *match);
void postern_router_match_clear (PosternRouterMatch *match);
/** postern_router_format_allow: the value of an Allow field: "GET, HEAD, OPTIONS". (transfer full) */
char *postern_router_format_allow (guint allow);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternRouter, postern_router_free)

G_END_DECLS
