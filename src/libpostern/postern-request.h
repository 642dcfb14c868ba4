/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternRequest:
 *
 * One vetted HTTP request, as plain data.
 *
 * It holds no socket. It is made on an I/O thread, then read by exactly one handler thread; nobody writes to it
 * after it was made, except the setters that src/http uses while building it.
 *
 * Parameters come from the query (`postern_request_get_query`) or an `application/x-www-form-urlencoded` body
 * (`postern_request_get_form`). A parameter that stands twice makes the look-up fail, because a repeated
 * parameter is an error (RFC 6749 section 3.1).
 */
#define POSTERN_TYPE_REQUEST (postern_request_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternRequest, postern_request, POSTERN, REQUEST, GObject)

/**
 * postern_request_new:
 * @path: the decoded path below the public URL's own path, starting with '/'
 * @query: (nullable): still encoded
 *
 * Makes a request; for src/http and tests.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternRequest *postern_request_new (const char *method, const char *path, const char *query);

/**
 * postern_request_get_id:
 *
 * The request id, which error pages show.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_request_get_id (PosternRequest *self);

/**
 * postern_request_get_method:
 *
 * The method, as it was sent.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_request_get_method (PosternRequest *self);

/**
 * postern_request_get_path:
 *
 * The decoded path below the public URL's own path.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_request_get_path (PosternRequest *self);

/**
 * postern_request_get_query_string:
 *
 * The whole query.
 *
 * Returns: (transfer none) (nullable): still encoded
 */
POSTERN_API const char *postern_request_get_query_string (PosternRequest *self);

/**
 * postern_request_get_header:
 *
 * One header, whatever its case.
 *
 * Returns: (transfer none) (nullable): repeated ones are joined by ", "
 */
POSTERN_API const char *postern_request_get_header (PosternRequest *self, const char *name);

/**
 * postern_request_get_cookie:
 *
 * One cookie.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_request_get_cookie (PosternRequest *self, const char *name);

/**
 * postern_request_get_remote_address:
 *
 * Where the browser is, proxies already resolved.
 *
 * Returns: (transfer none): a numeric address
 */
POSTERN_API const char *postern_request_get_remote_address (PosternRequest *self);

/**
 * postern_request_get_public_url:
 *
 * The configured public URL.
 *
 * Returns: (transfer none): without a trailing slash
 */
POSTERN_API const char *postern_request_get_public_url (PosternRequest *self);

/**
 * postern_request_get_body:
 *
 * The whole body.
 *
 * Returns: (transfer none): never NULL
 */
POSTERN_API GBytes *postern_request_get_body (PosternRequest *self);

/**
 * postern_request_get_cancellable:
 *
 * Fires at the deadline or when the client leaves.
 *
 * Returns: (transfer none):
 */
POSTERN_API GCancellable *postern_request_get_cancellable (PosternRequest *self);
/* (nullable): the value of a `{name}` in the route's pattern, decoded */
/**
 * postern_request_get_capture:
 *
 * The value of a `{name}` in the route's pattern, decoded.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_request_get_capture (PosternRequest *self, const char *name);

/**
 * postern_request_get_query:
 * @value: (out) (nullable) (transfer none): decoded; NULL when absent
 *
 * One parameter of the query.
 *
 * Returns: FALSE with POSTERN_ERROR_INVALID_REQUEST when @name stands more than once
 */
POSTERN_API gboolean postern_request_get_query (PosternRequest *self, const char *name, const char **value, GError **error);

/**
 * postern_request_get_form:
 * @value: (out) (nullable) (transfer none): decoded; NULL when absent
 *
 * One field of the form in the body.
 *
 * Returns: FALSE with POSTERN_ERROR_INVALID_REQUEST when @name stands more than once, or the body is no form
 */
POSTERN_API gboolean postern_request_get_form (PosternRequest *self, const char *name, const char **value, GError **error);

/* For whoever makes a request: src/http, and tests. All copy their arguments. */
/**
 * postern_request_set_id:
 *
 * Sets the request id.
 */
POSTERN_API void postern_request_set_id (PosternRequest *self, const char *id);

/**
 * postern_request_add_header:
 *
 * Adds a header.
 */
POSTERN_API void postern_request_add_header (PosternRequest *self, const char *name, const char *value);

/**
 * postern_request_set_body:
 *
 * Sets the body.
 */
POSTERN_API void postern_request_set_body (PosternRequest *self, GBytes *body);

/**
 * postern_request_set_remote_address:
 *
 * Sets where the browser is.
 */
POSTERN_API void postern_request_set_remote_address (PosternRequest *self, const char *address);

/**
 * postern_request_set_public_url:
 *
 * Sets the public URL.
 */
POSTERN_API void postern_request_set_public_url (PosternRequest *self, const char *url);

/**
 * postern_request_set_cancellable:
 *
 * Sets what fires at the deadline.
 */
POSTERN_API void postern_request_set_cancellable (PosternRequest *self, GCancellable *cancellable);

/**
 * postern_request_set_capture:
 *
 * Sets the value of a `{name}` of the route's pattern.
 */
POSTERN_API void postern_request_set_capture (PosternRequest *self, const char *name, const char *value);

G_END_DECLS
