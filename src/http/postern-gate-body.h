/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-gate-head.h"

G_BEGIN_DECLS

/*
 * The body of one request, gathered up to a cap: by length, or in chunks (RFC 9112 section 7.1) with strict sizes, strict line
 * ends and checked, dropped trailers. Fed piece by piece; keeps no pointer to what it was fed.
 */
#define POSTERN_GATE_BODY_MAX_CHUNK_LINE 256
#define POSTERN_GATE_BODY_MAX_TRAILERS 32

typedef enum {
  POSTERN_GATE_BODY_LENGTH,
  POSTERN_GATE_BODY_SIZE,    /* in a chunk's size line */
  POSTERN_GATE_BODY_DATA,    /* in a chunk's data */
  POSTERN_GATE_BODY_DATA_END, /* before the CR LF behind it */
  POSTERN_GATE_BODY_TRAILER
} PosternGateBodyState;

typedef struct {
  PosternGateBodyState state;
  guint64 left; /* bytes of the body or of the chunk still to come */
  gsize max;
  guint trailers;
  GByteArray *bytes;
} PosternGateBody;

/** postern_gate_body_begin: Returns 200, or 413 when @head already says that it is larger than @max. */
guint postern_gate_body_begin (PosternGateBody *self, const PosternGateHead *head, gsize max);
/** postern_gate_body_feed: Returns 0 for more, 200 when complete, 400 or 413. @consumed: (out): bytes used of @data; the caller keeps the rest */
guint postern_gate_body_feed (PosternGateBody *self, const char *data, gsize length, gsize *consumed);
/** postern_gate_body_steal: the whole body, after 200. (transfer full) */
GBytes *postern_gate_body_steal (PosternGateBody *self);
void postern_gate_body_clear (PosternGateBody *self);

G_END_DECLS
