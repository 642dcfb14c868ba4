/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-pairs-private.h"
#include "postern-request.h"
#include "postern-route.h"

G_BEGIN_DECLS

/* Exported for the rooms in tree; this header is not installed. */
/**
 * postern_request_get_parameters: every parameter of the query (GET, HEAD) or of the form body (POST).
 * Returns: (transfer none) (nullable): NULL with POSTERN_ERROR_INVALID_REQUEST when one stands twice, is not
 * UTF-8, contains NUL, or there are more than 100. */
POSTERN_API PosternPairs *postern_request_get_parameters (PosternRequest *self, GError **error);
/** postern_request_add_field: as postern_request_add_header(), from pieces of a larger text. */
POSTERN_API void postern_request_add_field (PosternRequest *self, const char *name, gsize name_length, const char *value, gsize length);
/** postern_request_get_tenant: which tenant it is for, as the way it came by says. (transfer none) (nullable): the default one */
POSTERN_API const char *postern_request_get_tenant (PosternRequest *self);
/** postern_request_set_tenant: @slug: copied */
POSTERN_API void postern_request_set_tenant (PosternRequest *self, const char *slug);

/**
 * postern_request_set_form: what the form is whose body was read by somebody else: multipart/form-data.
 * @form: (transfer full)
 * @files: (transfer full) (element-type utf8 GBytes): by field; NULL for one in which none was picked
 */
POSTERN_API void postern_request_set_form (PosternRequest *self, PosternPairs *form, GHashTable *files);
/** postern_request_get_file: (transfer none) (nullable): the file that was picked in the field @name; nothing of it is believed yet */
POSTERN_API GBytes *postern_request_get_file (PosternRequest *self, const char *name);

/** postern_request_set_route: the row that the path led to; it outlives the request. */
POSTERN_API void postern_request_set_route (PosternRequest *self, const PosternRoute *route);
/** postern_request_get_route: (transfer none) (nullable): what postern_request_set_route() set */
POSTERN_API const PosternRoute *postern_request_get_route (PosternRequest *self);

G_END_DECLS
