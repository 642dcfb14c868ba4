/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternResponse:
 *
 * The answer to a PosternRequest, as plain data.
 *
 * Either bytes, or a page: the name of a template and its model, which src/http renders in the person's language
 * with the content security policy and the CSRF token. A handler that wants a person to see something never
 * writes HTML itself.
 */
#define POSTERN_TYPE_RESPONSE (postern_response_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternResponse, postern_response, POSTERN, RESPONSE, GObject)

/**
 * postern_response_new:
 * @content_type: (nullable)
 * @body: (nullable): an empty one
 *
 * Makes an answer of bytes. A 503 says in how many seconds to come again (Retry-After).
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternResponse *postern_response_new (guint status, const char *content_type, GBytes *body);

/**
 * postern_response_new_json:
 * @model: floating is sunk
 *
 * Writes @model as JSON, with `Cache-Control: no-store`.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternResponse *postern_response_new_json (guint status, GVariant *model);

/**
 * postern_response_new_redirect:
 * @location: absolute, or a path that starts with '/' and is taken below the public URL
 *
 * 303 See Other, with `Cache-Control: no-store`.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternResponse *postern_response_new_redirect (const char *location);

/**
 * POSTERN_RESPONSE_JSON:
 *
 * In place of a template's name: the page is its model, as JSON. Each object in it that has a member #POSTERN_RESPONSE_PHRASE
 * becomes that phrase, in the person's language, its placeholders filled in from the object's other members.
 */
#define POSTERN_RESPONSE_JSON "application/json"

/**
 * POSTERN_RESPONSE_PHRASE:
 *
 * The name of the member that holds an English phrase.
 */
#define POSTERN_RESPONSE_PHRASE "phrase"

/**
 * postern_response_new_page:
 * @model: (nullable): an a{sv}, floating is sunk
 *
 * A page; see src/http/postern-template.h.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternResponse *postern_response_new_page (guint status, const char *template_name, GVariant *model);

/**
 * postern_response_new_error:
 *
 * The standard JSON body (`error`, `error_description`) of @error, with its status.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternResponse *postern_response_new_error (const GError *error);

/**
 * postern_response_new_error_page:
 * @back_url: (nullable): the one button
 *
 * What a person sees of @error; never internal text.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternResponse *postern_response_new_error_page (const GError *error, const char *back_url);

/**
 * postern_response_get_status:
 *
 * The HTTP status.
 *
 * Returns: the status
 */
POSTERN_API guint postern_response_get_status (PosternResponse *self);

/**
 * postern_response_get_content_type:
 *
 * The type of the body.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_response_get_content_type (PosternResponse *self);

/**
 * postern_response_get_body:
 *
 * The body.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API GBytes *postern_response_get_body (PosternResponse *self);

/**
 * postern_response_get_template:
 *
 * The template, if it is a page.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_response_get_template (PosternResponse *self);

/**
 * postern_response_get_model:
 *
 * The page's model.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API GVariant *postern_response_get_model (PosternResponse *self);

/**
 * postern_response_set_header:
 *
 * Sets a header in place of the one before. Names and values with CR, LF or NUL are a programmer's error.
 */
POSTERN_API void postern_response_set_header (PosternResponse *self, const char *name, const char *value);

/**
 * postern_response_get_header:
 *
 * One header.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_response_get_header (PosternResponse *self, const char *name);

/**
 * postern_response_set_cookie:
 * @max_age: seconds; 0 deletes; -1 for a cookie that ends with the browser
 *
 * Sets a cookie: always HttpOnly, SameSite=Lax, Path=/; on an https public URL also Secure and with the `__Host-` prefix, which
 * src/http adds to the name (and takes off again when reading).
 */
POSTERN_API void postern_response_set_cookie (PosternResponse *self, const char *name, const char *value, gint64 max_age);

/**
 * postern_response_allow_form_target:
 *
 * Adds the origin of @url to the page's CSP `form-action`, for a form whose POST ends in a redirect to the application
 * (Chromium checks redirects too), or form_post.
 */
POSTERN_API void postern_response_allow_form_target (PosternResponse *self, const char *url);

/**
 * postern_response_allow_source:
 * @directive: "script-src", "frame-src", "connect-src", "style-src" or "img-src"
 * @source: an origin, or a URL below which all is allowed: "https://a.example", "https://a.example/path/"; a host may begin with "*."
 *
 * Adds @source to one directive of this page's CSP. What is neither is left out: a policy is loosened by what stands in it alone.
 */
POSTERN_API void postern_response_allow_source (PosternResponse *self, const char *directive, const char *source);

/**
 * PosternSourceFunc:
 *
 * For postern_response_foreach_source().
 */
typedef void (*PosternSourceFunc) (const char *directive, const char *source, gpointer user_data);

/**
 * postern_response_foreach_source:
 * @func: (scope call):
 *
 * Goes through what postern_response_allow_source() added, in order.
 */
POSTERN_API void postern_response_foreach_source (PosternResponse *self, PosternSourceFunc func, gpointer user_data);

/**
 * postern_response_get_form_targets:
 *
 * The origins that postern_response_allow_form_target() added.
 *
 * Returns: (transfer none) (element-type utf8): origins
 */
POSTERN_API GPtrArray *postern_response_get_form_targets (PosternResponse *self);

/**
 * PosternHeaderFunc:
 * @name: the header or cookie
 * @value: its value
 * @user_data: what was given with the function
 *
 * Is called for each header.
 */
typedef void (*PosternHeaderFunc) (const char *name, const char *value, gpointer user_data);

/**
 * PosternCookieFunc:
 * @name: the header or cookie
 * @value: its value
 * @max_age: seconds; 0 deletes; -1 for a cookie that ends with the browser
 * @user_data: what was given with the function
 *
 * Is called for each cookie.
 */
typedef void (*PosternCookieFunc) (const char *name, const char *value, gint64 max_age, gpointer user_data);

/**
 * postern_response_foreach_header:
 * @func: (scope call)
 *
 * Calls @func for each header that is no cookie.
 */
POSTERN_API void postern_response_foreach_header (PosternResponse *self, PosternHeaderFunc func, gpointer user_data);

/**
 * postern_response_foreach_cookie:
 * @func: (scope call)
 *
 * Calls @func for each cookie.
 */
POSTERN_API void postern_response_foreach_cookie (PosternResponse *self, PosternCookieFunc func, gpointer user_data);

G_END_DECLS
