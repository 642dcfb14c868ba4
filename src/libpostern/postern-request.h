/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternRequest: one vetted HTTP request, as plain data.
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

/** postern_request_new: @path is the decoded path below the public URL's own path, starting with '/'. */
POSTERN_API PosternRequest *postern_request_new (const char *method, const char *path, const char *query);

POSTERN_API const char *postern_request_get_id (PosternRequest *self);     /* request id, shown on error pages */
POSTERN_API const char *postern_request_get_method (PosternRequest *self);
POSTERN_API const char *postern_request_get_path (PosternRequest *self);
POSTERN_API const char *postern_request_get_query_string (PosternRequest *self); /* (nullable), still encoded */
POSTERN_API const char *postern_request_get_header (PosternRequest *self, const char *name); /* (nullable); case-insensitive; repeated headers joined by ", " */
POSTERN_API const char *postern_request_get_cookie (PosternRequest *self, const char *name); /* (nullable) */
POSTERN_API const char *postern_request_get_remote_address (PosternRequest *self); /* numeric address, proxies already resolved */
POSTERN_API const char *postern_request_get_public_url (PosternRequest *self); /* configured, without trailing slash */
POSTERN_API GBytes *postern_request_get_body (PosternRequest *self);            /* (transfer none), never NULL */
POSTERN_API GCancellable *postern_request_get_cancellable (PosternRequest *self); /* (transfer none); fires at the deadline or when the client leaves */
/* (nullable): the value of a `{name}` in the route's pattern, decoded */
POSTERN_API const char *postern_request_get_capture (PosternRequest *self, const char *name);

/**
 * postern_request_get_query / _get_form:
 * @value: (out) (nullable) (transfer none): the decoded value, NULL when absent
 * Returns: FALSE with POSTERN_ERROR_INVALID_REQUEST when @name stands more than once (or the form is not one).
 */
POSTERN_API gboolean postern_request_get_query (PosternRequest *self, const char *name, const char **value, GError **error);
POSTERN_API gboolean postern_request_get_form (PosternRequest *self, const char *name, const char **value, GError **error);

/* For whoever makes a request: src/http, and tests. All copy their arguments. */
POSTERN_API void postern_request_set_id (PosternRequest *self, const char *id);
POSTERN_API void postern_request_add_header (PosternRequest *self, const char *name, const char *value);
POSTERN_API void postern_request_set_body (PosternRequest *self, GBytes *body);
POSTERN_API void postern_request_set_remote_address (PosternRequest *self, const char *address);
POSTERN_API void postern_request_set_public_url (PosternRequest *self, const char *url);
POSTERN_API void postern_request_set_cancellable (PosternRequest *self, GCancellable *cancellable);
POSTERN_API void postern_request_set_capture (PosternRequest *self, const char *name, const char *value);

G_END_DECLS
