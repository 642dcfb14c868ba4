/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternHttpClientGuard: where the server may go. Everybody else's public addresses, by https; and what the operator
 * listed, whatever it is. Immutable, so it needs no lock.
 */
typedef struct _PosternHttpClientGuard PosternHttpClientGuard;

/** postern_http_client_guard_new: @allow: (nullable): "host", "host:port", "[v6]:port", "address/prefix". Returns: (nullable): NULL with POSTERN_ERROR_CONFIG */
PosternHttpClientGuard *postern_http_client_guard_new (const char *const *allow, GError **error);
void postern_http_client_guard_free (PosternHttpClientGuard *self);

/** postern_http_client_guard_is_listed: whether @host is one of the operator's: any address of it, and plain http, will do. */
gboolean postern_http_client_guard_is_listed (PosternHttpClientGuard *self, const char *host, guint16 port);

/** postern_http_client_guard_check_url: scheme, host, no user information. Returns: FALSE with POSTERN_ERROR_PROVIDER */
gboolean postern_http_client_guard_check_url (PosternHttpClientGuard *self, GUri *uri, GError **error);

/** postern_http_client_guard_takes_address: whether an unlisted host may stand at @address; for @plain http only listed prefixes. */
gboolean postern_http_client_guard_takes_address (PosternHttpClientGuard *self, GInetAddress *address, gboolean plain);

/** postern_http_client_guard_is_public: whether @address is one of the open internet's, and of nobody's own network. */
gboolean postern_http_client_guard_is_public (GInetAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternHttpClientGuard, postern_http_client_guard_free)

G_END_DECLS
