/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternGateTls: certificate and key for TLS 1.2 and 1.3 on the gate's own sockets, non-blocking, over OpenSSL. A worker reads
 * them when it starts, so that a reload, which starts a new worker, takes up a new certificate without losing a request.
 * Immutable, thread-safe. The handshake is part of reading the first head and shares its time.
 */
typedef struct _PosternGateTls PosternGateTls;
typedef struct _PosternGateTlsSession PosternGateTlsSession; /* of one connection; used by one thread at a time */

/** postern_gate_tls_new: PEM files; @certificate_path with the chain behind the certificate. POSTERN_ERROR_CONFIG. (transfer full) (nullable) */
PosternGateTls *postern_gate_tls_new (const char *certificate_path, const char *key_path, GError **error);
void postern_gate_tls_free (PosternGateTls *self);

/** postern_gate_tls_accept: @fd stays the caller's. (transfer full) (nullable) */
PosternGateTlsSession *postern_gate_tls_accept (PosternGateTls *self, int fd);
/* As recv() and send(): 0 at the end of the stream, -1 with errno; EAGAIN when the socket must become ready first. */
gssize postern_gate_tls_read (PosternGateTlsSession *session, char *data, gsize length);
gssize postern_gate_tls_write (PosternGateTlsSession *session, const char *data, gsize length);
/** postern_gate_tls_end: says that nothing more comes (close_notify), if the socket takes it at once. */
void postern_gate_tls_end (PosternGateTlsSession *session);
void postern_gate_tls_session_free (PosternGateTlsSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternGateTls, postern_gate_tls_free)

G_END_DECLS
