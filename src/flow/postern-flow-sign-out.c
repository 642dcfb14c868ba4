/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-account-delete.h"
#include "postern-flow-browser.h"
#include "postern-flow-routes.h"
#include "postern-flow-visit.h"
#include "postern-json.h"
#include "postern-user-name.h"

#define COOKIE_LEFT "left" /* who signed out a moment ago, for the next page alone */

static char *
dup_url (PosternTenant *tenant, const char *path)
{
  return g_strconcat (postern_tenant_get_issuer (tenant), path, NULL);
}

/* Nobody is told that they are signed out because it could not be found out. @error: (nullable) */
static PosternResponse *
answer_nobody (const GError *error)
{
  return error ? postern_response_new_error_page (error, "/account") : postern_response_new_redirect ("/account/signed-out");
}

PosternResponse *
postern_flow_sign_out_show (PosternRequest *request, gpointer engine)
{
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_find (engine, request, &error);
  g_autofree char *action = dup_url (tenant, "/account/sign-out");

  if (visit == NULL)
    return answer_nobody (error);
  return postern_response_new_page (200, "sign-out", g_variant_new_parsed ("{'action': <%s>, 'identifier': <%s>}", action,
                                                                            postern_user_name_get_shown (visit->user)));
}

static PosternResponse *
leave (PosternFlowEngine *engine, PosternRequest *request, PosternFlowVisit *visit)
{
  g_autofree char *left = g_uri_escape_string (postern_user_name_get_shown (visit->user), NULL, FALSE); /* a name may hold what a cookie may not */
  g_autoptr (GError) error = NULL;
  const PosternAuditBy by = postern_audit_by_request (visit->user->id, request);
  PosternResponse *response;

  if (!postern_flow_engine_end_session (engine, visit->tenant, visit->session->id, &by, &error))
    return postern_response_new_error_page (error, "/account");
  response = postern_response_new_redirect ("/account/signed-out");
  postern_flow_browser_forget (request, response, visit->session);
  postern_response_set_cookie (response, COOKIE_LEFT, left, 60);
  return response;
}

PosternResponse *
postern_flow_sign_out_submit (PosternRequest *request, gpointer engine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternFlowVisit) visit = postern_flow_visit_find (engine, request, &error);
  const char *action = NULL;

  postern_request_get_form (request, "action", &action, NULL);
  if (visit == NULL)
    return answer_nobody (error);
  return g_strcmp0 (action, "confirm") == 0 ? leave (engine, request, visit) : postern_response_new_redirect ("/account");
}

/** Says which account was left; signing in again is the person's to press, so that nothing loops. */
PosternResponse *
postern_flow_sign_out_done (PosternRequest *request, gpointer engine)
{
  PosternTenant *tenant = postern_runtime_get_tenant (postern_flow_engine_get_runtime (engine));
  g_autofree char *identifier = g_uri_unescape_string (postern_request_get_cookie (request, COOKIE_LEFT), NULL);
  g_autofree char *sign_in_url = dup_url (tenant, "/account");
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  const char *notice = NULL;

  postern_request_get_query (request, "notice", &notice, NULL);
  postern_json_object_add_string (&model, "identifier", identifier);
  postern_json_object_add_string (&model, "sign_in_url", sign_in_url);
  if (g_strcmp0 (notice, "deletion") == 0)
    postern_json_object_add_string (&model, "notice", POSTERN_FLOW_ACCOUNT_DELETE_NOTICE);
  return postern_response_new_page (200, "signed-out", postern_json_object_end (&model));
}
