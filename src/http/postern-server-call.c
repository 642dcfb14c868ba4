/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-error.h"
#include "postern-multipart.h"
#include "postern-server-private.h"
#include "postern-server-tenants.h"

#include <string.h>

#define SWALLOWED (64 * 1024) /* of a body that nobody asked for, so that the answer (404, 405) can be read */

static gboolean
is_method (PosternRequest *request, const char *method)
{
  return g_str_equal (postern_request_get_method (request), method);
}

/* (transfer full) */
static PosternResponse *
new_failure (PosternServer *server, PosternRequest *request, PosternError code, const char *words)
{
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, (gint) code, words);

  return postern_answer_new_error (&server->answer, request, error);
}

/* No such path, no such method there, or a question about the methods (OPTIONS, also a browser's preflight). */
static PosternResponse *
without_route (PosternServer *server, PosternRequest *request, PosternRouterMatch *match)
{
  g_autofree char *allow = NULL;
  PosternResponse *response;

  if (!match->allow)
    return new_failure (server, request, POSTERN_ERROR_NOT_FOUND, "There is nothing at this address.");
  allow = postern_router_format_allow (match->allow);
  if (!is_method (request, "OPTIONS")) {
    response = new_failure (server, request, POSTERN_ERROR_METHOD_NOT_ALLOWED, "This address does not take this method.");
    postern_response_set_header (response, "Allow", allow);
    return response;
  }
  response = postern_response_new (204, NULL, NULL);
  postern_response_set_header (response, "Allow", allow);
  if (match->cors) {
    postern_response_set_header (response, "Access-Control-Allow-Methods", allow);
    postern_response_set_header (response, "Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP");
    postern_response_set_header (response, "Access-Control-Max-Age", "86400");
  }
  return response;
}

/* A tenant's pages are its own. */
static PosternAnswerContext
get_context (PosternServerCall *call)
{
  PosternAnswerContext context = call->server->answer;

  if (call->tenant && context.pages)
    context.pages = call->server->tenants->get_data (call->tenant, context.pages, call->server->tenants_data);
  return context;
}

static gboolean
check_form (PosternServer *server, PosternRequest *request, const PosternRoute *route, GError **error)
{
  if ((route->flags & POSTERN_ROUTE_MULTIPART) && !postern_multipart_read (request, error))
    return FALSE;
  return !(route->flags & POSTERN_ROUTE_CSRF) || postern_csrf_check (server->answer.csrf, request, error);
}

/* What can be said before any handler runs. (transfer full) (nullable) */
static PosternResponse *
before_handler (PosternServer *server, PosternRequest *request, PosternRouterMatch *match)
{
  g_autoptr (GError) error = NULL;

  if (!match->route)
    return without_route (server, request, match);
  if (is_method (request, "GET") || is_method (request, "HEAD") || check_form (server, request, match->route, &error))
    return NULL;
  return postern_answer_new_error (&server->answer, request, error);
}

/* (transfer full): a handler that answers nothing has failed; the request's id leads to the line in the log. */
static PosternResponse *
call_handler (PosternServer *server, PosternRequest *request, PosternRouterMatch *match)
{
  PosternResponse *response = match->route->handler (request, match->user_data);

  if (response)
    return response;
  g_warning ("The handler of %s %s answered nothing", match->route->method, match->route->pattern);
  return new_failure (server, request, POSTERN_ERROR_FAILED, "The handler answered nothing");
}

/*
 * Goes in at the tenant's and as far as this thread may: to the inline handler, or to any.
 * Returns: (transfer full) (nullable): NULL: only on a thread that may block
 */
static PosternResponse *
get_response (PosternServerCall *call, gboolean may_block)
{
  PosternServer *server = call->server;
  PosternRouterMatch *match = &call->match;
  PosternResponse *response = NULL;

  if (!call->entered && !postern_server_tenants_enter (server, call->request, match, may_block, &call->tenant, &response))
    return response;
  if (!call->entered) {
    call->entered = TRUE;
    response = before_handler (server, call->request, match);
    if (!response && match->route->inline_handler)
      response = match->route->inline_handler (call->request, match->user_data);
  }
  return response || !may_block ? response : call_handler (server, call->request, match);
}

PosternResponse *
postern_server_call_answer (PosternServerCall *call)
{
  PosternResponse *response = get_response (call, TRUE);
  PosternAnswerContext context = get_context (call);

  return postern_answer_render (&context, call->request, response);
}

/* @response: (transfer full) */
static PosternGateReply *
make_reply (PosternServerCall *call, PosternResponse *response)
{
  PosternAnswerContext context = get_context (call);
  g_autoptr (PosternResponse) rendered = postern_answer_render (&context, call->request, response);

  return postern_answer_make_reply (&context, call->request, rendered, call->match.cors);
}

static guint
on_admit (PosternGateExchange *exchange, const PosternGateHead *head, gsize *body_max, gpointer user_data)
{
  PosternServerCall *call = g_new0 (PosternServerCall, 1);
  guint status;

  call->server = user_data;
  call->exchange = exchange;
  exchange->data = call;
  g_atomic_int_inc (&call->server->under_way);
  status = postern_server_request_read (call, head);
  *body_max = call->match.route ? call->match.route->body_max : SWALLOWED;
  return status;
}

static PosternGateReply *
on_serve (PosternGateExchange *exchange, GBytes *body, gpointer user_data)
{
  PosternServerCall *call = exchange->data;
  PosternResponse *response;

  postern_request_set_body (call->request, body);
  response = get_response (call, FALSE);
  return response ? make_reply (call, response) : NULL;
}

static PosternGateReply *
on_run (PosternGateExchange *exchange, gpointer user_data)
{
  PosternServerCall *call = exchange->data;

  postern_request_set_cancellable (call->request, exchange->cancellable);
  return make_reply (call, get_response (call, TRUE));
}

static PosternGateReply *
on_overloaded (PosternGateExchange *exchange, gpointer user_data)
{
  PosternServerCall *call = exchange->data;
  PosternResponse *response =
    new_failure (call->server, call->request, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "The server is busy. Try again in a moment.");

  g_atomic_int_inc (&call->server->overloaded);
  postern_response_set_header (response, "Retry-After", "1");
  return make_reply (call, response);
}

/*
 * Who picked a file is a person, and is told on a page. Every other address says so in the gate's words.
 * A tenant that is not open has no page yet.
 */
static PosternGateReply *
on_too_large (PosternGateExchange *exchange, gpointer user_data)
{
  PosternServer *server = user_data;
  PosternServerCall *call = exchange->data;
  PosternResponse *response = NULL;

  if (!call->match.route || !(call->match.route->flags & POSTERN_ROUTE_MULTIPART))
    return NULL;
  call->entered = postern_server_tenants_enter (server, call->request, &call->match, FALSE, &call->tenant, &response);
  if (call->entered)
    response = new_failure (server, call->request, POSTERN_ERROR_TOO_LARGE, "The body is larger than this address takes");
  return response ? make_reply (call, response) : NULL;
}

static void
on_done (PosternGateExchange *exchange, guint status, gsize bytes, gpointer user_data)
{
  PosternServer *server = user_data;
  PosternServerCall *call = exchange->data;

  g_atomic_int_inc (&server->classes[MIN (status / 100, POSTERN_SERVER_CLASSES - 1)]);
  if (exchange->log)
    postern_server_log_write (exchange->log, call, status, bytes);
  postern_router_match_clear (&call->match);
  g_clear_object (&call->request);
  g_clear_object (&call->tenant);
  g_free (call);
  g_atomic_int_add (&server->under_way, -1);
}

const PosternGateHandler postern_server_call_handler = { on_admit, on_serve, on_run, on_overloaded, on_done, on_too_large };
