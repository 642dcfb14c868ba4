/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-error.h"

G_DEFINE_QUARK (postern-error-quark, postern_error)

/* One row a code, in the order of the enumeration: code, wire word, HTTP status, may a stranger read the message. */
#define ROWS(ROW)                                                                  \
  ROW (FAILED, "server_error", 500, FALSE)                                         \
  ROW (TEMPORARILY_UNAVAILABLE, "temporarily_unavailable", 503, TRUE)              \
  ROW (TOO_MANY_REQUESTS, "temporarily_unavailable", 429, TRUE)                    \
  ROW (NOT_FOUND, "not_found", 404, TRUE)                                          \
  ROW (CONFLICT, "conflict", 409, TRUE)                                            \
  ROW (STALE, "stale", 410, TRUE)                                                  \
  ROW (INVALID_REQUEST, "invalid_request", 400, TRUE)                              \
  ROW (INVALID_CLIENT, "invalid_client", 401, TRUE)                                \
  ROW (INVALID_GRANT, "invalid_grant", 400, TRUE)                                  \
  ROW (UNAUTHORIZED_CLIENT, "unauthorized_client", 400, TRUE)                      \
  ROW (UNSUPPORTED_GRANT_TYPE, "unsupported_grant_type", 400, TRUE)                \
  ROW (UNSUPPORTED_RESPONSE_TYPE, "unsupported_response_type", 400, TRUE)          \
  ROW (INVALID_SCOPE, "invalid_scope", 400, TRUE)                                  \
  ROW (INVALID_TARGET, "invalid_target", 400, TRUE)                                \
  ROW (INVALID_TOKEN, "invalid_token", 401, TRUE)                                  \
  ROW (INSUFFICIENT_SCOPE, "insufficient_scope", 403, TRUE)                        \
  ROW (ACCESS_DENIED, "access_denied", 403, TRUE)                                  \
  ROW (LOGIN_REQUIRED, "login_required", 400, TRUE)                                \
  ROW (INTERACTION_REQUIRED, "interaction_required", 400, TRUE)                    \
  ROW (CONSENT_REQUIRED, "consent_required", 400, TRUE)                            \
  ROW (ACCOUNT_SELECTION_REQUIRED, "account_selection_required", 400, TRUE)        \
  ROW (UNMET_AUTHENTICATION, "unmet_authentication_requirements", 400, TRUE)       \
  ROW (INVALID_REQUEST_OBJECT, "invalid_request_object", 400, TRUE)                \
  ROW (REQUEST_NOT_SUPPORTED, "request_not_supported", 400, TRUE)                  \
  ROW (REQUEST_URI_NOT_SUPPORTED, "request_uri_not_supported", 400, TRUE)          \
  ROW (REGISTRATION_NOT_SUPPORTED, "registration_not_supported", 400, TRUE)        \
  ROW (METHOD_NOT_ALLOWED, "invalid_request", 405, TRUE)                           \
  ROW (TOO_LARGE, "invalid_request", 413, TRUE)                                    \
  ROW (PROVIDER, "temporarily_unavailable", 502, FALSE)                            \
  ROW (CREDENTIALS, "access_denied", 400, TRUE)                                    \
  ROW (CONFIG, "server_error", 500, FALSE)                                         \
  ROW (UNREACHABLE, "temporarily_unavailable", 504, FALSE)                         \
  ROW (STORE, "temporarily_unavailable", 503, FALSE)                               \
  ROW (INVALID_SESSION, "invalid_session", 400, TRUE)                              \
  ROW (REDIRECT_TO_WEB, "redirect_to_web", 403, TRUE)                              \
  ROW (INSUFFICIENT_AUTHORIZATION, "insufficient_authorization", 403, TRUE)        \
  ROW (INSUFFICIENT_AUTHENTICATION, "insufficient_user_authentication", 401, TRUE)

/* The compiler counts the rows: each code stands at its own place, so it is mapped once and none is forgotten. */
#define COUNT(code, wire, status, public) ROW_OF_##code,
enum { ROWS (COUNT) N_ROWS };
#define CHECK(code, wire, status, public) G_STATIC_ASSERT ((int) ROW_OF_##code == (int) POSTERN_ERROR_##code);
ROWS (CHECK)
G_STATIC_ASSERT ((int) N_ROWS == (int) POSTERN_ERROR_LAST);

typedef struct {
  const char *wire;
  guint status;
  gboolean is_public;
} Row;

#define FILL(code, wire, status, public) { wire, status, public },
static const Row rows[] = { ROWS (FILL) };

static const Row *
row_of (const GError *error)
{
  gboolean ours = error && error->domain == POSTERN_ERROR && error->code >= 0 && error->code < POSTERN_ERROR_LAST;

  return &rows[ours ? error->code : POSTERN_ERROR_FAILED];
}

const char *
postern_error_get_wire (const GError *error)
{
  return row_of (error)->wire;
}

guint
postern_error_get_status (const GError *error)
{
  return row_of (error)->status;
}

gboolean
postern_error_is_public (const GError *error)
{
  return row_of (error)->is_public;
}
