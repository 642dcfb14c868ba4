/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternResponse: the answer to a PosternRequest, as plain data.
 *
 * Either bytes, or a page: the name of a template and its model, which src/http renders in the person's language
 * with the content security policy and the CSRF token. A handler that wants a person to see something never
 * writes HTML itself.
 */
#define POSTERN_TYPE_RESPONSE (postern_response_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternResponse, postern_response, POSTERN, RESPONSE, GObject)

/** postern_response_new: @body may be NULL for an empty one. A 503 says in how many seconds to come again (Retry-After). */
POSTERN_API PosternResponse *postern_response_new (guint status, const char *content_type, GBytes *body);
/** postern_response_new_json: takes @model (floating is sunk), writes it as JSON with `Cache-Control: no-store`. */
POSTERN_API PosternResponse *postern_response_new_json (guint status, GVariant *model);
/** postern_response_new_redirect: 303 See Other with `Cache-Control: no-store`; @location is absolute, or a path that starts with '/' and is taken below the public URL. */
POSTERN_API PosternResponse *postern_response_new_redirect (const char *location);
/** postern_response_new_page: @model is an a{sv} (floating is sunk); see src/http/postern-template.h. */
POSTERN_API PosternResponse *postern_response_new_page (guint status, const char *template_name, GVariant *model);
/** postern_response_new_error: the standard JSON body (`error`, `error_description`) of @error, with its status. */
POSTERN_API PosternResponse *postern_response_new_error (const GError *error);
/** postern_response_new_error_page: what a person sees of @error; never internal text. @back_url: (nullable) the one button. */
POSTERN_API PosternResponse *postern_response_new_error_page (const GError *error, const char *back_url);

POSTERN_API guint postern_response_get_status (PosternResponse *self);
POSTERN_API const char *postern_response_get_content_type (PosternResponse *self); /* (nullable) */
POSTERN_API GBytes *postern_response_get_body (PosternResponse *self);             /* (transfer none) (nullable) */
POSTERN_API const char *postern_response_get_template (PosternResponse *self);     /* (nullable): it is a page */
POSTERN_API GVariant *postern_response_get_model (PosternResponse *self);          /* (transfer none) (nullable) */

/** postern_response_set_header: replaces. Names and values with CR, LF or NUL are a programmer's error. */
POSTERN_API void postern_response_set_header (PosternResponse *self, const char *name, const char *value);
POSTERN_API const char *postern_response_get_header (PosternResponse *self, const char *name);

/**
 * postern_response_set_cookie: always HttpOnly, SameSite=Lax, Path=/; on an https public URL also Secure and with the
 * `__Host-` prefix, which src/http adds to the name (and takes off again when reading).
 * @max_age: seconds; 0 deletes; -1 for a cookie that ends with the browser.
 */
POSTERN_API void postern_response_set_cookie (PosternResponse *self, const char *name, const char *value, gint64 max_age);

/**
 * postern_response_allow_form_target: adds the origin of @url to the page's CSP `form-action`, for a form whose
 * POST ends in a redirect to the application (Chromium checks redirects too), or form_post.
 */
POSTERN_API void postern_response_allow_form_target (PosternResponse *self, const char *url);
POSTERN_API GPtrArray *postern_response_get_form_targets (PosternResponse *self); /* (transfer none) (element-type utf8) origins */

/** postern_response_foreach_header: calls @func for each header, and with "Set-Cookie"-free cookies through @cookie_func. */
typedef void (*PosternHeaderFunc) (const char *name, const char *value, gpointer user_data);
typedef void (*PosternCookieFunc) (const char *name, const char *value, gint64 max_age, gpointer user_data);
POSTERN_API void postern_response_foreach_header (PosternResponse *self, PosternHeaderFunc func, gpointer user_data);
POSTERN_API void postern_response_foreach_cookie (PosternResponse *self, PosternCookieFunc func, gpointer user_data);

G_END_DECLS
