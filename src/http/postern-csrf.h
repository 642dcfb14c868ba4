/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-request.h"
#include "postern-response.h"

G_BEGIN_DECLS

/**
 * PosternCsrf: makes sure that a form of ours was sent from a page of ours. The browser keeps a random cookie; the page
 * carries its HMAC, of it and of the tenant's slug, under a key of ours. On top, where the browser says where a request comes from (`Sec-Fetch-Site`,
 * `Origin`), it must be us. Immutable, thread-safe.
 */
typedef struct _PosternCsrf PosternCsrf;

#define POSTERN_CSRF_COOKIE "postern-csrf"
#define POSTERN_CSRF_FIELD "csrf"

/** postern_csrf_new: @key: (nullable): with NULL a random one, and forms go stale with the process */
PosternCsrf *postern_csrf_new (GBytes *key);
void postern_csrf_free (PosternCsrf *self);
/** postern_csrf_dup_token: the token of @request's browser. @fresh: (out) (transfer full) (nullable): the cookie to set, when it had none */
char *postern_csrf_dup_token (PosternCsrf *self, PosternRequest *request, char **fresh);
/** postern_csrf_check: of a POST; POSTERN_ERROR_STALE or POSTERN_ERROR_ACCESS_DENIED when it is not from our page. */
gboolean postern_csrf_check (PosternCsrf *self, PosternRequest *request, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternCsrf, postern_csrf_free)

G_END_DECLS
