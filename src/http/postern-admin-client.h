/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** PosternAdminClient: calls the management API over the local admin socket (HTTP/1.1 over AF_UNIX), or elsewhere with an access token. For one thread at a time. */
typedef struct _PosternAdminClient PosternAdminClient;

/** postern_admin_client_new: @socket_path: the server's `server.admin-socket`; nothing is opened yet. */
PosternAdminClient *postern_admin_client_new (const char *socket_path);
/** postern_admin_client_new_for_url: @url: a server's public URL; @token: what it is shown. The caller has seen that the way there is safe. */
PosternAdminClient *postern_admin_client_new_for_url (const char *url, const char *token);
void postern_admin_client_free (PosternAdminClient *self);

/**
 * postern_admin_client_call: blocks.
 * @path: with its query, percent-encoded: "/api/v1/users?limit=5"
 * @body: (nullable): a{sv}
 * @answer: (out) (optional) (transfer full) (nullable): a{sv}; NULL when the answer has no body
 * Returns: FALSE with G_IO_ERROR when nobody answers; with POSTERN_ERROR when the API refuses: NOT_FOUND,
 * CONFLICT, INVALID_REQUEST, TEMPORARILY_UNAVAILABLE or FAILED, with the API's own words.
 */
gboolean postern_admin_client_call (PosternAdminClient *self, const char *method, const char *path, GVariant *body, GVariant **answer, GError **error);

/** postern_admin_client_get_tag: the ETag of the last answer. (transfer none) (nullable): it had none */
const char *postern_admin_client_get_tag (PosternAdminClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternAdminClient, postern_admin_client_free)

G_END_DECLS
