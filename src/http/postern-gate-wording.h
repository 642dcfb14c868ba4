/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-gate-reply.h"

G_BEGIN_DECLS

/** PosternGateWording: how a thread writes answers (RFC 9112 section 4): what it keeps is the line that says the time. */
typedef struct {
  gint64 second;  /* that @date is of */
  char date[48];  /* "Date: …\r\n" (RFC 9110 section 5.6.7) */
} PosternGateWording;

/**
 * postern_gate_wording_write: appends status line, fields and body of @reply to @out, with Date, Content-Length and Connection.
 * @without_body: the answer to HEAD: says how long the body would be
 */
void postern_gate_wording_write (PosternGateWording *self, const PosternGateReply *reply, gboolean without_body, gboolean close, GString *out);

G_END_DECLS
