/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternHttpClient:
 *
 * The one way out. Guards against server-side request forgery: https only (http and private
 * addresses need the operator's allow-list), every address is checked at connect time, redirects are refused,
 * answers are read strictly (HTTP/1.1) and bounded in bytes and time. Thread-safe; blocks the calling handler thread.
 */
#define POSTERN_TYPE_HTTP_CLIENT (postern_http_client_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternHttpClient, postern_http_client, POSTERN, HTTP_CLIENT, GObject)

/**
 * postern_http_client_get_default:
 *
 * The worker's own client.
 *
 * Returns: (transfer none):
 */
POSTERN_API PosternHttpClient *postern_http_client_get_default (void);

/**
 * postern_http_client_configure:
 * @allow: (nullable) (array zero-terminated=1): "host", "host:port", "address/prefix" that may be private and plain http
 * @ca_file: (nullable): more trusted certificates, PEM
 *
 * For the worker, once, before any request.
 *
 * Returns: FALSE with POSTERN_ERROR_CONFIG
 */
POSTERN_API gboolean postern_http_client_configure (PosternHttpClient *self, const char *const *allow, const char *ca_file, GError **error);

/**
 * postern_http_client_check_url:
 *
 * Whether postern_http_client_send() would take @url, as far as its text tells: its scheme, its host, and how it is written.
 * Where its name leads to is seen only when it is asked.
 *
 * Returns: FALSE with POSTERN_ERROR_PROVIDER
 */
POSTERN_API gboolean postern_http_client_check_url (PosternHttpClient *self, const char *url, GError **error);

/**
 * postern_http_client_send:
 * @headers: (nullable): an a{ss}, floating is sunk
 * @content_type: (nullable)
 * @body: (nullable): with @content_type
 * @max_bytes: 0 for 1 MiB; beyond it the answer is an error
 * @status: (out) (optional): of the answer
 * @reply_headers: (out) (optional) (transfer full): an a{ss}, lower-case names
 * @cancellable: (nullable)
 *
 * Sends one request and reads its answer. Blocks.
 *
 * Returns: (transfer full) (nullable): the body for any status that is not a redirect; NULL with POSTERN_ERROR_UNREACHABLE when
 *   nobody answers, or not within 10 seconds; else with POSTERN_ERROR_PROVIDER
 */
POSTERN_API GBytes *postern_http_client_send (PosternHttpClient *self, const char *method, const char *url, GVariant *headers,
                                              const char *content_type, GBytes *body, gsize max_bytes, guint *status,
                                              GVariant **reply_headers, GCancellable *cancellable, GError **error);

/**
 * postern_http_client_send_repeatable:
 * @headers: (nullable): an a{ss}, floating is sunk
 * @content_type: (nullable)
 * @body: (nullable): with @content_type
 * @max_bytes: 0 for 1 MiB; beyond it the answer is an error
 * @status: (out) (optional): of the answer
 * @reply_headers: (out) (optional) (transfer full): an a{ss}, lower-case names
 * @cancellable: (nullable)
 *
 * As postern_http_client_send() sends a POST, for what the other side knows again when it comes twice, as by an id in it: the connection is kept for a
 * few seconds, for the next one to the same scheme, host and port. Where one that was kept turns out to be closed, the request
 * is sent again, over a new one, which is checked as any is.
 *
 * Returns: (transfer full) (nullable): as postern_http_client_send()
 */
POSTERN_API GBytes *postern_http_client_send_repeatable (PosternHttpClient *self, const char *url, GVariant *headers, const char *content_type, GBytes *body,
                                                         gsize max_bytes, guint *status, GVariant **reply_headers, GCancellable *cancellable, GError **error);

/**
 * postern_http_client_limit:
 * @milliseconds: from now
 * @asker: (nullable): whose own leaving ends the call, too
 *
 * For a call that may take less time than any other: what postern_http_client_send() is given as its cancellable.
 *
 * Returns: (transfer full):
 */
POSTERN_API GCancellable *postern_http_client_limit (PosternHttpClient *self, guint milliseconds, GCancellable *asker);

G_END_DECLS
