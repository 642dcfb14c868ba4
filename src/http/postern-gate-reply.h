/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternGateReply: an answer on its way out: status, fields, body. The gate adds Content-Length, Date and Connection. */
typedef struct {
  guint status;
  GArray *fields; /* (element-type PosternGateReplyField) */
  GBytes *body;   /* (nullable) */
} PosternGateReply;

typedef struct {
  const char *name; /* static */
  char *value;
  gboolean owned;
} PosternGateReplyField;

PosternGateReply *postern_gate_reply_new (guint status, GBytes *body);
void postern_gate_reply_free (PosternGateReply *self);
/** postern_gate_reply_add: @name is interned or static; @value is copied. */
void postern_gate_reply_add (PosternGateReply *self, const char *name, const char *value);
/** postern_gate_reply_add_static: as above, and @value lives for ever. */
void postern_gate_reply_add_static (PosternGateReply *self, const char *name, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternGateReply, postern_gate_reply_free)

G_END_DECLS
