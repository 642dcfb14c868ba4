/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternHttpClientOrigins: how many calls are on their way to one origin, from looking up its name to the end of the handshake. GIO does
 * both on a few threads that the whole process shares: an origin that hangs in them may have some of these, and never all.
 */
typedef struct _PosternHttpClientOrigins PosternHttpClientOrigins;

/** postern_http_client_origins_new: @most: calls of one origin at once */
PosternHttpClientOrigins *postern_http_client_origins_new (guint most);
void postern_http_client_origins_free (PosternHttpClientOrigins *self);

/**
 * postern_http_client_origins_enter: waits for a place, in no order. @origin: "host:port". Thread-safe.
 * Returns: FALSE with G_IO_ERROR when @cancellable fires before there is one
 */
gboolean postern_http_client_origins_enter (PosternHttpClientOrigins *self, const char *origin, GCancellable *cancellable, GError **error);
void postern_http_client_origins_leave (PosternHttpClientOrigins *self, const char *origin);

G_END_DECLS
