/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-upstream.h"

#include "postern-flow-upstream.h"
#include "postern-json.h"
#include "postern-oidc-bearer.h"

#include <string.h>

#define SCOPE "upstream_tokens"

/* As a token response has it (RFC 6749 section 5.1). */
static PosternResponse *
answer_tokens (GVariant *tokens)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  gint64 expires_at = postern_json_get_int64 (tokens, "expires_at", 0);
  PosternResponse *response;
  char *text;

  postern_json_object_add_string (&object, "access_token", postern_json_get_string (tokens, "access_token"));
  postern_json_object_add_string (&object, "token_type", "Bearer");
  if (expires_at > 0)
    postern_json_object_add_int64 (&object, "expires_in", MAX (0, expires_at - g_get_real_time () / G_USEC_PER_SEC));
  postern_json_object_add_string (&object, "id_token", postern_json_get_string (tokens, "id_token"));
  text = postern_json_print (postern_json_object_end (&object));
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  response = postern_response_new (200, "application/json", body);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

typedef struct {
  PosternOidcBearer *bearer;
  PosternRequest *request;
} Reading;

static gboolean
append_entry (PosternTxn *txn, gpointer data, GError **error)
{
  Reading *self = data;
  const char *user_id = self->bearer->standing.user->id;
  g_autoptr (PosternAudit) audit = postern_audit_store_new ("upstream-token.read", user_id, postern_request_get_capture (self->request, "connector"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "user", user_id);
  postern_json_object_add_string (&object, "application", postern_json_get_string (self->bearer->claims, "client_id"));
  audit->request_id = g_strdup (postern_request_get_id (self->request));
  audit->remote_address = g_strdup (postern_request_get_remote_address (self->request));
  audit->data = g_variant_ref_sink (postern_json_object_end (&object));
  return postern_audit_store_append (txn, audit, error);
}

/* Another's secret leaves the house: not before it is written down to whom. */
static gboolean
write_down (PosternOidc *self, PosternOidcBearer *bearer, PosternRequest *request, GError **error)
{
  Reading reading = { bearer, request };

  return postern_store_write (postern_tenant_get_store (postern_oidc_get_tenant (self)), POSTERN_KEEP_LASTING, append_entry, &reading, error);
}

static PosternResponse *
answer_token (PosternOidc *self, PosternRequest *request, const char *token, GError **error)
{
  g_auto (PosternOidcBearer) bearer = { NULL };
  g_autoptr (GVariant) tokens = NULL;

  if (!postern_oidc_bearer_admit (self, token, SCOPE, &bearer, error))
    return NULL;
  tokens = postern_flow_upstream_read (postern_oidc_get_runtime (self), postern_oidc_get_tenant (self), bearer.standing.user->id,
                                       postern_request_get_capture (request, "connector"), postern_request_get_cancellable (request), error);
  return tokens && write_down (self, &bearer, request, error) ? answer_tokens (tokens) : NULL;
}

PosternResponse *
postern_oidc_upstream_answer (PosternRequest *request, gpointer oidc)
{
  g_autoptr (GError) error = NULL;
  const char *token = postern_oidc_bearer_get (request, &error);
  PosternResponse *response = token ? answer_token (oidc, request, token, &error) : NULL;

  /* The caller's token is good where we are asked for what is not there. */
  if (response || !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND))
    return response ? response : postern_oidc_bearer_refuse (error);
  response = postern_response_new_error (error);
  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}
