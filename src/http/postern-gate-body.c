/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-body.h"

#include <string.h>

#define MORE 0
#define DONE 200
#define BAD 400
#define TOO_LARGE 413

guint
postern_gate_body_begin (PosternGateBody *self, const PosternGateHead *head, gsize max)
{
  memset (self, 0, sizeof *self);
  self->max = max;
  self->state = head->chunked ? POSTERN_GATE_BODY_SIZE : POSTERN_GATE_BODY_LENGTH;
  if (head->content_length > 0)
    self->left = (guint64) head->content_length;
  return self->left > max ? TOO_LARGE : DONE;
}

static void
keep (PosternGateBody *self, const char *data, gsize length)
{
  if (!self->bytes)
    self->bytes = g_byte_array_sized_new ((guint) MIN (self->left, 16 * 1024));
  g_byte_array_append (self->bytes, (const guint8 *) data, (guint) length);
  self->left -= length;
}

/* chunk-size: one to seven hexadecimal digits, so that no sum can wrap; then perhaps extensions, which mean nothing to us. */
static guint
read_size (PosternGateBody *self, const char *line, gsize length)
{
  guint64 size = 0;
  gsize have = self->bytes ? self->bytes->len : 0;
  gsize i = 0;

  for (; i < length && g_ascii_isxdigit (line[i]); i++) {
    if (i == 7)
      return TOO_LARGE;
    size = size * 16 + (guint64) g_ascii_xdigit_value (line[i]);
  }
  if (i == 0 || (i < length && line[i] != ';'))
    return BAD;
  for (; i < length; i++)
    if ((guchar) line[i] < ' ' || (guchar) line[i] >= 0x7f)
      return BAD;
  if (size > self->max - have)
    return TOO_LARGE;
  self->left = size;
  self->state = size ? POSTERN_GATE_BODY_DATA : POSTERN_GATE_BODY_TRAILER;
  return MORE;
}

static guint
read_trailer (PosternGateBody *self, const char *line, gsize length)
{
  PosternGateField field;

  if (length == 0)
    return DONE;
  if (++self->trailers > POSTERN_GATE_BODY_MAX_TRAILERS || !postern_gate_head_split_field (line, length, &field))
    return BAD;
  return MORE;
}

/* A whole line, or nothing: @used stays 0 while it is not complete. */
static guint
read_line (PosternGateBody *self, const char *data, gsize length, gsize *used)
{
  gsize max = self->state == POSTERN_GATE_BODY_TRAILER ? POSTERN_GATE_HEAD_MAX_LINE : POSTERN_GATE_BODY_MAX_CHUNK_LINE;
  const char *lf = memchr (data, '\n', MIN (length, max));
  gsize line;

  if (!lf && length >= max)
    return BAD;
  if (!lf)
    return memchr (data, '\r', length ? length - 1 : 0) ? BAD : MORE;
  line = (gsize) (lf - data);
  if (line == 0 || data[line - 1] != '\r' || memchr (data, '\r', line - 1))
    return BAD;
  *used = line + 1;
  return self->state == POSTERN_GATE_BODY_TRAILER ? read_trailer (self, data, line - 1) : read_size (self, data, line - 1);
}

static guint
read_data_end (PosternGateBody *self, const char *data, gsize length, gsize *used)
{
  if (data[0] != '\r' || (length > 1 && data[1] != '\n'))
    return BAD;
  if (length < 2)
    return MORE;
  *used = 2;
  self->state = POSTERN_GATE_BODY_SIZE;
  return MORE;
}

static guint
read_data (PosternGateBody *self, const char *data, gsize length, gsize *used)
{
  *used = (gsize) MIN ((guint64) length, self->left);
  keep (self, data, *used);
  if (self->left)
    return MORE;
  if (self->state == POSTERN_GATE_BODY_LENGTH)
    return DONE;
  self->state = POSTERN_GATE_BODY_DATA_END;
  return MORE;
}

static guint
step (PosternGateBody *self, const char *data, gsize length, gsize *used)
{
  switch (self->state) {
  case POSTERN_GATE_BODY_LENGTH:
  case POSTERN_GATE_BODY_DATA:
    return read_data (self, data, length, used);
  case POSTERN_GATE_BODY_DATA_END:
    return read_data_end (self, data, length, used);
  default:
    return read_line (self, data, length, used);
  }
}

guint
postern_gate_body_feed (PosternGateBody *self, const char *data, gsize length, gsize *consumed)
{
  *consumed = 0;
  if (self->state == POSTERN_GATE_BODY_LENGTH && self->left == 0)
    return DONE;
  while (*consumed < length) {
    gsize used = 0;
    guint status = step (self, data + *consumed, length - *consumed, &used);
    *consumed += used;
    if (status != MORE || used == 0)
      return status;
  }
  return MORE;
}

GBytes *
postern_gate_body_steal (PosternGateBody *self)
{
  return self->bytes ? g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes)) : g_bytes_new_static ("", 0);
}

void
postern_gate_body_clear (PosternGateBody *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}
