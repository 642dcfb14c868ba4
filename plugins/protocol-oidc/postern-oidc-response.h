/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/**
 * postern_oidc_response_new: sends @pairs (name, value, …, NULL) with `state` and `iss` (RFC 9207) to the flow's redirect URI, in its
 * response mode: a 303, or a page that posts itself.
 */
PosternResponse *postern_oidc_response_new (PosternOidc *self, PosternFlow *flow, const char *const *pairs);

/** postern_oidc_response_get_error: the word for @error that an authorization response may carry (RFC 6749 section 4.1.2.1, Core 3.1.2.6) */
const char *postern_oidc_response_get_error (const GError *error);

/** postern_oidc_response_add_query: @url with @name=@value behind its query, which may be there already. (transfer full) */
char *postern_oidc_response_add_query (const char *url, const char *name, const char *value);

/**
 * postern_oidc_response_again_by_get: a form that another site posts comes without our cookies (SameSite=Lax), so the person would
 * look signed out; the same request by GET, to ourselves, brings them.
 * Returns: (transfer full) (nullable): NULL when @request is no POST, or its form is too long for an address
 */
PosternResponse *postern_oidc_response_again_by_get (PosternRequest *request);

G_END_DECLS
