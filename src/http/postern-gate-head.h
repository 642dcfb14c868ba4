/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/*
 * The head of one request, read by the grammar of RFC 9112 and RFC 9110 and not one byte more: what is doubtful is refused,
 * because two readers who understand a message differently are how requests are smuggled. Pure functions over a buffer.
 */
#define POSTERN_GATE_HEAD_MAX_LINE 8192
#define POSTERN_GATE_HEAD_MAX_BYTES (32 * 1024)
#define POSTERN_GATE_HEAD_MAX_FIELDS 100
#define POSTERN_GATE_HEAD_MORE 0 /* the head is not complete yet */
#define POSTERN_GATE_HEAD_DONE 200

/** PosternSlice: a piece of the caller's buffer; not NUL-terminated. */
typedef struct {
  const char *text;
  gsize length;
} PosternSlice;

typedef struct {
  PosternSlice name, value;
} PosternGateField;

/** PosternGateHead: what was read; every slice points into the buffer that was given. */
typedef struct {
  PosternSlice method;
  PosternSlice path;  /* still encoded; begins with '/', or is "*" (OPTIONS) */
  PosternSlice query; /* behind the '?'; text is NULL when there is none */
  PosternSlice host;  /* text is NULL when there is none (HTTP/1.0 only) */
  guint minor;        /* HTTP/1.x */
  gint64 content_length; /* -1 when there is none */
  gboolean chunked;
  gboolean keep_alive;
  gboolean expects_continue;
  guint n_fields;
  PosternGateField fields[POSTERN_GATE_HEAD_MAX_FIELDS];
} PosternGateHead;

/**
 * postern_gate_head_parse: reads a head from the first @length bytes of @data.
 * @consumed: (out): bytes of the head when done
 * Returns: POSTERN_GATE_HEAD_MORE, POSTERN_GATE_HEAD_DONE, or the HTTP status to refuse with: 400, 414, 417, 431, 501, 505
 */
guint postern_gate_head_parse (PosternGateHead *self, const char *data, gsize length, gsize *consumed);
/** postern_gate_head_equals: whether @slice is @text, letters of either case. Here, so that a literal's length is not counted anew. */
static inline gboolean
postern_gate_head_equals (const PosternSlice *slice, const char *text)
{
  return strlen (text) == slice->length && g_ascii_strncasecmp (slice->text, text, slice->length) == 0;
}

/** postern_gate_head_split_field: @line, without its end, as `name: value` by the grammar; also of trailers, and of the parts of a body. FALSE: it is none */
gboolean postern_gate_head_split_field (const char *line, gsize length, PosternGateField *field);

G_END_DECLS
