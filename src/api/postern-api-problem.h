/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-schema.h"
#include "postern-request.h"
#include "postern-response.h"

G_BEGIN_DECLS

/*
 * Private to this room: what is answered to a request that is not done (RFC 9457, `application/problem+json`): `type` ends with
 * one of the words of the table in postern-api-problem.c, `instance` is the request's id, and `errors` names what is wrong:
 * `{"pointer": "/email", "code", "detail"}` of the body, `{"parameter": "limit", "code", "detail"}` of the query.
 */

/** POSTERN_API_ERROR: what has no code in POSTERN_ERROR, because no other room answers it. */
#define POSTERN_API_ERROR (postern_api_error_quark ())
typedef enum {
  POSTERN_API_ERROR_PRECONDITION_FAILED,    /* 412 */
  POSTERN_API_ERROR_UNSUPPORTED_MEDIA_TYPE, /* 415 */
  POSTERN_API_ERROR_KEY_REUSED,             /* 422: an Idempotency-Key with another request */
  POSTERN_API_ERROR_KEY_IN_USE              /* 409: … whose request is being answered now */
} PosternApiError;
GQuark postern_api_error_quark (void);

/** PosternApiProblem: a row of the table. */
typedef struct {
  const char *word; /* what `type` ends with */
  guint status;
  const char *title;
  const char *meaning; /* for who reads the document */
} PosternApiProblem;

/** postern_api_problem_get_all: ends with a row whose word is NULL */
const PosternApiProblem *postern_api_problem_get_all (void);

/** PosternApiFaultCode: what `code` of an error may be. */
typedef struct {
  const char *code;
  const char *meaning;
} PosternApiFaultCode;
const PosternApiFaultCode *postern_api_problem_get_fault_codes (void);

/**
 * postern_api_problem_respond:
 * @issuer: below it lie the types
 * @faults: (element-type PosternApiFault): may be empty
 * @local: who asks is our own user or root: only their answer has internal words; of others' the log has them
 *
 * Returns: (transfer full)
 */
PosternResponse *postern_api_problem_respond (PosternRequest *request, const char *issuer, const GError *error, GPtrArray *faults, gboolean local);

G_END_DECLS
