/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-types.h"

G_BEGIN_DECLS

/**
 * POSTERN_ERROR:
 *
 * The one domain of errors. A message is for the log; codes marked internal never show it to a stranger.
 */
#define POSTERN_ERROR (postern_error_quark ())

/**
 * PosternError:
 * @POSTERN_ERROR_FAILED: internal: server_error, 500
 * @POSTERN_ERROR_TEMPORARILY_UNAVAILABLE: temporarily_unavailable, 503
 * @POSTERN_ERROR_TOO_MANY_REQUESTS: temporarily_unavailable, 429 (carries Retry-After)
 * @POSTERN_ERROR_NOT_FOUND: not_found, 404
 * @POSTERN_ERROR_CONFLICT: conflict, 409: a unique value is taken
 * @POSTERN_ERROR_STALE: stale, 410: used, expired or superseded
 * @POSTERN_ERROR_INVALID_REQUEST: invalid_request, 400
 * @POSTERN_ERROR_INVALID_CLIENT: invalid_client, 401
 * @POSTERN_ERROR_INVALID_GRANT: invalid_grant, 400
 * @POSTERN_ERROR_UNAUTHORIZED_CLIENT: unauthorized_client, 400
 * @POSTERN_ERROR_UNSUPPORTED_GRANT_TYPE: unsupported_grant_type, 400
 * @POSTERN_ERROR_UNSUPPORTED_RESPONSE_TYPE: unsupported_response_type, 400
 * @POSTERN_ERROR_INVALID_SCOPE: invalid_scope, 400
 * @POSTERN_ERROR_INVALID_TARGET: invalid_target, 400 (RFC 8707)
 * @POSTERN_ERROR_INVALID_TOKEN: invalid_token, 401 (RFC 6750)
 * @POSTERN_ERROR_INSUFFICIENT_SCOPE: insufficient_scope, 403 (RFC 6750)
 * @POSTERN_ERROR_ACCESS_DENIED: access_denied, 403
 * @POSTERN_ERROR_LOGIN_REQUIRED: login_required, 400 (OpenID Connect Core 3.1.2.6)
 * @POSTERN_ERROR_INTERACTION_REQUIRED: interaction_required, 400
 * @POSTERN_ERROR_CONSENT_REQUIRED: consent_required, 400
 * @POSTERN_ERROR_ACCOUNT_SELECTION_REQUIRED: account_selection_required, 400
 * @POSTERN_ERROR_UNMET_AUTHENTICATION: unmet_authentication_requirements, 400
 * @POSTERN_ERROR_INVALID_REQUEST_OBJECT: invalid_request_object, 400
 * @POSTERN_ERROR_REQUEST_NOT_SUPPORTED: request_not_supported, 400
 * @POSTERN_ERROR_REQUEST_URI_NOT_SUPPORTED: request_uri_not_supported, 400
 * @POSTERN_ERROR_REGISTRATION_NOT_SUPPORTED: registration_not_supported, 400
 * @POSTERN_ERROR_METHOD_NOT_ALLOWED: invalid_request, 405
 * @POSTERN_ERROR_TOO_LARGE: invalid_request, 413
 * @POSTERN_ERROR_PROVIDER: temporarily_unavailable, 502: an upstream provider misbehaved
 * @POSTERN_ERROR_CREDENTIALS: access_denied, 400: unknown person or wrong password, never told apart
 * @POSTERN_ERROR_CONFIG: server_error, 500: a setting is missing or wrong
 * @POSTERN_ERROR_UNREACHABLE: temporarily_unavailable, 504: an upstream provider does not answer
 * @POSTERN_ERROR_STORE: internal: temporarily_unavailable, 503: the database cannot be read or written now
 * @POSTERN_ERROR_INVALID_SESSION: invalid_session, 400 (OAuth 2.0 for First-Party Applications)
 * @POSTERN_ERROR_REDIRECT_TO_WEB: redirect_to_web, 403 (likewise)
 * @POSTERN_ERROR_INSUFFICIENT_AUTHORIZATION: insufficient_authorization, 403 (likewise): the person must show more
 * @POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION: insufficient_user_authentication, 401: the sign-in behind a token is too weak or too old (RFC 9470)
 * @POSTERN_ERROR_LAST: how many there are
 *
 * The one list of what can go wrong. Each code has exactly one wire word (the OAuth 2.0 / OpenID Connect
 * `error` value, RFC 6749 section 4.1.2.1 and its registry) and one HTTP status; postern-error.c holds the table.
 * A `GError` message is for the operator's log and the developer's `error_description`; codes marked internal
 * never show it to a stranger.
 */
typedef enum {
  POSTERN_ERROR_FAILED,
  POSTERN_ERROR_TEMPORARILY_UNAVAILABLE,
  POSTERN_ERROR_TOO_MANY_REQUESTS,
  POSTERN_ERROR_NOT_FOUND,
  POSTERN_ERROR_CONFLICT,
  POSTERN_ERROR_STALE,
  POSTERN_ERROR_INVALID_REQUEST,
  POSTERN_ERROR_INVALID_CLIENT,
  POSTERN_ERROR_INVALID_GRANT,
  POSTERN_ERROR_UNAUTHORIZED_CLIENT,
  POSTERN_ERROR_UNSUPPORTED_GRANT_TYPE,
  POSTERN_ERROR_UNSUPPORTED_RESPONSE_TYPE,
  POSTERN_ERROR_INVALID_SCOPE,
  POSTERN_ERROR_INVALID_TARGET,
  POSTERN_ERROR_INVALID_TOKEN,
  POSTERN_ERROR_INSUFFICIENT_SCOPE,
  POSTERN_ERROR_ACCESS_DENIED,
  POSTERN_ERROR_LOGIN_REQUIRED,
  POSTERN_ERROR_INTERACTION_REQUIRED,
  POSTERN_ERROR_CONSENT_REQUIRED,
  POSTERN_ERROR_ACCOUNT_SELECTION_REQUIRED,
  POSTERN_ERROR_UNMET_AUTHENTICATION,
  POSTERN_ERROR_INVALID_REQUEST_OBJECT,
  POSTERN_ERROR_REQUEST_NOT_SUPPORTED,
  POSTERN_ERROR_REQUEST_URI_NOT_SUPPORTED,
  POSTERN_ERROR_REGISTRATION_NOT_SUPPORTED,
  POSTERN_ERROR_METHOD_NOT_ALLOWED,
  POSTERN_ERROR_TOO_LARGE,
  POSTERN_ERROR_PROVIDER,
  POSTERN_ERROR_CREDENTIALS,
  POSTERN_ERROR_CONFIG,
  POSTERN_ERROR_UNREACHABLE,
  POSTERN_ERROR_STORE,
  POSTERN_ERROR_INVALID_SESSION,
  POSTERN_ERROR_REDIRECT_TO_WEB,
  POSTERN_ERROR_INSUFFICIENT_AUTHORIZATION,
  POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION,
  POSTERN_ERROR_LAST
} PosternError;

/**
 * postern_error_quark:
 *
 * The domain of #PosternError.
 *
 * Returns: the quark
 */
POSTERN_API GQuark postern_error_quark (void);

/**
 * postern_error_get_wire:
 * @error: (nullable)
 *
 * The `error` word that a client reads for @error; "server_error" for any other domain.
 *
 * Returns: (transfer none): a static string
 */
POSTERN_API const char *postern_error_get_wire (const GError *error);

/**
 * postern_error_get_status:
 * @error: (nullable)
 *
 * The HTTP status of @error; 500 for any other domain.
 *
 * Returns: the status
 */
POSTERN_API guint postern_error_get_status (const GError *error);

/**
 * postern_error_is_public:
 * @error: (nullable)
 *
 * Whether the message of @error may be shown to a stranger.
 *
 * Returns: TRUE if it may
 */
POSTERN_API gboolean postern_error_is_public (const GError *error);

G_END_DECLS
