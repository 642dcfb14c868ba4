/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-problem.h"

#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

G_DEFINE_QUARK (postern-api-error-quark, postern_api_error)

enum {
  INVALID,
  INVALID_TOKEN,
  INSUFFICIENT,
  DENIED,
  NOT_FOUND,
  METHOD,
  CONFLICT,
  KEY_IN_USE,
  STALE,
  PRECONDITION,
  TOO_LARGE,
  MEDIA_TYPE,
  KEY_REUSED,
  TOO_MANY,
  FAILED,
  UNAVAILABLE,
  N_PROBLEMS
};

static const PosternApiProblem problems[N_PROBLEMS + 1] = {
  [INVALID] = { "invalid-request", 400, "The request is wrong", "The body or the query is not as it must be; `errors` names each member or parameter." },
  [INVALID_TOKEN] = { "invalid-token", 401, "No access token that is good here", "Get an access token for this resource and send it as a bearer token (RFC 6750)." },
  [INSUFFICIENT] = { "insufficient-scope", 403, "The access token lacks a scope", "The token is good and its `scope` lacks the permission that the operation needs; WWW-Authenticate names it." },
  [DENIED] = { "access-denied", 403, "Not allowed", "No token helps: who asks may not do this." },
  [NOT_FOUND] = { "not-found", 404, "There is no such thing", "Nothing of this id is here, or you may not see it." },
  [METHOD] = { "method-not-allowed", 405, "The address does not take this method", "The Allow field names those that it takes." },
  [CONFLICT] = { "conflict", 409, "It conflicts with what is there", "A value that must be unique is taken, or the state does not let it be done." },
  [KEY_IN_USE] = { "idempotency-key-in-use", 409, "A request with this key is being answered", "Send it again in a moment; you get the same answer then." },
  [STALE] = { "stale", 410, "It is over", "It was used, has expired, or something newer took its place." },
  [PRECONDITION] = { "precondition-failed", 412, "It was changed meanwhile", "If-Match or If-None-Match does not hold: read the resource again and decide anew." },
  [TOO_LARGE] = { "too-large", 413, "The body is too large", "Send less at once." },
  [MEDIA_TYPE] = { "unsupported-media-type", 415, "The body is of another type", "Bodies are application/json." },
  [KEY_REUSED] = { "idempotency-key-reused", 422, "The key was used for another request", "Each Idempotency-Key is for one request and its repetitions." },
  [TOO_MANY] = { "too-many-requests", 429, "Too many requests", "Wait as long as Retry-After says." },
  [FAILED] = { "server-error", 500, "The server failed", "It is not your fault; the server's log has more under `instance`." },
  [UNAVAILABLE] = { "temporarily-unavailable", 503, "Not available now", "Try again in a moment." },
};

static const PosternApiFaultCode fault_codes[] = {
  { "unknown_member", "There is no such member here, or it can only be read." },
  { "unknown_parameter", "The query has no such parameter here." },
  { "repeated", "The parameter stands more than once." },
  { "missing", "It must be given." },
  { "wrong_type", "It is of another JSON type." },
  { "too_short", "It has too few characters or items." },
  { "too_long", "It has too many characters or items." },
  { "out_of_range", "The number is too small or too large." },
  { "not_a_choice", "It is none of the values that may be." },
  { "bad_format", "It does not have the form that it must have." },
  { "invalid", "It breaks a rule that `detail` says." },
  { NULL },
};

const PosternApiProblem *
postern_api_problem_get_all (void)
{
  return problems;
}

const PosternApiFaultCode *
postern_api_problem_get_fault_codes (void)
{
  return fault_codes;
}

static guint
find_own (const GError *error)
{
  static const guint of[] = { PRECONDITION, MEDIA_TYPE, KEY_REUSED, KEY_IN_USE };

  return of[error->code];
}

/* By code where another has the same status, else by status. */
static const PosternApiProblem *
find (const GError *error)
{
  guint status = postern_error_get_status (error);

  if (error->domain == POSTERN_API_ERROR)
    return &problems[find_own (error)];
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_SCOPE))
    return &problems[INSUFFICIENT];
  for (guint i = 0; i < N_PROBLEMS; i++)
    if (problems[i].status == status && i != INSUFFICIENT)
      return &problems[i];
  return &problems[status == 502 || status == 504 ? UNAVAILABLE : FAILED];
}

static GVariant *
faults_to_json (GPtrArray *faults)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < faults->len; i++)
    {
      const PosternApiFault *fault = faults->pdata[i];
      g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

      postern_json_object_add_string (&object, "pointer", fault->pointer);
      postern_json_object_add_string (&object, "parameter", fault->parameter);
      postern_json_object_add_string (&object, "code", fault->code);
      postern_json_object_add_string (&object, "detail", fault->detail);
      g_variant_builder_add_value (&list, postern_json_object_end (&object));
    }
  return g_variant_builder_end (&list);
}

static const char *
get_detail (const GError *error, gboolean local)
{
  return local || error->domain == POSTERN_API_ERROR || postern_error_is_public (error) ? error->message : NULL;
}

PosternResponse *
postern_api_problem_respond (PosternRequest *request, const char *issuer, const GError *error, GPtrArray *faults, gboolean local)
{
  const PosternApiProblem *problem = find (error);
  g_autofree char *type = g_strconcat (issuer, "/problems/", problem->word, NULL);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GBytes) body = NULL;
  PosternResponse *response;
  char *text;

  postern_json_object_add_string (&object, "type", type);
  postern_json_object_add_string (&object, "title", problem->title);
  postern_json_object_add_int64 (&object, "status", problem->status);
  postern_json_object_add_string (&object, "detail", get_detail (error, local));
  postern_json_object_add_string (&object, "instance", postern_request_get_id (request));
  if (faults->len > 0)
    postern_json_object_add (&object, "errors", faults_to_json (faults));
  if (get_detail (error, local) == NULL)
    g_message ("%s: %s", postern_request_get_id (request), error->message);
  text = postern_json_print (postern_json_object_end (&object));
  body = g_bytes_new_take (text, strlen (text));
  response = postern_response_new (problem->status, "application/problem+json", body);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}
