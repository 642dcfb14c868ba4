/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * PosternHandler:
 *
 * Answers @request. May block; runs on a handler thread.
 * Returns: (transfer full): never NULL, except from an `inline_handler`, where NULL means "not without blocking"
 * and the request goes on to the handler thread.
 */
typedef PosternResponse *(*PosternHandler) (PosternRequest *request, gpointer user_data);

/**
 * PosternRouteFlags:
 * @POSTERN_ROUTE_DEFAULT: nothing special
 * @POSTERN_ROUTE_CSRF: a form of ours: the POST must be same-origin and carry the CSRF token
 * @POSTERN_ROUTE_CORS: any origin may read it, without credentials (token, userinfo, discovery, JWKS)
 * @POSTERN_ROUTE_ADMIN: only on the local admin socket or with a management token
 * @POSTERN_ROUTE_INTROSPECTION: asks whether a token is worth anything (RFC 7662): of a tenant that is suspended none is, whoever asks
 * @POSTERN_ROUTE_LOOK: a file that pages look by: served by a tenant that is suspended, too, to whose page that says so it belongs
 * @POSTERN_ROUTE_MULTIPART: a form with files: its body must be multipart/form-data, which nothing else takes
 *
 * What is asked of a request before its handler.
 */
typedef enum {
  POSTERN_ROUTE_DEFAULT = 0,
  POSTERN_ROUTE_CSRF = 1 << 0,
  POSTERN_ROUTE_CORS = 1 << 1,
  POSTERN_ROUTE_ADMIN = 1 << 2,
  POSTERN_ROUTE_INTROSPECTION = 1 << 3,
  POSTERN_ROUTE_LOOK = 1 << 4,
  POSTERN_ROUTE_MULTIPART = 1 << 5
} PosternRouteFlags;

/**
 * PosternRoute:
 *
 * One row of a route table. Tables are static and end with a row whose @method is NULL.
 * @method: "GET" (also answers HEAD), "POST", …; a path that exists with another method gets 405.
 * @pattern: "/oidc/token", "/sign-in/{flow}", "/callback/{instance}"; a capture is one segment; "{rest...}" at the end takes all.
 * @handler: for a handler thread
 * @inline_handler: (nullable) tried first on the I/O thread; must not block
 * @body_max: bytes of body allowed; 0 for none
 */
typedef struct {
  const char *method;
  const char *pattern;
  PosternHandler handler;
  PosternHandler inline_handler;
  gsize body_max;
  PosternRouteFlags flags;
} PosternRoute;

G_END_DECLS
