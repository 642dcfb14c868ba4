/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-account.h"

#include "postern-flow-account-api-access.h"
#include "postern-json.h"
#include "postern-oidc-bearer.h"
#include "postern-sign-in.h"

#include <string.h>

/* --- what is answered to who may not, or asks wrongly (RFC 9457) ------------------------------------------------------------ */

/* @field: (nullable) */
static PosternResponse *
make_problem (PosternRequest *request, const GError *error, const char *field)
{
  guint status = postern_error_get_status (error);
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GBytes) body = NULL;
  PosternResponse *response;
  char *text;

  postern_json_object_add_int64 (&object, "status", status);
  postern_json_object_add_string (&object, "error", postern_error_get_wire (error));
  postern_json_object_add_string (&object, "detail", postern_error_is_public (error) ? error->message : NULL);
  postern_json_object_add_string (&object, "field", field);
  postern_json_object_add_string (&object, "request_id", postern_request_get_id (request));
  text = postern_json_print (postern_json_object_end (&object));
  body = g_bytes_new_take (text, strlen (text));
  response = postern_response_new (status, "application/problem+json", body);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

static const char *
get_scope (PosternRequest *request)
{
  const char *method = postern_request_get_method (request);

  return g_str_equal (method, "GET") || g_str_equal (method, "HEAD") ? POSTERN_OIDC_ACCOUNT_READ : POSTERN_OIDC_ACCOUNT_WRITE;
}

/* The token does not do: @error says why; NULL: none came. */
static PosternResponse *
refuse_token (PosternRequest *request, const GError *error)
{
  g_autofree char *scope = g_strdup_printf ("scope=\"%s\"", get_scope (request));
  PosternResponse *response;

  if (error == NULL)
    return postern_oidc_bearer_refuse (NULL);
  response = make_problem (request, error, NULL);
  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_SCOPE))
    postern_oidc_bearer_challenge (response, error, scope);
  else
    postern_oidc_bearer_challenge (response, error,
                                   g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION) ? POSTERN_OIDC_BEARER_WANTS_SECOND_FACTOR : NULL);
  return response;
}

/* The token does: another one helps only where the sign-in behind it was too long ago (RFC 9470). */
static PosternResponse *
refuse_call (PosternFlowAccountCall *call, const GError *error)
{
  PosternResponse *response = make_problem (call->request, error, call->field);
  g_autofree char *age = g_strdup_printf ("max_age=\"%d\"", POSTERN_FLOW_VISIT_RECENT);

  if (g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_AUTHENTICATION))
    postern_oidc_bearer_challenge (response, error, age);
  return response;
}

/* --- who is asked for --------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *id;
  PosternSession *session; /* (nullable) */
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;
  g_autoptr (GError) failure = NULL;

  g_clear_pointer (&self->session, postern_session_unref); /* a transaction may run twice */
  self->session = postern_session_store_get (txn, self->id, &failure);
  return postern_store_pass_missing (&failure, error);
}

/* Who has access while the person is away may outlive the session: then there is none. */
static PosternFlowVisit *
make_visit (PosternOidc *self, PosternOidcBearer *bearer, GError **error)
{
  PosternTenant *tenant = postern_oidc_get_tenant (self);
  Look it = { .id = bearer->standing.grant->session_id };
  gboolean looked = !it.id || postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, look, &it, error);
  g_autoptr (PosternSession) session = it.session;
  gboolean alive = session && postern_sign_in_is_alive (session, postern_oidc_now ());

  if (!looked)
    return NULL;
  return postern_flow_visit_new_for (tenant, bearer->standing.user, alive ? session : NULL, postern_json_get_int64 (bearer->claims, "auth_time", 0), bearer->standing.grant->application_id);
}

static PosternResponse *
answer (PosternOidc *self, PosternRequest *request, PosternFlowAccountApi api)
{
  g_autoptr (GError) error = NULL;
  const char *token = postern_oidc_bearer_get (request, &error);
  g_auto (PosternOidcBearer) bearer = { NULL };
  g_autoptr (PosternFlowVisit) visit = NULL;
  g_autofree char *field = NULL;
  PosternFlowAccountCall call = { .engine = postern_oidc_get_engine (self), .request = request };
  PosternResponse *response;

  if (token && postern_oidc_bearer_admit (self, token, get_scope (request), &bearer, &error))
    visit = make_visit (self, &bearer, &error);
  if (!visit)
    return refuse_token (request, error);
  call.visit = visit;
  response = postern_flow_account_api_run (&call, api, &error);
  field = call.field;
  return response ? response : refuse_call (&call, error);
}

#define ROW(name, api)                                                             \
  PosternResponse *postern_oidc_account_##name (PosternRequest *request, gpointer oidc) \
  {                                                                                \
    return answer (oidc, request, api);                                            \
  }
#define PERSON(name) ROW (name, postern_flow_account_api_##name)
#define ACCESS(name) ROW (name, postern_flow_account_api_access_##name)

PERSON (show_profile)
PERSON (change_profile)
PERSON (show_preferences)
PERSON (change_preferences)
PERSON (show_data)
PERSON (ask_deletion)
PERSON (undo_deletion)
ACCESS (list_methods)
ACCESS (rename_method)
ACCESS (remove_method)
ACCESS (list_sessions)
ACCESS (end_session)
ACCESS (end_others)
ACCESS (list_applications)
ACCESS (revoke_application)
ACCESS (list_activity)
