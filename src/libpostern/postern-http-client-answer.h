/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternHttpClientAnswer: one HTTP/1.1 response, read strictly (RFC 9112) from a stranger. Whatever comes, it ends: every
 * line, the head, the interim answers and the body have their caps, and what does not fit the grammar is refused.
 */
typedef struct {
  gboolean is_head; /* asked by HEAD: no body follows */
  gsize max_bytes;  /* of the body */

  guint status;
  GVariant *headers; /* (nullable) a{ss}: lower-case names, values valid UTF-8; those of one name joined by ", " */
  GByteArray *body;  /* (nullable) */
  gboolean begun;    /* something came, if nothing whole */
  gboolean keeps;    /* it is whole, and by all that it says another one may follow */
} PosternHttpClientAnswer;

/**
 * postern_http_client_answer_read: reads to the answer's end and not further; a redirect ends at its head.
 * Returns: FALSE with POSTERN_ERROR_PROVIDER, or with the stream's own error
 */
gboolean postern_http_client_answer_read (PosternHttpClientAnswer *self, GInputStream *stream, GCancellable *cancellable, GError **error);
void postern_http_client_answer_clear (PosternHttpClientAnswer *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternHttpClientAnswer, postern_http_client_answer_clear)

G_END_DECLS
