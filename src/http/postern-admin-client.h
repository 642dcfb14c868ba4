/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternAdminClient: calls the management API over the local admin socket (HTTP/1.1 over AF_UNIX). For one thread at a time. */
typedef struct _PosternAdminClient PosternAdminClient;

/** postern_admin_client_new: @socket_path: the server's `server.admin-socket`; nothing is opened yet. */
PosternAdminClient *postern_admin_client_new (const char *socket_path);
void postern_admin_client_free (PosternAdminClient *self);

/**
 * postern_admin_client_call: blocks.
 * @path: with its query, percent-encoded: "/api/v1/users?limit=5"
 * @body: (nullable): a{sv}
 * @answer: (out) (optional) (transfer full) (nullable): a{sv}; NULL when the answer has no body
 * Returns: FALSE with G_IO_ERROR when nobody answers on the socket; with POSTERN_ERROR when the API refuses: NOT_FOUND,
 * CONFLICT, INVALID_REQUEST, TEMPORARILY_UNAVAILABLE or FAILED, with the API's own words.
 */
gboolean postern_admin_client_call (PosternAdminClient *self, const char *method, const char *path, GVariant *body, GVariant **answer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternAdminClient, postern_admin_client_free)

G_END_DECLS
