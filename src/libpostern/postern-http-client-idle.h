/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternHttpClientIdle: connections that an answer left open, for the next question to the same origin and to no other. Where one leads was checked
 * when it was made. One is closed when nobody has used it for a few seconds, before most servers would close it, and serves for a minute at most: by
 * then a name that leads elsewhere is looked up, and checked, again.
 */
typedef struct _PosternHttpClientIdle PosternHttpClientIdle;

/** postern_http_client_idle_new: @context: where its clock runs; referenced. @milliseconds: without use, until one is closed */
PosternHttpClientIdle *postern_http_client_idle_new (GMainContext *context, guint milliseconds);
/** postern_http_client_idle_free: closes all. Nobody iterates @context any more. */
void postern_http_client_idle_free (PosternHttpClientIdle *self);

/**
 * postern_http_client_idle_take: the one of @origin that was used last, unless the other side has closed it or said something unasked. Thread-safe.
 * @made_at: (out): monotonic, for postern_http_client_idle_put()
 * Returns: (transfer full) (nullable): none
 */
GIOStream *postern_http_client_idle_take (PosternHttpClientIdle *self, const char *origin, gint64 *made_at);
/** postern_http_client_idle_put: @stream: (transfer full): nothing of an answer is left in it. @made_at: monotonic. Thread-safe */
void postern_http_client_idle_put (PosternHttpClientIdle *self, const char *origin, GIOStream *stream, gint64 made_at);

G_END_DECLS
