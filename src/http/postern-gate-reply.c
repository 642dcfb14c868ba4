/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-gate-reply.h"

static void
field_clear (gpointer data)
{
  PosternGateReplyField *field = data;

  if (field->owned)
    g_free (field->value);
}

PosternGateReply *
postern_gate_reply_new (guint status, GBytes *body)
{
  PosternGateReply *self = g_new0 (PosternGateReply, 1);

  self->status = status;
  self->body = body ? g_bytes_ref (body) : NULL;
  self->fields = g_array_sized_new (FALSE, FALSE, sizeof (PosternGateReplyField), 16);
  g_array_set_clear_func (self->fields, field_clear);
  return self;
}

void
postern_gate_reply_free (PosternGateReply *self)
{
  g_array_unref (self->fields);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

static void
append (PosternGateReply *self, const char *name, char *value, gboolean owned)
{
  PosternGateReplyField field = { name, value, owned };

  g_array_append_val (self->fields, field);
}

void
postern_gate_reply_add (PosternGateReply *self, const char *name, const char *value)
{
  append (self, name, g_strdup (value), TRUE);
}

void
postern_gate_reply_add_static (PosternGateReply *self, const char *name, const char *value)
{
  append (self, name, (char *) value, FALSE);
}
